"""Assets, checks and jobs of which there are many alike."""

from collections.abc import Sequence

import penstock as dg
from warehouse.partitions import daily_by_region, uploads


def build_region_asset(region: str) -> dg.AssetsDefinition:
    """Return the asset of a region."""

    @dg.asset(name=f"shipments_{region}", group_name="regions", tags={"region": region})
    def shipments(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(
            metadata={"region": region, "asset": context.asset_key.path[-1]}
        )

    return shipments


def build_not_empty_check(key: Sequence[str]) -> dg.AssetChecksDefinition:
    """Return the check that the newest materialization has rows."""

    @dg.asset_check(asset=dg.AssetKey(key), name="not_empty", description="There are rows")
    def not_empty(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        event = context.instance.get_latest_materialization_event(dg.AssetKey(key))
        rows = event.asset_materialization.metadata["rows"].value if event else 0
        return dg.AssetCheckResult(
            passed=rows > 0, severity=dg.AssetCheckSeverity.WARN, metadata={"rows": rows}
        )

    return not_empty


@dg.asset(partitions_def=daily_by_region, group_name="regions")
def stock(context: dg.AssetExecutionContext) -> str:
    """Stock of a region at the end of a day."""
    keys = context.partition_key.keys_by_dimension
    return f"{keys['region']} {keys['date']}"


@dg.asset(partitions_def=uploads, group_name="uploads")
def upload(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """A file that somebody uploaded."""
    return dg.MaterializeResult(metadata={"file": context.partition_key})


regional = [build_region_asset(region) for region in ("eu", "us")]
checks = [build_not_empty_check(["raw", "orders"])]
