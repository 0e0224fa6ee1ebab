"""Validation: every problem, worded with names, in one list."""

from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode
from penstock.partitions.mapping import AllPartitionMapping, TimeWindowPartitionMapping
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.plan.validate import problems

A, B, C = AssetKey("a"), AssetKey("b"), AssetKey("c")
DAYS = DailyPartitionsDefinition(start_date="2024-01-01")
LETTERS = StaticPartitionsDefinition(["x", "y"])


def node(key: AssetKey, *deps: AssetKey | AssetDependency, **facts: object) -> AssetNode:
    return AssetNode(
        key=key,
        node=key.name,
        deps=tuple(d if isinstance(d, AssetDependency) else AssetDependency(key=d) for d in deps),
        **facts,
    )


def test_a_sound_manifest_has_no_problems():
    check = CheckNode(asset=AssetKey("nobody"), name="ok", node="ok")

    found = Manifest(location="here", assets=(node(A), node(B, A)), checks=(check,))

    assert problems(found) == []


def test_every_kind_of_collision_is_listed():
    found = Manifest(
        location="here",
        assets=(
            AssetNode(key=A, node="one"),
            AssetNode(key=A, node="two"),
            AssetNode(key=A),
        ),
        checks=(
            CheckNode(asset=A, name="ok", node="p"),
            CheckNode(asset=A, name="ok", node="q"),
        ),
        nodes=(StepNode(name="one"), StepNode(name="one")),
    )

    assert problems(found) == [
        "Asset 'a' is defined twice: by node 'one' and by node 'two'. Rename one of them.",
        "Asset 'a' is defined twice: by node 'one' and by an external asset. Rename one of them.",
        "Check 'ok' of asset 'a' is defined twice: by node 'p' and by node 'q'. "
        "Rename one of them.",
        "Two nodes are called 'one'. Rename one of them.",
    ]


def test_each_cycle_is_shown_with_its_path():
    d, e = AssetKey("d"), AssetKey("e")

    found = Manifest(
        location="here", assets=(node(A, C), node(B, A), node(C, B), node(d, e), node(e, d))
    )

    assert problems(found) == [
        "The assets form a cycle: a → b → c → a. Remove one of these dependencies.",
        "The assets form a cycle: d → e → d. Remove one of these dependencies.",
    ]


def test_an_asset_that_depends_on_itself_is_a_problem():
    assert problems(Manifest(location="here", assets=(node(A, A),))) == [
        "Asset 'a' depends on itself. Only an asset with time partitions can, through "
        "TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)."
    ]


def test_an_asset_may_read_its_own_earlier_partitions():
    earlier = AssetDependency(
        key=A, mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    )

    assert problems(Manifest(location="here", assets=(node(A, earlier, partitions=DAYS),))) == []


def test_an_asset_may_not_read_its_own_current_partition():
    current = AssetDependency(
        key=A, mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=0)
    )
    found = Manifest(location="here", assets=(node(A, current, partitions=DAYS),))

    assert len(problems(found)) == 1


def test_partitions_of_different_kinds_need_a_mapping():
    found = Manifest(
        location="here", assets=(node(A, partitions=LETTERS), node(B, A, partitions=DAYS))
    )

    (problem,) = problems(found)
    assert problem.startswith("Asset 'b' cannot read asset 'a': ")


def test_an_explicit_mapping_relates_partitions_of_different_kinds():
    every = AssetDependency(key=A, mapping=AllPartitionMapping())

    found = Manifest(
        location="here", assets=(node(A, partitions=LETTERS), node(B, every, partitions=DAYS))
    )

    assert problems(found) == []


def test_partitions_read_by_an_asset_without_any_are_no_problem():
    found = Manifest(location="here", assets=(node(A, partitions=LETTERS), node(B, A)))

    assert problems(found) == []
