"""Pages of the event log: `AssetRecordsFilter`, `EventRecordsResult` and what asks with them.

`EventQueries` is the part of the instance that answers. A cursor is the id of the last event of a
page, as text; whoever asks only hands it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from penstock.base.ids import RunId
from penstock.compat.event_views import Port
from penstock.compat.events import (
    KIND_OF_TYPE,
    RUN_TYPES,
    DagsterEventType,
    EventLogEntry,
    EventLogRecord,
)
from penstock.compat.implied_records import entries, kinds_of_types, ports_told
from penstock.compat.run_records import RunRecord
from penstock.compat.runs import RunsFilter
from penstock.errors import EventLogInvalidForRunError, ParameterCheckError
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunStatus
from penstock.store.protocol import EventFilter, Store

_PAGE = 1000

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
class EventRecordsFilter:
    """Which records to return: of one type and, if given, one asset and some partitions.

    Cursors are ids, exclusive on both ends.
    """

    event_type: DagsterEventType
    asset_key: AssetKey | None = None
    asset_partitions: tuple[str, ...] | None = None
    after_cursor: int | None = None
    before_cursor: int | None = None


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

    def to_event_records_filter(self, event_type: DagsterEventType) -> EventRecordsFilter:
        """Return the filter for `get_event_records`, which knows no times."""
        partitions = self.asset_partitions
        return EventRecordsFilter(
            event_type,
            self.asset_key,
            None if partitions is None else tuple(partitions),
            self.after_storage_id,
            self.before_storage_id,
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
class RunShardedEventsCursor:
    """A place in the event log for stores that keep a log for each run.

    Penstock keeps one log, so only the id counts.
    """

    id: int
    run_updated_after: datetime


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

_AnyFilter = AssetRecordsFilter | RunStatusChangeRecordsFilter
_Accepts = Callable[[StoredEvent], bool]


class EventQueries:
    """The questions of an instance that are answered page by page."""

    store: Store

    def fetch_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsResult:
        """Return a page of an asset's materializations, newest first."""
        return self._fetch("asset_materialized", records_filter, limit, cursor, ascending=ascending)

    def fetch_observations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsResult:
        """Return a page of an asset's observations, newest first."""
        return self._fetch("asset_observed", records_filter, limit, cursor, ascending=ascending)

    def fetch_planned_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsResult:
        """Return a page of what runs meant to make of an asset, newest first."""
        return self._fetch("asset_planned", records_filter, limit, cursor, ascending=ascending)

    def fetch_failed_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsResult:
        """Return a page of what runs failed to make of an asset, newest first."""
        return self._fetch("asset_failed", records_filter, limit, cursor, ascending=ascending)

    def fetch_run_status_changes(
        self,
        records_filter: DagsterEventType | RunStatus | RunStatusChangeRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventRecordsResult:
        """Return a page of the moments at which runs reached a status, newest first."""
        if isinstance(records_filter, RunStatus):
            records_filter = TYPE_OF_STATUS[records_filter]
        wanted = (
            RunStatusChangeRecordsFilter(records_filter)
            if isinstance(records_filter, DagsterEventType)
            else records_filter
        )
        return self._fetch(
            KIND_OF_TYPE[wanted.event_type], wanted, limit, cursor, ascending=ascending
        )

    def _fetch(
        self,
        kind: str,
        wanted: AssetKey | _AnyFilter,
        limit: int,
        cursor: str | None,
        *,
        ascending: bool,
    ) -> EventRecordsResult:
        found = AssetRecordsFilter(wanted) if isinstance(wanted, AssetKey) else wanted
        accepts = self._acceptance(found)
        matching = EventFilter(
            kinds=(kind,),
            asset=found.asset_key if isinstance(found, AssetRecordsFilter) else None,
            partitions=_partitions(found),
            after=found.after_storage_id,
            before=found.before_storage_id,
        )
        events = self._pages(matching, cursor, is_newest_first=not ascending)
        taken: list[StoredEvent] = []
        while len(taken) < limit and (event := next(events, None)) is not None:
            if accepts(event):
                taken.append(event)
        return _page(taken, cursor, limit)

    def _pages(
        self, matching: EventFilter, cursor: str | None, *, is_newest_first: bool
    ) -> Iterator[StoredEvent]:
        place = None if cursor is None else _place(cursor)
        while True:
            page = self.store.events(
                _beyond(matching, place, is_newest_first=is_newest_first),
                limit=_PAGE,
                newest_first=is_newest_first,
            )
            yield from page
            if len(page) < _PAGE:
                return
            place = page[-1].id

    def _acceptance(self, wanted: _AnyFilter) -> _Accepts:
        ids = None if wanted.storage_ids is None else frozenset(wanted.storage_ids)
        names = wanted.job_names if isinstance(wanted, RunStatusChangeRecordsFilter) else None

        def accepts(event: StoredEvent) -> bool:
            return (
                (ids is None or event.id in ids)
                and (wanted.after_timestamp is None or event.at > wanted.after_timestamp)
                and (wanted.before_timestamp is None or event.at < wanted.before_timestamp)
                and (names is None or self._job_of(event.run) in names)
            )

        return accepts

    def _job_of(self, run: RunId | None) -> str | None:
        record = None if run is None else self.store.run(run)
        return None if record is None else record.spec.job

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: DagsterEventType | set[DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> EventLogConnection:
        """Return a page of a run's event log, oldest first.

        Args:
            run_id: The run.
            cursor: Where the page begins: the cursor of the one before.
            of_type: The types of events; all if None.
            limit: How many events at most.
            ascending: Whether the oldest comes first.

        Raises:
            EventLogInvalidForRunError: The run's id is empty.
        """
        if not run_id:
            raise EventLogInvalidForRunError(run_id)
        if of_type is not None:
            types = {of_type} if isinstance(of_type, DagsterEventType) else of_type
            matching = EventFilter(run=RunId(run_id), kinds=kinds_of_types(types))
            return self._typed(matching, types, limit, cursor, ascending=ascending)
        place = None if cursor is None else _place(cursor)
        events = self.store.events(
            _beyond(EventFilter(run=RunId(run_id)), place, is_newest_first=not ascending),
            limit=limit,
            newest_first=not ascending,
        )
        return _page(events, cursor, limit)

    def _typed(
        self,
        matching: EventFilter,
        types: Collection[DagsterEventType],
        limit: int | None,
        cursor: str | None = None,
        *,
        ascending: bool,
    ) -> EventRecordsResult:
        """Return a page of records of some types, those that others imply included.

        What one event shows is never parted, so a page may be longer than its limit by one.
        """
        told: dict[RunId | None, frozenset[Port]] = {}

        def told_of(run: RunId | None) -> frozenset[Port]:
            if run not in told:
                kinds = ("output_produced", "input_taken")
                told[run] = ports_told(self.store.events(EventFilter(run=run, kinds=kinds)))
            return told[run]

        found: list[EventLogRecord] = []
        pages = self._pages(matching, cursor, is_newest_first=not ascending)
        for shown in entries(pages, types, told_of):
            found += [EventLogRecord(entry.stored.id, entry) for entry in shown]
            if limit is not None and len(found) >= limit:
                break
        following = str(found[-1].storage_id) if found else (cursor or "0")
        return EventRecordsResult(found, following, limit is not None and len(found) >= limit)

    def get_run_records(
        self,
        filters: RunsFilter | None = None,
        limit: int | None = None,
        order_by: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
        cursor: str | None = None,
    ) -> Sequence[RunRecord]:
        """Return runs with their times, newest first.

        Args:
            filters: Which runs.
            limit: How many at most.
            order_by: `id`, `create_timestamp` or `update_timestamp`; ids grow with time.
            ascending: Whether the oldest comes first.
            cursor: The last run of the page before.

        Raises:
            ParameterCheckError: They cannot be ordered so.
        """
        orders = {"id": "id", "create_timestamp": "created", "update_timestamp": "updated"}
        if order_by is not None and order_by not in orders:
            raise ParameterCheckError(
                f"get_run_records(order_by=...) is one of {', '.join(orders)}, not '{order_by}'."
            )
        matching = RunFilter() if filters is None else filters.to_native()
        before = None if cursor is None else RunId(cursor)
        records = self.store.runs(matching, before=before)
        key = orders[order_by or "id"]
        ordered = sorted(records, key=lambda each: getattr(each, key), reverse=not ascending)
        return [RunRecord(record) for record in ordered[:limit]]

    def get_run_record_by_id(self, run_id: str) -> RunRecord | None:
        """Return a run with its times."""
        record = self.store.run(RunId(run_id))
        return None if record is None else RunRecord(record)


def _partitions(wanted: _AnyFilter) -> tuple[str, ...] | None:
    if isinstance(wanted, AssetRecordsFilter) and wanted.asset_partitions is not None:
        return tuple(wanted.asset_partitions)
    return None


def _beyond(matching: EventFilter, place: int | None, *, is_newest_first: bool) -> EventFilter:
    """Return a filter for what comes after a place, in the order of the page."""
    if place is None:
        return matching
    after, before = matching.after, matching.before
    if is_newest_first:
        before = place if before is None else min(before, place)
    else:
        after = place if after is None else max(after, place)
    return EventFilter(
        run=matching.run,
        asset=matching.asset,
        partitions=matching.partitions,
        kinds=matching.kinds,
        after=after,
        before=before,
    )


def _place(cursor: str) -> int:
    try:
        return int(cursor)
    except ValueError:
        raise ParameterCheckError(
            f"'{cursor}' is no cursor of the event log. Hand back the one of the page before."
        ) from None


def _page(
    events: Sequence[StoredEvent], cursor: str | None, limit: int | None
) -> EventRecordsResult:
    records = [EventLogRecord(event.id, EventLogEntry(event)) for event in events]
    following = str(events[-1].id) if events else (cursor or "0")
    return EventRecordsResult(records, following, limit is not None and len(events) >= limit)
