"""`MultiPartitionKey`: a key with one part for each dimension, as one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from penstock.base.tags import PARTITION_NAME_TAG

SEPARATOR = "|"


def get_multidimensional_partition_tag(dimension_name: str) -> str:
    """Return the tag of a run that names its partition in one dimension."""
    return f"{PARTITION_NAME_TAG}/{dimension_name}"


class PartitionDimensionKey(NamedTuple):
    """The part of a key that belongs to one dimension."""

    dimension_name: str
    partition_key: str


class MultiPartitionKey(str):
    """The key of a partition of several dimensions.

    It is text: the parts in the alphabetical order of the dimensions' names, joined by `|`.

    Args:
        keys_by_dimension: The part for each dimension.

    Example:
        >>> key = MultiPartitionKey({"region": "eu", "date": "2024-01-01"})
        >>> key
        '2024-01-01|eu'
        >>> key.keys_by_dimension["region"]
        'eu'
    """

    __slots__ = ("_names", "_parts")
    _names: tuple[str, ...]
    _parts: tuple[str, ...]

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> MultiPartitionKey:
        """Join the parts."""
        names = tuple(sorted(keys_by_dimension))
        return cls.joined(names, tuple(keys_by_dimension[name] for name in names))

    @classmethod
    def joined(cls, names: tuple[str, ...], parts: Sequence[str]) -> MultiPartitionKey:
        """Make a key of parts that are in the order of their dimensions' sorted names."""
        key = str.__new__(cls, SEPARATOR.join(parts))
        key._names = names
        key._parts = tuple(parts)
        return key

    @property
    def keys_by_dimension(self) -> dict[str, str]:
        """The part for each dimension."""
        return dict(zip(self._names, self._parts, strict=True))

    @property
    def dimension_keys(self) -> list[PartitionDimensionKey]:
        """The parts with the names of their dimensions, in order."""
        return [PartitionDimensionKey(*each) for each in self.keys_by_dimension.items()]

    def __reduce__(self) -> tuple[type[MultiPartitionKey], tuple[dict[str, str]]]:
        return MultiPartitionKey, (self.keys_by_dimension,)
