"""Runs: recorded, found, grouped, tagged, told of, repeated."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

import penstock as dg
from penstock.compat.run_making import ReexecutionStrategy
from penstock.compat.run_stats import RunStepMarker, StepEventStatus
from penstock.compat.runs import DagsterRun, JobBucket, TagBucket
from penstock.errors import (
    InvariantViolationError,
    ParameterCheckError,
    RunAlreadyExistsError,
    RunNotFoundError,
)
from penstock.instance import Instance
from penstock.model import events as native

START = 1_700_000_000.0
NOWHERE = str(uuid.UUID(int=7))


@dg.op
def one() -> int:
    return 1


@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def fragile(context: dg.OpExecutionContext, number: int) -> None:
    context.log_event(dg.AssetMaterialization("told"))
    if not context.run.tags.get("sound"):
        raise ValueError(number)


@dg.job(tags={"team": "data"})
def numbers() -> None:
    fragile(one())


def _run(instance: Instance, job: str = "loads", after: float = 1.0, **facts: object) -> DagsterRun:
    instance.clock.sleep(after)
    return instance.create_run(job_name=job, **facts)


def _ids(runs: list[DagsterRun]) -> list[str]:
    return [run.run_id for run in runs]


def test_runs_come_newest_first_and_page_by_page(any_instance):
    first, second, third = (_run(any_instance).run_id for _ in range(3))

    assert _ids(any_instance.get_runs()) == [third, second, first]
    assert _ids(any_instance.get_runs(limit=1, cursor=third)) == [second]
    assert _ids(any_instance.get_runs(ascending=True, cursor=first)) == [second, third]
    assert any_instance.get_run_ids(limit=2) == [third, second]
    assert any_instance.get_runs_count() == 3


def test_every_field_of_a_filter_must_hold_and_a_list_means_any_of_its_values(any_instance):
    plain = _run(any_instance).run_id
    tagged = _run(any_instance, tags={"team": "a", "size": "big"}).run_id
    other = _run(any_instance, "other", tags={"team": "b"}).run_id
    filled = _run(any_instance, tags={"dagster/backfill": "b1"}).run_id

    def found(**wanted: object) -> list[str]:
        return _ids(any_instance.get_runs(dg.RunsFilter(**wanted)))

    assert found(job_name="other") == [other]
    assert found(tags={"team": ["a", "b"]}) == [other, tagged]
    assert found(tags={"team": ["a", "b"], "size": "big"}) == [tagged]
    assert found(run_ids=[plain, other]) == [other, plain]
    assert found(exclude_subruns=True, job_name="loads") == [tagged, plain]
    assert found(statuses=[dg.DagsterRunStatus.SUCCESS]) == []
    assert found(created_after=datetime.fromtimestamp(START + 2, UTC)) == [filled, other]
    assert found(created_before=START + 2) == [plain]
    assert found(snapshot_id=any_instance.get_run_by_id(plain).execution_plan_snapshot_id) == [
        filled,
        other,
        tagged,
        plain,
    ]


def test_runs_that_something_was_recorded_of_since_are_found(any_instance):
    old, young = _run(any_instance), _run(any_instance)
    any_instance.clock.sleep(10)
    any_instance.report_run_failed(old)

    late = dg.RunsFilter(updated_after=START + 5)
    early = dg.RunsFilter(updated_before=START + 5)

    assert _ids(any_instance.get_runs(late)) == [old.run_id]
    assert _ids(any_instance.get_runs(early)) == [young.run_id]


def test_a_filter_for_no_run_is_a_mistake():
    with pytest.raises(ParameterCheckError) as caught:
        dg.RunsFilter(run_ids=[])

    assert str(caught.value) == (
        "RunsFilter(run_ids=[]) would select no run. Name a run at least, or leave run_ids out."
    )


def test_buckets_hold_some_runs_of_each_group(any_instance):
    runs = [_run(any_instance, job, tags={"team": job}) for job in ("a", "b", "a", "b", "c")]
    ids = [run.run_id for run in runs]

    by_job = any_instance.get_runs(bucket_by=JobBucket(["a", "b"], bucket_limit=1))
    by_tag = any_instance.get_run_records(bucket_by=TagBucket("team", ["a", "c"], bucket_limit=5))

    assert _ids(by_job) == [ids[3], ids[2]]
    assert [record.dagster_run.run_id for record in by_tag] == [ids[4], ids[2], ids[0]]


def test_records_have_times_and_storage_ids_that_grow(any_instance):
    old = _run(any_instance)
    _run(any_instance)
    any_instance.clock.sleep(7)
    any_instance.report_run_canceled(old)

    newest, oldest = any_instance.get_run_records()
    by_update = any_instance.get_run_records(order_by="update_timestamp", limit=1)

    assert newest.storage_id > oldest.storage_id
    assert oldest.create_timestamp == datetime.fromtimestamp(START + 1, UTC)
    assert oldest.update_timestamp == datetime.fromtimestamp(START + 9, UTC)
    assert oldest.end_time == START + 9
    assert [record.dagster_run.run_id for record in by_update] == [old.run_id]
    assert any_instance.get_run_record_by_id(NOWHERE) is None


def test_a_page_by_update_goes_on_after_its_cursor(any_instance):
    first, second = _run(any_instance), _run(any_instance)

    page = any_instance.get_run_records(order_by="update_timestamp", cursor=second.run_id)

    assert [record.dagster_run.run_id for record in page] == [first.run_id]


def test_runs_cannot_be_ordered_by_just_anything(any_instance):
    with pytest.raises(ParameterCheckError, match="not 'colour'"):
        any_instance.get_run_records(order_by="colour")


def test_tags_come_and_go(any_instance):
    run = _run(any_instance, tags={"team": "a", "size": "big"})
    _run(any_instance, tags={"team": "b"})

    any_instance.add_run_tags(run.run_id, {"team": "c", "new": "yes"})
    any_instance.remove_run_tags(run.run_id, ["size"])

    assert any_instance.get_run_by_id(run.run_id).tags == {"team": "c", "new": "yes"}
    assert any_instance.get_run_tag_keys() == ["new", "team"]
    assert any_instance.get_run_tags(["team", "size"]) == [("team", {"b", "c"})]
    assert any_instance.get_run_tags(["team"], value_prefix="c") == [("team", {"c"})]
    assert any_instance.get_run_tags([]) == []


def test_tags_are_given_to_runs_that_there_are(any_instance):
    with pytest.raises(RunNotFoundError):
        any_instance.add_run_tags(NOWHERE, {"a": "b"})


def test_a_run_is_recorded_once_under_a_uuid(any_instance):
    run_id = str(uuid.uuid4())
    _run(any_instance, run_id=run_id)

    with pytest.raises(RunAlreadyExistsError):
        _run(any_instance, run_id=run_id)
    with pytest.raises(ParameterCheckError, match="The run_id 'mine' is not a UUID"):
        _run(any_instance, run_id="mine")


@pytest.mark.parametrize("status", list(dg.DagsterRunStatus))
def test_a_run_can_be_recorded_at_any_status(any_instance, status):
    made = _run(any_instance, status=status)

    assert made.status is status
    assert any_instance.get_run_by_id(made.run_id) == made


def test_tags_of_partitions_say_what_a_run_is_for(any_instance):
    one_key = _run(any_instance, tags={"dagster/partition": "x"}).record.spec
    many = {
        "dagster/asset_partition_range_start": "a",
        "dagster/asset_partition_range_end": "c",
    }

    assert one_key.partition == "x"
    assert _run(any_instance, tags=many).record.spec.partition_range == ("a", "c")
    with pytest.raises(InvariantViolationError, match="_range_start is given alone"):
        _run(any_instance, tags={"dagster/asset_partition_range_start": "a"})
    with pytest.raises(InvariantViolationError, match="one partition or for a range"):
        _run(any_instance, tags={**many, "dagster/partition": "x"})


def test_a_run_of_a_job_has_its_plan_and_its_tags(any_instance):
    run = any_instance.create_run_for_job(numbers, tags={"mine": "yes"}, run_config={"ops": {}})
    part = any_instance.create_run_for_job(numbers, op_selection=["one"])

    assert run.tags == {"team": "data", "mine": "yes"}
    assert run.run_config == {"ops": {}}
    assert part.op_selection == ["one"]
    assert part.execution_plan_snapshot_id != run.execution_plan_snapshot_id


def test_a_run_of_a_job_of_assets_says_what_it_means_to_make(any_instance):
    @dg.asset
    def orders() -> None: ...

    defs = dg.Definitions([orders], jobs=[dg.define_asset_job("all_assets")])

    run = any_instance.create_run_for_job(defs.resolve_job_def("all_assets"))

    planned = any_instance.fetch_planned_materializations(orders.key, limit=2).records
    assert [record.run_id for record in planned] == [run.run_id]


def _times(stats):
    return [
        (each.step_key, each.status, each.attempts, len(each.materialization_events))
        for each in stats
    ]


def test_the_steps_of_a_run_are_told_of_one_by_one(any_instance):
    result = numbers.execute_in_process(instance=any_instance, raise_on_error=False)

    stats = any_instance.get_run_step_stats(result.run_id)
    only = any_instance.get_run_step_stats(result.run_id, ["fragile"])
    whole = any_instance.get_run_stats(result.run_id)

    assert _times(stats) == [
        ("one", StepEventStatus.SUCCESS, 1, 0),
        ("fragile", StepEventStatus.FAILURE, 2, 2),
    ]
    assert only == stats[1:]
    assert len(stats[1].attempts_list) == 2
    assert (whole.steps_succeeded, whole.steps_failed, whole.materializations) == (1, 1, 2)
    assert whole.start_time is not None
    assert whole.end_time is not None


def test_a_step_under_way_has_an_open_attempt_and_marks(any_instance):
    run = any_instance.create_run_for_job(numbers, status="STARTED")
    any_instance.store.report([native.StepStarted("one")], at=START + 1, run=run.record.id)
    marked = native.Remark("Loading.", step="one", marks=("start:load",))
    any_instance.store.report([marked], at=START + 2, run=run.record.id)

    (stats,) = any_instance.get_run_step_stats(run.run_id)

    assert stats.status is StepEventStatus.IN_PROGRESS
    assert (stats.partial_attempt_start, stats.end_time) == (START + 1, None)
    assert stats.markers == [RunStepMarker(START + 2, None, "load")]


def test_nothing_happened_in_a_run_that_there_is_not(any_instance):
    assert any_instance.get_run_stats(NOWHERE).steps_succeeded == 0
    assert any_instance.get_run_step_stats(NOWHERE) == []


def test_a_run_is_repeated_from_its_failure(any_instance):
    failed = numbers.execute_in_process(instance=any_instance, raise_on_error=False)

    again = any_instance.create_reexecuted_run(
        parent_run=failed.dagster_run,
        strategy=ReexecutionStrategy.FROM_FAILURE,
        extra_tags={"sound": "yes"},
    )
    whole = any_instance.create_reexecuted_run(parent_run=again, use_parent_run_tags=True)

    assert again.step_keys_to_execute == ["fragile"]
    assert (again.parent_run_id, again.root_run_id) == (failed.run_id, failed.run_id)
    assert again.is_resume_retry
    assert (whole.parent_run_id, whole.root_run_id) == (again.run_id, failed.run_id)
    assert whole.tags["sound"] == "yes"
    assert any_instance.get_run_group(whole.run_id) == (
        failed.run_id,
        [any_instance.get_run_by_id(i) for i in (failed.run_id, again.run_id, whole.run_id)],
    )


def test_only_a_run_that_failed_is_repeated_from_its_failure(any_instance):
    run = _run(any_instance)

    with pytest.raises(InvariantViolationError, match="NOT_STARTED"):
        any_instance.create_reexecuted_run(
            parent_run=run, strategy=ReexecutionStrategy.FROM_FAILURE
        )
    with pytest.raises(RunNotFoundError):
        any_instance.create_reexecuted_run(parent_run=DagsterRun(run_id=NOWHERE))


def test_the_group_of_no_run_is_not_found(any_instance):
    with pytest.raises(RunNotFoundError):
        any_instance.get_run_group(NOWHERE)


def test_a_run_made_by_hand_is_recorded_as_it_is(any_instance):
    run = DagsterRun(job_name="loads", tags={"a": "b"}, status=dg.DagsterRunStatus.STARTED)

    any_instance.add_run(run)

    found = any_instance.get_run_by_id(run.run_id)
    assert (found.job_name, found.tags, found.status) == (run.job_name, run.tags, run.status)


def test_a_deleted_run_takes_its_events_with_it(any_instance):
    run = _run(any_instance, status=dg.DagsterRunStatus.STARTED)

    any_instance.delete_run(run.run_id)

    assert not any_instance.has_run(run.run_id)
    assert any_instance.all_logs(run.run_id) == []


def test_the_newest_run_of_each_partition_is_told(any_instance):
    _run(any_instance, tags={"dagster/partition": "a"})
    newest = _run(any_instance, tags={"dagster/partition": "a"})

    (told,) = any_instance.get_run_partition_data(dg.RunsFilter(job_name="loads"))

    assert (told.run_id, told.partition) == (newest.run_id, "a")


def test_everything_can_be_forgotten(any_instance):
    _run(any_instance)
    any_instance.report_runless_asset_event(dg.AssetMaterialization("a"))

    any_instance.wipe()

    assert any_instance.get_runs() == []
    assert any_instance.get_asset_keys() == []
