"""A project in which only the import was changed loads, runs and ticks.

`dagster_project` uses the names, parameters and context members that real projects use most. Where
nothing else is said, what is expected here is what Dagster 1.13 does with the same project.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import penstock as dg
from penstock.cli.main import cli

pytestmark = pytest.mark.filterwarnings("ignore:Parameter .partitions_def.:DeprecationWarning")

PROJECT = Path(__file__).parent / "dagster_project"
ORDERS = dg.AssetKey(["raw", "orders"])
REVENUE = dg.AssetKey("daily_revenue")
OTHER_IMPORTS = {"collections", "datetime", "os", "pathlib", "pickle", "pydantic", "warehouse"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module with the definitions, over folders of their own."""
    (tmp_path / "uploads").mkdir()
    monkeypatch.syspath_prepend(str(PROJECT))
    monkeypatch.setenv("SHOP_TOKEN", "secret")
    monkeypatch.setenv("WAREHOUSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("UPLOADS", str(tmp_path / "uploads"))
    before = set(sys.modules)
    yield importlib.import_module("warehouse.definitions")
    for name in set(sys.modules) - before:
        if name.split(".")[0] == "warehouse":
            del sys.modules[name]


@pytest.fixture
def defs(project: ModuleType) -> dg.Definitions:
    return project.defs


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def asset_job(defs: dg.Definitions):
    return defs.resolve_implicit_global_asset_job_def()


def make(
    defs: dg.Definitions, instance: dg.DagsterInstance, *keys: dg.AssetKey, **arguments: object
) -> dg.ExecuteInProcessResult:
    """Materialize assets of the project in this process."""
    return asset_job(defs).execute_in_process(
        asset_selection=list(keys), instance=instance, **arguments
    )


def test_the_project_imports_nothing_but_penstock_and_what_it_always_did():
    imported: set[str] = set()
    for path in PROJECT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])

    assert imported - OTHER_IMPORTS == {"penstock"}


def test_the_definitions_are_valid(defs: dg.Definitions):
    dg.Definitions.validate_loadable(defs)


def test_the_definitions_have_everything_that_the_modules_declare(defs: dg.Definitions):
    repository = defs.get_repository_def()

    assert {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()} == {
        "shop",
        "dashboard",
        "price_list",
        "raw/orders",
        "raw/customers",
        "raw/products",
        "daily_revenue",
        "weekly_revenue",
        "monthly_report",
        "exchange_rate",
        "by_customer",
        "by_product",
        "shipments_eu",
        "shipments_us",
        "stock",
        "upload",
    }
    assert {job.name for job in repository.get_all_jobs()} >= {
        "orders_job",
        "regions_job",
        "housekeeping",
        "upload_job",
    }
    assert {schedule.name for schedule in repository.schedule_defs} == {
        "orders_job_schedule",
        "regions_job_schedule",
        "rates",
        "nightly",
    }
    assert {sensor.name for sensor in repository.sensor_defs} >= {
        "new_uploads",
        "after_orders",
        "on_failure",
        "after_success",
        "automation",
    }


def test_an_asset_has_the_attributes_that_it_was_declared_with(defs: dg.Definitions):
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    orders = specs[ORDERS]

    assert orders.group_name == "raw"
    assert orders.kinds == {"python", "json"}
    assert orders.owners == ["data@example.com"]
    assert orders.tags["tier"] == "1"
    assert orders.metadata["dagster/table_name"] == "raw.orders"
    assert orders.code_version == "3"
    assert orders.description == "Orders of a day."
    assert orders.automation_condition == dg.AutomationCondition.on_cron("0 2 * * *")
    assert specs[dg.AssetKey("dashboard")].deps == [dg.AssetDep("daily_revenue")]


def test_a_day_is_made_with_its_checks_and_its_facts(
    defs: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path
):
    result = make(defs, instance, ORDERS, REVENUE, partition_key="2024-02-01")

    assert result.success
    assert (tmp_path / "data" / "raw" / "orders" / "2024-02-01.pickle").exists()
    [made] = result.asset_materializations_for_node("raw__orders")
    assert made.partition == "2024-02-01"
    assert made.metadata["rows"] == dg.IntMetadataValue(2)
    assert made.metadata["path"].value.endswith("2024-02-01.pickle")
    assert {(e.check_name, e.passed) for e in result.get_asset_check_evaluations()} == {
        ("unique_ids", True),
        ("not_empty", True),
        ("is_positive", True),
        ("currency", True),
        ("range", True),
        ("freshness_check", True),
    }
    revenue = instance.get_latest_materialization_event(REVENUE).asset_materialization
    assert revenue.metadata["revenue"] == dg.FloatMetadataValue(30.0)


def test_config_of_a_run_reaches_assets_and_resources(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    config = {
        "ops": {"raw__orders": {"config": {"minimum": 15.0}}},
        "resources": {"api": {"config": {"token": "other", "page_size": 3}}},
    }

    result = make(defs, instance, ORDERS, partition_key="2024-02-01", run_config=config)

    assert [order["amount"] for order in result.output_for_node("raw__orders")] == [20.0, 30.0]


def test_a_week_reads_its_seven_days(defs: dg.Definitions, instance: dg.DagsterInstance):
    for day in range(4, 11):
        make(defs, instance, ORDERS, REVENUE, partition_key=f"2024-02-{day:02}")

    result = make(defs, instance, dg.AssetKey("weekly_revenue"), partition_key="2024-02-04")

    assert result.output_for_node("weekly_revenue") == 210.0


def test_a_month_uses_its_resources(defs: dg.Definitions, instance: dg.DagsterInstance):
    result = make(defs, instance, dg.AssetKey("monthly_report"), partition_key="2024-02-01")

    [made] = result.asset_materializations_for_node("monthly_report")
    assert made.metadata["statement"] == dg.MarkdownMetadataValue("`public: refresh`")
    assert made.metadata["told"] == dg.TextMetadataValue("#data report for 2024-02-01")
    assert made.metadata["page"] == dg.UrlMetadataValue("https://example.com/report")
    assert made.tags["dagster/data_version"] == "2024-02-01"


def test_a_graph_and_a_multi_asset_make_what_they_promise(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    keys = [dg.AssetKey(name) for name in ("exchange_rate", "by_customer", "by_product")]

    result = make(defs, instance, *keys)

    assert result.success
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assert made == {dg.AssetKey("exchange_rate"), dg.AssetKey("by_customer")}


def test_a_part_of_a_multi_asset_is_made_alone(defs: dg.Definitions, instance: dg.DagsterInstance):
    result = make(defs, instance, dg.AssetKey(["raw", "customers"]))

    made = [event.asset_key for event in result.get_asset_materialization_events()]
    assert made == [dg.AssetKey(["raw", "customers"])]


def test_each_asset_of_a_factory_knows_its_own_region(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    result = defs.resolve_job_def("regions_job").execute_in_process(instance=instance)

    found = {
        event.asset_key.to_user_string(): event.materialization.metadata["region"].value
        for event in result.get_asset_materialization_events()
    }
    assert found == {"shipments_eu": "eu", "shipments_us": "us"}


def test_partitions_of_two_dimensions_and_dynamic_ones(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    key = dg.MultiPartitionKey({"date": "2024-02-01", "region": "eu"})
    instance.add_dynamic_partitions("uploads", ["a.csv"])

    stock = make(defs, instance, dg.AssetKey("stock"), partition_key=key)
    upload = make(defs, instance, dg.AssetKey("upload"), partition_key="a.csv")

    assert stock.output_for_node("stock") == "eu 2024-02-01"
    [made] = upload.asset_materializations_for_node("upload")
    assert (made.partition, made.metadata["file"].value) == ("a.csv", "a.csv")


def test_a_job_of_assets_makes_its_selection(defs: dg.Definitions, instance: dg.DagsterInstance):
    job = defs.resolve_job_def("orders_job")

    result = job.execute_in_process(partition_key="2024-02-01", instance=instance)

    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assert made == {ORDERS, REVENUE}
    assert result.dagster_run.tags["team"] == "data"


def test_a_job_of_ops_maps_collects_and_calls_its_hooks(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    result = defs.resolve_job_def("housekeeping").execute_in_process(instance=instance)

    assert result.success
    assert result.output_for_node("copies.count") == 3
    assert result.output_for_node("copies.copy_file") == {
        name: f"#data {name}.bak" for name in ("a", "b", "c")
    }
    told = {
        event.asset_key.to_user_string()
        for event in result.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    }
    assert told == {"copies/a", "copies/b", "copies/c"}
    hooks = [e.step_key for e in result.all_events if e.event_type_value == "HOOK_COMPLETED"]
    assert sorted(hooks) == [
        "copies.copy_file[a]",
        "copies.copy_file[b]",
        "copies.copy_file[c]",
        "copies.count",
        "copies.list_files",
        "lock",
        "prepare",
    ]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_schedule_requests_a_run_or_says_why_not(defs: dg.Definitions):
    schedule = defs.resolve_schedule_def("nightly")

    monday = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=at(2024, 2, 5))
    )
    sunday = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=at(2024, 2, 4))
    )

    [request] = monday.run_requests
    assert (request.run_key, request.tags["day"]) == ("2024-02-05", "2024-02-05")
    assert sunday.skip_message == "Not on Sundays"


def test_a_schedule_of_a_partitioned_job_requests_the_day_that_ended(defs: dg.Definitions):
    schedule = defs.resolve_schedule_def("orders_job_schedule")

    tick = schedule.evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=at(2024, 2, 2, 3), repository_def=defs.get_repository_def()
        )
    )

    assert schedule.cron_schedule == "0 3 * * *"
    assert [request.partition_key for request in tick.run_requests] == ["2024-02-01"]


def test_schedules_have_their_crons_zones_and_statuses(defs: dg.Definitions):
    regions = defs.resolve_schedule_def("regions_job_schedule")
    rates = defs.resolve_schedule_def("rates")

    assert regions.cron_schedule == ["0 6 * * 1-5", "0 9 * * 6"]
    assert regions.execution_timezone == "Europe/Berlin"
    assert regions.default_status == dg.DefaultScheduleStatus.RUNNING
    assert rates.cron_schedule == "@hourly"


def test_a_sensor_adds_partitions_requests_runs_and_moves_its_cursor(
    defs: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path
):
    sensor = defs.resolve_sensor_def("new_uploads")

    def tick(cursor: str | None):
        return sensor.evaluate_tick(
            dg.build_sensor_context(
                instance=instance, cursor=cursor, repository_def=defs.get_repository_def()
            )
        )

    for name in ("a.csv", "b.csv"):
        (tmp_path / "uploads" / name).touch()
    found = tick(None)
    again = tick(found.cursor)

    assert found.cursor == "b.csv"
    assert [r.partition_key for r in found.run_requests] == ["a.csv", "b.csv"]
    [added] = found.dynamic_partitions_requests
    assert list(added.partition_keys) == ["a.csv", "b.csv"]
    assert again.skip_message == "Nothing new"


def test_an_asset_sensor_sees_the_newest_materialization(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    sensor = defs.resolve_sensor_def("after_orders")
    make(defs, instance, ORDERS, partition_key="2024-02-01")

    tick = sensor.evaluate_tick(
        dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def())
    )

    [request] = tick.run_requests
    assert request.tags["made"] == "raw/orders"


def test_a_sensor_of_successes_looks_at_the_job_of_the_run(
    defs: dg.Definitions, instance: dg.DagsterInstance
):
    sensor = defs.resolve_sensor_def("after_success")
    job = defs.resolve_job_def("orders_job")
    result = job.execute_in_process(partition_key="2024-02-01", instance=instance)

    answer = sensor(
        dg.build_run_status_sensor_context(
            sensor_name="after_success",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_success_event(),
        )
    )

    assert answer.run_key == result.run_id


def test_conditions_request_what_is_due(defs: dg.Definitions, instance: dg.DagsterInstance):
    def evaluate(hour: int, minute: int, cursor: object):
        return dg.evaluate_automation_conditions(
            defs=defs,
            instance=instance,
            asset_selection=dg.AssetSelection.assets(ORDERS),
            evaluation_time=at(2024, 2, 2, hour, minute),
            cursor=cursor,
        )

    before = evaluate(1, 50, None)
    waiting = evaluate(2, 0, before.cursor)
    instance.report_runless_asset_event(dg.AssetMaterialization("shop"))
    due = evaluate(2, 10, waiting.cursor)
    after = evaluate(2, 20, due.cursor)

    requested = [r.get_requested_partitions(ORDERS) for r in (before, waiting, due, after)]
    assert requested == [set(), set(), {"2024-02-01"}, set()]


def test_the_command_line_finds_the_project_by_its_pyproject(
    project: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))

    def ok(*arguments: str) -> str:
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    ok("definitions", "validate")
    listed = ok("asset", "list", "--select", "group:raw").split()
    made = ok("materialize", "raw/orders", "--partition", "2024-02-01")

    assert listed == ["raw/customers", "raw/orders", "raw/products"]
    assert made.splitlines()[0].startswith("raw/orders ✓")
