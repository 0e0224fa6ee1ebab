"""`raise_execution_interrupts`: SIGINT and SIGTERM as exceptions, around code that takes long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from penstock.errors import ExecutionInterruptedError
from penstock.execute.interrupts import interrupt_all

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def raise_execution_interrupts() -> Generator[None]:
    """Let SIGINT and SIGTERM raise in the code inside, so that it can clean up.

    Inside a run they ask the run to stop; it is raised where user code may be interrupted. A signal
    that somebody else has taken over stays theirs. Outside the main thread nothing changes, because
    signals only arrive there.

    Raises:
        ExecutionInterruptedError: From anywhere inside.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    taken = {number for number, handler in before.items() if _is_default(handler)}
    for number in taken:
        signal.signal(number, _on_signal)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _is_default(handler: object) -> bool:
    return handler in (signal.SIG_DFL, signal.default_int_handler)


def _on_signal(number: int, frame: FrameType | None) -> None:
    if not interrupt_all():
        raise ExecutionInterruptedError
