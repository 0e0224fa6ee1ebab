"""Schedules that follow partitions: when they fire and what they request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import penstock as dg
from penstock.define.partitioned_schedule import UnresolvedPartitionedSchedule
from penstock.define.schedule import ScheduleExecutionData
from penstock.partitions.definition import PartitionsDefinition

DAYS = dg.DailyPartitionsDefinition("2024-01-01")


def job_of(partitions: PartitionsDefinition | None) -> dg.JobDefinition:
    @dg.job(partitions_def=partitions)
    def load() -> None: ...

    return load


def built(partitions: PartitionsDefinition, **arguments: object) -> dg.ScheduleDefinition:
    made = dg.build_schedule_from_partitioned_job(job_of(partitions), **arguments)  # pyright: ignore[reportArgumentType]
    assert isinstance(made, dg.ScheduleDefinition)
    return made


def tick(made: dg.ScheduleDefinition, *at: int) -> ScheduleExecutionData:
    moment = datetime(*at, tzinfo=UTC)  # pyright: ignore[reportArgumentType]
    return made.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=moment))


def test_the_partition_that_ended_last_is_requested() -> None:
    data = tick(built(DAYS, tags={"team": "core"}), 2024, 1, 5)

    (request,) = data.run_requests
    assert request.run_key == "2024-01-04"
    assert request.partition_key == "2024-01-04"
    assert request.tags == {
        "team": "core",
        "dagster/partition": "2024-01-04",
        "dagster/schedule_name": "load_schedule",
    }


def test_before_the_first_partition_ended_it_skips() -> None:
    data = tick(built(DAYS), 2024, 1, 1, 13)

    assert data.skip_message == "Job 'load' has no partition to request at this tick."


def test_cron_and_zone_follow_from_the_partitions() -> None:
    hours = built(dg.HourlyPartitionsDefinition("2024-01-01-00:00", timezone="Europe/London"))
    weeks = built(dg.WeeklyPartitionsDefinition("2024-01-01"), day_of_week=3, hour_of_day=4)

    assert (hours.cron_schedule, hours.execution_timezone) == ("0 * * * *", "Europe/London")
    assert weeks.cron_schedule == "0 4 * * 3"


@pytest.mark.parametrize("argument", ["day_of_week", "day_of_month"])
def test_a_time_that_the_partitions_do_not_have_is_refused(argument: str) -> None:
    with pytest.raises(dg.ParameterCheckError):
        built(DAYS, **{argument: 2})


def test_time_partitions_take_no_cron() -> None:
    with pytest.raises(dg.ParameterCheckError, match="set the cron and the zone of its schedule"):
        built(DAYS, cron_schedule="@hourly")


def test_a_cron_and_times_exclude_each_other() -> None:
    with pytest.raises(dg.ParameterCheckError, match="was given its time in two ways"):
        built(dg.StaticPartitionsDefinition(["a"]), cron_schedule="@hourly", minute_of_hour=3)


def test_fixed_partitions_are_all_requested_at_the_times_of_a_cron() -> None:
    made = built(dg.StaticPartitionsDefinition(["a", "b"]), cron_schedule="@daily")

    assert [request.run_key for request in tick(made, 2024, 1, 5).run_requests] == ["a", "b"]


def test_fixed_partitions_need_a_cron() -> None:
    with pytest.raises(
        dg.ParameterCheckError, match="fixed keys, which do not say when its schedule"
    ):
        built(dg.StaticPartitionsDefinition(["a"]))


def test_of_several_dimensions_all_with_the_time_are_requested() -> None:
    grid = dg.MultiPartitionsDefinition(
        {"region": dg.StaticPartitionsDefinition(["eu", "us"]), "day": DAYS}
    )

    data = tick(built(grid), 2024, 1, 5)

    assert {request.partition_key for request in data.run_requests} == {
        "2024-01-04|eu",
        "2024-01-04|us",
    }


def test_partitions_that_cannot_be_followed_are_refused() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="A schedule cannot follow the partitions"):
        built(dg.DynamicPartitionsDefinition(name="fruit"), cron_schedule="@daily")


def test_a_job_without_partitions_is_refused() -> None:
    with pytest.raises(
        dg.ParameterCheckError, match="follows the partitions of job 'load', which has none"
    ):
        dg.build_schedule_from_partitioned_job(job_of(None))


def test_an_excluded_day_is_skipped() -> None:
    made = built(
        dg.DailyPartitionsDefinition("2024-01-01", exclusions=[datetime(2024, 1, 3, tzinfo=UTC)])
    )

    assert not tick(made, 2024, 1, 4).run_requests
    assert [r.partition_key for r in tick(made, 2024, 1, 5).run_requests] == ["2024-01-04"]


def test_a_job_of_assets_is_followed_once_they_are_loaded() -> None:
    @dg.asset(partitions_def=DAYS)
    def orders() -> None: ...

    job = dg.define_asset_job("orders_job", [orders])
    made = dg.build_schedule_from_partitioned_job(job, metadata={"a": 1})
    assert isinstance(made, UnresolvedPartitionedSchedule)
    changed = made.with_metadata({"a": 2})

    resolved = changed.resolve(dg.Definitions([orders], jobs=[job]).resolve_job_def("orders_job"))

    assert resolved.name == "orders_job_schedule"
    assert resolved.cron_schedule == "0 0 * * *"
    assert resolved.metadata == {"a": dg.IntMetadataValue(2)}
    assert [r.partition_key for r in tick(resolved, 2024, 1, 5).run_requests] == ["2024-01-04"]
