import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def _both() -> dg.AssetsDefinition:
    @dg.multi_asset(outs={"a": dg.AssetOut(), "b": dg.AssetOut()}, deps=["up"], can_subset=True)
    def both(given): ...

    return both


def test_one_function_can_make_several_assets():
    both = _both()

    assert both.keys == {dg.AssetKey("a"), dg.AssetKey("b")}
    assert both.dependency_keys == {dg.AssetKey("up"), dg.AssetKey("given")}
    assert both.can_subset is True
    assert repr(both) == "AssetsDefinition(a, b)"


def test_several_assets_have_no_single_key():
    with pytest.raises(ParameterCheckError) as caught:
        _ = _both().key

    assert str(caught.value) == (
        "'both' has no single asset key to return; its keys are: 'a', 'b'. Use .keys."
    )


def test_the_output_of_an_asset_is_found_by_its_key():
    node = _both().steps[0]

    assert node.output_of(dg.AssetKey("b")).name == "b"
    with pytest.raises(InvalidDefinitionError) as caught:
        node.output_of(dg.AssetKey("c"))
    assert str(caught.value) == "'both' does not make asset 'c'."


def test_an_assets_definition_tells_what_was_declared():
    days = dg.DailyPartitionsDefinition("2024-01-01")

    @dg.asset(
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={"db"},
        check_specs=[dg.AssetCheckSpec("ok", asset="made")],
    )
    def made(): ...

    assert made.partitions_def == days
    assert made.backfill_policy == dg.BackfillPolicy.single_run()
    assert made.required_resource_keys == {"db", "io_manager"}
    assert made.check_keys == {dg.AssetCheckKey(dg.AssetKey("made"), "ok")}
    assert made.specs_by_key == {made.key: made.get_asset_spec()}


def test_a_check_tells_its_name_and_asset():
    check = dg.asset_check(asset="a", name="c")(lambda: True)

    assert (check.name, check.asset_key) == ("c", dg.AssetKey("a"))
    assert check.check_keys == {check.check_key}
