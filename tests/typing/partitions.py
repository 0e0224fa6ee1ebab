"""Partitions and their mappings, as a user's editor sees them; strict checkers accept it."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_type

import penstock as dg

days = dg.DailyPartitionsDefinition(start_date="2024-01-01", timezone="Europe/Berlin")
regions = dg.StaticPartitionsDefinition(["eu", "us"])
customers = dg.DynamicPartitionsDefinition(name="customers")
both = dg.MultiPartitionsDefinition({"day": days, "region": regions})


@dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
def events(context: dg.AssetExecutionContext) -> list[str]:
    assert_type(context.partition_key, str)
    assert_type(context.partition_keys, Sequence[str])
    window = context.partition_time_window
    assert_type(window.start, datetime)
    return [context.partition_key]


@dg.asset(
    partitions_def=both,
    ins={
        "events": dg.AssetIn(
            partition_mapping=dg.MultiToSingleDimensionPartitionMapping(
                partition_dimension_name="day"
            )
        )
    },
)
def by_region(context: dg.AssetExecutionContext, events: list[str]) -> int:
    return len(events)


@dg.asset(
    deps=[
        dg.AssetDep(
            events,
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-6, end_offset=0),
        )
    ],
    partitions_def=dg.WeeklyPartitionsDefinition(start_date="2024-01-01"),
)
def weekly() -> None: ...


@dg.daily_partitioned_config(start_date="2024-01-01")
def day_config(start: datetime, end: datetime) -> dict[str, object]:
    return {"ops": {"load": {"config": {"from": start.isoformat(), "to": end.isoformat()}}}}


assert_type(events, dg.AssetsDefinition)
assert_type(days.get_partition_keys()[0], str)
assert_type(both.get_partition_key_from_str("2024-01-01|eu"), dg.MultiPartitionKey)
assert_type(days.time_window_for_partition_key("2024-01-01"), dg.TimeWindow)
assert_type(dg.PartitionKeyRange("2024-01-01", "2024-01-03").start, str)
