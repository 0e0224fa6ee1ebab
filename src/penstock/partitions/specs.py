"""Reading definitions and mappings back from plain JSON.

The registry is closed: what a manifest may carry is listed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from penstock.base.text import listed
from penstock.errors import UsageError
from penstock.partitions.cadence import ScheduleType
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    TimeWindowPartitionMapping,
)
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import TimeWindowPartitionsDefinition

Spec = Mapping[str, object]


def definition_from_spec(spec: Spec) -> PartitionsDefinition:
    """Make the partitions definition that a `spec()` described.

    Raises:
        UsageError: The kind is unknown or the description is not whole.
    """
    match spec.get("kind"):
        case "static":
            return StaticPartitionsDefinition(_texts(spec, "keys"))
        case "time_window":
            return _time_window(spec)
        case kind:
            raise _unknown("partitions definition", kind, ("static", "time_window"))


def mapping_from_spec(spec: Spec) -> PartitionMapping:
    """Make the partition mapping that a `spec()` described.

    Raises:
        UsageError: The kind is unknown or the description is not whole.
    """
    match spec.get("kind"):
        case "identity":
            return IdentityPartitionMapping()
        case "all":
            return AllPartitionMapping()
        case "last":
            return LastPartitionMapping()
        case "time_window":
            return TimeWindowPartitionMapping(
                start_offset=_whole(spec, "start_offset"),
                end_offset=_whole(spec, "end_offset"),
                allow_nonexistent_upstream_partitions=(
                    spec.get("allow_nonexistent_upstream_partitions") is True
                ),
            )
        case kind:
            known = ("all", "identity", "last", "time_window")
            raise _unknown("partition mapping", kind, known)


def _time_window(spec: Spec) -> TimeWindowPartitionsDefinition:
    end = spec.get("end")
    return TimeWindowPartitionsDefinition(
        datetime.fromisoformat(_text(spec, "start")),
        _text(spec, "fmt"),
        end=None if end is None else datetime.fromisoformat(_text(spec, "end")),
        schedule_type=ScheduleType(_text(spec, "schedule")),
        timezone=_text(spec, "timezone"),
        end_offset=_whole(spec, "end_offset"),
        minute_offset=_whole(spec, "minute_offset"),
        hour_offset=_whole(spec, "hour_offset"),
        day_offset=_whole(spec, "day_offset"),
    )


def _text(spec: Spec, field: str) -> str:
    value = spec.get(field)
    if isinstance(value, str):
        return value
    raise UsageError(f"A description of partitions needs text as {field!r}, not {value!r}.")


def _whole(spec: Spec, field: str) -> int:
    value = spec.get(field)
    if isinstance(value, int):
        return value
    raise UsageError(f"A description of partitions needs a number as {field!r}, not {value!r}.")


def _texts(spec: Spec, field: str) -> list[str]:
    value = spec.get(field)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(cast("Sequence[str]", value))
    raise UsageError(f"A description of partitions needs a list as {field!r}, not {value!r}.")


def _unknown(what: str, kind: object, known: Sequence[str]) -> UsageError:
    return UsageError(
        f"{kind!r} is not a kind of {what} that this Penstock knows ({listed(known)}). "
        "It was written by another version; upgrade Penstock or reload the definitions."
    )
