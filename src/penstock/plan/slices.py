"""Which partitions people mean by what they write: a key, a range, or a slice by dimension.

Owns the text forms - `day=2024-03-09,region=eu`, `a...b` - and their messages, each of which names
the keys that are nearest. Everything is a set of ordinals, however many keys it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from penstock.base.text import did_you_mean, listed
from penstock.errors import UnknownPartitionError, UsageError
from penstock.graph.partition_view import has_lasting_ordinals
from penstock.partitions.boxes import box_spans
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.multi_key import MultiPartitionKey
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import PartitionKeyRange

EVERYTHING = "*"


def parse_range(text: str) -> tuple[str, str] | None:
    """Read `A...B` or `A..B`; None if it is no range.

    Raises:
        UsageError: An end is missing.
    """
    separator = "..." if "..." in text else ".."
    first, found, last = text.partition(separator)
    if not found:
        return None
    if not first.strip() or not last.strip():
        raise UsageError(f"'{text}' is not a range of partitions. Write FIRST...LAST.")
    return first.strip(), last.strip()


def is_by_dimension(definition: PartitionsDefinition, text: str) -> bool:
    """Tell whether a text names dimensions of a definition, as `region=eu` does."""
    if not isinstance(definition, MultiPartitionsDefinition):
        return False
    names = definition.partition_dimension_names
    return any(part.partition("=")[0].strip() in names for part in text.split(",") if "=" in part)


def key_meant(definition: PartitionsDefinition, text: str) -> str:
    """Return the key that a text means; one that names no dimension is a key already.

    Raises:
        UsageError: A dimension is missing or named twice, or does not exist.
    """
    if not is_by_dimension(definition, text):
        return text
    assert isinstance(definition, MultiPartitionsDefinition)
    parts = _values_by_dimension(definition, text)
    names = definition.partition_dimension_names
    missing = [name for name in names if name not in parts]
    if missing:
        raise UsageError(
            f"'{text}' does not say which {listed(missing, 'or')}, so it is a slice of many "
            f"partitions. Name all of {', '.join(names)}, or run `penstock backfill --slice`."
        )
    several = [name for name in names if len(parts[name]) > 1]
    if several:
        raise UsageError(f"'{text}' names several keys of {listed(several)}; give one partition.")
    return MultiPartitionKey({name: keys[0] for name, keys in parts.items()})


def slice_of(
    definition: PartitionsDefinition, text: str, *, now: datetime | None
) -> PartitionsSubset:
    """Return the partitions that have the given keys in the dimensions that are named.

    Args:
        definition: The partitions, of several dimensions.
        text: As in `region=eu,us,day=2024-01-01...2024-01-31`; a dimension that is not named is
            taken whole, and so is one that is `*`.
        now: When partitions are counted, timezone-aware; None means the current time.

    Raises:
        UsageError: There are no dimensions, or one does not exist.
        UnknownPartitionError: A dimension has no such key.
    """
    if not isinstance(definition, MultiPartitionsDefinition):
        raise UsageError(
            f"'{text}' is a slice by dimension, but these partitions have one dimension only: "
            f"{definition.describe()}. Give --from and --to, or --partitions."
        )
    values = _values_by_dimension(definition, text)
    box = tuple(
        _ordinals_in(name, part, values.get(name, [EVERYTHING]), now=now).spans
        for name, part in definition.partitions_defs
    )
    return PartitionsSubset.of_spans(definition, box_spans(box, definition.radices))


def range_of(
    definition: PartitionsDefinition, first: str, last: str, *, now: datetime | None
) -> PartitionsSubset:
    """Return the existing partitions from one to another, both included.

    Of several dimensions it is the product of the ranges of each.

    Raises:
        UnknownPartitionError: An end does not exist, or the range is reversed.
    """
    definition.validate(first, now)
    definition.validate(last, now)
    found = PartitionsSubset(definition, ordinals_of_range(definition, first, last))
    if found.is_empty:
        raise UnknownPartitionError(
            f"The partition range '{first}...{last}' is reversed. Write '{last}...{first}'."
        )
    return PartitionsSubset(definition, found.ordinals & definition.existing(now))


def ordinals_of_range(definition: PartitionsDefinition, first: str, last: str) -> Ordinals:
    """Return the partitions from one key to another, both included; none if an end is gone."""
    if has_lasting_ordinals(definition):
        return Ordinals.of_spans(definition.restored_spans(first, last))
    try:
        keys = definition.get_partition_keys_in_range(PartitionKeyRange(first, last))
    except ValueError:  # an end was deleted
        return Ordinals(())
    return Ordinals.of_numbers(definition.ordinals(keys))


def _values_by_dimension(definition: MultiPartitionsDefinition, text: str) -> dict[str, list[str]]:
    """Read `name=value,value,name=value`."""
    names = definition.partition_dimension_names
    values: dict[str, list[str]] = {}
    current: str | None = None
    for part in (part.strip() for part in text.split(",")):
        name, equals, value = (each.strip() for each in part.partition("="))
        if equals and name in names:
            if name in values:
                raise UsageError(f"'{text}' names the dimension '{name}' twice.")
            current = name
            values[name] = [value]
        elif current is not None and (not equals or _is_key(definition, current, part)):
            values[current].append(part)
        else:
            raise UsageError(
                f"'{part}' names no dimension.{did_you_mean(name, names)} "
                f"The dimensions are {', '.join(names)}; write {names[0]}=KEY."
            )
    return values


def _is_key(definition: MultiPartitionsDefinition, name: str, text: str) -> bool:
    return definition.get_partitions_def_for_dimension(name).find(text) is not None


def _ordinals_in(
    name: str, part: PartitionsDefinition, values: Sequence[str], *, now: datetime | None
) -> Ordinals:
    found = Ordinals(())
    for value in values:
        if value == EVERYTHING:
            return part.existing(now)
        found = found | _one_value(name, part, value, now=now)
    return found


def _one_value(
    name: str, part: PartitionsDefinition, value: str, *, now: datetime | None
) -> Ordinals:
    try:
        ends = None if part.has_partition_key(value, now) else parse_range(value)
        if ends is not None:
            return range_of(part, *ends, now=now).ordinals
        part.validate(value, now)
    except UnknownPartitionError as error:
        raise UnknownPartitionError(f"In the dimension '{name}': {error}") from error
    return Ordinals.of_numbers([part.ordinal(value)])
