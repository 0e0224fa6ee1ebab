"""How the steps of a run are carried out: which executor was chosen, and what it is made with.

Owns the way from a declared executor and its config to an `Executor` at work. What each executor
does is in `executors/`.
"""

from __future__ import annotations

import contextvars
import os
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, cast

from penstock.base.settings import Settings
from penstock.config.config_type import ABSENT
from penstock.decide.launch_queue import LaunchQueue, StepLimits
from penstock.decide.queue import TagLimit
from penstock.decide.retry import RetryFacts
from penstock.define.executor import (
    ExecutorDefinition,
    ExecutorRequirement,
    InitExecutorContext,
)
from penstock.define.own_executors import InProcess, MultiProcess, Threads
from penstock.define.resource_setup import FailedTeardown
from penstock.errors import InvalidDefinitionError, SubprocessError, UnmetExecutorRequirementsError
from penstock.execute.driver import Observer
from penstock.execute.executors.in_process import InProcessExecutor
from penstock.execute.executors.processes import ProcessExecutor
from penstock.execute.executors.threads import ThreadExecutor
from penstock.execute.failures import failed_attempt
from penstock.execute.frames import Begin, CodePointer
from penstock.execute.interrupts import Interrupt
from penstock.execute.io_managers.definitions import mem_io_manager
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.execute.perform import Performer
from penstock.execute.performers import RunCode, RunSite, performing
from penstock.execute.plan_executor import PlanExecutor, PlanRunner
from penstock.execute.protocol import Executor, Report, Task
from penstock.execute.step_code import RunPlace
from penstock.instance import Instance
from penstock.model.events import ErrorInfo, LogsCaptured, RunEvent, StepCanceled, StepFailed
from penstock.model.retry import RetryMode
from penstock.plan.plan import Plan

_PREFIXES = ("PENSTOCK", "DAGSTER")
_MAX_CONCURRENT = "MULTIPROCESS_EXECUTOR_MAX_CONCURRENT"
_UNLIMITED = sys.maxsize


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How the steps of a run are to be carried out.

    Attributes:
        definition: The executor; None for the process of the run.
        config: Its config, checked.
        job: The job, for the function that makes the executor.
        code: Where another process finds the code of the run; None if none can.
    """

    definition: ExecutorDefinition | None = None
    config: Mapping[str, object] | None = None
    job: object = None
    code: CodePointer | None = None

    @property
    def requirements(self) -> Sequence[ExecutorRequirement]:
        """What the executor needs of the job and the instance."""
        if self.definition is None:
            return ()
        return self.definition.get_requirements(self.config or {})

    @property
    def is_elsewhere(self) -> bool:
        """Whether steps run in other processes, so that values are not left in this one."""
        return ExecutorRequirement.PERSISTENT_OUTPUTS in self.requirements

    def make(self, instance: Instance, perform: Callable[..., None] | None = None) -> object:
        """Call the function that makes the executor.

        Raises:
            InvalidDefinitionError: The definition has none.
        """
        if self.definition is None:
            return InProcess()
        function = self.definition.executor_creation_fn
        if function is None:
            raise InvalidDefinitionError(
                f"Executor '{self.definition.name}' has no function that makes it. Declare it with "
                "@executor, or give executor_creation_fn."
            )
        return function(
            InitExecutorContext(
                job=self.job,
                executor_def=self.definition,
                executor_config=self.config or {},
                instance=instance,
                perform=perform,
            )
        )


IN_THIS_PROCESS: Final = Execution()


def choose_execution(
    definition: object,
    run_config: Mapping[str, object] | None,
    *,
    settings: Settings,
    job: object = None,
    code: CodePointer | None = None,
) -> Execution:
    """Return how the steps of a run are to be carried out.

    Args:
        definition: The executor that is declared.
        run_config: The config of the run; its `execution` section is read.
        settings: Have the variables that config may name.
        job: The job, for the function that makes the executor.
        code: Where another process finds the code of the run; None if none can.

    Raises:
        InvalidConfigError: The config does not fit the executor.
    """
    if not isinstance(definition, ExecutorDefinition):
        raise InvalidDefinitionError(
            f"{definition!r} is no executor. Give one that was declared with @executor."
        )
    section = (run_config or {}).get("execution")
    entry: Mapping[str, object] = (
        cast("Mapping[str, object]", section) if isinstance(section, Mapping) else {}
    )
    config = definition.resolve(entry.get("config", ABSENT), environment=settings.environment)
    return Execution(
        definition=definition,
        config=cast("Mapping[str, object]", config) if isinstance(config, Mapping) else {},
        job=job,
        code=code,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """An executor with what the driver is to know of it, and the performer if it is here."""

    executor: Executor
    launches: LaunchQueue
    observer: Observer | None = None
    performer: Performer | None = None


@contextmanager
def at_work(
    execution: Execution,
    site: RunSite,
    *,
    interrupt: Interrupt,
    errors: dict[str, BaseException],
    on_failed_teardown: FailedTeardown,
) -> Generator[AtWork]:
    """Make the executor of a run, with what it needs in this process.

    Args:
        execution: What was chosen.
        site: The run.
        interrupt: Reaches what runs in this thread.
        errors: Filled with what user code raised, by step.
        on_failed_teardown: Told of each teardown in this process that raised.

    Raises:
        UnmetExecutorRequirementsError: The executor cannot run the job, or not on this instance.
        UsageError: A resource or its config is not as it should be.
        ResourceFunctionError: A resource's own code raised while it was set up.
    """
    _require_instance(execution, site.instance)
    late = _Late(interrupt)
    made = execution.make(site.instance, late.perform)
    if isinstance(made, MultiProcess):
        yield _in_processes(made, execution.code, site, errors)
        return
    mode = getattr(made, "retries", None)
    if not isinstance(mode, RetryMode):
        mode = site.retries
    with ExitStack() as stack:
        here = replace(site, retries=mode)
        performer = stack.enter_context(
            performing(
                here,
                site.plan.steps,
                interrupt=interrupt,
                on_failed_teardown=on_failed_teardown,
            )
        )
        performer.errors = errors
        late.ready(performer)
        yield replace(_here(made, here, performer, interrupt), performer=performer)


def _here(made: object, site: RunSite, performer: Performer, interrupt: Interrupt) -> AtWork:
    if isinstance(made, InProcess):
        return AtWork(
            executor=InProcessExecutor(performer.perform), launches=_launches(site, 1, ())
        )
    if isinstance(made, Threads):
        count = made.max_concurrent or _count_of_processors(site.instance)
        perform = _InThread(performer, interrupt).perform
        return AtWork(
            executor=ThreadExecutor(perform, max_concurrent=count),
            launches=_launches(site, count, made.tag_limits),
        )
    if isinstance(made, PlanExecutor) or callable(getattr(made, "execute", None)):
        runner = PlanRunner(cast("PlanExecutor", made), site, performer)
        return AtWork(executor=runner, launches=_launches(site, _UNLIMITED, ()))
    if all(callable(getattr(made, name, None)) for name in ("submit", "cancel", "close")):
        count = getattr(made, "max_concurrent", None) or _UNLIMITED
        return AtWork(executor=cast("Executor", made), launches=_launches(site, count, ()))
    raise InvalidDefinitionError(
        f"The function of an executor returned {made!r}, which has neither execute nor submit, "
        "cancel and close. See docs/extend/executor.md."
    )


class _Late:
    """Carries tasks out by what is made after the executor that calls it."""

    def __init__(self, interrupt: Interrupt) -> None:
        self._interrupt = interrupt
        self._thread = threading.get_ident()
        self.performer: Performer | None = None
        self.in_thread: _InThread | None = None

    def ready(self, performer: Performer) -> None:
        self.performer = performer
        self.in_thread = _InThread(performer, self._interrupt)

    def perform(self, task: Task, report: Report) -> None:
        """Carry a task out; in another thread than the run's nothing interrupts it."""
        assert self.performer is not None, "no task is submitted before the run begins"
        assert self.in_thread is not None
        if threading.get_ident() == self._thread:
            self.performer.perform(task, report)
        else:
            self.in_thread.perform(task, report, Interrupt())


class _InThread:
    """Carries tasks out in threads, each with an interrupt of its own."""

    def __init__(self, performer: Performer, interrupt: Interrupt) -> None:
        self._performer = performer
        self._interrupt = interrupt
        self._context = contextvars.copy_context()

    def perform(self, task: Task, report: Report, interrupt: Interrupt) -> None:
        def tell(event: RunEvent) -> None:
            # User code that interrupts itself stops the run, as in the run's own thread.
            if isinstance(event, StepCanceled) and not self._interrupt.requested:
                self._interrupt.request()
            report(event)

        performer = self._performer.interrupted_by(interrupt)
        self._context.copy().run(performer.perform, task, tell)


def _in_processes(
    made: MultiProcess,
    code: CodePointer | None,
    site: RunSite,
    errors: dict[str, BaseException],
) -> AtWork:
    assert code is not None, "required before"
    count = made.max_concurrent or _count_of_processors(site.instance)
    place = RunPlace(
        instance=site.instance.get_ref(),
        run=site.record.id,
        code=code,
        retries=made.retries,
        preload=made.preload,
    )
    executor = ProcessExecutor(
        Begin(place.pointer(), tuple(sys.path)),
        on_crash=partial(_crashed, replace(site, retries=made.retries)),
        max_concurrent=count,
        is_fresh=made.start != "reuse",
        forks=made.start == "forkserver",
    )
    return AtWork(
        executor=executor,
        launches=_launches(site, count, made.tag_limits),
        observer=partial(_keep_error, errors),
    )


def _crashed(site: RunSite, task: Task, error: ErrorInfo) -> list[RunEvent]:
    """Return what is to be told of an attempt whose process did not come back."""
    logs, instance = _logs_left(site, task), site.instance
    ended = failed_attempt(task, error, RetryFacts(), mode=site.retries, ids=instance.ids)
    return [ended] if logs is None else [logs, ended]


def _logs_left(site: RunSite, task: Task) -> LogsCaptured | None:
    """Return what tells of the output of an attempt that could not do so itself."""
    manager = site.instance.compute_log_manager
    key = manager.build_log_key_for_run(site.record.id, f"{task.step.key}.{task.attempt}")
    try:
        found = manager.get_log_data(key)
    except Exception:  # noqa: BLE001 - the border to where logs are kept: the failure counts more
        return None
    if not found.stdout and not found.stderr:
        return None
    return LogsCaptured(task.step.key, task.attempt, file_key=key[-1])


def _keep_error(errors: dict[str, BaseException], event: RunEvent) -> None:
    if isinstance(event, StepFailed):
        error = event.error
        errors[event.step] = SubprocessError(
            f"Step '{event.step}' failed in a process of its own. {error.kind}: {error.message}"
            f"\n\n{error.stack}".rstrip(),
            subprocess_error_infos=[error],
        )


def _launches(site: RunSite, count: int, tags: tuple[TagLimit, ...]) -> LaunchQueue:
    nodes = site.code.loaded.nodes
    if not tags and not any(nodes[step.node].tags for step in site.plan.steps):
        return LaunchQueue(StepLimits(max_concurrent=count))
    node_of = {step.key.partition("[")[0]: step.node for step in site.plan.steps}
    return LaunchQueue(
        StepLimits(max_concurrent=count, tags=tags),
        lambda step: nodes[node_of[step.partition("[")[0]]].tags,
    )


def _count_of_processors(instance: Instance) -> int:
    for prefix in _PREFIXES:
        text = instance.settings.environment.get(f"{prefix}_{_MAX_CONCURRENT}", "")
        if text.isdecimal() and int(text) > 0:
            return int(text)
    return os.cpu_count() or 1


def _require_instance(execution: Execution, instance: Instance) -> None:
    needed = execution.requirements
    name = "" if execution.definition is None else execution.definition.name
    if ExecutorRequirement.RECONSTRUCTABLE_JOB in needed and execution.code is None:
        raise UnmetExecutorRequirementsError(
            f"Executor '{name}' runs steps in other processes, and they cannot find the code of "
            "this job: it is not reconstructable. Pass execute_job a dg.reconstructable(...), or "
            "choose in_process_executor."
        )
    if ExecutorRequirement.NON_EPHEMERAL_INSTANCE in needed and instance.home is None:
        raise UnmetExecutorRequirementsError(
            f"Executor '{name}' runs steps in other processes, and they cannot see an instance "
            "that is in memory. Use Instance.get(), or choose in_process_executor."
        )


def require_lasting_outputs(
    execution: Execution, code: RunCode, plan: Plan, *, instance: Instance
) -> None:
    """Refuse outputs that stay in the memory of a process, where others are to read them.

    That an instance itself is in memory is found when the run begins.

    Raises:
        UnmetExecutorRequirementsError: An output is stored by an IO manager in memory.
    """
    if not execution.is_elsewhere or instance.is_ephemeral:
        return
    declared = {**code.loaded.resources, **code.resources}
    in_memory = {key for key, value in declared.items() if _is_in_memory(value)}
    for step in plan.steps:
        for output in code.loaded.nodes[step.node].outputs:
            if output.manager in in_memory and not output.returns_nothing:
                raise UnmetExecutorRequirementsError(
                    f"Step '{step.key}' runs in a process of its own, and resource "
                    f"'{output.manager}' keeps output '{output.name}' in the memory of that. Use "
                    "another IO manager, such as fs_io_manager, or choose in_process_executor."
                )


def _is_in_memory(resource: object) -> bool:
    return isinstance(resource, InMemoryIOManager) or resource is mem_io_manager
