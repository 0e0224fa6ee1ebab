"""What is connected to what inside a graph: invocations, dependencies and the nodes' handles.

Owns the values that name an edge. Whether an edge makes sense is checked in `define/graph.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from penstock.define.node import NodeDefinition as NodeDefinition
from penstock.define.ports import DEFAULT_OUTPUT, InputDefinition, OutputDefinition
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.node_handle import NodeHandle as NodeHandle
from penstock.model.retry import RetryPolicy

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition


@dataclass(frozen=True, eq=False)
class Node:
    """An op or a graph at its place in a graph.

    Attributes:
        tags: The definition's tags and those of the invocation, which win.
        hook_defs: The hooks of the invocation.
        retry_policy: The policy of the invocation.
    """

    name: str
    definition: NodeDefinition
    owner: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    hook_defs: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    @property
    def is_graph(self) -> bool:
        """Whether it is a graph."""
        return self.definition.is_graph

    @property
    def input_defs(self) -> Sequence[InputDefinition]:
        """The inputs."""
        return self.definition.input_defs

    @property
    def output_defs(self) -> Sequence[OutputDefinition]:
        """The outputs."""
        return self.definition.output_defs

    @property
    def input_dict(self) -> Mapping[str, InputDefinition]:
        """The inputs by name."""
        return self.definition.input_dict

    @property
    def output_dict(self) -> Mapping[str, OutputDefinition]:
        """The outputs by name."""
        return self.definition.output_dict

    def has_input(self, name: str) -> bool:
        """Tell whether it has an input of that name."""
        return name in self.input_dict

    def has_output(self, name: str) -> bool:
        """Tell whether it has an output of that name."""
        return name in self.output_dict

    def inputs(self) -> list[NodeInput]:
        """Return the inputs, each with the node's name."""
        return [NodeInput(self.name, name) for name in self.input_dict]

    def outputs(self) -> list[NodeOutput]:
        """Return the outputs, each with the node's name."""
        return [NodeOutput(self.name, name) for name in self.output_dict]

    def input_def_named(self, name: str) -> InputDefinition:
        """Return an input."""
        return self.input_dict[name]

    def output_def_named(self, name: str) -> OutputDefinition:
        """Return an output."""
        return self.output_dict[name]

    def describe_node(self) -> str:
        """Return the words for it in messages."""
        return f"{self.definition.node_type_str} '{self.name}'"

    def __repr__(self) -> str:
        return f"<node '{self.name}' of {self.owner}>"


@dataclass(frozen=True, eq=False)
class NodeInvocation:
    """The key of a dependency dictionary: a node, under the name that it has in the graph.

    Args:
        name: The name of the op or graph that is used.
        alias: Its name at this place; the same if None.
        tags: Tags at this place.
        hook_defs: Hooks at this place.
        retry_policy: The retry policy at this place.
    """

    name: str
    alias: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    hook_defs: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    @property
    def node_name(self) -> str:
        """The name in the graph."""
        return self.alias or self.name

    def _parts(self) -> tuple[object, ...]:
        tags = frozenset((self.tags or {}).items())
        return (self.name, self.alias, tags, frozenset(self.hook_defs or ()), self.retry_policy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodeInvocation) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())


@dataclass(frozen=True, slots=True)
class DependencyDefinition:
    """An edge from an output of a node in the same graph.

    Args:
        node: The name of the node that the value is from.
        output: The node's output.
        description: What the edge is.
    """

    node: str
    output: str = DEFAULT_OUTPUT
    description: str | None = None

    @property
    def sources(self) -> tuple[DependencyDefinition, ...]:
        """The edge itself."""
        return (self,)


class MappedInputPlaceholder:
    """Marks the place in a fan-in that an input of the graph fills."""


@dataclass(frozen=True, slots=True)
class MultiDependencyDefinition:
    """Edges from several outputs to one input, which receives a list in this order.

    Args:
        dependencies: The edges; the class `MappedInputPlaceholder` marks the place of an input of
            the graph.

    Raises:
        InvalidDefinitionError: The same output is listed twice, or something is no edge.
    """

    dependencies: Sequence[DependencyDefinition | type[MappedInputPlaceholder]]

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for edge in self.dependencies:
            if edge is MappedInputPlaceholder:
                continue
            if not isinstance(edge, DependencyDefinition):
                raise ParameterCheckError(
                    f"MultiDependencyDefinition takes DependencyDefinitions, not {edge!r}."
                )
            if (edge.node, edge.output) in seen:
                raise InvalidDefinitionError(
                    f"The output '{edge.output}' of '{edge.node}' is listed twice in one "
                    "MultiDependencyDefinition. List each output once."
                )
            seen.add((edge.node, edge.output))

    @property
    def sources(self) -> tuple[DependencyDefinition, ...]:
        """The edges from nodes."""
        return tuple(e for e in self.dependencies if isinstance(e, DependencyDefinition))


@dataclass(frozen=True, slots=True)
class DynamicCollectDependencyDefinition:
    """An edge from all values of an output that is dynamic or mapped over a dynamic one."""

    node_name: str
    output_name: str

    @property
    def sources(self) -> tuple[DependencyDefinition, ...]:
        """The edge as one from a node."""
        return (DependencyDefinition(self.node_name, self.output_name),)


IDependencyDefinition = (
    DependencyDefinition | MultiDependencyDefinition | DynamicCollectDependencyDefinition
)


@dataclass(frozen=True, slots=True)
class NodeInput:
    """An input of a node in a graph."""

    node_name: str
    input_name: str


@dataclass(frozen=True, slots=True)
class NodeOutput:
    """An output of a node in a graph."""

    node_name: str
    output_name: str


class DependencyStructure:
    """The edges of one graph, to be asked by either end."""

    def __init__(self, edges: Mapping[str, Mapping[str, IDependencyDefinition]]) -> None:
        self._edges = edges

    def inputs(self) -> list[NodeInput]:
        """Return every input that something is connected to."""
        return [NodeInput(node, name) for node, edges in self._edges.items() for name in edges]

    def has_deps(self, node_name: str, input_name: str) -> bool:
        """Tell whether a node's output is connected to an input."""
        return input_name in self._edges.get(node_name, {})

    def input_to_upstream_outputs_for_node(
        self, node_name: str
    ) -> dict[NodeInput, list[NodeOutput]]:
        """Return, for each connected input of a node, the outputs that it takes."""
        return {
            NodeInput(node_name, name): [NodeOutput(s.node, s.output) for s in edge.sources]
            for name, edge in self._edges.get(node_name, {}).items()
        }

    def output_to_downstream_inputs_for_node(
        self, node_name: str
    ) -> dict[NodeOutput, list[NodeInput]]:
        """Return, for each output of a node that is used, the inputs that take it."""
        found: dict[NodeOutput, list[NodeInput]] = {}
        for taker, edges in self._edges.items():
            for name, edge in edges.items():
                for source in edge.sources:
                    if source.node == node_name:
                        place = NodeOutput(source.node, source.output)
                        found.setdefault(place, []).append(NodeInput(taker, name))
        return found

    def upstream(self, node_name: str) -> list[str]:
        """Return the names of the nodes that a node takes from, each once."""
        edges = self._edges.get(node_name, {}).values()
        return list(dict.fromkeys(source.node for edge in edges for source in edge.sources))
