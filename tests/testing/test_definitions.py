import penstock as dg
from penstock.testing.definitions import create_run_for_test


def test_a_run_is_recorded_and_not_run():
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, "load", tags={"team": "data"}, run_config={"ops": {}})

        assert instance.get_runs() == [run]
        assert (run.job_name, run.status) == ("load", dg.DagsterRunStatus.NOT_STARTED)
        assert dict(run.tags) == {"team": "data"}
