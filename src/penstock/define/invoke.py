"""Calling a user's function as a step of a run."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import cast

from penstock.define.context import OpExecutionContext
from penstock.define.signature import Signature


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
