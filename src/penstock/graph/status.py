"""How fresh many partitions of many assets are, from facts that the caller has read.

Owns the mapping of each dependency's versions onto each partition, and what a run of a selection
would have to make. Refuses to know where the heads come from and what a run is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from penstock.graph.asset_graph import AssetGraph
from penstock.graph.staleness import Freshness, Staleness, combined_version, staleness
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    PartitionMapping,
    infer_mapping,
    upstream_keys,
)

P = TypeVar("P", str, str | None)

Heads = Mapping[AssetKey, Mapping[str | None, PartitionHead]]
"""For each asset, the newest facts of its partitions; None is the partition of an asset without."""

TOO_MANY_UPSTREAM_PARTITIONS = 100
"""An edge to so many upstream partitions or more carries no version, so it is not judged."""

WILL_CHANGE = "stale - upstream changed"


def freshness_of(
    graph: AssetGraph,
    key: AssetKey,
    *,
    partitions: Sequence[str | None],
    heads: Heads,
    now: datetime | None,
) -> dict[str | None, Staleness]:
    """Judge partitions of one asset.

    Args:
        graph: The definitions.
        key: The asset.
        partitions: Which of its partitions; `[None]` for an asset without partitions.
        heads: The facts of the asset and of all that it reads.
        now: When partitions are counted, timezone-aware; None means the current time.
    """
    return _judged(graph.node(key), graph, partitions=partitions, heads=heads, now=now)


def inputs_compared(
    graph: AssetGraph,
    key: AssetKey,
    *,
    partitions: Sequence[str],
    heads: Heads,
    now: datetime | None,
) -> dict[str, Staleness]:
    """Judge partitions of one asset by what they were made of, whichever code made them.

    The arguments are those of `freshness_of`.
    """
    node = replace(graph.node(key), code_version=None)
    return _judged(node, graph, partitions=partitions, heads=heads, now=now)


def outdated(
    graph: AssetGraph,
    assets: AbstractSet[AssetKey],
    *,
    partitions: Sequence[str | None],
    heads: Heads,
    now: datetime | None,
) -> dict[str | None, dict[AssetKey, Staleness]]:
    """Return, for each partition in order, the assets that a run of it has to make, and why.

    An asset that reads what this same work makes anew is among them, for its input will change.

    Args:
        graph: The definitions.
        assets: The assets in question, all partitioned alike; external ones do not count.
        partitions: Their partitions in question, in the order in which they will be made.
        heads: The facts of the assets and of all that they read.
        now: When partitions are counted, timezone-aware; None means the current time.
    """
    found: dict[str | None, dict[AssetKey, Staleness]] = {p: {} for p in partitions}
    for key in graph.topological_keys():
        if key not in assets or graph.node(key).node is None:
            continue
        verdicts = freshness_of(graph, key, partitions=partitions, heads=heads, now=now)
        readers = [
            _UpstreamReader(graph, key, dependency, heads=heads, now=now)
            for dependency in graph.node(key).deps
            if dependency.key in assets
        ]
        for partition, verdict in verdicts.items():
            if verdict.state is not Freshness.FRESH:
                found[partition][key] = verdict
                continue
            cause = _made_anew(partition, readers, found)
            if cause is not None:
                found[partition][key] = Staleness(Freshness.STALE, WILL_CHANGE, cause, "data")
    return found


def needs_order(graph: AssetGraph, assets: AbstractSet[AssetKey]) -> AssetKey | None:
    """Return an asset that reads other partitions of what is made with it, or None.

    Its partitions cannot be made side by side: a later one may read an earlier one.
    """
    for key in sorted(assets):
        node = graph.node(key)
        for dependency in node.deps:
            if dependency.key not in assets:
                continue
            mapping = _mapping(graph, key, dependency)
            if dependency.key == key or not isinstance(mapping, IdentityPartitionMapping):
                return key
    return None


def upstream_partitions(
    graph: AssetGraph,
    key: AssetKey,
    upstream: AssetKey,
    *,
    partition: str | None,
    now: datetime | None,
) -> tuple[str | None, ...]:
    """Return the partitions of an upstream asset that one partition of an asset reads."""
    for dependency in graph.node(key).deps:
        if dependency.key == upstream:
            reader = _UpstreamReader(graph, key, dependency, heads={}, now=now)
            return reader.partitions(partition)
    return ()


def current_versions(
    graph: AssetGraph,
    key: AssetKey,
    *,
    partition: str | None,
    heads: Heads,
    now: datetime | None,
) -> dict[AssetKey, str]:
    """Return the version of each upstream asset as one partition of an asset reads it now.

    It is empty text where nothing was made. An edge to too many partitions is left out.
    """
    readers = [
        _UpstreamReader(graph, key, dependency, heads=heads, now=now)
        for dependency in graph.node(key).deps
    ]
    return _versions(readers, partition)


def read_by(graph: AssetGraph, assets: Iterable[AssetKey]) -> frozenset[AssetKey]:
    """Return the assets and all that they read directly: those whose facts a verdict needs."""
    chosen = frozenset(assets)
    return chosen | {parent for key in chosen for parent in graph.parents(key)}


def _judged(
    node: AssetNode,
    graph: AssetGraph,
    *,
    partitions: Sequence[P],
    heads: Heads,
    now: datetime | None,
) -> dict[P, Staleness]:
    own = heads.get(node.key, {})
    readers = [
        _UpstreamReader(graph, node.key, dependency, heads=heads, now=now)
        for dependency in node.deps
    ]
    return {
        partition: staleness(node, own.get(partition), _versions(readers, partition))
        for partition in partitions
    }


def _versions(readers: Iterable[_UpstreamReader], partition: str | None) -> dict[AssetKey, str]:
    found = {reader.key: reader.version(partition) for reader in readers}
    return {key: version for key, version in found.items() if version is not None}


def _made_anew(
    partition: str | None,
    readers: Iterable[_UpstreamReader],
    found: Mapping[str | None, Mapping[AssetKey, Staleness]],
) -> AssetKey | None:
    for reader in readers:
        for upstream in reader.partitions(partition):
            if reader.key in found.get(upstream, {}):
                return reader.key
    return None


def _mapping(graph: AssetGraph, key: AssetKey, dependency: AssetDependency) -> PartitionMapping:
    if dependency.mapping is not None:
        return dependency.mapping
    return infer_mapping(graph.node(dependency.key).partitions, graph.node(key).partitions)


class _UpstreamReader:
    """One dependency of an asset: which upstream partitions it reads, and their version."""

    def __init__(
        self,
        graph: AssetGraph,
        key: AssetKey,
        dependency: AssetDependency,
        *,
        heads: Heads,
        now: datetime | None,
    ) -> None:
        self.key = dependency.key
        self._downstream: PartitionsDefinition | None = graph.node(key).partitions
        self._upstream: PartitionsDefinition | None = graph.node(dependency.key).partitions
        self._mapping = _mapping(graph, key, dependency)
        self._heads = heads.get(dependency.key, {})
        self._now = now
        self._same: tuple[str | None, ...] | None = None
        self._same_version: str | None = None
        self._has_same_version = False

    def partitions(self, partition: str | None) -> tuple[str | None, ...]:
        """Return the upstream partitions that one partition reads."""
        if self._upstream is None:
            return (None,)
        if isinstance(self._mapping, IdentityPartitionMapping) and partition is not None:
            return (partition,)
        if not self._is_constant:
            return self._mapped(partition)
        if self._same is None:
            self._same = self._mapped(partition)
        return self._same

    def version(self, partition: str | None) -> str | None:
        """Return the current version of what one partition reads; None if it reads too many."""
        if not self._is_constant:
            return self._combined(partition)
        if not self._has_same_version:
            self._same_version = self._combined(partition)
            self._has_same_version = True
        return self._same_version

    @property
    def _is_constant(self) -> bool:
        return isinstance(self._mapping, AllPartitionMapping)

    def _mapped(self, partition: str | None) -> tuple[str | None, ...]:
        assert self._upstream is not None
        return upstream_keys(
            self._mapping,
            partition,
            downstream_def=self._downstream,
            upstream_def=self._upstream,
            now=self._now,
        )

    def _combined(self, partition: str | None) -> str | None:
        whole = self._upstream if self._is_constant else None
        if whole is not None and whole.count(self._now) >= TOO_MANY_UPSTREAM_PARTITIONS:
            return None
        wanted = self.partitions(partition)
        if len(wanted) >= TOO_MANY_UPSTREAM_PARTITIONS:
            return None
        versions: dict[str, str] = {}
        for upstream in wanted:
            head = self._heads.get(upstream)
            versions[upstream or ""] = head.data_version if head is not None else ""
        return combined_version(versions)
