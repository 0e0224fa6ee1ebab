"""Backfills as Dagster shows them, and checks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import penstock as dg
from penstock.compat.backfill_queries import (
    BulkActionsFilter,
    BulkActionStatus,
    BulkActionType,
    PartitionBackfill,
)
from penstock.compat.check_records import AssetCheckExecutionRecordStatus, PartitionKeyFilter
from penstock.compat.error_view import ErrorView
from penstock.errors import InvariantViolationError
from penstock.model import events as native
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import ErrorInfo
from penstock.store.protocol import Store

START = 1_700_000_000.0
A = dg.AssetKey("a")
REQUESTED = BulkActionStatus.REQUESTED


def _backfill(number: int, **more: object) -> PartitionBackfill:
    return PartitionBackfill(
        backfill_id=f"b{number}", status=REQUESTED, backfill_timestamp=START + number, **more
    )


def _recorded(store: Store) -> None:
    record = BackfillRecord(
        id="b9",
        selection="a+",
        assets=(A,),
        status=BackfillStatus.COMPLETED_FAILED,
        created=START,
        updated=START + 5,
        total=2,
    )
    store.save_backfill(
        record, [BackfillPartition(number=n, key=k) for n, k in ((1, "x"), (2, "y"))]
    )


def test_a_backfill_is_kept_whole(any_instance):
    wanted = _backfill(
        1,
        asset_selection=[A],
        tags={"team": "data"},
        title="All of it",
        description="After the repair.",
        partition_names=["x", "y"],
        run_config={"ops": {}},
        from_failure=True,
    )

    any_instance.add_backfill(wanted)

    assert any_instance.get_backfill("b1") == wanted
    assert wanted.bulk_action_type is BulkActionType.MULTI_RUN_ASSET_ACTION
    assert [p.key for p in any_instance.store.backfill_partitions("b1")] == ["x", "y"]
    assert any_instance.has_bulk_actions()
    with pytest.raises(InvariantViolationError):
        any_instance.add_backfill(wanted)


def test_a_backfill_goes_on(any_instance):
    any_instance.add_backfill(_backfill(1, partition_set_name="loads", partition_names=["x"]))
    error = ErrorView(ErrorInfo("ValueError", "bad"))

    canceling = any_instance.get_backfill("b1").with_status(BulkActionStatus.CANCELING)
    any_instance.update_backfill(canceling.with_partition_checkpoint("x").with_failure_count(2))
    between = any_instance.get_backfill("b1")
    any_instance.update_backfill(
        between.with_status(BulkActionStatus.FAILED).with_error(error).with_end_timestamp(START + 9)
    )

    assert (between.status, between.last_submitted_partition_name, between.failure_count) == (
        BulkActionStatus.CANCELING,
        "x",
        2,
    )
    ended = any_instance.get_backfill("b1")
    assert (ended.status, ended.error, ended.backfill_end_timestamp) == (
        BulkActionStatus.FAILED,
        error,
        START + 9,
    )
    assert (ended.job_name, ended.is_asset_backfill) == ("loads", False)


def test_a_backfill_that_the_engine_made_is_shown(any_instance):
    _recorded(any_instance.store)

    shown = any_instance.get_backfill("b9")

    assert (shown.status, shown.title) == (BulkActionStatus.COMPLETED_FAILED, "a+")
    assert (shown.asset_selection, shown.partition_names) == ([A], ["x", "y"])
    assert shown.backfill_end_timestamp == START + 5


def test_what_the_engine_did_since_counts(any_instance):
    any_instance.add_backfill(_backfill(1))

    any_instance.store.update_backfill("b1", at=START, status=BackfillStatus.CANCELED)

    assert any_instance.get_backfill("b1").status is BulkActionStatus.CANCELED


def test_backfills_are_listed_newest_first_by_every_field_given(any_instance):
    any_instance.add_backfill(_backfill(1, tags={"team": "a"}, partition_set_name="loads"))
    any_instance.add_backfill(_backfill(2, tags={"team": "b"}))
    any_instance.add_backfill(_backfill(3, asset_selection=[A]))
    any_instance.update_backfill(
        any_instance.get_backfill("b2").with_status(BulkActionStatus.COMPLETED_SUCCESS)
    )

    def found(**wanted: object) -> list[str]:
        return [b.backfill_id for b in any_instance.get_backfills(BulkActionsFilter(**wanted))]

    assert [b.backfill_id for b in any_instance.get_backfills()] == ["b3", "b2", "b1"]
    assert [b.backfill_id for b in any_instance.get_backfills(cursor="b3", limit=1)] == ["b2"]
    assert [b.backfill_id for b in any_instance.get_backfills(status=REQUESTED)] == ["b3", "b1"]
    assert found(tags={"team": ["a", "b"]}) == ["b2", "b1"]
    assert found(statuses=[BulkActionStatus.COMPLETED_SUCCESS]) == ["b2"]
    assert found(job_name="loads") == ["b1"]
    assert found(backfill_ids=["b1", "b3"]) == ["b3", "b1"]
    assert found(created_after=datetime.fromtimestamp(START + 1, UTC)) == ["b3", "b2"]
    assert any_instance.get_backfills_count(BulkActionsFilter(job_name="loads")) == 1


def test_only_a_backfill_that_there_is_goes_on(any_instance):
    assert any_instance.get_backfill("b1") is None
    with pytest.raises(InvariantViolationError, match="no backfill b1"):
        any_instance.update_backfill(_backfill(1))


def test_executions_of_a_check_are_told_with_those_that_gave_no_verdict(any_instance):
    key = dg.AssetCheckKey(A, "c")
    planned, judged = (any_instance.create_run(job_name="loads").record.id for _ in range(2))
    store = any_instance.store
    store.report([native.CheckPlanned(A, "c")], at=START, run=judged)
    verdict = native.CheckEvaluated(A, "c", passed=True, partition="x")
    store.report([verdict], at=START, run=judged)
    store.report([native.CheckPlanned(A, "c")], at=START, run=planned)
    log = any_instance.event_log_storage

    history = log.get_asset_check_execution_history(key, limit=5)
    of_x = log.get_asset_check_execution_history(
        key, limit=5, partition_filter=PartitionKeyFilter("x")
    )
    summary = log.get_asset_check_summary_records([key])[key]

    assert [(r.status, r.run_id) for r in history] == [
        (AssetCheckExecutionRecordStatus.PLANNED, planned),
        (AssetCheckExecutionRecordStatus.SUCCEEDED, judged),
    ]
    assert of_x == history[1:]
    assert summary.last_check_execution_record == history[0]
    assert summary.last_completed_check_execution_record == history[1]
    assert (summary.last_run_id, summary.last_completed_run_id) == (planned, judged)
    assert history[1].evaluation == verdict
    assert log.get_asset_check_execution_history(key, limit=5, cursor=history[1].id) == []
