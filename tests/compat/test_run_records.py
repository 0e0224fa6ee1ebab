"""Runs with their times, and the identities of what runs make."""

from datetime import UTC, datetime

import penstock as dg
from penstock.base.ids import RunId
from penstock.model import run as native


def _record(run_id: str) -> dg.RunRecord:
    return dg.RunRecord(
        native.RunRecord(
            id=RunId(run_id),
            spec=native.RunSpec(job="j"),
            status=native.RunStatus.SUCCESS,
            created=0.0,
            updated=60.0,
            started=1.0,
            ended=2.0,
        )
    )


def test_a_run_record_shows_the_run_and_its_times():
    record = _record("01")

    assert record.dagster_run.job_name == "j"
    assert record.create_timestamp == datetime(1970, 1, 1, tzinfo=UTC)
    assert record.update_timestamp == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert (record.start_time, record.end_time) == (1.0, 2.0)


def test_storage_ids_are_ordered_as_run_ids():
    assert _record("01a").storage_id < _record("01b").storage_id


def test_an_asset_job_key_is_its_name():
    assert dg.AssetJobKey("daily").to_user_string() == "daily"
    assert isinstance(dg.AssetKey("a"), dg.AssetOrCheckKey)
