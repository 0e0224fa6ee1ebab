"""Calling ops by hand: arguments, config, resources, and checks of what they give."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import Field as PydanticField

import penstock as dg
from penstock.define.context import OpExecutionContext
from penstock.define.direct_context import build_op_context
from penstock.define.op import op
from penstock.define.ports import DynamicOut, In, Out
from penstock.define.result import AssetMaterialization, DynamicOutput, Output
from penstock.define.types.builtin import Nothing
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidPropertyError,
    InvariantViolationError,
    TypeCheckDidNotPass,
)

TWO = {"a": Out(), "b": Out()}


class Limit(dg.Config):
    rows: int
    name: str = "x"


@op
def add(context, x: int, y: int = 2) -> int:
    return x + y


@op
def limited(context, config: Limit, x):
    return config.rows, x


@op(required_resource_keys={"db"})
def queries(context):
    return context.resources.db


def test_a_context_comes_first_or_by_keyword_or_as_none() -> None:
    context = build_op_context()

    assert add(context, 1) == 3
    assert add(context=context, x=1) == 3
    assert add(None, 1, 4) == 5
    with pytest.raises(InvalidInvocationError, match="takes a context, and was called without one"):
        add(1)


def test_inputs_are_checked_in_number_name_and_type() -> None:
    context = build_op_context()

    with pytest.raises(InvalidInvocationError, match="called without its input 'x'"):
        add(context)
    with pytest.raises(
        InvalidInvocationError, match="takes 2 values by position, and was called with 3"
    ):
        add(context, 1, 2, 3)
    with pytest.raises(InvalidInvocationError, match="its argument 'x' by position and by name"):
        add(context, 1, x=1)
    with pytest.raises(InvalidInvocationError, match="no parameter 'z'"):
        add(context, 1, z=1)
    with pytest.raises(TypeCheckDidNotPass, match="op 'add' input 'x'"):
        add(context, "one")


def test_config_comes_as_an_argument_or_by_the_context() -> None:
    assert limited(None, Limit(rows=3), 4) == (3, 4)
    assert limited(None, config={"rows": 3}, x=4) == (3, 4)
    assert limited(build_op_context(config={"rows": 3}), x=4) == (3, 4)
    with pytest.raises(
        InvalidInvocationError, match="two configs: one of the context, one as an argument"
    ):
        limited(build_op_context(config={"rows": 3}), config=Limit(rows=4), x=4)
    with pytest.raises(InvalidConfigError):
        limited(build_op_context(config={"rows": "three"}), x=4)
    with pytest.raises(InvalidConfigError):
        limited(build_op_context(), x=4)


def test_resources_are_set_up_for_the_context() -> None:
    definition = dg.ResourceDefinition(
        lambda context: context.resource_config["url"], config_schema={"url": str}
    )
    context = build_op_context(
        resources={"db": definition}, resources_config={"db": {"config": {"url": "here"}}}
    )

    assert queries(context) == "here"
    with pytest.raises(InvalidDefinitionError, match=r"^op 'queries' needs the resource 'db'"):
        queries(build_op_context())


def test_a_nothing_input_takes_no_value() -> None:
    @op(ins={"start": In(Nothing)})
    def go():
        return 1

    assert go() == 1
    with pytest.raises(
        InvalidInvocationError, match="a value for its input 'start', which is of type"
    ):
        go(start=1)


def test_what_is_returned_is_checked_and_given_as_it_is() -> None:
    @op(out=TWO)
    def swapped():
        return Output(1, "b"), Output(2, "a")

    @op(out=TWO)
    def listed():
        return [1, 2]

    @op
    def untold() -> int:
        return "text"  # pyright: ignore[reportReturnType]

    @op
    def event():
        return AssetMaterialization("a")

    with pytest.raises(InvariantViolationError, match="an Output named 'b' at position 0"):
        swapped()
    with pytest.raises(InvariantViolationError, match="has 2 outputs, but returned no tuple"):
        listed()
    with pytest.raises(TypeCheckDidNotPass, match="op 'untold' output 'result'"):
        untold()
    with pytest.raises(InvariantViolationError, match="For an event, yield it"):
        event()


def test_a_generator_is_checked_while_it_runs() -> None:
    @op(out=TWO)
    def forgets() -> Iterator[Output[int]]:
        yield Output(1, "a")

    @op
    def repeats() -> Iterator[Output[int]]:
        yield Output(1)
        yield Output(2)

    @op
    def bare() -> Iterator[object]:
        yield 5

    with pytest.raises(InvariantViolationError, match="without its required output 'b'"):
        list(forgets())  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvariantViolationError, match="produced its output 'result' twice"):
        list(repeats())  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvariantViolationError, match="Yield Output\\(value, output_name\\)"):
        list(bare())  # pyright: ignore[reportArgumentType]


def test_dynamic_outputs_are_lists_with_keys_of_their_own() -> None:
    @op(out=DynamicOut())
    def many():
        return [DynamicOutput(1, "a"), DynamicOutput(2, "a")]

    @op(out=DynamicOut())
    def single():
        return 1

    with pytest.raises(InvariantViolationError, match="the mapping_key 'a' twice"):
        many()
    with pytest.raises(InvariantViolationError, match="each entry of it a DynamicOutput"):
        single()


def test_async_functions_give_what_async_functions_give() -> None:
    @op
    async def later(x):
        return x

    @op
    async def stream() -> AsyncIterator[Output[int]]:
        yield Output(1)

    async def gathered() -> list[object]:
        return [each async for each in stream()]

    assert asyncio.run(later(1)) == 1  # pyright: ignore[reportArgumentType]
    assert [Output(1)] == asyncio.run(gathered())


def test_a_context_is_used_by_one_call_at_a_time() -> None:
    context = build_op_context()

    @op
    def holds(context) -> Iterator[Output[int]]:
        yield Output(1)

    running = holds(context)
    next(running)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInvocationError, match="the call of 'holds' has not let go of"):
        add(context, 1)
    list(running)  # pyright: ignore[reportArgumentType]

    assert add(context, 1) == 3


def test_a_context_tells_afterwards_what_the_op_told() -> None:
    context = build_op_context(partition_key="2024", mapping_key="k", run_tags={"a": "b"})

    @op
    def tells(context: OpExecutionContext):
        context.add_output_metadata({"rows": 1})
        context.add_output_metadata({"bytes": 2})
        context.log_event(AssetMaterialization("made"))
        return context.partition_key, context.get_mapping_key(), context.get_tag("a")

    assert tells(context) == ("2024", "k", "b")
    assert context.get_output_metadata("result") == {"rows": 1, "bytes": 2}
    assert [AssetMaterialization("made")] == list(context.get_events())


@pytest.mark.parametrize("name", ["job_name", "job_def", "run", "op_handle", "op", "asset_key"])
def test_what_only_a_run_knows_is_refused(name: str) -> None:
    with pytest.raises(InvalidPropertyError):
        getattr(build_op_context(), name)


class Inner(dg.Config):
    rows: int


class Outer(dg.Config):
    inner: Inner


class Api(dg.ConfigurableResource):
    url: str


class Source(dg.Config):
    schema_: str = PydanticField(alias="schema")


def test_variables_in_config_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    @op
    def limited(config: Outer):
        return config.inner.rows

    monkeypatch.setenv("PENSTOCK_TEST_ROWS", "7")

    assert limited(Outer(inner=Inner(rows=dg.EnvVar.int("PENSTOCK_TEST_ROWS")))) == 7


def test_resources_of_the_call_are_on_the_context() -> None:
    @op
    def fetch(context: OpExecutionContext, api: Api):
        return context.resources.api.url

    context = build_op_context()

    assert fetch(context, Api(url="a")) == "a"
    assert fetch(context, api=Api(url="b")) == "b"


def test_config_on_the_context_is_plain_and_has_the_keys_of_run_config() -> None:
    @op
    def limited(context: OpExecutionContext, config: Source):
        return context.op_config

    assert limited(build_op_context(), Source(schema="raw")) == {"schema": "raw"}


def _fixed(value: object) -> dg.ResourceDefinition:
    return dg.ResourceDefinition.hardcoded_resource(value)


def test_an_asset_that_is_called_by_hand_has_the_resources_of_its_own():
    @dg.asset(resource_defs={"a": _fixed("own a")}, required_resource_keys={"b"})
    def both(context):
        return context.resources.a, context.resources.b

    @dg.asset(resource_defs={"unused": _fixed(1)})
    def none():
        return "called"

    assert both(dg.build_asset_context(resources={"b": "given b"})) == ("own a", "given b")
    assert none() == "called"


def test_a_resource_of_the_asset_s_own_is_not_given_by_the_context_too():
    @dg.asset(resource_defs={"a": _fixed("own")})
    def one(context):
        return context.resources.a

    with pytest.raises(
        InvalidInvocationError, match="has a resource 'a' of its own, and was called"
    ):
        one(dg.build_asset_context(resources={"a": "given"}))


def test_an_argument_stands_in_for_a_resource_of_the_asset_s_own():
    class Api(dg.ConfigurableResource):
        url: str

    @dg.asset(resource_defs={"api": Api(url="own")})
    def fetched(api: Api):
        return api.url

    assert fetched() == "own"
    assert fetched(api=Api(url="given")) == "given"


def test_a_resource_of_the_asset_s_own_is_released_after_the_call():
    seen: list[str] = []

    @dg.resource
    def connection(_):
        seen.append("opened")
        yield 1
        seen.append("closed")

    @dg.asset(resource_defs={"connection": connection})
    def read(context):
        seen.append("read")

    read(dg.build_asset_context())

    assert seen == ["opened", "read", "closed"]
