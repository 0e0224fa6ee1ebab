"""`Instance`: a record of ports - store, clock, ids, settings - and the public questions about it.

Holds no logic of its own: each method reads or writes the store once and shows the answer.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from penstock.base.clock import Clock, SystemClock
from penstock.base.ids import IdSource, RunId, SystemIds
from penstock.base.settings import Settings, load_settings
from penstock.compat.check_records import EventLogStorage
from penstock.compat.event_queries import EventQueries, EventRecordsFilter
from penstock.compat.events import (
    DagsterEventType,
    EventLogEntry,
    EventLogRecord,
)
from penstock.compat.implied_records import kinds_of_types
from penstock.compat.runless import RunlessEvent, to_native
from penstock.compat.runs import (
    AssetEntry,
    AssetPartitionStatus,
    AssetRecord,
    DagsterRun,
    RunsFilter,
)
from penstock.errors import InvariantViolationError, StoreUnavailableError
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunStatus
from penstock.partitions.definition import PartitionsDefinition
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Store
from penstock.store.sqlite import SqliteStore


class Instance(EventQueries):
    """What has been recorded, and the ports through which more is.

    Attributes:
        store: Where everything is kept.
        clock: The time.
        ids: New ids and random numbers.
        settings: What was configured.
        home: The home directory; None for an ephemeral instance.
        memory: The values that runs of an ephemeral instance pass on to later ones.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        home: Path | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: IdSource = ids or SystemIds(self.clock)
        self.home = home
        self._folder: Path | None = home
        self.memory: dict[tuple[str, ...], object] = {}

    @staticmethod
    def get() -> Instance:
        """Open the instance of this process's environment and project.

        Raises:
            HomeNotSetError: `PENSTOCK_HOME` cannot be a home directory.
            StoreUnavailableError: The home cannot be made or written to.
        """
        return Instance.open(load_settings())

    @staticmethod
    def open(settings: Settings) -> Instance:
        """Open the instance whose home the settings name; made where it does not exist.

        Raises:
            StoreUnavailableError: The home cannot be made or written to.
            NewerStoreError: The store was written by a newer Penstock.
        """
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailableError(
                f"The home {settings.home} cannot be made: {error.strerror}. Set PENSTOCK_HOME to "
                "a folder that you may write to."
            ) from error
        store = SqliteStore(settings.home / "penstock.db")
        return Instance(store=store, settings=settings, home=settings.home)

    @staticmethod
    def ephemeral(tempdir: str | None = None) -> Instance:
        """Make an instance in memory, which leaves nothing behind.

        Args:
            tempdir: The folder for values that are stored all the same; a temporary one if None.
        """
        made = Instance(store=MemoryStore(), settings=load_settings())
        made._folder = None if tempdir is None else Path(tempdir)
        return made

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *details: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        """Close the store."""
        self.store.close()

    @property
    def is_ephemeral(self) -> bool:
        """Whether nothing is kept when the process ends."""
        return self.home is None

    @property
    def root_directory(self) -> str:
        """The home directory.

        Raises:
            InvariantViolationError: The instance is ephemeral.
        """
        if self.home is None:
            raise InvariantViolationError("An ephemeral instance has no home directory.")
        return str(self.home)

    def storage_directory(self) -> str:
        """Return the folder for values.

        It is below the home. An ephemeral instance makes a temporary one when it is first asked,
        and that is removed with the instance.
        """
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="penstock-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return str(self._folder / "storage")

    def get_runs(
        self,
        filters: RunsFilter | Sequence[RunStatus] | None = None,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> list[DagsterRun]:
        """Return runs, newest first.

        Args:
            filters: Which runs; a sequence of statuses stands for the runs in one of them.
            cursor: The last run id of the page before.
            limit: How many at most.
        """
        before = None if cursor is None else RunId(cursor)
        found = self.store.runs(_run_filter(filters), limit=limit, before=before)
        return [DagsterRun(record) for record in found]

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        """Return a run."""
        record = self.store.run(RunId(run_id))
        return None if record is None else DagsterRun(record)

    def get_runs_count(self, filters: RunsFilter | None = None) -> int:
        """Return how many runs there are."""
        return len(self.get_runs(filters))

    def has_run(self, run_id: str) -> bool:
        """Tell whether there is such a run."""
        return self.store.run(RunId(run_id)) is not None

    def delete_run(self, run_id: str) -> None:
        """Forget a run and its events."""
        self.store.delete_run(RunId(run_id))

    @property
    def event_log_storage(self) -> EventLogStorage:
        """The event log, for questions about checks."""
        return EventLogStorage(self.store)

    def all_logs(self, run_id: str, of_type: DagsterEventType | None = None) -> list[EventLogEntry]:
        """Return the event log of a run, oldest first."""
        if of_type is None:
            return [
                EventLogEntry(event) for event in self.store.events(EventFilter(run=RunId(run_id)))
            ]
        types = {of_type}
        matching = EventFilter(run=RunId(run_id), kinds=kinds_of_types(types))
        found = self._typed(matching, types, None, ascending=True)
        return [record.event_log_entry for record in found.records]

    def get_event_records(
        self,
        event_records_filter: EventRecordsFilter,
        *,
        limit: int | None = None,
        ascending: bool = False,
    ) -> list[EventLogRecord]:
        """Return events of one type, newest first."""
        wanted = event_records_filter
        types = {wanted.event_type}
        matching = EventFilter(
            kinds=kinds_of_types(types),
            asset=wanted.asset_key,
            partitions=wanted.asset_partitions,
            after=wanted.after_cursor,
            before=wanted.before_cursor,
        )
        return list(self._typed(matching, types, limit, ascending=ascending).records)

    def get_latest_materialization_event(self, asset_key: AssetKey) -> EventLogEntry | None:
        """Return the newest materialization of an asset, of whichever partition."""
        head = self.store.asset_heads([asset_key]).get(asset_key)
        if head is None or head.materialized is None:
            return None
        event = self.store.event(head.materialized)
        return None if event is None else EventLogEntry(event)

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> list[AssetRecord]:
        """Return the newest facts of assets; of every known one if none is named."""
        found: list[AssetRecord] = []
        for key, head in self.store.asset_heads(asset_keys).items():
            event = None if head.materialized is None else self.store.event(head.materialized)
            entry = AssetEntry(key, None if event is None else _record(event), head.run)
            found.append(AssetRecord(head.materialized or 0, entry))
        return found

    def get_asset_keys(self) -> list[AssetKey]:
        """Return every asset that something was recorded of."""
        return sorted(self.store.asset_heads())

    def has_asset_key(self, asset_key: AssetKey) -> bool:
        """Tell whether something was recorded of an asset."""
        return asset_key in self.store.asset_heads([asset_key])

    def get_materialized_partitions(self, asset_key: AssetKey) -> set[str]:
        """Return the partitions of an asset that were made."""
        heads = self.store.partition_heads(asset_key)
        return {k for k, head in heads.items() if k is not None and head.materialized is not None}

    def get_status_by_partition(
        self,
        asset_key: AssetKey,
        partition_keys: Sequence[str],
        partitions_def: PartitionsDefinition,
    ) -> Mapping[str, AssetPartitionStatus | None]:
        """Return where partitions stand; None for one that was never made.

        `partitions_def` is not needed to answer; it is part of the public signature.
        """
        heads = self.store.partition_heads(asset_key)
        found: dict[str, AssetPartitionStatus | None] = dict.fromkeys(partition_keys)
        for key, head in heads.items():
            if key in found:
                failed = head.failed is not None
                is_made = head.materialized is not None
                if failed:
                    found[key] = AssetPartitionStatus.FAILED
                elif is_made:
                    found[key] = AssetPartitionStatus.MATERIALIZED
        return found

    def report_runless_asset_event(self, asset_event: RunlessEvent) -> None:
        """Record that something outside any run made, observed or checked an asset."""
        self.store.report([to_native(asset_event)], at=self.clock.now())

    def wipe_assets(self, asset_keys: Iterable[AssetKey]) -> None:
        """Hide everything recorded of assets so far; their data is not touched."""
        for key in asset_keys:
            self.store.wipe_asset(key, at=self.clock.now())

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        return self.store.dynamic_partitions(partitions_def_name)

    def add_dynamic_partitions(
        self, partitions_def_name: str, partition_keys: Sequence[str]
    ) -> None:
        """Add keys to a dynamic partitions definition."""
        self.store.add_dynamic_partitions(partitions_def_name, partition_keys)

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Remove a key from a dynamic partitions definition."""
        self.store.delete_dynamic_partition(partitions_def_name, partition_key)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Tell whether a dynamic partitions definition has a key."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def _run_filter(filters: RunsFilter | Sequence[RunStatus] | None) -> RunFilter:
    if filters is None:
        return RunFilter()
    wanted = filters if isinstance(filters, RunsFilter) else RunsFilter(statuses=filters)
    return wanted.to_native()


def _record(event: StoredEvent) -> EventLogRecord:
    return EventLogRecord(event.id, EventLogEntry(event))
