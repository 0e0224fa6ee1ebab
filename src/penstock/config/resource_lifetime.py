"""How long a resource lives: from what its function returned to its last use.

Owns one question: what of a returned generator, context manager or plain object is the resource,
and what has to happen when it is no longer needed.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, ContextDecorator, contextmanager
from typing import cast

from penstock.errors import InvalidDefinitionError


@contextmanager
def in_use(returned: object) -> Generator[object]:
    """Yield the resource that a function returned; release it at the end.

    What a generator yields is the resource, and the code after the `yield` releases it. So it is
    with functions decorated with `contextlib.contextmanager` or `asynccontextmanager`. Any other
    object is the resource itself, also where it could be used in a `with`.

    Raises:
        InvalidDefinitionError: A generator yields nothing, or more than once.
    """
    if inspect.isgenerator(returned):
        with _generated(cast("Generator[object]", returned)) as value:
            yield value
    elif isinstance(returned, AbstractAsyncContextManager):
        with _entered_async(cast("AbstractAsyncContextManager[object]", returned)) as value:
            yield value
    elif isinstance(returned, ContextDecorator) and hasattr(returned, "__enter__"):
        with returned as value:  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType, reportAttributeAccessIssue]
            yield cast("object", value)
    else:
        yield returned


def is_released(returned: object) -> bool:
    """Tell whether something has to happen when a resource is no longer needed."""
    return inspect.isgenerator(returned) or isinstance(
        returned, AbstractAsyncContextManager | ContextDecorator
    )


@contextmanager
def _generated(generator: Generator[object]) -> Generator[object]:
    name = generator.gi_code.co_name if inspect.isgenerator(generator) else "generator"
    try:
        value = next(generator)
    except StopIteration:
        raise InvalidDefinitionError(
            f"The resource function '{name}' ended without a yield. Yield the resource once."
        ) from None
    try:
        yield value
    finally:
        _finish(generator, name)


def _finish(generator: Generator[object], name: str) -> None:
    try:
        next(generator)
    except StopIteration:
        return
    generator.close()
    raise InvalidDefinitionError(
        f"The resource function '{name}' yielded more than once. Yield the resource once; what "
        "comes after it releases the resource."
    )


@contextmanager
def _entered_async(manager: AbstractAsyncContextManager[object]) -> Generator[object]:
    import asyncio  # noqa: PLC0415 - slow to load, and hardly ever needed

    with asyncio.Runner() as runner:
        value = runner.run(_enter(manager))
        try:
            yield value
        finally:
            runner.run(_exit(manager))


async def _enter(manager: AbstractAsyncContextManager[object]) -> object:
    return await manager.__aenter__()


async def _exit(manager: AbstractAsyncContextManager[object]) -> None:
    await manager.__aexit__(None, None, None)
