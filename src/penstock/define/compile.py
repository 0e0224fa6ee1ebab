"""From a graph of ops and graphs to flat steps: one for each op, at its place.

Owns names, needs and dynamic mapping. A graph leaves no trace in a run but in the names of its
steps: its inputs and outputs are followed to the ops inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from penstock.base.dag import topological_order
from penstock.define.declared import DeclaredAssets
from penstock.define.dependency import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    IDependencyDefinition,
    Node,
)
from penstock.define.graph_definition import GraphDefinition
from penstock.define.node import NodeDefinition
from penstock.define.op import OpDefinition
from penstock.define.ports import OutputMapping
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import SYSTEM_METADATA_KEY_IO_MANAGER_KEY, AssetSpec
from penstock.define.step import StepDefinition, StepInput
from penstock.errors import InvalidDefinitionError, InvariantViolationError
from penstock.model.manifest import NeedKind, StepNeed
from penstock.model.retry import RetryPolicy

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

Place = tuple[str, str]
"""A step and one of its inputs or outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledGraph:
    """A graph as steps.

    Attributes:
        steps: One for each op, each after those that it needs.
        inputs: For each input of the graph the steps' inputs that it goes to.
        outputs: For each output of the graph the step's output that it comes from.
        assets: The assets that inputs of steps are loaded from.
    """

    steps: tuple[StepDefinition, ...]
    inputs: Mapping[str, tuple[Place, ...]]
    outputs: Mapping[str, Place]
    assets: tuple[AssetSpec, ...] = ()


def compile_graph(
    graph: GraphDefinition,
    *,
    prefix: str = "",
    hooks: frozenset[HookDefinition] = frozenset(),
    retry: RetryPolicy | None = None,
) -> CompiledGraph:
    """Flatten a graph to steps.

    Args:
        graph: The graph.
        prefix: What comes before the names of all steps, without the dot.
        hooks: Hooks of all steps.
        retry: The retry policy of steps whose op and invocation have none.

    Raises:
        InvalidDefinitionError: A step would be mapped over two dynamic outputs.
    """
    flat = _flatten(graph, prefix, hooks)
    drafts = _in_order(flat.drafts)
    overs = _overs(drafts)
    steps = tuple(draft.step(overs[draft.name], retry) for draft in drafts)
    inputs = {
        name: tuple(dict.fromkeys((slot.draft.name, slot.input) for slot in slots))
        for name, slots in flat.inputs.items()
    }
    assets = {spec.key: spec for draft in drafts for spec in draft.assets.values()}
    return CompiledGraph(
        steps=steps, inputs=inputs, outputs=flat.outputs, assets=tuple(assets.values())
    )


def origin_of_output(
    graph: GraphDefinition, path: list[str], output: str, *, prefix: str = ""
) -> Place | None:
    """Return the step's output that an output of a node comes from; None if there is none.

    Args:
        graph: The graph.
        path: The names that lead to the node, the outermost first; empty for the graph itself.
        output: The output of the node.
        prefix: What comes before the names of all steps.
    """
    names = [prefix] if prefix else []
    definition: NodeDefinition = graph
    for name in path:
        if not isinstance(definition, GraphDefinition) or not definition.has_node_named(name):
            return None
        definition = definition.node_named(name).definition
        names.append(name)
    while isinstance(definition, GraphDefinition):
        mapping: OutputMapping | None = definition.get_output_mapping(output)
        if mapping is None:
            return None
        names.append(mapping.mapped_node_name)
        output = mapping.mapped_node_output_name
        definition = definition.node_named(mapping.mapped_node_name).definition
    return (".".join(names), output) if definition.has_output(output) else None


@dataclass(slots=True)
class _Draft:
    """A step in the making: its needs are found one after the other."""

    name: str
    node: Node
    op: OpDefinition
    hooks: frozenset[HookDefinition]
    needs: dict[str, list[StepNeed | None]] = field(
        default_factory=dict[str, list["StepNeed | None"]]
    )
    assets: dict[str, AssetSpec] = field(default_factory=dict[str, AssetSpec])

    def all_needs(self) -> list[StepNeed]:
        order = [port.name for port in self.op.input_defs if port.name in self.needs]
        return [need for name in order for need in self.needs[name] if need is not None]

    def step(self, over: Place | None, retry: RetryPolicy | None) -> StepDefinition:
        op, node = self.op, self.node
        schema = op.config_schema
        return StepDefinition(
            name=self.name,
            function=op.function,
            signature=op.signature,
            inputs=self._inputs(),
            outputs=op.step_outputs,
            resource_keys=op.all_resource_keys,
            retry=node.retry_policy or op.retry_policy or retry,
            pool=op.pool,
            config_schema=schema if op.has_config_field or schema.inner is not None else None,
            is_op=True,
            needs=tuple(self.all_needs()),
            over=over,
            hooks=self.hooks,
            tags=node.tags,
            description=op.description,
            code_version=op.code_version,
            node=node,
        )

    def _inputs(self) -> tuple[StepInput, ...]:
        if not self.assets:
            return self.op.step_inputs
        return tuple(
            _loading(entry, self.assets[entry.name]) if entry.name in self.assets else entry
            for entry in self.op.step_inputs
        )


def _loading(entry: StepInput, spec: AssetSpec) -> StepInput:
    named = spec.metadata.get(SYSTEM_METADATA_KEY_IO_MANAGER_KEY)
    manager = getattr(named, "value", named)
    return replace(
        entry,
        asset=spec.key,
        manager=entry.manager or (manager if isinstance(manager, str) else None),
    )


@dataclass(frozen=True, slots=True)
class _Slot:
    """An input of a step, or one place in the list that it takes."""

    draft: _Draft
    input: str
    index: int | None = None

    def take(self, edge: IDependencyDefinition, sources: Mapping[Place, Place]) -> None:
        """Add what an edge gives."""
        if isinstance(edge, DependencyDefinition):
            kind: NeedKind = "one" if self.index is None else "fan_in"
            self._put([self._need(edge, sources, kind)])
        elif isinstance(edge, DynamicCollectDependencyDefinition):
            self._put([self._need(edge.sources[0], sources, "collect")])
        else:
            self._put(
                [
                    self._need(each, sources, "fan_in")
                    if isinstance(each, DependencyDefinition)
                    else None
                    for each in edge.dependencies
                ]
            )

    def _need(
        self, edge: DependencyDefinition, sources: Mapping[Place, Place], kind: NeedKind
    ) -> StepNeed:
        step, output = sources[edge.node, edge.output]
        return StepNeed(step, output, self.input, kind)

    def _put(self, needs: list[StepNeed | None]) -> None:
        if self.index is None:
            self.draft.needs[self.input] = needs
        else:
            self.draft.needs[self.input][self.index : self.index + 1] = needs

    def at(self, index: int | None) -> _Slot:
        """Return one place of the list that the input takes."""
        return self if index is None else _Slot(self.draft, self.input, index)


@dataclass(frozen=True, slots=True)
class _Flat:
    drafts: list[_Draft]
    inputs: dict[str, list[_Slot]]
    outputs: dict[str, Place]


def _flatten(graph: GraphDefinition, prefix: str, hooks: frozenset[HookDefinition]) -> _Flat:
    drafts: list[_Draft] = []
    slots: dict[Place, list[_Slot]] = {}
    sources: dict[Place, Place] = {}
    for node in graph.nodes:
        name = f"{prefix}.{node.name}" if prefix else node.name
        united = hooks | node.hook_defs
        definition = node.definition
        if isinstance(definition, OpDefinition):
            draft = _Draft(name, node, definition, united)
            drafts.append(draft)
            slots.update({(node.name, i): [_Slot(draft, i)] for i in definition.input_dict})
            sources.update({(node.name, o): (name, o) for o in definition.output_dict})
            continue
        assert isinstance(definition, GraphDefinition)
        inner = _flatten(definition, name, united)
        drafts.extend(inner.drafts)
        slots.update({(node.name, i): found for i, found in inner.inputs.items()})
        sources.update({(node.name, o): place for o, place in inner.outputs.items()})
    for node_name, edges in graph.edges.items():
        for input_name, edge in edges.items():
            for slot in slots[node_name, input_name]:
                slot.take(edge, sources)
    for node_name, assets in graph.input_assets.items():
        for input_name, asset in assets.items():
            for slot in slots[node_name, input_name]:
                slot.draft.assets[slot.input] = _spec_of(asset, slot)
    inputs: dict[str, list[_Slot]] = {}
    for mapping in graph.input_mappings:
        found = slots[mapping.mapped_node_name, mapping.mapped_node_input_name]
        inputs.setdefault(mapping.graph_input_name, []).extend(
            slot.at(mapping.fan_in_index) for slot in found
        )
    outputs = {
        mapping.graph_output_name: sources[
            mapping.mapped_node_name, mapping.mapped_node_output_name
        ]
        for mapping in graph.output_mappings
    }
    return _Flat(drafts, inputs, outputs)


def _spec_of(asset: object, slot: _Slot) -> AssetSpec:
    if isinstance(asset, AssetSpec):
        return asset
    if isinstance(asset, SourceAsset):
        return asset.spec
    specs = list(asset.specs) if isinstance(asset, DeclaredAssets) else []
    if len(specs) != 1:
        raise InvariantViolationError(
            f"Input '{slot.input}' of '{slot.draft.name}' is given {asset!r}, which is not one "
            "asset. Give an asset that has a single key."
        )
    return specs[0]


def _in_order(drafts: list[_Draft]) -> list[_Draft]:
    numbers = {draft.name: n for n, draft in enumerate(drafts)}
    needs = [[numbers[need.step] for need in draft.all_needs()] for draft in drafts]
    order = topological_order(needs)
    assert order is not None, "circles are refused when a graph is made"
    return [drafts[number] for number in order]


def _overs(drafts: list[_Draft]) -> dict[str, Place | None]:
    """Find the dynamic output for each of whose values a step runs once; None if it runs once."""
    found: dict[str, Place | None] = {}
    dynamic = {
        (draft.name, port.name)
        for draft in drafts
        for port in draft.op.output_defs
        if port.is_dynamic
    }
    for draft in drafts:
        overs: dict[Place, None] = {}
        for need in draft.all_needs():
            if need.kind == "collect" or need.output is None:
                continue
            source = (need.step, need.output)
            outer = found[need.step]
            if outer is not None:
                overs[outer] = None
            if source in dynamic:
                overs[source] = None
        if len(overs) > 1:
            first, second, *_ = (f'"{step}:{output}"' for step, output in overs)
            raise InvalidDefinitionError(
                f"op '{draft.name}' would run once for each value of {first} and of {second}, but "
                "a step follows one dynamic output at most. Collect the values of one of them "
                "before."
            )
        found[draft.name] = next(iter(overs), None)
    return found


def compile_op(op: OpDefinition, *, name: str | None = None) -> StepDefinition:
    """Return the one step of an op that is not in a graph.

    Args:
        op: The op.
        name: The name of the step; the op's if None.
    """
    node = Node(name or op.name, op, "", op.tags)
    return _Draft(node.name, node, op, frozenset()).step(None, None)
