"""Requests for runs: what they accept, and what a partition adds to them."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.run_request import run_request_for_partition


@dg.static_partitioned_config(["eu", "us"])
def by_region(partition_key: str) -> dict[str, object]:
    return {"ops": {"load": {"config": {"region": partition_key}}}}


@dg.op(config_schema={"region": str})
def load() -> None: ...


@dg.job(config=by_region)
def regions() -> None:
    load()


@dg.job
def plain() -> None: ...


def test_tags_of_a_request_become_text() -> None:
    request = dg.RunRequest(tags={"team": "core", "limits": {"cpu": 2}})

    assert request.tags == {"team": "core", "limits": '{"cpu": 2}'}


def test_run_config_objects_become_plain_data() -> None:
    class Load(dg.Config):
        region: str

    request = dg.RunRequest(run_config=dg.RunConfig(ops={"load": Load(region="eu")}))

    assert request.run_config == {"ops": {"load": {"config": {"region": "eu"}}}}


@pytest.mark.parametrize(
    "arguments",
    [
        {"run_key": 5},
        {"run_config": 5},
        {"partition_key": 5},
        {"asset_selection": ["orders"]},
        {"asset_check_keys": ["fresh"]},
    ],
)
def test_arguments_of_a_wrong_type_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(dg.ParameterCheckError):
        dg.RunRequest(**arguments)  # pyright: ignore[reportArgumentType]


def test_a_partition_adds_its_config_and_tags() -> None:
    request = dg.RunRequest(partition_key="eu", tags={"why": "new file"})

    resolved = request.with_resolved_tags_and_config(regions)

    assert resolved.run_config == {"ops": {"load": {"config": {"region": "eu"}}}}
    assert resolved.tags == {"why": "new file", "dagster/partition": "eu"}
    assert resolved.has_resolved_partition()


def test_config_of_the_request_wins_over_that_of_the_partition() -> None:
    request = dg.RunRequest(partition_key="eu", run_config={"ops": {}})

    resolved = request.with_resolved_tags_and_config(regions)

    assert resolved.run_config == {"ops": {}}


def test_a_partition_that_does_not_exist_is_named_with_its_job() -> None:
    request = dg.RunRequest(partition_key="mars")

    with pytest.raises(
        dg.UnknownPartitionError, match="run of job 'regions' was requested for an unknown"
    ):
        request.with_resolved_tags_and_config(regions)


def test_a_job_without_partitions_cannot_be_asked_for_one() -> None:
    with pytest.raises(
        dg.ParameterCheckError, match="partition 'eu', but the job has no partitions"
    ):
        run_request_for_partition(plain, "eu")


def test_a_request_for_a_partition_names_its_job() -> None:
    request = run_request_for_partition(regions, "us", run_key="us-1", tags={"a": "b"})

    assert request.job_name == "regions"
    assert request.run_key == "us-1"
    assert request.tags == {"a": "b", "dagster/partition": "us"}


def test_a_replaced_attribute_leaves_the_rest() -> None:
    request = dg.RunRequest(run_key="1", tags={"a": "b"})

    assert dg.RunRequest(run_key="2", tags={"a": "b"}) == request.with_replaced_attrs(run_key="2")


def test_a_sensor_result_takes_a_reason_as_text() -> None:
    assert dg.SkipReason("nothing new") == dg.SensorResult(skip_reason="nothing new").skip_reason


def test_a_sensor_result_skips_or_requests_but_not_both() -> None:
    with pytest.raises(
        dg.ParameterCheckError, match="given run_requests, and a skip_reason why there are none"
    ):
        dg.SensorResult(run_requests=[dg.RunRequest()], skip_reason="nothing new")


@pytest.mark.parametrize(
    "arguments",
    [
        {"cursor": 5},
        {"run_requests": dg.RunRequest()},
        {"run_requests": [5]},
        {"dynamic_partitions_requests": [5]},
        {"asset_events": [5]},
    ],
)
def test_a_sensor_result_refuses_arguments_of_a_wrong_type(arguments: dict[str, object]) -> None:
    with pytest.raises(dg.ParameterCheckError):
        dg.SensorResult(**arguments)  # pyright: ignore[reportArgumentType]
