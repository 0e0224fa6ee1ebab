"""What `penstock backfill` was asked for: which partitions of which assets, in how many runs.

Owns the ways to name partitions, and the plan that follows. Prints nothing and starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from penstock.cli import wiring
from penstock.decide.backfill import BackfillPlan, plan_backfill
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.outdated_partitions import outdated_partitions
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset
from penstock.plan.request import partition_meant, range_meant, shared_partitions
from penstock.plan.slices import is_by_dimension, parse_range, slice_of

WAYS = (
    "Give one of: --from with --to, --partition-range, --partitions, --slice, or --all. "
    "--start-date and --end-date are the same as --from and --to."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for."""

    selection: str | None
    start: str | None
    end: str | None
    partition_range: str | None
    partitions: str | None
    by_dimension: str | None
    every: bool
    parallel: int | None
    delay: float
    config_path: str | None
    as_json: bool
    yes: bool
    dry_run: bool

    @property
    def ways(self) -> list[object]:
        """The ways in which partitions were named."""
        given = (
            self.start or self.end,
            self.partition_range,
            self.partitions,
            self.by_dimension,
            self.every,
        )
        return [way for way in given if way]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A backfill that could be started.

    Attributes:
        requested: The partitions that were asked for.
        ends: The first and the last of a range; None if they were asked for otherwise.
        reasons: Those of them that have something to make, by why.
        most: How many partitions one run makes at most; None is no limit.
    """

    selection: str
    assets: frozenset[AssetKey]
    requested: PartitionsSubset
    ends: tuple[str, str] | None
    reasons: Mapping[str, Ordinals]
    most: int | None
    noun: str

    @cached_property
    def plan(self) -> BackfillPlan:
        """The pieces that runs make, each written out."""
        return plan_backfill(self.requested, self.reasons, most=self.most)

    @property
    def to_process(self) -> int:
        """How many partitions have something to make."""
        return sum(len(some) for some in self.reasons.values())

    @property
    def to_skip(self) -> int:
        """How many partitions are fresh."""
        return len(self.requested) - self.to_process


def read_request(loaded: LoadedDefinitions, instance: Instance, wanted: Wanted) -> Request:
    """Find out what was asked for, and which of it is not fresh.

    Raises:
        UsageError: An asset has no partitions, or a partition does not exist.
    """
    assert wanted.selection is not None
    graph = loaded.graph
    assets = wiring.selected(graph, [wanted.selection])
    definition = _definition(graph, assets)
    ends = _ends(wanted)
    requested = _requested(graph, instance, assets, definition=definition, wanted=wanted, ends=ends)
    statuses = wiring.partition_statuses(graph, instance)
    outdated = outdated_partitions(
        graph,
        {asset: statuses.facts(asset, within=requested) for asset in sorted(assets)},
        requested=requested,
        now=wiring.now_of(instance),
    )
    return Request(
        selection=wanted.selection,
        assets=assets,
        requested=requested,
        ends=ends,
        reasons=outdated.by_reason,
        most=wiring.partitions_per_run(loaded, assets),
        noun=definition.noun,
    )


def _definition(graph: AssetGraph, assets: AbstractSet[AssetKey]) -> PartitionsDefinition:
    without = [k.to_user_string() for k in sorted(assets) if graph.node(k).partitions is None]
    if without:
        names = ", ".join(f"'{name}'" for name in without)
        raise UsageError(
            f"A backfill is of partitions, and these assets have none: {names}. "
            f"Leave them out and run `penstock materialize {without[0]}`."
        )
    return shared_partitions(graph, assets)


def _ends(wanted: Wanted) -> tuple[str, str] | None:
    if wanted.start and wanted.end:
        return wanted.start.strip(), wanted.end.strip()
    if wanted.partition_range is None:
        return None
    ends = parse_range(wanted.partition_range)
    if ends is None:
        raise UsageError(
            f"'{wanted.partition_range}' is not a range of partitions. Write FIRST...LAST."
        )
    return ends


def _requested(
    graph: AssetGraph,
    instance: Instance,
    assets: AbstractSet[AssetKey],
    *,
    definition: PartitionsDefinition,
    wanted: Wanted,
    ends: tuple[str, str] | None,
) -> PartitionsSubset:
    now = wiring.now_of(instance)
    if ends is not None:
        return range_meant(graph, assets, ends=ends, now=now)
    if wanted.by_dimension is not None:
        found = slice_of(definition, wanted.by_dimension, now=now)
    elif wanted.partitions is None:
        found = definition.subset_with_all_partitions(now)
    elif is_by_dimension(definition, wanted.partitions):
        found = slice_of(definition, wanted.partitions, now=now)
    else:
        keys = [key.strip() for key in wanted.partitions.split(",") if key.strip()]
        if not keys:
            raise UsageError("--partitions names no partition. Write --partitions KEY,KEY.")
        meant = [partition_meant(graph, assets, key, now=now) for key in keys]
        found = definition.subset_with_partition_keys(meant)
    if found.is_empty:
        raise UsageError("No partition exists yet, so there is nothing to backfill.")
    return found
