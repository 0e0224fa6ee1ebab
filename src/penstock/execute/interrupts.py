"""Ctrl-C and cancellation: when user code may be interrupted, and how.

An interrupt is a request. It is delivered as `ExecutionInterruptedError` only while user code runs
(inside `interruptible`); anywhere else - above all while an output is being committed - it waits,
and the driver sees the request before the next step.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from penstock.errors import ExecutionInterruptedError


class Interrupt:
    """The interrupt of one run, which runs in one thread."""

    def __init__(self) -> None:
        self.requested = False
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._is_open = False
        self._is_sent = False

    def request(self) -> None:
        """Ask the run to stop; may be called from any thread or a signal handler's."""
        if threading.get_ident() == self._thread:
            # A signal handler: it runs between two bytecodes of the very thread.
            self.requested = True
            if self._is_open and not self._is_sent:
                self._is_sent = True
                raise ExecutionInterruptedError
            return
        with self._lock:
            self.requested = True
            if self._is_open and not self._is_sent:
                self._is_sent = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(ExecutionInterruptedError)
                )

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let an interrupt reach the code inside.

        Raises:
            ExecutionInterruptedError: From anywhere inside, or at once if already requested.
        """
        if self.requested:
            raise ExecutionInterruptedError
        self._is_open = True
        try:
            yield
        finally:
            self._close()

    def _close(self) -> None:
        with self._lock:
            self._is_open = False
            is_pending = self._is_sent and threading.get_ident() != threading.main_thread().ident
        # An interrupt sent by another thread arrives a few bytecodes later; it must not arrive
        # outside. One that already arrived is on its way up, and nothing more is pending.
        for _ in range(100 if is_pending else 0):
            pass


_running: set[Interrupt] = set()
_running_lock = threading.Lock()


@contextmanager
def registered() -> Iterator[Interrupt]:
    """Make the interrupt of a run in this thread, and let Ctrl-C reach it in the main thread."""
    interrupt = Interrupt()
    with _running_lock:
        _running.add(interrupt)
    previous = _install(interrupt)
    try:
        yield interrupt
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
        with _running_lock:
            _running.discard(interrupt)


def _install(interrupt: Interrupt) -> signal._HANDLER:  # pyright: ignore[reportPrivateUsage]
    """Take SIGINT over, in the main thread and only from Python's own handler."""
    if threading.current_thread() is not threading.main_thread():
        return None
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return None

    def on_signal(number: int, frame: FrameType | None) -> None:
        interrupt.request()

    return signal.signal(signal.SIGINT, on_signal)


def interrupt_all() -> None:
    """Ask every run of this process to stop."""
    with _running_lock:
        runs = list(_running)
    for interrupt in runs:
        interrupt.request()
