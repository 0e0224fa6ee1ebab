"""What arrives."""

import penstock as dg
from warehouse.partitions import daily
from warehouse.resources import ApiClient

shop = dg.AssetSpec(
    "shop", group_name="sources", description="The shop itself.", kinds={"api"}, owners=["team:web"]
)


class OrdersConfig(dg.Config):
    """How orders are read."""

    minimum: float = 0.0


@dg.asset(
    deps=[shop],
    partitions_def=daily,
    group_name="raw",
    key_prefix=["raw"],
    kinds={"python", "json"},
    owners=["data@example.com"],
    tags={"tier": "1", "pii": ""},
    io_manager_key="files",
    metadata={"dagster/table_name": "raw.orders", "source": "shop"},
    retry_policy=dg.RetryPolicy(
        max_retries=2, delay=0.001, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
    ),
    automation_condition=dg.AutomationCondition.on_cron("0 2 * * *"),
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    code_version="3",
    op_tags={"memory": "1Gi"},
    pool="shop",
)
def orders(
    context: dg.AssetExecutionContext, config: OrdersConfig, api: ApiClient
) -> list[dict[str, object]]:
    """Orders of a day."""
    found = [o for o in api.orders(context.partition_key) if o["amount"] >= config.minimum]
    context.log.info("%s orders on %s", len(found), context.partition_key)
    context.add_output_metadata(
        {
            "rows": len(found),
            "preview": dg.MetadataValue.json(found[:1]),
            "dagster/row_count": len(found),
        }
    )
    return found


@dg.multi_asset(
    specs=[
        dg.AssetSpec(["raw", "customers"], group_name="raw", kinds={"python"}),
        dg.AssetSpec(["raw", "products"], group_name="raw", skippable=True),
    ],
    can_subset=True,
    name="master_data",
)
def master_data(context: dg.AssetExecutionContext):
    """Tables that come together and may be made apart."""
    for key in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(asset_key=key, metadata={"rows": 1})


@dg.observable_source_asset(group_name="sources")
def price_list() -> dg.DataVersion:
    """Prices that somebody else keeps."""
    return dg.DataVersion("2024-01")
