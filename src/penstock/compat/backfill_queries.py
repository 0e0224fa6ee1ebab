"""`PartitionBackfill`: a view of `model.backfill`, and the part of an instance that keeps them.

What Dagster says of a backfill and the record of ours does not - its tags, its title, that it ended
badly while it is being cancelled - is kept as a text beside it, under its id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import cast

from penstock.base.clock import Clock, Instant
from penstock.base.ids import BackfillId
from penstock.compat.error_view import ErrorView
from penstock.errors import InvariantViolationError
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import ErrorInfo
from penstock.model.keys import AssetKey
from penstock.store.protocol import Store

_SPACE = "backfill/"


class BulkActionStatus(Enum):
    """Where a backfill stands."""

    REQUESTED = "REQUESTED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    COMPLETED_SUCCESS = "COMPLETED_SUCCESS"
    COMPLETED_FAILED = "COMPLETED_FAILED"
    FAILING = "FAILING"


class BulkActionType(Enum):
    """What a backfill is of: the runs of a job, or assets."""

    PARTITION_BACKFILL = "PARTITION_BACKFILL"
    MULTI_RUN_ASSET_ACTION = "MULTI_RUN_ASSET_ACTION"


_NATIVE: Mapping[BulkActionStatus, BackfillStatus] = {
    BulkActionStatus.REQUESTED: BackfillStatus.REQUESTED,
    BulkActionStatus.CANCELING: BackfillStatus.REQUESTED,
    BulkActionStatus.FAILING: BackfillStatus.REQUESTED,
    BulkActionStatus.CANCELED: BackfillStatus.CANCELED,
    BulkActionStatus.COMPLETED: BackfillStatus.COMPLETED_SUCCESS,
    BulkActionStatus.COMPLETED_SUCCESS: BackfillStatus.COMPLETED_SUCCESS,
    BulkActionStatus.COMPLETED_FAILED: BackfillStatus.COMPLETED_FAILED,
    BulkActionStatus.FAILED: BackfillStatus.COMPLETED_FAILED,
}
"""What the engine makes of a status; two that mean the same to it are told apart by the text."""

_ENDED = frozenset(BackfillStatus) - {BackfillStatus.REQUESTED}


@dataclass(frozen=True, slots=True)
class PartitionBackfill:
    """A request for many partitions, and where it stands.

    Attributes:
        backfill_id: Its id.
        status: Where it stands.
        from_failure: Whether only what failed before is run.
        tags: The tags of its runs.
        backfill_timestamp: When it was asked for, in seconds since the Unix epoch.
        error: Why it failed.
        asset_selection: The assets to make; None for the runs of a job.
        title: What it is called.
        description: What it is for.
        run_config: The config of its runs.
        partition_names: The partitions.
        partition_set_name: What is split by them, for the runs of a job.
        last_submitted_partition_name: How far it has come.
        reexecution_steps: The steps to run; all if None.
        failure_count: How often it could not go on.
        backfill_end_timestamp: When it ended, in seconds since the Unix epoch.
    """

    backfill_id: str
    status: BulkActionStatus
    from_failure: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    backfill_timestamp: Instant = 0.0
    error: ErrorView | None = None
    asset_selection: Sequence[AssetKey] | None = None
    title: str | None = None
    description: str | None = None
    run_config: Mapping[str, object] | None = None
    partition_names: Sequence[str] | None = None
    partition_set_name: str | None = None
    last_submitted_partition_name: str | None = None
    reexecution_steps: Sequence[str] | None = None
    failure_count: int = 0
    backfill_end_timestamp: Instant | None = None

    @property
    def is_asset_backfill(self) -> bool:
        """Whether it is of assets."""
        return self.asset_selection is not None

    @property
    def bulk_action_type(self) -> BulkActionType:
        """What it is of."""
        if self.is_asset_backfill:
            return BulkActionType.MULTI_RUN_ASSET_ACTION
        return BulkActionType.PARTITION_BACKFILL

    @property
    def job_name(self) -> str | None:
        """The job whose runs it is of."""
        return None if self.is_asset_backfill else self.partition_set_name

    @property
    def user(self) -> str | None:
        """Who asked for it."""
        return self.tags.get("user")

    def with_status(self, status: BulkActionStatus) -> PartitionBackfill:
        """Return the same backfill at another status."""
        return replace(self, status=status)

    def with_error(self, error: ErrorView | None) -> PartitionBackfill:
        """Return the same backfill with why it failed."""
        return replace(self, error=error)

    def with_failure_count(self, new_failure_count: int) -> PartitionBackfill:
        """Return the same backfill with how often it could not go on."""
        return replace(self, failure_count=new_failure_count)

    def with_end_timestamp(self, end_timestamp: Instant) -> PartitionBackfill:
        """Return the same backfill with when it ended."""
        return replace(self, backfill_end_timestamp=end_timestamp)

    def with_partition_checkpoint(self, last_submitted_partition_name: str) -> PartitionBackfill:
        """Return the same backfill, further on."""
        return replace(self, last_submitted_partition_name=last_submitted_partition_name)


@dataclass(frozen=True, slots=True)
class BulkActionsFilter:
    """Which backfills to return; every given field must hold, a list means any of its values."""

    statuses: Sequence[BulkActionStatus] | None = None
    created_before: datetime | None = None
    created_after: datetime | None = None
    tags: Mapping[str, str | Sequence[str]] | None = None
    job_name: str | None = None
    backfill_ids: Sequence[str] | None = None

    def fits(self, backfill: PartitionBackfill) -> bool:
        """Tell whether it lets a backfill through."""
        at = backfill.backfill_timestamp
        return (
            (self.statuses is None or backfill.status in self.statuses)
            and (self.created_before is None or at < self.created_before.timestamp())
            and (self.created_after is None or at > self.created_after.timestamp())
            and (self.job_name is None or backfill.job_name == self.job_name)
            and (self.backfill_ids is None or backfill.backfill_id in self.backfill_ids)
            and all(_has(backfill.tags, key, value) for key, value in (self.tags or {}).items())
        )


class BackfillQueries:
    """The part of the instance that keeps backfills."""

    store: Store
    clock: Clock

    def get_backfills(
        self,
        filters: BulkActionsFilter | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        status: BulkActionStatus | None = None,
    ) -> list[PartitionBackfill]:
        """Return backfills, newest first.

        Args:
            filters: Which backfills.
            cursor: The id of the last one of the page before.
            limit: How many at most.
            status: Only those at this status.
        """
        native = None if status is None else _NATIVE[status]
        shown = self._shown(self.store.backfills(status=native))
        found = [
            backfill
            for backfill in shown
            if (status is None or backfill.status is status)
            and (filters is None or filters.fits(backfill))
        ]
        place = next((n for n, each in enumerate(found, 1) if each.backfill_id == cursor), 0)
        return found[place:][:limit]

    def get_backfills_count(self, filters: BulkActionsFilter | None = None) -> int:
        """Return how many backfills there are."""
        return len(self.get_backfills(filters))

    def get_backfill(self, backfill_id: str) -> PartitionBackfill | None:
        """Return a backfill; None if there is none of that id."""
        record = self.store.backfill(BackfillId(backfill_id))
        if record is None:
            return None
        found = self._shown([record])[0]
        if found.partition_names is not None:
            return found
        keys = [each.key for each in self.store.backfill_partitions(record.id)]
        return replace(found, partition_names=keys or None)

    def has_bulk_actions(self) -> bool:
        """Tell whether there is a backfill."""
        return bool(self.store.backfills(limit=1))

    def add_backfill(self, partition_backfill: PartitionBackfill) -> None:
        """Keep a new backfill.

        Raises:
            InvariantViolationError: There is a backfill of that id.
        """
        wanted = partition_backfill
        keys = wanted.partition_names or ()
        record = BackfillRecord(
            id=BackfillId(wanted.backfill_id),
            selection=wanted.title or wanted.job_name or wanted.backfill_id,
            assets=tuple(wanted.asset_selection or ()),
            status=_NATIVE[wanted.status],
            created=wanted.backfill_timestamp,
            updated=self.clock.now(),
            total=len(keys),
            config=dict(wanted.run_config or {}),
        )
        pieces = [BackfillPartition(number=n, key=key) for n, key in enumerate(keys, 1)]
        self.store.save_backfill(record, pieces)
        self.store.put_values({_SPACE + wanted.backfill_id: _text_of(wanted)})

    def update_backfill(self, partition_backfill: PartitionBackfill) -> None:
        """Keep where a backfill stands now.

        Raises:
            InvariantViolationError: There is no backfill of that id.
        """
        wanted = partition_backfill
        record = self.store.backfill(BackfillId(wanted.backfill_id))
        if record is None:
            raise InvariantViolationError(f"There is no backfill {wanted.backfill_id}.")
        self.store.update_backfill(
            record.id, at=self.clock.now(), status=_NATIVE[wanted.status], owner=record.owner
        )
        self.store.put_values({_SPACE + wanted.backfill_id: _text_of(wanted)})

    def _shown(self, records: Sequence[BackfillRecord]) -> list[PartitionBackfill]:
        texts = self.store.values([_SPACE + record.id for record in records])
        return [_backfill_of(record, texts.get(_SPACE + record.id)) for record in records]


_IN_TEXT = (
    "from_failure",
    "tags",
    "title",
    "description",
    "partition_names",
    "partition_set_name",
    "last_submitted_partition_name",
    "reexecution_steps",
    "failure_count",
    "backfill_end_timestamp",
)


def _text_of(backfill: PartitionBackfill) -> str:
    said: dict[str, object] = {name: getattr(backfill, name) for name in _IN_TEXT}
    error = None if backfill.error is None else backfill.error.info
    told = None if error is None else [error.kind, error.message, error.stack]
    return json.dumps(
        {
            **{name: value for name, value in said.items() if value is not None},
            "tags": dict(backfill.tags),
            "status": backfill.status.value,
            "is_of_assets": backfill.is_asset_backfill,
            "error": told,
        }
    )


def _backfill_of(record: BackfillRecord, text: str | None) -> PartitionBackfill:
    said = cast("dict[str, object]", json.loads(text) if text is not None else {})
    status = BulkActionStatus(said.get("status", record.status.value))
    if _NATIVE[status] is not record.status:  # the engine has gone on since
        status = BulkActionStatus(record.status.value)
    error = cast("list[str] | None", said.get("error"))
    known = {name: said[name] for name in _IN_TEXT if name in said}
    if record.status in _ENDED:
        known.setdefault("backfill_end_timestamp", record.updated)
    shown = PartitionBackfill(
        backfill_id=record.id,
        status=status,
        backfill_timestamp=record.created,
        asset_selection=list(record.assets) if said.get("is_of_assets", True) else None,
        run_config=record.config or None,
        error=None if error is None else ErrorView(ErrorInfo(error[0], error[1], error[2])),
        title=None if text is not None else record.selection,
    )
    return replace(shown, **known)  # pyright: ignore[reportArgumentType] - as it was written


def _has(tags: Mapping[str, str], key: str, wanted: str | Sequence[str]) -> bool:
    return tags.get(key) in ([wanted] if isinstance(wanted, str) else wanted)
