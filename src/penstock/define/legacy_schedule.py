"""`hourly_schedule`, `daily_schedule`, `weekly_schedule` and `monthly_schedule`.

The older way to write a schedule, bare or with the time of day. Its function may also return a
context built by hand, of which the partition is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol, cast, overload

from penstock.define.context import OpExecutionContext
from penstock.define.run_request import RunRequest
from penstock.define.schedule import DefaultScheduleStatus, ScheduleDefinition, decorated
from penstock.define.targets import CoercibleToJob, CoercibleToTarget
from penstock.errors import ParameterCheckError
from penstock.graph.selection import AssetSelection

ScheduleFunction = Callable[..., object]


class CadencedSchedule(ScheduleDefinition):
    """A schedule whose function may return a context built by hand."""

    def read_result(self, given: object) -> object:
        """Return a request for the partition of a context; anything else as it is."""
        if not isinstance(given, OpExecutionContext):
            return given
        key = given.partition_key
        return RunRequest(run_key=key, partition_key=key)


class _Cadence(Protocol):
    @overload
    def __call__(self, function: ScheduleFunction, /) -> ScheduleDefinition: ...

    @overload
    def __call__(
        self,
        function: None = None,
        /,
        *,
        name: str | None = None,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
        job_name: str | None = None,
        job: CoercibleToJob | None = None,
        target: CoercibleToTarget | None = None,
        tags: Mapping[str, object] | None = None,
        execution_timezone: str | None = None,
        description: str | None = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: AbstractSet[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
    ) -> Callable[[ScheduleFunction], ScheduleDefinition]: ...


def _cadence(noun: str, cron: str, parts: Mapping[str, int]) -> _Cadence:
    """Make the decorator of a cadence.

    Args:
        noun: Its name.
        cron: When it fires, unless the arguments say otherwise.
        parts: The arguments that say otherwise, each with the field of the cron that it sets.
    """

    def decorator(
        function: ScheduleFunction | None = None,
        /,
        *,
        name: str | None = None,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
        job_name: str | None = None,
        job: CoercibleToJob | None = None,
        target: CoercibleToTarget | None = None,
        tags: Mapping[str, object] | None = None,
        execution_timezone: str | None = None,
        description: str | None = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: AbstractSet[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
    ) -> ScheduleDefinition | Callable[[ScheduleFunction], ScheduleDefinition]:
        times = _Times(minute_of_hour, hour_of_day, day_of_week, day_of_month)
        fires = _at(noun, cron, parts, times)
        is_open = job_name is None and job is None and target is None

        def decorate(function: ScheduleFunction) -> ScheduleDefinition:
            made = CadencedSchedule(
                name or function.__name__,
                cron_schedule=fires,
                job_name=job_name,
                job=job,
                target=AssetSelection.all() if is_open else target,
                tags=tags,
                execution_timezone=execution_timezone,
                description=description,
                default_status=default_status,
                required_resource_keys=required_resource_keys,
                metadata=metadata,
                owners=owners,
            )
            return decorated(made, function)

        return decorate if function is None else decorate(function)

    decorator.__name__ = decorator.__qualname__ = noun
    decorator.__doc__ = _DOC.format(cron=cron, parts=", ".join(parts))
    return cast("_Cadence", decorator)  # the overloads say what the union leaves open


_DOC = """Declare a schedule like `@schedule("{cron}")`; usable without parentheses.

    Without a job or a target it runs all assets. The function may return what that of `schedule`
    may, or a context from `build_asset_context(partition_key=...)`, which requests a run of that
    partition.

    Args:
        function: The function, where the decorator is used bare.
        arguments: {parts} set the time; the rest as for `schedule`.

    Raises:
        ParameterCheckError: The cadence has no such time.
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
    """


class _Times(NamedTuple):
    minute_of_hour: int | None
    hour_of_day: int | None
    day_of_week: int | None
    day_of_month: int | None


def _at(noun: str, cron: str, parts: Mapping[str, int], times: _Times) -> str:
    fields = cron.split()
    for name, value in zip(times._fields, times, strict=True):
        if value is None:
            continue
        if name not in parts:
            raise ParameterCheckError(f"{noun} takes no {name}. It takes {', '.join(parts)}.")
        fields[parts[name]] = str(value)
    return " ".join(fields)


hourly_schedule: _Cadence = _cadence("hourly_schedule", "0 * * * *", {"minute_of_hour": 0})
daily_schedule: _Cadence = _cadence(
    "daily_schedule", "0 0 * * *", {"minute_of_hour": 0, "hour_of_day": 1}
)
weekly_schedule: _Cadence = _cadence(
    "weekly_schedule", "0 0 * * 0", {"minute_of_hour": 0, "hour_of_day": 1, "day_of_week": 4}
)
monthly_schedule: _Cadence = _cadence(
    "monthly_schedule", "0 0 1 * *", {"minute_of_hour": 0, "hour_of_day": 1, "day_of_month": 2}
)
