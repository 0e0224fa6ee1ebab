import asyncio

import pytest

import penstock as dg
from penstock.define.invoke import call
from penstock.define.signature import read_signature
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
)


@dg.asset
def total(context, up, down=5):
    return (context.has_partition_key, up + down)


def test_a_call_by_hand_returns_what_the_body_returned():
    @dg.asset
    def made():
        return dg.MaterializeResult(metadata={"rows": 1})

    assert made() == dg.MaterializeResult(metadata={"rows": 1})


def test_each_result_stands_for_one_output():
    @dg.multi_asset(outs={"left": dg.AssetOut(), "right": dg.AssetOut()})
    def both(is_whole):
        yield dg.MaterializeResult("left")
        if is_whole:
            yield dg.MaterializeResult("right")

    assert len(list(both(True))) == 2
    with pytest.raises(InvariantViolationError, match="without its required output 'right'"):
        list(both(False))


def test_the_context_comes_first_and_then_the_inputs():
    context = dg.build_asset_context()

    assert total(context, 1, 2) == (False, 3)
    assert total(context, up=1) == (False, 6)
    assert total(context=context, up=1) == (False, 6)


def test_a_missing_context_is_asked_for():
    with pytest.raises(InvalidInvocationError) as caught:
        total(1)

    assert str(caught.value) == (
        "op 'total' takes a context, and was called without one. Pass build_op_context(...) first."
    )


def test_a_missing_input_is_named():
    with pytest.raises(InvalidInvocationError) as caught:
        total(dg.build_asset_context())

    assert str(caught.value) == (
        "op 'total' was called without its input 'up', which has no default. Pass up=..."
    )


def test_too_many_inputs_are_refused():
    with pytest.raises(
        InvalidInvocationError, match="op 'total' takes 2 values by position, and was called with 3"
    ):
        total(dg.build_asset_context(), 1, 2, 3)


def test_an_input_given_twice_is_refused():
    with pytest.raises(InvalidInvocationError, match="its argument 'up' by position and by name"):
        total(dg.build_asset_context(), 1, up=1)


def test_an_unknown_keyword_is_refused():
    with pytest.raises(InvalidInvocationError, match="'total' has no parameter 'nope'"):
        total(dg.build_asset_context(), 1, nope=1)


def test_resources_come_by_keyword_or_from_the_context():
    class Api(dg.ConfigurableResource):
        url: str

    @dg.asset
    def fetched(context, api: Api):
        return api.url

    by_context = dg.build_asset_context(resources={"api": Api(url="c")})

    assert fetched(dg.build_asset_context(), api=Api(url="k")) == "k"
    assert fetched(by_context) == "c"
    with pytest.raises(InvalidDefinitionError) as caught:
        fetched(dg.build_asset_context())
    assert str(caught.value) == (
        "op 'fetched' needs resource 'api'. Pass api=..., or a context built with it."
    )


def test_config_is_passed_by_keyword():
    class Limits(dg.Config):
        rows: int = 10

    @dg.asset
    def limited(config: Limits):
        return config.rows

    assert limited(config=Limits(rows=3)) == 3


def test_an_async_function_called_by_hand_gives_its_coroutine():
    @dg.asset
    async def slow():
        return 1

    assert asyncio.run(slow()) == 1


def test_execution_awaits_an_async_function():
    async def slow(context, up):
        return (context.run_id, up)

    returned = call(
        slow,
        read_signature(slow),
        context=dg.build_asset_context(),
        inputs={"up": 2},
        config=None,
        resources={},
    )

    assert returned == ("EPHEMERAL", 2)
