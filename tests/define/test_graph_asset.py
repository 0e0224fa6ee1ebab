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
        "All leaf nodes within graph 'leaky' must lead to outputs of the graph, because those become "
        "assets. These leaf nodes do not: 'leaky.double'. Return them from the graph, or connect "
        "them to what it returns."
    )


def test_a_key_excludes_a_name():
    with pytest.raises(InvalidDefinitionError, match="for @graph_asset when the key argument"):

        @dg.graph_asset(key="a", name="b")
        def made():
            return fetch()
