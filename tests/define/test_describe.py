import penstock as dg
from penstock.define.describe import describe_node, describe_spec
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, StepNode


def test_an_asset_is_described_without_its_code():
    @dg.asset(
        group_name="raw",
        kinds={"dbt", "sql"},
        tags={"tier": "gold"},
        owners=["team:x"],
        code_version="2",
        pool="api",
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec("ok", asset="made", blocking=True)],
        deps=["before"],
    )
    def made(up): ...

    step, assets, checks = describe_node(made.steps[0])

    assert step == StepNode(name="made", pool="api", single_run=True)
    assert assets == [
        AssetNode(
            key=dg.AssetKey("made"),
            node="made",
            deps=(
                AssetDependency(dg.AssetKey("up")),
                AssetDependency(dg.AssetKey("before")),
            ),
            group="raw",
            kinds=("dbt", "sql"),
            tags=(("tier", "gold"),),
            owners=("team:x",),
            code_version="2",
        )
    ]
    assert checks == [
        CheckNode(asset=dg.AssetKey("made"), name="ok", node="made", blocking=True, inline=True)
    ]


def test_a_check_of_its_own_is_not_inline():
    check = dg.asset_check(asset="a", name="c")(lambda: True)

    step, assets, checks = describe_node(check.steps[0])

    assert (step, assets) == (StepNode(name="a_c"), [])
    assert checks == [CheckNode(asset=dg.AssetKey("a"), name="c", node="a_c")]


def test_the_mapping_of_a_parameter_is_that_of_the_dependency():
    mapping = dg.AllPartitionMapping()

    @dg.asset(ins={"up": dg.AssetIn(partition_mapping=mapping)})
    def made(up): ...

    assert describe_node(made.steps[0])[1][0].deps == (AssetDependency(dg.AssetKey("up"), mapping),)


def test_a_spec_without_a_node_is_external():
    described = describe_spec(dg.AssetSpec("a", deps=["b"]))

    assert described.node is None
    assert described.deps == (AssetDependency(dg.AssetKey("b")),)
    assert described.group == "default"
