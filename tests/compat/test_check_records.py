"""Verdicts of checks as records."""

from __future__ import annotations

import penstock as dg
from penstock.compat.check_records import AssetCheckExecutionRecordStatus as Status
from penstock.compat.event_types import DagsterEventType
from penstock.instance import Instance

ROWS = dg.AssetCheckKey(dg.AssetKey("orders"), "rows")


@dg.asset
def orders():
    return 1


@dg.asset_check(asset=orders)
def rows():
    return dg.AssetCheckResult(passed=False)


def test_a_verdict_targets_the_newest_materialization():
    instance = Instance.ephemeral()

    dg.materialize([orders], instance=instance)
    result = dg.materialize([orders, rows], instance=instance)

    newest = instance.fetch_materializations(dg.AssetKey("orders"), limit=1).records[0]
    target = result.get_asset_check_evaluations()[0].target_materialization_data
    assert target is not None
    assert (target.storage_id, target.run_id) == (newest.storage_id, result.run_id)
    assert target.timestamp == newest.timestamp


def test_a_verdict_on_what_was_never_made_targets_nothing():
    result = dg.materialize([rows])

    assert result.get_asset_check_evaluations()[0].target_materialization_data is None


def test_a_verdict_targets_the_partition_of_the_run():
    parts = dg.StaticPartitionsDefinition(["a", "b"])

    @dg.asset(partitions_def=parts, check_specs=[dg.AssetCheckSpec("full", asset="daily")])
    def daily(context: dg.AssetExecutionContext):
        yield dg.Output(1)
        elsewhere = dg.AssetMaterialization("daily", partition="b")
        context.instance.report_runless_asset_event(elsewhere)
        yield dg.AssetCheckResult(passed=True)

    evaluation = dg.materialize([daily], partition_key="a").get_asset_check_evaluations()[0]

    assert evaluation.partition is None
    assert evaluation.target_materialization_data is not None
    assert evaluation.target_materialization_data.run_id != ""


def test_the_history_of_a_check_has_one_record_for_each_run():
    instance = Instance.ephemeral()
    dg.materialize([orders, rows], instance=instance)
    dg.materialize([orders, rows], instance=instance)

    history = instance.event_log_storage.get_asset_check_execution_history(ROWS, limit=10)

    assert [record.status for record in history] == [Status.FAILED, Status.FAILED]
    assert history[0].id > history[1].id


def test_a_check_that_was_not_evaluated_stays_planned():
    @dg.asset
    def broken():
        raise ValueError

    @dg.asset_check(asset=broken)
    def never():
        return True

    instance = Instance.ephemeral()
    result = dg.materialize([broken, never], instance=instance, raise_on_error=False)

    key = dg.AssetCheckKey(dg.AssetKey("broken"), "never")
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert [record.status for record in history] == [Status.PLANNED]
    planned = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    assert len(instance.get_records_for_run(result.run_id, of_type=planned).records) == 1
