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
