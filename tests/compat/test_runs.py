import pytest

import penstock as dg
from penstock.base.ids import RunId
from penstock.compat.runs import DagsterRun, RunsFilter
from penstock.errors import InvalidInvocationError
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
    with pytest.raises(InvalidInvocationError) as caught:
        RunsFilter(run_ids=[])

    assert str(caught.value) == "RunsFilter(run_ids=...): a non-empty list must be used."
