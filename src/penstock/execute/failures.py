"""From a failure to data: the user's frames and nothing of ours, and whether a retry follows."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from penstock.base.ids import IdSource
from penstock.base.secrets import masked
from penstock.decide.retry import RetryFacts, decide_retry
from penstock.errors import StepExecutionError, UserCodeExecutionError
from penstock.execute.protocol import Task
from penstock.model.events import ErrorInfo, StepFailed, StepUpForRetry
from penstock.model.retry import RetryMode

_OURS = str(Path(__file__).resolve().parent.parent)


def error_info(error: BaseException) -> ErrorInfo:
    """Describe an exception; the stack begins at the user's first frame.

    What user code raised in the body of a step is told as it is. Where it raised elsewhere, as in
    an IO manager or a type check, the error that says where has it as its cause.
    """
    if isinstance(error, StepExecutionError):
        return error_info(error.user_exception)
    if isinstance(error, UserCodeExecutionError):
        return ErrorInfo(
            type(error).__qualname__, masked(str(error)), "", error_info(error.user_exception)
        )
    first = user_frames(error.__traceback__)
    stack = "".join(traceback.format_tb(first)) if first is not None else ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ErrorInfo(
        kind=type(error).__qualname__,
        message=masked(str(error)),
        stack=masked(stack),
        cause=error_info(cause) if cause is not None else None,
    )


def user_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins at the first frame outside Penstock."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    return trace


def delay_before_retry(
    task: Task, told: RetryFacts, *, mode: RetryMode, ids: IdSource
) -> float | None:
    """Return the seconds before the next attempt of a step; None if none follows.

    Args:
        task: The attempt that failed.
        told: What its error says about trying again.
        mode: Whether the executor repeats attempts at all.
        ids: Where jitter comes from.
    """
    if mode is RetryMode.DISABLED:
        return None
    return decide_retry(told, task.step.retry, retry_number=task.retries, uniform=ids.uniform)


def failed_attempt(
    task: Task,
    info: ErrorInfo,
    told: RetryFacts,
    *,
    mode: RetryMode,
    ids: IdSource,
) -> StepUpForRetry | StepFailed:
    """Return how an attempt ended whose user code did not get to run, or did not come back."""
    delay = delay_before_retry(task, told, mode=mode, ids=ids)
    if delay is None:
        return StepFailed(task.step.key, info, task.attempt)
    return StepUpForRetry(task.step.key, info, task.attempt, delay)
