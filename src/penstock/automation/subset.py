"""`EntitySubset`: some partitions of one asset or check, or all of one that has none.

Conditions are an algebra over these. Refuses to know conditions, facts and time.
"""

from __future__ import annotations

from dataclasses import dataclass

from penstock.errors import InvariantViolationError, UsageError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.subset import PartitionsSubset

EntityKey = AssetKey | AssetCheckKey
"""What a condition is about: an asset, or a check."""

StoredSubset = bool | str
"""A subset as it is kept between ticks: its own text if it has partitions."""


@dataclass(frozen=True, slots=True)
class EntitySubset:
    """Some of what there is of an asset or a check.

    Attributes:
        key: The asset or the check.
        value: The partitions; for a thing without partitions, whether it is in the subset.
    """

    key: EntityKey
    value: bool | PartitionsSubset

    @property
    def is_partitioned(self) -> bool:
        """Whether the asset or check has partitions."""
        return not isinstance(self.value, bool)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return self.value.is_empty if isinstance(self.value, PartitionsSubset) else not self.value

    @property
    def size(self) -> int:
        """How many partitions are in it; 1 or 0 without partitions."""
        return int(self.value) if isinstance(self.value, bool) else len(self.value)

    def partition_keys(self) -> tuple[str | None, ...]:
        """Return the partition keys in order; a thing without partitions has the one key None."""
        if isinstance(self.value, PartitionsSubset):
            return tuple(self.value)
        return (None,) if self.value else ()

    def expensively_compute_partition_keys(self) -> set[str]:
        """Return the partition keys as a set; empty without partitions."""
        return {key for key in self.partition_keys() if key is not None}

    def __and__(self, other: EntitySubset) -> EntitySubset:
        mine, its = self._values(other)
        if isinstance(mine, PartitionsSubset) and isinstance(its, PartitionsSubset):
            return EntitySubset(self.key, mine & its)
        return EntitySubset(self.key, bool(mine) and bool(its))

    def __or__(self, other: EntitySubset) -> EntitySubset:
        mine, its = self._values(other)
        if isinstance(mine, PartitionsSubset) and isinstance(its, PartitionsSubset):
            return EntitySubset(self.key, mine | its)
        return EntitySubset(self.key, bool(mine) or bool(its))

    def __sub__(self, other: EntitySubset) -> EntitySubset:
        mine, its = self._values(other)
        if isinstance(mine, PartitionsSubset) and isinstance(its, PartitionsSubset):
            return EntitySubset(self.key, mine - its)
        return EntitySubset(self.key, bool(mine) and not its)

    def compute_intersection(self, other: EntitySubset) -> EntitySubset:
        """Return what is in both."""
        return self & other

    def compute_union(self, other: EntitySubset) -> EntitySubset:
        """Return what is in either."""
        return self | other

    def compute_difference(self, other: EntitySubset) -> EntitySubset:
        """Return what is here and not in the other."""
        return self - other

    def stored(self) -> StoredSubset:
        """Return the form that is kept between ticks."""
        return self.value if isinstance(self.value, bool) else self.value.serialize()

    def _values(
        self, other: EntitySubset
    ) -> tuple[bool | PartitionsSubset, bool | PartitionsSubset]:
        if self.key != other.key or self.is_partitioned != other.is_partitioned:
            raise InvariantViolationError(
                f"A subset of '{self.key}' cannot be combined with one of '{other.key}': they are "
                "not about the same partitions. Return subsets of `context.key` from a condition."
            )
        return self.value, other.value


def empty_subset(key: EntityKey, partitions: PartitionsDefinition | None) -> EntitySubset:
    """Return nothing of a thing."""
    return EntitySubset(key, partitions.empty_subset() if partitions is not None else False)


def restored(
    key: EntityKey, partitions: PartitionsDefinition | None, stored: StoredSubset
) -> EntitySubset | None:
    """Read a kept subset against today's partitions; None if its keys mean something else now."""
    if partitions is None:
        return EntitySubset(key, stored) if isinstance(stored, bool) else None
    if isinstance(stored, bool):
        return None
    try:
        return EntitySubset(key, PartitionsSubset.deserialize(stored, partitions))
    except UsageError:
        return None
