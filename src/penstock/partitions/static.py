"""`StaticPartitionsDefinition`: a fixed list of keys, in the order given."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from operator import lt
from typing import cast
from weakref import WeakValueDictionary

from penstock.base.text import counted, listed, nearest
from penstock.errors import InvalidDefinitionError, UsageError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.ordinals import Ordinals

_CONTROL = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_BLOCK = 4096
_REACH = 16 * _BLOCK
_SPELT = 16_384
_LONG = 4096
_COMPARED = 2000


class StaticPartitionsDefinition(PartitionsDefinition):
    """Partitions with fixed keys.

    Args:
        partition_keys: Unique texts; `...` is reserved for ranges and may not occur in one. As in
            Dagster, of a text each letter is a key.

    Raises:
        InvalidDefinitionError: A key is not text, occurs twice or holds `...` or a control
            character.

    Example:
        >>> StaticPartitionsDefinition(["eu", "us"]).get_partition_keys()
        ['eu', 'us']
    """

    def __init__(self, partition_keys: Sequence[str]) -> None:
        # A text is a sequence of texts too, and stays what `get_partition_keys` returns.
        self._text = partition_keys if isinstance(partition_keys, str) else None
        self._listed = _listed(tuple(partition_keys))
        self._keys = self._listed.keys

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

    def __str__(self) -> str:
        return ", ".join(f"'{key}'" for key in self._keys)

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON."""
        return {"kind": "static", "keys": list(self._keys)}

    def find(self, key: str) -> int | None:
        """Return the position of a key, or None."""
        return self._listed.ordinals.get(key)

    def fingerprint(self) -> str:
        """Return 16 hex digits that differ between lists of keys that differ."""
        return self._listed.digest

    def ordinals(self, keys: Iterable[str]) -> list[int]:
        """Return the positions of keys, in the order given.

        Raises:
            UnknownPartitionError: One is not in the definition.
        """
        given, mine = list(keys), self._listed.ordinals
        try:
            return [mine[key] for key in given]
        except KeyError:
            return super().ordinals(given)

    def _numbered(self, keys: Sequence[str]) -> Iterator[range | list[int]]:
        """Yield the positions of keys in the order given, in parts.

        Keys that come in the order of the definition are found without a table of all of them.
        """
        at = 0
        for start in range(0, len(keys), _BLOCK):
            block = keys[start : start + _BLOCK]
            part = self._in_step(block, at) if at is not None else None
            at = None if part is None else part.stop
            yield self.ordinals(block) if part is None else part

    def _in_step(self, keys: Sequence[str], at: int) -> range | None:
        """Return the positions of keys that are equally far apart, from a position on."""
        mine = self._keys
        reach = at + _REACH if at else len(mine)
        try:
            first = mine.index(keys[0], at, reach)
            step = mine.index(keys[1], first + 1, first + _REACH) - first if len(keys) > 1 else 1
        except ValueError:
            return None
        stop = first + step * (len(keys) - 1) + 1
        return range(first, stop, step) if mine[first:stop:step] == tuple(keys) else None

    @property
    def capacity(self) -> int:
        """The number of keys."""
        return len(self._keys)

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys at a half-open range of positions."""
        if start < 0 or stop > len(self._keys):
            raise IndexError(f"positions {start} to {stop} of {len(self._keys)} keys")
        return list(self._keys[start:stop])

    def keys_at(self, ordinals: Sequence[int]) -> list[str]:
        """Return the keys at positions, in the order given."""
        keys = self._keys
        if isinstance(ordinals, range) and ordinals.step > 0 <= ordinals.start:
            # Past the last key a slice would be short, where a position has to be refused.
            _ = ordinals and keys[ordinals[-1]]
            return list(keys[ordinals.start : ordinals.stop : ordinals.step])
        return [keys[n] for n in ordinals]

    def count(self, now: datetime | None = None) -> int:
        """Return the number of keys, whatever the time."""
        del now
        return len(self._keys)

    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return keys that are spelt like this one."""
        del now
        return list(nearest(key, self._alike(key)))

    def _alike(self, key: str) -> Sequence[str]:
        """Return the keys worth comparing with a wrong one: of very many, some that begin alike."""
        if len(self._keys) <= _COMPARED:
            return self._keys
        for length in (len(key) - 1, len(key) // 2, 1):
            start = key[:length]
            alike = list(islice((k for k in self._keys if k.startswith(start)), _COMPARED))
            if alike:
                return alike
        return ()

    def numbering(self, ordinals: Ordinals) -> dict[str, object]:
        """Return what positions mean: the keys there, or of very many the digest of the list.

        Many keys are not written out, so a subset of them outlives keys that are appended to the
        list, but no other change.
        """
        if len(ordinals) <= _SPELT:
            return super().numbering(ordinals)
        return {"count": len(self._keys), "digest": self.fingerprint()}

    def renumbered(
        self, ordinals: Sequence[int], numbering: Mapping[str, object]
    ) -> Sequence[int | None]:
        """Return today's positions for ones that `numbering` described; None for those gone.

        Raises:
            UsageError: The list was changed, and the keys were too many to be written out.
        """
        if "keys" in numbering:
            return super().renumbered(ordinals, numbering)
        self._check_unchanged(numbering)
        return ordinals

    def restored(self, ordinals: Ordinals, numbering: Mapping[str, object]) -> Ordinals:
        """Return today's positions for a set that `numbering` described."""
        if "keys" in numbering:
            return super().restored(ordinals, numbering)
        self._check_unchanged(numbering)
        return ordinals

    def _check_unchanged(self, numbering: Mapping[str, object]) -> None:
        count = cast("int", numbering["count"])
        same = count == len(self._keys)
        digest = self.fingerprint() if same else _digest(self._keys[:count])
        if digest != numbering["digest"]:
            raise UsageError(
                f"A stored subset has more than {_SPELT} of {count} static keys, and that list was "
                "changed other than by keys at its end, so its keys cannot be told. Discard it."
            )

    def _all(self, now: datetime | None) -> Sequence[str]:
        del now
        return list(self._keys) if self._text is None else self._text


class _Listed:
    """Keys that were found right, with what is worked out of them once it is needed."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys

    @cached_property
    def digest(self) -> str:
        """16 hex digits that differ between lists that differ."""
        return _digest(self.keys)

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """The position of each key."""
        return dict(zip(self.keys, range(len(self.keys)), strict=True))


_long_lists: WeakValueDictionary[tuple[int, str, str], _Listed] = WeakValueDictionary()
"""The long lists that definitions have now, by their length and their ends."""


def _listed(keys: tuple[str, ...]) -> _Listed:
    """Check keys; equal long lists share one, since to compare them is cheaper than a check."""
    if len(keys) < _LONG:
        return _checked(keys)
    label = (len(keys), str(keys[0]), str(keys[-1]))
    known = _long_lists.get(label)
    if known is None or known.keys != keys:
        known = _long_lists[label] = _checked(keys)
    return known


def _checked(keys: tuple[str, ...]) -> _Listed:
    """Check keys.

    Raises:
        InvalidDefinitionError: One is not text, occurs twice or holds what it may not.
    """
    if not _are_plain(keys):
        for key in keys:
            _check(key)
    if not _rise(keys) and len(set(keys)) < len(keys):
        twice = next(key for key, times in Counter(keys).items() if times > 1)
        raise InvalidDefinitionError(
            f"The partition key '{twice}' occurs more than once. Remove the repetitions."
        )
    return _Listed(keys)


def _digest(keys: Sequence[str]) -> str:
    text = "\0".join(keys)
    counted_text = f"static\0{len(keys)}\0{text}"
    return hashlib.sha256(counted_text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _are_plain(keys: Sequence[object]) -> bool:
    """Tell at one glance, for there are millions, whether all keys are texts without surprises."""
    try:
        text = "\0".join(cast("Sequence[str]", keys))
    except TypeError:
        return False
    if any(control in text for control in _CONTROL) or ("." in text and "..." in text):
        return False
    return text.count("\0") == max(0, len(keys) - 1)


def _rise(keys: Sequence[str]) -> bool:
    """Tell whether each key is after the one before: then none occurs twice."""
    return all(map(lt, keys, islice(keys, 1, None)))


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
    controls = {**_CONTROL, "\0": "\\0"}
    found = next((name for control, name in controls.items() if control in key), None)
    if found is not None:
        raise InvalidDefinitionError(
            f"Partition key {key!r} contains the control character {found}. Remove it."
        )
