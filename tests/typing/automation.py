"""Jobs of assets, schedules, sensors and conditions in strict checkers: they accept it."""

from collections.abc import Iterator
from typing import assert_type

import penstock as dg


@dg.asset(automation_condition=dg.AutomationCondition.eager())
def orders() -> int:
    return 1


@dg.asset(
    deps=[orders],
    automation_condition=dg.AutomationCondition.on_cron("@hourly")
    & ~dg.AutomationCondition.any_deps_missing(),
)
def revenue() -> None: ...


@dg.multi_asset(specs=[dg.AssetSpec("a", deps=[orders]), dg.AssetSpec("b")], can_subset=True)
def several(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    for key in context.selected_asset_keys:
        yield dg.MaterializeResult(asset_key=key)


@dg.op
def fetched() -> int:
    return 1


@dg.graph_asset
def composed() -> int:
    value: int = fetched()
    return value


@dg.asset_check(asset=orders)
def positive(context: dg.AssetCheckExecutionContext, orders: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=orders > 0, metadata={"orders": orders})


everything = dg.define_asset_job("everything", selection=dg.AssetSelection.all())


@dg.schedule(cron_schedule="0 0 * * *", job=everything)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    day = context.scheduled_execution_time.date().isoformat()
    return dg.RunRequest(run_key=day, tags={"day": day})


@dg.sensor(job=everything, minimum_interval_seconds=60)
def arrivals(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    assert_type(context.cursor, str | None)
    if context.cursor is None:
        yield dg.SkipReason("Nothing has arrived.")
        return
    context.update_cursor("2")
    yield dg.RunRequest(run_key="2")


@dg.asset_sensor(asset_key=dg.AssetKey("orders"), job=everything)
def follows(context: dg.SensorEvaluationContext, event: dg.EventLogEntry) -> dg.SensorResult:
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=context.cursor)])


@dg.run_failure_sensor
def alert(context: dg.RunFailureSensorContext) -> None:
    assert_type(context.dagster_run, dg.DagsterRun)
    assert_type(context.failure_event, dg.DagsterEvent)
    context.log.error("%s of %s failed", context.dagster_run.run_id, context.sensor_name)


assert_type(orders, dg.AssetsDefinition)
assert_type(several, dg.AssetsDefinition)
assert_type(composed, dg.AssetsDefinition)
assert_type(positive, dg.AssetChecksDefinition)
assert_type(nightly, dg.ScheduleDefinition)
assert_type(arrivals, dg.SensorDefinition)

defs = dg.Definitions(
    assets=[orders, revenue, several, composed],
    asset_checks=[positive],
    jobs=[everything],
    schedules=[nightly, dg.ScheduleDefinition(job=everything, cron_schedule="@daily")],
    sensors=[arrivals, follows, alert],
)
