from __future__ import annotations

import pytest

import penstock as dg
from penstock.errors import InvariantViolationError
from penstock.execute.io_managers.memory import InMemoryIOManager


def test_values_live_as_long_as_the_manager():
    manager = InMemoryIOManager()

    @dg.asset
    def one() -> int:
        return 1

    @dg.asset
    def two(one: int) -> int:
        return one + 1

    dg.materialize([one, two], resources={"io_manager": manager}, selection="one")
    result = dg.materialize([one, two], resources={"io_manager": manager}, selection="two")

    assert manager.values == {("one",): 1, ("two",): 2}
    assert result.asset_value("two") == 2


def test_a_value_that_is_not_there_says_so():
    @dg.asset
    def one() -> int:
        return 1

    @dg.asset
    def two(one: int) -> int:
        return one + 1

    with pytest.raises(InvariantViolationError, match="There is no value of 'one' in memory"):
        dg.materialize_to_memory([one, two], selection="two")


def test_of_no_partitions_the_value_is_none():
    days = dg.DailyPartitionsDefinition("2024-01-01")
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.asset(partitions_def=days, ins={"total": dg.AssetIn(partition_mapping=before)})
    def total(total: object) -> str:
        return f"after {total}"

    first = dg.materialize_to_memory([total], partition_key="2024-01-01")

    assert first.asset_value("total") == "after None"
