import pytest

import penstock as dg
from penstock.errors import InvariantViolationError


def _output(**changes) -> dg.OutputContext:
    facts = {
        "asset_key": dg.AssetKey(["p", "a"]),
        "name": "result",
        "step_key": "p__a",
        "run_id": "r1",
    }
    return dg.OutputContext(**{**facts, **changes})


def test_the_identifier_is_the_key_and_the_one_partition():
    assert _output().get_identifier() == ["p", "a"]
    assert _output(partition_keys=["d1"]).get_identifier() == ["p", "a", "d1"]
    assert _output(partition_keys=["d1", "d2"]).get_asset_identifier() == ["p", "a"]


def test_a_value_without_an_asset_is_identified_by_run_step_and_output():
    context = _output(asset_key=None)

    assert context.has_asset_key is False
    assert context.get_identifier() == ["r1", "p__a", "result"]
    with pytest.raises(InvariantViolationError, match="'result' of 'p__a' carries no asset"):
        _ = context.asset_key


def test_several_partitions_are_not_one():
    context = _output(partition_keys=["d1", "d2"])

    assert (context.has_asset_partitions, context.has_partition_key) == (True, False)
    with pytest.raises(InvariantViolationError) as caught:
        _ = context.partition_key
    assert str(caught.value) == (
        "The value of asset 'p/a' is of 2 partitions, not of one. Use context.asset_partition_keys."
    )


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


def test_an_io_manager_needs_both_methods():
    class Half(dg.IOManager):
        def handle_output(self, context, obj): ...

    with pytest.raises(TypeError, match="load_input"):
        Half()


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
