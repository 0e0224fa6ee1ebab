"""Calling an op by hand, as a test does: its arguments, its config, and checks of what it gives."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import cast

from penstock.base.text import listed
from penstock.config.config_type import ABSENT
from penstock.config.evaluate import PROCESS_VARIABLES
from penstock.define.context import OpExecutionContext
from penstock.define.node import OpNode
from penstock.define.op_ports import step_outputs_of
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.define.result import DynamicOutput, Output
from penstock.define.returned import OutputChecker, outputs_of
from penstock.define.types.check import check_type
from penstock.define.values import NO_VALUE
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
)


def call_op(
    op: OpNode,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    alias: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
) -> object:
    """Call an op's function by hand.

    Positional arguments are the context (if the function takes one) and then the other parameters
    in their order; config and resources come as arguments or from the context. What the function
    gives is checked and returned as it is.

    Args:
        op: The op.
        args: The positional arguments.
        kwargs: The other ones.
        alias: The name that it goes by, if not its own.
        resource_defs: Resources of its own, set up where the call does not give them.

    Raises:
        InvalidInvocationError: The context, an input or a resource is missing, or one is too many.
        InvalidConfigError: The config does not fit.
        TypeCheckDidNotPass: A value is not of its declared type.
        InvariantViolationError: What the function gives does not fit the declared outputs.
    """
    words = f"op '{alias or op.name}'"
    context, values = _arguments(op, args, kwargs, words)
    config = _config_of(op, context, values, words)
    arguments = _inputs_of(op, values, words)
    with ExitStack() as stack:
        own = _own_resources(resource_defs or {}, context, values, words, stack=stack)
        _add_resources(op, context, values, arguments, words, own=own)
        if op.signature.config is not None:
            arguments["config"] = config
        taken = {**own, **{key: arguments[key] for key in op.signature.resources}}
        bound = context and context.bound_to(
            op, name=alias or op.name, config=config, resources=taken
        )
        call = _Call(op, words, bound, stack.pop_all())
    positional = (bound,) if op.signature.context else ()
    try:
        return call.result_of(op.function(*positional, **arguments))
    except BaseException:
        call.release()
        raise


def _arguments(
    op: OpNode, args: Sequence[object], kwargs: Mapping[str, object], words: str
) -> tuple[OpExecutionContext | None, dict[str, object]]:
    given = list(args)
    values = dict(kwargs)
    takes_context = op.signature.context
    context: object = values.pop(_context_name(op), None) if takes_context else None
    if context is None and given and isinstance(given[0], OpExecutionContext):
        context = given.pop(0)
    elif takes_context and context is None and given and given[0] is None:
        given.pop(0)
    elif takes_context and context is None and not _may_omit_context(op):
        raise InvalidInvocationError(
            f"{words} takes a context, and was called without one. Pass build_op_context(...) "
            "first."
        )
    if context is not None and not isinstance(context, OpExecutionContext):
        raise InvalidInvocationError(
            f"{words} was called with {context!r} as its context. Pass build_op_context(...)."
        )
    names = _parameters(op)
    if len(given) > len(names):
        raise InvalidInvocationError(
            f"{words} takes {len(names)} values by position, and was called with {len(given)}. The "
            "context is only given to a function that takes it, and an input of type Nothing takes "
            "no value."
        )
    for name, value in zip(names, given, strict=False):
        if name in values:
            raise InvalidInvocationError(
                f"{words} was given its argument '{name}' by position and by name. Give it once."
            )
        values[name] = value
    return context, values


def _may_omit_context(op: OpNode) -> bool:
    """Whether the function takes a mapping of inputs, and a context that it may not look at."""
    return op.function is not op.compute_fn


def _context_name(op: OpNode) -> str:
    code = getattr(op.function, "__code__", None)
    if code is None or op.function is not op.compute_fn:
        return "context"
    return code.co_varnames[0] if code.co_argcount else "context"


def _parameters(op: OpNode) -> Sequence[str]:
    """Return the parameters of the function in order, without the context."""
    if op.function is not op.compute_fn:
        return op.signature.inputs
    parameters = [
        p.name
        for p in inspect.signature(op.function).parameters.values()
        if p.kind is not p.VAR_KEYWORD
    ]
    return parameters[1:] if op.signature.context else parameters


def _inputs_of(op: OpNode, values: dict[str, object], words: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for port in op.input_defs:
        if port.is_nothing:
            if port.name in values:
                raise InvalidInvocationError(
                    f"{words} was called with a value for its input '{port.name}', which is of "
                    "type Nothing and takes none. Leave it out."
                )
            continue
        value = values.pop(port.name, port.default)
        if value is NO_VALUE:
            raise InvalidInvocationError(
                f"{words} was called without its input '{port.name}', which has no default. Pass "
                f"{port.name}=..."
            )
        if not port.dagster_type.always_passes:
            check_type(port.dagster_type, value, None, where=f"{words} input '{port.name}'")
        found[port.name] = value
    return found


def _config_of(
    op: OpNode, context: OpExecutionContext | None, values: dict[str, object], words: str
) -> object:
    written = context.config_as_given if context is not None else ABSENT
    if op.signature.config is not None and "config" in values:
        given = values.pop("config")
        if written is not ABSENT:
            raise InvalidInvocationError(
                f"{words} was called with two configs: one of the context, one as an argument. "
                "Keep one."
            )
        written = given
    schema = op.config_schema
    if schema.field is None and schema.inner is None:
        return None if written is ABSENT else written
    if op.signature.has_config(written):
        from penstock.config.model import Config, with_variables  # noqa: PLC0415 - needs pydantic

        made = cast("Config", written)
        return with_variables(made, path="config", environment=PROCESS_VARIABLES)
    return schema.resolve_or_raise(written, at="root:config")


def _own_resources(
    declared: Mapping[str, object],
    context: OpExecutionContext | None,
    values: Mapping[str, object],
    words: str,
    *,
    stack: ExitStack,
) -> Mapping[str, object]:
    """Set up the resources of a definition's own that are not among the arguments of a call."""
    keys = [key for key in declared if key not in values]
    if not keys:
        return {}
    ready = ReadyResources()
    given: Mapping[str, object] = {} if context is None else context.given_resources
    for key, value in given.items():
        if key in declared:
            raise InvalidInvocationError(
                f"{words} has a resource '{key}' of its own, and was called with a context that "
                "brings another one. Keep one."
            )
        ready.put(key, value, config=None, needs=())
    return stack.enter_context(
        resources_in_use({**ready, **declared}, SetUp(config={}), keys=keys, beside=ready)
    )


def _add_resources(
    op: OpNode,
    context: OpExecutionContext | None,
    values: dict[str, object],
    arguments: dict[str, object],
    words: str,
    *,
    own: Mapping[str, object],
) -> None:
    known = dict(context.given_resources) if context is not None else {}
    for key in op.signature.resources:
        if key in values and known:
            raise InvalidInvocationError(
                f"{words} was called with resource '{key}' as an argument, and with a context that "
                "has resources. Give them all in one of the two ways."
            )
        value = values.pop(key, known.get(key, own.get(key, NO_VALUE)))
        if value is NO_VALUE:
            kind = InvalidInvocationError if context is None else InvalidDefinitionError
            raise kind(
                f"{words} needs resource '{key}'. Pass {key}=..., or a context built with it."
            )
        arguments[key] = value
    for key in sorted(op.required_resource_keys.difference(op.signature.resources)):
        if key not in known and key not in own:
            raise InvalidDefinitionError(
                f"{words} needs the resource '{key}', which its context does not have. Pass it to "
                "build_op_context(resources={...})."
            )
    if values and not op.signature.takes_any:
        raise InvalidInvocationError(f"{words} has no parameter {listed(sorted(values))}.")
    if op.signature.takes_any:
        arguments.update(values)


class _Call:
    """One call under way: what its function gives is checked here."""

    def __init__(
        self, op: OpNode, words: str, context: OpExecutionContext | None, stack: ExitStack
    ) -> None:
        self._op = op
        self._stack = stack
        self._declared = step_outputs_of(op.output_defs)
        self._words = words
        self._context = context

    def result_of(self, returned: object) -> object:
        """Check what the function gave, now or when it is asked for."""
        if inspect.iscoroutine(returned):
            return self._awaited(returned)
        if isinstance(returned, AsyncIterator):
            return self._async_outputs(cast("AsyncIterator[object]", returned))
        if isinstance(returned, Iterator):
            return self._outputs(cast("Iterator[object]", returned))
        self._check(returned)
        return returned

    async def _awaited(self, coroutine: object) -> object:
        assert inspect.isawaitable(coroutine)
        try:
            returned: object = await coroutine
            self._check(returned)
        finally:
            self.release()
        return returned

    def _outputs(self, things: Iterator[object]) -> Iterator[object]:
        checker = OutputChecker(self._declared, self._words)
        try:
            for thing in things:
                checker.check(thing)
                self._check_type(thing)
                yield thing
            self._finish(checker)
        finally:
            self.release()

    async def _async_outputs(self, things: AsyncIterator[object]) -> AsyncIterator[object]:
        checker = OutputChecker(self._declared, self._words)
        try:
            async for thing in things:
                checker.check(thing)
                self._check_type(thing)
                yield thing
            self._finish(checker)
        finally:
            self.release()

    def _finish(self, checker: OutputChecker) -> None:
        for _ in checker.finish(InvariantViolationError):
            pass

    def _check(self, returned: object) -> None:
        outputs = self._declared
        words = self._words
        for thing in outputs_of(returned, outputs, words=words, missing=InvariantViolationError):
            self._check_type(thing)
        self.release()

    def _check_type(self, thing: object) -> None:
        if not isinstance(thing, (Output, DynamicOutput)):
            return
        output = cast("Output[object] | DynamicOutput[object]", thing)
        declared = self._op.output_dict[output.output_name]
        if not declared.dagster_type.always_passes:
            where = f"{self._words} output '{output.output_name}'"
            check_type(declared.dagster_type, output.value, None, where=where)

    def release(self) -> None:
        """End the use of the context."""
        self._stack.close()
        if self._context is not None:
            self._context.release()
