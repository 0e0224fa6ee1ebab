import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def test_a_source_is_a_spec_that_knows_how_it_is_loaded():
    source = dg.SourceAsset("raw", io_manager_key="csv", metadata={"rows": 3}, tags={"a": "b"})

    assert source.spec.metadata == {"rows": 3, "dagster/io_manager_key": "csv"}
    assert source.metadata == {"rows": dg.MetadataValue.int(3)}
    assert source.group_name == "default"
    assert source.is_executable is False
    assert source.required_resource_keys == {"csv"}
    assert source == dg.SourceAsset(
        "raw", io_manager_key="csv", metadata={"rows": 3}, tags={"a": "b"}
    )


def test_sources_are_assets_of_definitions():
    defs = dg.Definitions([dg.SourceAsset("raw", io_manager_key="csv")], resources={"csv": 1})

    assert defs.resolve_asset_graph().external_keys == {dg.AssetKey("raw")}
    raw = defs.resolve_assets_def("raw")
    assert raw.get_io_manager_key_for_asset_key(raw.key) == "csv"


def test_a_function_observes_a_source():
    @dg.observable_source_asset(group_name="g", required_resource_keys={"api"})
    def raw(context):
        """Look at it."""
        return dg.DataVersion("1")

    step = raw.observing_step()

    assert (step.name, step.observes, step.resource_keys) == ("raw", True, frozenset({"api"}))
    assert raw.description == "Look at it."
    assert dg.AssetsDefinition.of_source(raw).is_observable is True
    assert dg.AssetsDefinition.of_source(raw).is_materializable is False


def test_an_observed_asset_has_no_inputs():
    with pytest.raises(
        InvalidDefinitionError, match="takes 'up', but assets that are made elsewhere"
    ):

        @dg.multi_observable_source_asset(specs=[dg.AssetSpec("raw")])
        def look(up): ...


def test_several_sources_are_observed_by_one_function():
    @dg.multi_observable_source_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], group_name="g")
    def look(): ...

    assert look.keys == {dg.AssetKey("a"), dg.AssetKey("b")}
    assert look.steps[0].observes is True
    assert set(look.group_names_by_key.values()) == {"g"}


def test_an_io_manager_is_given_by_key_or_as_itself():
    with pytest.raises(ParameterCheckError) as caught:
        dg.SourceAsset("raw", io_manager_key="csv", io_manager_def=object())

    assert str(caught.value) == (
        "Source asset 'raw' has two IO managers, from io_manager_key and from io_manager_def. "
        "Leave out one of them."
    )
