"""Runs that were lost or left: found, resumed where they stopped, or ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from penstock.base.ids import RunId
from penstock.decide.lease import is_lost
from penstock.decide.run import RunMachine, replay
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import InvariantViolationError
from penstock.execute import owners
from penstock.execute.driver import Observer
from penstock.execute.execution import IN_THIS_PROCESS, Execution
from penstock.execute.job_code import bind_job
from penstock.execute.run_loggers import LoggerCall
from penstock.execute.run_records import append_to, existing, plan_of
from penstock.execute.runs import Begun, RunCode, code_of, drive
from penstock.instance import Instance
from penstock.model.events import (
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunResumed,
    StoredEvent,
)
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.plan.plan import Plan
from penstock.store.protocol import EventFilter, Lease

_UNDER_WAY = (RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)
_ITS_PROCESS_ENDED = "its process ended without finishing it"


def resume_run(
    loaded: LoadedDefinitions,
    instance: Instance,
    run: RunId,
    *,
    observer: Observer | None = None,
    execution: Execution = IN_THIS_PROCESS,
    loggers: Sequence[LoggerCall] = (),
) -> RunRecord:
    """Go on with a suspended run at its first unfinished step, and return the finished run.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run is not suspended, another process has just resumed it, or
            its code is not there any more.
        KeyboardInterrupt: After the run was recorded as CANCELED.
    """
    record = _suspended(instance, run)
    plan = plan_of(instance, record)
    code = replace(code_for(loaded, instance, record, plan), loggers=loggers)
    machine = replayed(instance, plan, run)
    owner = owners.this_owner(instance.home, instance.ids)
    resumed = RunResumed(owner)
    claimed = append_to(instance, record, [resumed])
    if claimed is None:
        raise InvariantViolationError(f"Another process has just taken run {run} up.")
    lease = Lease(run, owner, record.fence, claimed)
    begun = Begun(record=record, plan=plan, machine=machine, lease=lease, event=resumed)
    return drive(code, instance, begun, observer=observer, errors=None, execution=execution)


def code_for(
    loaded: LoadedDefinitions, instance: Instance, record: RunRecord, plan: Plan
) -> RunCode:
    """Return what the steps of a stored run are.

    Raises:
        InvariantViolationError: The definitions lack one of them.
        InvalidConfigError: The run's config does not fit them.
    """
    steps = loaded.code_of(record.spec.job)
    gone = [step.key for step in plan.steps if step.node not in steps.nodes]
    if gone:
        raise InvariantViolationError(
            f"Run {record.id} cannot be carried out: the definitions have no '{gone[0]}' any more. "
            f"Cancel it with 'penstock run cancel {record.id}'."
        )
    job = loaded.job_named(record.spec.job)
    if job is not None:
        ops = record.spec.ops
        return bind_job(job.get_subset(op_selection=ops) if ops else job, instance, record, plan)
    return code_of(steps, instance, plan, record.spec, resources={})


def cancel_run(instance: Instance, run: RunId) -> RunRecord:
    """End a run that nobody works on as CANCELED.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run has ended, or a living process works on it.
    """
    record = existing(instance, run)
    if record.status.is_finished:
        raise InvariantViolationError(f"Run {run} has ended already: {record.status.value}.")
    if owners.is_alive(instance.home, record.owner):
        raise InvariantViolationError(
            f"Run {run} is at work in a living process. Interrupt that process with Ctrl-C."
        )
    events: list[RunEvent] = [RunCanceling(by="the user"), RunCanceled()]
    if record.status in _UNDER_WAY:
        events.insert(0, LeaseLost(record.owner or "", _ITS_PROCESS_ENDED))
    if append_to(instance, record, events) is None:
        raise InvariantViolationError(
            f"Run {run} was not cancelled: another process has just changed it. See how it stands "
            "with 'penstock run show', and cancel it again if it is still there."
        )
    return existing(instance, run)


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
            append_to(instance, record, events)
    return instance.store.runs(RunFilter(statuses=(RunStatus.SUSPENDED,)))


def _suspended(instance: Instance, run: RunId) -> RunRecord:
    record = existing(instance, run)
    if record.status is not RunStatus.SUSPENDED:
        raise InvariantViolationError(
            f"Run {run} is {record.status.value}; only a SUSPENDED run can be resumed."
        )
    return record


def replayed(instance: Instance, plan: Plan, run: RunId) -> RunMachine:
    """Return the machine of a stored run as its events leave it."""
    log: list[StoredEvent] = instance.store.events(EventFilter(run=run))
    return replay(plan, ((stored.event, stored.at) for stored in log))
