"""What a run would have to make, on sets: the same as partition by partition."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from penstock.graph.asset_graph import AssetGraph
from penstock.graph.outdated_partitions import outdated_partitions
from penstock.graph.partition_comparison import compared
from penstock.graph.partition_status import PartitionFacts
from penstock.graph.status import outdated
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.partitions.mapping import TimeWindowPartitionMapping
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition

DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-07")
NOW = datetime(2024, 6, 1, tzinfo=UTC)
KEYS = DAYS.get_partition_keys(NOW)
A, B, C = AssetKey("a"), AssetKey("b"), AssetKey("c")
DAY_BEFORE = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            AssetNode(key=A, node="a", partitions=DAYS, code_version="2"),
            AssetNode(
                key=B,
                node="b",
                partitions=DAYS,
                deps=(AssetDependency(A), AssetDependency(B, DAY_BEFORE)),
            ),
            AssetNode(key=C, node="c", partitions=DAYS, deps=(AssetDependency(B, DAY_BEFORE),)),
        ),
    )
)

heads = st.builds(
    lambda version, code, inputs: (version, code, inputs),
    st.sampled_from(["1", "2"]),
    st.sampled_from([None, "1", "2"]),
    st.dictionaries(st.sampled_from(["a", "b", "x"]), st.sampled_from(["", "1", "2"])),
)
recorded = st.fixed_dictionaries(
    {asset: st.dictionaries(st.sampled_from(KEYS), heads) for asset in (A, B, C)}
)


@given(
    recorded=recorded,
    assets=st.sets(st.sampled_from([A, B, C]), min_size=1),
    wanted=st.sets(st.sampled_from(KEYS), min_size=1),
)
def test_sets_say_what_is_said_partition_by_partition(
    recorded: dict[AssetKey, dict[str, tuple[str, str | None, dict[str, str]]]],
    assets: set[AssetKey],
    wanted: set[str],
):
    facts = {
        asset: {
            key: PartitionHead(
                asset=asset,
                partition=key,
                materialized=1,
                run=None,
                data_version=version,
                code_version=code,
                inputs=inputs,
            )
            for key, (version, code, inputs) in some.items()
        }
        for asset, some in recorded.items()
    }
    requested = DAYS.subset_with_partition_keys(wanted)
    known: dict[AssetKey, PartitionFacts] = {}
    for asset in assets:
        made = DAYS.subset_with_partition_keys(facts[asset])
        known[asset] = compared(
            PartitionFacts(made=made.ordinals),
            GRAPH,
            asset,
            partitions=made,
            heads=facts,
            now=NOW,
        )

    found = outdated_partitions(GRAPH, known, requested=requested, now=NOW)
    expected = outdated(GRAPH, assets, partitions=sorted(wanted), heads=facts, now=NOW)

    assert {
        key: {asset for asset, some in found.by_asset.items() if DAYS.ordinal(key) in some}
        for key in wanted
    } == {key: set(verdicts) for key, verdicts in expected.items()}
    assert {
        key: reason
        for reason, some in found.by_reason.items()
        for key in PartitionsSubset(DAYS, some)
    } == {
        str(key): next(iter(verdicts.values())).reason
        for key, verdicts in expected.items()
        if verdicts
    }
