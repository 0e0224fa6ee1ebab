"""The article "Orchestration with Dagster", its snippets about assets, partitions and event logs.

Each snippet is the article's own code with the import changed; what it leaves undefined (a client,
a table) is a plain class here. Not tried here, and why:

- `dbt.cli([...])` as a real dbt build, `@dbt_assets`, and the edge from `dlt_glucose_entries` to
  `dbt_bronze` that is "auto-detected": the edge comes from a dbt source, so it belongs to the dbt
  integration. A resource of the same shape stands in for `DbtCliResource`.
- `dlt`, Trino, Iceberg and Superset: third-party integrations.
- The asset graph, lineage and launch pages on port 3000, `docker exec`, `dagster-daemon run`: they
  need a server.
- "Alert via email/Slack": alerts.
"""

from __future__ import annotations

import logging

import pytest

import penstock as dg
from penstock import MaterializeResult, materialize

DAILY = dg.DailyPartitionsDefinition(start_date="2024-10-01", end_date="2024-11-01")


class DbtCliResource(dg.ConfigurableResource):
    """What the snippets ask of dbt: it takes a command line."""

    def cli(self, arguments: list[str]) -> None:
        BUILT.append(arguments[-1])


BUILT: list[str] = []


@pytest.fixture(autouse=True)
def nothing_is_built_yet() -> None:
    BUILT.clear()


def test_assets_run_in_the_order_of_their_dependencies_and_keep_their_metadata():
    dbt = DbtCliResource()

    @dg.asset
    def dlt_glucose_entries() -> MaterializeResult:
        """
        Produces: raw.glucose_entries table
        Source: Nightscout API
        """
        BUILT.append("ingested")
        return MaterializeResult(metadata={"rows_loaded": 288})

    @dg.asset(deps=[dlt_glucose_entries])
    def dbt_bronze(dbt: DbtCliResource) -> None:
        """
        Produces: bronze.stg_glucose_entries
        Depends on: dlt_glucose_entries (auto-detected)
        """
        dbt.cli(["build", "--select", "tag:bronze"])

    @dg.asset(deps=[dbt_bronze])
    def dbt_silver() -> None:
        """
        Produces: silver.fct_glucose_readings
        Depends on: dbt_bronze (explicit)
        """
        dbt.cli(["build", "--select", "tag:silver"])

    result = materialize(
        [dbt_silver, dbt_bronze, dlt_glucose_entries], resources={"dbt": DbtCliResource()}
    )

    assert result.success
    assert BUILT == ["ingested", "tag:bronze", "tag:silver"]
    [made] = result.asset_materializations_for_node("dlt_glucose_entries")
    assert made.metadata["rows_loaded"] == dg.MetadataValue.int(288)
    made_in_order = [e.asset_key for e in result.get_asset_materialization_events()]
    assert made_in_order == [dlt_glucose_entries.key, dbt_bronze.key, dbt_silver.key]


def test_the_description_of_an_asset_is_its_docstring():
    @dg.asset
    def dlt_glucose_entries() -> MaterializeResult:
        """
        Produces: raw.glucose_entries table
        Source: Nightscout API
        """
        return MaterializeResult()

    [spec] = dlt_glucose_entries.specs

    assert spec.description == "Produces: raw.glucose_entries table\nSource: Nightscout API"


def test_an_asset_may_have_another_name_than_its_function_and_return_nothing():
    @dg.asset(name="dlt_glucose_entries")
    def entries() -> MaterializeResult:
        """Produces raw.glucose_entries"""

    with dg.DagsterInstance.ephemeral() as instance:
        assert materialize([entries], instance=instance).success
        assert instance.get_asset_keys() == [dg.AssetKey("dlt_glucose_entries")]


def test_a_failed_asset_stops_what_depends_on_it_and_is_tried_again_where_a_policy_says_so():
    attempts: list[int] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def dlt_glucose_entries(context) -> None:
        attempts.append(context.retry_number)
        if context.retry_number < 2:
            raise ConnectionError("API was down")

    @dg.asset(deps=[dlt_glucose_entries])
    def dbt_bronze() -> None:
        BUILT.append("bronze")

    assert materialize([dlt_glucose_entries, dbt_bronze]).success
    assert attempts == [0, 1, 2]

    @dg.asset(name="dlt_glucose_entries")
    def broken() -> None:
        raise ConnectionError("API was down")

    BUILT.clear()
    assert not materialize([broken, dbt_bronze], raise_on_error=False).success
    assert BUILT == []


def partitioned_entries(fetched: list[tuple[str, str]], lost: set[str]) -> dg.AssetsDefinition:
    """The partitioned asset of the article, over a client that loses some days."""
    daily_partition = DAILY

    def fetch_from_nightscout(start: str, end: str) -> list[int]:
        if start[:10] in lost:
            raise ConnectionError("Connection timeout")
        fetched.append((start, end))
        return [120] * 288

    @dg.asset(
        partitions_def=daily_partition,
        description="Daily ingestion of glucose entries",
    )
    def dlt_glucose_entries(context) -> MaterializeResult:
        """
        Materialize for each day independently.

        Daily partition ensures:
        - Idempotency (re-run one day without affecting others)
        - Incremental loading (only process new data per day)
        - Easy recovery (re-run single failed day)
        """
        partition_date = context.partition_key  # "2024-10-15"

        # Fetch data for this date range only
        start = f"{partition_date}T00:00:00.000Z"
        end = f"{partition_date}T23:59:59.999Z"

        entries = fetch_from_nightscout(start, end)
        return MaterializeResult(metadata={"rows_loaded": len(entries)})

    return dlt_glucose_entries


def test_a_partition_fetches_its_own_day_only():
    fetched: list[tuple[str, str]] = []

    result = materialize([partitioned_entries(fetched, set())], partition_key="2024-10-15")

    assert fetched == [("2024-10-15T00:00:00.000Z", "2024-10-15T23:59:59.999Z")]
    [made] = result.asset_materializations_for_node("dlt_glucose_entries")
    assert made.partition == "2024-10-15"


def test_a_description_that_is_given_wins_over_the_docstring():
    [spec] = partitioned_entries([], set()).specs

    assert spec.description == "Daily ingestion of glucose entries"


def test_one_failed_day_is_run_again_without_the_others():
    lost = {"2024-10-16"}
    asset = partitioned_entries([], lost)
    days = ["2024-10-14", "2024-10-16", "2024-10-17"]

    with dg.DagsterInstance.ephemeral() as instance:
        for day in days[:2]:
            materialize([asset], partition_key=day, instance=instance, raise_on_error=False)
        before = instance.get_status_by_partition(asset.key, days, DAILY)
        lost.clear()
        materialize([asset], partition_key="2024-10-16", instance=instance)
        after = instance.get_status_by_partition(asset.key, days, DAILY)

    statuses = type(before["2024-10-14"])
    assert before == {
        "2024-10-14": statuses.MATERIALIZED,
        "2024-10-16": statuses.FAILED,
        "2024-10-17": None,
    }
    assert after == {**before, "2024-10-16": statuses.MATERIALIZED}


def test_a_day_outside_of_the_partitions_is_an_error_that_names_it():
    with pytest.raises(dg.DagsterUnknownPartitionError, match="2023-01-01"):
        materialize([partitioned_entries([], set())], partition_key="2023-01-01")


def test_log_lines_and_metadata_are_kept_with_the_run():
    @dg.asset
    def dlt_glucose_entries(context) -> MaterializeResult:
        # All logs captured
        context.log.info("Starting ingestion...")
        context.log.warning("Got 288 entries")
        context.log.error("Failed to connect to MinIO")

        # Metadata attached to run
        return dg.MaterializeResult(
            metadata={
                "rows_loaded": dg.MetadataValue.int(288),
                "duration_seconds": dg.MetadataValue.float(2.45),
                "partition": dg.MetadataValue.text("2024-10-15"),
            }
        )

    with dg.DagsterInstance.ephemeral() as instance:
        result = materialize([dlt_glucose_entries], instance=instance)
        entries = instance.all_logs(result.run_id)
        made = instance.get_latest_materialization_event(dg.AssetKey("dlt_glucose_entries"))

    lines = [(e.level, e.user_message) for e in entries if e.dagster_event is None]
    assert lines == [
        (logging.INFO, "Starting ingestion..."),
        (logging.WARNING, "Got 288 entries"),
        (logging.ERROR, "Failed to connect to MinIO"),
    ]
    assert {e.step_key for e in entries if e.dagster_event is None} == {"dlt_glucose_entries"}
    assert made is not None
    assert made.asset_materialization.metadata == {
        "rows_loaded": dg.IntMetadataValue(288),
        "duration_seconds": dg.FloatMetadataValue(2.45),
        "partition": dg.TextMetadataValue("2024-10-15"),
    }


def test_an_observation_is_logged_beside_the_materialization():
    @dg.asset
    def dlt_glucose_entries(context) -> None:
        context.log_event(
            dg.AssetObservation("nightscout_api", metadata={"newest": "2024-10-15T10:30:00"})
        )

    result = materialize([dlt_glucose_entries])

    [observed] = result.get_asset_observation_events()
    assert observed.asset_key == dg.AssetKey("nightscout_api")
    assert [e.asset_key for e in result.get_asset_materialization_events()] == [
        dg.AssetKey("dlt_glucose_entries")
    ]


def test_the_concurrency_tag_may_be_a_number():
    @dg.asset(
        partitions_def=DAILY,
        # Run up to 4 partitions in parallel
        automation_condition=dg.AutomationCondition.eager(),
        tags={"dagster/max_concurrency": 4},
    )
    def dlt_glucose_entries() -> MaterializeResult:
        pass

    [spec] = dlt_glucose_entries.specs

    assert spec.tags == {"dagster/max_concurrency": "4"}
    assert spec.automation_condition == dg.AutomationCondition.eager()
    assert materialize([dlt_glucose_entries], partition_key="2024-10-15").success
