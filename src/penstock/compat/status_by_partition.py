"""`StatusByPartition`: where each of many partitions stands, looked up when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from penstock.compat.asset_records import AssetPartitionStatus
from penstock.graph.partition_status import PartitionStatus, Standing
from penstock.model.keys import AssetKey
from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.store.in_progress import InProgress
from penstock.store.partition_status import StoredPartitions, recorded_facts
from penstock.store.protocol import Store

_STATUS: Mapping[Standing | None, AssetPartitionStatus | None] = {
    None: None,
    Standing.MISSING: None,
    Standing.MATERIALIZED: AssetPartitionStatus.MATERIALIZED,
    Standing.STALE: AssetPartitionStatus.MATERIALIZED,
    Standing.FAILED: AssetPartitionStatus.FAILED,
    Standing.IN_PROGRESS: AssetPartitionStatus.IN_PROGRESS,
}


class StatusByPartition(Mapping[str, AssetPartitionStatus | None]):
    """The status of some partitions, in the order in which they were asked for.

    What was recorded later is not in it. A partition that was never made, or that the definition
    does not have, has None.
    """

    def __init__(self, status: PartitionStatus, partition_keys: Sequence[str]) -> None:
        self._status = status
        self._asked = partition_keys

    def __getitem__(self, key: str) -> AssetPartitionStatus | None:
        if key not in self._keys:
            raise KeyError(key)
        return _STATUS[self._status.standing_of(key)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return repr(dict(self))

    @cached_property
    def _keys(self) -> dict[str, None]:
        return dict.fromkeys(self._asked)


def status_by_partition(
    store: Store,
    asset: AssetKey,
    partition_keys: Sequence[str],
    *,
    definition: PartitionsDefinition,
    now: datetime,
) -> StatusByPartition | None:
    """Return where partitions of an asset stand; None if nothing was ever recorded of it."""
    with partition_loading_context(dynamic_partitions_store=StoredPartitions(store)):
        facts = recorded_facts(store, asset, definition)
        in_progress = InProgress(store).all_of(asset, definition)
        is_known = len(facts.made) or len(facts.failed) or len(in_progress)
        if not is_known and asset not in store.asset_heads([asset]):
            return None
        status = PartitionStatus(definition, facts, in_progress=in_progress, now=now)
    return StatusByPartition(status, tuple(partition_keys))
