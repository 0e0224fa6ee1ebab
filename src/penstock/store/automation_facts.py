"""`StoreFacts`: what conditions ask, answered from a store.

Every answer is about the moment at which this was made, up to the newest event of then. What
several conditions ask for is read once. Owns no decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from penstock.automation.cursor import EntityCursor
from penstock.automation.facts import RunTagFilter, Update
from penstock.automation.subset import EntityKey, EntitySubset
from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.graph.asset_graph import AssetGraph
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    StoredEvent,
)
from penstock.model.freshness import FreshnessPolicy, FreshnessState
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunRecord
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.store.in_progress import InProgress
from penstock.store.protocol import EventFilter, Store


class StoreFacts:
    """The facts of a store at one moment.

    Args:
        store: Where they are.
        graph: The assets and checks that are asked about.
        now: The moment, for freshness.
        policies: The freshness policies by asset.
    """

    def __init__(
        self,
        store: Store,
        graph: AssetGraph,
        *,
        now: Instant,
        policies: Mapping[AssetKey, FreshnessPolicy] | None = None,
    ) -> None:
        self._store = store
        self._graph = graph
        self._now = now
        self._policies = policies or {}
        self._heads: dict[AssetKey, dict[str | None, PartitionHead]] = {}
        self._asset_heads: dict[AssetKey, AssetHead | None] = {}
        self._in_progress = InProgress(store)
        self._runs: dict[RunId, RunRecord | None] = {}
        newest = store.events(EventFilter(), limit=1, newest_first=True)
        self.last_event: int | None = newest[0].id if newest else None

    def missing(self, candidates: EntitySubset) -> EntitySubset:
        """Return what was never materialized; of an external asset, never observed."""
        key = candidates.key
        if isinstance(key, AssetCheckKey):
            return _where(candidates, lambda _: self._check_head(key) is None)
        head = self._asset_head(key)
        if key in self._graph.external_keys and head is not None and head.observed is not None:
            return _where(candidates, lambda _: False)
        made = {
            p for p, each in self._partition_heads(key).items() if each.materialized is not None
        }
        return candidates - _only(candidates, made)

    def run_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what an unfinished run is still to make."""
        return self._still_to_make(candidates, self._in_progress.of_runs)

    def backfill_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what an unfinished backfill is still to make."""
        return self._still_to_make(candidates, self._in_progress.of_backfills)

    def execution_failed(self, candidates: EntitySubset) -> EntitySubset:
        """Return what failed when it was last tried."""
        if isinstance(candidates.key, AssetCheckKey):
            return _where(candidates, lambda _: False)
        heads = self._partition_heads(candidates.key)
        return _only(candidates, {p for p, head in heads.items() if head.failed is not None})

    def updates(self, key: EntityKey, since: EntityCursor) -> Sequence[Update]:
        """Return the materializations, observations or check results that are new, by time."""
        if isinstance(key, AssetCheckKey):
            return self._check_updates(key, since)
        kinds = ("asset_materialized",)
        if key in self._graph.external_keys:
            kinds = ("asset_materialized", "asset_observed")
        events = self._store.events(EventFilter(asset=key, kinds=kinds, after=since.event or 0))
        return [
            Update(event.event.partition, event.at, self._tags_of(event.run))
            for event in events
            if isinstance(event.event, AssetMaterialized)
            or (isinstance(event.event, AssetObserved) and self._is_new(event))
        ]

    def data_version_changed(self, key: AssetKey, since: EntityCursor) -> EntitySubset:
        """Return what has another data version than it had then."""
        before = (since.event or 0) + 1
        heads = self._partition_heads(key)
        changed = {
            p
            for p, head in heads.items()
            if head.materialized is not None
            and head.materialized >= before
            and head.data_version != self._version_before(key, p, before)
        }
        partitions = self._graph.node(key).partitions
        if partitions is None:
            return EntitySubset(key, None in changed)
        keys = [p for p in changed if p is not None and partitions.find(p) is not None]
        return EntitySubset(key, partitions.subset_with_partition_keys(keys))

    def checked(self, candidates: EntitySubset, *, passed: bool) -> EntitySubset:
        """Return what a check found to be right, or wrong, in the latest materialization."""
        key = candidates.key
        if isinstance(key, AssetKey):
            return _where(candidates, lambda _: False)
        check, asset = self._check_head(key), self._asset_head(key.asset_key)
        made = 0 if asset is None else asset.materialized or 0
        holds = check is not None and check.event > made and check.passed is passed
        return _where(candidates, lambda _: holds)

    def freshness(self, key: AssetKey) -> FreshnessState:
        """Return how fresh an asset is by its policy."""
        policy = self._policies.get(key)
        if policy is None:
            return FreshnessState.NOT_APPLICABLE
        head = self._asset_head(key)
        return policy.state(None if head is None else head.at, self._now)

    def made_together(self, candidates: EntitySubset, root: EntityKey) -> EntitySubset:
        """Return what the latest run made that was asked to make `root` too."""
        return self._of_latest_runs(candidates, lambda run: root in (run.spec.assets or ()))

    def made_with_tags(self, candidates: EntitySubset, tags: RunTagFilter) -> EntitySubset:
        """Return what a run with such tags made last."""
        return self._of_latest_runs(candidates, lambda run: tags.matches(dict(run.spec.tags)))

    def _of_latest_runs(
        self, candidates: EntitySubset, holds: Callable[[RunRecord], bool]
    ) -> EntitySubset:
        if isinstance(candidates.key, AssetCheckKey):
            head = self._check_head(candidates.key)
            run = self._run(head.run) if head and head.run else None
            return _where(candidates, lambda _: run is not None and holds(run))
        found: set[str | None] = set()
        for partition, head in self._partition_heads(candidates.key).items():
            run = self._run(head.run) if head.run else None
            if run is not None and holds(run):
                found.add(partition)
        return _only(candidates, found)

    def _still_to_make(
        self,
        candidates: EntitySubset,
        wanted: Callable[[AssetKey, PartitionsDefinition | None], EntitySubset],
    ) -> EntitySubset:
        key = candidates.key
        if isinstance(key, AssetCheckKey):
            return _where(candidates, lambda _: False)
        return candidates & wanted(key, self._graph.node(key).partitions)

    def _is_new(self, stored: StoredEvent) -> bool:
        """Tell whether an observation found other data than the one before, as far as it says."""
        event = stored.event
        if not isinstance(event, AssetObserved) or not event.data_version:
            return True
        before = self._store.events(
            EventFilter(asset=event.asset, kinds=("asset_observed",), before=stored.id),
            limit=1,
            newest_first=True,
        )
        last = before[0].event if before else None
        return not isinstance(last, AssetObserved) or last.data_version != event.data_version

    def _version_before(self, key: AssetKey, partition: str | None, event: int) -> str:
        found = self._store.events(
            EventFilter(
                asset=key,
                partitions=None if partition is None else (partition,),
                kinds=("asset_materialized",),
                before=event,
            ),
            limit=1,
            newest_first=True,
        )
        last = found[0].event if found else None
        return last.data_version if isinstance(last, AssetMaterialized) else ""

    def _check_updates(self, key: AssetCheckKey, since: EntityCursor) -> Sequence[Update]:
        events = self._store.events(
            EventFilter(asset=key.asset_key, kinds=("check_evaluated",), after=since.event or 0)
        )
        return [
            Update(None, stored.at, self._tags_of(stored.run))
            for stored in events
            if isinstance(stored.event, CheckEvaluated) and stored.event.name == key.name
        ]

    def _tags_of(self, run: RunId | None) -> Mapping[str, str]:
        record = self._run(run) if run else None
        return dict(record.spec.tags) if record else {}

    def _run(self, run: RunId) -> RunRecord | None:
        if run not in self._runs:
            self._runs[run] = self._store.run(run)
        return self._runs[run]

    def _partition_heads(self, key: AssetKey) -> dict[str | None, PartitionHead]:
        """Return the heads by partition; of an asset without partitions only the newest one."""
        if key not in self._heads:
            heads = self._store.partition_heads(key)
            if heads and self._graph.node(key).partitions is None:
                newest = max(heads.values(), key=lambda head: head.materialized or 0)
                heads = dict[str | None, PartitionHead]({None: newest})
            self._heads[key] = heads
        return self._heads[key]

    def _asset_head(self, key: AssetKey) -> AssetHead | None:
        if key not in self._asset_heads:
            self._asset_heads[key] = self._store.asset_heads([key]).get(key)
        return self._asset_heads[key]

    def _check_head(self, key: AssetCheckKey) -> CheckHead | None:
        heads = (h for h in self._store.check_heads(key.asset_key) if h.name == key.name)
        return max(heads, key=lambda head: head.event, default=None)


def _only(candidates: EntitySubset, keys: Iterable[str | None]) -> EntitySubset:
    """Return the candidates among some partitions; None is all of a thing without partitions."""
    value = candidates.value
    if isinstance(value, bool):
        return EntitySubset(candidates.key, value and None in set(keys))
    space = value.definition
    known = [key for key in keys if key is not None and space.find(key) is not None]
    return EntitySubset(candidates.key, value & PartitionsSubset.of_keys(space, known))


def _where(candidates: EntitySubset, holds: Callable[[EntityKey], bool]) -> EntitySubset:
    """Return all candidates or none."""
    return candidates if holds(candidates.key) else _only(candidates, ())
