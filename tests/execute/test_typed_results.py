"""Functions that return results in a list, and functions that must return results."""

import pytest

import penstock as dg


def test_a_list_of_results_of_one_asset_is_taken_apart():
    @dg.asset(check_specs=[dg.AssetCheckSpec("full", asset="foo")])
    def foo():
        return [dg.MaterializeResult(metadata={"n": 1}), dg.AssetCheckResult(True)]

    result = dg.materialize([foo], instance=dg.DagsterInstance.ephemeral())

    (made,) = result.asset_materializations_for_node("foo")
    assert made.metadata == {"n": dg.MetadataValue.int(1)}
    assert result.get_asset_check_evaluations()[0].passed


def test_a_list_of_values_stays_a_value():
    @dg.asset
    def numbers():
        return [1, 2]

    result = dg.materialize([numbers], instance=dg.DagsterInstance.ephemeral())

    assert result.output_for_node("numbers") == [1, 2]


@pytest.mark.parametrize("returned", [None, []])
def test_demanded_results_that_do_not_come_fail_the_step(returned):
    @dg.asset
    def foo(context: dg.AssetExecutionContext):
        context.demand_results("Return them.")
        return returned

    with pytest.raises(
        dg.DagsterInvariantViolationError,
        match=r"Step 'foo' gave no result for 'result'. Return them.",
    ):
        dg.materialize([foo], instance=dg.DagsterInstance.ephemeral())


def test_a_value_in_place_of_demanded_results_fails_the_step():
    @dg.asset
    def foo(context: dg.AssetExecutionContext):
        context.demand_results("Return them.")
        return 1

    with pytest.raises(dg.DagsterInvariantViolationError, match=r"returned a int. Return them."):
        dg.materialize([foo], instance=dg.DagsterInstance.ephemeral())


def test_demanded_results_can_be_yielded():
    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b", skippable=True)])
    def both(context: dg.AssetExecutionContext):
        context.demand_results("Return them.")
        yield dg.MaterializeResult(asset_key="a")

    assert dg.materialize([both], instance=dg.DagsterInstance.ephemeral()).success
