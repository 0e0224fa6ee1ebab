"""Pages of the event log."""

import pytest

import penstock as dg


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b", "c"]))
def letters(context: dg.AssetExecutionContext) -> None:
    context.log_event(dg.AssetObservation("letters", partition=context.partition_key))


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        for key in "abc":
            assert dg.materialize([letters], instance=made, partition_key=key).success
        yield made


def _partitions(result):
    return [record.partition_key for record in result.records]


def test_pages_follow_each_other_by_their_cursor(instance):
    first = instance.fetch_materializations(letters.key, limit=2)
    second = instance.fetch_materializations(letters.key, limit=2, cursor=first.cursor)
    third = instance.fetch_materializations(letters.key, limit=2, cursor=second.cursor)

    assert (_partitions(first), first.has_more) == (["c", "b"], True)
    assert (_partitions(second), second.has_more) == (["a"], False)
    assert (_partitions(third), third.cursor) == ([], second.cursor)


def test_the_oldest_can_come_first(instance):
    first = instance.fetch_observations(letters.key, 2, ascending=True)
    second = instance.fetch_observations(letters.key, 2, first.cursor, ascending=True)

    assert _partitions(first) == ["a", "b"]
    assert _partitions(second) == ["c"]


def test_every_given_field_of_a_filter_must_hold(instance):
    everything = instance.fetch_materializations(letters.key, limit=9).records
    newest, middle, oldest = everything
    of_b = dg.AssetRecordsFilter(letters.key, asset_partitions=["b"])
    after_oldest = dg.AssetRecordsFilter(letters.key, after_storage_id=oldest.storage_id)
    by_ids = dg.AssetRecordsFilter(letters.key, storage_ids=[middle.storage_id])
    late = dg.AssetRecordsFilter(letters.key, after_timestamp=newest.timestamp + 60)
    early = dg.AssetRecordsFilter(letters.key, before_timestamp=oldest.timestamp - 60)

    def found(wanted):
        return _partitions(instance.fetch_materializations(wanted, limit=9))

    assert found(of_b) == ["b"]
    assert found(after_oldest) == ["c", "b"]
    assert found(by_ids) == ["b"]
    assert found(late) == found(early) == []


def test_planned_materializations_are_found(instance):
    assert _partitions(instance.fetch_planned_materializations(letters.key, 1)) == ["c"]
    assert _partitions(instance.fetch_failed_materializations(letters.key, 1)) == []


def test_status_changes_are_found_by_job(instance):
    run = instance.get_runs()[0]
    success = dg.DagsterEventType.RUN_SUCCESS
    of_job = dg.RunStatusChangeRecordsFilter(success, job_names=[run.job_name])
    of_other = dg.RunStatusChangeRecordsFilter(success, job_names=["other"])

    assert len(instance.fetch_run_status_changes(success, limit=9).records) == 3
    assert instance.fetch_run_status_changes(of_job, limit=1).records[0].run_id == run.run_id
    assert instance.fetch_run_status_changes(of_other, limit=9).records == []


def test_only_types_of_runs_are_changes_of_their_status():
    with pytest.raises(dg.ParameterCheckError, match="is no change of a run's status"):
        dg.RunStatusChangeRecordsFilter(dg.DagsterEventType.STEP_START)


def test_the_log_of_a_run_comes_in_pages(instance):
    run_id = instance.get_runs()[0].run_id

    whole = instance.get_records_for_run(run_id)
    first = instance.get_records_for_run(run_id, limit=2)
    rest = instance.get_records_for_run(run_id, cursor=first.cursor)
    made = instance.get_records_for_run(run_id, of_type={dg.DagsterEventType.ASSET_MATERIALIZATION})

    assert [*first.records, *rest.records] == whole.records
    assert (first.has_more, whole.has_more) == (True, False)
    assert _partitions(made) == ["c"]


def test_a_cursor_of_something_else_and_an_empty_run_are_refused(instance):
    with pytest.raises(dg.ParameterCheckError, match="'x' is no cursor"):
        instance.fetch_materializations(letters.key, limit=1, cursor="x")
    with pytest.raises(dg.DagsterEventLogInvalidForRun):
        instance.get_records_for_run("")


def test_runs_come_with_their_times(instance):
    newest, *_ = instance.get_run_records(limit=1)
    oldest, *_ = instance.get_run_records(order_by="create_timestamp", ascending=True)

    assert newest.dagster_run.run_id == instance.get_runs()[0].run_id
    assert oldest.create_timestamp < newest.create_timestamp
    assert instance.get_run_record_by_id(newest.dagster_run.run_id) == newest
    assert instance.get_run_record_by_id("none") is None
    with pytest.raises(dg.ParameterCheckError, match="order_by"):
        instance.get_run_records(order_by="weather")


def test_an_asset_filter_can_be_used_where_there_are_no_times():
    wanted = dg.AssetRecordsFilter(dg.AssetKey("a"), ["x"], after_storage_id=3)

    assert wanted.to_event_records_filter(
        dg.DagsterEventType.ASSET_OBSERVATION
    ) == dg.EventRecordsFilter(
        dg.DagsterEventType.ASSET_OBSERVATION, dg.AssetKey("a"), ("x",), after_cursor=3
    )
