"""`PartitionedConfig`: the run config and the tags of a job's run, made from its partition.

Owns the decorators for each kind of partitions. Knows no jobs: it answers with config and tags for
a key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from penstock.config.run_config import RunConfig
from penstock.errors import InvalidInvocationError, ParameterCheckError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

D = TypeVar("D", bound=PartitionsDefinition, covariant=True)
W = TypeVar("W", bound=TimeWindowPartitionsDefinition)

Config = RunConfig | Mapping[str, object]
Tags = Mapping[str, str]
KeyFn = Callable[[str], Config]
TagsFn = Callable[[str], Tags]
WindowFn = Callable[[datetime, datetime], Config]
WindowTagsFn = Callable[[datetime, datetime], Tags]
Exclusions = Sequence[str | datetime]


class KeyedPartition(NamedTuple):
    """A partition as functions of the old way take it: its key, twice."""

    value: str
    name: str


class PartitionedConfig(Generic[D]):
    """The run config of a job for each of its partitions.

    Calling it calls the decorated function.

    Args:
        partitions_def: The partitions of the job.
        run_config_for_partition_fn: Makes the config of an object with `name` and `value`, both the
            key; the old way.
        decorated_fn: What a call of this object calls.
        tags_for_partition_fn: Makes the tags of such an object; the old way.
        run_config_for_partition_key_fn: Makes the config of a run from the key.
        tags_for_partition_key_fn: Makes the tags of a run from the key.

    Raises:
        ParameterCheckError: Not exactly one function makes the config, or two make the tags.

    Example:
        >>> from penstock import StaticPartitionsDefinition
        >>> config = PartitionedConfig(
        ...     StaticPartitionsDefinition(["eu", "us"]),
        ...     run_config_for_partition_key_fn=lambda key: {"ops": {"load": {"config": key}}},
        ... )
        >>> config.get_run_config_for_partition_key("eu")
        {'ops': {'load': {'config': 'eu'}}}
    """

    def __init__(
        self,
        partitions_def: D,
        run_config_for_partition_fn: Callable[[KeyedPartition], Config] | None = None,
        decorated_fn: Callable[..., Config] | None = None,
        tags_for_partition_fn: Callable[[KeyedPartition], Tags] | None = None,
        run_config_for_partition_key_fn: KeyFn | None = None,
        tags_for_partition_key_fn: TagsFn | None = None,
    ) -> None:
        if (run_config_for_partition_fn is None) == (run_config_for_partition_key_fn is None):
            raise ParameterCheckError(
                "PartitionedConfig makes its config with one function, named "
                "run_config_for_partition_key_fn or, in the old way, run_config_for_partition_fn. "
                f"It got {'none' if run_config_for_partition_fn is None else 'both'}. Give the "
                "first."
            )
        if tags_for_partition_fn is not None and tags_for_partition_key_fn is not None:
            raise ParameterCheckError(
                "PartitionedConfig takes one of tags_for_partition_key_fn and "
                "tags_for_partition_fn, not both. Give the first."
            )
        self.partitions_def = partitions_def
        self.run_config_for_partition_fn = run_config_for_partition_fn
        self.run_config_for_partition_key_fn = run_config_for_partition_key_fn
        self.tags_for_partition_fn = tags_for_partition_fn
        self.tags_for_partition_key_fn = tags_for_partition_key_fn
        self._decorated = decorated_fn

    @staticmethod
    def from_flexible_config(
        config: PartitionedConfig[PartitionsDefinition] | Config | None,
        partitions_def: PartitionsDefinition,
    ) -> PartitionedConfig[PartitionsDefinition]:
        """Return config of any shape as the config of each partition.

        Raises:
            ParameterCheckError: It is partitioned config with other partitions.
        """
        if isinstance(config, PartitionedConfig):
            if config.partitions_def != partitions_def:
                raise ParameterCheckError(
                    "The partitioned config and the job have different partitions: "
                    f"{config.partitions_def.describe()}, and {partitions_def.describe()}. Give "
                    "the job the partitions of the config."
                )
            return config
        fixed = config or {}
        return PartitionedConfig(partitions_def, run_config_for_partition_key_fn=lambda _: fixed)

    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """Return the keys of the partitions that exist."""
        return self.partitions_def.get_partition_keys(current_time)

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, object]:
        """Return the run config of a partition.

        Raises:
            ParameterCheckError: The function returned neither a mapping nor a `RunConfig`.
        """
        if self.run_config_for_partition_key_fn is not None:
            made = self.run_config_for_partition_key_fn(partition_key)
        else:
            assert self.run_config_for_partition_fn is not None
            made = self.run_config_for_partition_fn(KeyedPartition(partition_key, partition_key))
        if isinstance(made, RunConfig):
            return made.to_config_dict()
        if isinstance(made, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - user code made it
            return dict(made)
        raise ParameterCheckError(
            f"The config of partition '{partition_key}' must be a mapping or a RunConfig, but the "
            f"function returned {made!r}."
        )

    def get_tags_for_partition_key(
        self, partition_key: str, job_name: str | None = None
    ) -> Mapping[str, str]:
        """Return the tags of a run of a partition: the user's, and those that name it."""
        del job_name
        made: Mapping[str, object] = {}
        if self.tags_for_partition_key_fn is not None:
            made = self.tags_for_partition_key_fn(partition_key)
        elif self.tags_for_partition_fn is not None:
            made = self.tags_for_partition_fn(KeyedPartition(partition_key, partition_key))
        texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in made.items()}
        return {**texts, **self.partitions_def.get_tags_for_partition_key(partition_key)}

    def __call__(self, *args: object, **kwargs: object) -> Config:
        """Call the decorated function.

        Raises:
            InvalidInvocationError: No function was decorated.
        """
        if self._decorated is None:
            raise InvalidInvocationError(
                "This PartitionedConfig was not made by a decorator, so there is no function to "
                "call. Use get_run_config_for_partition_key(key)."
            )
        return self._decorated(*args, **kwargs)


def partitioned_config(
    partitions_def: D, tags_for_partition_key_fn: TagsFn | None = None
) -> Callable[[KeyFn], PartitionedConfig[D]]:
    """Make the config of a job from a function of the partition's key.

    Args:
        partitions_def: The partitions of the job.
        tags_for_partition_key_fn: Makes the tags of a run from the key.
    """

    def decorate(fn: KeyFn) -> PartitionedConfig[D]:
        return PartitionedConfig(
            partitions_def,
            run_config_for_partition_key_fn=fn,
            decorated_fn=fn,
            tags_for_partition_key_fn=tags_for_partition_key_fn,
        )

    return decorate


def static_partitioned_config(
    partition_keys: Sequence[str],
    tags_for_partition_fn: TagsFn | None = None,
    tags_for_partition_key_fn: TagsFn | None = None,
) -> Callable[[KeyFn], PartitionedConfig[StaticPartitionsDefinition]]:
    """Make the config of a job with fixed partitions from a function of the key.

    Args:
        partition_keys: The keys.
        tags_for_partition_fn: Makes the tags of a run from the key; the old name.
        tags_for_partition_key_fn: Makes the tags of a run from the key.
    """
    tags = _one_of(tags_for_partition_fn, tags_for_partition_key_fn)
    return partitioned_config(StaticPartitionsDefinition(partition_keys), tags)


def dynamic_partitioned_config(
    partition_fn: Callable[[datetime | None], Sequence[str]],
    tags_for_partition_fn: TagsFn | None = None,
    tags_for_partition_key_fn: TagsFn | None = None,
) -> Callable[[KeyFn], PartitionedConfig[DynamicPartitionsDefinition]]:
    """Make the config of a job, whose partitions a function lists, from a function of the key.

    Args:
        partition_fn: Returns the keys as of a time.
        tags_for_partition_fn: Makes the tags of a run from the key; the old name.
        tags_for_partition_key_fn: Makes the tags of a run from the key.
    """
    tags = _one_of(tags_for_partition_fn, tags_for_partition_key_fn)
    return partitioned_config(DynamicPartitionsDefinition(partition_fn), tags)


def daily_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
    exclusions: Exclusions | None = None,
) -> Callable[[WindowFn], PartitionedConfig[DailyPartitionsDefinition]]:
    """Make the config of a job with daily partitions from a function of the day's start and end.

    Args:
        start_date: The first day, as for `DailyPartitionsDefinition`, like all that follow.
        minute_offset: The minute at which days start.
        hour_offset: The hour at which days start.
        timezone: An IANA name.
        fmt: The format of the keys.
        end_offset: How many more days exist than have ended.
        tags_for_partition_fn: Makes the tags of a run from the day's start and end.
        exclusions: Days that are left out.
    """
    definition = DailyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _windowed(definition, tags_for_partition_fn)


def hourly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
    exclusions: Exclusions | None = None,
) -> Callable[[WindowFn], PartitionedConfig[HourlyPartitionsDefinition]]:
    """Make the config of a job with hourly partitions from a function of the hour's start and end.

    Args:
        start_date: The first hour, as for `HourlyPartitionsDefinition`, like all that follow.
        minute_offset: The minute at which hours start.
        timezone: An IANA name.
        fmt: The format of the keys.
        end_offset: How many more hours exist than have ended.
        tags_for_partition_fn: Makes the tags of a run from the hour's start and end.
        exclusions: Hours that are left out.
    """
    definition = HourlyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _windowed(definition, tags_for_partition_fn)


def weekly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
    exclusions: Exclusions | None = None,
) -> Callable[[WindowFn], PartitionedConfig[WeeklyPartitionsDefinition]]:
    """Make the config of a job with weekly partitions from a function of the week's start and end.

    Args:
        start_date: When weeks begin, as for `WeeklyPartitionsDefinition`, like all that follow.
        minute_offset: The minute at which weeks start.
        hour_offset: The hour at which weeks start.
        day_offset: The weekday on which weeks start, 0 for Sunday.
        timezone: An IANA name.
        fmt: The format of the keys.
        end_offset: How many more weeks exist than have ended.
        tags_for_partition_fn: Makes the tags of a run from the week's start and end.
        exclusions: Weeks that are left out.
    """
    definition = WeeklyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        day_offset=day_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _windowed(definition, tags_for_partition_fn)


def monthly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 1,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
    exclusions: Exclusions | None = None,
) -> Callable[[WindowFn], PartitionedConfig[MonthlyPartitionsDefinition]]:
    """Make the config of a job with monthly partitions from a function of each month's span.

    Args:
        start_date: When months begin, as for `MonthlyPartitionsDefinition`, like all that follow.
        minute_offset: The minute at which months start.
        hour_offset: The hour at which months start.
        day_offset: The day on which months start.
        timezone: An IANA name.
        fmt: The format of the keys.
        end_offset: How many more months exist than have ended.
        tags_for_partition_fn: Makes the tags of a run from the month's start and end.
        exclusions: Months that are left out.
    """
    definition = MonthlyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        day_offset=day_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _windowed(definition, tags_for_partition_fn)


def _windowed(
    definition: W, tags_fn: WindowTagsFn | None
) -> Callable[[WindowFn], PartitionedConfig[W]]:
    def tags(key: str) -> Tags:
        assert tags_fn is not None
        return tags_fn(*definition.time_window_for_partition_key(key))

    def decorate(fn: WindowFn) -> PartitionedConfig[W]:
        return PartitionedConfig(
            definition,
            run_config_for_partition_key_fn=lambda key: fn(
                *definition.time_window_for_partition_key(key)
            ),
            decorated_fn=fn,
            tags_for_partition_key_fn=None if tags_fn is None else tags,
        )

    return decorate


def _one_of(old: TagsFn | None, new: TagsFn | None) -> TagsFn | None:
    if old is not None and new is not None:
        raise ParameterCheckError(
            "tags_for_partition_fn is the old name of tags_for_partition_key_fn. Give one of them."
        )
    return old or new
