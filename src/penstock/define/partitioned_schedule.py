"""`build_schedule_from_partitioned_job`: a schedule that follows the partitions of a job.

Owns which partitions a tick requests: those that ended last, or all fixed ones. The cron and the
zone come from the partitions, unless these have no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from penstock.define.attributes import checked_owners
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.run_request import RunRequest, SkipReason, run_request_for_partition
from penstock.define.schedule import DefaultScheduleStatus, ScheduleDefinition
from penstock.define.schedule_context import ScheduleEvaluationContext
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.context import DynamicPartitionsStore, partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition

PartitionedJob = JobDefinition | UnresolvedAssetJob


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """When a schedule fires, as far as it does not follow from the partitions."""

    minute_of_hour: int | None = None
    hour_of_day: int | None = None
    day_of_week: int | None = None
    day_of_month: int | None = None
    cron_schedule: str | None = None
    execution_timezone: str | None = None

    @property
    def places(self) -> tuple[int | None, ...]:
        return self.minute_of_hour, self.hour_of_day, self.day_of_week, self.day_of_month


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedPartitionedSchedule:
    """A schedule of a job whose partitions are those of assets that are not loaded yet.

    Attributes:
        name: The name of the schedule.
        job: The job.
        times: When it fires, as far as it does not follow from the partitions.
        metadata: Facts about the schedule, as they were given.
    """

    name: str
    job: UnresolvedAssetJob
    times: _Times
    description: str | None = None
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED
    tags: Mapping[str, object] | None = None
    metadata: Mapping[str, object] | None = None
    owners: Sequence[str] | None = None

    @property
    def targeted(self) -> Sequence[object]:
        """What it runs, for those who gather definitions."""
        return [self.job]

    def with_metadata(self, metadata: Mapping[str, object]) -> UnresolvedPartitionedSchedule:
        """Return a copy with other metadata."""
        return replace(self, metadata=metadata)

    def resolve(self, resolved_job: PartitionedJob) -> ScheduleDefinition:
        """Return the schedule, once the partitions of the job are known.

        Raises:
            InvalidDefinitionError: The job has no partitions, or none that can be followed.
        """
        partitions = resolved_job.partitions_def
        if partitions is None:
            raise InvalidDefinitionError(
                f"Schedule '{self.name}' follows the partitions of job '{self.job.name}', which "
                "has none. Give its assets partitions_def=, or use ScheduleDefinition."
            )
        cron, zone = _cron_of(partitions, self.times)
        return ScheduleDefinition(
            self.name,
            cron_schedule=cron,
            job=resolved_job,
            execution_fn=_requests_for(resolved_job, partitions, self.tags),
            execution_timezone=zone,
            description=self.description,
            default_status=self.default_status,
            metadata=self.metadata,
            owners=self.owners,
        )


def build_schedule_from_partitioned_job(
    job: PartitionedJob,
    description: str | None = None,
    name: str | None = None,
    minute_of_hour: int | None = None,
    hour_of_day: int | None = None,
    day_of_week: int | None = None,
    day_of_month: int | None = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    tags: Mapping[str, object] | None = None,
    cron_schedule: str | None = None,
    execution_timezone: str | None = None,
    metadata: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> ScheduleDefinition | UnresolvedPartitionedSchedule:
    """Make a schedule that fires when a partition of a job has ended, and requests its run.

    At each tick the partition that ended last is requested, with its key as the run key; of
    partitions in several dimensions, all with that time. Fixed partitions are all requested, at the
    times of `cron_schedule`.

    Args:
        job: The job. Of one whose partitions are those of its assets, the schedule is complete
            only when the definitions are loaded.
        description: What the schedule is for.
        name: The name; that of the job with `_schedule` behind it if None.
        minute_of_hour: The minute at which it fires, where the partitions leave a choice.
        hour_of_day: The hour, for days and longer.
        day_of_week: The weekday from 0, Sunday, for weeks.
        day_of_month: The day, for months.
        default_status: Whether it runs until somebody says otherwise.
        tags: Tags of its runs.
        cron_schedule: When it fires, for partitions without a time.
        execution_timezone: The zone whose clock counts, for partitions without a time.
        metadata: Facts about the schedule.
        owners: Who is responsible.

    Raises:
        ParameterCheckError: The times do not fit the partitions, or the job has none.
        InvalidDefinitionError: The partitions cannot be followed.
    """
    times = _Times(
        minute_of_hour=minute_of_hour,
        hour_of_day=hour_of_day,
        day_of_week=day_of_week,
        day_of_month=day_of_month,
        cron_schedule=cron_schedule,
        execution_timezone=execution_timezone,
    )
    has_cron = cron_schedule is not None or execution_timezone is not None
    if has_cron and any(place is not None for place in times.places):
        raise ParameterCheckError(
            f"The schedule of job '{job.name}' was given its time in two ways: by cron_schedule or "
            "execution_timezone, and by minute_of_hour or its kin. Write the time in cron_schedule."
        )
    named = name or f"{job.name}_schedule"
    if owners is not None:
        checked_owners(owners, f"Schedule '{named}'")
    if job.partitions_def is None and isinstance(job, JobDefinition):
        raise ParameterCheckError(
            f"Schedule '{named}' follows the partitions of job '{job.name}', which has none. Give "
            "it partitions_def=, or use ScheduleDefinition."
        )
    unresolved = UnresolvedPartitionedSchedule(
        name=named,
        job=cast("UnresolvedAssetJob", job),
        times=times,
        description=description,
        default_status=default_status,
        tags=tags,
        metadata=metadata,
        owners=owners,
    )
    return unresolved if job.partitions_def is None else unresolved.resolve(job)


def _cron_of(partitions: PartitionsDefinition, times: _Times) -> tuple[str, str | None]:
    """Return when to fire, and in which zone."""
    window = _windows(partitions)
    if window is not None:
        if times.cron_schedule is not None or times.execution_timezone is not None:
            raise ParameterCheckError(
                f"The partitions of the job, {partitions.describe()}, set the cron and the zone of "
                "its schedule, so it takes no cron_schedule and no execution_timezone. Use "
                "minute_of_hour and its kin."
            )
        return window.get_cron_schedule(*times.places), window.timezone
    if not isinstance(partitions, StaticPartitionsDefinition):
        raise InvalidDefinitionError(
            f"A schedule cannot follow the partitions of the job: {partitions.describe()}. It "
            "follows windows of time, several dimensions with one of these, and fixed keys. Use a "
            "sensor for others."
        )
    if times.cron_schedule is None:
        raise ParameterCheckError(
            "The partitions of the job are fixed keys, which do not say when its schedule fires. "
            "Give cron_schedule=."
        )
    return times.cron_schedule, times.execution_timezone


def _windows(partitions: PartitionsDefinition) -> TimeWindowPartitionsDefinition | None:
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        return partitions
    if isinstance(partitions, MultiPartitionsDefinition) and partitions.has_time_window_dimension:
        return partitions.time_window_partitions_def
    return None


def _requests_for(
    job: PartitionedJob, partitions: PartitionsDefinition, tags: Mapping[str, object] | None
) -> Callable[[ScheduleEvaluationContext], object]:
    def requests(context: ScheduleEvaluationContext) -> list[RunRequest] | SkipReason:
        at = context.tick_time
        store = cast("DynamicPartitionsStore | None", context.given_instance)
        with partition_loading_context(at, store):
            keys = _keys_now(partitions)
            return [
                run_request_for_partition(job, key, run_key=key, tags=tags) for key in keys
            ] or SkipReason(f"Job '{job.name}' has no partition to request at this tick.")

    return requests


def _keys_now(partitions: PartitionsDefinition) -> Sequence[str]:
    """Return the keys that a tick requests, of those that exist as of the time in force."""
    window = _windows(partitions)
    if window is None:
        return partitions.get_partition_keys()
    last = window.get_last_partition_key()
    if last is None or _leaves_newest_out(window):
        return ()
    if isinstance(partitions, MultiPartitionsDefinition):
        name = partitions.time_window_dimension.name
        return partitions.get_multipartition_keys_with_dimension_value(name, last)
    return [last]


def _leaves_newest_out(window: TimeWindowPartitionsDefinition) -> bool:
    """Whether the window that would be the newest one is excluded from the partitions."""
    if not window.exclusions:
        return False
    whole = TimeWindowPartitionsDefinition(
        start=window.start,
        fmt=window.fmt,
        cron_schedule=window.cron_schedule,
        timezone=window.timezone,
        end=window.end,
        end_offset=window.end_offset,
    )
    newest = whole.get_last_partition_window()
    return newest is not None and window.is_window_start_excluded(newest.start)
