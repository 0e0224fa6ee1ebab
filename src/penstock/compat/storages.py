"""`RunStorage`, `EventLogStorage`, `ScheduleStorage`: faces of the one store, as Dagster has them.

In Dagster each is a storage of its own; here everything is in one store, and a face shows the part
of it that its namesake keeps. Subclass one to answer otherwise. `DagsterStorage` is all three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from penstock.base.clock import Clock
from penstock.base.ids import IdSource, RunId
from penstock.compat.asset_queries import AssetQueries
from penstock.compat.backfill_queries import BackfillQueries
from penstock.compat.check_records import CheckQueries
from penstock.compat.daemons import DaemonQueries
from penstock.compat.event_entries import EventLogEntry
from penstock.compat.event_queries import EventQueries, Types
from penstock.compat.event_types import DagsterEventType
from penstock.compat.event_watch import EventHandler, EventWatcher
from penstock.compat.event_writes import EventWrites
from penstock.compat.implied_records import kinds_of_types
from penstock.compat.instigator_queries import InstigatorQueries
from penstock.compat.partition_queries import PartitionQueries
from penstock.compat.run_making import RunMaking
from penstock.compat.run_queries import RunQueries, recorded_run_stats, recorded_step_stats
from penstock.compat.run_stats import DagsterRunStatsSnapshot, RunStepKeyStatsSnapshot
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter, Store


class Ports(Protocol):
    """What a face works with; an instance has it."""

    store: Store
    clock: Clock
    ids: IdSource
    watcher: EventWatcher


class _Face:
    """A face of the store of an instance."""

    def __init__(self, ports: Ports) -> None:
        self.store: Store = ports.store
        self.clock: Clock = ports.clock
        self.ids: IdSource = ports.ids
        self.watcher: EventWatcher = ports.watcher

    def dispose(self) -> None:
        """Do nothing: the instance closes the store."""


class RunStorage(_Face, RunQueries, RunMaking, BackfillQueries, DaemonQueries):
    """Runs, backfills, signs of life, and cursors of daemons."""

    def get_run_storage_id(self) -> str:
        """Return the id of the store."""
        return self.store.identity().id

    def get_cursor_values(self, keys: set[str]) -> Mapping[str, str]:
        """Return the small texts that are kept under some keys."""
        return self.store.values(sorted(keys))

    def set_cursor_values(self, pairs: Mapping[str, str]) -> None:
        """Keep small texts under their keys."""
        self.store.put_values(pairs)

    def wipe(self) -> None:
        """Forget every run and its events."""
        for run_id in self.get_run_ids():
            self.store.delete_run(RunId(run_id))


class EventLogStorage(
    _Face, EventQueries, AssetQueries, PartitionQueries, CheckQueries, EventWrites
):
    """Events, and what is known of assets, checks and partitions."""

    def get_logs_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: Types = None,
        limit: int | None = None,
        ascending: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> list[EventLogEntry]:
        """Return the event log of a run, oldest first."""
        page = self.get_records_for_run(run_id, cursor, of_type, limit, ascending)
        return [record.event_log_entry for record in page.records]

    def get_logs_for_all_runs_by_log_id(
        self,
        after_cursor: int = -1,
        dagster_event_type: Types = None,
        limit: int | None = None,
    ) -> dict[int, EventLogEntry]:
        """Return the event log of every run, by the ids of its events, oldest first."""
        of_type = dagster_event_type
        types = {of_type} if isinstance(of_type, DagsterEventType) else of_type
        kinds = None if types is None else kinds_of_types(types)
        matching = EventFilter(kinds=kinds, after=max(after_cursor, 0))
        return {
            event.id: EventLogEntry(event) for event in self.store.events(matching, limit=limit)
        }

    def get_maximum_record_id(self) -> int | None:
        """Return the id of the newest event; None if there was none."""
        return self.store.newest_event() or None

    def get_stats_for_run(self, run_id: str) -> DagsterRunStatsSnapshot:
        """Return how a run went."""
        return recorded_run_stats(self.store, run_id)

    def get_step_stats_for_run(
        self, run_id: str, step_keys: Sequence[str] | None = None
    ) -> list[RunStepKeyStatsSnapshot]:
        """Return how the steps of a run went."""
        return recorded_step_stats(self.store, run_id, steps=step_keys)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Record lines of the event log as they are."""
        for event in events:
            self.store_event(event)

    def watch(self, run_id: str, cursor: str | None, callback: EventHandler) -> None:
        """Call a function with each new line of a run's event log."""
        self.watch_event_logs(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: EventHandler) -> None:
        """Call a function no more with the lines of a run's event log."""
        self.end_watch_event_logs(run_id, handler)

    def wipe_asset(self, asset_key: AssetKey) -> None:
        """Hide everything recorded of an asset so far."""
        self.wipe_assets([asset_key])

    def wipe(self) -> None:
        """Hide everything recorded of assets so far."""
        self.wipe_assets(self.get_asset_keys())


class ScheduleStorage(_Face, InstigatorQueries):
    """Schedules, sensors, and their ticks."""

    def wipe(self) -> None:
        """Forget every schedule and sensor, with the ticks of each."""
        for record in self.store.instigators():
            self.purge_ticks(record.id, before=float("inf"))
            self.store.delete_instigator(record.id)


class DagsterStorage:
    """The three faces of a store."""

    def __init__(self, ports: Ports) -> None:
        self.run_storage: RunStorage = RunStorage(ports)
        self.event_log_storage: EventLogStorage = EventLogStorage(ports)
        self.schedule_storage: ScheduleStorage = ScheduleStorage(ports)

    def wipe(self) -> None:
        """Forget every run, asset, schedule and sensor."""
        self.run_storage.wipe()
        self.event_log_storage.wipe()
        self.schedule_storage.wipe()
