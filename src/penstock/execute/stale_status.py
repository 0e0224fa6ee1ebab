"""`StaleStatusResolver`: how assets stand in an instance, and every cause why one is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from penstock.base.tags import DATA_VERSION_IS_USER_PROVIDED_TAG
from penstock.compat.staleness import (
    AssetKeyPartitionKey,
    StaleCause,
    StaleCauseCategory,
    StaleStatus,
)
from penstock.execute.versions import observed_version
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.staleness import Freshness, is_of_unknown_origin
from penstock.graph.status import current_versions, freshness_of, read_by, upstream_partitions
from penstock.instance import Instance
from penstock.model.asset_state import PartitionHead
from penstock.model.events import AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter

_STATUS = {
    Freshness.FRESH: StaleStatus.FRESH,
    Freshness.MISSING: StaleStatus.MISSING,
    Freshness.STALE: StaleStatus.STALE,
}
_Heads = dict[AssetKey, dict[str | None, PartitionHead]]


class StaleStatusResolver:
    """Answers for the facts of the moment at which each question is asked.

    Args:
        graph: The definitions.
        instance: What has been recorded.
    """

    def __init__(self, graph: AssetGraph, instance: Instance) -> None:
        self._graph = graph
        self._instance = instance

    def get_status(self, key: AssetKey, partition_key: str | None = None) -> StaleStatus:
        """Return how one partition of an asset stands; None is that of an asset without.

        What is made elsewhere is always fresh.
        """
        verdicts = freshness_of(
            self._graph, key, partitions=[partition_key], heads=self._heads(key), now=self._now()
        )
        return _STATUS[verdicts[partition_key].state]

    def get_stale_causes(
        self, key: AssetKey, partition_key: str | None = None
    ) -> Sequence[StaleCause]:
        """Return why a partition is stale: its code, then its dependencies, then their data."""
        node = self._graph.node(key)
        heads = self._heads(key)
        head = heads[key].get(partition_key)
        if node.is_made_elsewhere or head is None or head.materialized is None:
            return []
        causes: list[StaleCause] = []
        if node.code_version and head.code_version and node.code_version != head.code_version:
            causes.append(StaleCause(key, StaleCauseCategory.CODE, "has a new code version"))
        if is_of_unknown_origin(head):
            return causes
        current = current_versions(
            self._graph, key, partition=partition_key, heads=heads, now=self._now()
        )
        made_of = {AssetKey.from_escaped_user_string(t): v for t, v in head.inputs.items()}
        declared = {dependency.key for dependency in node.deps}
        removed = [
            self._dependency(key, upstream, "removed dependency on")
            for upstream in sorted(made_of.keys() - declared)
        ]
        added = [
            self._dependency(key, upstream, "has a new dependency on")
            for upstream in sorted(declared - made_of.keys())
            if upstream in current
        ]
        changed = [
            self._data(key, upstream, changed)
            for upstream in sorted(declared & made_of.keys())
            if upstream in current and current[upstream] != made_of[upstream]
            for changed in self._changed_partitions(head, upstream, heads[upstream])
        ]
        return [*causes, *removed, *added, *changed]

    def get_stale_root_causes(
        self, key: AssetKey, partition_key: str | None = None
    ) -> Sequence[StaleCause]:
        """Return what changed in the first place, each once."""
        found: dict[StaleCause, None] = {}
        pending = list(self.get_stale_causes(key, partition_key))
        while pending:
            cause = pending.pop(0)
            if cause.children:
                pending = [*cause.children, *pending]
            else:
                found[cause] = None
        return list(found)

    @staticmethod
    def _dependency(key: AssetKey, upstream: AssetKey, words: str) -> StaleCause:
        reason = f"{words} {upstream.to_user_string()}"
        return StaleCause(key, StaleCauseCategory.DEPENDENCIES, reason, upstream)

    def _data(self, key: AssetKey, upstream: AssetKey, partition: str | None) -> StaleCause:
        what = "data version" if self._is_versioned(upstream) else "materialization"
        changed = AssetKeyPartitionKey(upstream, partition)
        child = StaleCause(changed, StaleCauseCategory.DATA, f"has a new {what}")
        reason = f"has a new dependency {what}"
        return StaleCause(key, StaleCauseCategory.DATA, reason, changed, [child])

    def _changed_partitions(
        self, head: PartitionHead, upstream: AssetKey, heads: Mapping[str | None, PartitionHead]
    ) -> Sequence[str | None]:
        """Return the upstream partitions read whose version is another than it was then."""
        read = upstream_partitions(
            self._graph, head.asset, upstream, partition=head.partition, now=self._now()
        )
        if len(read) == 1:
            return read
        return [
            partition
            for partition in read
            if partition in heads and self._is_changed(heads[partition], since=head.materialized)
        ]

    def _is_changed(self, upstream: PartitionHead, *, since: int | None) -> bool:
        if since is None or upstream.materialized is None or upstream.materialized < since:
            return False
        before = EventFilter(
            asset=upstream.asset,
            partitions=None if upstream.partition is None else (upstream.partition,),
            kinds=("asset_materialized",),
            before=since,
        )
        told = [e.event for e in self._instance.store.events(before, limit=1, newest_first=True)]
        return not any(
            isinstance(event, AssetMaterialized) and event.data_version == upstream.data_version
            for event in told
        )

    def _is_versioned(self, key: AssetKey) -> bool:
        """Tell whether the versions of an asset say more than that it was made again."""
        node = self._graph.node(key)
        if node.is_made_elsewhere or node.code_version is not None:
            return True
        head = self._instance.store.asset_heads([key]).get(key)
        stored = None
        if head is not None and head.materialized is not None:
            stored = self._instance.store.event(head.materialized)
        made = None if stored is None else stored.event
        return isinstance(made, AssetMaterialized) and (
            made.tags.get(DATA_VERSION_IS_USER_PROVIDED_TAG) == "true"
        )

    def _heads(self, key: AssetKey) -> _Heads:
        store = self._instance.store
        found = {asset: store.partition_heads(asset) for asset in read_by(self._graph, [key])}
        for asset in [asset for asset, heads in found.items() if not heads]:
            version = observed_version(store, asset, None)
            if version:
                head = PartitionHead(asset=asset, partition=None, data_version=version)
                found[asset] = {None: head}
        return found

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._instance.clock.now(), UTC)
