"""A part of a graph as a graph: the selected nodes, and what of the edges is left between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penstock.define.dependency import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    IDependencyDefinition,
    MappedInputPlaceholder,
    MultiDependencyDefinition,
)
from penstock.define.graph_definition import GraphDefinition
from penstock.define.job_checks import check_connected
from penstock.define.ports import InputMapping
from penstock.errors import InvalidDefinitionError, InvalidSubsetError
from penstock.graph.op_selection import no_op_selected, parse_query, select_ops


@dataclass(slots=True)
class Part:
    """Which nodes of a graph are selected.

    Attributes:
        whole: The nodes that are selected with all that is in them.
        parts: The graphs of which a part is selected.
    """

    whole: set[str] = field(default_factory=set[str])
    parts: dict[str, Part] = field(default_factory=dict[str, "Part"])

    @property
    def names(self) -> set[str]:
        """The nodes that are selected in whole or in part."""
        return self.whole.union(self.parts)

    def paths(self, prefix: str = "") -> set[str]:
        """Return the selected nodes by the names that lead to them."""
        found = {prefix + name for name in self.whole}
        for name, part in self.parts.items():
            if name not in self.whole:
                found |= part.paths(f"{prefix}{name}.")
        return found

    def add(self, path: Sequence[str]) -> None:
        """Select the node at the end of a path."""
        first, *rest = path
        if not rest:
            self.whole.add(first)
        else:
            self.parts.setdefault(first, Part()).add(rest)


def selected_part(graph: GraphDefinition, queries: Sequence[str]) -> Part:
    """Return what queries select of a graph.

    Args:
        graph: The graph.
        queries: As in `select_ops`; a name with dots leads into graphs.

    Raises:
        InvalidSubsetError: A query names nothing.
    """
    structure = graph.dependency_structure
    edges = {name: structure.upstream(name) for name in graph.node_names()}
    part = Part()
    flat = [text for text in queries if not _is_path(text)]
    for text in queries:
        if _is_path(text):
            part.add(_checked_path(graph, text, queries))
    part.whole |= select_ops(graph.node_names(), edges, flat)
    return part


def _is_path(text: object) -> bool:
    return isinstance(text, str) and "." in text


def _checked_path(graph: GraphDefinition, text: str, queries: Sequence[str]) -> list[str]:
    query = parse_query(text)
    path = query.name.split(".")
    if query.up != 0 or query.down != 0:
        raise InvalidSubsetError(
            f"'{text}' asks for what is up- or downstream of a node inside a graph. '*' and '+' go "
            f"with the nodes of the job itself, as in '*{path[0]}'."
        )
    inside = graph
    for number, name in enumerate(path):
        if not inside.has_node_named(name):
            raise no_op_selected(queries, query.name, inside.node_names())
        definition = inside.node_named(name).definition
        if number + 1 < len(path):
            if not isinstance(definition, GraphDefinition):
                raise no_op_selected(queries, query.name, inside.node_names())
            inside = definition
    return path


def subset_graph(graph: GraphDefinition, part: Part) -> GraphDefinition:
    """Return a graph of the selected nodes.

    Inputs whose edge is cut are not connected in the result.

    Raises:
        InvalidSubsetError: What is left is not sound.
    """
    chosen = part.names
    definitions: dict[str, GraphDefinition] = {}
    for name, inner in part.parts.items():
        definition = graph.node_named(name).definition
        if name not in part.whole and isinstance(definition, GraphDefinition):
            definitions[name] = subset_graph(definition, inner)
    try:
        left = _subset(graph, chosen, definitions)
        check_connected(left)
    except InvalidDefinitionError as error:
        raise InvalidSubsetError(
            f"Of the graph '{graph.name}', {sorted(part.paths())} cannot run without the rest: "
            f"{error}"
        ) from None
    return left


def _subset(
    graph: GraphDefinition, chosen: set[str], definitions: Mapping[str, GraphDefinition]
) -> GraphDefinition:
    kept_inputs = {name: set(part.input_dict) for name, part in definitions.items()}
    kept_outputs = {name: set(part.output_dict) for name, part in definitions.items()}
    dependencies = {
        invocation: {
            name: left
            for name, edge in edges.items()
            if name in kept_inputs.get(invocation.node_name, {name})
            and (left := _cut(edge, chosen)) is not None
        }
        for invocation, edges in graph.dependencies.items()
        if invocation.node_name in chosen
    }
    mappings = [
        mapping
        for mapping in graph.input_mappings
        if mapping.mapped_node_name in chosen
        and mapping.mapped_node_input_name
        in kept_inputs.get(mapping.mapped_node_name, {mapping.mapped_node_input_name})
    ]
    outputs = [
        mapping
        for mapping in graph.output_mappings
        if mapping.mapped_node_name in chosen
        and mapping.mapped_node_output_name
        in kept_outputs.get(mapping.mapped_node_name, {mapping.mapped_node_output_name})
    ]
    return graph.subset(
        chosen,
        definitions=definitions,
        dependencies=dependencies,
        input_mappings=[_moved(mapping, graph, chosen) for mapping in mappings],
        output_mappings=outputs,
    )


def _cut(edge: IDependencyDefinition, chosen: set[str]) -> IDependencyDefinition | None:
    match edge:
        case DependencyDefinition():
            return edge if edge.node in chosen else None
        case DynamicCollectDependencyDefinition():
            return edge if edge.node_name in chosen else None
        case MultiDependencyDefinition():
            left = [
                each
                for each in edge.dependencies
                if not isinstance(each, DependencyDefinition) or each.node in chosen
            ]
            return MultiDependencyDefinition(left) if left else None


def _moved(mapping: InputMapping, graph: GraphDefinition, chosen: set[str]) -> InputMapping:
    """Return a mapping whose place in a list counts what is left before it only."""
    if mapping.fan_in_index is None:
        return mapping
    edge = graph.edges[mapping.mapped_node_name][mapping.mapped_node_input_name]
    assert isinstance(edge, MultiDependencyDefinition)
    before = edge.dependencies[: mapping.fan_in_index]
    index = sum(
        each is MappedInputPlaceholder
        or (isinstance(each, DependencyDefinition) and each.node in chosen)
        for each in before
    )
    return InputMapping(
        graph_input_name=mapping.graph_input_name,
        mapped_node_name=mapping.mapped_node_name,
        mapped_node_input_name=mapping.mapped_node_input_name,
        fan_in_index=index,
        graph_input_description=mapping.graph_input_description,
        dagster_type=mapping.dagster_type,
    )
