import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def test_outs_share_the_parameters_unless_told_otherwise():
    @dg.multi_asset(outs={"a": dg.AssetOut(key_prefix="p"), "b": dg.AssetOut(is_required=False)})
    def both(up):
        """Both."""

    assert both.asset_deps == {
        dg.AssetKey(["p", "a"]): {dg.AssetKey("up")},
        dg.AssetKey("b"): {dg.AssetKey("up")},
    }
    assert [spec.skippable for spec in both.specs] == [False, True]
    assert [spec.description for spec in both.specs] == ["Both.", "Both."]


def test_every_parameter_belongs_to_an_output():
    with pytest.raises(ParameterCheckError, match="reads 'up', but by internal_asset_deps"):

        @dg.multi_asset(outs={"a": dg.AssetOut()}, internal_asset_deps={"a": set()})
        def made(up): ...


def test_specs_have_io_managers_and_types_in_their_metadata():
    @dg.multi_asset(
        specs=[
            dg.AssetSpec("a", metadata={"dagster/io_manager_key": "csv"}),
            dg.AssetSpec("b", metadata={"dagster/dagster_type": int}),
            dg.AssetSpec("c"),
        ]
    )
    def made(): ...

    outputs = made.steps[0].outputs
    assert [(o.name, o.manager, o.returns_nothing) for o in outputs] == [
        ("a", "csv", False),
        ("b", "io_manager", False),
        ("c", "io_manager", True),
    ]
    assert outputs[1].type.display_name == "Int"


def test_specs_that_can_be_made_apart_are_skippable():
    made = dg.multi_asset(specs=[dg.AssetSpec("a")], can_subset=True, name="m")(lambda: None)

    assert made.get_asset_spec().skippable is True


def test_specs_that_are_split_differently_are_made_apart():
    specs = [
        dg.AssetSpec("a", partitions_def=dg.StaticPartitionsDefinition(["x"])),
        dg.AssetSpec("b"),
    ]

    with pytest.raises(InvalidDefinitionError, match="so no run can make all of them"):
        dg.multi_asset(specs=specs, name="m")(lambda: None)
    assert dg.multi_asset(specs=specs, name="m", can_subset=True)(lambda: None).keys


def test_two_specs_of_one_asset_are_refused():
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("a")], name="m")(lambda: None)

    assert str(caught.value) == "multi_asset 'm' has two specs of asset 'a'. Rename one of them."


def test_an_output_can_be_made_of_a_spec():
    out = dg.AssetOut.from_spec(dg.AssetSpec("p/a", group_name="g"), io_manager_key="csv")

    made = dg.multi_asset(outs={"x": out}, name="m")(lambda: None)

    assert made.key == dg.AssetKey(["p", "a"])
    assert made.group_names_by_key == {made.key: "g"}
    assert made.steps[0].outputs[0].manager == "csv"
