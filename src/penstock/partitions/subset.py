"""`PartitionsSubset`: a set of partition keys as sorted ranges of ordinals.

A Boolean algebra whose cost follows the number of ranges, not the number of keys: keys are made
only where somebody asks for them. What a key means is the key space's business; this module knows
ordinals and asks the space to translate.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Protocol

from penstock.errors import InvariantViolationError, UsageError
from penstock.partitions.window import PartitionKeyRange

Span = tuple[int, int]
"""A half-open range of ordinals, never empty."""


class KeySpace(Protocol):
    """What a subset needs to know of the definition that it is bound to."""

    @property
    def grid(self) -> str:
        """What a key means, whatever the bounds: keys of equal grids can be exchanged."""
        ...

    def describe(self) -> str:
        """Return the keys in words."""
        ...

    def fingerprint(self) -> str:
        """Return a short text that differs between definitions that differ."""
        ...

    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if there is no such key."""
        ...

    def ordinal(self, key: str) -> int:
        """Return the ordinal of a key, or raise `UnknownPartitionError`."""
        ...

    def key(self, ordinal: int) -> str:
        """Return the key at an ordinal."""
        ...

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys at a half-open range of ordinals."""
        ...

    def count(self, now: datetime | None = None) -> int:
        """Return how many keys exist."""
        ...

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write spans as key ranges that stay right if only the definition's bounds change."""
        ...

    def restored_span(self, first: str, last: str) -> Span | None:
        """Read one stored key range, cut to the keys that there are now."""
        ...


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans, drop empty ones and join those that touch."""
    result: list[Span] = []
    for start, stop in sorted(spans):
        if start >= stop:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return tuple(result)


def common(left: tuple[Span, ...], right: tuple[Span, ...]) -> tuple[Span, ...]:
    """Intersect two sorted tuples of spans."""
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, stop = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < stop:
            result.append((start, stop))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def without(left: tuple[Span, ...], right: tuple[Span, ...]) -> tuple[Span, ...]:
    """Subtract one sorted tuple of spans from another."""
    if not left:
        return ()
    low, high = left[0][0], left[-1][1]
    edges = [low, *(edge for span in right for edge in span), high]
    gaps = tuple(pair for pair in list(pairwise(edges))[::2] if pair[0] < pair[1])
    return common(left, gaps)


@dataclass(frozen=True, slots=True)
class PartitionsSubset:
    """Some of the partitions of a definition.

    Make one with `definition.empty_subset()` or `definition.subset_with_partition_keys(keys)`.

    Attributes:
        definition: The definition whose keys these are.
        spans: Sorted half-open ranges of ordinals that neither overlap nor touch.
    """

    definition: KeySpace
    spans: tuple[Span, ...] = ()

    @staticmethod
    def of_spans(definition: KeySpace, spans: Iterable[Span]) -> PartitionsSubset:
        """Make a subset of ranges of ordinals in any order."""
        return PartitionsSubset(definition, merged(spans))

    @staticmethod
    def of_keys(definition: KeySpace, keys: Iterable[str]) -> PartitionsSubset:
        """Make a subset of keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        ordinals = map(definition.ordinal, keys)
        return PartitionsSubset(definition, merged((n, n + 1) for n in ordinals))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.spans

    def with_partition_keys(self, keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset with more keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return self | PartitionsSubset.of_keys(self.definition, keys)

    def first(self, n: int) -> PartitionsSubset:
        """Return the first `n` partitions, or all if there are fewer."""
        kept: list[Span] = []
        for start, stop in self.spans:
            if n <= 0:
                break
            kept.append((start, min(stop, start + n)))
            n -= stop - start
        return PartitionsSubset(self.definition, tuple(kept))

    def complement(self, now: datetime | None = None) -> PartitionsSubset:
        """Return the partitions that exist at `now` and are not in the subset."""
        universe = merged([(0, self.definition.count(now))])
        return PartitionsSubset(self.definition, without(universe, self.spans))

    def ranges(self) -> list[PartitionKeyRange]:
        """Return the subset as key ranges, both ends included."""
        key = self.definition.key
        return [PartitionKeyRange(key(start), key(stop - 1)) for start, stop in self.spans]

    def get_partition_keys(self) -> list[str]:
        """Return every key, in order."""
        return list(self)

    def serialize(self) -> str:
        """Return the subset as canonical JSON text with the fingerprint of its definition."""
        stored = {
            "fingerprint": self.definition.fingerprint(),
            "grid": self.definition.grid,
            "ranges": self.definition.stored_ranges(self.spans),
        }
        return json.dumps(stored, separators=(",", ":"))

    @staticmethod
    def deserialize(text: str, definition: KeySpace) -> PartitionsSubset:
        """Read what `serialize` wrote, against the definition as it is now.

        If only the bounds or the list of keys changed, keys that are gone are left out.

        Raises:
            UsageError: The text is not a stored subset, or its keys mean something else now.
        """
        stored = _stored(text)
        if stored.grid != definition.grid:
            raise UsageError(
                f"A stored subset has {stored.grid} keys, but the definition now has "
                f"{definition.grid} keys, so its keys mean something else. Discard it."
            )
        spans = (definition.restored_span(first, last) for first, last in stored.ranges)
        return PartitionsSubset.of_spans(definition, (span for span in spans if span))

    def __or__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, merged((*self.spans, *other.spans)))

    def __and__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, common(self.spans, other.spans))

    def __sub__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, without(self.spans, other.spans))

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        ordinal = self.definition.find(key)
        return ordinal is not None and self.has_ordinal(ordinal)

    def has_ordinal(self, ordinal: int) -> bool:
        """Tell whether the partition at an ordinal is in the subset."""
        at = bisect_right(self.spans, ordinal, key=_start) - 1
        return at >= 0 and ordinal < self.spans[at][1]

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.spans)

    def __iter__(self) -> Iterator[str]:
        for start, stop in self.spans:
            yield from _paged(self.definition, start, stop)

    def _check_same_space(self, other: PartitionsSubset) -> None:
        if self.definition is not other.definition and self.definition != other.definition:
            raise InvariantViolationError(
                f"Subsets of two partitions definitions cannot be combined: the keys of one are "
                f"{self.definition.describe()}, of the other {other.definition.describe()}. "
                "Map one of them with a PartitionMapping first."
            )

    def __repr__(self) -> str:
        shown = ", ".join(
            r.start if r.start == r.end else f"{r.start}...{r.end}"
            for r in islice(self.ranges(), 4)
        )
        return f"PartitionsSubset({shown}{', …' if len(self.spans) > 4 else ''})"


def _start(span: Span) -> int:
    return span[0]


def _paged(definition: KeySpace, start: int, stop: int, *, page: int = 1000) -> Iterator[str]:
    for at in range(start, stop, page):
        yield from definition.keys(at, min(at + page, stop))


@dataclass(frozen=True, slots=True)
class _Stored:
    grid: str
    ranges: tuple[tuple[str, str], ...]


def _stored(text: str) -> _Stored:
    try:
        raw = json.loads(text)
        ranges = tuple((str(first), str(last)) for first, last in raw["ranges"])
        return _Stored(grid=str(raw["grid"]), ranges=ranges)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"This is not a stored subset of partitions: {text[:80]!r}.") from error
