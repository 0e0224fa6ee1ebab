"""What people look at."""

from collections.abc import Callable
from datetime import timedelta

import penstock as dg
from warehouse.partitions import daily, monthly, weekly
from warehouse.resources import Database

FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2), warn_window=timedelta(days=1))


@dg.asset(
    ins={"orders": dg.AssetIn(key=["raw", "orders"])},
    partitions_def=daily,
    group_name="marts",
    compute_kind="python",
    io_manager_key="files",
    freshness_policy=FRESH,
    automation_condition=dg.AutomationCondition.eager().without(
        ~dg.AutomationCondition.any_deps_missing()
    ),
    check_specs=[dg.AssetCheckSpec("is_positive", asset="daily_revenue", description="No refunds")],
)
def daily_revenue(orders: list[dict[str, object]]):
    """Revenue of a day."""
    total = sum(order["amount"] for order in orders)
    yield dg.Output(total, metadata={"revenue": dg.MetadataValue.float(total)})
    yield dg.AssetCheckResult(
        passed=total >= 0, check_name="is_positive", metadata={"total": total}
    )


@dg.asset(
    ins={
        "daily_revenue": dg.AssetIn(
            partition_mapping=dg.TimeWindowPartitionMapping(), metadata={"all": True}
        )
    },
    partitions_def=weekly,
    group_name="marts",
    io_manager_key="files",
)
def weekly_revenue(context, daily_revenue: dict[str, float]) -> float:
    """Revenue of a week."""
    start, end = context.partition_time_window
    context.log.info("%s to %s", start, end)
    return sum(daily_revenue.values())


@dg.asset(
    deps=[dg.AssetDep("daily_revenue", partition_mapping=dg.TimeWindowPartitionMapping())],
    partitions_def=monthly,
    group_name="marts",
)
def monthly_report(
    context: dg.AssetExecutionContext, db: Database, notify: dg.ResourceParam[Callable[[str], str]]
) -> dg.MaterializeResult:
    """A report for a month."""
    schema = dg.TableSchema(
        columns=[dg.TableColumn(name="month", type="date", description="The first day")]
    )
    told = notify(f"report for {context.partition_key}")
    return dg.MaterializeResult(
        metadata={
            "statement": dg.MetadataValue.md(f"`{db.execute('refresh')}`"),
            "told": told,
            "dagster/column_schema": schema,
            "page": dg.MetadataValue.url("https://example.com/report"),
        },
        data_version=dg.DataVersion(context.partition_key),
    )


@dg.op(out=dg.Out(float, description="The rate"))
def fetch_rate() -> float:
    return 1.1


@dg.op(ins={"rate": dg.In(float)}, config_schema={"digits": dg.Field(int, default_value=2)})
def round_rate(context: dg.OpExecutionContext, rate: float) -> float:
    return round(rate, context.op_config["digits"])


@dg.graph_asset(group_name="marts", description="Euros to dollars.")
def exchange_rate():
    return round_rate(fetch_rate())


@dg.multi_asset(
    outs={
        "by_customer": dg.AssetOut(group_name="marts", io_manager_key="files", is_required=False),
        "by_product": dg.AssetOut(group_name="marts", is_required=False),
    },
    ins={"exchange_rate": dg.AssetIn()},
)
def breakdowns(exchange_rate: float):
    yield dg.Output({"c0": exchange_rate}, output_name="by_customer")
