"""Reading definitions and mappings back from plain JSON.

The registry is closed: what a manifest may carry is listed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import cast

from penstock.base.cron import is_valid_cron_string
from penstock.base.text import listed
from penstock.errors import UsageError
from penstock.partitions.cadence import ScheduleType
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.mapping_base import ForeignPartitionMapping, PartitionMapping
from penstock.partitions.mapping_keys import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from penstock.partitions.mapping_multi import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from penstock.partitions.mapping_time import TimeWindowPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition

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
        case "dynamic":
            return DynamicPartitionsDefinition(name=_text(spec, "name"))
        case "multi":
            parts = _specs(spec, "dimensions").items()
            return MultiPartitionsDefinition(
                {name: definition_from_spec(part) for name, part in parts}
            )
        case kind:
            known = ("dynamic", "multi", "static", "time_window")
            raise _unknown("partitions definition", kind, known)


def mapping_from_spec(spec: Spec) -> PartitionMapping:
    """Make the partition mapping that a `spec()` described.

    Raises:
        UsageError: The kind is unknown or the description is not whole.
    """
    kind = spec.get("kind")
    if not isinstance(kind, str) or kind not in _MAPPINGS:
        raise _unknown("partition mapping", kind, tuple(sorted(_MAPPINGS)))
    return _MAPPINGS[kind](spec)


def _time_window(spec: Spec) -> TimeWindowPartitionsDefinition:
    end = spec.get("end")
    cron = spec.get("cron")
    schedule = None if cron is not None else ScheduleType(_text(spec, "schedule"))
    exclusions = _texts(spec, "exclusions") if "exclusions" in spec else ()
    return TimeWindowPartitionsDefinition(
        datetime.fromisoformat(_text(spec, "start")),
        _text(spec, "fmt"),
        end=None if end is None else datetime.fromisoformat(_text(spec, "end")),
        schedule_type=schedule,
        cron_schedule=None if cron is None else _text(spec, "cron"),
        timezone=_text(spec, "timezone"),
        end_offset=_whole(spec, "end_offset"),
        minute_offset=_whole(spec, "minute_offset"),
        hour_offset=_whole(spec, "hour_offset"),
        day_offset=_whole(spec, "day_offset") if schedule in _WITH_DAY else None,
        exclusions=[_exclusion(text) for text in exclusions],
    )


def _exclusion(text: str) -> str | datetime:
    return text if is_valid_cron_string(text) else datetime.fromisoformat(text)


def _time_window_mapping(spec: Spec) -> PartitionMapping:
    return TimeWindowPartitionMapping(
        start_offset=_whole(spec, "start_offset"),
        end_offset=_whole(spec, "end_offset"),
        allow_nonexistent_upstream_partitions=(
            spec.get("allow_nonexistent_upstream_partitions") is True
        ),
    )


def _static_mapping(spec: Spec) -> PartitionMapping:
    table = cast("Mapping[str, Sequence[str]]", _specs(spec, "table"))
    return StaticPartitionMapping(table)


def _multi_mapping(spec: Spec) -> PartitionMapping:
    entries = {
        name: DimensionPartitionMapping(
            _text(part, "dimension"), mapping_from_spec(_specs(part, "mapping"))
        )
        for name, part in _specs(spec, "dimensions").items()
    }
    return MultiPartitionMapping(entries)


def _multi_to_single_mapping(spec: Spec) -> PartitionMapping:
    return MultiToSingleDimensionPartitionMapping(
        partition_dimension_name=(
            None if spec.get("dimension") is None else _text(spec, "dimension")
        ),
        partition_mapping=(
            None if spec.get("mapping") is None else mapping_from_spec(_specs(spec, "mapping"))
        ),
    )


_WITH_DAY = (ScheduleType.WEEKLY, ScheduleType.MONTHLY)
_MAPPINGS: Mapping[str, Callable[[Spec], PartitionMapping]] = {
    "all": lambda _: AllPartitionMapping(),
    "custom": lambda s: ForeignPartitionMapping(_text(s, "class"), _text(s, "description")),
    "identity": lambda _: IdentityPartitionMapping(),
    "last": lambda _: LastPartitionMapping(),
    "multi": _multi_mapping,
    "multi_to_single": _multi_to_single_mapping,
    "specific": lambda s: SpecificPartitionsPartitionMapping(_texts(s, "keys")),
    "static": _static_mapping,
    "time_window": _time_window_mapping,
}


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


def _specs(spec: Spec, field: str) -> Mapping[str, Spec]:
    value = spec.get(field)
    if isinstance(value, Mapping):
        return cast("Mapping[str, Spec]", value)
    raise UsageError(f"A description of partitions needs a table as {field!r}, not {value!r}.")


def _unknown(what: str, kind: object, known: Sequence[str]) -> UsageError:
    return UsageError(
        f"{kind!r} is not a kind of {what} that this Penstock knows ({listed(known)}). "
        "It was written by another version; upgrade Penstock or reload the definitions."
    )
