"""`PartitionsSubset`: a set of partition keys, kept as ordinals.

A Boolean algebra whose cost follows the number of ranges, not the number of keys: keys are made
only where somebody asks for them. What a key means is the key space's business; this module knows
ordinals and asks the space to translate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from datetime import datetime
from itertools import chain, islice
from typing import Protocol, TypeVar

from penstock.errors import InvariantViolationError
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.stored import StoredSpace, restored_ordinals, stored_text
from penstock.partitions.window import PartitionKeyRange, TimeWindow

T = TypeVar("T")

_PAGE = 4096


class KeySpace(StoredSpace, Protocol):
    """What a subset needs to know of the definition that it is bound to."""

    def selected(self, keys: Iterable[str]) -> Ordinals:
        """Return the ordinals of keys, or raise `UnknownPartitionError`."""
        ...

    def selected_range(self, first: str, last: str) -> Ordinals:
        """Return the ordinals of the keys from one to another, both included."""
        ...

    def keys_at(self, ordinals: Sequence[int]) -> list[str]:
        """Return the keys at ordinals, in the order given."""
        ...

    def existing(self, now: datetime | None = None) -> Ordinals:
        """Return the ordinals of the keys that exist."""
        ...

    def ranges(self, spans: tuple[Span, ...]) -> list[PartitionKeyRange]:
        """Write spans as key ranges, both ends included."""
        ...

    def time_windows(self, spans: tuple[Span, ...]) -> list[TimeWindow]:
        """Return the spans of time of ordinals, or raise `UsageError` if keys are no times."""
        ...


class KeySet(Set[str]):
    """The keys of a subset as a set; none is made before it is asked for."""

    __slots__ = ("_subset",)

    def __init__(self, subset: PartitionsSubset) -> None:
        self._subset = subset

    def __contains__(self, key: object) -> bool:
        return key in self._subset

    def __iter__(self) -> Iterator[str]:
        return iter(self._subset)

    def __len__(self) -> int:
        return len(self._subset)

    @classmethod
    def _from_iterable(cls, it: Iterable[T]) -> set[T]:  # pyright: ignore[reportIncompatibleMethodOverride] - of keys and others
        return set(it)

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self))}}}"


class PartitionsSubset:
    """Some of the partitions of a definition; a value.

    Make one with `definition.empty_subset()` or `definition.subset_with_partition_keys(keys)`.

    Attributes:
        definition: The definition whose keys these are.
        ordinals: Which of its keys.

    Example:
        >>> from penstock import StaticPartitionsDefinition
        >>> letters = StaticPartitionsDefinition(["a", "b", "c"])
        >>> some = letters.subset_with_partition_keys(["a", "b"])
        >>> list(some - letters.subset_with_partition_keys(["b"]))
        ['a']
    """

    __slots__ = ("definition", "ordinals")

    def __init__(self, definition: KeySpace, ordinals: Ordinals | None = None) -> None:
        self.definition: KeySpace = definition
        self.ordinals: Ordinals = Ordinals(()) if ordinals is None else ordinals

    @staticmethod
    def of_spans(definition: KeySpace, spans: Iterable[Span]) -> PartitionsSubset:
        """Make a subset of ranges of ordinals in any order."""
        return PartitionsSubset(definition, Ordinals.of_spans(spans))

    @staticmethod
    def of_keys(definition: KeySpace, keys: Iterable[str]) -> PartitionsSubset:
        """Make a subset of keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return PartitionsSubset(definition, definition.selected(keys))

    @property
    def spans(self) -> tuple[Span, ...]:
        """Sorted half-open ranges of ordinals that neither overlap nor touch."""
        return self.ordinals.spans

    @property
    def partitions_def(self) -> KeySpace:
        """The definition whose keys these are."""
        return self.definition

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return self.ordinals.is_empty

    @property
    def num_partitions(self) -> int:
        """How many partitions are in it."""
        return len(self.ordinals)

    @property
    def included_time_windows(self) -> list[TimeWindow]:
        """The spans of time of the partitions, joined where one follows the other.

        Raises:
            UsageError: The partitions are no time windows.
        """
        return self.definition.time_windows(self.spans)

    def bound_to(self, definition: KeySpace) -> PartitionsSubset:
        """Return the subset as one of a definition; it is one already, unless made without any."""
        del definition
        return self

    def empty_subset(self) -> PartitionsSubset:
        """Return the subset of the same definition without partitions."""
        return PartitionsSubset(self.definition)

    def with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset with more keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return self | PartitionsSubset.of_keys(self.definition, partition_keys)

    def with_partition_key_range(
        self, partitions_def: KeySpace, partition_key_range: PartitionKeyRange
    ) -> PartitionsSubset:
        """Return the subset with the keys from one to another, both included.

        A reversed range adds none.

        Raises:
            UnknownPartitionError: An end does not exist.
        """
        found = partitions_def.selected_range(*partition_key_range)
        return self | PartitionsSubset(self.definition, found)

    def first(self, n: int) -> PartitionsSubset:
        """Return the first `n` partitions, or all if there are fewer."""
        return PartitionsSubset(self.definition, self.ordinals.first(n))

    def complement(self, now: datetime | None = None) -> PartitionsSubset:
        """Return the partitions that exist at `now` and are not in the subset."""
        return PartitionsSubset(self.definition, self.definition.existing(now) - self.ordinals)

    def get_partition_keys_not_in_subset(self, partitions_def: KeySpace | None = None) -> list[str]:
        """Return the keys that exist and are not in the subset, in order."""
        del partitions_def
        return list(self.complement())

    def ranges(self) -> list[PartitionKeyRange]:
        """Return the subset as key ranges, both ends included."""
        return self.definition.ranges(self.spans)

    def get_partition_key_ranges(
        self, partitions_def: KeySpace | None = None
    ) -> list[PartitionKeyRange]:
        """Return the subset as key ranges, both ends included."""
        del partitions_def
        return self.ranges()

    def get_partition_keys(self) -> Collection[str]:
        """Return every key, in order: time windows as a list, others as a set that keeps it."""
        return list(self) if self.definition.lists_keys else KeySet(self)

    def serialize(self) -> str:
        """Return the subset as canonical JSON text with the fingerprint of its definition."""
        return stored_text(self.definition, self.ordinals)

    @staticmethod
    def deserialize(text: str, definition: KeySpace) -> PartitionsSubset:
        """Read what `serialize` wrote, against the definition as it is now.

        If only the bounds or the list of keys changed, keys that are gone are left out.

        Raises:
            UsageError: The text is not a stored subset, or its keys mean something else now.
        """
        return PartitionsSubset(definition, restored_ordinals(text, definition))

    def __or__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, self.ordinals | other.ordinals)

    def __and__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, self.ordinals & other.ordinals)

    def __sub__(self, other: PartitionsSubset) -> PartitionsSubset:
        self._check_same_space(other)
        return PartitionsSubset(self.definition, self.ordinals - other.ordinals)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        ordinal = self.definition.find(key)
        return ordinal is not None and ordinal in self.ordinals

    def has_ordinal(self, ordinal: int) -> bool:
        """Tell whether the partition at an ordinal is in the subset."""
        return ordinal in self.ordinals

    def __len__(self) -> int:
        return len(self.ordinals)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(map(self.definition.keys_at, self.ordinals.pages(_PAGE)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PartitionsSubset):
            return NotImplemented
        return self.ordinals == other.ordinals and self.definition == other.definition

    def __hash__(self) -> int:
        return hash((self.definition, self.ordinals))

    def _check_same_space(self, other: PartitionsSubset) -> None:
        if self.definition is not other.definition and self.definition != other.definition:
            raise InvariantViolationError(
                f"Subsets of two partitions definitions cannot be combined: the keys of one are "
                f"{self.definition.describe()}, of the other {other.definition.describe()}. "
                "Map one of them with a PartitionMapping first."
            )

    def __repr__(self) -> str:
        few = self.definition.ranges(tuple(islice(self.spans, 4)))
        shown = ", ".join(r.start if r.start == r.end else f"{r.start}...{r.end}" for r in few)
        return f"PartitionsSubset({shown}{', …' if len(self.spans) > 4 else ''})"
