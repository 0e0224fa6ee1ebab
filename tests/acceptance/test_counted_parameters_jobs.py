"""Parameters of ops, jobs, schedules and sensors that real projects pass do what they say.

The parameters are those counted in the source of 25 public projects. Each test says which of them
it exercises; the last one makes sure that none is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

import penstock as dg

pytestmark = pytest.mark.filterwarnings("ignore:Parameter .partitions_def.:DeprecationWarning")

COUNTED = """
define_asset_job(selection) Definitions(assets) define_asset_job(name)
ScheduleDefinition(cron_schedule) op(required_resource_keys) Definitions(resources)
Field(is_required) Field(description) RunRequest(run_key) ScheduleDefinition(job)
ScheduleDefinition(execution_timezone) ScheduleDefinition(name) job(resource_defs) op(out)
evaluate_automation_conditions(defs) evaluate_automation_conditions(instance) Field(default_value)
Definitions(jobs) RunRequest(run_config) Definitions(schedules) sensor(minimum_interval_seconds)
op(config_schema) op(ins) AssetSelection.assets define_asset_job(tags) DynamicOut(is_required)
ScheduleDefinition(target) evaluate_automation_conditions(cursor) schedule(cron_schedule)
build_sensor_context(instance) sensor(job) Definitions(sensors) RunRequest(partition_key)
RunRequest(tags) In(dagster_type) schedule(job) schedule(execution_timezone)
define_asset_job(partitions_def) op(name) sensor(name) Out(dagster_type) RunConfig(ops)
SensorResult(run_requests) op(description) SensorResult(cursor) AssetSelection.groups
AssetSelection.all DynamicPartitionsDefinition(name) RunRequest(asset_selection)
build_sensor_context(sensor_name) Definitions.merge resource(config_schema)
AutomationCondition.in_progress execute_job(instance) op(tags) AssetSelection.keys
DynamicOutput(mapping_key) build_sensor_context(cursor) Out(description)
define_asset_job(description) sensor(description) Definitions(executor)
ScheduleDefinition(default_status) SensorResult(dynamic_partitions_requests) In(description)
sensor(default_status) job(executor_def) ScheduleDefinition(tags) schedule(name)
AutomationConditionSensorDefinition(target) AutomationCondition.any_deps_match
RunRequest(job_name) ExpectationResult(success) ScheduleDefinition(description)
usable_as_dagster_type(description) evaluate_automation_conditions(evaluation_time)
resource(description) job(description) AutomationConditionSensorDefinition(name)
AutomationCondition.newly_updated AutomationCondition.cron_tick_passed DynamicOutput(value)
sensor(asset_selection) sensor(job_name) Out(is_required)
"""

COVERED: set[str] = set()


def covers(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which parameters a test exercises."""

    def register(test: Callable[..., None]) -> Callable[..., None]:
        COVERED.update(" ".join(names).split())
        return test

    return register


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@dg.asset(group_name="shop")
def shop_data() -> int:
    return 1


class Limit(dg.Config):
    limit: int


def tick_of(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None):
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, sensor_name=sensor.name, repository_name="shop"
    )
    assert context.sensor_name == sensor.name
    return sensor.evaluate_tick(context)


@dg.op
def say_one() -> int:
    return 1


@dg.job
def saying():
    say_one()


@covers(
    "op(required_resource_keys) op(out) op(config_schema) op(ins) op(name) op(description)",
    "op(tags) Field(is_required) Field(description) Field(default_value) In(dagster_type)",
    "In(description) Out(dagster_type) Out(description) Out(is_required) job(resource_defs)",
    "job(executor_def) job(description) RunConfig(ops) resource(config_schema)",
    "resource(description)",
)
def test_ops_have_ports_config_and_resources():
    @dg.resource(config_schema={"host": str}, description="The API.")
    def api(init_context):
        return init_context.resource_config["host"]

    @dg.op
    def start() -> int:
        return 1

    @dg.op(
        name="fetch",
        description="Fetches.",
        tags={"kind": "http"},
        required_resource_keys={"api"},
        config_schema={
            "page": dg.Field(int, default_value=7, description="The first page"),
            "until": dg.Field(str, is_required=False),
        },
        ins={"first": dg.In(dagster_type=int, description="Where to start")},
        out={
            "rows": dg.Out(dagster_type=list, description="What was found"),
            "errors": dg.Out(is_required=False),
        },
    )
    def fetching(context, first):
        assert "until" not in context.op_config
        yield dg.Output([context.resources.api, context.op_config["page"], first], "rows")

    @dg.op
    def keep(config: Limit, rows: list) -> list:
        return rows[: config.limit]

    @dg.op
    def complain(errors) -> None:
        raise AssertionError

    @dg.job(
        resource_defs={"api": api.configured({"host": "h"})},
        executor_def=dg.in_process_executor,
        description="Fetches and keeps.",
    )
    def pipeline():
        rows, errors = fetching(start())
        keep(rows)
        complain(errors)

    result = pipeline.execute_in_process(run_config=dg.RunConfig(ops={"keep": Limit(limit=2)}))

    assert result.output_for_node("keep") == ["h", 7]
    assert result.is_node_skipped("complain")
    assert pipeline.description == "Fetches and keeps."
    assert (fetching.name, fetching.description) == ("fetch", "Fetches.")
    assert api.description == "The API."


@covers("DynamicOut(is_required) DynamicOutput(mapping_key) DynamicOutput(value)")
def test_a_dynamic_output_that_is_not_required_may_be_empty():
    @dg.op(out=dg.DynamicOut(is_required=False))
    def files(context):
        for name in context.run_tags.get("files", "").split():
            yield dg.DynamicOutput(value=name.upper(), mapping_key=name)

    @dg.op
    def count(names: list) -> int:
        return len(names)

    @dg.job
    def counting():
        count(files().collect())

    assert counting.execute_in_process(tags={"files": "a b"}).output_for_node("count") == 2
    assert counting.execute_in_process().success


@covers("ExpectationResult(success) usable_as_dagster_type(description)")
def test_expectations_are_events_and_classes_may_be_types():
    @dg.usable_as_dagster_type(description="A point")
    class Point: ...

    @dg.op
    def check_point() -> Point:
        return Point()

    @dg.op
    def expect():
        yield dg.ExpectationResult(success=True)
        yield dg.Output(1)

    @dg.job
    def checking():
        check_point()
        expect()

    result = checking.execute_in_process()

    kinds = [event.event_type_value for event in result.all_events]
    assert "STEP_EXPECTATION_RESULT" in kinds
    assert check_point.output_defs[0].dagster_type.description == "A point"


@covers(
    "Definitions(assets) Definitions(resources) Definitions(jobs) Definitions(schedules)",
    "Definitions(sensors) Definitions(executor) Definitions.merge define_asset_job(selection)",
    "define_asset_job(name) define_asset_job(tags) define_asset_job(partitions_def)",
    "define_asset_job(description) AssetSelection.assets AssetSelection.groups",
    "AssetSelection.all AssetSelection.keys ScheduleDefinition(cron_schedule)",
    "ScheduleDefinition(job) ScheduleDefinition(name) ScheduleDefinition(execution_timezone)",
    "ScheduleDefinition(target) ScheduleDefinition(default_status) ScheduleDefinition(tags)",
    "ScheduleDefinition(description) sensor(job)",
)
def test_definitions_hold_jobs_schedules_and_sensors():
    days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")

    @dg.asset(partitions_def=days, group_name="marts", required_resource_keys={"api"})
    def orders() -> None: ...

    job = dg.define_asset_job(
        name="daily_orders",
        selection=dg.AssetSelection.groups("marts") & dg.AssetSelection.assets(orders),
        tags={"team": "data"},
        partitions_def=days,
        description="Orders of a day.",
    )
    everything = dg.define_asset_job(
        "everything", selection=dg.AssetSelection.all() - dg.AssetSelection.keys("orders")
    )
    schedule = dg.ScheduleDefinition(
        name="mornings",
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone="Europe/London",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        tags={"by": "schedule"},
        description="Every morning.",
    )
    of_assets = dg.ScheduleDefinition(
        name="evenings", target=dg.AssetSelection.keys("shop_data"), cron_schedule="@daily"
    )

    @dg.sensor(job=everything)
    def watching():
        return dg.SkipReason("nothing")

    defs = dg.Definitions.merge(
        dg.Definitions(
            assets=[orders],
            jobs=[job],
            schedules=[schedule],
            resources={"api": "the api"},
            executor=dg.in_process_executor,
        ),
        dg.Definitions(
            assets=[shop_data], jobs=[everything], schedules=[of_assets], sensors=[watching]
        ),
    )

    dg.Definitions.validate_loadable(defs)
    result = defs.resolve_job_def("daily_orders").execute_in_process(partition_key="2024-01-02")
    assert result.success
    assert result.dagster_run.tags["team"] == "data"
    assert defs.resolve_job_def("everything").execute_in_process().success
    assert (schedule.description, schedule.default_status.value) == ("Every morning.", "RUNNING")
    assert schedule.execution_timezone == "Europe/London"


@covers(
    "RunRequest(run_key) RunRequest(run_config) RunRequest(tags) RunRequest(job_name)",
    "sensor(minimum_interval_seconds) sensor(name) sensor(description) sensor(job_name)",
    "sensor(default_status) SensorResult(run_requests) SensorResult(cursor)",
    "build_sensor_context(instance) build_sensor_context(cursor)",
    "build_sensor_context(sensor_name)",
)
def test_a_sensor_answers_with_requests_and_a_cursor(instance: dg.DagsterInstance):
    @dg.sensor(
        job_name="load",
        name="new_files",
        description="Looks for files.",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def watching(context):
        request = dg.RunRequest(
            run_key="a", run_config={"ops": {}}, tags={"file": "a"}, job_name="load"
        )
        return dg.SensorResult(run_requests=[request], cursor=str(int(context.cursor) + 1))

    tick = tick_of(watching, instance, cursor="7")

    [request] = tick.run_requests
    assert (request.run_key, request.tags["file"], request.job_name) == ("a", "a", "load")
    assert request.run_config == {"ops": {}}
    assert tick.cursor == "8"
    assert (watching.name, watching.description) == ("new_files", "Looks for files.")
    assert watching.minimum_interval_seconds == 60
    assert watching.default_status == dg.DefaultSensorStatus.RUNNING


@covers(
    "RunRequest(partition_key) RunRequest(asset_selection) DynamicPartitionsDefinition(name)",
    "SensorResult(dynamic_partitions_requests) sensor(asset_selection)",
)
def test_a_sensor_of_assets_requests_partitions_that_it_adds(instance: dg.DagsterInstance):
    files = dg.DynamicPartitionsDefinition(name="files")

    @dg.asset(partitions_def=files)
    def upload() -> None: ...

    @dg.sensor(asset_selection=dg.AssetSelection.assets(upload))
    def watching():
        return dg.SensorResult(
            run_requests=[dg.RunRequest(partition_key="a", asset_selection=[upload.key])],
            dynamic_partitions_requests=[files.build_add_request(["a"])],
        )

    defs = dg.Definitions(assets=[upload], sensors=[watching])
    context = dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def())
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        instance.add_dynamic_partitions("files", ["a"])
        tick = watching.evaluate_tick(context)

    [request] = tick.run_requests
    assert (request.partition_key, request.asset_selection) == ("a", [upload.key])
    [added] = tick.dynamic_partitions_requests
    assert list(added.partition_keys) == ["a"]


@covers("schedule(cron_schedule) schedule(job) schedule(execution_timezone) schedule(name)")
def test_a_schedule_has_its_cron_its_zone_and_its_name():
    job = dg.define_asset_job("everything")

    @dg.schedule(
        cron_schedule="0 6 * * *", job=job, execution_timezone="Europe/London", name="mornings"
    )
    def daily(context):
        return {}

    now = datetime(2024, 1, 15, 6, tzinfo=UTC)
    tick = daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=now))

    assert (daily.name, daily.cron_schedule, daily.execution_timezone, daily.job_name) == (
        "mornings",
        "0 6 * * *",
        "Europe/London",
        "everything",
    )
    assert len(tick.run_requests) == 1


@covers(
    "evaluate_automation_conditions(defs) evaluate_automation_conditions(instance)",
    "evaluate_automation_conditions(cursor) evaluate_automation_conditions(evaluation_time)",
    "AutomationCondition.in_progress AutomationCondition.any_deps_match",
    "AutomationCondition.newly_updated AutomationCondition.cron_tick_passed",
    "AutomationConditionSensorDefinition(target) AutomationConditionSensorDefinition(name)",
)
def test_conditions_are_evaluated_tick_by_tick(instance: dg.DagsterInstance):
    updated = dg.AutomationCondition.any_deps_match(dg.AutomationCondition.newly_updated())
    condition = (
        updated | dg.AutomationCondition.cron_tick_passed("0 9 * * *")
    ) & ~dg.AutomationCondition.in_progress()

    @dg.asset(deps=[shop_data], automation_condition=condition)
    def report() -> None: ...

    sensor = dg.AutomationConditionSensorDefinition(name="automation", target=[report])
    defs = dg.Definitions(assets=[shop_data, report], sensors=[sensor])
    cursor = None

    def requested(hour: int) -> int:
        nonlocal cursor
        now = datetime(2024, 1, 15, hour, tzinfo=UTC)
        result = dg.evaluate_automation_conditions(
            defs=defs, instance=instance, cursor=cursor, evaluation_time=now
        )
        cursor = result.cursor
        return result.total_requested

    counts = [requested(8), requested(10), requested(11)]
    dg.materialize([shop_data], instance=instance)
    counts += [requested(12), requested(13)]

    assert counts == [0, 1, 0, 1, 0]
    assert sensor.name == "automation"


@covers("execute_job(instance)")
def test_a_job_is_executed_from_a_reference_to_it():
    with (
        dg.instance_for_test() as instance,
        dg.execute_job(dg.reconstructable(saying), instance=instance) as result,
    ):
        assert result.success
        assert result.output_for_node("say_one") == 1


def test_every_counted_parameter_is_exercised():
    assert set(COUNTED.split()) == COVERED
