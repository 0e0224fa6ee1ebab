import pytest

import penstock as dg
from penstock.define.io_context import storage_identifier
from penstock.errors import InvalidInvocationError, InvariantViolationError, ParameterCheckError


def _output(**changes) -> dg.OutputContext:
    facts = {
        "asset_key": dg.AssetKey(["p", "a"]),
        "name": "result",
        "step_key": "p__a",
        "run_id": "r1",
    }
    return dg.OutputContext(**{**facts, **changes})


def test_the_identifier_of_an_asset_is_its_key_and_the_one_partition():
    assert _output().get_asset_identifier() == ["p", "a"]
    assert _output(partition_keys=["d1"]).get_asset_identifier() == ["p", "a", "d1"]
    assert _output(partition_keys=["d1", "d2"]).get_asset_identifier() == ["p", "a"]


def test_the_identifier_of_an_output_is_its_run_step_and_name():
    assert _output().get_identifier() == ["r1", "p__a", "result"]
    assert _output(mapping_key="m").get_identifier() == ["r1", "p__a", "result", "m"]
    assert _output(version="v").get_identifier() == ["versioned_outputs", "v", "p__a", "result"]


def test_the_identifier_of_an_input_is_that_of_its_output():
    assert dg.InputContext(upstream_output=_output()).get_identifier() == ["r1", "p__a", "result"]
    with pytest.raises(InvariantViolationError, match="InputContext has no upstream_output"):
        dg.InputContext().get_identifier()


def test_a_value_is_stored_at_its_asset_or_at_its_output():
    assert storage_identifier(_output()) == ["p", "a"]
    assert storage_identifier(_output(asset_key=None)) == ["r1", "p__a", "result"]


def test_a_value_without_an_asset_says_so():
    context = _output(asset_key=None)

    assert context.has_asset_key is False
    with pytest.raises(InvariantViolationError, match="'result' of 'p__a' carries no asset"):
        _ = context.asset_key


def test_what_was_not_given_says_so():
    context = dg.OutputContext()

    with pytest.raises(InvariantViolationError) as caught:
        _ = context.step_key
    assert str(caught.value) == (
        "OutputContext has no step_key: it was made without one. Pass it to the function that"
        " builds the context."
    )


def test_without_a_type_any_value_fits():
    assert dg.OutputContext().dagster_type.display_name == "Any"


def test_several_partitions_are_not_one():
    context = _output(partition_keys=["d1", "d2"])

    assert (context.has_asset_partitions, context.has_partition_key) == (True, False)
    with pytest.raises(InvariantViolationError) as caught:
        _ = context.partition_key
    assert str(caught.value) == (
        "The value of asset 'p/a' is of 2 partitions, not of one. Use context.asset_partition_keys."
    )
    assert context.asset_partition_key_range == dg.PartitionKeyRange("d1", "d2")


def test_the_partition_of_the_run_need_not_be_that_of_the_value():
    context = dg.InputContext(
        asset_key=dg.AssetKey("a"), partition_key="run", partition_keys=["value"]
    )

    assert (context.partition_key, context.asset_partition_key) == ("run", "value")


def test_a_key_of_several_dimensions_tells_them():
    definition = dg.MultiPartitionsDefinition(
        {
            "region": dg.StaticPartitionsDefinition(["eu"]),
            "day": dg.DailyPartitionsDefinition("2024-01-01"),
        }
    )

    context = _output(partitions=definition, partition_keys=["2024-01-02|eu"])

    assert context.partition_key.keys_by_dimension == {"day": "2024-01-02", "region": "eu"}
    assert context.asset_partitions_time_window.start.day == 2


def test_the_window_spans_the_first_and_the_last_partition():
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")

    window = _output(
        partitions=days, partition_keys=["2024-01-02", "2024-01-03"]
    ).asset_partitions_time_window

    assert (window.start.day, window.end.day) == (2, 4)


def test_partitions_that_are_not_windows_have_no_time():
    with pytest.raises(InvariantViolationError, match="are not windows of time"):
        _ = _output(partition_keys=["a"]).asset_partitions_time_window


def test_added_metadata_is_typed_and_the_last_value_wins():
    context = _output()

    context.add_output_metadata({"rows": 1, "path": "x"})
    context.add_output_metadata({"rows": 2})

    assert context.added_metadata == {
        "rows": dg.MetadataValue.int(2),
        "path": dg.MetadataValue.text("x"),
    }


def test_metadata_is_consumed_once():
    context = _output()
    context.add_output_metadata({"rows": 1})

    assert context.get_logged_metadata() == {"rows": dg.MetadataValue.int(1)}
    assert context.consume_logged_metadata() == {"rows": dg.MetadataValue.int(1)}
    assert context.consume_logged_metadata() == {}


def test_events_are_consumed_once_and_remembered():
    context, event = _output(), dg.AssetMaterialization("x")

    context.log_event(event)

    assert list(context.consume_events()) == [event]
    assert list(context.consume_events()) == []
    assert context.get_logged_events() == [event]
    with pytest.raises(ParameterCheckError, match="log_event takes"):
        context.log_event("x")


def test_metadata_of_an_input_becomes_an_observation_of_each_partition():
    context = dg.InputContext(asset_key=dg.AssetKey("a"), partition_keys=["d1", "d2"])

    context.add_input_metadata({"rows": 1}, description="read")

    assert [seen.partition for seen in context.get_observations()] == ["d1", "d2"]
    assert [seen.description for seen in context.consume_events()] == ["read", "read"]
    assert list(context.consume_events()) == []
    assert context.consume_logged_metadata() == {"rows": dg.MetadataValue.int(1)}


def test_metadata_of_an_input_without_an_asset_is_no_observation():
    context = dg.InputContext(name="x")

    context.add_input_metadata({"rows": 1})

    assert context.get_observations() == []
    assert context.consume_logged_metadata() == {"rows": dg.MetadataValue.int(1)}


def test_an_input_knows_the_output_that_it_loads():
    upstream = _output()

    context = dg.InputContext(
        asset_key=upstream.asset_key,
        name="a",
        step_key="b",
        run_id="r2",
        upstream_output=upstream,
    )

    assert context.upstream_output is upstream
    assert (context.has_input_name, dg.InputContext().has_input_name) == (True, False)


def test_resources_and_config_of_the_manager_are_there():
    context = dg.InputContext(resources={"db": 1}, resource_config={"base": "b"}, config="c")

    assert context.resources.db == 1
    assert (context.resource_config, context.config) == ({"base": "b"}, "c")


def test_a_partition_and_a_range_exclude_each_other():
    with pytest.raises(InvalidInvocationError, match="not both"):
        dg.build_input_context(
            partition_key="a", asset_partition_key_range=dg.PartitionKeyRange("a", "b")
        )


def test_the_former_name_of_metadata_excludes_the_new_one():
    assert dg.build_output_context(metadata={"a": 1}).definition_metadata == {"a": 1}
    with pytest.raises(ParameterCheckError, match="metadata is its former name"):
        dg.build_output_context(metadata={"a": 1}, definition_metadata={"a": 1})


def test_what_an_io_manager_returns_or_yields_is_metadata_and_events():
    context, event = _output(), dg.AssetMaterialization("x")

    context.take_returned({"rows": 1})
    context.take_returned(iter([event, {"bytes": 2}]))
    context.take_returned(None)

    assert context.added_metadata == {
        "rows": dg.MetadataValue.int(1),
        "bytes": dg.MetadataValue.int(2),
    }
    assert context.get_logged_events() == [event]
    with pytest.raises(InvariantViolationError, match="The IO manager of output 'result' returned"):
        context.take_returned(3)
