import pytest

import penstock as dg
from penstock.define.context import Resources
from penstock.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    ParameterCheckError,
    UnknownResourceError,
)


def test_a_context_made_by_hand_tells_what_it_was_given():
    context = dg.build_asset_context(
        resources={"db": 7}, partition_key="2024-01-01", asset_config={"n": 1}, run_tags={"a": "b"}
    )

    assert context.resources.db == 7
    assert context.partition_key == "2024-01-01"
    assert context.op_config == {"n": 1}
    assert context.run_tags == {"a": "b"}
    assert (context.has_tag("a"), context.get_tag("z")) == (True, None)
    assert context.retry_number == 0
    assert context.has_partition_key is True


def test_an_unknown_resource_is_named_with_the_known_ones():
    with pytest.raises(UnknownResourceError) as caught:
        _ = Resources({"database": 1, "api": 2}).databse

    assert str(caught.value) == (
        "Unknown resource 'databse'. This step asked for: 'api' and 'database'. Name it in "
        "required_resource_keys or as a parameter. Did you mean 'database'?"
    )


def test_an_unknown_resource_is_an_attribute_error_so_that_getattr_has_a_default():
    assert getattr(Resources({}), "x", 3) == 3


def test_without_a_partition_the_message_says_how_to_run_with_one():
    @dg.asset
    def whole(context: dg.AssetExecutionContext) -> str:
        with pytest.raises(InvariantViolationError) as caught:
            _ = context.partition_key
        return str(caught.value)

    assert dg.materialize([whole]).output_for_node("whole") == (
        "This run was started without a partition, so it has no partition_key. Start it with "
        "--partition or materialize(partition_key=...)."
    )


def test_by_hand_the_message_says_how_to_build_the_context():
    with pytest.raises(ParameterCheckError) as caught:
        _ = dg.build_asset_context().partition_key

    assert str(caught.value) == (
        "This context was built without a partition, so it has no partition_key. Pass "
        "partition_key= to build_asset_context or build_op_context."
    )


def test_a_range_is_not_one_partition():
    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange("a", "c"))

    assert context.partition_key_range == dg.PartitionKeyRange("a", "c")
    with pytest.raises(InvariantViolationError, match="covers the partitions from 'a' up to 'c'"):
        _ = context.partition_key


def test_by_hand_the_partitions_between_two_ends_are_not_known():
    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange("a", "c"))

    with pytest.raises(InvariantViolationError, match="but not the partitions between them"):
        _ = context.partition_keys


def test_one_partition_is_a_range_of_itself():
    context = dg.build_asset_context(partition_key="b")

    assert context.partition_key_range == dg.PartitionKeyRange("b", "b")
    assert context.partition_keys == ["b"]


def test_a_partition_and_a_range_exclude_each_other():
    with pytest.raises(InvalidInvocationError) as caught:
        dg.build_asset_context(
            partition_key="a", partition_key_range=dg.PartitionKeyRange("a", "c")
        )

    assert str(caught.value) == "Give partition_key or partition_key_range, not both."


def test_partitions_that_are_not_windows_have_no_time():
    with pytest.raises(InvariantViolationError, match="are not windows of time"):
        _ = dg.build_asset_context(partition_key="a").partition_time_window


def test_inside_a_run_the_context_knows_its_asset_and_its_partitions():
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-05")
    seen = {}

    @dg.asset(partitions_def=days)
    def made(context: dg.AssetExecutionContext) -> None:
        seen["key"] = context.asset_key
        seen["selected"] = context.selected_asset_keys
        seen["hours"] = (
            context.partition_time_window.end - context.partition_time_window.start
        ).total_seconds() / 3600
        context.add_asset_metadata({"rows": 3})
        with pytest.raises(InvariantViolationError, match="does not make asset 'other'"):
            context.add_asset_metadata({"rows": 3}, "other")

    assert dg.materialize([made], partition_key="2024-01-02").success
    assert seen == {"key": dg.AssetKey("made"), "selected": {dg.AssetKey("made")}, "hours": 24.0}


def test_a_range_of_one_partition_is_that_partition():
    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange("b", "b"))

    assert (context.partition_key, context.has_partition_key) == ("b", False)
