"""Steps by reference: an attempt as data, for a process somewhere else to carry out.

A launcher makes a `StepRunRef` of what it is given, sends it however it likes, and over there
`run_step_from_ref` carries the step out and yields its events, which come back the same way. The
process over there needs the code and the IO managers' storage, but not the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from penstock.base.settings import load_settings
from penstock.compat.event_entries import EventLogEntry
from penstock.compat.events import DagsterEvent
from penstock.compat.runs import DagsterRun
from penstock.define.logger import RunLogger
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.execute.io_managers.filesystem import PickledObjectFilesystemIOManager
from penstock.execute.job_code import bind_job
from penstock.execute.performers import RunSite
from penstock.execute.protocol import Task
from penstock.execute.step_code import perform_alone
from penstock.execute.step_launcher import StepLaunchContext
from penstock.instance import Instance
from penstock.model.events import RunEvent, StoredEvent
from penstock.model.retry import RetryMode
from penstock.partitions.context import partition_loading_context
from penstock.plan.plan import Plan
from penstock.store.memory import MemoryStore

Listener = Callable[[EventLogEntry], object]
"""Is told of each event when it happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """What the run knows of an attempt.

    Attributes:
        task: The attempt: its number, and where its inputs come from.
        plan: The steps of the run.
        storage: Where values are stored by default; None where that is in memory.
    """

    task: Task
    plan: Plan
    storage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRunRef:
    """An attempt of a step as data that can be pickled.

    Attributes:
        run_config: The config of the run.
        dagster_run: The run.
        run_id: Its id.
        retry_mode: Whether failed attempts are repeated.
        step_key: The step.
        recon_job: The job by reference.
        known_state: What the run knows of the attempt.
    """

    run_config: Mapping[str, object]
    dagster_run: DagsterRun
    run_id: str
    retry_mode: RetryMode
    step_key: str
    recon_job: ReconstructableJob
    known_state: KnownState | None


class ExternalInstance(Instance):
    """An instance in the memory of a process that carries out one step for another."""

    listener: Listener | None = None


def step_context_to_step_run_ref(
    step_context: StepLaunchContext, package_dir: str | None = None
) -> StepRunRef:
    """Return an attempt as data that can be pickled.

    Args:
        step_context: What `StepLauncher.launch_step` was given.
        package_dir: Where the code is over there, if that is not where it is here.

    Raises:
        InvariantViolationError: No other process can find the job.
    """
    job = step_context.recon_job
    if job is None:
        raise InvariantViolationError(
            f"Job '{step_context.job_name}' is not reconstructable, so no other process can carry "
            f"step '{step_context.step.key}' out. Run it with execute_job(dg.reconstructable(...))."
        )
    if package_dir is not None:
        job = replace(job, working_directory=package_dir)
    home = step_context.instance.home
    return StepRunRef(
        run_config=step_context.dagster_run.run_config,
        dagster_run=step_context.dagster_run,
        run_id=step_context.run_id,
        retry_mode=step_context.retry_mode,
        step_key=step_context.step.key,
        recon_job=job,
        known_state=KnownState(
            task=step_context.task,
            plan=step_context.plan,
            storage=None if home is None else str(home / "storage"),
        ),
    )


def external_instance_from_step_run_ref(
    step_run_ref: StepRunRef, event_listener_fn: Listener | None = None
) -> Instance:
    """Return an instance in memory, for the process that carries a step out.

    Args:
        step_run_ref: The attempt.
        event_listener_fn: Called with each event when it happens, to send it home.
    """
    made = ExternalInstance(store=MemoryStore(), settings=load_settings())
    made.listener = event_listener_fn
    return made


def step_run_ref_to_step_context(step_run_ref: StepRunRef, instance: Instance) -> StepLaunchContext:
    """Return the context of an attempt, where it is to be carried out.

    Raises:
        LoadError: The job is not there.
        ParameterCheckError: The reference was made by hand, without what the run knows.
    """
    known = _known(step_run_ref)
    return StepLaunchContext(
        step=known.task.step,
        task=known.task,
        plan=known.plan,
        dagster_run=step_run_ref.dagster_run,
        instance=instance,
        job_def=step_run_ref.recon_job.get_definition(),
        recon_job=step_run_ref.recon_job,
        retry_mode=step_run_ref.retry_mode,
        resources={},
        log=RunLogger(f"penstock.{step_run_ref.step_key}"),
    )


def run_step_from_ref(step_run_ref: StepRunRef, instance: Instance) -> Iterator[DagsterEvent]:
    """Carry an attempt out, and yield what happened; how it ended comes last.

    The listener of the instance is told while it happens.

    Raises:
        LoadError: The job is not there.
        InvalidConfigError: The config of the run does not fit the job.
    """
    known, record = _known(step_run_ref), step_run_ref.dagster_run.record
    job = step_run_ref.recon_job.get_definition()
    with partition_loading_context(dynamic_partitions_store=instance):
        code = bind_job(job, instance, record, known.plan)
        if known.storage is not None and not job.resource_defs.get(DEFAULT_IO_MANAGER):
            stored = PickledObjectFilesystemIOManager(Path(known.storage))
            code = replace(code, resources={**code.resources, DEFAULT_IO_MANAGER: stored})
        site = RunSite(
            code=code,
            instance=instance,
            record=record,
            plan=known.plan,
            retries=step_run_ref.retry_mode,
            launches=False,
        )
        told: list[DagsterEvent] = []
        perform_alone(site, known.task, partial(_tell, step_run_ref, instance, told))
    yield from told


def _tell(ref: StepRunRef, instance: Instance, told: list[DagsterEvent], event: RunEvent) -> None:
    stored = StoredEvent(id=0, run=ref.dagster_run.record.id, at=instance.clock.now(), event=event)
    told.append(DagsterEvent(stored))
    if isinstance(instance, ExternalInstance) and instance.listener is not None:
        instance.listener(EventLogEntry(stored))


def _known(ref: StepRunRef) -> KnownState:
    if not isinstance(ref.known_state, KnownState):
        raise ParameterCheckError(
            "A StepRunRef needs the known_state that step_context_to_step_run_ref gives it."
        )
    return ref.known_state
