"""Plans: which steps, in what order, waiting for what."""

import itertools

import pytest

from penstock.errors import InvalidDefinitionError, InvalidSubsetError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.plan.build import build_plan
from penstock.plan.plan import Need, Plan, PlannedAsset, PlannedCheck, Step, encode_plan

A, B, C, D = (AssetKey(x) for x in "abcd")


def node(key: AssetKey, *deps: AssetKey, made_by: str | None = None, **facts: object) -> AssetNode:
    return AssetNode(
        key=key,
        node=made_by or key.name,
        deps=tuple(AssetDependency(key=d) for d in deps),
        **facts,
    )


def manifest(
    *assets: AssetNode, checks: tuple[CheckNode, ...] = (), nodes: tuple[StepNode, ...] = ()
) -> Manifest:
    return Manifest(location="here", assets=assets, checks=checks, nodes=nodes)


def waits(plan: Plan) -> dict[str, list[str]]:
    return {s.key: [plan.steps[n.step].key for n in s.needs] for s in plan.steps}


def test_each_asset_is_a_step_after_what_it_reads():
    plan = build_plan(manifest(node(C, B), node(B, A), node(A)), {A, B, C})

    assert plan == Plan(
        steps=(
            Step(key="a", node="a", assets=(PlannedAsset(A, "result"),)),
            Step(key="b", node="b", needs=(Need(0),), assets=(PlannedAsset(B, "result"),)),
            Step(key="c", node="c", needs=(Need(1),), assets=(PlannedAsset(C, "result"),)),
        )
    )


def test_only_selected_assets_are_waited_for():
    plan = build_plan(manifest(node(A), node(B, A), node(C, B)), {A, C})

    assert waits(plan) == {"a": [], "c": []}


def test_a_partitioned_asset_is_marked():
    keys = StaticPartitionsDefinition(["x"])

    plan = build_plan(manifest(node(A, partitions=keys)), {A})

    assert plan.steps[0].assets == (PlannedAsset(A, "result", True),)


def test_a_skippable_output_is_needed_by_name():
    plan = build_plan(manifest(node(A, output="maybe", skippable=True), node(B, A)), {A, B})

    assert plan.steps[1].needs == (Need(0, "maybe"),)


def test_several_skippable_outputs_of_one_step_are_all_needed():
    plan = build_plan(
        manifest(
            node(A, made_by="n", output="x", skippable=True),
            node(B, made_by="n", output="y", skippable=True),
            node(D, made_by="n", output="z"),
            node(C, B, A, D),
        ),
        {A, B, C, D},
    )

    assert plan.steps[1].needs == (Need(0, "x"), Need(0, "y"))


def test_assets_of_one_node_share_a_step():
    plan = build_plan(
        manifest(node(A, made_by="n"), node(B, A, made_by="n"), node(C, B)), {A, B, C}
    )

    assert waits(plan) == {"n": [], "c": ["n"]}
    assert [a.key for a in plan.steps[0].assets] == [A, B]


def test_a_part_of_a_step_that_cannot_be_subset_is_refused():
    with pytest.raises(InvalidSubsetError) as caught:
        build_plan(manifest(node(A, made_by="n"), node(B, made_by="n")), {A})

    assert str(caught.value) == (
        "Selected only 'a' of node 'n', which also makes 'b'; it cannot be subset. "
        "Select them all, or declare it with can_subset=True."
    )


def test_a_part_of_a_step_that_can_be_subset_is_planned():
    plan = build_plan(
        manifest(
            node(A, made_by="n"), node(B, made_by="n"), nodes=(StepNode(name="n", can_subset=True),)
        ),
        {B},
    )

    assert [a.key for a in plan.steps[0].assets] == [B]


def test_an_inline_check_belongs_to_the_step_of_its_asset():
    check = CheckNode(asset=A, name="ok", node="a", inline=True, blocking=True)

    plan = build_plan(manifest(node(A), node(B, A), checks=(check,)), {A, B})

    assert waits(plan) == {"a": [], "b": ["a"]}
    assert plan.steps[0].checks == (PlannedCheck(A, "ok", True),)


def test_what_depends_on_an_asset_waits_for_its_blocking_checks_only():
    checks = (
        CheckNode(asset=A, name="hard", node="hard", blocking=True),
        CheckNode(asset=A, name="soft", node="soft"),
    )

    plan = build_plan(manifest(node(A), node(B, A), checks=checks), {A, B})

    assert waits(plan) == {"a": [], "hard": ["a"], "soft": ["a"], "b": ["a", "hard"]}


def test_a_check_can_run_without_its_asset():
    check = CheckNode(asset=A, name="ok", node="a_ok")

    plan = build_plan(manifest(node(A), checks=(check,)), set(), checks={AssetCheckKey(A, "ok")})

    assert plan == Plan(steps=(Step(key="a_ok", node="a_ok", checks=(PlannedCheck(A, "ok"),)),))


def test_a_blocking_check_of_an_asset_that_is_not_made_guards_its_dependants():
    check = CheckNode(asset=A, name="ok", node="a_ok", blocking=True)

    plan = build_plan(
        manifest(node(A), node(B, A), checks=(check,)), {B}, checks={AssetCheckKey(A, "ok")}
    )

    assert waits(plan) == {"a_ok": [], "b": ["a_ok"]}


def test_no_checks_can_be_asked_for():
    check = CheckNode(asset=A, name="ok", node="a_ok")

    assert waits(build_plan(manifest(node(A), checks=(check,)), {A}, checks=set())) == {"a": []}


def test_an_inline_check_without_its_asset_is_refused():
    check = CheckNode(asset=A, name="ok", node="a", inline=True)

    with pytest.raises(InvalidSubsetError, match="Select 'a' too"):
        build_plan(manifest(node(A), checks=(check,)), set(), checks={AssetCheckKey(A, "ok")})


def test_checks_that_are_evaluated_by_one_call_are_planned_together():
    checks = (
        CheckNode(asset=A, name="ok", node="all_ok"),
        CheckNode(asset=B, name="ok", node="all_ok"),
    )

    plan = build_plan(manifest(node(A), node(B), checks=checks), {A})

    assert plan.steps[1].checks == (PlannedCheck(A, "ok"), PlannedCheck(B, "ok"))


def test_a_part_of_checks_that_cannot_be_subset_is_refused():
    checks = (
        CheckNode(asset=A, name="ok", node="all_ok"),
        CheckNode(asset=B, name="ok", node="all_ok"),
    )

    with pytest.raises(InvalidSubsetError, match="'a:ok' of node 'all_ok', which also evaluates"):
        build_plan(
            manifest(node(A), node(B), checks=checks), set(), checks={AssetCheckKey(A, "ok")}
        )


def test_an_external_asset_gives_no_step():
    assert waits(build_plan(manifest(AssetNode(key=A), node(B, A)), {A, B})) == {"b": []}


def test_an_unknown_asset_is_refused():
    with pytest.raises(InvalidSubsetError, match="There is no asset 'b'"):
        build_plan(manifest(node(A)), {A, B})


def test_an_unknown_check_is_refused():
    with pytest.raises(InvalidSubsetError, match="There is no check 'a:ok'"):
        build_plan(manifest(node(A)), {A}, checks={AssetCheckKey(A, "ok")})


def test_steps_that_wait_for_each_other_are_refused_with_their_path():
    tangled = manifest(node(A, made_by="n"), node(B, A, made_by="m"), node(C, B, made_by="n"))

    with pytest.raises(InvalidDefinitionError, match="wait for each other: m → n → m"):
        build_plan(tangled, {A, B, C})


def test_the_same_choice_gives_the_same_bytes():
    assets = [node(AssetKey(f"a{n}"), AssetKey(f"a{n // 2}")) for n in range(200)]
    found = manifest(*assets)
    keys = [a.key for a in assets]

    assert encode_plan(build_plan(found, set(keys))) == encode_plan(
        build_plan(AssetGraph(found), frozenset(reversed(keys)))
    )


def test_ten_thousand_assets_are_planned():
    keys = [AssetKey(f"a{n}") for n in range(10_000)]
    chain = [node(keys[0]), *(node(k, p) for p, k in itertools.pairwise(keys))]

    plan = build_plan(manifest(*chain), set(keys))

    assert plan.steps[-1].needs == (Need(9_998),)
