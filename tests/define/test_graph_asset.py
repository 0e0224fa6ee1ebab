import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError


@dg.op
def fetch(up):
    return up + 1


@dg.op
def double(value):
    return value * 2


def test_a_graph_makes_one_asset_of_what_it_returns():
    @dg.graph_asset(
        key_prefix="p",
        ins={"up": dg.AssetIn("else/where", partition_mapping=dg.AllPartitionMapping())},
        group_name="g",
        kinds={"dbt"},
    )
    def made(up):
        """Made."""
        return double(fetch(up))

    assert made.key == dg.AssetKey(["p", "made"])
    assert made.keys_by_input_name == {"up": dg.AssetKey(["else", "where"])}
    assert made.keys_by_output_name == {"result": made.key}
    assert [step.name for step in made.steps] == ["p__made.fetch", "p__made.double"]
    assert made.steps[0].inputs[0].asset == dg.AssetKey(["else", "where"])
    assert made.steps[1].outputs[0].spec == made.get_asset_spec()
    assert made.get_asset_spec().description == "Made."
    assert made.get_partition_mapping(dg.AssetKey(["else", "where"])) == dg.AllPartitionMapping()
    assert {step.unit for step in made.steps} == {"p__made"}


def test_a_graph_makes_an_asset_of_each_output():
    @dg.graph_multi_asset(
        outs={"a": dg.AssetOut(code_version="1"), "b": dg.AssetOut(key_prefix="p")},
        group_name="g",
        can_subset=True,
    )
    def both(up):
        fetched = fetch(up)
        return {"a": fetched, "b": double(fetched)}

    assert both.keys == {dg.AssetKey("a"), dg.AssetKey(["p", "b"])}
    assert both.code_versions_by_key == {dg.AssetKey("a"): "1", dg.AssetKey(["p", "b"]): None}
    assert set(both.group_names_by_key.values()) == {"g"}
    assert both.can_subset is True


def test_the_value_of_a_graph_asset_is_that_of_its_last_op():
    up = dg.asset(name="up")(lambda: 3)

    @dg.graph_asset
    def made(up):
        return double(fetch(up))

    result = dg.materialize_to_memory([up, made])

    assert result.success is True
    assert result.asset_value("made") == 8


def test_every_op_leads_to_an_asset():
    @dg.graph
    def leaky(up):
        fetched = fetch(up)
        double(fetched)
        return fetched

    with pytest.raises(ParameterCheckError) as caught:
        dg.AssetsDefinition.from_graph(leaky)

    assert str(caught.value) == (
        "Graph 'leaky' makes assets of what it returns, and no asset comes of 'leaky.double' in "
        "it. Return them from the graph, or connect them to what it returns."
    )


def test_a_key_excludes_a_name():
    with pytest.raises(InvalidDefinitionError, match="so @graph_asset takes neither name nor"):

        @dg.graph_asset(key="a", name="b")
        def made():
            return fetch()


@dg.op
def staged() -> int:
    return 1


@dg.op
def checked(value: int) -> object:
    return dg.AssetCheckResult(passed=value == 1, check_name="positive")


@dg.op
def promoted(value: int, verdict: object) -> int:
    assert isinstance(verdict, dg.AssetCheckResult)
    return value


@dg.graph_multi_asset(
    outs={"totals": dg.AssetOut(), "others": dg.AssetOut()},
    check_specs=[dg.AssetCheckSpec("positive", asset="totals")],
    can_subset=True,
)
def guarded():
    value = staged()
    verdict = checked(value)
    return {
        "totals": promoted(value, verdict),
        "others": staged(),
        "totals_positive": verdict,
    }


def test_an_op_in_a_graph_gives_a_verdict_that_others_can_read():
    result = dg.materialize([guarded])

    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]
    assert result.asset_value("totals") == 1


def test_a_check_in_a_graph_that_is_not_selected_gives_no_verdict():
    result = dg.materialize([guarded], selection=dg.AssetSelection.assets("others"))

    assert result.get_asset_check_evaluations() == []
    assert {e.step_key for e in result.get_step_success_events()} == {"guarded.staged_2"}


def test_the_value_of_a_graph_is_that_of_its_output():
    result = dg.materialize([guarded])

    assert result.output_for_node("guarded", "totals") == 1


def test_config_of_a_graph_becomes_that_of_its_ops():
    @dg.op(config_schema={"by": int})
    def scaled(context: dg.OpExecutionContext):
        return context.op_config["by"]

    @dg.config_mapping(config_schema=int)
    def by(value: int):
        return {"scaled": {"config": {"by": value}}}

    @dg.graph_asset(config=by)
    def mapped():
        return scaled()

    @dg.graph_asset(config={"scaled": {"config": {"by": 7}}})
    def fixed():
        return scaled()

    result = dg.materialize([mapped, fixed], run_config={"ops": {"mapped": {"config": 3}}})

    assert (result.asset_value("mapped"), result.asset_value("fixed")) == (3, 7)


def test_an_op_is_asked_for_what_other_ops_take_of_it():
    asked: list[set[str]] = []

    @dg.op(out={"left": dg.Out(is_required=False), "right": dg.Out(is_required=False)})
    def halves(context: dg.OpExecutionContext):
        asked.append(context.selected_output_names)
        for name in sorted(context.selected_output_names):
            yield dg.Output(1, name)

    @dg.op
    def same(value: int) -> int:
        return value

    @dg.graph_multi_asset(outs={"first": dg.AssetOut(), "second": dg.AssetOut()}, can_subset=True)
    def split():
        left, right = halves()
        return left, same(right)

    result = dg.materialize([split], selection="second")

    assert asked == [{"right"}]
    assert result.success
