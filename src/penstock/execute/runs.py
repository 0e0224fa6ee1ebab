"""Runs from start to end: planned, leased, driven; and those that were lost, found and resumed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from penstock.base.ids import RunId
from penstock.decide.lease import is_lost
from penstock.decide.run import RunMachine, replay
from penstock.define.loaded import LoadedDefinitions
from penstock.define.node import DEFAULT_IO_MANAGER
from penstock.errors import (
    BugError,
    ExecutionInterruptedError,
    FencedError,
    InvariantViolationError,
    PenstockError,
    RunNotFoundError,
    UserCodeExecutionError,
)
from penstock.execute import capture, interrupts, owners
from penstock.execute.defaults import default_io_manager, logs_folder
from penstock.execute.driver import Driver, Observer
from penstock.execute.executors.in_process import InProcessExecutor
from penstock.execute.facts import RunFacts
from penstock.execute.failures import error_info
from penstock.execute.perform import Performer
from penstock.execute.protocol import Report, Task
from penstock.execute.resources import keys_needed, set_up
from penstock.execute.versions import Versions
from penstock.instance import Instance
from penstock.model.events import (
    AssetFailed,
    AssetPlanned,
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunResumed,
    RunStarted,
    StoredEvent,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.plan.build import build_plan
from penstock.plan.plan import Plan, decode_plan, encode_plan
from penstock.plan.request import resolve_partition
from penstock.store.protocol import EventFilter, Lease

__all__ = [
    "cancel_run",
    "execute_run",
    "interrupt_all",
    "recover_lost_runs",
    "resume_run",
    "start_run",
]

interrupt_all = interrupts.interrupt_all


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

    Raises:
        UsageError: The request does not fit the definitions; nothing was recorded.
        KeyboardInterrupt: After the run was recorded as CANCELED.
        OutageError: The store failed.
    """
    record = start_run(
        loaded,
        instance,
        assets=assets,
        checks=checks,
        spec=RunSpec(
            job=job,
            assets=tuple(sorted(assets)),
            partition=partition,
            partition_range=partition_range,
            tags=tuple(sorted((tags or {}).items())),
            config=dict(config or {}),
            backfill=backfill,
            why=why,
        ),
    )
    plan = _plan_of(instance, record)
    begun = _Begun(
        record=record,
        plan=plan,
        machine=_machine_at_start(plan, record),
        lease=_lease_of(record),
        event=RunStarted(record.owner or ""),
    )
    return _drive(loaded, instance, begun, observer=observer, resources=resources, errors=errors)


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
    resolve_partition(
        loaded.graph,
        assets,
        partition=spec.partition,
        partition_range=spec.partition_range,
        now=datetime.fromtimestamp(instance.clock.now(), UTC),
    )
    plan = build_plan(loaded.graph, assets, checks=checks)
    digest, data = encode_plan(plan)
    now = instance.clock.now()
    record = RunRecord(
        id=RunId(instance.ids.new_id()),
        spec=spec,
        status=RunStatus.NOT_STARTED,
        created=now,
        updated=now,
        owner=owners.this_owner(instance.home, instance.ids),
        plan=digest,
    )
    return instance.store.create_run(record, plan=data, events=_planned(plan, spec))


def _planned(plan: Plan, spec: RunSpec) -> list[AssetPlanned]:
    return [
        AssetPlanned(a.key, spec.partition if a.is_partitioned else None, step.key)
        for step in plan.steps
        for a in step.assets
    ]


def resume_run(
    loaded: LoadedDefinitions,
    instance: Instance,
    run: RunId,
    *,
    observer: Observer | None = None,
) -> RunRecord:
    """Go on with a suspended run at its first unfinished step, and return the finished run.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run is not suspended, another process has just resumed it, or
            its code is not there any more.
        KeyboardInterrupt: After the run was recorded as CANCELED.
    """
    record = _suspended(instance, run)
    plan = _plan_of(instance, record)
    gone = [step.key for step in plan.steps if step.node not in loaded.nodes]
    if gone:
        raise InvariantViolationError(
            f"Run {run} cannot be resumed: the definitions have no '{gone[0]}' any more. Cancel it "
            f"with 'penstock run cancel {run}'."
        )
    machine = _replayed(instance, plan, run)
    owner = owners.this_owner(instance.home, instance.ids)
    resumed = RunResumed(owner)
    claimed = _append_to(instance, record, [resumed])
    if claimed is None:
        raise InvariantViolationError(f"Another process has just taken run {run} up.")
    lease = Lease(run, owner, record.fence, claimed)
    begun = _Begun(record=record, plan=plan, machine=machine, lease=lease, event=resumed)
    return _drive(loaded, instance, begun, observer=observer, resources=None, errors=None)


def cancel_run(instance: Instance, run: RunId) -> RunRecord:
    """End a run that nobody works on as CANCELED.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run has ended, or a living process works on it.
    """
    record = _existing(instance, run)
    if record.status.is_finished:
        raise InvariantViolationError(f"Run {run} has ended already: {record.status.value}.")
    if owners.is_alive(instance.home, record.owner):
        raise InvariantViolationError(
            f"Run {run} is at work in a living process. Interrupt that process with Ctrl-C."
        )
    events: list[RunEvent] = [RunCanceling(by="the user"), RunCanceled()]
    if record.status in _UNDER_WAY:
        events.insert(0, LeaseLost(record.owner or "", _ITS_PROCESS_ENDED))
    if _append_to(instance, record, events) is None:
        raise InvariantViolationError(
            f"Run {run} was not cancelled: another process has just changed it. See how it stands "
            "with 'penstock run show', and cancel it again if it is still there."
        )
    return _existing(instance, run)


def recover_lost_runs(instance: Instance) -> list[RunRecord]:
    """Mark the runs whose process died as SUSPENDED, and return every suspended run.

    Their unfinished steps are lost attempts; `resume_run` goes on with them. One that was being
    cancelled is CANCELED. A run of a living process is left alone, also before it starts.
    """
    for record in instance.store.runs(RunFilter(statuses=(RunStatus.NOT_STARTED, *_UNDER_WAY))):
        alive = owners.is_alive(instance.home, record.owner)
        is_abandoned = record.owner is not None and not alive
        if is_abandoned or is_lost(record, owner_alive=alive):
            events: list[RunEvent] = [LeaseLost(record.owner or "", _ITS_PROCESS_ENDED)]
            if record.status is RunStatus.CANCELING:
                events.append(RunCanceled())
            _append_to(instance, record, events)
    return instance.store.runs(RunFilter(statuses=(RunStatus.SUSPENDED,)))


_UNDER_WAY = (RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)
_ITS_PROCESS_ENDED = "its process ended without finishing it"


def _append_to(instance: Instance, record: RunRecord, events: list[RunEvent]) -> int | None:
    """Add events to a run just as it was read; None if another process has changed it since."""
    try:
        version, _ = instance.store.append(
            record.id,
            events,
            at=instance.clock.now(),
            expect=record.version,
            fence=record.fence,
        )
    except FencedError:
        return None
    return version


def _existing(instance: Instance, run: RunId) -> RunRecord:
    record = instance.store.run(run)
    if record is None:
        raise RunNotFoundError(f"There is no run {run}. 'penstock run list' shows the runs.")
    return record


def _suspended(instance: Instance, run: RunId) -> RunRecord:
    record = _existing(instance, run)
    if record.status is not RunStatus.SUSPENDED:
        raise InvariantViolationError(
            f"Run {run} is {record.status.value}; only a SUSPENDED run can be resumed."
        )
    return record


def _plan_of(instance: Instance, record: RunRecord) -> Plan:
    data = instance.store.plan(record.plan)
    if data is None:
        raise BugError(f"Run {record.id} has no plan in the store.")
    return decode_plan(data)


def _machine_at_start(plan: Plan, record: RunRecord) -> RunMachine:
    machine = RunMachine(plan)
    for event in _planned(plan, record.spec):
        machine.apply(event, record.created)
    return machine


def _replayed(instance: Instance, plan: Plan, run: RunId) -> RunMachine:
    log: list[StoredEvent] = instance.store.events(EventFilter(run=run))
    return replay(plan, ((stored.event, stored.at) for stored in log))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A run that this process has taken, with the event that begins its part of it.

    `event` is RunStarted, which the driver writes, or RunResumed, which was written already.
    """

    record: RunRecord
    plan: Plan
    machine: RunMachine
    lease: Lease
    event: RunStarted | RunResumed


def _lease_of(record: RunRecord) -> Lease:
    """Return the lease that a new run was made with."""
    return Lease(record.id, record.owner or "", record.fence, record.version)


def _drive(
    loaded: LoadedDefinitions,
    instance: Instance,
    begun: _Begun,
    *,
    observer: Observer | None,
    resources: Mapping[str, object] | None,
    errors: Errors | None,
) -> RunRecord:
    collected = errors if errors is not None else Errors()
    with interrupts.registered() as interrupt:
        try:
            _perform(
                loaded,
                instance,
                begun,
                interrupt=interrupt,
                observer=observer,
                resources=resources,
                errors=collected,
            )
        except BaseException as error:
            if not _end_before_start(instance, begun, error):
                _let_go(instance, begun.lease, error)
                raise
            if isinstance(error, UserCodeExecutionError):
                collected.by_step[""] = error.user_exception
            elif not isinstance(error, ExecutionInterruptedError):
                raise
        was_interrupted = interrupt.requested
    instance.store.release_lease(begun.lease)
    finished = _existing(instance, begun.record.id)
    if was_interrupted and finished.status is not RunStatus.SUCCESS:
        raise KeyboardInterrupt
    return finished


def _perform(
    loaded: LoadedDefinitions,
    instance: Instance,
    begun: _Begun,
    *,
    interrupt: interrupts.Interrupt,
    observer: Observer | None,
    resources: Mapping[str, object] | None,
    errors: Errors,
) -> None:
    record, plan = begun.record, begun.plan
    with _performer(
        loaded, instance, record, plan=plan, interrupt=interrupt, resources=resources
    ) as performer:
        driver = Driver(
            plan=plan,
            machine=begun.machine,
            store=instance.store,
            lease=begun.lease,
            executor=InProcessExecutor(_keeping(performer, errors)),
            clock=instance.clock,
            interrupt=interrupt,
            observer=observer,
            partition=record.spec.partition,
        )
        if isinstance(begun.event, RunResumed):
            driver.take_up(begun.event)
        else:
            driver.begin(begun.event)
        driver.drive()


def _end_before_start(instance: Instance, begun: _Begun, error: BaseException) -> bool:
    """End a run whose resources could not be set up; tell whether it was one.

    No step has started: either the error ends the run as FAILURE, or an interrupt as CANCELED.
    """
    is_at_start = begun.machine.status in (RunStatus.NOT_STARTED, RunStatus.SUSPENDED)
    if not is_at_start or not isinstance(error, PenstockError | ExecutionInterruptedError):
        return False
    events: list[RunEvent] = [] if isinstance(begun.event, RunResumed) else [begun.event]
    if isinstance(error, ExecutionInterruptedError):
        events += [RunCanceling(by="an interrupt"), RunCanceled()]
    else:
        reason = str(error).splitlines()[0]
        unfinished = set(begun.machine.unfinished())
        events += [
            AssetFailed(event.asset, event.partition, event.step, reason)
            for event in _planned(begun.plan, begun.record.spec)
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
            _append_to(instance, record, [LeaseLost(lease.owner, f"it failed: {error!r}")])
        instance.store.release_lease(lease)


def _keeping(performer: Performer, errors: Errors) -> Callable[[Task, Report], None]:
    performer.errors = errors.by_step
    return performer.perform


@contextmanager
def _performer(
    loaded: LoadedDefinitions,
    instance: Instance,
    record: RunRecord,
    *,
    plan: Plan,
    interrupt: interrupts.Interrupt,
    resources: Mapping[str, object] | None,
) -> Generator[Performer]:
    declared = {**loaded.resources, **(resources or {})}
    declared.setdefault(DEFAULT_IO_MANAGER, default_io_manager(instance))
    environment = instance.settings.environment
    with (
        capture.capturing(),
        set_up(
            keys_needed(loaded.nodes[step.node] for step in plan.steps),
            declared,
            run_id=record.id,
            instance=instance,
            run_config=record.spec.config,
            environment=environment,
            interrupt=interrupt,
        ) as ready,
    ):
        facts = RunFacts(
            run_id=record.id,
            spec=record.spec,
            loaded=loaded,
            resources=ready,
            environment=environment,
            instance=instance,
            versions=Versions(loaded.graph, instance.store),
            logs=logs_folder(instance, record.id),
            clock=instance.clock,
            ids=instance.ids,
            interrupt=interrupt,
        )
        yield Performer(facts)
