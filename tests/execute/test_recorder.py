"""What a step of assets tells, and what is recorded of it."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.errors import InvariantViolationError
from penstock.instance import Instance


def test_a_multi_asset_may_yield_that_something_was_made_elsewhere():
    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], can_subset=True)
    def both():
        yield dg.AssetMaterialization("elsewhere")
        yield dg.MaterializeResult(asset_key="a")

    made = dg.materialize([both]).get_asset_materialization_events()

    assert [str(event.asset_key) for event in made] == ["elsewhere", "a"]


def test_metadata_can_be_of_one_partition():
    days = dg.StaticPartitionsDefinition(["a", "b"])

    @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
    def daily(context: dg.AssetExecutionContext):
        context.add_asset_metadata({"rows": 2}, partition_key="b")

    tags = {"dagster/asset_partition_range_start": "a", "dagster/asset_partition_range_end": "b"}

    made = dg.materialize([daily], tags=tags).get_asset_materialization_events()

    rows = {e.materialization.partition: e.materialization.metadata.get("rows") for e in made}
    assert rows == {"a": None, "b": dg.MetadataValue.int(2)}


def test_metadata_of_a_partition_needs_partitions():
    @dg.asset
    def whole(context: dg.AssetExecutionContext):
        context.add_asset_metadata({"rows": 2}, partition_key="b")

    with pytest.raises(InvariantViolationError, match="no partition 'b'"):
        dg.materialize([whole])


def test_a_step_that_feeds_what_feeds_it_runs_in_parts():
    ran: list[set[str]] = []

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("c", deps=["b"])], can_subset=True)
    def ac(context: dg.AssetExecutionContext):
        ran.append({str(key) for key in context.selected_asset_keys})
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)

    @dg.asset(deps=["a"])
    def b():
        ran.append({"b"})

    result = dg.materialize([ac, b])

    assert ran == [{"a"}, {"b"}, {"c"}]
    assert [e.step_key for e in result.get_step_success_events()] == ["ac", "b", "ac_2"]


def test_an_asset_called_by_hand_knows_its_key():
    @dg.asset
    def orders(context: dg.AssetExecutionContext):
        return str(context.asset_key)

    assert orders(dg.build_asset_context()) == "orders"


def test_a_result_can_be_read_after_its_instance_is_closed(tmp_path):
    @dg.asset
    def orders():
        return 1

    with Instance.open(load_settings(environment={"PENSTOCK_HOME": str(tmp_path)})) as instance:
        result = dg.materialize([orders], instance=instance)

    assert len(result.get_asset_materialization_events()) == 1
