"""`WorkerProcess`: the driver's side of a process that carries out steps, one at a time.

Owns the life of the process: it is started, told what to do, listened to, interrupted, and ended
with everything in its process group. How an attempt ended is told once, and only when nothing of an
attempt that was interrupted lives any more. It knows no store and decides no retry.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from penstock import errors
from penstock.execute.frames import (
    Begin,
    Channel,
    Exited,
    Forked,
    Perform,
    Ready,
    Refused,
    Stop,
)
from penstock.execute.protocol import Report, Task
from penstock.model.events import (
    ErrorInfo,
    RunEvent,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
)

_ENDS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)

_MOMENT, _MOMENTS = 0.005, 400

CRASH = errors.StepProcessDiedError.__name__
"""The kind of error of an attempt whose process ended without saying how the attempt did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each stage of ending a process may take, in seconds.

    Attributes:
        interrupt: From the interrupt of user code to SIGTERM.
        terminate: From SIGTERM to SIGKILL.
        stop: From asking an idle process to end to SIGTERM.
    """

    interrupt: float = 5.0
    terminate: float = 2.0
    stop: float = 5.0


class Process(Protocol):
    """A process that is the leader of its own group."""

    def wait(self) -> int:
        """Wait until it has ended, kill what is left of its group, and return its exit code."""
        ...

    def interrupt(self) -> None:
        """Send SIGINT to the process itself; nothing if it has ended."""
        ...

    def kill(self, number: int) -> None:
        """Send a signal to its group; nothing if it has ended."""
        ...


class SpawnedProcess:
    """A Python process that was started anew."""

    def __init__(self, end: socket.socket) -> None:
        with end:
            self._process = subprocess.Popen(  # noqa: S603 - this very Python
                [sys.executable, "-m", "penstock.execute.step_worker", str(end.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(end.fileno(),),
                start_new_session=True,
            )
        self._lock = threading.Lock()
        self._is_over = False

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        return self._process.pid

    def wait(self) -> int:
        """Wait until it has ended, kill what is left of its group, and return its exit code."""
        # Somebody else in this process may wait for any child, and have collected this one.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            # Before the process is forgotten, so that its number is not another's by now.
            _signal_group(self.pid, signal.SIGKILL)
            self._is_over = True
            code = self._process.wait()
        _await_end_of_group(self.pid)
        return code

    def interrupt(self) -> None:
        """Send SIGINT to the process itself; nothing if it has ended."""
        with self._lock:
            if not self._is_over:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGINT)

    def kill(self, number: int) -> None:
        """Send a signal to its group; nothing if it has ended."""
        with self._lock:
            if not self._is_over:
                _signal_group(self.pid, number)


class Zygote:
    """A process that has loaded the code and forks others; see `step_worker`.

    Args:
        begin: The code.
    """

    def __init__(self, begin: Begin) -> None:
        ours, theirs = socket.socketpair()
        self._process = SpawnedProcess(theirs)
        self._channel = Channel(ours)
        self._channel.send(begin)
        self._turn = threading.Lock()
        self._answer = threading.Condition()
        self._is_ready = False
        self._answers: list[Forked | Refused | None] = []
        self._children: dict[int, ForkedProcess] = {}
        self._early: dict[int, int] = {}
        self._listener = threading.Thread(target=self._listen, name="zygote", daemon=True)
        self._listener.start()

    def fork(self, end: socket.socket) -> Process | None:
        """Fork a process that obeys the other end of a socket; None where that is not possible."""
        with self._turn, self._answer, contextlib.suppress(OSError):
            # Only once it is ready does it read what comes with a descriptor.
            self._answer.wait_for(lambda: self._is_ready or self._answers)
            if not self._answers:
                self._channel.send_descriptor(end.fileno())
            self._answer.wait_for(lambda: self._answers)
            answer = self._answers.pop(0) if self._answers[0] is not None else None
            if isinstance(answer, Forked):
                end.close()
                child = self._children[answer.pid] = ForkedProcess(answer.pid)
                if answer.pid in self._early:
                    child.ended(self._early.pop(answer.pid))
                return child
        return None

    def close(self) -> None:
        """End it; what it forked lives on its own."""
        self._channel.hang_up()
        self._process.kill(signal.SIGKILL)
        self._process.wait()
        self._listener.join()
        self._channel.close()

    def _listen(self) -> None:
        while (told := self._channel.told()) is not None:
            with self._answer:
                if isinstance(told, Exited):
                    child = self._children.pop(told.pid, None)
                    if child is None:
                        self._early[told.pid] = told.code
                    else:
                        child.ended(told.code)
                elif isinstance(told, Ready):
                    self._is_ready = True
                    self._answer.notify_all()
                elif isinstance(told, (Forked, Refused)):
                    self._answers.append(told)
                    self._answer.notify_all()
        with self._answer:
            self._answers.append(None)
            self._answer.notify_all()
            for pid, child in self._children.items():
                _signal_group(pid, signal.SIGKILL)
                child.ended(-signal.SIGKILL)


class ForkedProcess:
    """A process that a zygote forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None
        self._over = threading.Event()

    def ended(self, code: int) -> None:
        """Take in that it has ended."""
        self._code = code
        self._over.set()

    def wait(self) -> int:
        """Wait until it has ended, and its group with it, and return its exit code."""
        self._over.wait()
        _await_end_of_group(self.pid)
        return self._code or 0

    def interrupt(self) -> None:
        """Send SIGINT to the process itself; nothing if it has ended."""
        if not self._over.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def kill(self, number: int) -> None:
        """Send a signal to its group; nothing if it has ended."""
        if not self._over.is_set():
            _signal_group(self.pid, number)


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _await_end_of_group(leader: int) -> None:
    """Wait until what was killed is gone; not for ever, as nobody may collect it."""
    pause = threading.Event()
    for _ in range(_MOMENTS):
        try:
            os.killpg(leader, 0)
        except (ProcessLookupError, PermissionError):
            return
        pause.wait(_MOMENT)


@dataclass(slots=True)
class _Job:
    """The attempt that a process works on."""

    task: Task
    report: Report
    end: RunEvent | None = None


class WorkerProcess:
    """A process that carries tasks out, one at a time.

    Args:
        start: Starts a process that obeys one end of a socket pair; returns it with the code
            that it is to load, None if it has that already.
        on_crash: Says what to report of an attempt whose process could not go on, and why.
        on_free: Called when it has ended a task and can take another.
        on_gone: Called when its process has ended; every task of it has been reported by then.
        patience: How long ending it may take.
    """

    def __init__(
        self,
        start: Callable[[socket.socket], tuple[Process, Begin | None]],
        *,
        on_crash: Callable[[Task, ErrorInfo], list[RunEvent]],
        on_free: Callable[[WorkerProcess], None],
        on_gone: Callable[[WorkerProcess], None],
        patience: Patience,
    ) -> None:
        ours, theirs = socket.socketpair()
        try:
            self._process, begin = start(theirs)
        except OSError:
            ours.close()
            raise
        self._channel = Channel(ours)
        self._on_crash = on_crash
        self._on_free = on_free
        self._on_gone = on_gone
        self._patience = patience
        self._lock = threading.Lock()
        self._job: _Job | None = None
        self._is_ending = False
        self._is_canceled = False
        self._refusal: ErrorInfo | None = None
        self._code = 0
        self._gone = threading.Event()
        self._presser: threading.Thread | None = None
        if begin is not None:
            self._say(begin)
        self._listener = threading.Thread(target=self._listen, name="step worker", daemon=True)
        self._waiter = threading.Thread(target=self._wait, name="step worker", daemon=True)
        self._waiter.start()
        self._listener.start()

    def perform(self, task: Task, report: Report) -> bool:
        """Have a task carried out; tell whether it is taken. It is not once the process ends."""
        with self._lock:
            if self._is_ending:
                return False
            self._job = _Job(task, report)
        self._say(Perform.of(task))
        return True

    def works_on(self, task: Task) -> bool:
        """Tell whether it carries a task out."""
        job = self._job
        return job is not None and job.task == task

    def cancel(self) -> None:
        """Interrupt the task, and end the process and its group, by force if need be."""
        with self._lock:
            if self._is_ending or self._job is None:
                return
            self._is_ending = self._is_canceled = True
        self._process.interrupt()
        self._press_on(after=self._patience.interrupt)

    def stop(self) -> None:
        """Have the process end: in peace if it is idle, by force if it works."""
        with self._lock:
            if self._is_ending:
                return
            self._is_ending = True
            is_busy = self._job is not None
        if is_busy:
            self._process.kill(signal.SIGTERM)
            self._press_on(after=self._patience.terminate, ends=(signal.SIGKILL,))
        else:
            self._say(Stop())
            self._press_on(after=self._patience.stop)

    def join(self) -> None:
        """Wait until the process has ended and all is told."""
        self._listener.join()
        self._waiter.join()
        if self._presser is not None:
            self._presser.join()

    def _say(self, message: Begin | Perform | Stop) -> None:
        # Where the process is gone, the waiter tells what follows from it.
        with contextlib.suppress(OSError):
            self._channel.send(message)

    def _press_on(
        self, *, after: float, ends: tuple[int, ...] = (signal.SIGTERM, signal.SIGKILL)
    ) -> None:
        def press() -> None:
            patience = after
            for number in ends:
                if self._gone.wait(patience):
                    return
                self._process.kill(number)
                patience = self._patience.terminate

        self._presser = threading.Thread(target=press, name="step worker", daemon=True)
        self._presser.start()

    def _wait(self) -> None:
        self._code = self._process.wait()
        self._gone.set()
        # A process that left the group may still hold the other end.
        self._channel.hang_up()

    def _listen(self) -> None:
        while (told := self._channel.told()) is not None:
            if isinstance(told, Refused):
                self._refusal = told.error
            elif not isinstance(told, (Ready, Forked, Exited)):
                self._take(told)
        self._waiter.join()
        self._channel.close()
        self._tell_the_end()
        self._on_gone(self)

    def _take(self, event: RunEvent) -> None:
        job = self._job
        if job is None:
            return
        if not isinstance(event, _ENDS):
            job.report(event)
            return
        with self._lock:
            is_last = self._is_ending
            if is_last:
                job.end = event
            else:
                self._job = None
        if is_last:
            self._say(Stop())
        elif isinstance(event, StepCanceled):
            self._report_crash(job, _nobody_canceled())
            self._on_free(self)
        else:
            job.report(event)
            self._on_free(self)

    def _tell_the_end(self) -> None:
        with self._lock:
            self._is_ending = True
            job, self._job = self._job, None
        if job is None:
            return
        if self._is_canceled and not isinstance(job.end, _ENDS):
            job.end = StepCanceled(job.task.step.key, job.task.attempt)
        if job.end is not None:
            job.report(job.end)
        else:
            self._report_crash(job, self._refusal or _crashed(self._code))

    def _report_crash(self, job: _Job, error: ErrorInfo) -> None:
        for event in self._on_crash(job.task, error):
            job.report(event)


def _nobody_canceled() -> ErrorInfo:
    return ErrorInfo(CRASH, "The step was interrupted, and the run was not being canceled.")


def _crashed(code: int) -> ErrorInfo:
    if code >= 0:
        how = f"ended with exit code {code}"
    else:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = "a signal"
        how = f"was killed by {name} (signal {-code})"
    return ErrorInfo(
        CRASH,
        f"The process of the step {how} before the step had ended. What it wrote last is in the "
        "captured output of the step.",
    )
