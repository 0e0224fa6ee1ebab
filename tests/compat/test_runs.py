import pytest

import penstock as dg
from penstock.base.ids import RunId
from penstock.compat.runs import DagsterRun, RunsFilter
from penstock.errors import ParameterCheckError
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus


def _run(status=RunStatus.SUCCESS, **spec) -> DagsterRun:
    return DagsterRun(
        RunRecord(id=RunId("r1"), spec=RunSpec(**spec), status=status, created=1.0, updated=2.0)
    )


def test_a_run_is_a_view_of_its_record():
    run = _run(job="j", assets=(dg.AssetKey("a"),), tags=(("k", "v"),), config={"ops": {}})

    assert (run.run_id, run.job_name, run.status) == ("r1", "j", RunStatus.SUCCESS)
    assert run.asset_selection == frozenset({dg.AssetKey("a")})
    assert run.run_config == {"ops": {}}
    assert run.tags == {"k": "v"}


def test_the_partition_is_among_the_tags():
    assert _run(partition="d1").tags == {"dagster/partition": "d1"}
    assert _run(partition="d1", tags=(("dagster/partition", "x"),)).tags == {
        "dagster/partition": "x"
    }


def test_a_run_of_everything_has_no_selection():
    assert _run().asset_selection is None


@pytest.mark.parametrize(
    ("status", "finished", "success"),
    [
        (RunStatus.SUCCESS, True, True),
        (RunStatus.FAILURE, True, False),
        (RunStatus.CANCELED, True, False),
        (RunStatus.SUSPENDED, False, False),
        (RunStatus.STARTED, False, False),
    ],
)
def test_a_run_knows_whether_it_has_ended_and_how(status, finished, success):
    run = _run(status)

    assert (run.is_finished, run.is_success) == (finished, success)


def test_a_filter_becomes_the_one_that_stores_understand():
    given = RunsFilter(
        run_ids=["r1"],
        job_name="j",
        statuses=[RunStatus.FAILURE],
        tags={"b": "2", "a": "1"},
        created_after=1.0,
    )

    assert given.to_native() == RunFilter(
        ids=(RunId("r1"),),
        job="j",
        statuses=(RunStatus.FAILURE,),
        tags=(("a", "1"), ("b", "2")),
        created_after=1.0,
    )


def test_a_filter_of_no_runs_at_all_is_refused():
    with pytest.raises(ParameterCheckError) as caught:
        RunsFilter(run_ids=[])

    assert str(caught.value) == (
        "RunsFilter(run_ids=[]) would select no run. Name a run at least, or leave run_ids out."
    )


def test_a_run_can_be_made_by_hand():
    run = DagsterRun(
        "loads",
        run_id="r1",
        tags={"dagster/partition": "x", "dagster/backfill": "b1"},
        asset_selection={dg.AssetKey("a")},
        asset_check_selection={dg.AssetCheckKey(dg.AssetKey("a"), "c")},
        step_keys_to_execute=["s"],
        parent_run_id="r0",
        root_run_id="r0",
    )

    assert (run.job_name, run.run_id) == ("loads", "r1")
    assert (run.record.spec.partition, run.record.spec.backfill) == ("x", "b1")
    assert run.entity_selection == {
        dg.AssetKey("a"),
        dg.AssetCheckKey(dg.AssetKey("a"), "c"),
    }
    assert run.step_keys_to_execute == ["s"]
    assert (run.parent_run_id, run.previous_run_id, run.root_run_id) == ("r0", "r0", "r0")
    assert run.is_partitioned
    assert DagsterRun(job_name="loads").run_id != DagsterRun(job_name="loads").run_id


def test_a_run_is_shown_at_another_status_and_with_other_tags():
    run = DagsterRun("loads", run_id="r1")

    failed = run.with_status(dg.DagsterRunStatus.FAILURE).with_tags({"dagster/will_retry": "true"})

    assert failed.is_complete_and_waiting_to_retry
    assert not run.with_status(dg.DagsterRunStatus.CANCELED).is_cancelable
    assert run.with_status(dg.DagsterRunStatus.STARTED).is_cancelable
    assert failed.tags == failed.tags_for_storage() == {"dagster/will_retry": "true"}


def test_what_asks_for_runs_is_named_by_a_tag():
    assert DagsterRun.tags_for_schedule("daily") == {"dagster/schedule_name": "daily"}
    assert RunsFilter.for_sensor("watch").tags == {"dagster/sensor_name": "watch"}
    assert RunsFilter.for_backfill("b1") == RunsFilter(tags={"dagster/backfill": "b1"})
    assert DagsterRun.tags_for_tick_id("7") == {"dagster/tick": "7"}
