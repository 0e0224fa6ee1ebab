"""What any executor must do, as classes of tests.

Subclass one in a test module and say how an executor is made around the function that carries a
task out:

    class TestMyExecutor(ExecutorConformance):
        def make_executor(self, perform: Perform, *, max_concurrent: int) -> Executor:
            return MyExecutor(perform, max_concurrent)

`ExecutorConformance` is for all. `ConcurrentExecutorConformance` adds what holds where tasks run
beside the driver and beside each other, `ProcessExecutorConformance` what holds where they can die.
The functions that carry tasks out are at the top level of this module, and leave traces in a folder
whose path is the node of the task's step; so another process can import and run them: see `opened`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from functools import partial
from pathlib import Path

from penstock.errors import ExecutionInterruptedError
from penstock.execute.interrupts import Interrupt, registered
from penstock.execute.protocol import Executor, Report, Task
from penstock.model.events import (
    ErrorInfo,
    LogLine,
    RunEvent,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
)
from penstock.plan.plan import Step

Perform = Callable[[Task, Report, Interrupt], None]
"""Carries one task out and reports on it, its end last; the interrupt is how it is canceled."""

END_EVENTS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)
"""Of these a task reports exactly one, after everything else."""

_SOON = 20.0
_MOMENT = 0.005


def a_task(key: str, attempt: int = 1, *, folder: Path | None = None) -> Task:
    """Make an attempt of a step that needs nothing."""
    return Task(Step(key, str(folder or key)), attempt)


def opened(arguments: Mapping[str, object]) -> Callable[[], object]:
    """Return what a step worker opens to carry tasks out by the function of a name."""
    perform: Perform = globals()[str(arguments["perform"])]
    return partial(_performing, perform)


@contextlib.contextmanager
def _performing(perform: Perform) -> Generator[Callable[[Task, Report], None]]:
    def carry_out(task: Task, report: Report) -> None:
        with registered() as interrupt:
            perform(task, report, interrupt)

    yield carry_out


def succeed(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Log a line and end well."""
    report(LogLine(f"working on {task.step.key}", 20, task.step.key, "test"))
    report(StepSucceeded(task.step.key, task.attempt))


def fail_a(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Fail step "a", and end the others well."""
    if task.step.key == "a":
        report(StepFailed(task.step.key, ErrorInfo("ValueError", "bad"), task.attempt))
    else:
        succeed(task, report, interrupt)


def trace(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Leave a trace of the beginning and the end."""
    _leave("+", task)
    _leave("-", task)
    report(StepSucceeded(task.step.key, task.attempt))


def meet(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Wait until the other of steps "a" and "b" runs too."""
    folder = Path(task.step.node)
    (folder / task.step.key).touch()
    await_file(folder / ("b" if task.step.key == "a" else "a"))
    report(StepSucceeded(task.step.key, task.attempt))


def hang(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Run until interrupted; step "b" ends well."""
    if task.step.key == "b":
        succeed(task, report, interrupt)
        return
    try:
        with interrupt.interruptible():
            (Path(task.step.node) / "begun").touch()
            await_file(Path(task.step.node) / "never")
    except ExecutionInterruptedError:
        report(StepCanceled(task.step.key, task.attempt))


def hang_with_a_child(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Start a process that hangs, tell its number, and hang whatever comes."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    _tell_number(Path(task.step.node), child.pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await_file(Path(task.step.node) / "never", seconds=10 * _SOON)


def die(task: Task, report: Report, interrupt: Interrupt) -> None:
    """Kill the process of step "a", and leave that of "b" with exit code 0; "c" ends well."""
    if task.step.key == "a":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.step.key == "b":
        os._exit(0)
    succeed(task, report, interrupt)


def _leave(sign: str, task: Task) -> None:
    with (Path(task.step.node) / "trace").open("a", encoding="utf-8") as file:
        file.write(f"{sign}\n")


def _tell_number(folder: Path, number: int) -> None:
    part = folder / "child.part"
    part.write_text(str(number), encoding="utf-8")
    part.rename(folder / "child")


def await_file(path: Path, *, seconds: float = _SOON) -> None:
    """Return when a file is there.

    Raises:
        TimeoutError: It is not, after a while.
    """
    pause = threading.Event()
    for _ in range(int(seconds / _MOMENT)):
        if path.exists():
            return
        pause.wait(_MOMENT)
    raise TimeoutError(f"{path} did not appear.")


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and is not collected yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


class Reports:
    """What tasks reported, from whichever thread."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []
        self._changed = threading.Condition()

    def take(self, event: RunEvent) -> None:
        """Take an event."""
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def ends(self) -> list[RunEvent]:
        """Return how tasks ended, in that order."""
        return [event for event in self.events if isinstance(event, END_EVENTS)]

    def await_ends(self, count: int) -> list[RunEvent]:
        """Return how tasks ended, once so many have.

        Raises:
            TimeoutError: They have not, after a while.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.ends()) >= count, _SOON):
                raise TimeoutError(f"Of {count} tasks ended: {self.ends()}.")
            return self.ends()


class ExecutorConformance:
    """What every executor does; `make_executor` is the only thing that a subclass must write."""

    def make_executor(self, perform: Perform, *, max_concurrent: int) -> Executor:
        """Make an executor; the suite closes it."""
        raise NotImplementedError

    @contextlib.contextmanager
    def executor(self, perform: Perform, *, max_concurrent: int = 2) -> Generator[Executor]:
        """Make an executor and close it in the end."""
        made = self.make_executor(perform, max_concurrent=max_concurrent)
        try:
            yield made
        finally:
            made.close()

    def _run(self, perform: Perform, *tasks: Task) -> Reports:
        reports = Reports()
        with self.executor(perform) as executor:
            for task in tasks:
                executor.submit(task, reports.take)
            reports.await_ends(len(tasks))
        return reports

    def test_a_task_reports_in_order(self) -> None:
        """What happened first is told first, and the end is told last."""
        assert self._run(succeed, a_task("a")).events == [
            LogLine("working on a", 20, "a", "test"),
            StepSucceeded("a", 1),
        ]

    def test_each_task_reports_exactly_one_end(self) -> None:
        """Also where several were submitted."""
        reports = self._run(succeed, a_task("a"), a_task("b"), a_task("c"))

        ends = [event.step for event in reports.events if isinstance(event, StepSucceeded)]
        assert sorted(ends) == ["a", "b", "c"]

    def test_the_attempt_is_passed_on(self) -> None:
        """A second attempt says so."""
        assert self._run(succeed, a_task("a", 2)).events[-1] == StepSucceeded("a", 2)

    def test_a_failed_task_does_not_disturb_the_next(self) -> None:
        """A failure is reported like any other end."""
        reports = self._run(fail_a, a_task("a"), a_task("b"))

        assert sorted(type(end).__name__ for end in reports.ends()) == [
            "StepFailed",
            "StepSucceeded",
        ]

    def test_no_more_tasks_run_at_once_than_it_takes(self, tmp_path: Path) -> None:
        """More that are submitted wait."""
        reports = Reports()
        with self.executor(trace, max_concurrent=2) as executor:
            for number in range(12):
                executor.submit(a_task(f"step{number}", folder=tmp_path), reports.take)
            reports.await_ends(12)

        running, most = 0, 0
        for sign in (tmp_path / "trace").read_text(encoding="utf-8").split():
            running += 1 if sign == "+" else -1
            most = max(most, running)
        assert running == 0
        assert most <= 2

    def test_canceling_an_ended_task_changes_nothing(self) -> None:
        """The cancellation may come too late."""
        reports = Reports()
        with self.executor(succeed) as executor:
            executor.submit(a_task("a"), reports.take)
            reports.await_ends(1)
            executor.cancel(a_task("a"))

        assert len(reports.ends()) == 1

    def test_it_can_be_closed_without_work_and_twice(self) -> None:
        """Closing is for `finally`."""
        executor = self.make_executor(succeed, max_concurrent=1)

        executor.close()
        executor.close()

    def test_no_thread_is_left(self) -> None:
        """Closing waits for what it ends."""
        before = set(threading.enumerate())

        self._run(succeed, a_task("a"), a_task("b"))

        assert [thread for thread in threading.enumerate() if thread not in before] == []


class ConcurrentExecutorConformance(ExecutorConformance):
    """What holds where tasks run beside the driver, and beside each other."""

    def test_tasks_run_at_the_same_time(self, tmp_path: Path) -> None:
        """Each of two waits for the other."""
        reports = self._run(meet, a_task("a", folder=tmp_path), a_task("b", folder=tmp_path))

        assert len(reports.ends()) == 2

    def test_a_running_task_is_interrupted(self, tmp_path: Path) -> None:
        """It reports its end, and another task is not disturbed."""
        reports = Reports()
        with self.executor(hang) as executor:
            task = a_task("a", folder=tmp_path)
            executor.submit(task, reports.take)
            await_file(tmp_path / "begun")
            executor.cancel(task)
            executor.submit(a_task("b", folder=tmp_path), reports.take)
            reports.await_ends(2)

        assert StepCanceled("a", 1) in reports.events
        assert StepSucceeded("b", 1) in reports.events

    def test_a_task_that_waits_is_canceled_at_once(self, tmp_path: Path) -> None:
        """It never runs."""
        reports = Reports()
        with self.executor(hang, max_concurrent=1) as executor:
            executor.submit(a_task("a", folder=tmp_path), reports.take)
            await_file(tmp_path / "begun")
            waiting = a_task("b", folder=tmp_path)
            executor.submit(waiting, reports.take)
            executor.cancel(waiting)

            assert reports.await_ends(1) == [StepCanceled("b", 1)]

    def test_closing_ends_what_runs(self, tmp_path: Path) -> None:
        """Whoever closes does not wait for ever."""
        with self.executor(hang) as executor:
            executor.submit(a_task("a", folder=tmp_path), Reports().take)
            await_file(tmp_path / "begun")


class ProcessExecutorConformance(ConcurrentExecutorConformance):
    """What holds where tasks run in processes, which can die and be killed."""

    def test_a_process_that_dies_is_a_failed_attempt(self) -> None:
        """Killed or gone without a word, it is told, and others go on."""
        reports = self._run(die, a_task("a"), a_task("b"), a_task("c"))

        told = {
            event.step: event.error.message.partition(" before")[0]
            for event in reports.ends()
            if isinstance(event, StepFailed)
        }
        assert told == {
            "a": "The process of the step was killed by SIGKILL (signal 9)",
            "b": "The process of the step ended with exit code 0",
        }
        assert StepSucceeded("c", 1) in reports.events

    def test_a_canceled_task_leaves_no_process(self, tmp_path: Path) -> None:
        """One that ignores every signal is killed with its children before its end is told."""
        reports = Reports()
        with self.executor(hang_with_a_child) as executor:
            task = a_task("a", folder=tmp_path)
            executor.submit(task, reports.take)
            await_file(tmp_path / "child")
            child = int((tmp_path / "child").read_text(encoding="utf-8"))

            executor.cancel(task)

            assert reports.await_ends(1) == [StepCanceled("a", 1)]
            assert not is_alive(child)

    def test_closing_leaves_no_process(self, tmp_path: Path) -> None:
        """Neither a worker nor what its task started."""
        with self.executor(hang_with_a_child) as executor:
            executor.submit(a_task("a", folder=tmp_path), Reports().take)
            await_file(tmp_path / "child")
            child = int((tmp_path / "child").read_text(encoding="utf-8"))

        assert not is_alive(child)
