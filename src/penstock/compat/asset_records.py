"""`AssetRecord` and what it holds: the newest facts of an asset, views of `AssetHead`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from penstock.base.clock import Instant
from penstock.compat.event_entries import EventLogEntry, EventLogRecord
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetEntry:
    """The newest facts of an asset; a view of `AssetHead`.

    Attributes:
        asset_key: The asset.
        last_materialization_record: Its newest materialization.
        last_observation_record: Its newest observation.
        last_failed_to_materialize_record: Its newest failure, also if it was made since.
        last_run_id: The run that made it last, or means to.
        last_planned_materialization_run_id: The newest run that meant to make it.
        asset_details: What is known of it beyond its events.
        cached_status: Where its partitions stand is read from the store; so this is None.
    """

    asset_key: AssetKey
    last_materialization_record: EventLogRecord | None = None
    last_observation_record: EventLogRecord | None = None
    last_failed_to_materialize_record: EventLogRecord | None = None
    last_run_id: str | None = None
    last_planned_materialization_run_id: str | None = None
    asset_details: AssetDetails | None = None
    cached_status: None = None

    @property
    def last_materialization(self) -> EventLogEntry | None:
        """Its newest materialization."""
        return _entry(self.last_materialization_record)

    @property
    def last_materialization_storage_id(self) -> int | None:
        """The id of its newest materialization."""
        return _id(self.last_materialization_record)

    @property
    def last_observation(self) -> EventLogEntry | None:
        """Its newest observation."""
        return _entry(self.last_observation_record)

    @property
    def last_observation_storage_id(self) -> int | None:
        """The id of its newest observation."""
        return _id(self.last_observation_record)

    @property
    def last_failed_to_materialize_entry(self) -> EventLogEntry | None:
        """Its newest failure."""
        return _entry(self.last_failed_to_materialize_record)

    @property
    def last_failed_to_materialize_storage_id(self) -> int | None:
        """The id of its newest failure."""
        return _id(self.last_failed_to_materialize_record)

    @property
    def last_event_storage_id(self) -> int | None:
        """The id of the newest of these events."""
        known = (
            self.last_materialization_storage_id,
            self.last_observation_storage_id,
            self.last_failed_to_materialize_storage_id,
        )
        return max((number for number in known if number is not None), default=None)


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """The newest facts of an asset with the id of the newest; a view of `AssetHead`."""

    storage_id: int
    asset_entry: AssetEntry


def _entry(record: EventLogRecord | None) -> EventLogEntry | None:
    return None if record is None else record.event_log_entry


def _id(record: EventLogRecord | None) -> int | None:
    return None if record is None else record.storage_id
