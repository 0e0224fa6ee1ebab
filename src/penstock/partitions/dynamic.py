"""`DynamicPartitionsDefinition`: keys that are added and deleted while the system runs.

The keys are in an instance, so whatever asks which exist needs one. A subset does not: each key has
a number that stays its own for as long as the process lives, whether the key exists or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from penstock.base.text import nearest
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.context import (
    DynamicPartitionsStore,
    dynamic_partitions_store,
    effective_time,
    needed_store,
)
from penstock.partitions.definition import PartitionsDefinition, loading
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.window import PartitionKeyRange


@dataclass(frozen=True, slots=True)
class AddDynamicPartitionsRequest:
    """Ask for keys to be added to a dynamic partitions definition.

    Attributes:
        partitions_def_name: The name of the definition.
        partition_keys: The keys; ones that exist already stay.

    Raises:
        ParameterCheckError: The keys are not a list of texts.
    """

    partitions_def_name: str
    partition_keys: Sequence[str]

    def __post_init__(self) -> None:
        _check_keys(self.partition_keys)


@dataclass(frozen=True, slots=True)
class DeleteDynamicPartitionsRequest:
    """Ask for keys to be deleted from a dynamic partitions definition.

    Attributes:
        partitions_def_name: The name of the definition.
        partition_keys: The keys; ones that do not exist are passed over.

    Raises:
        ParameterCheckError: The keys are not a list of texts.
    """

    partitions_def_name: str
    partition_keys: Sequence[str]

    def __post_init__(self) -> None:
        _check_keys(self.partition_keys)


class _Numbering:
    """A number for each key that was ever mentioned, in the order of their first mention."""

    __slots__ = ("_key_of", "_next", "_number_of")

    def __init__(self) -> None:
        self._number_of: dict[str, int] = {}
        self._key_of: dict[int, str] = {}
        self._next = count()

    def number(self, key: str) -> int:
        """Return the number of a key."""
        known = self._number_of.get(key)
        if known is not None:
            return known
        # Of two threads that meet here, both get the number that was set first.
        number = self._number_of.setdefault(key, next(self._next))
        self._key_of[number] = key
        return number

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys that have the numbers from one up to another."""
        return [self._key_of[n] for n in range(start, stop) if n in self._key_of]


_numberings: dict[Hashable, _Numbering] = {}


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions whose keys are added and deleted through an instance.

    They are in the order in which they were added. Assets whose definitions have the same name
    share them.

    Args:
        partition_fn: Returns the keys as of a time, instead of an instance; the old way.
        name: The name under which an instance keeps the keys.

    Raises:
        InvalidDefinitionError: Not exactly one of the two is given.

    Example:
        >>> files = DynamicPartitionsDefinition(name="files")
        >>> files.build_add_request(["a.csv"]).partition_keys
        ['a.csv']
    """

    def __init__(
        self,
        partition_fn: Callable[[datetime | None], Sequence[str]] | None = None,
        name: str | None = None,
    ) -> None:
        if (partition_fn is None) == (name is None):
            given = "neither is" if name is None else "both are"
            raise InvalidDefinitionError(
                f"Dynamic partitions need a name or a partition_fn, but {given} given. Write "
                "DynamicPartitionsDefinition(name='...')."
            )
        self.name = name
        self.partition_fn = partition_fn
        self._numbering = _numberings.setdefault(self.identity, _Numbering())

    @property
    def noun(self) -> str:
        """What one partition is: 'partition'."""
        return "partition"

    @property
    def grid(self) -> str:
        """What a key means: itself."""
        return "dynamic"

    @property
    def identity(self) -> Hashable:
        """The name or the function."""
        return ("dynamic", self.name, self.partition_fn)

    def describe(self) -> str:
        """Return where the keys are."""
        if self.name is None:
            return f"those that {self.partition_fn!r} returns"
        return f"those added to the dynamic partitions '{self.name}'"

    def __str__(self) -> str:
        if self.name is None:
            return ", ".join(f"'{key}'" for key in self._current(None))
        return f'Dynamic partitions: "{self.name}"'

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON; of a function, the keys that it returns now."""
        if self.name is None:
            return {"kind": "static", "keys": list(self._current(None))}
        return {"kind": "dynamic", "name": self.name}

    def build_add_request(self, partition_keys: Sequence[str]) -> AddDynamicPartitionsRequest:
        """Return the request of a sensor or schedule to add keys.

        Raises:
            ParameterCheckError: The keys are not a list of texts, or come from a function.
        """
        return AddDynamicPartitionsRequest(self._needed_name(), partition_keys)

    def build_delete_request(self, partition_keys: Sequence[str]) -> DeleteDynamicPartitionsRequest:
        """Return the request of a sensor or schedule to delete keys.

        Raises:
            ParameterCheckError: The keys are not a list of texts, or come from a function.
        """
        return DeleteDynamicPartitionsRequest(self._needed_name(), partition_keys)

    def find(self, key: str) -> int | None:
        """Return the number of a key: any text may become one."""
        return self._numbering.number(key)

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys that have the numbers from one up to another, existing or not."""
        return self._numbering.keys(start, stop)

    def count(self, now: datetime | None = None) -> int:
        """Return how many keys exist."""
        return len(self._current(now))

    def existing(self, now: datetime | None = None) -> Ordinals:
        """Return the numbers of the keys that exist."""
        return self.selected(self._current(now))

    def page(self, start: int, stop: int, now: datetime | None = None) -> list[str]:
        """Return the keys from one position to another, in the order they were added."""
        return list(self._current(now)[start:stop])

    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return keys that are spelt like this one, if a store is at hand."""
        if self.name is not None and dynamic_partitions_store() is None:
            return []
        return list(nearest(key, self._current(now)))

    def ranges(self, spans: tuple[Span, ...]) -> list[PartitionKeyRange]:
        """Write spans as ranges of existing keys, or as single keys where no store is at hand."""
        keys = [key for start, stop in spans for key in self.keys(start, stop)]
        if self.name is not None and dynamic_partitions_store() is None:
            return [PartitionKeyRange(key, key) for key in keys]
        current = self._current(None)
        places = {key: at for at, key in enumerate(current)}
        gone = [PartitionKeyRange(key, key) for key in keys if key not in places]
        found = Ordinals.of_numbers(places[key] for key in keys if key in places)
        live = [PartitionKeyRange(current[a], current[b - 1]) for a, b in found.spans]
        return [*live, *gone]

    def get_serializable_unique_identifier(
        self, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> str:
        """Return a text that differs between definitions, or lists of keys, that differ."""
        with loading(dynamic_partitions_store):
            text = "\0".join([str(self.name), *self._current(None)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _all(self, now: datetime | None) -> list[str]:
        return list(self._current(now))

    def _exists(self, key: str, now: datetime | None) -> bool:
        if self.name is None:
            return key in self._current(now)
        return needed_store(self.name).has_dynamic_partition(self.name, key)

    def _between(self, first: str, last: str) -> list[str]:
        current = list(self._current(None))
        return current[current.index(first) : current.index(last) + 1]

    def _within(self, first: str, last: str) -> Ordinals:
        """Return the numbers of the keys from one existing key to another."""
        return self.selected(self._between(first, last))

    def _resumed(self, at: int, key: str) -> int:
        """Return where the key that a page ended with is now; keys before it may be gone."""
        current = self._current(None)
        if at < len(current) and current[at] == key:
            return at
        return list(current).index(key) if key in current else at

    def _current(self, now: datetime | None) -> Sequence[str]:
        """Return the keys that exist, in the order they were added."""
        if self.partition_fn is not None:
            return self.partition_fn(now or effective_time())
        assert self.name is not None
        return needed_store(self.name).get_dynamic_partitions(self.name)

    def _needed_name(self) -> str:
        if self.name is None:
            raise ParameterCheckError(
                "These dynamic partitions come from a partition_fn, so keys cannot be added or "
                "deleted. Give the definition a name instead."
            )
        return self.name


def _check_keys(keys: object) -> None:
    if isinstance(keys, str) or not isinstance(keys, Sequence):
        raise ParameterCheckError(f"Partition keys must be a list of texts, not {keys!r}.")
