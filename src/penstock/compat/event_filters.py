"""Which events to return, and pages of them: `EventRecordsFilter`, `EventRecordsResult`, ...

A cursor is the id of the last event of a page, as text; whoever asks only hands it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from penstock.compat.event_entries import EventLogRecord
from penstock.compat.event_types import RUN_TYPES, DagsterEventType
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus

Tags = Mapping[str, str | Sequence[str]]
"""Tags that an event has; a list of values means any of them."""


TYPE_OF_STATUS = {
    RunStatus.QUEUED: DagsterEventType.RUN_ENQUEUED,
    RunStatus.STARTED: DagsterEventType.RUN_START,
    RunStatus.SUCCESS: DagsterEventType.RUN_SUCCESS,
    RunStatus.FAILURE: DagsterEventType.RUN_FAILURE,
    RunStatus.CANCELING: DagsterEventType.RUN_CANCELING,
    RunStatus.CANCELED: DagsterEventType.RUN_CANCELED,
    RunStatus.SUSPENDED: DagsterEventType.RUN_SUSPENDED,
}
"""The type of the event with which a run comes to a status."""


@dataclass(frozen=True, slots=True)
class RunShardedEventsCursor:
    """A place in the event log for stores that keep a log for each run.

    Penstock keeps one log, so only the id counts.
    """

    id: int
    run_updated_after: datetime


@dataclass(frozen=True, slots=True)
class EventRecordsFilter:
    """Which records to return: of one type; every other field that is given must hold.

    Cursors are ids and times are in seconds since the Unix epoch; all limits are exclusive.

    Attributes:
        event_type: The type.
        asset_key: Only events about this asset.
        asset_partitions: Only events about these partitions of it.
        after_cursor: Only events with a greater id.
        before_cursor: Only events with a smaller id.
        after_timestamp: Only events recorded later.
        before_timestamp: Only events recorded earlier.
        storage_ids: Only the events of these ids.
        tags: Only events with these tags.

    Raises:
        ParameterCheckError: The type is none, or partitions are given without an asset.
    """

    event_type: DagsterEventType
    asset_key: AssetKey | None = None
    asset_partitions: Sequence[str] | None = None
    after_cursor: int | RunShardedEventsCursor | None = None
    before_cursor: int | RunShardedEventsCursor | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    storage_ids: Sequence[int] | None = None
    tags: Tags | None = None

    def __post_init__(self) -> None:
        _check_type(self.event_type)
        if self.asset_partitions is not None and self.asset_key is None:
            raise ParameterCheckError(
                "EventRecordsFilter(asset_partitions=...) needs an asset_key: partitions are of an "
                "asset."
            )

    @property
    def after_storage_id(self) -> int | None:
        """Only events with a greater id."""
        return _place_of(self.after_cursor)

    @property
    def before_storage_id(self) -> int | None:
        """Only events with a smaller id."""
        return _place_of(self.before_cursor)


@dataclass(frozen=True, slots=True)
class AssetRecordsFilter:
    """Which events of an asset to return; every given field must hold.

    Times are in seconds since the Unix epoch; all limits are exclusive.
    """

    asset_key: AssetKey
    asset_partitions: Sequence[str] | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None
    storage_ids: Sequence[int] | None = None
    tags: Tags | None = None

    def to_event_records_filter(
        self,
        event_type: DagsterEventType,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsFilter:
        """Return the filter for `get_event_records`.

        Args:
            event_type: The type of the events.
            cursor: Where the page before ended.
            ascending: Whether the page before went from the oldest on.
        """
        after, before = self.after_storage_id, self.before_storage_id
        if cursor is not None and ascending:
            after = max(int(cursor), after or 0)
        elif cursor is not None:
            before = min(int(cursor), before or int(cursor))
        return EventRecordsFilter(
            event_type,
            self.asset_key,
            None if self.asset_partitions is None else tuple(self.asset_partitions),
            after,
            before,
            self.after_timestamp,
            self.before_timestamp,
            self.storage_ids,
            self.tags,
        )


@dataclass(frozen=True, slots=True)
class RunStatusChangeRecordsFilter:
    """Which changes of runs to return; every given field must hold.

    Raises:
        ParameterCheckError: The type is not one of a run.
    """

    event_type: DagsterEventType
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None
    storage_ids: Sequence[int] | None = None
    job_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.event_type not in RUN_TYPES:
            known = ", ".join(sorted(each.name for each in RUN_TYPES))
            raise ParameterCheckError(
                f"{self.event_type!r} is no change of a run's status. Use one of {known}."
            )


@dataclass(frozen=True, slots=True)
class EventRecordsResult:
    """A page of events.

    Attributes:
        records: The events.
        cursor: Where the next page begins; hand it back to ask for it.
        has_more: Whether the page is full, so that there may be another one.
    """

    records: Sequence[EventLogRecord]
    cursor: str
    has_more: bool


EventLogConnection = EventRecordsResult


class AnyFilter(Protocol):
    """What every filter of events may say."""

    @property
    def after_timestamp(self) -> float | None:
        """Only events recorded later."""
        ...

    @property
    def before_timestamp(self) -> float | None:
        """Only events recorded earlier."""
        ...

    @property
    def after_storage_id(self) -> int | None:
        """Only events with a greater id."""
        ...

    @property
    def before_storage_id(self) -> int | None:
        """Only events with a smaller id."""
        ...

    @property
    def storage_ids(self) -> Sequence[int] | None:
        """Only the events of these ids."""
        ...


def _check_type(event_type: object) -> None:
    if not isinstance(event_type, DagsterEventType):
        raise ParameterCheckError(
            f"EventRecordsFilter(event_type=...) is a DagsterEventType, not {event_type!r}."
        )


def _place_of(cursor: int | RunShardedEventsCursor | None) -> int | None:
    return cursor.id if isinstance(cursor, RunShardedEventsCursor) else cursor
