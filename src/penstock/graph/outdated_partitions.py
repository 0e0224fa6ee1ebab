"""What a run of many partitions of some assets would have to make, worked out on sets.

Owns the order of assets and what an asset that is made anew does to those that read it. It answers
what `status.outdated` answers, at a cost that follows the number of ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_comparison import Edge, edges_of
from penstock.graph.partition_status import NONE, PartitionFacts, union
from penstock.graph.staleness import NOT_MATERIALIZED
from penstock.graph.status import WILL_CHANGE
from penstock.model.keys import AssetKey
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset


@dataclass(frozen=True, slots=True)
class Outdated:
    """What has to be made, by the ordinals of the partitions that were asked for.

    Attributes:
        by_asset: The partitions of each asset.
        by_reason: The partitions of which some asset has to be made, each once, by why the first
            such asset has to.
    """

    by_asset: Mapping[AssetKey, Ordinals]
    by_reason: Mapping[str, Ordinals]

    @property
    def all(self) -> Ordinals:
        """The partitions of which some asset has to be made."""
        return union(self.by_reason.values())


def outdated_partitions(
    graph: AssetGraph,
    facts: Mapping[AssetKey, PartitionFacts],
    *,
    requested: PartitionsSubset,
    now: datetime | None,
) -> Outdated:
    """Return what is missing or stale of some assets, or reads what this same work makes anew.

    Args:
        graph: The definitions.
        facts: The assets, all with the definition of the partitions that were asked for, and what
            is known of them; the partitions that were asked for are compared.
        requested: The partitions that were asked for.
        now: When partitions are counted, timezone-aware; None means the current time.
    """
    by_asset: dict[AssetKey, Ordinals] = {}
    by_reason: dict[str, Ordinals] = {}
    claimed = NONE
    for key in graph.topological_keys():
        if key not in facts or graph.node(key).node is None:
            continue
        reasons = _reasons(graph, key, facts[key], requested.ordinals)
        own = union(reasons.values())
        changing = _made_anew(graph, key, own, by_asset, requested=requested, now=now)
        reasons[WILL_CHANGE] = reasons.get(WILL_CHANGE, NONE) | changing
        by_asset[key] = own | changing
        for reason, some in reasons.items():
            new = some - claimed
            if len(new):
                by_reason[reason] = by_reason.get(reason, NONE) | new
                claimed = claimed | new
    return Outdated(by_asset, by_reason)


def _reasons(
    graph: AssetGraph, key: AssetKey, facts: PartitionFacts, requested: Ordinals
) -> dict[str, Ordinals]:
    if graph.node(key).is_made_elsewhere:
        return {}
    stale = facts.reasons(graph.node(key).code_version)
    found = {NOT_MATERIALIZED: requested - facts.made}
    return found | {reason: some & requested for reason, some in stale.items()}


def _made_anew(
    graph: AssetGraph,
    key: AssetKey,
    own: Ordinals,
    made: Mapping[AssetKey, Ordinals],
    *,
    requested: PartitionsSubset,
    now: datetime | None,
) -> Ordinals:
    """Return what is fresh now and reads something that is made before it."""
    edges = edges_of(graph, key)
    found = NONE
    for edge in edges:
        if edge.key != key and edge.key in made:
            found = found | _read(edge, made[edge.key], requested, now)
    for edge in edges:
        new = own | found if edge.key == key else NONE
        while len(new):
            new = _read(edge, new, requested, now) - own - found
            found = found | new
    return found - own


def _read(
    edge: Edge, changed: Ordinals, requested: PartitionsSubset, now: datetime | None
) -> Ordinals:
    """Return which of the requested partitions read some upstream ones."""
    if not len(changed):
        return NONE
    down = edge.down(PartitionsSubset(requested.definition, changed), now)
    return requested.ordinals if down is None else down & requested.ordinals
