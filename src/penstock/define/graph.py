"""The decorator `graph`: the body of a function read as a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import overload

from penstock.config.mapping import ConfigMapping
from penstock.define.compose import compose
from penstock.define.graph_definition import GraphDefinition as GraphDefinition
from penstock.define.ports import GraphIn, GraphOut
from penstock.errors import InvalidDefinitionError, ParameterCheckError

Function = Callable[..., object]
GraphConfig = ConfigMapping | Mapping[str, object]


def graph_of(
    function: Function,
    *,
    decorator: str,
    name: str | None,
    description: str | None,
    ins: Mapping[str, GraphIn] | None,
    out: GraphOut | Mapping[str, GraphOut] | None,
    tags: Mapping[str, object] | None,
    config: GraphConfig | None,
    returns: bool = True,
) -> GraphDefinition:
    """Read the body of a function as a graph.

    Args:
        function: The function; it is called here, once.
        decorator: 'graph' or 'job', for messages.
        name: The graph's name; the function's if None.
        description: What the graph does; the docstring if None.
        ins: What is to be said of inputs.
        out: The output, or the outputs by name.
        tags: Facts for people.
        config: How the graph's own config becomes that of its nodes; a mapping is fixed config.
        returns: Whether what the function returns counts as the outputs.
    """
    if not callable(function):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
        raise ParameterCheckError(f"@{decorator} decorates a function, not {function!r}.")
    known_as = name or getattr(function, "__name__", "")
    made = compose(
        function, words=f"@{decorator} '{known_as}'", ins=ins or {}, out=out, returns=returns
    )
    return GraphDefinition(
        known_as,
        description=description if description is not None else made.description,
        node_defs=made.node_defs,
        dependencies=made.dependencies,
        input_mappings=made.input_mappings,
        output_mappings=made.output_mappings,
        config=_mapping_of(config),
        tags=tags,
        input_assets=made.input_assets,
        composition_fn=function,
        positional_inputs=made.positional_inputs,
    )


def _mapping_of(config: GraphConfig | None) -> ConfigMapping | None:
    if config is None or isinstance(config, ConfigMapping):
        return config
    if not isinstance(config, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise InvalidDefinitionError(
            f"config of a graph must be a ConfigMapping or a mapping, not {config!r}."
        )
    fixed = dict(config)

    def map_nothing(_: object) -> object:
        return fixed

    return ConfigMapping(map_nothing, config_schema={})


@overload
def graph(compose_fn: Function) -> GraphDefinition: ...


@overload
def graph(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, object] | None = None,
    config: GraphConfig | None = None,
) -> Callable[[Function], GraphDefinition]: ...


def graph(
    compose_fn: Function | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, object] | None = None,
    config: GraphConfig | None = None,
) -> GraphDefinition | Callable[[Function], GraphDefinition]:
    """Declare a graph: the calls of ops and graphs in the function's body are its nodes.

    The body runs once, here, and does no work: what a call gives stands for a value. A parameter
    is an input of the graph, and what is returned is its output.

    Args:
        compose_fn: The function, where the decorator is used bare.
        name: The name; the function's if None.
        description: What the graph does; the docstring if None.
        ins: What is to be said of inputs.
        out: The output, or the outputs by name, where the function returns several.
        tags: Facts for people.
        config: How the graph's own config becomes that of its nodes; a mapping is fixed config.

    Raises:
        InvalidDefinitionError: A call or what is returned makes no sense.

    Example:
        >>> import penstock as dg
        >>> @dg.op
        ... def double(x):
        ...     return 2 * x
        >>> @dg.graph
        ... def quadruple(x):
        ...     return double(double(x))
        >>> quadruple.node_names()
        ['double', 'double_2']
    """

    def decorate(function: Function) -> GraphDefinition:
        return graph_of(
            function,
            decorator="graph",
            name=name,
            description=description,
            ins=ins,
            out=out,
            tags=tags,
            config=config,
        )

    return decorate if compose_fn is None else decorate(compose_fn)
