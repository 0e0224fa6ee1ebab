"""`GraphDefinition`: ops and graphs connected to each other.

Owns the nodes, edges and mappings of one graph. How they are read from the body of a function is
`define/graph.py`, what is allowed `define/graph_checks.py`, flattening `define/compile.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, cast

from penstock.base.dag import topological_order
from penstock.base.text import did_you_mean
from penstock.config.configured import (
    DefinitionSchema,
    NamedConfigurableDefinition,
    definition_schema,
)
from penstock.config.mapping import ConfigMapping
from penstock.define import upcalls
from penstock.define.composition import Composable, PendingNodeInvocation, current, invoke
from penstock.define.dependency import (
    DependencyStructure,
    IDependencyDefinition,
    Node,
    NodeHandle,
    NodeInvocation,
)
from penstock.define.graph_checks import (
    check_edges,
    check_input_mappings,
    check_output_mappings,
    checked_dependencies,
    checked_node_defs,
)
from penstock.define.names import checked_node_name, text_tags
from penstock.define.node import NodeDefinition
from penstock.define.op import OpDefinition
from penstock.define.ports import (
    InputDefinition,
    InputMapping,
    OutputDefinition,
    OutputMapping,
)
from penstock.define.types.builtin import ANY_TYPE
from penstock.define.types.definition import RuntimeType
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)

if TYPE_CHECKING:
    from penstock.config.run_config import RunConfig
    from penstock.define.job_definition import JobDefinition
    from penstock.execute.result import ExecuteInProcessResult

Function = Callable[..., object]
GraphConfig = ConfigMapping | Mapping[str, object]


class GraphDefinition(NodeDefinition, Composable, NamedConfigurableDefinition):
    """Ops and graphs connected to each other; usually made by `@graph`.

    Args:
        name: The name, unique among the nodes of a graph.
        description: What the graph does.
        node_defs: The ops and graphs that it is made of.
        dependencies: For each node, by its name or `NodeInvocation`, what its inputs depend on.
        input_mappings: Where the graph's inputs go.
        output_mappings: Where the graph's outputs come from.
        config: How the graph's own config becomes that of its nodes.
        tags: Facts for people.
        input_assets: For each node the assets that its inputs are loaded from.
        composition_fn: The function whose body was read.

    Raises:
        InvalidDefinitionError: The parts do not fit together.
    """

    node_type_str = "graph"
    is_graph = True

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        node_defs: Sequence[NodeDefinition] | None = None,
        dependencies: Mapping[str, Mapping[str, IDependencyDefinition]]
        | Mapping[NodeInvocation, Mapping[str, IDependencyDefinition]]
        | None = None,
        input_mappings: Sequence[InputMapping] | None = None,
        output_mappings: Sequence[OutputMapping] | None = None,
        config: ConfigMapping | None = None,
        tags: Mapping[str, object] | None = None,
        input_assets: Mapping[str, Mapping[str, object]] | None = None,
        node_input_source_assets: Mapping[str, Mapping[str, object]] | None = None,
        composition_fn: Function | None = None,
        positional_inputs: Sequence[str] | None = None,
    ) -> None:
        self.name: str = checked_node_name(name)
        self.description = description
        words = f"Graph '{name}'"
        self.tags: Mapping[str, str] = text_tags(tags, owner=words)
        self.node_defs: Sequence[NodeDefinition] = list(
            checked_node_defs(() if node_defs is None else node_defs, words)
        )
        self.dependencies: dict[NodeInvocation, dict[str, IDependencyDefinition]] = (
            checked_dependencies(dependencies, words)
        )
        self._nodes = _nodes_of(self.node_defs, self.dependencies, words)
        self.edges: Mapping[str, Mapping[str, IDependencyDefinition]] = {
            invocation.node_name: edges for invocation, edges in self.dependencies.items()
        }
        check_edges(self._nodes, self.edges, words)
        self.input_mappings: tuple[InputMapping, ...] = tuple(input_mappings or ())
        self.output_mappings: tuple[OutputMapping, ...] = tuple(output_mappings or ())
        check_input_mappings(self.input_mappings, self._nodes, self.edges, words)
        check_output_mappings(self.output_mappings, self._nodes, words)
        if config is not None and not isinstance(config, ConfigMapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"{words}: config must be a ConfigMapping, not {config!r}.")
        self.config_mapping = config
        self.input_assets: dict[str, Mapping[str, object]] = {
            **(node_input_source_assets or {}),
            **(input_assets or {}),
        }
        self.composition_fn = composition_fn
        self.left_out: frozenset[str] = frozenset()
        self._positional = positional_inputs

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes, in the order of their definition."""
        return tuple(self._nodes.values())

    @property
    def node_dict(self) -> Mapping[str, Node]:
        """The nodes by name."""
        return MappingProxyType(self._nodes)

    def node_names(self) -> list[str]:
        """Return the names of the nodes."""
        return list(self._nodes)

    def has_node_named(self, name: str) -> bool:
        """Tell whether it has that node."""
        return name in self._nodes

    def node_named(self, name: str) -> Node:
        """Return a node.

        Raises:
            ParameterCheckError: There is none of that name.
        """
        node = self._nodes.get(name)
        if node is None:
            raise ParameterCheckError(
                f"Graph '{self.name}' has no node '{name}'.{did_you_mean(name, self._nodes)}"
            )
        return node

    def get_node(self, handle: NodeHandle) -> Node:
        """Return the node at a place, at any depth.

        Raises:
            ParameterCheckError: There is none.
        """
        graph: GraphDefinition = self
        *outer, last = handle.path
        for name in outer:
            definition = graph.node_named(name).definition
            if not isinstance(definition, GraphDefinition):
                raise ParameterCheckError(f"'{name}' of '{handle}' is no graph.")
            graph = definition
        return graph.node_named(last)

    def iterate_node_handles(self, parent: NodeHandle | None = None) -> Iterable[NodeHandle]:
        """Return the places of all nodes, at any depth."""
        for name, node in self._nodes.items():
            handle = NodeHandle(name, parent)
            if isinstance(node.definition, GraphDefinition):
                yield from node.definition.iterate_node_handles(handle)
            yield handle

    def iterate_op_defs(self) -> Iterable[OpDefinition]:
        """Return the ops, at any depth."""
        for definition in self.node_defs:
            if isinstance(definition, (OpDefinition, GraphDefinition)):
                yield from definition.iterate_op_defs()

    def all_dagster_types(self) -> Iterable[RuntimeType]:
        """Return the types of inputs and outputs and what they are made of, at any depth."""
        found: dict[RuntimeType, None] = {}
        for definition in self.iterate_node_defs():
            for port in (*definition.input_defs, *definition.output_defs):
                found.update(dict.fromkeys((port.dagster_type, *port.dagster_type.inner_types)))
        return list(found)

    def iterate_node_defs(self) -> Iterable[NodeDefinition]:
        """Return the graph itself and what it is made of, at any depth."""
        yield self
        for definition in self.node_defs:
            if isinstance(definition, GraphDefinition):
                yield from definition.iterate_node_defs()
            else:
                yield definition

    @cached_property
    def nodes_in_topological_order(self) -> Sequence[Node]:
        """The nodes, each after those that it depends on."""
        names = list(self._nodes)
        numbers = {name: n for n, name in enumerate(names)}
        needs = [[numbers[up] for up in self.dependency_structure.upstream(n)] for n in names]
        order = topological_order(needs)
        assert order is not None, "circles are refused"
        return tuple(self._nodes[names[number]] for number in order)

    @cached_property
    def dependency_structure(self) -> DependencyStructure:
        """The edges, to be asked by either end."""
        return DependencyStructure(self.edges)

    @cached_property
    def input_defs(self) -> Sequence[InputDefinition]:  # pyright: ignore[reportIncompatibleVariableOverride] - made when somebody looks
        """The inputs."""
        by_name: dict[str, list[InputMapping]] = {}
        for mapping in self.input_mappings:
            by_name.setdefault(mapping.graph_input_name, []).append(mapping)
        order = [name for name in self._positional or () if name in by_name]
        names = dict.fromkeys([*order, *by_name])
        return tuple(self._input_of(name, by_name[name]) for name in names)

    def _input_of(self, name: str, mappings: Sequence[InputMapping]) -> InputDefinition:
        first = mappings[0]
        declared = first.dagster_type
        if declared is None or declared.is_any:
            types = {self._type_wanted(mapping) for mapping in mappings}
            declared = types.pop() if len(types) == 1 else ANY_TYPE
        return InputDefinition(name, declared, first.graph_input_description)

    def _type_wanted(self, mapping: InputMapping) -> RuntimeType:
        inner = self._nodes[mapping.mapped_node_name].input_dict[mapping.mapped_node_input_name]
        wanted = inner.dagster_type
        if mapping.fan_in_index is not None and wanted.supports_fan_in:
            return wanted.get_inner_type_for_fan_in()
        return wanted

    @cached_property
    def output_defs(self) -> Sequence[OutputDefinition]:  # pyright: ignore[reportIncompatibleVariableOverride] - made when somebody looks
        """The outputs."""
        found: list[OutputDefinition] = []
        for mapping in self.output_mappings:
            outputs = self._nodes[mapping.mapped_node_name].output_dict
            inner = outputs[mapping.mapped_node_output_name]
            found.append(
                OutputDefinition(
                    name=mapping.graph_output_name,
                    dagster_type=mapping.dagster_type or inner.dagster_type,
                    description=mapping.graph_output_description,
                    is_required=inner.is_required,
                    is_dynamic=inner.is_dynamic or mapping.from_dynamic_mapping,
                    io_manager_key=inner.io_manager_key,
                    metadata=inner.metadata,
                )
            )
        return tuple(found)

    @property
    def positional_inputs(self) -> Sequence[str]:
        """The names of the inputs in the order in which a call takes them."""
        return tuple(i.name for i in self.input_defs)

    def input_has_default(self, name: str) -> bool:
        """Tell whether everything that an input goes to needs nothing to be connected."""
        return all(
            self._nodes[m.mapped_node_name].definition.input_has_default(m.mapped_node_input_name)
            for m in self.mappings_of_input(name)
        )

    def mappings_of_input(self, name: str) -> Sequence[InputMapping]:
        """Return where an input goes."""
        return [m for m in self.input_mappings if m.graph_input_name == name]

    def get_output_mapping(self, output_name: str) -> OutputMapping | None:
        """Return where an output comes from."""
        return next((m for m in self.output_mappings if m.graph_output_name == output_name), None)

    @property
    def pools(self) -> set[str]:
        """The concurrency pools of the ops."""
        return {op.pool for op in self.iterate_op_defs() if op.pool is not None}

    @property
    def config_schema(self) -> DefinitionSchema:
        """The schema of the graph's own config; anything if it has none."""
        if self.config_mapping is None:
            return definition_schema(None, owner=f"graph '{self.name}'")
        return self.config_mapping.config_schema

    @property
    def has_config_field(self) -> bool:
        """Whether the graph declares config of its own."""
        return self.config_mapping is not None

    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same graph with another schema, and a new name or description where given.

        Raises:
            InvalidDefinitionError: The graph has no config mapping.
        """
        mapping = self.config_mapping
        if mapping is None:
            raise InvalidDefinitionError(
                f"Graph '{self.name}' takes no config of its own, so there is nothing to configure."
                " Give it config=ConfigMapping(...)."
            )
        changed = ConfigMapping(
            mapping.config_fn,
            config_schema,
            receive_processed_config_values=mapping.receive_processed_config_values,
        )
        return self.changed(
            name=self.name if name is None else name,
            description=self.description if description is None else description,
            config=changed,
        )

    def without_config_mapping(self) -> Self:
        """Return the graph with the config of its nodes in place of its own."""
        made = self.changed(config=None)
        made.left_out = self.left_out
        return made

    def changed(self, **changes: object) -> Self:
        """Return the same graph with other arguments."""
        arguments: dict[str, object] = {
            "name": self.name,
            "description": self.description,
            "node_defs": self.node_defs,
            "dependencies": self.dependencies,
            "input_mappings": self.input_mappings,
            "output_mappings": self.output_mappings,
            "config": self.config_mapping,
            "tags": self.tags,
            "input_assets": self.input_assets,
            "composition_fn": self.composition_fn,
            "positional_inputs": self._positional,
            **changes,
        }
        make = cast("Callable[..., Self]", type(self))
        return make(**arguments)

    def subset(
        self,
        chosen: set[str],
        *,
        definitions: Mapping[str, GraphDefinition],
        dependencies: Mapping[NodeInvocation, Mapping[str, IDependencyDefinition]],
        input_mappings: Sequence[InputMapping],
        output_mappings: Sequence[OutputMapping],
    ) -> Self:
        """Return a graph of some of the nodes; `left_out` of it names the others.

        Args:
            chosen: The names of the nodes.
            definitions: Graphs that take the place of those of the nodes.
            dependencies: What is left of the edges.
            input_mappings: What is left of these.
            output_mappings: What is left of these.
        """
        names = {name: node.definition.name for name, node in self._nodes.items()}
        used = {names[name] for name in chosen}
        replaced = {names[name]: graph for name, graph in definitions.items()}
        missing: dict[NodeInvocation, dict[str, IDependencyDefinition]] = {
            NodeInvocation(names[name], name): {} for name in chosen if name not in self.edges
        }
        made = self.changed(
            node_defs=[replaced.get(d.name, d) for d in self.node_defs if d.name in used],
            dependencies={**dependencies, **missing},
            input_mappings=input_mappings,
            output_mappings=output_mappings,
            input_assets={n: found for n, found in self.input_assets.items() if n in chosen},
        )
        made.left_out = frozenset(self._nodes) - chosen
        return made

    def pending(self) -> PendingNodeInvocation:
        """Return it as a call that is yet to be made."""
        return PendingNodeInvocation(self)

    def __call__(self, *args: object, **kwargs: object) -> Any:  # values of nodes, or results
        """Call it in the body of a graph, as a node; elsewhere, see `call_by_hand`."""
        composition = current()
        if composition is None:
            return self.call_by_hand(args, kwargs)
        return invoke(self.pending(), composition, args, kwargs)

    def call_by_hand(
        self, args: Sequence[object], kwargs: Mapping[str, object], *, alias: str | None = None
    ) -> object:
        """Refuse: a graph has no function to call."""
        raise InvariantViolationError(
            f"Graph '{alias or self.name}' was called where no graph is being composed. A call "
            "makes it a node of the @graph or @job around; to run it, use "
            f"{self.name}.execute_in_process()."
        )

    def to_job(self, name: str | None = None, **arguments: object) -> JobDefinition:
        """Make a job of the graph.

        Args:
            name: The job's name; the graph's if None.
            arguments: Those of `JobDefinition`; `hooks` for its `hook_defs`, and `op_selection`
                for a part of the graph.
        """
        return upcalls.job_of_graph(self, name=name, **arguments)

    def execute_in_process(
        self,
        run_config: Mapping[str, object] | RunConfig | None = None,
        instance: object = None,
        resources: Mapping[str, object] | None = None,
        raise_on_error: bool = True,  # noqa: FBT001, FBT002 - the public signature
        op_selection: Sequence[str] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> ExecuteInProcessResult:
        """Run the graph here and now; see `JobDefinition.execute_in_process`."""
        return self.to_job(resource_defs=resources).execute_in_process(
            run_config,
            instance=instance,
            raise_on_error=raise_on_error,
            op_selection=op_selection,
            run_id=run_id,
            input_values=input_values,
        )

    def __repr__(self) -> str:
        return f"<graph '{self.name}'>"


def _nodes_of(
    node_defs: Sequence[NodeDefinition],
    dependencies: Mapping[NodeInvocation, object],
    words: str,
) -> dict[str, Node]:
    definitions = {definition.name: definition for definition in node_defs}
    found: dict[str, Node] = {}
    for invocation in dependencies:
        definition = definitions.get(invocation.name)
        if definition is None:
            raise InvalidDefinitionError(
                f"{words}: dependencies has an entry for '{invocation.name}', which is none of "
                f"node_defs.{did_you_mean(invocation.name, definitions)} Add it there, or remove "
                "the entry."
            )
        if invocation.node_name in found:
            raise InvalidDefinitionError(
                f"{words}: two nodes are named '{invocation.node_name}'. Give one of them an alias."
            )
        tags = {**definition.tags, **text_tags(invocation.tags, owner=words)}
        found[invocation.node_name] = Node(
            name=invocation.node_name,
            definition=definition,
            owner=words,
            tags=tags,
            hook_defs=frozenset(invocation.hook_defs or ()),
            retry_policy=invocation.retry_policy,
        )
    used = {node.definition.name for node in found.values()}
    for name, definition in definitions.items():
        if name not in used:
            found.setdefault(name, Node(name, definition, words, dict(definition.tags)))
    return found
