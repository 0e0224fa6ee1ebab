"""`AutomationView`: the graph, the facts and the time of one tick; partitions along edges.

Refuses to know conditions. Every answer is a function of what the view was made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from penstock.automation.cursor import AutomationCursor
from penstock.automation.facts import AutomationFacts
from penstock.automation.subset import EntityKey, EntitySubset, empty_subset
from penstock.base.clock import Instant
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    IdentityPartitionMapping,
    PartitionMapping,
    TimeWindowPartitionMapping,
    UpstreamPartitionsResult,
    infer_mapping,
)
from penstock.partitions.subset import PartitionsSubset


class Log(Protocol):
    """Where conditions written by users may write; a standard logger is one."""

    def getChild(self, suffix: str, /) -> Log:  # noqa: N802 - the name that loggers have
        """Return a log for a part of what this one is about."""
        ...

    def debug(self, msg: object, /, *args: object) -> None:
        """Write what only a developer reads."""
        ...

    def info(self, msg: object, /, *args: object) -> None:
        """Write what everybody may read."""
        ...

    def warning(self, msg: object, /, *args: object) -> None:
        """Write what somebody should look at."""
        ...

    def error(self, msg: object, /, *args: object) -> None:
        """Write what went wrong."""
        ...


class SilentLog:
    """Keeps nothing."""

    def getChild(self, suffix: str, /) -> Log:  # noqa: N802 - the name that loggers have
        """Return itself."""
        return self

    def debug(self, msg: object, /, *args: object) -> None:
        """Drop the message."""

    def info(self, msg: object, /, *args: object) -> None:
        """Drop the message."""

    def warning(self, msg: object, /, *args: object) -> None:
        """Drop the message."""

    def error(self, msg: object, /, *args: object) -> None:
        """Drop the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationView:
    """What one tick sees.

    Attributes:
        asset_graph: The assets and checks, and their edges.
        facts: What has happened.
        now: The time of the tick.
        cursor: What the tick before left.
        requested: What this tick has decided to request so far; it grows in topological order.
        log: Where conditions may write.
    """

    asset_graph: AssetGraph
    facts: AutomationFacts
    now: Instant
    cursor: AutomationCursor
    requested: dict[EntityKey, EntitySubset] = field(default_factory=dict[EntityKey, EntitySubset])
    log: Log = field(default_factory=SilentLog)

    @property
    def effective_dt(self) -> datetime:
        """The time of the tick, in UTC."""
        return datetime.fromtimestamp(self.now, UTC)

    @property
    def last_event_id(self) -> int | None:
        """The newest event that the tick takes into account."""
        return self.facts.last_event

    def partitions_of(self, key: EntityKey) -> PartitionsDefinition | None:
        """Return the partitions of an asset; a check has none."""
        return self.asset_graph.node(key).partitions if isinstance(key, AssetKey) else None

    def get_full_subset(self, *, key: EntityKey) -> EntitySubset:
        """Return all that there is now of an asset or check."""
        partitions = self.partitions_of(key)
        if partitions is None:
            return EntitySubset(key, value=True)
        return EntitySubset(key, partitions.subset_with_all_partitions(self.effective_dt))

    def get_empty_subset(self, *, key: EntityKey) -> EntitySubset:
        """Return nothing of an asset or check."""
        return empty_subset(key, self.partitions_of(key))

    def upstream(self, subset: EntitySubset, key: EntityKey) -> EntitySubset:
        """Return what partitions of an asset or check need of another one."""
        result = self._needs(subset, key)
        if result is None:
            return self._whole(subset, key)
        return EntitySubset(key, result.partitions_subset)

    def downstream(self, subset: EntitySubset, key: EntityKey) -> EntitySubset:
        """Return what needs some partitions of an asset or check."""
        target = self.partitions_of(key)
        if target is None or not isinstance(subset.value, PartitionsSubset) or subset.is_empty:
            return self._whole(subset, key)
        source = self.partitions_of(subset.key)
        assert source is not None, "a partitioned subset has a definition"
        mapped = self.mapping(upstream=subset.key, downstream=key)
        found = mapped.get_downstream_partitions_for_partitions(
            subset.value, source, target, current_time=self.effective_dt
        )
        return EntitySubset(key, found)

    def lacking(self, subset: EntitySubset, key: EntityKey) -> EntitySubset:
        """Return the partitions that need some of another asset which cannot exist."""
        result = self._needs(subset, key)
        if result is None or result.required_but_nonexistent_subset.is_empty:
            return self.get_empty_subset(key=subset.key)
        lacking = result.required_but_nonexistent_subset
        if lacking.definition == self.partitions_of(subset.key):
            return EntitySubset(subset.key, lacking) & subset
        return self.downstream(EntitySubset(key, lacking), subset.key) & subset

    def mapping(self, *, upstream: EntityKey, downstream: EntityKey) -> PartitionMapping:
        """Return how the partitions of two assets correspond."""
        if isinstance(upstream, AssetKey) and isinstance(downstream, AssetKey):
            for dependency in self.asset_graph.node(downstream).deps:
                if dependency.key == upstream and dependency.mapping is not None:
                    return dependency.mapping
        return infer_mapping(self.partitions_of(upstream), self.partitions_of(downstream))

    def runs_together(self, *, upstream: EntityKey, downstream: EntityKey) -> bool:
        """Tell whether one run can make both, so that a request of one serves the other."""
        source, target = self.partitions_of(upstream), self.partitions_of(downstream)
        makes = isinstance(upstream, AssetCheckKey) or upstream in self.asset_graph.executable_keys
        if source != target or not makes:
            return False
        if source is None:
            return True
        mapped = self.mapping(upstream=upstream, downstream=downstream)
        return isinstance(mapped, (IdentityPartitionMapping, TimeWindowPartitionMapping))

    def _needs(self, subset: EntitySubset, key: EntityKey) -> UpstreamPartitionsResult | None:
        source = self.partitions_of(key)
        if source is None or subset.is_empty:
            return None
        mapped = self.mapping(upstream=key, downstream=subset.key)
        value = subset.value if isinstance(subset.value, PartitionsSubset) else None
        return mapped.get_upstream_mapped_partitions_result_for_partitions(
            value, self.partitions_of(subset.key), source, current_time=self.effective_dt
        )

    def _whole(self, subset: EntitySubset, key: EntityKey) -> EntitySubset:
        every = self.get_empty_subset if subset.is_empty else self.get_full_subset
        return every(key=key)
