import pytest

import penstock as dg
from penstock.define.assets_definition import AssetExecutionType
from penstock.errors import InvalidDefinitionError, ParameterCheckError

A, B, C = dg.AssetKey("a"), dg.AssetKey("b"), dg.AssetKey("c")


def three(can_subset=True):
    @dg.multi_asset(
        outs={"a": dg.AssetOut(), "b": dg.AssetOut(), "c": dg.AssetOut()},
        internal_asset_deps={"a": {dg.AssetKey("up")}, "b": set(), "c": {A, B, dg.AssetKey("far")}},
        check_specs=[dg.AssetCheckSpec("ok", asset="a"), dg.AssetCheckSpec("ok", asset="b")],
        can_subset=can_subset,
    )
    def made(context, up, far): ...

    return made


@dg.asset(
    key_prefix="raw",
    ins={"other": dg.AssetIn("else/where", partition_mapping=dg.AllPartitionMapping())},
    deps=["before"],
    group_name="g",
    owners=["team:x"],
    tags={"tier": "gold"},
    kinds={"dbt"},
    code_version="2",
    metadata={"rows": 3},
    description="Every order.",
)
def orders(context, up, other): ...


def test_views_tell_what_was_declared():
    key = dg.AssetKey(["raw", "orders"])

    assert orders.key == key
    assert orders.group_names_by_key == {key: "g"}
    assert orders.owners_by_key == {key: ["team:x"]}
    assert orders.tags_by_key == {key: {"tier": "gold", "dagster/kind/dbt": ""}}
    assert orders.code_versions_by_key == {key: "2"}
    assert orders.metadata_by_key == {key: {"rows": 3}}
    assert orders.descriptions_by_key == {key: "Every order."}
    assert orders.keys_by_output_name == {"result": key}
    assert orders.is_materializable is True
    assert orders.is_external is False


def test_every_dependency_is_an_input_and_a_dep():
    upstream = {"up", "else/where", "before"}

    assert {str(k) for k in orders.dependency_keys} == upstream
    assert {n: str(k) for n, k in orders.keys_by_input_name.items()} == {
        "up": "up",
        "other": "else/where",
        "before": "before",
    }
    mapping = orders.get_partition_mapping(dg.AssetKey(["else", "where"]))
    assert mapping == dg.AllPartitionMapping()


def test_the_function_is_an_op():
    op = orders.op

    assert op.name == "raw__orders"
    assert [port.name for port in op.output_defs] == ["result"]
    assert set(op.ins) == {"up", "other", "before"}


def test_a_part_of_the_assets_keeps_only_its_inputs_outputs_and_checks():
    part = three().subset_for({A, dg.AssetKey("unrelated")})

    assert part.keys == {A}
    assert part.is_subset is True
    assert {n: str(k) for n, k in part.keys_by_input_name.items()} == {"up": "up"}
    assert list(part.keys_by_output_name) == ["a"]
    assert part.check_keys == {dg.AssetCheckKey(A, "ok")}
    assert part.asset_deps == three().asset_deps
    assert len(part.node_check_specs_by_output_name) == 2


def test_assets_of_one_whole_are_inputs_where_they_may_be_made_apart():
    assert set(three().keys_by_input_name) == {"up", "far", "a", "b"}
    assert set(three(can_subset=False).keys_by_input_name) == {"up", "far"}


def test_what_is_made_together_is_selected_together():
    with pytest.raises(
        ParameterCheckError, match="'made' was selected, but it has can_subset=False"
    ):
        three(can_subset=False).subset_for({A})


def test_keys_are_replaced_wherever_they_stand():
    renamed = three().with_attributes(
        asset_key_replacements={A: dg.AssetKey(["p", "a"]), dg.AssetKey("up"): dg.AssetKey("down")}
    )

    assert renamed.keys == {dg.AssetKey(["p", "a"]), B, C}
    assert renamed.asset_deps[dg.AssetKey(["p", "a"])] == {dg.AssetKey("down")}
    assert renamed.asset_deps[C] == {dg.AssetKey(["p", "a"]), B, dg.AssetKey("far")}
    assert renamed.keys_by_input_name["up"] == dg.AssetKey("down")
    assert dg.AssetCheckKey(dg.AssetKey(["p", "a"]), "ok") in renamed.check_keys
    assert renamed.steps[0].name == "made"


def test_a_group_is_given_once():
    with pytest.raises(InvalidDefinitionError) as caught:
        orders.with_attributes(group_names_by_key={orders.key: "h"})

    assert str(caught.value) == (
        "A group_name was given to assets that have one: 'raw/orders'. Leave the group out in one "
        "of the two places."
    )


def test_metadata_is_added_to():
    changed = orders.with_attributes(metadata_by_key={orders.key: {"cols": 2}})

    assert changed.metadata_by_key[orders.key] == {"rows": 3, "cols": 2}


def test_an_older_form_of_an_asset_can_be_made():
    source = orders.to_source_asset()

    assert source == dg.SourceAsset(
        ["raw", "orders"],
        metadata={"rows": 3},
        io_manager_key="io_manager",
        description="Every order.",
        group_name="g",
        tags={"tier": "gold", "dagster/kind/dbt": ""},
    )


def test_specs_alone_are_of_assets_made_elsewhere():
    external = dg.AssetsDefinition(specs=[dg.AssetSpec("a", group_name="g"), dg.AssetSpec("b")])

    assert external.is_executable is False
    assert external.is_external is True
    assert external.group_names_by_key == {A: "g", B: "default"}
    with pytest.raises(ParameterCheckError, match="takes no inputs, outputs"):
        dg.AssetsDefinition(specs=[dg.AssetSpec("a")], can_subset=True)
    with pytest.raises(ParameterCheckError, match="got neither node_def nor specs"):
        dg.AssetsDefinition()


def test_an_op_makes_the_assets_of_its_outputs():
    @dg.op(out={"x": dg.Out(), "y": dg.Out(is_required=False)})
    def split(up):
        """Splits."""

    made = dg.AssetsDefinition.from_op(split, key_prefix="p", group_name="g")

    assert made.keys == {dg.AssetKey(["p", "x"]), dg.AssetKey(["p", "y"])}
    assert [spec.skippable for spec in made.specs] == [False, True]
    assert [spec.description for spec in made.specs] == ["Splits.", "Splits."]
    assert made.asset_deps[dg.AssetKey(["p", "x"])] == {dg.AssetKey("up")}
    assert made.op is split
    assert [step.name for step in made.steps] == ["split"]


def test_definitions_are_equal_only_to_themselves():
    assert three() != three()
    assert three().unique_id == three().unique_id
    assert repr(three()) == "AssetsDefinition(a, b, c)"


def test_the_code_of_a_definition_can_be_said_to_observe():
    @dg.op
    def look(): ...

    kinds = AssetExecutionType
    outputs = {"result": dg.AssetKey("a")}
    seen = dg.AssetsDefinition(
        node_def=look, keys_by_output_name=outputs, execution_type=kinds.OBSERVATION
    )
    made = dg.AssetsDefinition(node_def=look, keys_by_output_name=outputs)

    assert seen.is_observable
    assert seen.execution_type is kinds.OBSERVATION
    assert made.execution_type is kinds.MATERIALIZATION
    assert dg.AssetsDefinition(specs=[dg.AssetSpec("b")]).execution_type is kinds.UNEXECUTABLE
    with pytest.raises(ParameterCheckError, match="UNEXECUTABLE means that there is no code"):
        dg.AssetsDefinition(
            node_def=look, keys_by_output_name=outputs, execution_type=kinds.UNEXECUTABLE
        )
