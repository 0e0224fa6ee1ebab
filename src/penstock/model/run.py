"""Runs as values: what was asked for (`RunSpec`), and where it stands (`RunRecord`)."""

from __future__ import annotations

from enum import Enum

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.base.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    BACKFILL_ID_TAG,
    PARTITION_NAME_TAG,
)
from penstock.model.keys import AssetCheckKey, AssetKey


class RunStatus(Enum):
    """Where a run stands. SUCCESS, FAILURE and CANCELED are final.

    SUSPENDED is a run whose process died: nothing of it runs, and it can be resumed at its first
    unfinished step.
    """

    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    MANAGED = "MANAGED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    SUSPENDED = "SUSPENDED"

    @property
    def is_finished(self) -> bool:
        """Whether nothing can change it any more."""
        return self in _FINISHED


_FINISHED = frozenset({RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED})


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked to do.

    Attributes:
        job: Name of the job; `__ASSET_JOB` for a plain materialization.
        assets: The assets to make; None means everything that the plan holds.
        partition: The partition to make them for, if any.
        partition_range: First and last key of a range made in one run, if any.
        tags: Facts about the run for people and filters, sorted by key.
        config: The run config, as plain data.
        ops: The queries that chose some of the job's ops; None means all of them.
        parent: The run that this one re-executes; `root` the first of that group.
        backfill: The backfill that asked for it.
        why: What caused the run, in one sentence.
        steps: The steps to run, by key; None means all of them.
        checks: The checks that were asked for by themselves; None means those of the assets.
    """

    job: str = "__ASSET_JOB"
    assets: tuple[AssetKey, ...] | None = None
    partition: str | None = None
    partition_range: tuple[str, str] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    config: dict[str, object] = {}
    ops: tuple[str, ...] | None = None
    parent: RunId | None = None
    root: RunId | None = None
    backfill: str | None = None
    why: str = ""
    steps: tuple[str, ...] | None = None
    checks: tuple[AssetCheckKey, ...] | None = None


def with_implied_tags(spec: RunSpec) -> RunSpec:
    """Return a spec whose tags name its partitions and its backfill too, so that filters find it.

    A tag that is there already stays.
    """
    implied: dict[str, str] = {}
    if spec.partition is not None:
        implied[PARTITION_NAME_TAG] = spec.partition
    if spec.partition_range is not None:
        implied[ASSET_PARTITION_RANGE_START_TAG] = spec.partition_range[0]
        implied[ASSET_PARTITION_RANGE_END_TAG] = spec.partition_range[1]
    if spec.backfill is not None:
        implied[BACKFILL_ID_TAG] = spec.backfill
    if not implied:
        return spec
    return msgspec.structs.replace(spec, tags=tuple(sorted((implied | dict(spec.tags)).items())))


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the store knows it.

    Attributes:
        version: How many events were appended; a writer must name it.
        fence: Number of the newest lease; a writer with an older one is refused.
        owner: Who holds the lease; None when nobody does.
        plan: Digest of the run's plan.
        error: The first line of why it failed, if it did.
    """

    id: RunId
    spec: RunSpec
    status: RunStatus
    created: Instant
    updated: Instant
    started: Instant | None = None
    ended: Instant | None = None
    version: int = 0
    fence: int = 0
    owner: str | None = None
    plan: str = ""
    error: str | None = None


class RunFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs to list: every given field must hold; a tuple means any of its values.

    Times are exclusive. Of `tags`, the values given for one key are alternatives.

    Attributes:
        plan: Digest of the plan that the runs share.
        without_backfill: Whether to leave out the runs that a backfill asked for.
        group: A run; it and every run whose `root` it is.
    """

    ids: tuple[RunId, ...] | None = None
    statuses: tuple[RunStatus, ...] | None = None
    job: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    backfill: str | None = None
    without_backfill: bool = False
    plan: str | None = None
    group: RunId | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    updated_after: Instant | None = None
    updated_before: Instant | None = None
