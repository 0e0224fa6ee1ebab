"""`DagsterRun` and `RunsFilter`: views of `model.run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from penstock.base.clock import Instant, SystemClock
from penstock.base.ids import RunId, SystemIds
from penstock.base.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    BACKFILL_ID_TAG,
    PARENT_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    RESUME_RETRY_TAG,
    ROOT_RUN_ID_TAG,
    SCHEDULE_NAME_TAG,
    SENSOR_NAME_TAG,
    TICK_ID_TAG,
    WILL_RETRY_TAG,
)
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus

CANCELABLE = frozenset(
    {RunStatus.STARTED, RunStatus.QUEUED, RunStatus.STARTING, RunStatus.SUSPENDED}
)
"""The statuses of runs that can be asked to stop."""

IN_PROGRESS = frozenset({RunStatus.STARTED, RunStatus.CANCELING, RunStatus.SUSPENDED})
"""The statuses of runs that have begun and not ended."""


@dataclass(frozen=True, init=False)
class DagsterRun:
    """A run; a view of `RunRecord`, or one that is to be recorded."""

    record: RunRecord

    def __init__(
        self,
        record: RunRecord | str | None = None,
        *,
        job_name: str = "__ASSET_JOB",
        run_id: str | None = None,
        run_config: Mapping[str, object] | None = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
        asset_check_selection: AbstractSet[AssetCheckKey] | None = None,
        op_selection: Sequence[str] | None = None,
        step_keys_to_execute: Sequence[str] | None = None,
        status: RunStatus = RunStatus.NOT_STARTED,
        tags: Mapping[str, str] | None = None,
        root_run_id: str | None = None,
        parent_run_id: str | None = None,
        **_more: object,
    ) -> None:
        """Make a run; of a record, or of what it was asked to do.

        Args:
            record: The record that it shows; all else is ignored then. A text is `job_name`.
            job_name: The name of its job.
            run_id: Its id; a new one if None.
            run_config: Its run config.
            asset_selection: The assets to make; None means all of the job's.
            asset_check_selection: The checks to evaluate; None means those of the assets.
            op_selection: The queries that chose some of the job's ops.
            step_keys_to_execute: The steps to run.
            status: Where it stands.
            tags: Its tags.
            root_run_id: The first of the runs that it repeats.
            parent_run_id: The run that it repeats.
            **_more: Accepted: fields of Dagster's runs about the processes that load code.
        """
        if not isinstance(record, RunRecord):
            job_name = job_name if record is None else record
            spec = spec_of(
                job_name,
                tags=tags or {},
                config=run_config,
                assets=asset_selection,
                checks=asset_check_selection,
                ops=op_selection,
                steps=step_keys_to_execute,
                parent=parent_run_id,
                root=root_run_id,
            )
            known = RunId(run_id or SystemIds(SystemClock()).new_id())
            record = RunRecord(id=known, spec=spec, status=status, created=0.0, updated=0.0)
        object.__setattr__(self, "record", record)

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.record.id

    @property
    def job_name(self) -> str:
        """The name of its job."""
        return self.record.spec.job

    @property
    def status(self) -> RunStatus:
        """Where it stands."""
        return self.record.status

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, the partition among them."""
        tags = dict(self.record.spec.tags)
        if self.record.spec.partition is not None:
            tags.setdefault(PARTITION_NAME_TAG, self.record.spec.partition)
        return tags

    @property
    def run_config(self) -> Mapping[str, object]:
        """Its run config."""
        return self.record.spec.config

    @property
    def asset_selection(self) -> frozenset[AssetKey] | None:
        """The assets that were asked for; None for all of the job."""
        assets = self.record.spec.assets
        return None if assets is None else frozenset(assets)

    @property
    def asset_check_selection(self) -> frozenset[AssetCheckKey] | None:
        """The checks that were asked for; None for those of the assets."""
        checks = self.record.spec.checks
        return None if checks is None else frozenset(checks)

    @property
    def entity_selection(self) -> frozenset[AssetKey | AssetCheckKey] | None:
        """The assets and checks that were asked for; None for all of the job."""
        if self.asset_selection is None and self.asset_check_selection is None:
            return None
        return (self.asset_selection or frozenset()) | (self.asset_check_selection or frozenset())

    @property
    def op_selection(self) -> list[str] | None:
        """The queries that chose some of the job's ops; None for all of them."""
        ops = self.record.spec.ops
        return None if ops is None else list(ops)

    @property
    def resolved_op_selection(self) -> frozenset[str] | None:
        """The ops that were chosen; None for all of them."""
        return None if self.record.spec.ops is None else frozenset(self.record.spec.ops)

    @property
    def step_keys_to_execute(self) -> list[str] | None:
        """The steps that were asked for; None for all of them."""
        steps = self.record.spec.steps
        return None if steps is None else list(steps)

    @property
    def parent_run_id(self) -> str | None:
        """The run that this one repeats, as a whole or in part."""
        return self.record.spec.parent

    @property
    def previous_run_id(self) -> str | None:
        """The run that this one repeats, as a whole or in part."""
        return self.record.spec.parent

    @property
    def root_run_id(self) -> str | None:
        """The first of the runs that this one repeats."""
        return self.record.spec.root

    def get_parent_run_id(self) -> str | None:
        """Return the run that this one repeats, as its tags say it."""
        return self.tags.get(PARENT_RUN_ID_TAG)

    def get_root_run_id(self) -> str | None:
        """Return the first of the runs that this one repeats, as its tags say it."""
        return self.tags.get(ROOT_RUN_ID_TAG)

    @property
    def execution_plan_snapshot_id(self) -> str | None:
        """The digest of its plan."""
        return self.record.plan or None

    @property
    def job_snapshot_id(self) -> str | None:
        """The digest of its plan, which is all that is kept of the job."""
        return self.record.plan or None

    @property
    def is_partitioned(self) -> bool:
        """Whether it was asked for a partition, or for a range of them."""
        tags = self.tags
        is_range = ASSET_PARTITION_RANGE_START_TAG in tags and ASSET_PARTITION_RANGE_END_TAG in tags
        return PARTITION_NAME_TAG in tags or is_range

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.record.status is RunStatus.FAILURE

    @property
    def is_failure_or_canceled(self) -> bool:
        """Whether it failed or was canceled."""
        return self.record.status in (RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def is_success(self) -> bool:
        """Whether it ended well."""
        return self.record.status is RunStatus.SUCCESS

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        return self.record.status.is_finished

    @property
    def is_cancelable(self) -> bool:
        """Whether it can be asked to stop."""
        return self.record.status in CANCELABLE

    @property
    def is_resume_retry(self) -> bool:
        """Whether it repeats only what failed in its parent."""
        return self.tags.get(RESUME_RETRY_TAG) == "true"

    @property
    def is_complete_and_waiting_to_retry(self) -> bool:
        """Whether it has ended badly, and will be tried again by itself."""
        return self.is_failure and self.tags.get(WILL_RETRY_TAG) == "true"

    def with_status(self, status: RunStatus) -> DagsterRun:
        """Return the same run at another status."""
        return DagsterRun(msgspec.structs.replace(self.record, status=status))

    def with_tags(self, tags: Mapping[str, str]) -> DagsterRun:
        """Return the same run with other tags."""
        spec = msgspec.structs.replace(self.record.spec, tags=tuple(sorted(tags.items())))
        return DagsterRun(msgspec.structs.replace(self.record, spec=spec))

    def tags_for_storage(self) -> Mapping[str, str]:
        """Return the tags that are kept."""
        return self.tags

    @staticmethod
    def tags_for_schedule(schedule: object) -> Mapping[str, str]:
        """Return the tags of runs that a schedule asks for."""
        return {SCHEDULE_NAME_TAG: _name_of(schedule)}

    @staticmethod
    def tags_for_sensor(sensor: object) -> Mapping[str, str]:
        """Return the tags of runs that a sensor asks for."""
        return {SENSOR_NAME_TAG: _name_of(sensor)}

    @staticmethod
    def tags_for_backfill_id(backfill_id: str) -> Mapping[str, str]:
        """Return the tags of runs that a backfill asks for."""
        return {BACKFILL_ID_TAG: backfill_id}

    @staticmethod
    def tags_for_tick_id(tick_id: str) -> Mapping[str, str]:
        """Return the tags of runs that a tick asks for."""
        return {TICK_ID_TAG: tick_id}


@dataclass(frozen=True, slots=True)
class RunsFilter:
    """Which runs to return; every given field must hold, a list means any of its values.

    Times are exclusive: as moments, or in seconds since the Unix epoch.

    Attributes:
        run_ids: Runs by id; a list that is empty is a mistake, not no run.
        job_name: Runs of a job.
        statuses: Runs at one of these; an empty list leaves it open.
        tags: Runs with these tags; a list of values means any of them.
        snapshot_id: Runs with the plan of this digest.
        updated_after: Runs of which something was recorded since.
        updated_before: Runs of which nothing was recorded since.
        created_after: Runs created since.
        created_before: Runs created before.
        exclude_subruns: Whether to leave out the runs of backfills.

    Raises:
        ParameterCheckError: `run_ids` is an empty list.
    """

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[RunStatus] | None = None
    tags: Mapping[str, str | Sequence[str]] = field(default_factory=dict[str, str | Sequence[str]])
    snapshot_id: str | None = None
    updated_after: datetime | float | None = None
    updated_before: datetime | float | None = None
    created_after: datetime | float | None = None
    created_before: datetime | float | None = None
    exclude_subruns: bool | None = None

    def __post_init__(self) -> None:
        if self.run_ids is not None and not self.run_ids:
            raise ParameterCheckError(
                "RunsFilter(run_ids=[]) would select no run. Name a run at least, or leave run_ids "
                "out."
            )

    @staticmethod
    def for_schedule(schedule: object) -> RunsFilter:
        """Return a filter for the runs that a schedule asked for."""
        return RunsFilter(tags=DagsterRun.tags_for_schedule(schedule))

    @staticmethod
    def for_sensor(sensor: object) -> RunsFilter:
        """Return a filter for the runs that a sensor asked for."""
        return RunsFilter(tags=DagsterRun.tags_for_sensor(sensor))

    @staticmethod
    def for_backfill(backfill_id: str) -> RunsFilter:
        """Return a filter for the runs of a backfill."""
        return RunsFilter(tags=DagsterRun.tags_for_backfill_id(backfill_id))

    def to_native(self) -> RunFilter:
        """Return the filter that stores understand."""
        return RunFilter(
            ids=None if self.run_ids is None else tuple(RunId(r) for r in self.run_ids),
            statuses=tuple(self.statuses) if self.statuses else None,
            job=self.job_name,
            tags=_alternatives(self.tags or {}),
            plan=self.snapshot_id,
            without_backfill=bool(self.exclude_subruns),
            updated_after=_instant(self.updated_after),
            updated_before=_instant(self.updated_before),
            created_after=_instant(self.created_after),
            created_before=_instant(self.created_before),
        )


@dataclass(frozen=True, slots=True)
class JobBucket:
    """Runs in buckets by job: of each of some jobs, at most `bucket_limit`."""

    job_names: list[str]
    bucket_limit: int | None


@dataclass(frozen=True, slots=True)
class TagBucket:
    """Runs in buckets by a tag's value: of each of some values, at most `bucket_limit`."""

    tag_key: str
    tag_values: list[str]
    bucket_limit: int | None


def spec_of(
    job: str,
    *,
    tags: Mapping[str, str],
    config: Mapping[str, object] | None = None,
    assets: AbstractSet[AssetKey] | None = None,
    checks: AbstractSet[AssetCheckKey] | None = None,
    ops: Sequence[str] | None = None,
    steps: Sequence[str] | None = None,
    parent: str | None = None,
    root: str | None = None,
) -> RunSpec:
    """Return what a run is asked to do, with what its tags say of partitions and backfills."""
    first, last = (
        tags.get(ASSET_PARTITION_RANGE_START_TAG),
        tags.get(ASSET_PARTITION_RANGE_END_TAG),
    )
    return RunSpec(
        job=job,
        assets=None if assets is None else tuple(sorted(assets)),
        checks=None if checks is None else tuple(sorted(checks, key=_order)),
        partition=tags.get(PARTITION_NAME_TAG),
        partition_range=None if first is None or last is None else (first, last),
        tags=tuple(sorted(tags.items())),
        config=dict(config or {}),
        ops=None if ops is None else tuple(ops),
        steps=None if steps is None else tuple(steps),
        parent=None if parent is None else RunId(parent),
        root=None if root is None else RunId(root),
        backfill=tags.get(BACKFILL_ID_TAG),
    )


def _order(check: AssetCheckKey) -> str:
    return check.to_user_string()


def _alternatives(tags: Mapping[str, str | Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, value)
        for key, given in sorted(tags.items())
        for value in ([given] if isinstance(given, str) else given)
    )


def _instant(time: datetime | float | None) -> Instant | None:
    """Return a moment in seconds; one without a zone is in UTC."""
    if not isinstance(time, datetime):
        return time
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _name_of(named: object) -> str:
    return named if isinstance(named, str) else str(getattr(named, "name", named))
