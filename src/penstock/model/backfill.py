"""Backfills as values: a durable request for many partitions, and where each of them stands."""

from __future__ import annotations

from enum import Enum

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import BackfillId, RunId
from penstock.model.keys import AssetKey


class BackfillStatus(Enum):
    """Where a backfill stands. REQUESTED covers running and interrupted: it can be resumed."""

    REQUESTED = "REQUESTED"
    COMPLETED_SUCCESS = "COMPLETED_SUCCESS"
    COMPLETED_FAILED = "COMPLETED_FAILED"
    CANCELED = "CANCELED"


class PartitionState(Enum):
    """Where one partition of a backfill stands. DONE, SKIPPED are final; FAILED may be retried."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class BackfillPartition(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a backfill: a partition, or a range of them that one run makes.

    Attributes:
        number: From 1 in the order of the plan.
        key: The partition, or the first of the range.
        last: The last partition of the range; None for a single one.
        size: How many partitions it is.
        took: How long its run took, in seconds.
    """

    number: int
    key: str
    last: str | None = None
    size: int = 1
    state: PartitionState = PartitionState.PENDING
    reason: str = ""
    run: RunId | None = None
    took: float | None = None
    error: str | None = None


class BackfillRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill without its partitions.

    Attributes:
        selection: The selection as the user wrote it, for titles.
        assets: What it resolved to.
        parallel: How many partitions run at once.
        owner: Who works on it now; None when nobody does.
    """

    id: BackfillId
    selection: str
    assets: tuple[AssetKey, ...]
    status: BackfillStatus
    created: Instant
    updated: Instant
    parallel: int = 1
    total: int = 0
    owner: str | None = None
    config: dict[str, object] = {}
