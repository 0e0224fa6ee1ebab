"""Ctrl-C and cancellation: when user code may be interrupted, and how.

An interrupt is a request. It is delivered as `ExecutionInterruptedError` only while user code runs
(inside `interruptible`); anywhere else - above all while an output is being committed or an event
is being written - it waits, and the driver sees the request before the next step.

A signal handler runs in the thread of the run, between two bytecodes, and raises there. Another
thread can only leave an exception for the run's thread to find a few bytecodes later; whoever
closes the door takes back what was left and not yet found, so nothing arrives outside.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from penstock.errors import ExecutionInterruptedError


class Interrupt:
    """The interrupt of one run, which runs in one thread.

    Attributes:
        requested: Whether the run was asked to stop.
    """

    def __init__(self) -> None:
        self.requested: bool = False
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._is_open = False
        self._is_sent = False
        self._is_raised = False
        self._wake: Callable[[], object] = _nobody

    def request(self) -> None:
        """Ask the run to stop; may be called from any thread or a signal handler.

        Raises:
            ExecutionInterruptedError: Called in the run's own thread, while user code runs.
        """
        if threading.get_ident() == self._thread:
            # No lock: the code that the signal interrupted may hold it.
            self.requested = True
            self._wake()
            if self._is_open:
                self._raise_once()
            return
        with self._lock:
            self.requested = True
            if self._is_open and not self._is_sent:
                self._is_sent = True
                _leave(self._thread, ExecutionInterruptedError)
        self._wake()

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Generator[None]:
        """Have something called at each request; it must be fit for a signal handler."""
        self._wake = wake
        try:
            yield
        finally:
            self._wake = _nobody

    @contextmanager
    def interruptible(self) -> Generator[None]:
        """Let an interrupt reach the code inside.

        Raises:
            ExecutionInterruptedError: From anywhere inside, or at once if already requested.
        """
        if self.requested:
            raise ExecutionInterruptedError
        try:
            self._is_open = True
            if self.requested:
                self._raise_once()
            yield
        finally:
            self._close()

    @contextmanager
    def shielded(self) -> Generator[None]:
        """Keep an interrupt away from the code inside; it arrives when that has ended.

        Raises:
            ExecutionInterruptedError: After the code inside, if requested and not raised yet.
        """
        was_open = self._is_open
        self._close()
        try:
            yield
        finally:
            self._is_open = was_open
        if was_open and self.requested:
            self._raise_once()

    def _close(self) -> None:
        with self._lock:
            self._is_open = False
            if self._is_sent:
                _leave(self._thread, None)

    def _raise_once(self) -> None:
        # What another thread left may have been taken back before it was found: `_is_sent` does not
        # tell whether it arrived. A second interrupt is the lesser evil than none.
        if not self._is_raised:
            self._is_sent = self._is_raised = True
            raise ExecutionInterruptedError


def _nobody() -> None:
    """Wake nobody."""


def _leave(thread: int, error: type[BaseException] | None) -> None:
    """Leave an exception for a thread to find; None takes back one that it has not found yet."""
    left = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), left)


_running: set[Interrupt] = set()
_running_lock = threading.RLock()  # a signal handler may come to it while its own thread holds it


@contextmanager
def registered() -> Generator[Interrupt]:
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


def _install(interrupt: Interrupt) -> Callable[[int, FrameType | None], object] | None:
    """Take SIGINT over, in the main thread and only from Python's own handler."""
    if threading.current_thread() is not threading.main_thread():
        return None
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return None

    def on_signal(number: int, frame: FrameType | None) -> None:
        interrupt.request()

    signal.signal(signal.SIGINT, on_signal)
    return signal.default_int_handler


def interrupt_all() -> bool:
    """Ask every run of this process to stop; return whether there is any."""
    with _running_lock:
        runs = list(_running)
    for interrupt in runs:
        interrupt.request()
    return bool(runs)
