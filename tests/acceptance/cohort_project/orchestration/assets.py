"""Thin wrappers over the transforms, one for each table of the medallion."""

from local import gold, transforms

import penstock as dg
from orchestration.partitions import cohorts
from orchestration.resources import PlatformResource


@dg.asset(partitions_def=cohorts, group_name="bronze", key_prefix="bronze")
def encounters(context: dg.AssetExecutionContext, platform: PlatformResource):
    """Encounters as they arrive."""
    lake = platform.platform()
    rows = lake.landed(context.partition_key)
    total = lake.merge("bronze/encounters", rows, on=("encounter",))
    return dg.MaterializeResult(metadata={"rows": len(rows), "dagster/row_count": total})


@dg.asset(
    partitions_def=cohorts,
    group_name="silver",
    key=["silver", "encounters"],
    deps=[encounters],
)
def silver_encounters(context: dg.AssetExecutionContext, platform: PlatformResource):
    """Encounters with tidy kinds."""
    lake = platform.platform()
    silver = transforms.to_silver(lake.landed(context.partition_key))
    lake.merge("silver/encounters", silver, on=("encounter",))
    return dg.MaterializeResult(metadata={"rows": len(silver)})


@dg.asset(
    partitions_def=cohorts,
    group_name="gold",
    key=["gold", "encounter_summary"],
    deps=[silver_encounters],
)
def encounter_summary(context: dg.AssetExecutionContext, platform: PlatformResource):
    """One row for each cohort and kind of encounter."""
    lake = platform.platform()
    silver = transforms.to_silver(lake.landed(context.partition_key))
    summary = gold.summarize(silver, context.partition_key)
    lake.merge("gold/encounter_summary", summary, on=("cohort", "kind"))
    return dg.MaterializeResult(metadata={"rows": len(summary)})
