"""The article "Orchestration with Dagster", its snippets about schedules, sensors and freshness.

Each snippet is the article's own code with the import changed. Schedules and sensors are evaluated
as a tick would evaluate them. Not tried here, and why: the daemon that runs ticks by itself, and
the warning on a page, need a server; `send_slack_alert` is an alert (a list stands in for the
channel).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import penstock as dg
from penstock import DagsterRunStatus, FreshnessPolicy, MaterializeResult

DAILY = dg.DailyPartitionsDefinition(start_date="2024-10-01", end_date="2024-11-01")


def test_a_bare_daily_schedule_requests_the_partition_of_the_context_that_it_returns():
    def get_today_date() -> str:
        return "2024-10-15"

    @dg.daily_schedule
    def daily_ingestion():
        """Ingest new data every morning at 6 AM."""
        return dg.build_asset_context(partition_key=get_today_date())

    # The day that has begun is a partition too.
    daily_partition = dg.DailyPartitionsDefinition(start_date="2024-10-01", end_offset=1)

    @dg.asset(partitions_def=daily_partition)
    def dlt_glucose_entries() -> MaterializeResult:
        return MaterializeResult()

    defs = dg.Definitions(assets=[dlt_glucose_entries], schedules=[daily_ingestion])
    tick = daily_ingestion.evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=datetime(2024, 10, 15, 6, tzinfo=UTC),
            repository_def=defs.get_repository_def(),
        )
    )

    assert daily_ingestion.name == "daily_ingestion"
    assert [request.partition_key for request in tick.run_requests] == ["2024-10-15"]


def test_a_bare_sensor_requests_a_run_when_there_is_new_data():
    arrived: list[str] = []

    def has_new_data() -> bool:
        return bool(arrived)

    def get_latest_timestamp() -> str:
        return arrived[-1]

    @dg.sensor
    def nightscout_api_sensor():
        """Ingest when new data available in Nightscout API."""
        if has_new_data():
            yield dg.SensorResult(
                cursor=get_latest_timestamp(),
                run_requests=[dg.RunRequest(tags={"source": "nightscout"})],
            )

    with dg.DagsterInstance.ephemeral() as instance:
        quiet = nightscout_api_sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
        arrived.append("2024-10-15T10:30:00")
        tick = nightscout_api_sensor.evaluate_tick(dg.build_sensor_context(instance=instance))

    assert list(quiet.run_requests) == []
    assert quiet.skip_message is not None
    assert tick.cursor == "2024-10-15T10:30:00"
    [request] = tick.run_requests
    assert request.tags["source"] == "nightscout"
    assert request.job_name == "__ASSET_JOB"
    assert request.asset_selection is None


def test_a_sensor_with_a_target_says_what_its_requests_run():
    @dg.asset
    def dlt_glucose_entries() -> MaterializeResult:
        return MaterializeResult()

    job = dg.define_asset_job("ingestion", selection=[dlt_glucose_entries])

    @dg.sensor(job=job, minimum_interval_seconds=60)
    def nightscout_api_sensor(context):
        return dg.RunRequest(run_key="2024-10-15", tags={"source": "nightscout"})

    defs = dg.Definitions(assets=[dlt_glucose_entries], jobs=[job], sensors=[nightscout_api_sensor])
    dg.Definitions.validate_loadable(defs)
    with dg.DagsterInstance.ephemeral() as instance:
        tick = nightscout_api_sensor.evaluate_tick(
            dg.build_sensor_context(instance=instance, definitions=defs)
        )

    assert nightscout_api_sensor.minimum_interval_seconds == 60
    [request] = tick.run_requests
    assert (request.run_key, request.tags["source"]) == ("2024-10-15", "nightscout")


def test_a_schedule_of_a_job_has_its_cron_and_its_name():
    @dg.asset
    def dlt_glucose_entries() -> MaterializeResult:
        return MaterializeResult()

    job = dg.define_asset_job("ingestion", selection="dlt_glucose_entries")
    schedule = dg.ScheduleDefinition(
        job=job, cron_schedule="0 6 * * *", execution_timezone="Europe/London"
    )
    defs = dg.Definitions(assets=[dlt_glucose_entries], jobs=[job], schedules=[schedule])

    dg.Definitions.validate_loadable(defs)
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=datetime(2024, 10, 15, 5, tzinfo=UTC))
    )

    assert schedule.name == "ingestion_schedule"
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.execution_timezone == "Europe/London"
    assert len(tick.run_requests) == 1


def test_an_asset_with_an_hourly_cron_is_requested_once_an_hour():
    daily_partition = DAILY

    @dg.asset(
        partitions_def=daily_partition,
        automation_condition=dg.AutomationCondition.on_cron("0 */1 * * *"),
        # ^ Run every hour on :00 minute (0 * * * * = UTC cron format)
    )
    def entries(context) -> MaterializeResult:
        # Runs automatically hourly
        pass

    requested: list[tuple[str, int]] = []
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = None
        now = datetime(2024, 10, 16, 8, 50, tzinfo=UTC)
        for _ in range(8):
            result = dg.evaluate_automation_conditions(
                defs=[entries], instance=instance, evaluation_time=now, cursor=cursor
            )
            cursor = result.cursor
            requested.append((now.strftime("%H:%M"), result.total_requested))
            if result.total_requested:
                assert result.get_requested_partitions(entries.key) == {"2024-10-15"}
            now += timedelta(minutes=20)

    assert requested == [
        ("08:50", 0),
        ("09:10", 1),
        ("09:30", 0),
        ("09:50", 0),
        ("10:10", 1),
        ("10:30", 0),
        ("10:50", 0),
        ("11:10", 1),
    ]


def test_an_eager_asset_follows_what_it_depends_on():
    @dg.asset
    def dlt_glucose_entries() -> MaterializeResult:
        return MaterializeResult()

    @dg.asset(deps=[dlt_glucose_entries], automation_condition=dg.AutomationCondition.eager())
    def dbt_bronze() -> None: ...

    defs = dg.Definitions(assets=[dlt_glucose_entries, dbt_bronze])
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.evaluate_automation_conditions(defs=defs, instance=instance)
        dg.materialize([dlt_glucose_entries], instance=instance)
        second = dg.evaluate_automation_conditions(
            defs=defs, instance=instance, cursor=first.cursor
        )

    assert first.total_requested == 0
    assert second.get_num_requested(dbt_bronze.key) == 1


def test_failed_runs_are_found_by_their_status_and_name_their_assets():
    alerts: list[str] = []
    send_slack_alert = alerts.append

    @dg.sensor
    def failure_alert_sensor(context):
        """Alert on pipeline failures."""

        failed_runs = context.instance.get_runs(
            filters=[
                DagsterRunStatus.FAILURE
            ],
            limit=10
        )  # fmt: skip

        for run in failed_runs:
            send_slack_alert(f"Pipeline failed: {run.asset_selection}")

    @dg.asset
    def sound() -> None: ...

    @dg.asset
    def dlt_glucose_entries() -> None:
        raise ConnectionError("API was down")

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([sound], instance=instance)
        dg.materialize([dlt_glucose_entries], instance=instance, raise_on_error=False)
        tick = failure_alert_sensor.evaluate_tick(dg.build_sensor_context(instance=instance))

    assert alerts == [f"Pipeline failed: {frozenset({dlt_glucose_entries.key})}"]
    assert list(tick.run_requests) == []


def test_a_failed_run_of_a_job_names_the_assets_of_the_job():
    @dg.asset
    def broken() -> None:
        raise ValueError("no")

    defs = dg.Definitions(assets=[broken], jobs=[dg.define_asset_job("everything")])
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("everything")
        job.execute_in_process(instance=instance, raise_on_error=False)
        [run] = instance.get_runs(filters=[DagsterRunStatus.FAILURE], limit=10)

    assert (run.job_name, run.asset_selection) == ("everything", {broken.key})


def test_no_more_failed_runs_are_returned_than_were_asked_for():
    @dg.asset
    def broken() -> None:
        raise ValueError("no")

    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(3):
            dg.materialize([broken], instance=instance, raise_on_error=False)
        runs = instance.get_runs(filters=[DagsterRunStatus.FAILURE], limit=2)
        every = instance.get_runs(filters=dg.RunsFilter(statuses=[DagsterRunStatus.FAILURE]))

    assert runs == every[:2]
    assert {run.status for run in runs} == {DagsterRunStatus.FAILURE}


def test_a_freshness_policy_may_be_a_maximum_lag():
    daily_partition = DAILY

    @dg.asset(
        freshness_policy=FreshnessPolicy(
            maximum_lag_minutes=60,  # Data must be <1hr old
            # If not met:
            # - ⚠️ Warning in UI
            # - Can trigger automatic re-run
        ),
        partitions_def=daily_partition,
    )
    def dlt_glucose_entries() -> MaterializeResult:
        pass

    defs = dg.Definitions(assets=[dlt_glucose_entries])
    dg.Definitions.validate_loadable(defs)

    [spec] = dlt_glucose_entries.specs
    assert spec.freshness_policy is not None
    assert spec.freshness_policy.maximum_lag_minutes == 60
    assert dg.materialize([dlt_glucose_entries], partition_key="2024-10-15").success
