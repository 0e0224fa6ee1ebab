"""The decorators of a cadence: bare, with a time, and with a context as the answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import penstock as dg


@dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
def readings() -> None: ...


def test_a_bare_daily_schedule_runs_all_assets_for_the_partition_of_a_context() -> None:
    @dg.daily_schedule
    def daily_ingestion() -> object:
        """Ingest new data every morning."""
        return dg.build_asset_context(partition_key="2024-01-04")

    repository = dg.Definitions([readings], schedules=[daily_ingestion]).get_repository_def()
    data = daily_ingestion.evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=datetime(2024, 1, 5, tzinfo=UTC), repository_def=repository
        )
    )

    (request,) = data.run_requests
    assert daily_ingestion.cron_schedule == "0 0 * * *"
    assert request.partition_key == "2024-01-04"
    assert request.run_key == "2024-01-04"
    assert request.tags["dagster/partition"] == "2024-01-04"


def test_times_set_the_cron() -> None:
    hourly = dg.hourly_schedule(job_name="load", name="hourly", minute_of_hour=5)(lambda: None)
    daily = dg.daily_schedule(job_name="load", name="daily", hour_of_day=6)(lambda: None)
    weekly = dg.weekly_schedule(job_name="load", name="weekly", day_of_week=1)(lambda: None)
    monthly = dg.monthly_schedule(job_name="load", name="monthly", day_of_month=3)(lambda: None)

    crons = [each.cron_schedule for each in (hourly, daily, weekly, monthly)]
    assert crons == ["5 * * * *", "0 6 * * *", "0 0 * * 1", "0 0 3 * *"]


def test_a_time_that_the_cadence_does_not_have_is_refused() -> None:
    with pytest.raises(dg.ParameterCheckError, match="hourly_schedule takes no hour_of_day"):
        dg.hourly_schedule(hour_of_day=6)
