"""Assets and partitions: what is known of them, and how it is forgotten."""

from __future__ import annotations

import time

import pytest

import penstock as dg
from penstock.compat.asset_records import AssetPartitionStatus
from penstock.errors import ParameterCheckError
from penstock.instance import Instance
from penstock.model import events as native

START = 1_700_000_000.0
Type = dg.DagsterEventType
A, B = dg.AssetKey("a"), dg.AssetKey(["b", "c"])


def _made(instance: Instance, key: object = "a", partition: str | None = None, **more: object):
    instance.clock.sleep(1)
    instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=partition, **more))
    return instance.event_log_storage.get_maximum_record_id()


def test_assets_are_listed_by_prefix_and_page_by_page(any_instance):
    for key in (["x"], ["b", "c"], ["b", "a"], ["a"]):
        _made(any_instance, key)

    assert [k.path for k in any_instance.get_asset_keys(prefix=["b"])] == [["b", "a"], ["b", "c"]]
    assert [k.path for k in any_instance.get_asset_keys(limit=2)] == [["a"], ["b", "a"]]
    assert [k.path for k in any_instance.get_asset_keys(cursor='["b", "a"]', limit=1)] == [
        ["b", "c"]
    ]
    assert any_instance.all_asset_keys()[-1] == dg.AssetKey("x")


@dg.asset
def steady() -> None: ...


@dg.asset
def fragile() -> None:
    raise ValueError


def test_a_record_of_an_asset_has_its_newest_events(any_instance):
    made = _made(any_instance, "steady")
    any_instance.report_runless_asset_event(dg.AssetObservation("steady"))
    failed = dg.materialize([fragile], instance=any_instance, raise_on_error=False).run_id

    records = {r.asset_entry.asset_key: r for r in any_instance.get_asset_records()}

    entry = records[steady.key].asset_entry
    assert entry.last_materialization_storage_id == made
    assert entry.last_materialization == any_instance.get_latest_materialization_event(steady.key)
    assert entry.last_observation_storage_id == entry.last_event_storage_id == made + 1
    assert (entry.last_run_id, entry.last_planned_materialization_run_id) == (None, None)
    broken = records[fragile.key].asset_entry
    assert broken.last_failed_to_materialize_record.run_id == failed
    assert broken.last_failed_to_materialize_entry.run_id == failed
    assert broken.last_planned_materialization_run_id == broken.last_run_id == failed
    assert broken.last_materialization is None
    assert any_instance.get_asset_records([dg.AssetKey("unknown")]) == []


def test_newest_materializations_are_told_of_many_assets_at_once(any_instance):
    _made(any_instance, tags={"dagster/code_version": "1"})
    newest = _made(any_instance, tags={"dagster/code_version": "2"})

    events = any_instance.get_latest_materialization_events([A, B])

    assert {key: event and event.stored.id for key, event in events.items()} == {A: newest, B: None}
    assert any_instance.get_latest_materialization_code_versions([A, B]) == {A: "2", B: None}


def test_the_newest_data_version_is_of_a_materialization_before_an_observation(any_instance):
    first = _made(any_instance, partition="x")
    second = _made(any_instance, partition="y")
    any_instance.report_runless_asset_event(dg.AssetObservation("a", partition="x"))
    seen = any_instance.event_log_storage.get_maximum_record_id()

    def found(**wanted: object) -> int | None:
        record = any_instance.get_latest_data_version_record(A, **wanted)
        return None if record is None else record.storage_id

    assert found() == second
    assert found(partition_key="x") == first
    assert found(is_source=True) == seen
    assert found(before_cursor=second) == first
    assert found(is_source=False, after_cursor=second) is None


def test_tags_of_events_are_told_by_asset(any_instance):
    first = _made(any_instance, tags={"team": "a", "size": "big"})
    _made(any_instance, tags={"team": "b"})
    _made(any_instance)

    def tags(**wanted: object):
        return any_instance.get_event_tags_for_asset(A, **wanted)

    assert tags() == [{"team": "a", "size": "big"}, {"team": "b"}]
    assert tags(filter_tags={"team": "b"}) == [{"team": "b"}]
    assert tags(filter_event_id=first) == [{"team": "a", "size": "big"}]
    with pytest.raises(ParameterCheckError, match="not both"):
        tags(filter_event_id=first, filter_tags={"team": "b"})


def test_the_newest_event_of_each_partition_is_told_by_type(any_instance):
    _made(any_instance, partition="x")
    y = _made(any_instance, partition="y")
    x = _made(any_instance, partition="x")
    any_instance.report_runless_asset_event(dg.AssetObservation("a", partition="z"))

    def ids(event_type: Type = Type.ASSET_MATERIALIZATION, **wanted: object):
        return any_instance.get_latest_storage_id_by_partition(A, event_type, **wanted)

    assert ids() == {"x": x, "y": y}
    assert ids(partitions={"y", "z"}) == {"y": y}
    assert ids(after_cursor=y) == {"x": x}
    assert ids(Type.ASSET_OBSERVATION) == {"z": x + 1}
    with pytest.raises(ParameterCheckError, match="not of partitions"):
        ids(Type.RUN_START)


def test_what_was_planned_last_is_told(any_instance):
    run = any_instance.create_run(job_name="loads")
    planned = native.AssetPlanned(A, "x")
    number = any_instance.store.report([planned], at=START, run=run.record.id)

    info = any_instance.get_latest_planned_materialization_info(A)

    assert (info.storage_id, info.run_id) == (number, run.run_id)
    assert any_instance.get_latest_planned_materialization_info(A, "y") is None


def test_a_wiped_asset_is_unknown_until_something_happens_to_it(any_instance):
    _made(any_instance)
    any_instance.clock.sleep(5)

    any_instance.wipe_assets([A])

    assert not any_instance.has_asset_key(A)
    assert any_instance.get_asset_records([A]) == []
    assert len(any_instance.get_event_records(dg.EventRecordsFilter(Type.ASSET_WIPED))) == 1
    _made(any_instance)
    (record,) = any_instance.get_asset_records([A])
    assert record.asset_entry.asset_details.last_wipe_timestamp == START + 6
    assert len(any_instance.fetch_materializations(A, limit=5).records) == 1


def test_only_assets_are_wiped(any_instance):
    with pytest.raises(ParameterCheckError, match="not 'a'"):
        any_instance.wipe_assets(["a"])


def test_wiped_partitions_are_as_if_never_made(any_instance):
    for key in "xyz":
        _made(any_instance, partition=key)

    any_instance.wipe_asset_partitions(A, ["x", "y"])

    assert any_instance.get_materialized_partitions(A) == {"z"}
    assert [r.partition_key for r in any_instance.fetch_materializations(A, limit=5).records] == [
        "z"
    ]
    (wiped,) = any_instance.get_event_records(dg.EventRecordsFilter(Type.ASSET_WIPED))
    told = wiped.event_log_entry.dagster_event.event_specific_data
    assert (told.asset_key, told.partition_keys) == (A, ("x", "y"))


def test_materialized_partitions_are_told_between_two_events(any_instance):
    first = _made(any_instance, partition="x")
    second = _made(any_instance, partition="y")

    assert any_instance.get_materialized_partitions(A) == {"x", "y"}
    assert any_instance.get_materialized_partitions(A, before_cursor=second) == {"x"}
    assert any_instance.get_materialized_partitions(A, after_cursor=first) == {"y"}


def test_a_hundred_thousand_partitions_are_told_in_a_moment(any_instance):
    events = [native.AssetMaterialized(asset=A, partition=f"p{n:06}") for n in range(100_000)]
    any_instance.store.report(events, at=START)

    begun = time.perf_counter()
    found = any_instance.get_materialized_partitions(A)
    took = time.perf_counter() - begun

    assert len(found) == 100_000
    assert took < 0.4  # some 40 ms where nothing else runs


def test_records_of_a_hundred_assets_are_read_at_once(any_instance):
    events = [native.AssetMaterialized(asset=dg.AssetKey(f"a{n}")) for n in range(100)]
    any_instance.store.report(events, at=START)
    keys = [event.asset for event in events]
    any_instance.get_asset_records(keys)

    begun = time.perf_counter()
    records = any_instance.get_asset_records(keys)
    took = time.perf_counter() - begun

    assert len(records) == 100
    assert took < 0.05  # a millisecond or two where nothing else runs


def test_the_status_of_partitions_is_told_of_known_assets(any_instance):
    letters = dg.StaticPartitionsDefinition(["x", "y"])
    _made(any_instance, partition="x")

    found = any_instance.get_status_by_partition(A, ["x", "y"], letters)

    assert dict(found) == {"x": AssetPartitionStatus.MATERIALIZED, "y": None}
    assert any_instance.get_status_by_partition(B, ["x"], letters) is None


def test_dynamic_partitions_come_and_go(any_instance):
    any_instance.add_dynamic_partitions("cities", ["oslo", "rome", "bern"])
    before = any_instance.get_dynamic_partitions_definition_id("cities")
    any_instance.delete_dynamic_partition("cities", "rome")
    any_instance.add_dynamic_partitions("cities", ["oslo", "rome"])

    assert any_instance.get_dynamic_partitions("cities") == ["oslo", "bern", "rome"]
    assert any_instance.has_dynamic_partition("cities", "bern")
    assert any_instance.get_existing_dynamic_partitions("cities", ["oslo", "x"]) == {"oslo"}
    assert any_instance.get_dynamic_partitions_definition_id("cities") == before
    assert any_instance.get_dynamic_partitions_definition_id("other") != before


def test_dynamic_partitions_come_in_pages(any_instance):
    any_instance.add_dynamic_partitions("cities", ["oslo", "rome", "bern"])

    def page(*arguments: object):
        found = any_instance.get_paginated_dynamic_partitions("cities", *arguments)
        return found.results, found.has_more, found.cursor

    assert page(2, True) == (["oslo", "rome"], True, "rome")
    assert page(2, True, "rome") == (["bern"], False, "bern")
    assert page(2, False) == (["bern", "rome"], True, "rome")
    assert page(2, True, "bern") == ([], False, "bern")


def test_dynamic_partitions_are_a_list_of_texts_under_a_name(any_instance):
    with pytest.raises(ParameterCheckError, match="list of keys"):
        any_instance.add_dynamic_partitions("cities", "oslo")
    with pytest.raises(ParameterCheckError, match="list of keys"):
        any_instance.add_dynamic_partitions("cities", [7])
    with pytest.raises(ParameterCheckError, match="not empty"):
        any_instance.get_dynamic_partitions("")
