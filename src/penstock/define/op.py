"""`OpDefinition` and the decorator `op`: one function as a node of graphs.

Owns how an op's inputs, outputs and config are read from its arguments and its function. How calls
in a graph's body become nodes is `define/composition.py`; calls by hand are `define/op_call.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, Self, cast, overload

from penstock.config.configured import (
    DefinitionSchema,
    NamedConfigurableDefinition,
    definition_schema,
)
from penstock.define.composition import Composable, PendingNodeInvocation, current, invoke
from penstock.define.docstring import description_of, read_docstring
from penstock.define.names import checked_node_name, checked_pool, text_tags
from penstock.define.node import OpNode
from penstock.define.op_call import call_op
from penstock.define.op_ports import (
    inputs_of,
    named_resources,
    outputs_of,
    refuse_varargs,
    step_outputs_of,
)
from penstock.define.ports import (
    DEFAULT_OUTPUT,
    In,
    InputDefinition,
    Out,
    OutputDefinition,
    input_definition,
    output_definition,
)
from penstock.define.signature import Signature, read_signature
from penstock.define.step import StepInput, StepOutput
from penstock.define.values import NO_VALUE
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.model.retry import RetryPolicy

Function = Callable[..., object]
EMPTY = inspect.Parameter.empty


class OpDefinition(OpNode, Composable, NamedConfigurableDefinition):
    """A function as a node of graphs; usually made by `@op`.

    Args:
        compute_fn: Takes the context and a mapping of inputs; returns or yields outputs.
        name: The name, unique among the nodes of a graph.
        ins: The inputs.
        outs: The outputs.
        description: What the op does.
        config_schema: The schema of its config; anything if None.
        required_resource_keys: Resources for `context.resources`.
        tags: Facts for executors and people; values that are not text are kept as JSON.
        version: The same as `code_version`.
        retry_policy: Whether and when a failed step is tried again.
        code_version: The version of the code.
        pool: The concurrency pool that its step takes a slot of.

    Raises:
        InvalidDefinitionError: A name is not valid, or a tag has no JSON form.
    """

    node_type_str = "op"
    is_graph = False

    def __init__(
        self,
        compute_fn: Function,
        name: str,
        ins: Mapping[str, In] | None = None,
        outs: Mapping[str, Out] | None = None,
        description: str | None = None,
        config_schema: object = None,
        required_resource_keys: AbstractSet[str] | None = None,
        tags: Mapping[str, object] | None = None,
        version: str | None = None,
        retry_policy: RetryPolicy | None = None,
        code_version: str | None = None,
        pool: str | None = None,
    ) -> None:
        checked = {checked_node_name(key): port for key, port in (ins or {}).items()}
        inputs = [
            input_definition(key, port, annotation=EMPTY, default=NO_VALUE, description=None)
            for key, port in checked.items()
        ]
        given = outs if outs is not None else {DEFAULT_OUTPUT: Out()}
        outputs = [
            output_definition(
                checked_node_name(key),
                port,
                annotation=EMPTY,
                description=None,
                code_version=code_version or version,
            )
            for key, port in given.items()
        ]
        self._set(
            name=name,
            function=_taking_a_mapping(compute_fn, name),
            compute_fn=compute_fn,
            signature=Signature(
                context=True,
                config=None,
                resources=(),
                inputs=tuple(i.name for i in inputs),
                defaults={},
                takes_any=True,
                returns_nothing=False,
            ),
            inputs=inputs,
            outputs=outputs,
            description=description,
            config_schema=config_schema,
            resource_keys=frozenset(required_resource_keys or ()),
            tags=tags,
            retry_policy=retry_policy,
            code_version=code_version or version,
            pool=pool,
        )

    def _set(
        self,
        *,
        name: str,
        function: Function,
        compute_fn: Function,
        signature: Signature,
        inputs: Sequence[InputDefinition],
        outputs: Sequence[OutputDefinition],
        description: str | None,
        config_schema: object,
        resource_keys: frozenset[str],
        tags: Mapping[str, object] | None,
        retry_policy: RetryPolicy | None,
        code_version: str | None,
        pool: str | None,
    ) -> None:
        self.name: str = checked_node_name(name)
        self.function = function
        self.compute_fn = compute_fn
        self.signature = signature
        self.input_defs: Sequence[InputDefinition] = tuple(inputs)
        self.output_defs: Sequence[OutputDefinition] = tuple(outputs)
        self.description = description
        self._schema = definition_schema(config_schema, owner=f"op '{name}'")
        self.required_resource_keys = resource_keys
        self.tags: Mapping[str, str] = text_tags(tags, owner=f"op '{name}'")
        self.retry_policy = retry_policy
        self.code_version = code_version
        self.pool: str | None = checked_pool(pool, self.tags, words=f"op '{name}'")

    @classmethod
    def of(
        cls,
        function: Function,
        *,
        name: str | None = None,
        description: str | None = None,
        ins: Mapping[str, In] | None = None,
        out: Out | Mapping[str, Out] | None = None,
        config_schema: object = None,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, object] | None = None,
        retry_policy: RetryPolicy | None = None,
        code_version: str | None = None,
        pool: str | None = None,
    ) -> OpDefinition:
        """Make an op of a function whose parameters are its inputs; see `op`."""
        if not callable(function):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
            raise ParameterCheckError(f"@op decorates a function, not {function!r}.")
        known_as = name or getattr(function, "__name__", "")
        words = f"@op '{known_as}'"
        refuse_varargs(function, words)
        signature = read_signature(function)
        resource_keys = named_resources(signature, required_resource_keys, words)
        if config_schema is not None and signature.config is not None:
            raise ParameterCheckError(
                f"{words} has a config parameter and a config_schema. Keep one of them."
            )
        text = description_of(function)
        said = read_docstring(text)
        made = cls.__new__(cls)
        made._set(
            name=known_as,
            function=function,
            compute_fn=function,
            signature=signature,
            inputs=inputs_of(function, signature, ins or {}, said, words),
            outputs=outputs_of(function, out, said, code_version, words),
            description=description if description is not None else text,
            config_schema=config_schema if config_schema is not None else signature.config_schema,
            resource_keys=resource_keys,
            tags=tags,
            retry_policy=retry_policy,
            code_version=code_version,
            pool=pool,
        )
        return made

    @property
    def config_schema(self) -> DefinitionSchema:
        """The schema of the config."""
        return self._schema

    @cached_property
    def step_inputs(self) -> tuple[StepInput, ...]:
        """The inputs as those of a step."""
        return tuple(
            StepInput(
                name=port.name,
                manager=port.input_manager_key,
                metadata=port.metadata,
                type=port.dagster_type,
                default=port.default,
                is_nothing=port.is_nothing,
            )
            for port in self.input_defs
        )

    @cached_property
    def step_outputs(self) -> tuple[StepOutput, ...]:
        """The outputs as those of a step."""
        return step_outputs_of(self.output_defs)

    @cached_property
    def all_resource_keys(self) -> frozenset[str]:
        """The resources that the function and the types of inputs and outputs ask for."""
        types = [port.dagster_type for port in (*self.input_defs, *self.output_defs)]
        own = self.required_resource_keys
        return own.union(*(each.required_resource_keys for each in types))

    def iterate_op_defs(self) -> Iterable[OpDefinition]:
        """Return the ops that it is made of: itself."""
        return (self,)

    def pending(self) -> PendingNodeInvocation:
        """Return it as a call that is yet to be made."""
        return PendingNodeInvocation(self)

    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same op with another schema, and a new name or description where given."""
        return self._changed(
            name=self.name if name is None else checked_node_name(name),
            description=self.description if description is None else description,
            _schema=config_schema,
        )

    def with_replaced_properties(self, *, name: str | None = None, **changes: object) -> Self:
        """Return the same op with another name or other attributes."""
        if name is not None:
            changes["name"] = checked_node_name(name)
        return self._changed(**changes)

    def _changed(self, **changes: object) -> Self:
        made = type(self).__new__(type(self))
        for name, value in {**vars(self), **changes}.items():
            setattr(made, name, value)
        return made

    def call_by_hand(
        self, args: Sequence[object], kwargs: Mapping[str, object], *, alias: str | None = None
    ) -> object:
        """Call the function, as a test does; see `call_op`."""
        return call_op(self, args, kwargs, alias=alias)

    def __call__(self, *args: object, **kwargs: object) -> Any:  # values of nodes, or results
        """Call it: in the body of a graph as a node, elsewhere by hand."""
        composition = current()
        if composition is None:
            return call_op(self, args, kwargs)
        return invoke(self.pending(), composition, args, kwargs)

    def __repr__(self) -> str:
        return f"<op '{self.name}'>"


def _taking_a_mapping(compute_fn: Function, op: str) -> Function:
    """Adapt a function of the context and a mapping to one that takes inputs by keyword."""

    def adapted(context: object, **inputs: object) -> object:
        returned: object = compute_fn(context, inputs)
        if returned is None:
            return iter(())
        if isinstance(returned, (Iterator, Awaitable, AsyncIterator)):
            return cast("object", returned)
        name = type(returned).__name__
        article = "an" if name[0] in "aeiouAEIOU" else "a"
        raise InvariantViolationError(
            f"The function of op '{op}' returned {article} {name}, but has to yield its outputs. "
            "Make it a generator that yields Outputs, or decorate a function with @op."
        )

    return adapted


@overload
def op(compute_fn: Function) -> OpDefinition: ...


@overload
def op(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
) -> Callable[[Function], OpDefinition]: ...


def op(
    compute_fn: Function | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
) -> OpDefinition | Callable[[Function], OpDefinition]:
    """Declare an op: a function that can be a node of graphs and jobs.

    A parameter is an input, unless it is the context (the first parameter), `config`, or annotated
    with a resource class.

    Args:
        compute_fn: The function, where the decorator is used bare.
        name: The name; the function's if None.
        description: What the op does; the docstring if None.
        ins: What is to be said of inputs, and inputs of type Nothing.
        out: The output, or the outputs by name; one called 'result' if None.
        config_schema: The schema of the config, where there is no `config` parameter.
        required_resource_keys: Resources for `context.resources`.
        tags: Facts for executors and people.
        version: The same as `code_version`.
        retry_policy: Whether and when a failed step is tried again.
        code_version: The version of the code.
        pool: The concurrency pool that its step takes a slot of.

    Raises:
        InvalidDefinitionError: A name is not valid, or an input has no parameter.
        InvariantViolationError: The return annotation does not fit the outputs.

    Example:
        >>> @op
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> double(4)
        8
    """

    def decorate(function: Function) -> OpDefinition:
        return OpDefinition.of(
            function,
            name=name,
            description=description,
            ins=ins,
            out=out,
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            tags=tags,
            retry_policy=retry_policy,
            code_version=code_version or version,
            pool=pool,
        )

    return decorate if compute_fn is None else decorate(compute_fn)
