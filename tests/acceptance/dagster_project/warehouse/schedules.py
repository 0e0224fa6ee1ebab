"""When things run."""

import penstock as dg
from warehouse.jobs import housekeeping, orders_job, regions_job

orders_schedule = dg.build_schedule_from_partitioned_job(orders_job, hour_of_day=3)
regions_schedule = dg.ScheduleDefinition(
    job=regions_job,
    cron_schedule=["0 6 * * 1-5", "0 9 * * 6"],
    execution_timezone="Europe/Berlin",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    tags={"from": "schedule"},
)
rates_schedule = dg.ScheduleDefinition(
    name="rates", target=dg.AssetSelection.assets("exchange_rate"), cron_schedule="@hourly"
)


@dg.schedule(cron_schedule="0 0 * * *", job=housekeeping, execution_timezone="UTC")
def nightly(context: dg.ScheduleEvaluationContext):
    if context.scheduled_execution_time.weekday() == 6:
        return dg.SkipReason("Not on Sundays")
    day = context.scheduled_execution_time.strftime("%Y-%m-%d")
    return dg.RunRequest(
        run_key=day,
        run_config={"ops": {"copies": {"ops": {"copy_file": {"config": {"suffix": f".{day}"}}}}}},
        tags={"day": day},
    )
