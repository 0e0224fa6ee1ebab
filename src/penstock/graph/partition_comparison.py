"""What the partitions of one asset are compared with, and which have to be compared again.

Owns the edges of the asset, followed in both directions: down, from what changed upstream to what
may be stale of it, and up, from what is to be compared to the facts that it takes. Refuses to know
where facts come from.

The verdict on a partition follows from its own head, the heads of what it reads, and the edges. An
edge that changes without an event - another mapping, another upstream definition, another last
partition - changes the `basis`, and with it every verdict. Not noticed before the next such change
is a key deleted from a dynamic definition that a mapping of combinations reads whole.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from penstock.base.codec import encode_sorted
from penstock.errors import UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_status import PartitionFacts
from penstock.graph.staleness import Freshness
from penstock.graph.status import TOO_MANY_UPSTREAM_PARTITIONS, Heads, inputs_compared
from penstock.model.keys import AssetKey
from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    infer_mapping,
)
from penstock.partitions.mapping_base import SubsetMapping
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset

_DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency of an asset.

    Attributes:
        key: The upstream asset.
        upstream: Its partitions; None if it has none.
        downstream: The partitions of the asset that reads it; None if it has none.
        mapping: How they relate.
    """

    key: AssetKey
    upstream: PartitionsDefinition | None
    downstream: PartitionsDefinition | None
    mapping: PartitionMapping

    def down(self, changed: PartitionsSubset, now: datetime | None) -> Ordinals | None:
        """Return what reads some upstream partitions; None is everything."""
        if isinstance(self.mapping, IdentityPartitionMapping) and (
            self.upstream == self.downstream
        ):
            return changed.ordinals
        assert self.upstream is not None
        assert self.downstream is not None
        try:
            with partition_loading_context(now):
                found = self.mapping.get_downstream_partitions_for_partitions(
                    changed, self.upstream, self.downstream
                )
        except (UsageError, NotImplementedError):  # it cannot say, or relates nothing
            return None
        return found.ordinals

    def up(self, wanted: PartitionsSubset | None, now: datetime | None) -> Sequence[str | None]:
        """Return the upstream partitions whose versions say whether some partitions are stale.

        `wanted` is None for an asset without partitions.
        """
        if self.upstream is None:
            return [None]
        if isinstance(self.mapping, AllPartitionMapping) and self._is_too_much(now):
            return []
        with partition_loading_context(now):
            found = self.mapping.get_upstream_mapped_partitions_result_for_partitions(
                wanted, self.downstream, self.upstream
            )
        return list(found.partitions_subset)

    def basis(self, now: datetime | None) -> list[object]:
        """Return all but events that a verdict on the edge follows from, as plain data."""
        told: list[object] = [self.key.to_escaped_user_string(), self.mapping.spec()]
        if self.upstream is None:
            return told
        told.append(self.upstream.fingerprint())
        if isinstance(self.mapping, LastPartitionMapping):
            with partition_loading_context(now):
                told.append(self.upstream.get_last_partition_key())
        elif isinstance(self.mapping, AllPartitionMapping):
            few = not self._is_too_much(now)
            told.append(list(self.upstream.existing(now)) if few else "many")
        elif not isinstance(self.mapping, SubsetMapping):
            told.append(self.upstream.count(now))
        return told

    def _is_too_much(self, now: datetime | None) -> bool:
        assert self.upstream is not None
        return self.upstream.count(now) >= TOO_MANY_UPSTREAM_PARTITIONS


def edges_of(graph: AssetGraph, key: AssetKey) -> list[Edge]:
    """Return the dependencies of an asset, in declared order."""
    node = graph.node(key)
    found: list[Edge] = []
    for dependency in node.deps:
        upstream = graph.node(dependency.key).partitions
        mapping = dependency.mapping or infer_mapping(upstream, node.partitions)
        found.append(Edge(dependency.key, upstream, node.partitions, mapping))
    return found


def basis_of(
    edges: Sequence[Edge], versions: Mapping[AssetKey, str], *, now: datetime | None
) -> str:
    """Return a text that is another one if every partition has to be compared again.

    Args:
        edges: The dependencies of the asset.
        versions: The version of each upstream asset without partitions.
        now: When partitions are counted, timezone-aware; None means the current time.
    """
    told = [edge.basis(now) for edge in edges]
    plain = sorted((key.to_escaped_user_string(), v) for key, v in versions.items())
    return hashlib.blake2b(encode_sorted([told, plain]), digest_size=_DIGEST_BYTES).hexdigest()


def wanted_upstream(
    edges: Sequence[Edge], partitions: PartitionsSubset | None, *, now: datetime | None
) -> dict[AssetKey, set[str | None]]:
    """Return, for each upstream asset, the partitions whose facts a comparison takes.

    `partitions` is None for an asset without partitions.
    """
    wanted: defaultdict[AssetKey, set[str | None]] = defaultdict(set)
    for edge in edges:
        wanted[edge.key].update(edge.up(partitions, now))
    return wanted


def compared(
    facts: PartitionFacts,
    graph: AssetGraph,
    key: AssetKey,
    *,
    partitions: PartitionsSubset,
    heads: Heads,
    now: datetime | None,
) -> PartitionFacts:
    """Return the facts of an asset after more of its partitions were compared.

    Args:
        facts: What is known so far.
        graph: The definitions.
        key: The asset.
        partitions: Which of its partitions; all of them were made.
        heads: The facts of these partitions and of all that they read.
        now: When partitions are counted, timezone-aware; None means the current time.
    """
    keys = list(partitions)
    verdicts = inputs_compared(graph, key, partitions=keys, heads=heads, now=now)
    own = heads.get(key, {})
    differing: defaultdict[str, list[int]] = defaultdict(list)
    codes: defaultdict[str, list[int]] = defaultdict(list)
    for partition, ordinal in zip(keys, partitions.ordinals, strict=True):
        verdict, head = verdicts[partition], own.get(partition)
        if verdict.state is Freshness.STALE:
            differing[verdict.reason].append(ordinal)
        if head is not None and head.code_version:
            codes[head.code_version].append(ordinal)
    return facts.with_comparison(
        partitions.ordinals,
        differing={reason: Ordinals.of_numbers(some) for reason, some in differing.items()},
        codes={code: Ordinals.of_numbers(some) for code, some in codes.items()},
    )
