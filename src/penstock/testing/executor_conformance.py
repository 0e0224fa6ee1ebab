"""What any executor must do, as a class of tests.

Subclass it in a test module and say how an executor is made around the function that carries a
task out:

    class TestMyExecutor(ExecutorConformance):
        def make_executor(self, perform: Perform) -> Executor:
            return MyExecutor(perform)

An executor that works elsewhere reports later; override `settle` to wait until it has.
"""

from __future__ import annotations

from collections.abc import Callable

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

Perform = Callable[[Task, Report], None]
"""Carries one task out and reports on it, its end last; what the executor is made around."""

END_EVENTS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)
"""Of these a task reports exactly one, after everything else."""


def a_task(key: str, attempt: int = 1) -> Task:
    """Make an attempt of a step that needs nothing."""
    return Task(Step(key, key), attempt)


def _succeed(task: Task, report: Report) -> None:
    report(LogLine(f"working on {task.step.key}", 20, task.step.key, "test"))
    report(StepSucceeded(task.step.key, task.attempt))


def _fail(task: Task, report: Report) -> None:
    report(StepFailed(task.step.key, ErrorInfo("ValueError", "bad"), task.attempt))


class ExecutorConformance:
    """The tests; `make_executor` is the only thing that a subclass must write."""

    def make_executor(self, perform: Perform) -> Executor:
        """Make an executor; the suite closes it."""
        raise NotImplementedError

    def settle(self, executor: Executor) -> None:
        """Return when every submitted task has reported its end."""

    def _run(self, perform: Perform, *tasks: Task) -> list[RunEvent]:
        reported: list[RunEvent] = []
        executor = self.make_executor(perform)
        for task in tasks:
            executor.submit(task, reported.append)
        self.settle(executor)
        executor.close()
        return reported

    def test_a_task_reports_in_order(self) -> None:
        """What happened first is told first, and the end is told last."""
        assert self._run(_succeed, a_task("a")) == [
            LogLine("working on a", 20, "a", "test"),
            StepSucceeded("a", 1),
        ]

    def test_each_task_reports_exactly_one_end(self) -> None:
        """Also where several were submitted."""
        reported = self._run(_succeed, a_task("a"), a_task("b"), a_task("c"))

        ends = [event.step for event in reported if isinstance(event, END_EVENTS)]
        assert sorted(ends) == ["a", "b", "c"]

    def test_the_attempt_is_passed_on(self) -> None:
        """A second attempt says so."""
        assert self._run(_succeed, a_task("a", 2))[-1] == StepSucceeded("a", 2)

    def test_a_failed_task_does_not_disturb_the_next(self) -> None:
        """A failure is reported like any other end."""

        def perform(task: Task, report: Report) -> None:
            (_fail if task.step.key == "a" else _succeed)(task, report)

        reported = self._run(perform, a_task("a"), a_task("b"))

        ends = [type(event) for event in reported if isinstance(event, END_EVENTS)]
        assert sorted(ends, key=str) == [StepFailed, StepSucceeded]

    def test_canceling_an_ended_task_changes_nothing(self) -> None:
        """The cancellation may come too late."""
        reported: list[RunEvent] = []
        executor = self.make_executor(_succeed)
        executor.submit(a_task("a"), reported.append)
        self.settle(executor)

        executor.cancel(a_task("a"))
        self.settle(executor)
        executor.close()

        assert sum(isinstance(event, END_EVENTS) for event in reported) == 1

    def test_it_can_be_closed_without_work_and_twice(self) -> None:
        """Closing is for `finally`."""
        executor = self.make_executor(_succeed)

        executor.close()
        executor.close()
