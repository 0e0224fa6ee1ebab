"""Which partitions exist: as of when, and which keys were added to dynamic definitions.

Owns the two facts that partitions depend on and that no definition knows. Whoever asks passes them,
or sets them for a block of code with `partition_loading_context`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from penstock.errors import ParameterCheckError


@runtime_checkable
class DynamicPartitionsStore(Protocol):
    """Where the keys of dynamic partitions are kept; an `Instance` is one."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        ...

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Tell whether a key was added to a dynamic partitions definition."""
        ...


@dataclass(frozen=True, slots=True)
class TemporalContext:
    """As of when something is looked at.

    Attributes:
        effective_dt: The time; None is the current time.
        last_event_id: The last event that counts; None counts all.
    """

    effective_dt: datetime | None = None
    last_event_id: int | None = None


@dataclass(frozen=True, slots=True)
class PartitionLoadingContext:
    """What decides which partitions exist.

    Attributes:
        temporal_context: As of when.
        dynamic_partitions_store: Where the keys of dynamic partitions are; None is nowhere.
    """

    temporal_context: TemporalContext = TemporalContext()
    dynamic_partitions_store: DynamicPartitionsStore | None = None

    @property
    def effective_dt(self) -> datetime | None:
        """As of when partitions exist; None is the current time."""
        return self.temporal_context.effective_dt


_ANYTIME = PartitionLoadingContext()


_current: ContextVar[PartitionLoadingContext] = ContextVar(
    "partition_loading_context", default=_ANYTIME
)


@contextmanager
def partition_loading_context(
    effective_dt: datetime | None = None,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
    *,
    new_ctx: PartitionLoadingContext | None = None,
) -> Generator[PartitionLoadingContext]:
    """Set the time and the store of dynamic partitions for all calls inside the block.

    What is None stays as it is outside. `new_ctx` gives both at once.

    Example:
        >>> from datetime import UTC, datetime
        >>> from penstock import DailyPartitionsDefinition
        >>> with partition_loading_context(datetime(2024, 1, 3, tzinfo=UTC)):
        ...     DailyPartitionsDefinition("2024-01-01").get_partition_keys()
        ['2024-01-01', '2024-01-02']
    """
    outer = _current.get()
    given = new_ctx or PartitionLoadingContext(
        TemporalContext(effective_dt), dynamic_partitions_store
    )
    timed = given.effective_dt is not None
    inner = PartitionLoadingContext(
        temporal_context=given.temporal_context if timed else outer.temporal_context,
        dynamic_partitions_store=given.dynamic_partitions_store or outer.dynamic_partitions_store,
    )
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)


def effective_time() -> datetime | None:
    """Return the time that was set for the block, or None if the current time counts."""
    return _current.get().effective_dt


def dynamic_partitions_store() -> DynamicPartitionsStore | None:
    """Return the store of dynamic partitions that was set for the block, or None."""
    return _current.get().dynamic_partitions_store


def needed_store(name: str) -> DynamicPartitionsStore:
    """Return the store of dynamic partitions.

    Raises:
        ParameterCheckError: None was passed or set.
    """
    store = dynamic_partitions_store()
    if store is None:
        raise ParameterCheckError(
            f"The keys of the dynamic partitions '{name}' are in an instance, and none is "
            "available here. Pass dynamic_partitions_store=instance, or wrap the call in "
            "partition_loading_context(dynamic_partitions_store=instance)."
        )
    return store
