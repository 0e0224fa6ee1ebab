"""What makes things run."""

import os

import penstock as dg
from warehouse.assets.raw import orders
from warehouse.factories import upload
from warehouse.jobs import housekeeping, orders_job
from warehouse.partitions import uploads

upload_job = dg.define_asset_job("upload_job", selection=[upload])


@dg.sensor(
    job=upload_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING
)
def new_uploads(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    seen = context.cursor or ""
    found = sorted(f for f in os.listdir(os.environ["UPLOADS"]) if f > seen)
    if not found:
        return dg.SkipReason("Nothing new")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=name, partition_key=name) for name in found],
        dynamic_partitions_requests=[uploads.build_add_request(found)],
        cursor=found[-1],
    )


@dg.asset_sensor(asset_key=orders.key, job=housekeeping)
def after_orders(context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry):
    yield dg.RunRequest(
        run_key=context.cursor,
        tags={"made": asset_event.dagster_event.asset_key.to_user_string()},
    )


@dg.run_failure_sensor(monitored_jobs=[housekeeping])
def on_failure(context: dg.RunFailureSensorContext):
    context.log.error("%s: %s", context.dagster_run.job_name, context.failure_event.message)


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, request_job=housekeeping)
def after_success(context: dg.RunStatusSensorContext):
    if context.dagster_run.job_name != orders_job.name:
        return dg.SkipReason("Another job")
    return dg.RunRequest(run_key=context.dagster_run.run_id)


automation = dg.AutomationConditionSensorDefinition(
    "automation", target=dg.AssetSelection.groups("raw", "marts"), minimum_interval_seconds=60
)
