"""The article "Orchestration with Dagster", its snippets about ops, jobs and retries.

Each snippet is the article's own code with the import changed. `requests`, the Pandera schema and
the Iceberg client are third-party; plain classes stand in for them.
"""

from __future__ import annotations

import types

import pytest

import penstock as dg
from penstock import job, op


class Requests:
    """A fake of the `requests` module: every address answers the same."""

    def get(self, *_: object) -> Requests:
        return self

    def json(self) -> list[int]:
        return [110, 120]


class Schema:
    """A schema that every number passes."""

    def validate(self, data: list[int]) -> list[int]:
        if not all(isinstance(value, int) for value in data):
            raise ValueError("a reading is not a number")
        return data


requests = Requests()
pandera_schema = Schema()
MERGED: list[object] = []
iceberg = types.SimpleNamespace(merge_parquet=MERGED.append)


@pytest.fixture(autouse=True)
def nothing_is_merged_yet() -> None:
    MERGED.clear()


@op
def fetch_data():
    return requests.get(...).json()


@op
def validate_data(data):
    return pandera_schema.validate(data)


@op
def write_to_iceberg(data):
    iceberg.merge_parquet(...)


@job
def ingestion_pipeline():
    """Explicit workflow if you need more control."""
    data = fetch_data()
    validated = validate_data(data)
    write_to_iceberg(validated)


def test_a_job_runs_its_three_ops_in_order():
    result = ingestion_pipeline.execute_in_process()

    assert result.success
    assert [
        event.step_key for event in result.all_events if event.event_type_value == "STEP_SUCCESS"
    ] == ["fetch_data", "validate_data", "write_to_iceberg"]
    assert result.output_for_node("validate_data") == [110, 120]
    assert MERGED == [...]


def test_a_job_has_the_name_and_the_docstring_of_its_function():
    assert ingestion_pipeline.name == "ingestion_pipeline"
    assert ingestion_pipeline.description == "Explicit workflow if you need more control."


def test_an_op_that_fails_stops_the_job(monkeypatch):
    monkeypatch.setattr(requests, "json", lambda: ["not a number"], raising=False)

    result = ingestion_pipeline.execute_in_process(raise_on_error=False)

    assert not result.success
    assert result.is_node_failed("validate_data")
    assert result.is_node_untouched("write_to_iceberg")
    assert MERGED == []


def test_an_op_is_an_ordinary_function_in_a_test():
    assert validate_data([1, 2]) == [1, 2]


def test_a_job_stands_beside_assets_in_one_project():
    @dg.asset
    def entries() -> int:
        return 1

    defs = dg.Definitions(assets=[entries], jobs=[ingestion_pipeline])

    dg.Definitions.validate_loadable(defs)
    assert defs.resolve_job_def("ingestion_pipeline").execute_in_process().success


def test_an_exponential_backoff_doubles_the_wait_between_attempts():
    policy = dg.RetryPolicy(max_retries=3, delay=0.001, backoff=dg.Backoff.EXPONENTIAL)

    @op(retry_policy=policy)
    def fetch(context):
        if context.retry_number < 3:
            raise ConnectionError("API was down")
        return context.retry_number

    @job
    def fetching():
        fetch()

    result = fetching.execute_in_process()

    waits = [
        event.step_retry_data.seconds_to_wait
        for event in result.all_events
        if event.event_type_value == "STEP_UP_FOR_RETRY"
    ]
    assert result.output_for_node("fetch") == 3
    assert result.retry_attempts_for_node("fetch") == 3
    assert waits == pytest.approx([0.001, 0.003, 0.007])


def test_a_failure_that_allows_no_retry_ends_the_step_at_once():
    attempts: list[int] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=3))
    def dlt_glucose_entries(context) -> None:
        attempts.append(context.retry_number)
        raise dg.Failure("The token is wrong", metadata={"status": 401}, allow_retries=False)

    result = dg.materialize([dlt_glucose_entries], raise_on_error=False)

    assert not result.success
    assert attempts == [0]
