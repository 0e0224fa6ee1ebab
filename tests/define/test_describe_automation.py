"""What a manifest says of schedules and sensors."""

from __future__ import annotations

import penstock as dg
from penstock.define.describe_automation import describe_schedule, describe_sensor
from penstock.model.manifest import ScheduleNode, SensorNode


def test_a_schedule_of_a_job() -> None:
    made = dg.ScheduleDefinition(
        job_name="load",
        cron_schedule=["@daily", "0 6 * * *"],
        execution_timezone="Europe/London",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        tags={"team": "core"},
    )

    assert describe_schedule(made) == ScheduleNode(
        name="load_schedule",
        crons=("@daily", "0 6 * * *"),
        timezone="Europe/London",
        job="load",
        running=True,
        tags=(("team", "core"),),
    )


def test_a_schedule_of_assets_shows_their_selection() -> None:
    node = describe_schedule(dg.ScheduleDefinition("n", target="group:raw", cron_schedule="@daily"))

    assert (node.job, node.selection) == ("__anonymous_asset_job_n", 'group:"raw"')


def test_sensors_show_what_they_watch() -> None:
    on_asset = dg.asset_sensor(dg.AssetKey("orders"), job_name="load", name="on_asset")
    on_failure = dg.run_failure_sensor(name="on_failure")

    assert describe_sensor(on_asset(lambda: None)) == SensorNode(
        name="on_asset", kind="ASSET", jobs=("load",), watches=("orders",)
    )
    assert describe_sensor(on_failure(lambda: None)) == SensorNode(
        name="on_failure", kind="RUN_STATUS", watches=("FAILURE",)
    )


def test_a_sensor_of_conditions_shows_its_assets_and_run_tags() -> None:
    made = dg.AutomationConditionSensorDefinition(
        "nightly", target="group:raw", run_tags={"team": "core"}, emit_backfills=False
    )

    node = describe_sensor(made)

    assert (node.kind, node.selection) == ("AUTO_MATERIALIZE", 'group:"raw"')
    assert (node.run_tags, node.emit_backfills) == ((("team", "core"),), False)


def test_metadata_changes_the_digest() -> None:
    one = dg.ScheduleDefinition(job_name="load", cron_schedule="@daily", metadata={"a": 1})
    other = one.with_attributes(metadata={"a": 2})

    assert describe_schedule(one).metadata != describe_schedule(other).metadata
