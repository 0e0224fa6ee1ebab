"""A page of uses, as a user's editor sees them; pyright and mypy must accept it in strict mode.

What is asserted is that these lines have types, and which.
"""

from typing import assert_type

import penstock as dg

days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")


class Api(dg.ConfigurableResource):
    url: str


class Limits(dg.Config):
    rows: int = 10


@dg.asset
def orders() -> list[int]:
    return [1, 2]


@dg.asset(key_prefix="sales", group_name="finance", tags={"tier": "gold"}, code_version="1")
def revenue(context: dg.AssetExecutionContext, config: Limits, orders: list[int]) -> int:
    context.log.info("%s of %s", config.rows, context.run_id)
    return sum(orders)


@dg.asset(partitions_def=days, deps=[orders], retry_policy=dg.RetryPolicy(max_retries=2))
def daily(context: dg.AssetExecutionContext, api: Api) -> dg.MaterializeResult:
    day = context.partition_key
    assert_type(day, str)
    return dg.MaterializeResult(metadata={"url": api.url + day, "rows": 3})


@dg.asset_check(asset=orders, blocking=True)
def has_rows(orders: list[int]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=bool(orders), severity=dg.AssetCheckSeverity.ERROR)


everything = dg.define_asset_job("everything", selection=dg.AssetSelection.all())
defs = dg.Definitions(
    assets=[orders, revenue, daily],
    asset_checks=[has_rows],
    jobs=[everything],
    resources={"api": Api(url="https://example.org")},
)

with dg.DagsterInstance.ephemeral() as instance:
    result = dg.materialize([orders, revenue], instance=instance)
    assert_type(result.success, bool)
    assert_type(days.get_partition_keys()[0], str)
