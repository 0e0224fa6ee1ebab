"""`PartitionsDefinition`: the keys that a partitioned thing has, and their order.

A definition maps keys to ordinals and back. Everything else - existence, ranges, subsets - follows
from `find`, `keys` and `count`, so a new kind of partitions implements little more than these. A
definition is a value: equal if it is defined equally, and it can be written as plain JSON.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from datetime import UTC, datetime, tzinfo
from functools import cached_property

from penstock.base.clock import SystemClock
from penstock.base.text import listed
from penstock.errors import UnknownPartitionError
from penstock.partitions.subset import PartitionsSubset, Span
from penstock.partitions.window import PartitionKeyRange

_clock = SystemClock()


def seconds_of(now: datetime | None, zone: tzinfo = UTC) -> float:
    """Return a time in seconds since the epoch; None is the current time.

    A datetime without a timezone is a wall clock in `zone`.
    """
    if now is None:
        return _clock.now()
    return (now if now.tzinfo else now.replace(tzinfo=zone)).timestamp()


class PartitionsDefinition(ABC):
    """The partition keys of an asset or a job, in order.

    `now` and `current_time` are timezone-aware; None means the current time.
    """

    @property
    @abstractmethod
    def noun(self) -> str:
        """What one partition is: 'day', 'hour', 'partition'."""

    @property
    @abstractmethod
    def grid(self) -> str:
        """What a key means, whatever the bounds: keys of equal grids can be exchanged."""

    @property
    @abstractmethod
    def identity(self) -> Hashable:
        """What makes two definitions equal."""

    @abstractmethod
    def describe(self) -> str:
        """Return the keys in words, as in "The keys are ..."."""

    @abstractmethod
    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON; `specs.definition_from_spec` reads it."""

    @abstractmethod
    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if there is no such key, now or ever."""

    @abstractmethod
    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys at a half-open range of ordinals, whether they exist yet or not."""

    @abstractmethod
    def count(self, now: datetime | None = None) -> int:
        """Return how many keys exist."""

    @abstractmethod
    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return existing keys that may have been meant by a wrong one, at most three."""

    def key(self, ordinal: int) -> str:
        """Return the key at an ordinal, whether it exists yet or not."""
        return self.keys(ordinal, ordinal + 1)[0]

    def ordinal(self, key: str) -> int:
        """Return the ordinal of a key, whether it exists yet or not.

        Raises:
            UnknownPartitionError: There is no such key, now or ever.
        """
        found = self.find(key)
        if found is None:
            raise UnknownPartitionError(self._unknown(key, None))
        return found

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        *,
        dynamic_partitions_store: object | None = None,
    ) -> bool:
        """Tell whether a key exists."""
        del dynamic_partitions_store
        found = self.find(partition_key)
        return found is not None and found < self.count(current_time)

    def validate(self, key: str, now: datetime | None = None) -> None:
        """Do nothing if the key exists.

        Raises:
            UnknownPartitionError: It does not; the message names the nearest keys.
        """
        if not self.has_partition_key(key, now):
            raise UnknownPartitionError(self._unknown(key, now))

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: object | None = None,
    ) -> list[str]:
        """Return every key that exists, in order."""
        del dynamic_partitions_store
        return self.keys(0, self.count(current_time))

    def get_num_partitions(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: object | None = None,
    ) -> int:
        """Return how many keys exist."""
        del dynamic_partitions_store
        return self.count(current_time)

    def get_first_partition_key(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: object | None = None,
    ) -> str | None:
        """Return the first key, or None if none exists."""
        del dynamic_partitions_store
        return self.key(0) if self.count(current_time) else None

    def get_last_partition_key(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: object | None = None,
    ) -> str | None:
        """Return the last key that exists, or None if none does."""
        del dynamic_partitions_store
        count = self.count(current_time)
        return self.key(count - 1) if count else None

    def get_partition_keys_in_range(
        self,
        partition_key_range: PartitionKeyRange,
        dynamic_partitions_store: object | None = None,
        *,
        current_time: datetime | None = None,
    ) -> list[str]:
        """Return the keys from one to another, both included.

        Raises:
            UnknownPartitionError: An end does not exist, or the range is reversed.
        """
        del dynamic_partitions_store
        first, last = partition_key_range
        self.validate(first, current_time)
        self.validate(last, current_time)
        start, end = self.ordinal(first), self.ordinal(last)
        if start > end:
            raise UnknownPartitionError(
                f"The partition range '{first}...{last}' is reversed. Write '{last}...{first}'."
            )
        return self.keys(start, end + 1)

    def empty_subset(self) -> PartitionsSubset:
        """Return the subset without partitions."""
        return PartitionsSubset(self)

    def subset_with_partition_keys(self, keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset of these keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return PartitionsSubset.of_keys(self, keys)

    def subset_with_all_partitions(self, now: datetime | None = None) -> PartitionsSubset:
        """Return the subset of every key that exists."""
        return PartitionsSubset.of_spans(self, [(0, self.count(now))])

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write spans as key ranges that stay right if only the definition's bounds change."""
        return [(key, key) for start, stop in spans for key in self.keys(start, stop)]

    def restored_span(self, first: str, last: str) -> Span | None:
        """Read one stored key range, cut to the keys that there are now."""
        start, end = self.find(first), self.find(last)
        return None if start is None or end is None else (start, end + 1)

    def fingerprint(self) -> str:
        """Return 16 hex digits that differ between definitions that differ."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        text = json.dumps(self.spec(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def _hash(self) -> int:
        return hash(self.identity)

    def _unknown(self, key: str, now: datetime | None) -> str:
        nearest = self.nearest_keys(key, now)
        hint = f" Nearest: {listed(nearest, 'or')}." if nearest else ""
        return f"There is no partition '{key}'. The keys are {self.describe()}.{hint}"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, PartitionsDefinition) and self.identity == other.identity

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.describe()})"
