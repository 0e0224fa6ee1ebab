"""Events: read by type, asset, time and tag; reported from outside; watched."""

from __future__ import annotations

import queue
import uuid

import pytest

import penstock as dg
from penstock.compat.event_data import (
    EngineEventData,
    FreshnessStateChange,
    FreshnessStateEvaluation,
    StepMaterializationData,
)
from penstock.errors import FencedError, InvariantViolationError, ParameterCheckError
from penstock.instance import Instance
from penstock.model.freshness import FreshnessState

START = 1_700_000_000.0
Type = dg.DagsterEventType
A, B = dg.AssetKey("a"), dg.AssetKey("b")


def _made(instance: Instance, key: str = "a", partition: str | None = None, **more: object) -> int:
    instance.clock.sleep(1)
    instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=partition, **more))
    return instance.event_log_storage.get_maximum_record_id()


def _found(instance: Instance, **wanted: object) -> list[int]:
    records = instance.get_event_records(
        dg.EventRecordsFilter(Type.ASSET_MATERIALIZATION, **wanted)
    )
    return [record.storage_id for record in records]


def test_every_field_of_a_filter_of_events_must_hold(any_instance):
    plain = _made(any_instance)
    x = _made(any_instance, partition="x", tags={"team": "data"})
    y = _made(any_instance, partition="y")
    other = _made(any_instance, "b")

    assert _found(any_instance) == [other, y, x, plain]
    assert _found(any_instance, asset_key=A) == [y, x, plain]
    assert _found(any_instance, asset_key=A, asset_partitions=["x", "y"]) == [y, x]
    assert _found(any_instance, after_cursor=plain, before_cursor=other) == [y, x]
    assert _found(any_instance, after_timestamp=START + 2) == [other, y]
    assert _found(any_instance, before_timestamp=START + 2) == [plain]
    assert _found(any_instance, storage_ids=[x, other], asset_key=A) == [x]
    assert _found(any_instance, tags={"team": ["data", "ops"]}) == [x]
    assert _found(any_instance, tags={"team": "ops"}) == []


def test_records_come_oldest_first_if_they_are_asked_for_so(any_instance):
    ids = [_made(any_instance) for _ in range(3)]

    wanted = dg.EventRecordsFilter(Type.ASSET_MATERIALIZATION)
    records = any_instance.get_event_records(wanted, limit=2, ascending=True)

    assert [record.storage_id for record in records] == ids[:2]


def test_a_cursor_of_sharded_logs_counts_by_its_id(any_instance):
    ids = [_made(any_instance) for _ in range(2)]
    cursor = dg.RunShardedEventsCursor(id=ids[0], run_updated_after=None)

    assert _found(any_instance, after_cursor=cursor) == ids[1:]


def test_partitions_are_of_an_asset_and_a_type_is_a_type():
    with pytest.raises(ParameterCheckError, match="needs an asset_key"):
        dg.EventRecordsFilter(Type.ASSET_MATERIALIZATION, asset_partitions=["x"])
    with pytest.raises(ParameterCheckError, match="is a DagsterEventType, not 'made'"):
        dg.EventRecordsFilter("made")


def test_pages_of_an_asset_take_every_field_of_their_filter(any_instance):
    first = _made(any_instance, partition="x")
    second = _made(any_instance, partition="x")
    _made(any_instance, partition="y")

    wanted = dg.AssetRecordsFilter(
        A, ["x"], after_timestamp=START, before_timestamp=START + 3, storage_ids=[first, second]
    )
    page = any_instance.fetch_materializations(wanted, limit=1)
    rest = any_instance.fetch_materializations(wanted, limit=1, cursor=page.cursor)

    assert [record.storage_id for record in (*page.records, *rest.records)] == [second, first]


@dg.asset
def loud(context: dg.AssetExecutionContext) -> None:
    context.log.info("hello")


def test_the_log_of_a_run_is_read_from_a_place_on(any_instance):
    run = dg.materialize([loud], instance=any_instance).run_id

    whole = any_instance.all_logs(run)
    types = [entry.dagster_event_type for entry in any_instance.logs_after(run, -1)]

    assert any_instance.logs_after(run, 1) == whole[2:]
    assert any_instance.logs_after(run, 1, limit=1) == whole[2:3]
    assert types == [entry.dagster_event_type for entry in whole]
    assert [
        entry.step_key for entry in any_instance.all_logs(run, {Type.STEP_START, Type.STEP_SUCCESS})
    ] == ["loud", "loud"]
    assert any_instance.get_asset_keys_for_run(run) == {loud.key}


def test_what_the_engine_says_is_part_of_the_log(any_instance):
    run = any_instance.create_run(job_name="loads")
    facts = EngineEventData(
        metadata={"pid": dg.MetadataValue.text("7")}, marker_start="launch", marker_end="queue"
    )

    event = any_instance.report_engine_event("Launched.", run, facts, cls=Instance, step_key="s")

    (entry,) = any_instance.all_logs(run.run_id)
    assert (event.message, event.event_type) == ("[Instance] Launched.", Type.ENGINE_EVENT)
    assert (entry.message, entry.level, entry.step_key) == (event.message, 20, "s")
    assert entry.dagster_event.engine_event_data == facts
    assert any_instance.get_event_records(dg.EventRecordsFilter(Type.ENGINE_EVENT)) != []


def test_what_the_engine_says_is_of_a_run(any_instance):
    with pytest.raises(ParameterCheckError, match="name the run"):
        any_instance.report_engine_event("Launched.")


def test_a_remark_leaves_the_owner_of_a_run_alone():
    @dg.asset
    def talkative(context: dg.AssetExecutionContext) -> None:
        context.instance.report_engine_event("Half way.", context.run)
        context.instance.report_runless_asset_event(dg.AssetObservation("elsewhere"))

    with dg.Instance.ephemeral() as instance:
        result = dg.materialize([talkative], instance=instance)

        assert result.success
        assert "Half way." in [entry.message for entry in instance.all_logs(result.run_id)]


def test_the_wish_that_a_run_stops_leaves_its_owner_alone():
    @dg.asset
    def stubborn(context: dg.AssetExecutionContext) -> None:
        context.instance.report_run_canceling(context.run)

    with dg.Instance.ephemeral() as instance:
        result = dg.materialize([stubborn], instance=instance)

        types = [entry.dagster_event_type for entry in instance.all_logs(result.run_id)]
        assert result.success
        assert Type.RUN_CANCELING in types


def test_a_run_that_was_declared_failed_stops():
    @dg.asset
    def doomed(context: dg.AssetExecutionContext) -> None:
        context.instance.report_run_failed(context.run, "Enough.")

    with dg.Instance.ephemeral() as instance:
        with pytest.raises(FencedError):
            dg.materialize([doomed], instance=instance)

        (run,) = instance.get_runs()
        assert run.is_failure


@pytest.mark.parametrize(
    ("event_type", "status"),
    [
        (Type.RUN_ENQUEUED, dg.DagsterRunStatus.QUEUED),
        (Type.RUN_START, dg.DagsterRunStatus.STARTED),
        (Type.RUN_SUCCESS, dg.DagsterRunStatus.SUCCESS),
        (Type.RUN_FAILURE, dg.DagsterRunStatus.FAILURE),
        (Type.RUN_CANCELING, dg.DagsterRunStatus.CANCELING),
        (Type.RUN_CANCELED, dg.DagsterRunStatus.CANCELED),
        (Type.RUN_SUSPENDED, dg.DagsterRunStatus.SUSPENDED),
        (Type.ENGINE_EVENT, dg.DagsterRunStatus.NOT_STARTED),
    ],
)
def test_a_reported_event_of_a_run_moves_it(any_instance, event_type, status):
    run = any_instance.create_run(job_name="loads")
    event = dg.DagsterEvent(event_type.value, "loads", message="It is so.")

    any_instance.report_dagster_event(event, run.run_id)

    assert any_instance.get_run_by_id(run.run_id).status is status
    assert any_instance.all_logs(run.run_id)[-1].dagster_event_type is event_type


def test_an_event_of_any_type_keeps_its_type_and_its_level(any_instance):
    run = any_instance.create_run(job_name="loads")
    event = dg.DagsterEvent(event_type_value="RESOURCE_INIT_STARTED", message="Setting up.")

    any_instance.report_dagster_event(event, run.run_id, log_level="warning", timestamp=5.0)

    (record,) = any_instance.get_records_for_run(run.run_id).records
    assert record.event_type is Type.RESOURCE_INIT_STARTED
    assert record.event_log_entry.level == 30
    assert (record.event_log_entry.message, record.timestamp) == ("Setting up.", 5.0)


def test_the_ends_of_a_run_are_reported_with_words(any_instance):
    failed, canceled = (any_instance.create_run(job_name="loads") for _ in range(2))

    any_instance.report_run_failed(failed, "The machine is gone.")
    any_instance.report_run_canceling(canceled)
    assert any_instance.get_run_by_id(canceled.run_id).status is dg.DagsterRunStatus.CANCELING
    any_instance.report_run_canceled(canceled, "Somebody wanted so.")

    assert any_instance.get_run_by_id(failed.run_id).is_failure
    assert "The machine is gone." in any_instance.all_logs(failed.run_id)[-1].message
    assert any_instance.get_run_by_id(canceled.run_id).status is dg.DagsterRunStatus.CANCELED
    assert "Somebody wanted so." in [e.message for e in any_instance.all_logs(canceled.run_id)]


def test_a_line_made_by_hand_is_recorded_as_it_is(any_instance):
    said = dg.DagsterEvent(
        "ASSET_MATERIALIZATION",
        "loads",
        event_specific_data=StepMaterializationData(dg.AssetMaterialization("a", partition="x")),
    )
    run_id = str(uuid.UUID(int=3))

    any_instance.store_event(
        dg.EventLogEntry(
            error_info=None,
            user_message="",
            level="debug",
            run_id=run_id,
            timestamp=12.0,
            dagster_event=said,
        )
    )
    any_instance.event_log_storage.store_event_batch(
        [dg.EventLogEntry(level="info", user_message="hello", run_id=run_id, timestamp=13.0)]
    )

    made, line = any_instance.all_logs(run_id)
    assert (made.asset_materialization.partition, made.timestamp) == ("x", 12.0)
    assert (line.message, line.level, line.is_dagster_event) == ("hello", 20, False)
    assert any_instance.get_materialized_partitions(A) == {"x"}


def test_what_happened_outside_any_run_is_known_as_all_else(any_instance):
    check = dg.AssetCheckEvaluation(asset_key=A, check_name="c", passed=False, metadata={})

    any_instance.report_runless_asset_event(
        dg.AssetMaterialization("a", metadata={"rows": 7}, tags={"dagster/data_version": "v1"})
    )
    any_instance.report_runless_asset_event(dg.AssetObservation("a"))
    any_instance.report_runless_asset_event(check)

    made = any_instance.get_latest_materialization_event(A)
    assert (made.run_id, made.asset_materialization.tags) == ("", {"dagster/data_version": "v1"})
    assert len(any_instance.fetch_observations(A, limit=5).records) == 1
    key = dg.AssetCheckKey(A, "c")
    (verdict,) = any_instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert (verdict.status.value, verdict.run_id) == ("FAILED", "")
    assert any_instance.get_latest_asset_check_evaluation_record(key) == verdict


def test_freshness_is_told_by_its_newest_evaluation(any_instance):
    judged = FreshnessStateEvaluation(A, FreshnessState.WARN)
    changed = FreshnessStateChange(A, FreshnessState.FAIL, FreshnessState.WARN, START)

    any_instance.report_runless_asset_event(judged)
    any_instance.report_runless_asset_event(changed)

    found = any_instance.get_freshness_state_records([A, B])
    (record,) = any_instance.get_event_records(dg.EventRecordsFilter(Type.FRESHNESS_STATE_CHANGE))
    assert {key: each.freshness_state for key, each in found.items()} == {A: FreshnessState.FAIL}
    assert record.event_log_entry.dagster_event.event_specific_data == changed


def test_nothing_else_can_be_reported(any_instance):
    with pytest.raises(InvariantViolationError, match="str cannot be reported"):
        any_instance.report_runless_asset_event("made")


def test_a_watcher_is_told_of_each_new_line(any_instance):
    run = any_instance.create_run(job_name="loads")
    told: queue.Queue[tuple[str, str]] = queue.Queue()

    def tell(entry: dg.EventLogEntry, cursor: str) -> None:
        told.put((entry.message, cursor))

    any_instance.report_engine_event("One.", run)
    any_instance.watch_event_logs(run.run_id, None, tell)
    first = told.get(timeout=20)
    any_instance.report_engine_event("Two.", run)
    second = told.get(timeout=20)
    any_instance.end_watch_event_logs(run.run_id, tell)

    assert [first[0], second[0]] == ["One.", "Two."]
    assert int(second[1]) > int(first[1])


def test_a_handler_that_fails_is_told_of_the_next_line_all_the_same(any_instance):
    run = any_instance.create_run(job_name="loads")
    told: queue.Queue[str] = queue.Queue()

    def fail(entry: dg.EventLogEntry, cursor: str) -> None:
        told.put(entry.message)
        raise ValueError(cursor)

    any_instance.report_engine_event("One.", run)
    any_instance.report_engine_event("Two.", run)
    any_instance.event_log_storage.watch(run.run_id, None, fail)

    assert [told.get(timeout=20), told.get(timeout=20)] == ["One.", "Two."]


def test_the_event_log_shows_its_runs_all_together(any_instance):
    log = any_instance.event_log_storage
    run = any_instance.create_run(job_name="loads", status=dg.DagsterRunStatus.STARTED)
    made = _made(any_instance)

    assert list(log.get_logs_for_all_runs_by_log_id())[-1] == made
    assert list(log.get_logs_for_all_runs_by_log_id(dagster_event_type=Type.RUN_START)) == [1]
    assert len(log.get_logs_for_run(run.run_id)) == 1
    assert log.get_stats_for_run(run.run_id).start_time == START
    assert log.get_step_stats_for_run(run.run_id) == []
