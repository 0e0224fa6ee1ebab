"""What must hold."""

from datetime import timedelta

import penstock as dg
from warehouse.assets.marts import daily_revenue
from warehouse.assets.raw import orders
from warehouse.partitions import daily

freshness = dg.build_last_update_freshness_checks(
    assets=[daily_revenue], lower_bound_delta=timedelta(days=2)
)


@dg.asset_check(
    asset=orders,
    name="unique_ids",
    description="No order twice",
    blocking=True,
    partitions_def=daily,
)
def unique_ids(context: dg.AssetCheckExecutionContext, orders) -> dg.AssetCheckResult:
    ids = [order["id"] for order in orders]
    return dg.AssetCheckResult(
        passed=len(ids) == len(set(ids)),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"orders": dg.MetadataValue.int(len(ids))},
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec("currency", asset=daily_revenue),
        dg.AssetCheckSpec("range", asset=daily_revenue),
    ]
)
def revenue_checks():
    for name in ("currency", "range"):
        yield dg.AssetCheckResult(passed=True, check_name=name, asset_key=daily_revenue.key)
