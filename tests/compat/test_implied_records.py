"""Records of outputs and inputs that only their values tell of."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.compat.event_types import DagsterEventType


@dg.asset
def raw():
    return 1


@dg.asset
def clean(context: dg.AssetExecutionContext, raw):
    context.add_output_metadata({"rows": 2})
    context.add_asset_metadata({"owner": "ann"})
    return raw


@dg.asset
def report(context: dg.AssetExecutionContext) -> None:
    context.add_output_metadata({"pages": 3})


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def _shown(records):
    return [
        (record.event_log_entry.step_key, record.event_log_entry.dagster_event.event_type_value)
        for record in records
    ]


def test_a_stored_value_is_recorded_as_an_output_too(instance):
    run = dg.materialize([raw], instance=instance).run_id

    outputs = instance.get_records_for_run(run, of_type=DagsterEventType.STEP_OUTPUT).records

    assert _shown(outputs) == [("raw", "STEP_OUTPUT")]


def test_the_log_of_one_type_shows_what_is_implied(instance):
    run = dg.materialize([raw], instance=instance).run_id

    log = instance.all_logs(run, of_type=DagsterEventType.STEP_OUTPUT)

    assert [entry.dagster_event.event_type_value for entry in log] == ["STEP_OUTPUT"]


def test_an_output_with_an_event_of_its_own_is_recorded_once(instance):
    run = dg.materialize([raw, clean], instance=instance).run_id

    types = {DagsterEventType.STEP_OUTPUT, DagsterEventType.HANDLED_OUTPUT}
    records = instance.get_records_for_run(run, of_type=types).records

    assert _shown(records) == [
        ("raw", "STEP_OUTPUT"),
        ("raw", "HANDLED_OUTPUT"),
        ("clean", "STEP_OUTPUT"),
        ("clean", "HANDLED_OUTPUT"),
    ]


def test_a_loaded_value_is_recorded_as_an_input_too(instance):
    run = dg.materialize([raw, clean], instance=instance).run_id

    inputs = instance.get_records_for_run(run, of_type=DagsterEventType.STEP_INPUT).records

    assert _shown(inputs) == [("clean", "STEP_INPUT")]


def test_a_page_begins_after_the_one_before(instance):
    run = dg.materialize([raw, clean], instance=instance).run_id

    wanted = DagsterEventType.STEP_OUTPUT
    first = instance.get_records_for_run(run, of_type=wanted, limit=1)
    second = instance.get_records_for_run(run, of_type=wanted, limit=1, cursor=first.cursor)

    assert _shown(first.records) == [("raw", "STEP_OUTPUT")]
    assert _shown(second.records) == [("clean", "STEP_OUTPUT")]


def test_an_output_has_its_own_metadata_and_not_the_asset_s(instance):
    assert dg.materialize([raw, clean, report], instance=instance).success

    wanted = dg.EventRecordsFilter(event_type=DagsterEventType.STEP_OUTPUT)
    records = instance.get_event_records(wanted, ascending=True)
    found = {
        record.event_log_entry.step_key: {
            key: value.value
            for key, value in (
                record.event_log_entry.dagster_event.step_output_data.metadata.items()
            )
        }
        for record in records
    }

    assert found == {"raw": {}, "clean": {"rows": 2}, "report": {"pages": 3}}


def test_a_materialization_has_the_metadata_of_output_and_asset(instance):
    result = dg.materialize([raw, clean], instance=instance)

    made = result.asset_materializations_for_node("clean")[0]

    assert {key: value.value for key, value in made.metadata.items()} == {"rows": 2, "owner": "ann"}
