"""`StaticPartitionsDefinition`: a fixed list of keys, in the order given."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import cast

from penstock.base.text import counted, listed, nearest
from penstock.errors import InvalidDefinitionError
from penstock.partitions.definition import PartitionsDefinition

_CONTROL = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\0": "\\0",
}
_SUSPECT = re.compile(r"\.\.\.|[\x00-\x1f]")


class StaticPartitionsDefinition(PartitionsDefinition):
    """Partitions with fixed keys.

    Args:
        partition_keys: Unique texts; `...` is reserved for ranges and may not occur in one.

    Raises:
        InvalidDefinitionError: A key is not text, occurs twice or holds `...` or a control
            character.

    Example:
        >>> StaticPartitionsDefinition(["eu", "us"]).get_partition_keys()
        ['eu', 'us']
    """

    def __init__(self, partition_keys: Sequence[str]) -> None:
        if isinstance(partition_keys, str):
            raise InvalidDefinitionError(
                f"Static partition keys must be a list of texts, not the text {partition_keys!r}. "
                f"Write [{partition_keys!r}]."
            )
        self._keys = tuple(partition_keys)
        if not _all_plain(self._keys):
            for key in self._keys:
                _check(key)
        self._ordinals = {key: n for n, key in enumerate(self._keys)}
        if len(self._ordinals) != len(self._keys):
            twice = [key for n, key in enumerate(self._keys) if self._ordinals[key] != n]
            raise InvalidDefinitionError(
                f"Partition keys must be unique, but '{twice[0]}' occurs more than once. "
                "Remove the repetitions."
            )

    @property
    def noun(self) -> str:
        """What one partition is: 'partition'."""
        return "partition"

    @property
    def grid(self) -> str:
        """What a key means: itself."""
        return "static"

    @property
    def identity(self) -> Hashable:
        """The keys in their order."""
        return ("static", self._keys)

    def describe(self) -> str:
        """Return the first keys and how many there are."""
        if not self._keys:
            return "none (the definition is empty)"
        if len(self._keys) <= 5:
            return listed(self._keys)
        shown = ", ".join(f"'{key}'" for key in self._keys[:3])
        return f"{shown}, … ({counted(len(self._keys), 'key')})"

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON."""
        return {"kind": "static", "keys": list(self._keys)}

    def find(self, key: str) -> int | None:
        """Return the position of a key, or None."""
        return self._ordinals.get(key)

    def ordinals(self, keys: Iterable[str]) -> list[int]:
        """Return the positions of keys, in the order given.

        Raises:
            UnknownPartitionError: One is not in the definition.
        """
        given = list(keys)
        try:
            return [self._ordinals[key] for key in given]
        except KeyError:
            return super().ordinals(given)

    @property
    def capacity(self) -> int:
        """The number of keys."""
        return len(self._keys)

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys at a half-open range of positions."""
        if start < 0 or stop > len(self._keys):
            raise IndexError(f"positions {start} to {stop} of {len(self._keys)} keys")
        return list(self._keys[start:stop])

    def keys_at(self, ordinals: Iterable[int]) -> list[str]:
        """Return the keys at positions, in the order given."""
        return [self._keys[n] for n in ordinals]

    def count(self, now: datetime | None = None) -> int:
        """Return the number of keys, whatever the time."""
        del now
        return len(self._keys)

    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return keys that are spelt like this one."""
        del now
        return list(nearest(key, self._keys))


def _all_plain(keys: tuple[object, ...]) -> bool:
    """Tell at one glance whether no key needs a closer look: there may be millions."""
    try:
        return _SUSPECT.search(" ".join(cast("tuple[str, ...]", keys))) is None
    except TypeError:
        return False


def _check(key: object) -> None:
    if not isinstance(key, str):
        raise InvalidDefinitionError(
            f"Partition keys must be texts, but {key!r} is of type {type(key).__name__}. "
            f"Write {str(key)!r}."
        )
    if "..." in key:
        raise InvalidDefinitionError(
            f"Partition key {key!r} contains '...', which separates the ends of a range. "
            "Choose another spelling."
        )
    found = next((name for control, name in _CONTROL.items() if control in key), None)
    if found is not None:
        raise InvalidDefinitionError(
            f"Partition key {key!r} contains the control character {found}. Remove it."
        )
