"""From an exception to data: the user's frames, and nothing of ours."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from penstock.errors import StepExecutionError, UserCodeExecutionError
from penstock.model.events import ErrorInfo

_OURS = str(Path(__file__).resolve().parent.parent)


def error_info(error: BaseException) -> ErrorInfo:
    """Describe an exception; the stack begins at the user's first frame.

    What user code raised in the body of a step is told as it is. Where it raised elsewhere, as in
    an IO manager or a type check, the error that says where has it as its cause.
    """
    if isinstance(error, StepExecutionError):
        return error_info(error.user_exception)
    if isinstance(error, UserCodeExecutionError):
        return ErrorInfo(type(error).__qualname__, str(error), "", error_info(error.user_exception))
    first = user_frames(error.__traceback__)
    stack = "".join(traceback.format_tb(first)) if first is not None else ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ErrorInfo(
        kind=type(error).__qualname__,
        message=str(error),
        stack=stack,
        cause=error_info(cause) if cause is not None else None,
    )


def user_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins at the first frame outside Penstock."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    return trace
