"""`EventQueries`: the questions of an instance about its event log, most of them page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from penstock.base.ids import RunId
from penstock.compat.event_entries import EventLogEntry, EventLogRecord
from penstock.compat.event_filters import (
    TYPE_OF_STATUS,
    AnyFilter,
    AssetRecordsFilter,
    EventLogConnection,
    EventRecordsFilter,
    EventRecordsResult,
    RunStatusChangeRecordsFilter,
    Tags,
)
from penstock.compat.event_types import KIND_OF_TYPE, DagsterEventType
from penstock.compat.event_views import Port
from penstock.compat.implied_records import entries, kinds_of_types, ports_told
from penstock.errors import EventLogInvalidForRunError, ParameterCheckError
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus
from penstock.store.protocol import EventFilter, Store

_PAGE = 1000

Types = DagsterEventType | AbstractSet[DagsterEventType] | None
"""The types of events; None for every one."""

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
        wanted: AssetKey | AssetRecordsFilter | RunStatusChangeRecordsFilter,
        limit: int,
        cursor: str | None,
        *,
        ascending: bool,
    ) -> EventRecordsResult:
        found = AssetRecordsFilter(wanted) if isinstance(wanted, AssetKey) else wanted
        accepts = self._acceptance(found)
        matching = event_filter(found, (kind,))
        events = self._pages(matching, cursor, is_newest_first=not ascending, limit=limit)
        taken: list[StoredEvent] = []
        while len(taken) < limit and (event := next(events, None)) is not None:
            if accepts(event):
                taken.append(event)
        return _page(taken, cursor, limit)

    def _pages(
        self,
        matching: EventFilter,
        cursor: str | None,
        *,
        is_newest_first: bool,
        limit: int | None = None,
    ) -> Iterator[StoredEvent]:
        """Yield events page by page; the first pages are no larger than `limit` makes likely."""
        place = None if cursor is None else _place(cursor)
        size = _PAGE if limit is None else min(limit + 1, _PAGE)
        while True:
            page = self.store.events(
                _beyond(matching, place, is_newest_first=is_newest_first),
                limit=size,
                newest_first=is_newest_first,
            )
            yield from page
            if len(page) < size:
                return
            place, size = page[-1].id, min(size * 4, _PAGE)

    def _acceptance(self, wanted: AnyFilter) -> _Accepts:
        """Return what holds of events beyond what the store is asked for."""
        names = wanted.job_names if isinstance(wanted, RunStatusChangeRecordsFilter) else None
        tags: Tags = getattr(wanted, "tags", None) or {}

        def accepts(event: StoredEvent) -> bool:
            return (
                (wanted.after_timestamp is None or event.at > wanted.after_timestamp)
                and (names is None or self._job_of(event.run) in names)
                and (not tags or _has_tags(event, tags))
            )

        return accepts

    def _job_of(self, run: RunId | None) -> str | None:
        record = None if run is None else self.store.run(run)
        return None if record is None else record.spec.job

    def all_logs(self, run_id: str, of_type: Types = None) -> list[EventLogEntry]:
        """Return the event log of a run, oldest first.

        Args:
            run_id: The run.
            of_type: The types of events; every line if None.
        """
        if of_type is None:
            events = self.store.events(EventFilter(run=RunId(run_id)))
            return [EventLogEntry(event) for event in events]
        return [record.event_log_entry for record in self._of_run(run_id, of_type).records]

    def logs_after(
        self,
        run_id: str,
        cursor: int | None = None,
        of_type: Types = None,
        limit: int | None = None,
    ) -> list[EventLogEntry]:
        """Return the lines of a run's event log after a place in it, oldest first.

        Args:
            run_id: The run.
            cursor: The place of the last line that is known, counted from 0; all if None or -1.
            of_type: The types of events; every line if None.
            limit: How many at most.
        """
        found = self.all_logs(run_id, of_type)[0 if cursor is None else cursor + 1 :]
        return found[:limit]

    def get_event_records(
        self,
        event_records_filter: EventRecordsFilter,
        limit: int | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> list[EventLogRecord]:
        """Return events of one type, newest first."""
        wanted = event_records_filter
        types = {wanted.event_type}
        matching = event_filter(wanted, kinds_of_types(types))
        accepts = self._acceptance(wanted)
        page = self._typed(matching, types, limit, ascending=ascending, accepts=accepts)
        return list(page.records)

    def get_asset_keys_for_run(self, run_id: str, of_type: Types = None) -> set[AssetKey]:
        """Return the assets that the events of a run are about."""
        return set(self.get_asset_partitions_for_run(run_id, of_type))

    def get_asset_partitions_for_run(
        self, run_id: str, of_type: Types = None
    ) -> Mapping[AssetKey, set[str | None]]:
        """Return the assets that the events of a run are about, with the partitions of each."""
        found: dict[AssetKey, set[str | None]] = {}
        for entry in self.all_logs(run_id, of_type):
            event = entry.dagster_event
            if event is not None and event.asset_key is not None:
                found.setdefault(event.asset_key, set()).add(event.partition)
        return found

    def _of_run(
        self, run_id: str, of_type: DagsterEventType | AbstractSet[DagsterEventType]
    ) -> EventRecordsResult:
        types = {of_type} if isinstance(of_type, DagsterEventType) else of_type
        matching = EventFilter(run=RunId(run_id), kinds=kinds_of_types(types))
        return self._typed(matching, types, None, ascending=True)

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: Types = None,
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
        accepts: _Accepts | None = None,
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
        pages = self._pages(matching, cursor, is_newest_first=not ascending, limit=limit)
        if accepts is not None:
            pages = filter(accepts, pages)
        for shown in entries(pages, types, told_of):
            found += [EventLogRecord(entry.stored.id, entry) for entry in shown]
            if limit is not None and len(found) >= limit:
                break
        following = str(found[-1].storage_id) if found else (cursor or "0")
        return EventRecordsResult(found, following, limit is not None and len(found) >= limit)


def event_filter(wanted: AnyFilter, kinds: tuple[str, ...]) -> EventFilter:
    """Return the filter that stores understand; what it leaves open is for whoever reads."""
    partitions: Sequence[str] | None = getattr(wanted, "asset_partitions", None)
    return EventFilter(
        kinds=kinds,
        asset=getattr(wanted, "asset_key", None),
        partitions=None if partitions is None else tuple(partitions),
        after=wanted.after_storage_id,
        before=wanted.before_storage_id,
        ids=None if wanted.storage_ids is None else tuple(wanted.storage_ids),
        since=wanted.after_timestamp,
        until=wanted.before_timestamp,
    )


def _has_tags(event: StoredEvent, wanted: Tags) -> bool:
    tags: Mapping[str, str] = getattr(event.event, "tags", {})
    return all(
        tags.get(key) in ([value] if isinstance(value, str) else value)
        for key, value in wanted.items()
    )


def _beyond(matching: EventFilter, place: int | None, *, is_newest_first: bool) -> EventFilter:
    """Return a filter for what comes after a place, in the order of the page."""
    if place is None:
        return matching
    after, before = matching.after, matching.before
    if is_newest_first:
        return replace(matching, before=place if before is None else min(before, place))
    return replace(matching, after=place if after is None else max(after, place))


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
