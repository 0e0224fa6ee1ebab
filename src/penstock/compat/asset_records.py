"""`AssetRecord` and what it holds: the newest facts of an asset, views of `KnownAsset`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from penstock.base.clock import Instant
from penstock.compat.event_entries import EventLogEntry, EventLogRecord
from penstock.model.asset_state import KnownAsset
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey


class AssetPartitionStatus(Enum):
    """Where one partition of an asset stands."""

    MATERIALIZED = "MATERIALIZED"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class AssetDetails:
    """What is known of an asset beyond its events.

    Attributes:
        last_wipe_timestamp: When it was wiped last, in seconds since the Unix epoch.
    """

    last_wipe_timestamp: Instant | None = None


@dataclass(frozen=True, slots=True)
class PlannedMaterializationInfo:
    """The newest time that a run meant to make an asset.

    Attributes:
        storage_id: The id of the event.
        run_id: The run.
    """

    storage_id: int
    run_id: str


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """The newest facts of an asset; a view of `KnownAsset`."""

    known: KnownAsset

    @property
    def asset_key(self) -> AssetKey:
        """The asset."""
        return self.known.head.asset

    @property
    def last_materialization_record(self) -> EventLogRecord | None:
        """Its newest materialization."""
        return _record(self.known.materialized)

    @property
    def last_observation_record(self) -> EventLogRecord | None:
        """Its newest observation."""
        return _record(self.known.observed)

    @property
    def last_failed_to_materialize_record(self) -> EventLogRecord | None:
        """Its newest failure, also if it was made since."""
        return _record(self.known.failed)

    @property
    def last_run_id(self) -> str | None:
        """The run that made it last, or means to."""
        return self.known.head.planned_run or self.known.head.run

    @property
    def last_planned_materialization_run_id(self) -> str | None:
        """The newest run that meant to make it."""
        return self.known.head.planned_run

    @property
    def asset_details(self) -> AssetDetails | None:
        """What is known of it beyond its events."""
        wiped = self.known.head.wiped
        return None if wiped is None else AssetDetails(wiped)

    @property
    def cached_status(self) -> None:
        """None: where its partitions stand is read from the store."""
        return None

    @property
    def last_materialization(self) -> EventLogEntry | None:
        """Its newest materialization."""
        return _entry(self.known.materialized)

    @property
    def last_materialization_storage_id(self) -> int | None:
        """The id of its newest materialization."""
        return _id(self.known.materialized)

    @property
    def last_observation(self) -> EventLogEntry | None:
        """Its newest observation."""
        return _entry(self.known.observed)

    @property
    def last_observation_storage_id(self) -> int | None:
        """The id of its newest observation."""
        return _id(self.known.observed)

    @property
    def last_failed_to_materialize_entry(self) -> EventLogEntry | None:
        """Its newest failure."""
        return _entry(self.known.failed)

    @property
    def last_failed_to_materialize_storage_id(self) -> int | None:
        """The id of its newest failure."""
        return _id(self.known.failed)

    @property
    def last_event_storage_id(self) -> int | None:
        """The id of the newest of these events."""
        return AssetRecord(self.known).storage_id or None


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """The newest facts of an asset with the id of the newest; a view of `KnownAsset`."""

    known: KnownAsset

    @property
    def storage_id(self) -> int:
        """The id of its newest materialization, observation or failure; 0 if there is none."""
        head = self.known.head
        return max(head.materialized or 0, head.observed or 0, head.failed or 0)

    @property
    def asset_entry(self) -> AssetEntry:
        """What is known of it."""
        return AssetEntry(self.known)


def _record(event: StoredEvent | None) -> EventLogRecord | None:
    return None if event is None else EventLogRecord(event.id, EventLogEntry(event))


def _entry(event: StoredEvent | None) -> EventLogEntry | None:
    return None if event is None else EventLogEntry(event)


def _id(event: StoredEvent | None) -> int | None:
    return None if event is None else event.id
