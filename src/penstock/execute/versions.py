"""The data versions of upstream assets, as they are when a step reads them."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.graph.asset_graph import AssetGraph
from penstock.graph.staleness import combined_version
from penstock.graph.status import TOO_MANY_UPSTREAM_PARTITIONS
from penstock.model.events import AssetObserved
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode
from penstock.partitions.mapping import infer_mapping, upstream_keys
from penstock.store.protocol import Store


class Versions:
    """Reads data versions from the store, and remembers what the run itself made."""

    def __init__(self, graph: AssetGraph, store: Store) -> None:
        self._graph = graph
        self._store = store
        self._known: dict[tuple[AssetKey, str | None], str] = {}

    def made(self, asset: AssetKey, partition: str | None, *, version: str) -> None:
        """Remember what the run made."""
        self._known[asset, partition] = version

    def made_here(self, asset: AssetKey, partition: str | None) -> str | None:
        """Return the version that the run has made or read of a partition; None if none."""
        return self._known.get((asset, partition))

    def inputs_of(self, node: AssetNode, partition: str | None) -> dict[str, str]:
        """Return the version of each upstream asset, keyed by escaped asset key.

        It is empty text where nothing was made or observed; an edge to too many partitions is left
        out.
        """
        found: dict[str, str] = {}
        for dep in node.deps:
            version = self._version_of(node, dep, partition)
            if version is not None:
                found[dep.key.to_escaped_user_string()] = version
        return found

    def _version_of(
        self, node: AssetNode, dep: AssetDependency, partition: str | None
    ) -> str | None:
        wanted = upstream_partitions(self._graph, node, dep, partition)
        if len(wanted) == 1:
            return self._of(dep.key, wanted[0])
        if len(wanted) >= TOO_MANY_UPSTREAM_PARTITIONS:
            return None
        return combined_version({key or "": self._of(dep.key, key) for key in wanted})

    def _of(self, asset: AssetKey, partition: str | None) -> str:
        known = self._known.get((asset, partition))
        if known is None:
            head = self._store.partition_head(asset, partition)
            known = head.data_version if head is not None else ""
            if not known and self._graph.has(asset) and self._graph.node(asset).is_made_elsewhere:
                known = observed_version(self._store, asset, partition)
            self._known[asset, partition] = known
        return known


def observed_version(store: Store, asset: AssetKey, partition: str | None) -> str:
    """Return the version that the newest observation of an asset found; empty text without one."""
    head = store.asset_heads([asset]).get(asset)
    stored = None if head is None or head.observed is None else store.event(head.observed)
    if stored is None or not isinstance(stored.event, AssetObserved):
        return ""
    return stored.event.data_version if stored.event.partition == partition else ""


def upstream_partitions(
    graph: AssetGraph, node: AssetNode, dep: AssetDependency, partition: str | None
) -> Sequence[str | None]:
    """Return the upstream partitions that one partition of an asset needs along an edge.

    An unpartitioned upstream asset answers with None as its one partition.
    """
    upstream = graph.node(dep.key).partitions if graph.has(dep.key) else None
    if upstream is None:
        return (None,)
    mapping = dep.mapping or infer_mapping(upstream, node.partitions)
    return upstream_keys(
        mapping, partition, downstream_def=node.partitions, upstream_def=upstream, now=None
    )
