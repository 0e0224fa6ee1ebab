"""Calling a user's function: the one way in, for execution and for calls by hand."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from typing import cast

from penstock.base.text import listed
from penstock.config.config_type import ABSENT
from penstock.define.context import OpExecutionContext
from penstock.define.signature import Signature
from penstock.define.step import NO_VALUE
from penstock.errors import InvalidInvocationError


def call(
    function: Callable[..., object],
    signature: Signature,
    *,
    context: OpExecutionContext,
    inputs: Mapping[str, object],
    config: object,
    resources: Mapping[str, object],
) -> object:
    """Call a function with what its signature asks for.

    An async function is awaited, and an async generator becomes a plain one.
    """
    arguments = dict(inputs)
    if signature.config is not None:
        arguments["config"] = config
    for key in signature.resources:
        arguments[key] = resources[key]
    positional = (context,) if signature.context else ()
    returned = function(*positional, **arguments)
    if inspect.isasyncgen(returned):
        return _driven(cast("AsyncGenerator[object, None]", returned))
    if not inspect.iscoroutine(returned):
        return returned
    import asyncio  # noqa: PLC0415 - 50 ms that only async functions need to pay

    return asyncio.run(_await(returned))


def _driven(generator: AsyncGenerator[object, None]) -> Generator[object]:
    """Yield what an async generator yields, in an event loop of its own."""
    import asyncio  # noqa: PLC0415 - 50 ms that only async functions need to pay

    with asyncio.Runner() as runner:
        try:
            while True:
                try:
                    yield runner.run(_next(generator))
                except StopAsyncIteration:
                    return
        finally:
            runner.run(generator.aclose())


async def _next(generator: AsyncGenerator[object, None]) -> object:
    return await anext(generator)


async def _await(coroutine: object) -> object:
    assert inspect.isawaitable(coroutine)
    return await coroutine


def invoke_directly(
    name: str,
    function: Callable[..., object],
    signature: Signature,
    *,
    input_names: Sequence[str],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> object:
    """Call a decorated function by hand, as a test does.

    Positional arguments are the context (if the function takes one) and then the inputs; config
    and resources come by keyword, or from the context.

    Raises:
        InvalidInvocationError: The context, an input or a resource is missing, or one is too many.
    """
    given = list(args)
    context = _take_context(name, signature, given, kwargs)
    passed = {k: v for k, v in kwargs.items() if k != "context"}
    if len(given) > len(input_names):
        raise InvalidInvocationError(
            f"'{name}' takes {len(input_names)} inputs, but {len(given)} were given."
        )
    for parameter, value in zip(input_names, given, strict=False):
        if parameter in passed:
            raise InvalidInvocationError(f"'{name}' was given input '{parameter}' twice.")
        passed[parameter] = value
    for parameter in input_names:
        if parameter not in passed and parameter not in signature.defaults:
            raise InvalidInvocationError(
                f"No value provided for required input \"{parameter}\" of '{name}'."
            )
    resources: dict[str, object] = {}
    for key in signature.resources:
        value = passed.pop(key, getattr(context.resources, key, None) if context else None)
        if value is None:
            raise InvalidInvocationError(
                f"'{name}' needs resource '{key}'. Pass {key}=..., or a context built with it."
            )
        resources[key] = value
    config = _config_of(name, signature, passed.pop("config", NO_VALUE), context)
    unknown = set(passed) - set(input_names)
    if unknown and not signature.takes_any:
        raise InvalidInvocationError(f"'{name}' has no parameter {listed(sorted(unknown))}.")
    arguments = dict(passed)
    if signature.config is not None:
        arguments["config"] = config
    arguments.update(resources)
    return function(*((context,) if signature.context else ()), **arguments)


def _config_of(
    name: str, signature: Signature, given: object, context: OpExecutionContext | None
) -> object:
    if given is NO_VALUE:
        given = ABSENT if context is None else context.config_as_given
    if signature.config_schema is None or signature.has_config(given):
        return given
    return signature.config_schema.resolve_or_raise(given)


def _take_context(
    name: str, signature: Signature, given: list[object], kwargs: Mapping[str, object]
) -> OpExecutionContext | None:
    context = kwargs.get("context")
    if context is None and given and isinstance(given[0], OpExecutionContext):
        context = given.pop(0)
    if context is None and signature.context and given and given[0] is None:
        given.pop(0)
    if signature.context and not isinstance(context, OpExecutionContext):
        raise InvalidInvocationError(
            f"'{name}' takes a context, but no context was provided. Pass "
            "build_asset_context(...) first."
        )
    return context if isinstance(context, OpExecutionContext) else None
