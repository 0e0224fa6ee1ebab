"""What becomes of submitted runs."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.execute.coordinators import start_queued
from penstock.model.run import RunStatus

MOCKED = {
    "run_launcher": {"module": "penstock.testing.launchers", "class": "MockedRunLauncher"},
}


def queued(instance: dg.Instance, **tags: str) -> str:
    run = instance.create_run(job_name="load", tags=tags)
    return instance.submit_run(run.run_id).run_id


def test_a_coordinator_that_launches_at_once():
    with dg.instance_for_test(MOCKED, synchronous_run_coordinator=True) as instance:
        run = instance.create_run(job_name="load")

        submitted = instance.submit_run(run.run_id)

        assert submitted.status is RunStatus.STARTING
        assert instance.run_launcher.did_run_launch(run.run_id)


def test_a_run_that_has_started_is_not_submitted_again():
    with dg.instance_for_test(MOCKED, synchronous_run_coordinator=True) as instance:
        run = instance.create_run(job_name="load", status=RunStatus.STARTED)

        assert instance.submit_run(run.run_id).status is RunStatus.STARTED
        assert instance.run_launcher.queue() == []


def test_a_look_into_the_queue_starts_what_the_limits_have_room_for():
    limits = [{"key": "db", "limit": 1}]
    overrides = {**MOCKED, "run_queue": {"tag_concurrency_limits": limits}}
    with dg.instance_for_test(overrides) as instance:
        first, second = queued(instance, db="red"), queued(instance, db="blue")

        decision = start_queued(instance)
        again = start_queued(instance)

        assert decision.start == (first,)
        assert [held.run for held in decision.held] == [second]
        assert again.start == ()
        assert [run.run_id for run in instance.run_launcher.queue()] == [first]


def test_a_queue_in_code_has_the_limits_that_it_was_given():
    coordinator = dg.QueuedRunCoordinator(
        max_concurrent_runs=3, dequeue_use_threads=True, dequeue_num_workers=16
    )

    assert coordinator.get_run_queue_config().max_concurrent_runs == 3
    assert coordinator.dequeue_interval_seconds == 5
    assert coordinator.dequeue_use_threads
    assert coordinator.dequeue_num_workers == 16


def test_a_bound_that_makes_no_sense_is_refused():
    with pytest.raises(dg.DagsterInvalidConfigError, match="or -1 for no bound; not -2"):
        dg.QueuedRunCoordinator(max_concurrent_runs=-2)


def test_a_run_that_cannot_be_launched_fails_and_the_next_one_starts():
    with dg.instance_for_test(MOCKED) as instance:
        bad, good = queued(instance), queued(instance)
        instance.run_launcher.bad_run_ids.add(bad)

        start_queued(instance)

        statuses = [instance.get_run_by_id(run).status for run in (bad, good)]
        assert statuses == [RunStatus.FAILURE, RunStatus.STARTING]


def test_a_run_that_is_not_there_is_not_canceled():
    with dg.instance_for_test(MOCKED) as instance:
        assert not instance.run_coordinator.cancel_run("r0")
