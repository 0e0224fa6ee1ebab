"""`PartitionsDefinition`: the keys that a partitioned thing has, and their order.

A definition maps keys to ordinals and back. Everything else - existence, ranges, subsets - follows
from `find`, `keys` and `count`, so a new kind of partitions implements little more than these. A
definition is a value: equal if it is defined equally, and it can be written as plain JSON.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import cast

from penstock.base.clock import SystemClock
from penstock.base.tags import PARTITION_NAME_TAG
from penstock.base.text import listed
from penstock.errors import UnknownPartitionError, UsageError
from penstock.partitions.context import (
    DynamicPartitionsStore,
    PartitionLoadingContext,
    effective_time,
    partition_loading_context,
)
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.paging import PaginatedResults, page_of, read_cursor
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import PartitionKeyRange, TimeWindow

_BLOCK = 4096
_MANY = 8

_clock = SystemClock()


def seconds_of(now: datetime | None, zone: tzinfo = UTC) -> float:
    """Return a time in seconds since the epoch; None is the time in force, or the current one.

    A datetime without a timezone is a wall clock in `zone`.
    """
    now = now or effective_time()
    if now is None:
        return _clock.now()
    return (now if now.tzinfo else now.replace(tzinfo=zone)).timestamp()


def loading(
    store: DynamicPartitionsStore | None,
) -> AbstractContextManager[PartitionLoadingContext | None]:
    """Make a store of dynamic partitions count inside a block; None leaves it as it is."""
    if store is None:
        return nullcontext()
    return partition_loading_context(dynamic_partitions_store=store)


class PartitionsDefinition(ABC):
    """The partition keys of an asset or a job, in order.

    `now` and `current_time` are timezone-aware; None means the current time, or the one that
    `partition_loading_context` set. `dynamic_partitions_store` is an instance, needed only where
    keys are dynamic, unless `partition_loading_context` set it.
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
    def nearest_keys(self, key: str, now: datetime | None = None) -> Sequence[str]:
        """Return existing keys that may have been meant by a wrong one, at most three."""

    def keys_at(self, ordinals: Sequence[int]) -> list[str]:
        """Return the keys at ordinals, in the order given."""
        found: list[str] = []
        start = stop = 0
        for n in ordinals:
            if n != stop:
                found.extend(self.keys(start, stop))
                start = n
            stop = n + 1
        return [*found, *self.keys(start, stop)]

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

    def ordinals(self, keys: Iterable[str]) -> list[int]:
        """Return the ordinals of keys, in the order given.

        Raises:
            UnknownPartitionError: One is not a key, now or ever.
        """
        return [self.ordinal(key) for key in keys]

    def selected(self, keys: Iterable[str]) -> Ordinals:
        """Return the ordinals of keys as a set; many keys in order take little room and time.

        Raises:
            UnknownPartitionError: One is not a key, now or ever.
        """
        given = keys if isinstance(keys, (list, tuple)) else list(keys)
        return Ordinals.of_parts(self._numbered(given))

    def _numbered(self, keys: Sequence[str]) -> Iterator[range | list[int]]:
        """Yield the ordinals of keys in the order given, in parts."""
        for at in range(0, len(keys), _BLOCK):
            block = keys[at : at + _BLOCK]
            yield self._guessed(block) or self.ordinals(block)

    def _guessed(self, keys: Sequence[str]) -> range | None:
        """Return the ordinals of keys if these are equally far apart, as most that come in order.

        Writing the keys that there would be, and comparing, is quicker than reading them.
        """
        if len(keys) < _MANY:
            return None
        first, last = self.find(keys[0]), self.find(keys[-1])
        if first is None or last is None or first >= last:
            return None
        step, rest = divmod(last - first, len(keys) - 1)
        numbers = range(first, last + 1, step or 1)
        return numbers if not rest and self.keys_at(numbers) == list(keys) else None

    @property
    def capacity(self) -> int | None:
        """How many ordinals there can ever be; None if the definition sets no bound."""
        return None

    def existing(self, now: datetime | None = None) -> Ordinals:
        """Return the ordinals of the keys that exist."""
        return Ordinals.of_spans([(0, self.count(now))])

    def page(self, start: int, stop: int, now: datetime | None = None) -> Sequence[str]:
        """Return the keys from one position to another among those that exist."""
        del now
        return self.keys(start, stop)

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> bool:
        """Tell whether a key exists."""
        with loading(dynamic_partitions_store):
            return self._exists(partition_key, current_time)

    def validate(self, key: str, now: datetime | None = None) -> None:
        """Do nothing if the key exists.

        Raises:
            UnknownPartitionError: It does not; the message names the nearest keys.
        """
        if not self.has_partition_key(key, now):
            raise UnknownPartitionError(self._unknown(key, now))

    def validate_partition_key(
        self, partition_key: str, context: PartitionLoadingContext | None = None
    ) -> None:
        """Do nothing if the key exists, as of the time and the store in a context.

        Raises:
            UnknownPartitionError: It does not.
        """
        with partition_loading_context(new_ctx=context):
            self.validate(partition_key)

    def filter_valid_partition_keys(self, partition_keys: Set[str]) -> set[str]:
        """Return those of some texts that are keys."""
        return {key for key in partition_keys if self.has_partition_key(key)}

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[str]:
        """Return every key that exists, in order."""
        with loading(dynamic_partitions_store):
            return self._all(current_time)

    def get_num_partitions(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> int:
        """Return how many keys exist."""
        with loading(dynamic_partitions_store):
            return self.count(current_time)

    def get_first_partition_key(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> str | None:
        """Return the first key, or None if none exists."""
        with loading(dynamic_partitions_store):
            return next(iter(self.page(0, min(1, self.count(current_time)), current_time)), None)

    def get_last_partition_key(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> str | None:
        """Return the last key that exists, or None if none does."""
        with loading(dynamic_partitions_store):
            count = self.count(current_time)
            return next(iter(self.page(max(0, count - 1), count, current_time)), None)

    def get_partition_keys_in_range(
        self,
        partition_key_range: PartitionKeyRange,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
        *,
        current_time: datetime | None = None,
    ) -> Sequence[str]:
        """Return the keys from one to another, both included; none if the range is reversed.

        Raises:
            UnknownPartitionError: An end does not exist.
        """
        with loading(dynamic_partitions_store):
            first, last = partition_key_range
            self.validate(first, current_time)
            self.validate(last, current_time)
            return self._between(first, last)

    def selected_range(self, first: str, last: str) -> Ordinals:
        """Return the ordinals of the keys from one existing key to another, both included.

        Raises:
            UnknownPartitionError: An end does not exist.
        """
        self.validate(first)
        self.validate(last)
        return self._within(first, last)

    def get_paginated_partition_keys(
        self,
        context: PartitionLoadingContext | None = None,
        limit: int = 1000,
        ascending: bool = True,  # noqa: FBT001, FBT002 - the public signature
        cursor: str | None = None,
    ) -> PaginatedResults[str]:
        """Return a page of the keys that exist.

        Args:
            context: As of when, and the store of dynamic partitions.
            limit: How many keys at most.
            ascending: Whether pages go from the first key on or from the last one back.
            cursor: The `cursor` of the page before; None for the first page.
        """
        with partition_loading_context(new_ctx=context):
            count = self.count()
            at = None if cursor is None else self._resumed(*read_cursor(cursor))
            if ascending:
                start = 0 if at is None else at + 1
                stop = min(start + limit, count)
                keys = list(self.page(start, stop)) if start < stop else []
                return page_of(keys, at=stop - 1, cursor=cursor, has_more=stop < count)
            stop = count if at is None else min(at, count)
            start = max(0, stop - limit)
            keys = list(reversed(self.page(start, stop)))
            return page_of(keys, at=start, cursor=cursor, has_more=start > 0)

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """Return the tags of a run of one partition."""
        return {PARTITION_NAME_TAG: partition_key}

    def get_serializable_unique_identifier(
        self, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> str:
        """Return a text that differs between definitions, or lists of keys, that differ."""
        with loading(dynamic_partitions_store):
            return self.fingerprint()

    def empty_subset(self) -> PartitionsSubset:
        """Return the subset without partitions."""
        return PartitionsSubset(self)

    def subset_with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset of these keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return PartitionsSubset.of_keys(self, partition_keys)

    def subset_with_all_partitions(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Return the subset of every key that exists."""
        with loading(dynamic_partitions_store):
            return PartitionsSubset(self, self.existing(current_time))

    def deserialize_subset(self, serialized: str) -> PartitionsSubset:
        """Read what the `serialize` of a subset wrote, against the definition as it is now.

        Raises:
            UsageError: The text is not a stored subset, or its keys mean something else now.
        """
        return PartitionsSubset.deserialize(serialized, self)

    @property
    def has_gaps(self) -> bool:
        """Whether keys are left out that may come back, so that a range is not all between."""
        return False

    @property
    def lists_keys(self) -> bool:
        """Whether a subset gives its keys away as a list, not as a set."""
        return False

    def ranges(self, spans: tuple[Span, ...]) -> list[PartitionKeyRange]:
        """Write spans as key ranges, both ends included."""
        return [PartitionKeyRange(self.key(start), self.key(stop - 1)) for start, stop in spans]

    def time_windows(self, spans: tuple[Span, ...]) -> list[TimeWindow]:
        """Return the spans of time of ordinals.

        Raises:
            UsageError: The partitions are no time windows.
        """
        del spans
        raise UsageError(f"These partitions are no time windows; their keys are {self.describe()}.")

    def starting(self, start: int, end: int) -> Span:
        """Return the ordinals of the windows that start in a span of time.

        Raises:
            UsageError: The partitions are no time windows.
        """
        del start, end
        raise UsageError(f"These partitions are no time windows; their keys are {self.describe()}.")

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write spans as key ranges that stay right if only the definition's bounds change."""
        return [(key, key) for start, stop in spans for key in self.keys(start, stop)]

    def restored_spans(self, first: str, last: str) -> Sequence[Span]:
        """Read one stored key range, cut to the keys that there are now."""
        start, end = self.find(first), self.find(last)
        return [] if start is None or end is None else [(start, end + 1)]

    def numbering(self, ordinals: Ordinals) -> dict[str, object]:
        """Return what the ordinals of a set mean, as plain JSON: `restored` reads it."""
        return {"keys": self.keys_at(ordinals.numbers())}

    def renumbered(
        self, ordinals: Sequence[int], numbering: Mapping[str, object]
    ) -> Sequence[int | None]:
        """Return today's ordinals for ones that `numbering` described; None for those gone."""
        return [self.find(key) for key in cast("list[str]", numbering["keys"])]

    def restored(self, ordinals: Ordinals, numbering: Mapping[str, object]) -> Ordinals:
        """Return today's ordinals for a set that `numbering` described, without those gone.

        Raises:
            UsageError: What they meant cannot be told any more.
        """
        found = self.renumbered(ordinals.numbers(), numbering)
        return Ordinals.of_numbers(n for n in found if n is not None)

    def _all(self, now: datetime | None) -> Sequence[str]:
        return self.page(0, self.count(now), now)

    def _exists(self, key: str, now: datetime | None) -> bool:
        found = self.find(key)
        return found is not None and found < self.count(now)

    def _between(self, first: str, last: str) -> Sequence[str]:
        """Return the keys from one existing key to another."""
        return self.keys_at(self._within(first, last).numbers())

    def _within(self, first: str, last: str) -> Ordinals:
        """Return the ordinals of the keys from one existing key to another; none if reversed."""
        start, end = self.ordinal(first), self.ordinal(last)
        return Ordinals(((start, end + 1),) if start <= end else ())

    def _resumed(self, at: int, key: str) -> int:
        """Return the position after which a listing of pages goes on."""
        del key
        return at

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
