"""`DefaultPartitionsSubset`: keys whose definition nobody said.

Owns how such keys meet those of a definition. What a subset can do is `PartitionsSubset`'s.
"""

from __future__ import annotations

from collections.abc import Iterable

from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import KeySpace, PartitionsSubset


class _RecognisedByKeys(type):
    """Takes any subset of keys that are no time windows for an instance of the class."""

    def __instancecheck__(cls, instance: object) -> bool:
        return super().__instancecheck__(instance) or (
            isinstance(instance, PartitionsSubset) and not instance.definition.lists_keys
        )


class DefaultPartitionsSubset(PartitionsSubset, metaclass=_RecognisedByKeys):
    """Some keys, whose definition nobody said.

    It equals any subset of the same keys. Its union with a subset of a definition is of that
    definition.

    Args:
        subset: The keys.

    Example:
        >>> list(DefaultPartitionsSubset({"a", "b"}) & DefaultPartitionsSubset({"b", "c"}))
        ['b']
    """

    __slots__ = ()

    def __init__(self, subset: Iterable[str] = ()) -> None:
        definition = StaticPartitionsDefinition(sorted(set(subset)))
        super().__init__(definition, definition.existing())

    @staticmethod
    def create_empty_subset(
        partitions_def: PartitionsDefinition | None = None,
    ) -> PartitionsSubset:
        """Return the subset without keys."""
        return (
            DefaultPartitionsSubset() if partitions_def is None else partitions_def.empty_subset()
        )

    @property
    def subset(self) -> frozenset[str]:
        """The keys."""
        return frozenset(self)

    def with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset with more keys, whatever they are."""
        return DefaultPartitionsSubset({*self, *partition_keys})

    def bound_to(self, definition: KeySpace) -> PartitionsSubset:
        """Return the subset of a definition with the same keys.

        Raises:
            UnknownPartitionError: A key is not in the definition.
        """
        return PartitionsSubset.of_keys(definition, self)

    def __or__(self, other: PartitionsSubset) -> PartitionsSubset:
        return other.with_partition_keys(self)

    def __and__(self, other: PartitionsSubset) -> PartitionsSubset:
        return DefaultPartitionsSubset(key for key in self if key in other)

    def __sub__(self, other: PartitionsSubset) -> PartitionsSubset:
        return DefaultPartitionsSubset(key for key in self if key not in other)

    def __ror__(self, other: PartitionsSubset) -> PartitionsSubset:
        return other.with_partition_keys(self)

    def __rand__(self, other: PartitionsSubset) -> PartitionsSubset:
        return self & other

    def __rsub__(self, other: PartitionsSubset) -> PartitionsSubset:
        return DefaultPartitionsSubset(key for key in other if key not in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PartitionsSubset):
            return NotImplemented
        return len(self) == len(other) and all(key in other for key in self)

    def __hash__(self) -> int:
        return hash(self.subset)

    def __repr__(self) -> str:
        keys = ", ".join(map(repr, self))
        return (
            f"DefaultPartitionsSubset(subset={{{keys}}})" if keys else "DefaultPartitionsSubset()"
        )
