"""What is known of an asset now: the projections that status queries read."""

from __future__ import annotations

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey


class PartitionHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest facts of one partition of an asset; `partition` None is the unpartitioned asset.

    Event ids are None where there is no such event. `failed` is the newest failure if it is newer
    than the newest materialization.
    """

    asset: AssetKey
    partition: str | None
    materialized: int | None = None
    at: Instant | None = None
    run: RunId | None = None
    data_version: str = ""
    code_version: str | None = None
    inputs: dict[str, str] = {}
    failed: int | None = None
    failed_run: RunId | None = None


class PartitionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Which partitions of an asset changed since some event, and where they stand now.

    A changed key is in `made` if it was ever made, and in `failed` if its newest try failed; so a
    key of `made` that is not in `failed` has no failure any more.

    Attributes:
        up_to: The event id to ask from the next time.
    """

    up_to: int
    made: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class PartitionView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody derived of an asset's partitions, and the event id that it is true of."""

    up_to: int
    body: bytes


class AssetHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest facts of an asset over all its partitions.

    `materialized`, `observed` and `failed` are the ids of the newest such events; a failure stays
    here when the asset is made again. `wiped` is when the asset was wiped last, None if never.
    """

    asset: AssetKey
    materialized: int | None = None
    at: Instant | None = None
    run: RunId | None = None
    observed: int | None = None
    failed: int | None = None
    planned_run: RunId | None = None
    partitions_materialized: int = 0
    partitions_failed: int = 0
    wiped: Instant | None = None


class KnownAsset(msgspec.Struct, frozen=True, kw_only=True):
    """The newest facts of an asset, with the events that its head names."""

    head: AssetHead
    materialized: StoredEvent | None = None
    observed: StoredEvent | None = None
    failed: StoredEvent | None = None


class CheckHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest verdict of a check for one partition."""

    asset: AssetKey
    name: str
    partition: str | None
    passed: bool
    severity: str
    event: int
    at: Instant
    run: RunId | None


class AssetCheckEvaluationTargetMaterializationData(msgspec.Struct, frozen=True):
    """The materialization that a verdict is about: the id of its event, its run, and when.

    The run is empty if the materialization was reported from elsewhere.
    """

    storage_id: int
    run_id: str
    timestamp: Instant
