"""The run coordinators that are built in: one that launches at once, and a queue.

A queued run waits in the store until somebody looks into the queue: `start_queued`, which the duty
of a server calls again and again, and `penstock run dequeue` once. Which runs may start is decided
in `decide/queue.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from penstock.base.ids import RunId
from penstock.base.tags import CODE_LOCATION_TAG
from penstock.compat.runs import DagsterRun
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.schema import ConfigSchema
from penstock.decide.queue import OCCUPYING, QueueDecision, decide_queue
from penstock.errors import InvalidConfigError
from penstock.execute.launched import fail_before_start
from penstock.execute.run_records import append_to, existing
from penstock.instance import Instance
from penstock.model.events import RunCanceled, RunCanceling, RunEvent, RunQueued
from penstock.model.run import RunFilter, RunStatus
from penstock.settings.concurrency import RunQueueConfig, run_queue_config
from penstock.settings.groups import queue, queue_of
from penstock.settings.run_coordinator import HasRepositories, RunCoordinator, SubmitRunContext
from penstock.settings.schema import QUEUE
from penstock.settings.values import QueueSettings


class DefaultRunCoordinator(RunCoordinator, Configured):
    """Launches a run as soon as it is submitted."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Launch a run that has not started; return it as it stands afterwards."""
        instance = cast("Instance", self._instance)
        record = existing(instance, RunId(context.dagster_run.run_id))
        if record.status is RunStatus.NOT_STARTED:
            return instance.launch_run(record.id, context.workspace)
        return DagsterRun(existing(instance, record.id))

    def cancel_run(self, run_id: str) -> bool:
        """End a run; tell whether there was something to end."""
        return cast("Instance", self._instance).run_launcher.terminate(run_id)


class QueuedRunCoordinator(RunCoordinator, Configured):
    """Lets submitted runs wait until the limits have room for them.

    Args:
        max_concurrent_runs: How many may be under way at once: 10 if None, -1 for no bound.
        tag_concurrency_limits: How many with a tag may be, as in the settings.
        dequeue_interval_seconds: Seconds between two looks into the queue: 5 if None.
        dequeue_use_threads: Whether several runs are launched side by side.
        dequeue_num_workers: How many threads launch.
        max_user_code_failure_retries: How often a run is put back whose definitions fail to load.
        user_code_failure_retry_delay: Seconds until then: 60 if None.
        block_op_concurrency_limited_runs: Whether runs wait whose pools are full, as in the
            settings.
        inst_data: What the object was made of.

    Raises:
        InvalidConfigError: The config does not fit, or a number makes no sense.
    """

    def __init__(
        self,
        max_concurrent_runs: int | None = None,
        tag_concurrency_limits: Sequence[Mapping[str, object]] | None = None,
        dequeue_interval_seconds: int | None = None,
        dequeue_use_threads: bool | None = None,  # noqa: FBT001 - the public signature
        dequeue_num_workers: int | None = None,
        max_user_code_failure_retries: int | None = None,
        user_code_failure_retry_delay: int | None = None,
        block_op_concurrency_limited_runs: Mapping[str, object] | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        given = {
            "max_concurrent_runs": max_concurrent_runs,
            "tag_concurrency_limits": tag_concurrency_limits,
            "dequeue_interval_seconds": dequeue_interval_seconds,
            "dequeue_use_threads": dequeue_use_threads,
            "dequeue_num_workers": dequeue_num_workers,
            "max_user_code_failure_retries": max_user_code_failure_retries,
            "user_code_failure_retry_delay": user_code_failure_retry_delay,
            "block_op_concurrency_limited_runs": block_op_concurrency_limited_runs,
        }
        self._given = {name: value for name, value in given.items() if value is not None}
        self._queue = queue_of(self._given)
        self._inst_data = inst_data
        most = self._queue.limits.max_runs
        if most < -1:
            raise InvalidConfigError(
                f"max_concurrent_runs must be a number from 0 on, or -1 for no bound; not {most}."
            )

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return QUEUE

    def get_run_queue_config(self) -> RunQueueConfig:
        """Return the limits under Dagster's names, those of `concurrency` among them."""
        return run_queue_config(self.queue_settings)

    @property
    def queue_settings(self) -> QueueSettings:
        """What the coordinator was given; `concurrency` of the instance's settings counts too."""
        if not self.has_instance:
            return self._queue
        return queue({"concurrency": self._instance.get_settings("concurrency")}, self._given)

    @property
    def dequeue_interval_seconds(self) -> int:
        """Seconds between two looks into the queue."""
        return self._queue.interval

    @property
    def dequeue_use_threads(self) -> bool:
        """Whether several runs are launched side by side."""
        return self._queue.use_threads

    @property
    def dequeue_num_workers(self) -> int | None:
        """How many threads launch; None leaves it to Python."""
        return self._queue.workers

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Put a run that has not started into the queue; return it as it stands afterwards."""
        instance = cast("Instance", self._instance)
        record = existing(instance, RunId(context.dagster_run.run_id))
        if record.status is RunStatus.NOT_STARTED:
            location, repository = _origin_of(context)
            append_to(instance, record, [RunQueued(location, repository)])
        return DagsterRun(existing(instance, record.id))

    def cancel_run(self, run_id: str) -> bool:
        """Cancel a run at once if it waits, else end it; tell whether there was something to."""
        instance = cast("Instance", self._instance)
        record = instance.store.run(RunId(run_id))
        if record is None:
            return False
        if record.status in (RunStatus.QUEUED, RunStatus.NOT_STARTED):
            events: list[RunEvent] = [RunCanceling(by="the user"), RunCanceled()]
            if append_to(instance, record, events) is not None:
                return True
        return instance.run_launcher.terminate(run_id)


def start_queued(instance: Instance) -> QueueDecision:
    """Look into the queue once: launch what may start, and say what holds the rest.

    A run that cannot be launched ends as FAILURE.
    """
    waiting = instance.store.runs(RunFilter(statuses=(RunStatus.QUEUED,)))
    under_way = instance.store.runs(RunFilter(statuses=OCCUPYING)) if waiting else []
    coordinator = instance.run_coordinator
    settings = (
        coordinator.queue_settings
        if isinstance(coordinator, QueuedRunCoordinator)
        else instance.config.queue
    )
    decision = decide_queue(waiting, under_way, settings.limits)
    for run in decision.start:
        try:
            instance.launch_run(run)
        except Exception as error:  # noqa: BLE001 - a launcher of users; the run tells what it raised
            fail_before_start(instance, existing(instance, run), error)
    return decision


def _origin_of(context: SubmitRunContext) -> tuple[str, str]:
    """Return the names of the location and the repository that a run's job is from."""
    location = context.dagster_run.tags.get(CODE_LOCATION_TAG, "")
    if location and isinstance(context.workspace, HasRepositories):
        return location, context.workspace.repository_name_of(location)
    return location, ""
