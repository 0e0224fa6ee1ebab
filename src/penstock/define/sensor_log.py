"""What sensors read of the event log, through the public methods of the instance.

An instance is above this layer, so it is known by the protocol that it fulfils. Ids of events are
exclusive limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, cast

from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus

_PAGE = 1000


class _Event(Protocol):
    @property
    def dagster_event(self) -> object: ...


class LogRecord(Protocol):
    """An event in the log."""

    @property
    def storage_id(self) -> int:
        """The id of the event."""
        ...

    @property
    def run_id(self) -> str:
        """The run that it is of."""
        ...

    @property
    def partition_key(self) -> str | None:
        """The partition that it is about."""
        ...

    @property
    def event_log_entry(self) -> _Event:
        """The event."""
        ...


class _Page(Protocol):
    @property
    def records(self) -> Sequence[LogRecord]: ...


class _Log(Protocol):
    def fetch_materializations(
        self,
        records_filter: AssetKey,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public form
    ) -> _Page: ...

    def fetch_run_status_changes(
        self,
        records_filter: RunStatus,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public form
    ) -> _Page: ...


def newest_materialization(
    instance: object, asset: AssetKey, *, after: int | None = None
) -> LogRecord | None:
    """Return the newest materialization of an asset, if it is after an id."""
    found = cast("_Log", instance).fetch_materializations(asset, 1).records
    return found[0] if found and (after is None or found[0].storage_id > after) else None


def materializations_after(
    instance: object, asset: AssetKey, after: int | None, *, limit: int | None = None
) -> Sequence[LogRecord]:
    """Return the materializations of an asset after an id, oldest first."""
    return list(islice(_materializations(cast("_Log", instance), asset, after), limit))


def _materializations(log: _Log, asset: AssetKey, after: int | None) -> Iterator[LogRecord]:
    cursor = None if after is None else str(after)
    while True:
        page = log.fetch_materializations(asset, _PAGE, cursor, ascending=True).records
        yield from page
        if len(page) < _PAGE:
            return
        cursor = str(page[-1].storage_id)


def newest_run_event(instance: object, status: RunStatus) -> LogRecord | None:
    """Return the newest event with which a run came to a status."""
    found = cast("_Log", instance).fetch_run_status_changes(status, 1).records
    return found[0] if found else None


def run_events_after(
    instance: object, status: RunStatus, after: int, *, limit: int
) -> Sequence[LogRecord]:
    """Return the events after an id with which runs came to a status, oldest first."""
    log = cast("_Log", instance)
    return log.fetch_run_status_changes(status, limit, str(after), ascending=True).records
