"""Runs that were created by one process and are carried out by another.

Owns taking such a run up: created, queued or starting, with its plan in the store. A run that was
given up before it began is gone on with, as that comes to the same.
"""

from __future__ import annotations

from penstock.base.ids import RunId
from penstock.base.secrets import masked
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import InvariantViolationError, PenstockError
from penstock.execute import owners
from penstock.execute.driver import Observer
from penstock.execute.execution import IN_THIS_PROCESS, Execution
from penstock.execute.failures import error_info
from penstock.execute.recovery import code_for, replayed, resume_run
from penstock.execute.run_records import append_to, existing, plan_of
from penstock.execute.runs import Begun, drive
from penstock.instance import Instance
from penstock.model.events import RunFailed, RunStarted
from penstock.model.run import RunRecord, RunStatus

TO_CARRY_OUT = (RunStatus.NOT_STARTED, RunStatus.QUEUED, RunStatus.STARTING)
"""The statuses of a run that has not begun."""


def carry_out_run(
    loaded: LoadedDefinitions,
    instance: Instance,
    run: RunId,
    *,
    observer: Observer | None = None,
    execution: Execution = IN_THIS_PROCESS,
) -> RunRecord:
    """Carry out a run that is in the store, in the calling thread; return the finished run.

    A run that does not fit the definitions any more ends as FAILURE.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run has begun, or ended.
        KeyboardInterrupt: After the run was recorded as CANCELED.
    """
    record = existing(instance, run)
    if record.status is RunStatus.SUSPENDED:
        return resume_run(loaded, instance, run, observer=observer, execution=execution)
    if record.status not in TO_CARRY_OUT:
        raise InvariantViolationError(
            f"Run {run} is {record.status.value}; only a run that has not begun can be carried "
            "out. `penstock run resume` goes on with one whose process died."
        )
    plan = plan_of(instance, record)
    try:
        code = code_for(loaded, instance, record, plan)
    except PenstockError as error:
        fail_before_start(instance, record, error)
        raise
    owner = owners.this_owner(instance.home, instance.ids)
    machine = replayed(instance, plan, run)
    lease = instance.store.take_lease(run, owner=owner, at=instance.clock.now())
    begun = Begun(record=record, plan=plan, machine=machine, lease=lease, event=RunStarted(owner))
    return drive(code, instance, begun, observer=observer, errors=None, execution=execution)


def fail_before_start(instance: Instance, record: RunRecord, error: Exception) -> None:
    """End a run that cannot begin as FAILURE; one that has ended meanwhile stays as it is."""
    if record.status.is_finished:
        return
    reason = masked(str(error) or type(error).__name__).splitlines()[0]
    append_to(instance, existing(instance, record.id), [RunFailed(reason, error_info(error))])
