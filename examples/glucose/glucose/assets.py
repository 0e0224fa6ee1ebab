"""The assets: a day of readings from the API to daily and hourly statistics.

Owns partitions, groups, storage and metadata. What is computed is in `glucose.transforms`; how
it is fetched, in `glucose.client`.
"""

from collections.abc import Mapping
from datetime import date
from time import perf_counter

import penstock as dg
from glucose import transforms
from glucose.days import bounds_ms
from glucose.resources import NightscoutResource
from glucose.table import Table

DAYS = dg.DailyPartitionsDefinition(
    start_date="2014-02-03", end_date="2017-06-15", timezone="America/Los_Angeles"
)
"""A key is a local day of the study. The last reading is of 2017-06-14; the end is exclusive."""


def _stored(
    value: Table, started: float, extra: Mapping[str, int | float] | None = None
) -> dg.Output[Table]:
    return dg.Output(
        value,
        metadata={
            "dagster/partition_row_count": len(value.rows),
            "duration_seconds": round(perf_counter() - started, 3),
            "preview": dg.MetadataValue.md(value.markdown()),
            **(extra or {}),
        },
    )


@dg.asset(
    partitions_def=DAYS,
    group_name="raw",
    kinds={"python", "http"},
    io_manager_key="parquet",
    retry_policy=dg.RetryPolicy(max_retries=3, delay=0.2, backoff=dg.Backoff.EXPONENTIAL),
)
def glucose_entries(
    context: dg.AssetExecutionContext, nightscout: NightscoutResource
) -> dg.Output[Table]:
    """Entries of all people on one local day, as Nightscout gave them."""
    started = perf_counter()
    since, before = bounds_ms(date.fromisoformat(context.partition_key))
    client = nightscout.client()
    wearing = [p for p in client.people() if p.first < before and p.last >= since]
    rows: list[tuple[object, ...]] = []
    for person in wearing:
        entries = client.entries(person.subject, since=since, before=before)
        rows.extend(transforms.raw(person.subject, person.diagnosis, entries).rows)
    context.log.info("Fetched %d entries of %d people.", len(rows), len(wearing))
    value = Table(transforms.RAW_SCHEMA, tuple(rows))
    return _stored(value, started, {"people": len(wearing)})


@dg.asset(
    partitions_def=DAYS, group_name="bronze", kinds={"duckdb", "parquet"}, io_manager_key="parquet"
)
def glucose_bronze(glucose_entries: Table) -> dg.Output[Table]:
    """Typed entries without repetitions; the document of each is kept."""
    started = perf_counter()
    value = transforms.bronze(glucose_entries)
    repeated = len(glucose_entries.rows) - len(value.rows)
    return _stored(value, started, {"repeated_entries": repeated})


@dg.asset(
    partitions_def=DAYS, group_name="silver", kinds={"duckdb", "parquet"}, io_manager_key="parquet"
)
def glucose_silver(glucose_bronze: Table) -> dg.Output[Table]:
    """Plausible readings in mg/dL and mmol/L, in UTC and local time."""
    started = perf_counter()
    value = transforms.silver(glucose_bronze)
    implausible = transforms.count_implausible(glucose_bronze)
    return _stored(value, started, {"implausible_readings": implausible})


@dg.asset(partitions_def=DAYS, group_name="gold", kinds={"duckdb"}, io_manager_key="warehouse")
def glucose_daily(glucose_silver: Table) -> dg.Output[Table]:
    """Each person's day: mean, variation, GMI, time in ranges, coverage."""
    started = perf_counter()
    return _stored(transforms.daily(glucose_silver), started)


@dg.asset(partitions_def=DAYS, group_name="gold", kinds={"duckdb"}, io_manager_key="warehouse")
def glucose_hourly(glucose_silver: Table) -> dg.Output[Table]:
    """Percentiles of each person's hours of the day."""
    started = perf_counter()
    return _stored(transforms.hourly(glucose_silver), started)


ALL_ASSETS = [glucose_entries, glucose_bronze, glucose_silver, glucose_daily, glucose_hourly]
