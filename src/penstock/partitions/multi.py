"""`MultiPartitionsDefinition`: the combinations of the keys of several dimensions.

Owns the order of combinations - dimensions by name, the first the slowest - and the text of their
keys. Which keys a dimension has is the dimension's business. An ordinal leaves each dimension room
to grow, so that it stays the same when a dimension that has no end gets more keys.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import cast

from penstock.base.tags import PARTITION_NAME_TAG
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
    UnknownPartitionError,
)
from penstock.partitions.boxes import box_spans, boxes_of, columns_of
from penstock.partitions.context import DynamicPartitionsStore
from penstock.partitions.definition import (
    PartitionsDefinition,
    loading,
)
from penstock.partitions.dimensions import Dimensions, PartitionDimensionDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi_key import (
    SEPARATOR,
    MultiPartitionKey,
    get_multidimensional_partition_tag,
)
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

_ROOM = 1 << 26
"""Ordinals for a dimension that has no end: every minute of 127 years."""

_RESERVED = frozenset("|,[]")


class MultiPartitionsDefinition(Dimensions):
    """Partitions with a key in each of some dimensions: every combination is one.

    Args:
        partitions_defs: The keys of each dimension, by its name.

    Raises:
        InvalidInvocationError: There is no dimension.
        InvalidDefinitionError: A dimension is multi-dimensional itself, or has a key with one of
            the characters `| , [ ]`.

    Example:
        >>> from penstock import StaticPartitionsDefinition
        >>> sales = MultiPartitionsDefinition(
        ...     {
        ...         "region": StaticPartitionsDefinition(["eu", "us"]),
        ...         "kind": StaticPartitionsDefinition(["a", "b"]),
        ...     }
        ... )
        >>> sales.get_partition_keys()
        ['a|eu', 'a|us', 'b|eu', 'b|us']
    """

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        if not partitions_defs:
            raise InvalidInvocationError(
                "MultiPartitionsDefinition needs a dimension. Give it a partitions definition for "
                "each of them, by name."
            )
        for name, definition in partitions_defs.items():
            _check_dimension(name, definition)
        self.partitions_defs: list[PartitionDimensionDefinition] = [
            PartitionDimensionDefinition(name, partitions_defs[name])
            for name in sorted(partitions_defs)
        ]
        self._names = tuple(dimension.name for dimension in self.partitions_defs)
        self._parts = tuple(dimension.partitions_def for dimension in self.partitions_defs)
        self._dynamic = tuple(
            at
            for at, part in enumerate(self._parts)
            if isinstance(part, DynamicPartitionsDefinition)
        )
        self.radices: tuple[int, ...] = tuple(
            _ROOM if part.capacity is None else max(1, part.capacity) for part in self._parts
        )

    @property
    def noun(self) -> str:
        """What one partition is: 'partition'."""
        return "partition"

    @property
    def grid(self) -> str:
        """The names of the dimensions, and what their keys mean."""
        parts = zip(self._names, self._parts, strict=True)
        return "multi " + ", ".join(f"{name}=({part.grid})" for name, part in parts)

    @property
    def identity(self) -> Hashable:
        """The names of the dimensions and their definitions."""
        return ("multi", self._names, tuple(part.identity for part in self._parts))

    @property
    def has_gaps(self) -> bool:
        """Whether a dimension leaves keys out."""
        return any(part.has_gaps for part in self._parts)

    @property
    def partition_dimension_names(self) -> list[str]:
        """The names of the dimensions, in order."""
        return list(self._names)

    def get_partitions_def_for_dimension(self, dimension_name: str) -> PartitionsDefinition:
        """Return the definition of a dimension.

        Raises:
            ParameterCheckError: There is no such dimension.
        """
        return self._parts[self.dimension_at(dimension_name)]

    def dimension_at(self, dimension_name: str) -> int:
        """Return the place of a dimension in the order.

        Raises:
            ParameterCheckError: There is no such dimension.
        """
        if dimension_name not in self._names:
            raise ParameterCheckError(
                f"There is no dimension '{dimension_name}' among {', '.join(self._names)}."
            )
        return self._names.index(dimension_name)

    def describe(self) -> str:
        """Return the dimensions and what their keys are."""
        parts = zip(self._names, self._parts, strict=True)
        each = "; ".join(f"{name}: {part.describe()}" for name, part in parts)
        return f"combinations like {'|'.join(self._names)} ({each})"

    def __str__(self) -> str:
        parts = zip(self._names, self._parts, strict=True)
        each = " \n".join(f"{name.capitalize()}: {part}" for name, part in parts)
        return f"Multi-partitioned, with dimensions: \n{each}"

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON."""
        parts = zip(self._names, self._parts, strict=True)
        return {"kind": "multi", "dimensions": {name: part.spec() for name, part in parts}}

    def get_partition_key_from_str(self, partition_key_str: str) -> MultiPartitionKey:
        """Return a text as the key that it is, whether it exists or not.

        Raises:
            UnknownPartitionError: It has another number of parts than there are dimensions.
        """
        return self._key_of(self.split_key(partition_key_str))

    def split_key(self, key: str) -> Sequence[str]:
        """Return the part of a key for each dimension.

        Raises:
            UnknownPartitionError: It has another number of parts.
        """
        parts = self._split(key)
        if parts is None:
            raise UnknownPartitionError(
                f"There is no partition '{key}': a key has {len(self._names)} parts joined by "
                f"'{SEPARATOR}', for {', '.join(self._names)}."
            )
        return parts

    def is_valid_key_format(self, partition_key: str) -> bool:
        """Tell whether a text has a part for each dimension."""
        return self._split(partition_key) is not None

    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if a part is no key, now or ever."""
        parts = self._split(key)
        if parts is None:
            return None
        ordinal = 0
        for part, definition, radix in zip(parts, self._parts, self.radices, strict=True):
            found = definition.find(part)
            if found is None:
                return None
            ordinal = ordinal * radix + found
        return ordinal

    def ordinals(self, keys: Iterable[str]) -> list[int]:
        """Return the ordinals of keys, in the order given; each part of a key is looked up once.

        Raises:
            UnknownPartitionError: One is not a key, now or ever.
        """
        given = list(keys)
        split = [parts for key in given if (parts := self._split(key)) is not None]
        if len(split) != len(given):
            return super().ordinals(given)
        found = [0] * len(split)
        for at, (definition, radix) in enumerate(zip(self._parts, self.radices, strict=True)):
            places = {part: definition.find(part) for part in {parts[at] for parts in split}}
            if None in places.values():
                return super().ordinals(given)
            each = cast("dict[str, int]", places)
            found = [n * radix + each[parts[at]] for n, parts in zip(found, split, strict=True)]
        return found

    def _guessed(self, keys: Sequence[str]) -> range | None:
        """Return None: between two keys there may be ordinals without any."""
        del keys

    def keys_at(self, ordinals: Sequence[int]) -> list[str]:
        """Return the keys at ordinals, in the order given; each part of a key is made once."""
        columns = columns_of(ordinals, self.radices)
        parts = [
            _looked_up(part, column) for part, column in zip(self._parts, columns, strict=True)
        ]
        return [self._key_of(each) for each in zip(*parts, strict=True)]

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys at a half-open range of ordinals."""
        return self.keys_at(range(start, stop))

    def count(self, now: datetime | None = None) -> int:
        """Return how many combinations exist."""
        return math.prod(part.count(now) for part in self._parts)

    def existing(self, now: datetime | None = None) -> Ordinals:
        """Return the ordinals of the combinations that exist."""
        box = tuple(part.existing(now).spans for part in self._parts)
        return Ordinals.of_spans(box_spans(box, self.radices))

    def page(self, start: int, stop: int, now: datetime | None = None) -> Sequence[str]:
        """Return the keys from one position to another among those that exist."""
        counts = [part.count(now) for part in self._parts]
        found: list[str] = []
        while start < stop:
            outer, low = divmod(start, counts[-1])
            high = min(counts[-1], low + stop - start)
            prefix = self._parts_at(outer, counts[:-1], now)
            last = self._parts[-1].page(low, high, now)
            found.extend(self._joined(prefix, part) for part in last)
            start += high - low
        return found

    def nearest_keys(self, key: str, now: datetime | None = None) -> Sequence[str]:
        """Return existing keys that may have been meant by a wrong one, at most three."""
        parts = self._split(key)
        if parts is None:
            return []
        near_parts = [
            [part] if each.has_partition_key(part, now) else each.nearest_keys(part, now)
            for part, each in zip(parts, self._parts, strict=True)
        ]
        return [self._key_of(near) for near in product(*near_parts)][:3]

    def get_multipartition_keys_with_dimension_value(
        self,
        dimension_name: str,
        dimension_partition_key: str,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
        current_time: datetime | None = None,
    ) -> Sequence[MultiPartitionKey]:
        """Return the keys that have a given part in one dimension.

        Raises:
            ParameterCheckError: There is no such dimension.
        """
        return self.get_multipartition_keys_with_dimension_values(
            dimension_name, [dimension_partition_key], dynamic_partitions_store, current_time
        )

    def get_multipartition_keys_with_dimension_values(
        self,
        dimension_name: str,
        dimension_partition_keys: Sequence[str],
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
        current_time: datetime | None = None,
    ) -> Sequence[MultiPartitionKey]:
        """Return the keys that have one of some parts in one dimension.

        Raises:
            ParameterCheckError: There is no such dimension.
        """
        at = self.dimension_at(dimension_name)
        with loading(dynamic_partitions_store):
            each = [
                dimension_partition_keys if n == at else part.get_partition_keys(current_time)
                for n, part in enumerate(self._parts)
            ]
        return [MultiPartitionKey.joined(self._names, parts) for parts in product(*each)]

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """Return the tags of a run of one partition: the key, and its part in each dimension."""
        key = self.get_partition_key_from_str(partition_key)
        parts = key.keys_by_dimension.items()
        tags = {get_multidimensional_partition_tag(name): part for name, part in parts}
        return {PARTITION_NAME_TAG: str(key), **tags}

    def get_serializable_unique_identifier(
        self, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> str:
        """Return a text that differs between definitions, or lists of keys, that differ."""
        parts = (
            part.get_serializable_unique_identifier(dynamic_partitions_store)
            for part in self._parts
        )
        text = "\0".join([*self._names, *parts])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def ranges(self, spans: tuple[Span, ...]) -> list[PartitionKeyRange]:
        """Write spans as key ranges; a range holds the product of the ranges of its parts."""
        return [
            PartitionKeyRange(self._key_of(firsts), self._key_of(lasts))
            for box in boxes_of(spans, self.radices)
            for firsts, lasts in self._ends(
                [
                    [(r.start, r.end) for r in part.ranges(taken)]
                    for part, taken in zip(self._parts, box, strict=True)
                ]
            )
        ]

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write spans as key ranges that stay right if only the dimensions' bounds change."""
        return [
            (SEPARATOR.join(firsts), SEPARATOR.join(lasts))
            for box in boxes_of(spans, self.radices)
            for firsts, lasts in self._ends(
                [part.stored_ranges(taken) for part, taken in zip(self._parts, box, strict=True)]
            )
        ]

    def restored_spans(self, first: str, last: str) -> Sequence[Span]:
        """Read one stored key range, cut to the keys that there are now."""
        firsts, lasts = self._split(first), self._split(last)
        if firsts is None or lasts is None:
            return []
        box = tuple(
            tuple(part.restored_spans(low, high))
            for part, low, high in zip(self._parts, firsts, lasts, strict=True)
        )
        return box_spans(box, self.radices)

    def _all(self, now: datetime | None) -> list[MultiPartitionKey]:
        each = [part.get_partition_keys(now) for part in self._parts]
        return [self._key_of(parts) for parts in product(*each)]

    def _exists(self, key: str, now: datetime | None) -> bool:
        parts = self._split(key)
        return parts is not None and all(
            definition.has_partition_key(part, now)
            for part, definition in zip(parts, self._parts, strict=True)
        )

    def _between(self, first: str, last: str) -> list[str]:
        """Return the product of the ranges of each dimension, each in its own order."""
        firsts, lasts = self._split(first), self._split(last)
        assert firsts is not None
        assert lasts is not None
        each = [
            part._between(low, high)
            for part, low, high in zip(self._parts, firsts, lasts, strict=True)
        ]
        return [self._key_of(parts) for parts in product(*each)]

    def _within(self, first: str, last: str) -> Ordinals:
        """Return the product of the ranges of each dimension."""
        firsts, lasts = self._split(first), self._split(last)
        assert firsts is not None
        assert lasts is not None
        box = tuple(
            part._within(low, high).spans
            for part, low, high in zip(self._parts, firsts, lasts, strict=True)
        )
        return Ordinals.of_spans(box_spans(box, self.radices))

    def numbering(self, ordinals: Ordinals) -> dict[str, object]:
        """Return what ordinals mean: the places of each dimension, and what those mean."""
        columns = columns_of(ordinals.numbers(), self.radices)
        parts = [
            part.numbering(Ordinals.of_numbers(set(column)))
            for part, column in zip(self._parts, columns, strict=True)
        ]
        return {"radices": self.radices, "dimensions": parts}

    def renumbered(
        self, ordinals: Sequence[int], numbering: Mapping[str, object]
    ) -> Sequence[int | None]:
        """Return today's ordinals for ones that `numbering` described; None for those gone."""
        radices = cast("list[int]", numbering["radices"])
        parts = cast("list[dict[str, object]]", numbering["dimensions"])
        found: list[int | None] = [0] * len(ordinals)
        columns = columns_of(ordinals, radices)
        each = zip(self._parts, self.radices, columns, parts, strict=True)
        for definition, radix, column, meaning in each:
            old = sorted(set(column))
            new = dict(zip(old, definition.renumbered(old, meaning), strict=True))
            found = [
                None if n is None or (m := new[at]) is None else n * radix + m
                for n, at in zip(found, column, strict=True)
            ]
        return found

    def _split(self, key: str) -> Sequence[str] | None:
        """Return the parts of a key; what is too much belongs to the one dynamic dimension."""
        parts = key.split(SEPARATOR)
        more = len(parts) - len(self._names)
        if more == 0:
            return parts
        if more < 0 or len(self._dynamic) != 1:
            return None
        first, end = self._dynamic[0], self._dynamic[0] + more + 1
        return [*parts[:first], SEPARATOR.join(parts[first:end]), *parts[end:]]

    def _key_of(self, parts: Sequence[str]) -> MultiPartitionKey:
        return MultiPartitionKey.joined(self._names, parts)

    def _joined(self, prefix: Sequence[str], last: str) -> MultiPartitionKey:
        return MultiPartitionKey.joined(self._names, (*prefix, last))

    def _parts_at(self, outer: int, counts: Sequence[int], now: datetime | None) -> tuple[str, ...]:
        """Return the parts of all dimensions but the last at a position among them."""
        parts: list[str] = []
        for part, n in zip(self._parts[-2::-1], reversed(counts), strict=True):
            outer, at = divmod(outer, n)
            parts.append(part.page(at, at + 1, now)[0])
        return tuple(reversed(parts))

    def _ends(
        self, ranges: Sequence[Sequence[tuple[str, str]]]
    ) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield the first and the last parts of each product of ranges."""
        for chosen in product(*ranges):
            yield tuple(first for first, _ in chosen), tuple(last for _, last in chosen)


def _looked_up(definition: PartitionsDefinition, ordinals: Sequence[int]) -> list[str]:
    """Return the keys at ordinals, each made once."""
    each = sorted(set(ordinals))
    keys = dict(zip(each, definition.keys_at(each), strict=True))
    return [keys[n] for n in ordinals]


def _check_dimension(name: str, definition: PartitionsDefinition) -> None:
    if isinstance(definition, MultiPartitionsDefinition):
        raise InvalidDefinitionError(
            f"Dimension '{name}' has several dimensions itself. Name all of them in one "
            "MultiPartitionsDefinition."
        )
    if isinstance(definition, DynamicPartitionsDefinition) and definition.name is None:
        raise InvalidDefinitionError(
            f"The dynamic partitions of dimension '{name}' must have a name; a partition_fn is not "
            "enough in a MultiPartitionsDefinition."
        )
    if not isinstance(definition, StaticPartitionsDefinition):
        return
    for key in definition.get_partition_keys():
        if not _RESERVED.isdisjoint(key):
            raise InvalidDefinitionError(
                f"Key {key!r} of dimension '{name}' holds one of the characters | , [ ], which "
                "separate the parts of a key. Choose another spelling."
            )
