"""How fresh many partitions are, and what a run of them would have to make."""

from __future__ import annotations

from datetime import UTC, datetime

from penstock.graph.asset_graph import AssetGraph
from penstock.graph.staleness import Freshness
from penstock.graph.status import freshness_of, needs_order, outdated, upstream_partitions
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.partitions.mapping import TimeWindowPartitionMapping
from penstock.partitions.time_window import DailyPartitionsDefinition

DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-04")
NOW = datetime(2024, 6, 1, tzinfo=UTC)
KEYS = ["2024-01-01", "2024-01-02", "2024-01-03"]
A, B, TOTAL = AssetKey("a"), AssetKey("b"), AssetKey("total")
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            AssetNode(key=A, node="a", partitions=DAYS, code_version="1"),
            AssetNode(key=B, node="b", partitions=DAYS, deps=(AssetDependency(A),)),
            AssetNode(key=TOTAL, node="total", deps=(AssetDependency(B),)),
        ),
    )
)


def head(asset: AssetKey, partition: str | None, version: str, **inputs: str) -> PartitionHead:
    return PartitionHead(
        asset=asset,
        partition=partition,
        materialized=1,
        at=1.0,
        data_version=version,
        code_version="1",
        inputs=inputs,
    )


def test_each_partition_is_compared_with_the_upstream_partition_that_it_reads():
    heads = {
        A: {k: head(A, k, "v2") for k in KEYS},
        B: {KEYS[0]: head(B, KEYS[0], "w", a="v2"), KEYS[1]: head(B, KEYS[1], "w", a="v1")},
    }

    found = freshness_of(GRAPH, B, partitions=KEYS, heads=heads, now=NOW)

    states = [Freshness.FRESH, Freshness.STALE, Freshness.MISSING]
    assert states == [verdict.state for verdict in found.values()]


def test_what_reads_an_outdated_asset_is_outdated_with_it():
    heads = {
        A: {KEYS[0]: head(A, KEYS[0], "v"), KEYS[1]: head(A, KEYS[1], "v")},
        B: {k: head(B, k, "w", a="v") for k in KEYS},
    }

    found = outdated(GRAPH, {A, B}, partitions=KEYS, heads=heads, now=NOW)

    assert [set(), set(), {A, B}] == [set(verdicts) for verdicts in found.values()]


def test_only_the_assets_asked_for_are_outdated():
    found = outdated(GRAPH, {B}, partitions=KEYS[:1], heads={}, now=NOW)

    assert {KEYS[0]: {B}} == {partition: set(verdicts) for partition, verdicts in found.items()}


def test_an_asset_without_partitions_reads_every_upstream_partition():
    assert tuple(KEYS) == upstream_partitions(GRAPH, TOTAL, B, partition=None, now=NOW)


def test_assets_that_read_equal_keys_need_no_order():
    assert needs_order(GRAPH, {A, B}) is None


def test_an_asset_that_reads_its_own_day_before_needs_order():
    before = AssetDependency(A, TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    node = AssetNode(key=A, node="a", partitions=DAYS, deps=(before,))
    graph = AssetGraph(Manifest(location="here", assets=(node,)))

    assert needs_order(graph, {A}) == A
