"""`AutomationHistory`: what happened to a few assets, told step by step, and ticks over it.

The plainest implementation of `AutomationFacts`, for tests of conditions: say what happens, call
`tick`, and look at what is requested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from penstock.automation.context import Condition
from penstock.automation.cursor import AutomationCursor, EntityCursor
from penstock.automation.evaluate import TickResult, evaluate_tick
from penstock.automation.facts import RunTagFilter, Update
from penstock.automation.subset import EntityKey, EntitySubset
from penstock.base.clock import Instant
from penstock.graph.asset_graph import AssetGraph
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import Manifest
from penstock.partitions.subset import PartitionsSubset

Part = tuple[EntityKey, str | None]
"""One partition of an asset or check; None is all of one without partitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    number: int
    part: Part
    at: Instant
    tags: Mapping[str, str]
    targets: frozenset[EntityKey]
    version: str


@dataclass(slots=True)
class AutomationHistory:
    """Assets, their conditions, and what happened to them so far.

    Attributes:
        manifest: The assets and checks; replace it to change the definitions.
        conditions: The conditions by asset or check.
        now: The time of the next event or tick; move it at will.
        running: What unfinished runs are to make.
        filling: What unfinished backfills are to make.
        failed: What failed when it was last tried.
        fresh: How assets stand by their freshness policies.
    """

    manifest: Manifest
    conditions: dict[EntityKey, Condition]
    now: Instant = 0.0
    running: set[Part] = field(default_factory=set[Part])
    filling: set[Part] = field(default_factory=set[Part])
    failed: set[Part] = field(default_factory=set[Part])
    fresh: dict[AssetKey, FreshnessState] = field(default_factory=dict[AssetKey, FreshnessState])
    cursor: AutomationCursor | None = None
    _made: list[_Made] = field(default_factory=list[_Made])
    _checked: dict[AssetCheckKey, bool] = field(default_factory=dict[AssetCheckKey, bool])

    def make(
        self,
        *parts: str,
        tags: Mapping[str, str] | None = None,
        targets: Iterable[str] = (),
        version: str | None = None,
    ) -> None:
        """Materialize assets in one run: `a`, or `a@2024-01-01` for a partition.

        Args:
            parts: What was made.
            tags: The tags of the run.
            targets: The assets that the run was asked for; empty for a run of a whole job.
            version: The data version; a new one if None.
        """
        for text in parts:
            name, _, partition = text.partition("@")
            asked = frozenset(AssetKey(target) for target in targets)
            self._note((AssetKey(name), partition or None), tags or {}, asked, version)

    def check(self, asset: str, name: str, *, passed: bool) -> None:
        """Evaluate a check against the latest materialization."""
        key = AssetCheckKey(AssetKey(asset), name)
        self._checked[key] = passed
        self._note((key, None), {}, frozenset(), None)

    def _note(
        self,
        part: Part,
        tags: Mapping[str, str],
        targets: frozenset[EntityKey],
        version: str | None,
    ) -> None:
        number = len(self._made) + 1
        self._made.append(
            _Made(
                number=number,
                part=part,
                at=self.now,
                tags=tags,
                targets=targets,
                version=version or str(number),
            )
        )
        self.failed.discard(part)

    def tick(self) -> dict[str, list[str | None]]:
        """Evaluate all conditions; return the partition keys that are requested, by asset."""
        requested = self.evaluate().requested
        return {
            key.to_user_string(): list(subset.partition_keys()) for key, subset in requested.items()
        }

    def evaluate(self) -> TickResult:
        """Evaluate all conditions, from where the tick before left off."""
        result = evaluate_tick(
            AssetGraph(self.manifest),
            self.conditions,
            facts=self,
            now=self.now,
            cursor=self.cursor,
        )
        self.cursor = result.cursor
        return result

    @property
    def last_event(self) -> int | None:
        """The newest materialization."""
        return len(self._made)

    def missing(self, candidates: EntitySubset) -> EntitySubset:
        """Return what was never made."""
        made = {event.part for event in self._made}
        return _where(candidates, lambda part: part not in made)

    def run_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what is in `running`."""
        return _where(candidates, lambda part: part in self.running)

    def backfill_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what is in `filling`."""
        return _where(candidates, lambda part: part in self.filling)

    def execution_failed(self, candidates: EntitySubset) -> EntitySubset:
        """Return what is in `failed`."""
        return _where(candidates, lambda part: part in self.failed)

    def updates(self, key: EntityKey, since: EntityCursor) -> Sequence[Update]:
        """Return the new materializations of an asset."""
        return [
            Update(event.part[1], event.at, event.tags)
            for event in self._made
            if event.part[0] == key and event.number > (since.event or 0)
        ]

    def data_version_changed(self, key: AssetKey, since: EntityCursor) -> EntitySubset:
        """Return the partitions whose newest version is not the one of then."""
        then, now = dict[Part, str](), dict[Part, str]()
        for event in self._made:
            now[event.part] = event.version
            if event.number <= (since.event or 0):
                then[event.part] = event.version
        partitions = AssetGraph(self.manifest).node(key).partitions
        every = (
            partitions.subset_with_partition_keys(
                partition for asset, partition in now if asset == key and partition
            )
            if partitions
            else True
        )
        return _where(EntitySubset(key, every), lambda part: now.get(part) != then.get(part))

    def checked(self, candidates: EntitySubset, *, passed: bool) -> EntitySubset:
        """Return the check if it was evaluated so, after its asset was made."""
        check = candidates.key
        if not isinstance(check, AssetCheckKey) or self._checked.get(check) is not passed:
            return _where(candidates, lambda _: False)
        numbers = {event.part[0]: event.number for event in self._made}
        current = numbers[check] > numbers.get(check.asset_key, 0)
        return _where(candidates, lambda _: current)

    def freshness(self, key: AssetKey) -> FreshnessState:
        """Return what `fresh` says."""
        return self.fresh.get(key, FreshnessState.NOT_APPLICABLE)

    def made_together(self, candidates: EntitySubset, root: EntityKey) -> EntitySubset:
        """Return what the latest run made that was asked for `root`."""
        latest = {event.part: event for event in self._made}
        return _where(candidates, lambda p: p in latest and root in latest[p].targets)

    def made_with_tags(self, candidates: EntitySubset, tags: RunTagFilter) -> EntitySubset:
        """Return what a run with such tags made last."""
        latest = {event.part: event for event in self._made}
        return _where(candidates, lambda p: p in latest and tags.matches(latest[p].tags))


def _where(candidates: EntitySubset, holds: Callable[[Part], bool]) -> EntitySubset:
    if isinstance(candidates.value, bool):
        return EntitySubset(candidates.key, candidates.value and holds((candidates.key, None)))
    kept = [key for key in candidates.value if holds((candidates.key, key))]
    space = candidates.value.definition
    return EntitySubset(candidates.key, PartitionsSubset.of_keys(space, kept))
