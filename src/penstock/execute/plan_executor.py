"""`PlanExecutor`: an executor as Dagster has it, which walks through the plan of a run by itself.

It is an iterator over the events of a whole run, where an `Executor` of Penstock carries out one
attempt at a time. Here it becomes one: its iterator runs in a thread of its own, gets the steps
that the run hands out, and what it yields is the report. What runs next, retries and the record
stay with the run.
"""

from __future__ import annotations

import contextvars
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from penstock.compat.events import DagsterEvent
from penstock.compat.runs import DagsterRun
from penstock.define.reconstruct import ReconstructableJob
from penstock.errors import InvariantViolationError, StepNotFoundError, StepProcessDiedError
from penstock.execute.failures import error_info
from penstock.execute.interrupts import Interrupt
from penstock.execute.perform import Performer
from penstock.execute.performers import RunSite
from penstock.execute.protocol import Report, Task
from penstock.instance import Instance
from penstock.model.events import (
    ErrorInfo,
    RunEvent,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
    StoredEvent,
    Unknown,
)
from penstock.model.retry import RetryMode

_ENDS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)
_KIND = StepProcessDiedError.__name__


class PlanExecutor(ABC):
    """An executor that walks through the plan of a run.

    Example:
        ```python
        class OneByOne(dg.Executor):
            def execute(self, plan_context, execution_plan):
                with execution_plan.start() as active:
                    while step := active.get_next_step():
                        yield from plan_context.execute_step(step)
        ```
    """

    @abstractmethod
    def execute(
        self, plan_context: PlanContext, execution_plan: ActivePlan
    ) -> Iterator[DagsterEvent]:
        """Have every step of a run carried out, and yield what happens."""

    @property
    def retries(self) -> RetryMode:
        """Whether failed attempts are repeated; they are unless a subclass says otherwise."""
        return RetryMode.ENABLED

    @property
    def step_dependency_enabled(self) -> bool:
        """Whether a step waits for those that it depends on; it always does."""
        return True


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that is to be carried out now.

    Attributes:
        key: Its key.
        task: The attempt.
        tags: The tags of its op.
    """

    key: str
    task: Task
    tags: Mapping[str, str]


class ActivePlan:
    """The steps of a run, as they become ready; it is its own execution, once started."""

    def __init__(self, site: RunSite) -> None:
        self._site = site
        self._changed = threading.Condition()
        self._ready: list[Task] = []
        self._handed: dict[str, Task] = {}
        self._is_over = False
        self.step_keys_to_execute: Sequence[str] = [step.key for step in site.plan.steps]

    def start(self, *_options: object, **_more: object) -> Self:
        """Return the plan itself; the options of Dagster are settled by the run."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        """Do nothing: the run knows how far it is."""

    @property
    def is_complete(self) -> bool:
        """Whether no step will become ready any more."""
        return self._is_over

    def get_step_by_key(self, key: str) -> PlannedStep:
        """Return a step that was handed out and has not ended.

        Raises:
            StepNotFoundError: There is none of that key.
        """
        task = self._handed.get(key)
        if task is None:
            raise StepNotFoundError(f"No step '{key}' was handed out and is not carried out yet.")
        return self._view(task)

    def get_steps_to_execute(self, limit: int | None = None) -> list[PlannedStep]:
        """Wait until steps are ready and return them, each once; none when the run is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._is_over)
            taken, self._ready = self._ready[:limit], self._ready[len(self._ready[:limit]) :]
            self._handed.update({task.step.key: task for task in taken})
            return [self._view(task) for task in taken]

    def get_next_step(self) -> PlannedStep | None:
        """Wait until a step is ready and return it; None when the run is over."""
        return next(iter(self.get_steps_to_execute(limit=1)), None)

    def handle_event(self, event: DagsterEvent) -> None:
        """Do nothing: the run takes in what is yielded."""

    def add(self, task: Task) -> bool:
        """Make a step ready; tell whether anybody still asks for steps."""
        with self._changed:
            if not self._is_over:
                self._ready.append(task)
                self._changed.notify_all()
            return not self._is_over

    def take_back(self, task: Task) -> bool:
        """Take a step back that was not handed out; tell whether that was so."""
        with self._changed:
            is_ready = task in self._ready
            if is_ready:
                self._ready.remove(task)
            return is_ready

    def finish(self) -> None:
        """Hand out nothing any more, and let nobody wait."""
        with self._changed:
            self._is_over = True
            self._ready = []
            self._changed.notify_all()

    def _view(self, task: Task) -> PlannedStep:
        return PlannedStep(task.step.key, task, self._site.code.loaded.nodes[task.step.node].tags)


class PlanContext:
    """A run, for the executor that walks through its plan.

    Attributes:
        executor: The executor.
    """

    def __init__(self, site: RunSite, executor: object, runner: PlanRunner) -> None:
        self._site = site
        self._runner = runner
        self.executor = executor

    @property
    def dagster_run(self) -> DagsterRun:
        """The run."""
        return DagsterRun(self._site.record)

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._site.record.id

    @property
    def run_config(self) -> Mapping[str, object]:
        """The config of the run."""
        return self._site.record.spec.config

    @property
    def instance(self) -> Instance:
        """The instance of the run."""
        return self._site.instance

    @property
    def job_name(self) -> str:
        """The name of the job."""
        return self._site.record.spec.job

    @property
    def reconstructable_job(self) -> ReconstructableJob:
        """The job by reference.

        Raises:
            InvariantViolationError: No other process can find it.
        """
        if self._site.code.reference is None:
            raise InvariantViolationError(
                f"Job '{self.job_name}' is not reconstructable. Run it with "
                "execute_job(dg.reconstructable(...))."
            )
        return self._site.code.reference

    def execute_step(self, step: PlannedStep) -> Iterator[DagsterEvent]:
        """Carry a step out here, and yield what happened, all of which is recorded already."""
        return iter(self._runner.carry_out(step.task))


class PlanRunner:
    """Makes an `Executor` of one that walks through a plan.

    Args:
        executor: What walks.
        site: The run.
        performer: Carries steps out in this process.
    """

    def __init__(self, executor: PlanExecutor, site: RunSite, performer: Performer) -> None:
        self._executor = executor
        self._site = site
        self._performer = performer
        self._plan = ActivePlan(site)
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Task, Report]] = {}
        self._told: list[RunEvent] = []
        self._running: tuple[str, Interrupt] | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._walk,), daemon=True)

    def submit(self, task: Task, report: Report) -> None:
        """Make a step ready for who walks through the plan."""
        with self._lock:
            self._open[task.step.key] = (task, report)
        if self._thread.ident is None:
            self._thread.start()
        if not self._plan.add(task):
            self._give_up(ErrorInfo(_KIND, "The executor had ended before the step was ready."))

    def cancel(self, task: Task) -> None:
        """Interrupt the step if it runs here; one that was not begun ends at once."""
        with self._lock:
            running = self._running
        if running is not None and running[0] == task.step.key:
            running[1].request()
        elif self._plan.take_back(task):
            self._report(StepCanceled(task.step.key, task.attempt))

    def close(self) -> None:
        """Tell who walks through the plan that it is over, and wait for that."""
        self._plan.finish()
        with self._lock:
            running = self._running
        if running is not None:
            running[1].request()
        if self._thread.ident is not None:
            self._thread.join()

    def carry_out(self, task: Task) -> list[DagsterEvent]:
        """Carry an attempt out in the calling thread; return what happened."""
        told: list[RunEvent] = []
        interrupt = Interrupt()

        def take(event: RunEvent) -> None:
            told.append(event)
            self._report(event)

        with self._lock:
            self._running = (task.step.key, interrupt)
        self._performer.interrupted_by(interrupt).perform(task, take)
        with self._lock:
            self._running = None
            self._told = told  # kept alive, so that each is known again when it is yielded
        run, now = self._site.record.id, self._site.instance.clock.now
        return [DagsterEvent(StoredEvent(id=0, run=run, at=now(), event=e)) for e in told]

    def _walk(self) -> None:
        context = PlanContext(self._site, self._executor, self)
        reason = ErrorInfo(_KIND, "The executor ended without carrying the step out.")
        try:
            for event in self._executor.execute(context, self._plan):
                self._take(event)
        except Exception as error:  # noqa: BLE001 - the border to a user's executor
            reason = error_info(error)
        self._plan.finish()
        self._give_up(reason)

    def _take(self, event: DagsterEvent) -> None:
        native = event.native
        if not isinstance(native, Unknown) and not any(native is told for told in self._told):
            self._report(native)

    def _report(self, event: RunEvent) -> None:
        """Pass an event on, by whichever step is open if it is of none."""
        key = getattr(event, "step", None)
        with self._lock:
            entry = self._open.get(key) if key else next(iter(self._open.values()), None)
            if entry is not None and isinstance(event, _ENDS):
                del self._open[event.step]
        if entry is not None:
            entry[1](event)

    def _give_up(self, reason: ErrorInfo) -> None:
        with self._lock:
            left = [task for task, _ in self._open.values()]
        for task in left:
            self._report(StepFailed(task.step.key, reason, task.attempt))
