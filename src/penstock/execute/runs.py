"""Runs from start to end: planned, leased, driven. Those that were lost are in `recovery.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial

from penstock.base.ids import RunId
from penstock.base.secrets import masked
from penstock.decide.run import RunMachine
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import (
    ExecutionInterruptedError,
    PenstockError,
    ResourceFunctionError,
    UnmetExecutorRequirementsError,
)
from penstock.execute import interrupts, python_logs
from penstock.execute.driver import Driver, Observer
from penstock.execute.execution import (
    IN_THIS_PROCESS,
    Execution,
    at_work,
    require_lasting_outputs,
)
from penstock.execute.facts import Captured
from penstock.execute.failures import error_info
from penstock.execute.performers import RunCode, RunSite
from penstock.execute.run_config import resolve_run_config
from penstock.execute.run_loggers import LoggerCall, telling
from penstock.execute.run_records import (
    append_to,
    create_run,
    existing,
    lease_of,
    machine_at_start,
    plan_assets,
)
from penstock.instance import Instance
from penstock.model.events import (
    AssetFailed,
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunResumed,
    RunStarted,
    TeardownFailed,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.partitions.context import partition_loading_context
from penstock.plan.announce import planned_assets
from penstock.plan.plan import Plan
from penstock.plan.request import dimension_tags
from penstock.store.protocol import Lease

__all__ = ["RunCode", "execute_plan", "execute_run", "interrupt_all", "start_run"]

interrupt_all: Callable[[], bool] = interrupts.interrupt_all


@dataclass(slots=True)
class Errors:
    """The exceptions that user code raised in a run, by step; for callers that raise them."""

    by_step: dict[str, BaseException] = field(default_factory=dict[str, BaseException])

    def first(self) -> BaseException | None:
        """Return the first one."""
        return next(iter(self.by_step.values()), None)


def execute_run(
    loaded: LoadedDefinitions,
    instance: Instance,
    *,
    assets: AbstractSet[AssetKey],
    checks: AbstractSet[AssetCheckKey] | None = None,
    partition: str | None = None,
    partition_range: tuple[str, str] | None = None,
    config: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    job: str = "__ASSET_JOB",
    backfill: str | None = None,
    why: str = "",
    observer: Observer | None = None,
    resources: Mapping[str, object] | None = None,
    errors: Errors | None = None,
    captured: Captured | None = None,
    loggers: Sequence[LoggerCall] = (),
    execution: Execution = IN_THIS_PROCESS,
) -> RunRecord:
    """Make assets, in the calling thread, and return the finished run.

    Args:
        loaded: The definitions.
        instance: Where the run is recorded.
        assets: What to make.
        checks: The checks to evaluate; None means all of the assets'.
        partition: The partition to make them for.
        partition_range: The first and last partition to make in this one run.
        config: Run config.
        tags: Tags of the run.
        job: The name of the job that it is a run of.
        backfill: The backfill that asked for it.
        why: What caused it, in one sentence.
        observer: Called with each event of the run.
        resources: Resources that take the place of the declared ones.
        errors: Filled with what user code raised.
        captured: Filled with the values that are made; None if nobody asks for them.
        loggers: What is told of the run's events, with its config.
        execution: How the steps are carried out.

    Raises:
        UsageError: The request does not fit the definitions; nothing was recorded.
        KeyboardInterrupt: After the run was recorded as CANCELED.
        OutageError: The store failed.
    """
    every_tag = {**dimension_tags(loaded.graph, assets, partition), **(tags or {})}
    spec = RunSpec(
        job=job,
        assets=tuple(sorted(assets)),
        partition=partition,
        partition_range=partition_range,
        tags=tuple(sorted(every_tag.items())),
        config=dict(config or {}),
        backfill=backfill,
        why=why,
    )
    with partition_loading_context(dynamic_partitions_store=instance):
        plan = plan_assets(loaded, instance, assets=assets, checks=checks, spec=spec)
        code = code_of(loaded, instance, plan, spec, resources=resources or {}, captured=captured)
        code = replace(code, loggers=loggers)
        return execute_plan(
            code,
            instance,
            plan=plan,
            spec=spec,
            observer=observer,
            errors=errors,
            execution=execution,
        )


def execute_plan(
    code: RunCode,
    instance: Instance,
    *,
    plan: Plan,
    spec: RunSpec,
    run_id: str | None = None,
    observer: Observer | None = None,
    errors: Errors | None = None,
    execution: Execution = IN_THIS_PROCESS,
) -> RunRecord:
    """Carry out a plan, driven by the calling thread, and return the finished run.

    Args:
        code: What the steps are, with their config.
        instance: Where the run is recorded.
        plan: The steps and what each waits for.
        spec: What the run was asked to do.
        run_id: The run's id; a new one if None.
        observer: Called with each event of the run.
        errors: Filled with what user code raised.
        execution: How the steps are carried out.

    Raises:
        UnmetExecutorRequirementsError: An executor in other processes cannot get at the outputs;
            nothing was recorded.
        KeyboardInterrupt: After the run was recorded as CANCELED.
        OutageError: The store failed.
    """
    require_lasting_outputs(execution, code, plan, instance=instance)
    record = create_run(instance, plan, spec, run_id=run_id)
    begun = Begun(
        record=record,
        plan=plan,
        machine=machine_at_start(plan, record),
        lease=lease_of(record),
        event=RunStarted(record.owner or ""),
    )
    return drive(code, instance, begun, observer=observer, errors=errors, execution=execution)


def code_of(
    loaded: LoadedDefinitions,
    instance: Instance,
    plan: Plan,
    spec: RunSpec,
    *,
    resources: Mapping[str, object],
    captured: Captured | None = None,
) -> RunCode:
    steps = [loaded.nodes[step.node] for step in plan.steps]
    environment = instance.settings.environment
    configs = resolve_run_config(loaded, steps, spec.config, environment=environment)
    return RunCode(loaded=loaded, configs=configs, resources=resources, captured=captured)


def start_run(
    loaded: LoadedDefinitions,
    instance: Instance,
    *,
    assets: AbstractSet[AssetKey],
    checks: AbstractSet[AssetCheckKey] | None,
    spec: RunSpec,
) -> RunRecord:
    """Plan a run and record it; it does not run yet, and it belongs to this process.

    Raises:
        UsageError: The request does not fit the definitions; nothing was recorded.
    """
    plan = plan_assets(loaded, instance, assets=assets, checks=checks, spec=spec)
    return create_run(instance, plan, spec, run_id=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A run that this process has taken, with the event that begins its part of it.

    `event` is RunStarted, which the driver writes, or RunResumed, which was written already.
    """

    record: RunRecord
    plan: Plan
    machine: RunMachine
    lease: Lease
    event: RunStarted | RunResumed


def drive(
    code: RunCode,
    instance: Instance,
    begun: Begun,
    *,
    observer: Observer | None,
    errors: Errors | None,
    execution: Execution = IN_THIS_PROCESS,
) -> RunRecord:
    collected = errors if errors is not None else Errors()
    with (
        interrupts.registered() as interrupt,
        partition_loading_context(dynamic_partitions_store=instance),
    ):
        try:
            _perform(
                code,
                instance,
                begun,
                interrupt=interrupt,
                execution=execution,
                observer=observer,
                errors=collected,
            )
        except BaseException as error:
            if not _end_before_start(instance, begun, error):
                _let_go(instance, begun.lease, error)
                raise
            if isinstance(error, ResourceFunctionError | UnmetExecutorRequirementsError):
                collected.by_step[""] = error
            elif not isinstance(error, ExecutionInterruptedError):
                raise
        was_interrupted = interrupt.requested
    instance.store.release_lease(begun.lease)
    finished = existing(instance, begun.record.id)
    if was_interrupted and finished.status is not RunStatus.SUCCESS:
        raise KeyboardInterrupt
    return finished


def _perform(
    code: RunCode,
    instance: Instance,
    begun: Begun,
    *,
    interrupt: interrupts.Interrupt,
    execution: Execution,
    observer: Observer | None,
    errors: Errors,
) -> None:
    record = begun.record
    site = RunSite(code=code, instance=instance, record=record, plan=begun.plan)
    with (
        python_logs.handling(instance.python_logs) as handlers,
        at_work(
            execution,
            site,
            interrupt=interrupt,
            errors=errors.by_step,
            on_failed_teardown=partial(_note_failed_teardown, instance, record.id),
        ) as work,
    ):
        observer = _both(observer, work.observer)
        driver = Driver(
            machine=begun.machine,
            store=instance.store,
            lease=begun.lease,
            executor=work.executor,
            launches=work.launches,
            clock=instance.clock,
            interrupt=interrupt,
            observer=telling(
                observer,
                code.loggers,
                record,
                job=code.job,
                clock=instance.clock,
                also=handlers,
            ),
            partition=record.spec.partition,
        )
        if work.performer is not None:
            work.performer.flush = driver.flush
        if isinstance(begun.event, RunResumed):
            driver.take_up(begun.event)
        else:
            driver.begin(begun.event)
        driver.drive()


def _both(first: Observer | None, second: Observer | None) -> Observer | None:
    if first is None or second is None:
        return first or second

    def observe(event: RunEvent) -> None:
        first(event)
        second(event)

    return observe


def _note_failed_teardown(instance: Instance, run: RunId, key: str, error: Exception) -> None:
    """Tell of a resource that could not be released; by then the run has its result."""
    append_to(instance, existing(instance, run), [TeardownFailed(key, error_info(error))])


def _end_before_start(instance: Instance, begun: Begun, error: BaseException) -> bool:
    """End a run whose resources could not be set up; tell whether it was one.

    No step has started: either the error ends the run as FAILURE, or an interrupt as CANCELED.
    """
    is_at_start = begun.machine.status in (RunStatus.NOT_STARTED, RunStatus.SUSPENDED)
    if not is_at_start or not isinstance(error, PenstockError | ExecutionInterruptedError):
        return False
    has_begun = isinstance(begun.event, RunResumed)
    is_refused = isinstance(error, UnmetExecutorRequirementsError)
    events: list[RunEvent] = [] if has_begun or is_refused else [begun.event]
    if isinstance(error, ExecutionInterruptedError):
        events += [RunCanceling(by="an interrupt"), RunCanceled()]
    else:
        reason = masked(str(error)).splitlines()[0]
        unfinished = set(begun.machine.unfinished())
        events += [
            AssetFailed(event.asset, event.partition, event.step, reason)
            for event in planned_assets(begun.plan, begun.record.spec)
            if event.step in unfinished
        ]
        events.append(RunFailed(reason, error_info(error)))
    lease = begun.lease
    instance.store.append(
        lease.run, events, at=instance.clock.now(), expect=lease.version, fence=lease.fence
    )
    return True


def _let_go(instance: Instance, lease: Lease, error: BaseException) -> None:
    """Give up a run whose driver failed, so that it can be resumed.

    The store may be what failed; then the run is found lost when this process has ended.
    """
    with contextlib.suppress(PenstockError):
        record = instance.store.run(lease.run)
        if record is not None and not record.status.is_finished and record.fence == lease.fence:
            append_to(instance, record, [LeaseLost(lease.owner, masked(f"it failed: {error!r}"))])
        instance.store.release_lease(lease)
