from typing import get_args

import pytest

import penstock as dg
from penstock.base.ids import RunId
from penstock.compat.event_data import Materialization
from penstock.compat.event_entries import EventLogEntry, EventLogRecord
from penstock.compat.event_text import describe_event
from penstock.compat.event_types import KIND_OF_TYPE, TYPE_OF_KIND, DagsterEventType
from penstock.compat.events import DagsterEvent
from penstock.model import events as native

MADE = native.AssetMaterialized(
    asset=dg.AssetKey("a"), partition="d1", data_version="v1", step="s", tags={"by": "me"}
)
VERDICT = native.CheckEvaluated(asset=dg.AssetKey("a"), name="c", passed=True)


def _stored(event, run="r1") -> native.StoredEvent:
    return native.StoredEvent(id=7, run=None if run is None else RunId(run), at=5.0, event=event)


def test_every_kind_but_a_message_has_a_type():
    kinds = {event.__struct_config__.tag for event in get_args(native.RunEvent)}

    assert kinds - set(TYPE_OF_KIND) == {"log_line", "remark"}


def test_run_events_keep_their_stored_names():
    assert DagsterEventType.RUN_SUCCESS.value == "PIPELINE_SUCCESS"


def test_a_type_of_two_kinds_means_the_first():
    assert KIND_OF_TYPE[DagsterEventType.STEP_FAILURE] == "step_failed"


def test_a_materialization_is_seen_whole():
    event = DagsterEvent(_stored(MADE))

    assert event.event_type is DagsterEventType.ASSET_MATERIALIZATION
    assert (event.step_key, event.asset_key, event.partition) == ("s", dg.AssetKey("a"), "d1")
    assert event.is_step_materialization is True
    assert event.materialization == Materialization(
        dg.AssetKey("a"), "d1", {}, {"by": "me", "dagster/data_version": "v1"}, None
    )


def test_a_verdict_has_the_key_of_its_check():
    event = DagsterEvent(_stored(VERDICT))

    assert event.asset_check_key == dg.AssetCheckKey(dg.AssetKey("a"), "c")
    assert event.asset_check_evaluation_data == VERDICT


def test_steps_end_well_or_not():
    ended = DagsterEvent(_stored(native.StepSucceeded(step="s")))

    assert (ended.is_step_success, ended.is_step_failure) == (True, False)
    assert ended.event_type_value == "STEP_SUCCESS"


def test_a_kind_of_a_newer_version_is_an_engine_event():
    event = DagsterEvent(_stored(native.Unknown("from_the_future", b"{}")))

    assert event.event_type is DagsterEventType.ENGINE_EVENT


def test_a_message_of_user_code_is_a_line_without_an_event():
    entry = EventLogEntry(_stored(native.LogLine("hello", step="s")))

    assert entry.dagster_event is None
    assert (entry.user_message, entry.step_key, entry.run_id) == ("hello", "s", "r1")


def test_what_was_reported_outside_any_run_has_an_empty_run_id():
    record = EventLogRecord(7, EventLogEntry(_stored(MADE, run=None)))

    assert (record.run_id, record.timestamp) == ("", 5.0)
    assert (record.asset_key, record.partition_key) == (dg.AssetKey("a"), "d1")
    assert record.asset_materialization == DagsterEvent(_stored(MADE)).materialization


def test_an_observation_is_not_a_materialization():
    entry = EventLogEntry(_stored(native.AssetObserved(asset=dg.AssetKey("a"), data_version="")))

    assert entry.asset_materialization is None
    assert entry.asset_observation is not None


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (native.LogLine("hello"), "hello"),
        (
            native.StepFailed(step="s", error=native.ErrorInfo("ValueError", "bad\nvalue")),
            "step_failed s: bad",
        ),
        (native.RunFailed("1 step failed"), "run_failed: 1 step failed"),
        (VERDICT, "check c passed"),
        (MADE, "asset_materialized a d1"),
        (native.RunSucceeded(), "run_succeeded"),
    ],
)
def test_an_event_is_said_in_one_line(event, words):
    assert describe_event(event) == words
