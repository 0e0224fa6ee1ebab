"""Lines of the event log as text, and back."""

from __future__ import annotations

import json

import pytest

import penstock as dg
from penstock.base.ids import RunId
from penstock.compat.events import DagsterEvent
from penstock.errors import UsageError
from penstock.model import events as native

MADE = native.AssetMaterialized(asset=dg.AssetKey("a"), partition="d1", data_version="v1", step="s")


def stored(event) -> native.StoredEvent:
    return native.StoredEvent(id=7, run=RunId("r1"), at=5.0, event=event)


@pytest.mark.parametrize(
    "event", [MADE, native.LogLine("hello", 30, "s", "app"), native.RunSucceeded()]
)
def test_a_line_comes_back_as_it_was(event):
    entry = dg.EventLogEntry(stored(event), job_name="nightly")

    back = dg.EventLogEntry.from_json(entry.to_json())

    assert back == entry
    assert back.job_name == "nightly"
    assert dg.deserialize_value(dg.serialize_value(entry), dg.EventLogEntry) == entry


def test_an_event_and_a_record_come_back_as_they_were():
    event = DagsterEvent(stored(MADE))
    record = dg.EventLogRecord(7, dg.EventLogEntry(stored(MADE)))

    assert dg.deserialize_value(dg.serialize_value(event)) == event
    assert dg.deserialize_value(dg.serialize_value(record)) == record


def test_an_event_of_a_newer_version_is_kept():
    text = dg.EventLogEntry(stored(MADE)).to_json().replace("asset_materialized", "asset_painted")

    entry = dg.EventLogEntry.from_json(text)

    assert entry.dagster_event is not None
    assert entry.dagster_event.event_type_value == "ENGINE_EVENT"
    assert json.loads(entry.to_json()) == json.loads(text)


def test_of_an_event_that_dagster_wrote_the_message_is_told():
    text = json.dumps(
        {
            "__class__": "DagsterEvent",
            "event_type_value": "SOMETHING_NEW",
            "event_specific_data": {"__class__": "SomethingNewData", "foo": None},
            "message": "howdy",
            "pipeline_name": "nightly",
            "step_key": "s",
        }
    )

    event = dg.deserialize_value(text, DagsterEvent)

    assert (event.event_type_value, event.job_name, event.step_key) == (
        "ENGINE_EVENT",
        "nightly",
        "s",
    )
    assert 'says: "howdy"' in event.message
    assert "'SomethingNewData'" in event.event_specific_data.error.message


@pytest.mark.parametrize("text", ["no json", "{}", '{"event": {}}'])
def test_another_text_is_refused(text: str):
    with pytest.raises(UsageError, match="text of an event"):
        dg.EventLogEntry.from_json(text)
