import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError


@dg.asset
def orders(raw): ...


def test_specs_and_definitions_are_changed_alike():
    mapped = dg.map_asset_specs(
        lambda spec: spec.replace_attributes(group_name="g"), [orders, dg.AssetSpec("raw")]
    )

    assert mapped[0].group_names_by_key == {orders.key: "g"}
    assert mapped[1] == dg.AssetSpec("raw", group_name="g")


def test_a_dependency_can_be_added():
    [mapped] = dg.map_asset_specs(lambda spec: spec.merge_attributes(deps=["x"]), [orders])

    assert mapped.asset_deps == {orders.key: {dg.AssetKey("raw"), dg.AssetKey("x")}}


def test_keys_and_loaded_values_stay():
    with pytest.raises(InvalidDefinitionError, match="gave asset 'orders' the key 'x'"):
        dg.map_asset_specs(lambda spec: spec.replace_attributes(key="x"), [orders])
    with pytest.raises(ParameterCheckError, match="dropped 'raw' from the deps of asset"):
        dg.map_asset_specs(lambda spec: spec.replace_attributes(deps=[]), [orders])


def test_a_function_returns_a_spec():
    with pytest.raises(ParameterCheckError, match=r"returned None for 'raw'\. It must return"):
        dg.map_asset_specs(lambda spec: None, [dg.AssetSpec("raw")])


def test_the_older_form_has_no_specs():
    with pytest.raises(InvariantViolationError, match="not the SourceAsset SourceAsset\\(raw\\)"):
        dg.map_asset_specs(lambda spec: spec, [dg.SourceAsset("raw")])


def test_a_selection_of_definitions_is_changed():
    defs = dg.Definitions([dg.AssetSpec("a"), dg.AssetSpec("b")])

    mapped = defs.map_resolved_asset_specs(
        func=lambda spec: spec.merge_attributes(tags={"x": "y"}), selection=["a"]
    )

    assert mapped.assets == [dg.AssetSpec("a", tags={"x": "y"}), dg.AssetSpec("b")]
