"""What a graph is checked for when it is defined: its nodes, edges and mappings.

Everything here raises on the first mistake, naming the graph, the node and the input or output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from penstock.base.dag import find_cycle
from penstock.base.text import did_you_mean
from penstock.define.composition import Composable, PendingNodeInvocation
from penstock.define.dependency import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    IDependencyDefinition,
    MappedInputPlaceholder,
    MultiDependencyDefinition,
    Node,
    NodeInvocation,
)
from penstock.define.ports import InputMapping, OutputMapping
from penstock.errors import InvalidDefinitionError, ParameterCheckError

if TYPE_CHECKING:
    from penstock.define.dependency import NodeDefinition

Edges = Mapping[str, Mapping[str, IDependencyDefinition]]
_EDGES = (DependencyDefinition, MultiDependencyDefinition, DynamicCollectDependencyDefinition)


def checked_node_defs(node_defs: object, words: str) -> list[NodeDefinition]:
    """Return the ops and graphs that a graph is made of.

    Raises:
        ParameterCheckError: They are not in a list.
        InvalidDefinitionError: Something in it is neither op nor graph, or two have one name.
    """
    if not isinstance(node_defs, Sequence) or isinstance(node_defs, str):
        raise ParameterCheckError(
            f"{words}: node_defs takes a list of ops and graphs, not {node_defs!r}."
        )
    found: dict[str, NodeDefinition] = {}
    for item in cast("Sequence[object]", node_defs):
        if not isinstance(item, Composable) or isinstance(item, PendingNodeInvocation):
            advice = " If calling it makes one, add the parentheses." if callable(item) else ""
            raise InvalidDefinitionError(
                f"{words}: node_defs holds {item!r}, which is neither an op nor a graph. Put only "
                f"these into the list.{advice}"
            )
        definition = item.pending().definition
        if found.setdefault(definition.name, definition) is not definition:
            raise InvalidDefinitionError(
                f"{words}: two different ops or graphs are called '{definition.name}'. Rename one "
                "of them; to tell several uses of one apart, give each a name with .alias(...)."
            )
    return list(found.values())


def checked_dependencies(
    dependencies: object, words: str
) -> dict[NodeInvocation, dict[str, IDependencyDefinition]]:
    """Return edges by the invocation of the node that takes them.

    Raises:
        InvalidDefinitionError: They are not a mapping of nodes to mappings of inputs to edges.
    """
    if dependencies is None:
        return {}
    if not isinstance(dependencies, Mapping):
        raise InvalidDefinitionError(
            f"{words}: dependencies={dependencies!r} does not say which node takes what. Write "
            "{node: {input: DependencyDefinition(other_node)}}, where node is a name or a "
            "NodeInvocation."
        )
    found: dict[NodeInvocation, dict[str, IDependencyDefinition]] = {}
    for key, edges in cast("Mapping[object, object]", dependencies).items():
        invocation = NodeInvocation(key) if isinstance(key, str) else key
        if not isinstance(invocation, NodeInvocation):
            raise InvalidDefinitionError(
                f"{words}: {key!r} as a key of dependencies is neither a node's name nor a "
                "NodeInvocation."
            )
        if isinstance(edges, _EDGES):
            raise InvalidDefinitionError(
                f"{words}: the entry of dependencies for node '{invocation.node_name}' is an edge "
                "that does not say which input it leads to. Write "
                f"{{'{invocation.node_name}': {{'input': ...}}}}."
            )
        if not isinstance(edges, Mapping):
            raise InvalidDefinitionError(
                f"{words}: under key {invocation.node_name} of dependencies there must be a mapping"
                f" of inputs to dependencies, not {edges!r}."
            )
        found[invocation] = {
            _text(name): _edge(edge, invocation.node_name, name, words)
            for name, edge in cast("Mapping[object, object]", edges).items()
        }
    return found


def _text(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidDefinitionError(f"The name of an input must be text, not {name!r}.")
    return name


def _edge(edge: object, node: str, input_name: object, words: str) -> IDependencyDefinition:
    if isinstance(edge, _EDGES):
        return edge
    raise InvalidDefinitionError(
        f"{words}: input '{input_name}' of node '{node}' is bound to {edge!r}, which is no edge. "
        "Give DependencyDefinition(node, output)."
    )


def check_edges(nodes: Mapping[str, Node], edges: Edges, words: str) -> None:
    """Check that every edge leads from an output to an input that exist and fit.

    Raises:
        InvalidDefinitionError: One does not, or edges lead round in a circle.
    """
    for node_name, inputs in edges.items():
        node = nodes[node_name]
        for input_name, edge in inputs.items():
            if not node.has_input(input_name):
                raise InvalidDefinitionError(
                    f"{words}: an edge leads to '{input_name}' of {node.describe_node()}, which "
                    f"has no such input, only {list(node.input_dict)}."
                    f"{did_you_mean(input_name, node.input_dict)} Change or remove the edge."
                )
            for source in edge.sources:
                _check_source(nodes, source, node, input_name, words)
            _check_fan_in(node, input_name, edge, words)
    _check_order(list(nodes), edges, words)


def _check_source(
    nodes: Mapping[str, Node], source: DependencyDefinition, node: Node, input_name: str, words: str
) -> None:
    upstream = nodes.get(source.node)
    if upstream is node:
        raise InvalidDefinitionError(
            f"{words}: node '{node.name}' waits for itself: its input '{input_name}' is bound to "
            "its own output. Take the edge out."
        )
    if upstream is None:
        raise InvalidDefinitionError(
            f"{words}: input '{input_name}' of node '{node.name}' is bound to an output of "
            f"'{source.node}', but no node has that name.{did_you_mean(source.node, nodes)} Add "
            "the node, or change the edge."
        )
    if not upstream.has_output(source.output):
        raise InvalidDefinitionError(
            f"{words}: input '{input_name}' of node '{node.name}' is bound to an output "
            f"'{source.output}', which node '{source.node}' lacks: it has "
            f"{list(upstream.output_dict)}. Name one of these."
        )


def _check_fan_in(node: Node, input_name: str, edge: IDependencyDefinition, words: str) -> None:
    wanted = node.input_dict[input_name]
    where = f"input '{input_name}' of {node.describe_node()}"
    fans_in = not isinstance(edge, DependencyDefinition)
    if fans_in and not wanted.dagster_type.supports_fan_in:
        raise InvalidDefinitionError(
            f"{words}: several outputs lead to {where}, but its type "
            f"'{wanted.dagster_type.display_name}' is for a single value. Make it a List, Nothing "
            "or untyped."
        )


def _check_order(names: Sequence[str], edges: Edges, words: str) -> None:
    numbers = {name: n for n, name in enumerate(names)}
    needs = [
        [numbers[s.node] for edge in edges.get(name, {}).values() for s in edge.sources]
        for name in names
    ]
    cycle = find_cycle(needs)
    if cycle is not None:
        path = " -> ".join(f"'{names[n]}'" for n in [*cycle, cycle[0]])
        raise InvalidDefinitionError(
            f"{words}: the nodes form a cycle: {path}, where each needs the next. Take one of "
            "these edges out."
        )


def check_input_mappings(
    mappings: Sequence[InputMapping], nodes: Mapping[str, Node], edges: Edges, words: str
) -> None:
    """Check that the inputs of a graph go to inputs that exist and are free.

    Raises:
        InvalidDefinitionError: One does not.
    """
    taken: set[object] = set()
    for mapping in mappings:
        if not isinstance(mapping, InputMapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"{words}: {mapping!r} is no InputMapping.")
        target = mapping.maps_to
        where = f"input mapping '{mapping.graph_input_name}'"
        node = nodes.get(target.node_name)
        if node is None:
            raise InvalidDefinitionError(
                f"{words}: {where} leads to '{target.node_name}', but the graph has no node of "
                f"that name.{did_you_mean(target.node_name, nodes)} It has {list(nodes)}."
            )
        if not node.has_input(target.input_name):
            raise InvalidDefinitionError(
                f"{words}: {where} leads to an input '{target.input_name}' that "
                f"{node.describe_node()} does not have. It has {list(node.input_dict)}."
            )
        if target in taken:
            raise InvalidDefinitionError(
                f"{words}: {where} goes to input '{target.input_name}' of {node.describe_node()}, "
                "where another mapping goes already."
            )
        taken.add(target)
        _check_free(edges.get(target.node_name, {}).get(target.input_name), mapping, where, words)


def _check_free(
    edge: IDependencyDefinition | None, mapping: InputMapping, where: str, words: str
) -> None:
    index = mapping.fan_in_index
    if index is None:
        if edge is not None:
            raise InvalidDefinitionError(
                f"{words}: {where} goes to input '{mapping.mapped_node_input_name}' of node "
                f"'{mapping.mapped_node_name}', which depends on another node already."
            )
        return
    entries = edge.dependencies if isinstance(edge, MultiDependencyDefinition) else ()
    if index >= len(entries) or entries[index] is not MappedInputPlaceholder:
        raise InvalidDefinitionError(
            f"{words}: {where} goes to place {index} of a list for input "
            f"'{mapping.mapped_node_input_name}' of node '{mapping.mapped_node_name}', where there "
            "is no MappedInputPlaceholder."
        )


def check_output_mappings(
    mappings: Sequence[OutputMapping], nodes: Mapping[str, Node], words: str
) -> None:
    """Check that the outputs of a graph come from outputs that exist.

    Raises:
        InvalidDefinitionError: One does not.
    """
    for mapping in mappings:
        if not isinstance(mapping, OutputMapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"{words}: {mapping!r} is no OutputMapping.")
        where = f"output mapping '{mapping.graph_output_name}'"
        node = nodes.get(mapping.mapped_node_name)
        if node is None:
            raise InvalidDefinitionError(
                f"{words}: {where} takes its value from '{mapping.mapped_node_name}', but the "
                f"graph has no node of that name.{did_you_mean(mapping.mapped_node_name, nodes)} "
                f"It has {list(nodes)}."
            )
        if not node.has_output(mapping.mapped_node_output_name):
            raise InvalidDefinitionError(
                f"{words}: {where} takes its value from an output "
                f"'{mapping.mapped_node_output_name}' that {node.describe_node()} does not have. "
                f"It has {list(node.output_dict)}."
            )
