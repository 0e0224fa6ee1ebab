"""From an op or a graph to the steps that make assets of its outputs.

Owns where the inputs and outputs of a graph are among its steps, and what is declared of the assets
there. How a graph becomes steps is `define/compile.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from penstock.base.text import listed
from penstock.define.asset_inputs import checked_self_dependency, own_checks
from penstock.define.asset_ports import condition_of
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.compile import CompiledGraph, Place, compile_graph
from penstock.define.declared import BackingNode
from penstock.define.graph import GraphDefinition
from penstock.define.ports import DEFAULT_OUTPUT, OutputDefinition, OutputMapping
from penstock.define.spec import AssetCheckSpec, AssetDep, AssetSpec
from penstock.define.step import StepDefinition, StepInput, StepOutput
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.dependency import NodeDefinition
    from penstock.define.hook import HookDefinition

Attributes = Mapping[str, Mapping[AssetKey, object]]
"""For attributes of specs, their values by asset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What is declared of the assets of an op or graph, by their keys.

    Attributes:
        specs: The assets; those of the outputs if None.
        inputs: The upstream assets by input name; the names are the keys if None.
        outputs: The assets by output name; the names are the keys if None.
        mappings: The partition mappings by upstream asset.
        deps: What each asset depends on; everything that is read if None.
    """

    specs: Sequence[AssetSpec] | None = None
    inputs: Mapping[str, AssetKey] | None = None
    outputs: Mapping[str, AssetKey] | None = None
    partitions: PartitionsDefinition | None = None
    mappings: Mapping[AssetKey, PartitionMapping] = field(
        default_factory=dict[AssetKey, PartitionMapping]
    )
    deps: Mapping[AssetKey, AbstractSet[AssetKey]] | None = None
    can_subset: bool = False
    backfill_policy: BackfillPolicy | None = None
    checks: tuple[AssetCheckSpec, ...] = ()
    hooks: frozenset[HookDefinition] = frozenset()
    attributes: Attributes = field(default_factory=dict[str, Mapping[AssetKey, object]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What is declared of the assets of an op or graph, by its inputs and outputs.

    Attributes:
        inputs: The upstream assets by input name, where the name is not the key.
        outputs: The assets by output name, where the name is not the key.
        prefix: Put before the keys of the assets.
        deps: What each output depends on; everything that is read if None.
        mappings: The partition mappings by input name.
        group: The group of the assets that have none of their own.
        attributes: For attributes of specs, their values by output name.
    """

    inputs: Mapping[str, AssetKey]
    outputs: Mapping[str, AssetKey]
    prefix: str | Sequence[str] | None
    deps: Mapping[str, AbstractSet[AssetKey]] | None
    partitions: PartitionsDefinition | None
    mappings: Mapping[str, PartitionMapping]
    group: str | None
    can_subset: bool
    backfill_policy: BackfillPolicy | None
    checks: tuple[AssetCheckSpec, ...]
    hooks: frozenset[HookDefinition]
    attributes: Mapping[str, Mapping[str, object]]


def conditions_of(
    conditions: Mapping[str, AutomationCondition | None] | None,
    policies: Mapping[str, object] | None,
) -> Mapping[str, AutomationCondition | None]:
    """Return automation conditions by output, given in the new and the older form."""
    found = dict(conditions or {})
    for name, policy in (policies or {}).items():
        found[name] = condition_of(found.get(name), policy)
    return found


def steps_of_named(
    node: NodeDefinition, naming: Naming
) -> tuple[tuple[StepDefinition, ...], BackingNode]:
    """Return the steps that make assets of a node's outputs, and the node with its assets."""
    check_outputs = {check.get_python_identifier() for check in naming.checks}
    outputs: dict[str, AssetKey] = {}
    renames: dict[AssetKey, AssetKey] = {}
    for definition in node.output_defs:
        if definition.name in check_outputs:
            continue
        bare = naming.outputs.get(definition.name) or _default_key(node, definition)
        outputs[definition.name] = bare.with_prefix(naming.prefix or ())
        renames[bare] = outputs[definition.name]
    inputs = {d.name: naming.inputs.get(d.name) or AssetKey(d.name) for d in node.input_defs}
    deps = None
    if naming.deps is not None:
        deps = {
            outputs[name]: {renames.get(key, key) for key in keys}
            for name, keys in naming.deps.items()
        }
    attributes = {
        attribute: {outputs[name]: value for name, value in values.items() if value is not None}
        for attribute, values in naming.attributes.items()
    }
    if naming.group is not None:
        groups = dict.fromkeys(outputs.values(), naming.group)
        attributes["group_name"] = {**groups, **attributes.get("group_name", {})}
    placement = Placement(
        inputs=inputs,
        outputs=outputs,
        partitions=naming.partitions,
        mappings={inputs[name]: mapping for name, mapping in naming.mappings.items()},
        deps=deps,
        can_subset=naming.can_subset,
        backfill_policy=naming.backfill_policy,
        checks=naming.checks,
        hooks=naming.hooks,
        attributes=attributes,
    )
    return steps_of_node(node, placement)


def _default_key(node: NodeDefinition, output: OutputDefinition) -> AssetKey:
    is_alone = len(node.output_defs) == 1 and output.name == DEFAULT_OUTPUT
    return AssetKey(node.name if is_alone else output.name)


def steps_of_node(
    node: NodeDefinition, placement: Placement
) -> tuple[tuple[StepDefinition, ...], BackingNode]:
    """Return the steps that make assets of a node's outputs, and the node with its assets.

    Raises:
        ParameterCheckError: An output carries two assets, a mapping is for an asset that is not
            read, or a part of a graph leads to no output.
    """
    inputs = placement.inputs
    if inputs is None:
        inputs = {d.name: AssetKey(d.name) for d in node.input_defs}
    outputs = placement.outputs
    if outputs is None:
        outputs = {d.name: _default_key(node, d) for d in node.output_defs}
    _check(node, placement, inputs, outputs)
    specs = _specs(node, placement, inputs, outputs)
    for spec in specs.values():
        checked_self_dependency(spec, spec.partitions_def)
    own_checks(placement.checks, list(outputs.values()), owner=f"'{node.name}'")
    if isinstance(node, GraphDefinition):
        _check_leaves(node, (node.name,))
        compiled = compile_graph(node, prefix=node.name, hooks=placement.hooks)
        unit = node.name
    else:
        compiled = compile_graph(_around(node), hooks=placement.hooks)
        unit = None
    placed = _Placed(compiled, placement, inputs, outputs, specs, unit)
    steps = tuple(placed.step(step) for step in compiled.steps)
    return steps, BackingNode(node, inputs, outputs)


def _around(op: NodeDefinition) -> GraphDefinition:
    """Return a graph that is an op and nothing else."""
    return GraphDefinition(
        op.name,
        node_defs=[op],
        input_mappings=[d.mapping_to(op.name, d.name) for d in op.input_defs],
        output_mappings=[OutputMapping(d.name, op.name, d.name) for d in op.output_defs],
    )


def _check(
    node: NodeDefinition,
    placement: Placement,
    inputs: Mapping[str, AssetKey],
    outputs: Mapping[str, AssetKey],
) -> None:
    made = list(outputs.values())
    twice = next((key for key in made if made.count(key) > 1), None)
    if twice is not None:
        raise ParameterCheckError(
            f"'{node.name}': two outputs carry asset '{twice}'. Give each output an asset of its "
            "own."
        )
    unknown = [name for name in outputs if not node.has_output(name)]
    unknown.extend(name for name in inputs if not node.has_input(name))
    if unknown:
        raise ParameterCheckError(
            f"'{node.name}' has no input or output {listed(unknown)}. Name one of the inputs "
            f"{listed([d.name for d in node.input_defs])} and outputs "
            f"{listed([d.name for d in node.output_defs])}."
        )
    strange = sorted(set(placement.mappings) - set(inputs.values()) - set(made))
    if strange:
        raise ParameterCheckError(
            f"'{node.name}' has a partition mapping to asset '{strange[0]}', but does not read "
            "that asset. Name an upstream asset."
        )


def _specs(
    node: NodeDefinition,
    placement: Placement,
    inputs: Mapping[str, AssetKey],
    outputs: Mapping[str, AssetKey],
) -> Mapping[AssetKey, AssetSpec]:
    if placement.specs is not None:
        return {spec.key: spec for spec in placement.specs}
    found: dict[AssetKey, AssetSpec] = {}
    for name, key in outputs.items():
        output = node.output_dict[name]
        read = inputs.values() if placement.deps is None else placement.deps.get(key, ())
        deps = [
            AssetDep(upstream, partition_mapping=placement.mappings.get(upstream))
            for upstream in (read if placement.deps is None else sorted(read))
        ]
        values: dict[str, object] = {
            "description": output.description or node.description,
            "group_name": DEFAULT_GROUP,
            "code_version": output.code_version,
            "metadata": output.metadata,
        }
        for attribute, by_key in placement.attributes.items():
            if key in by_key:
                values[attribute] = by_key[key]
        found[key] = AssetSpec(
            key, deps=deps, skippable=not output.is_required, partitions_def=placement.partitions
        ).replace_attributes(**values)
    return found


def _check_leaves(graph: GraphDefinition, path: tuple[str, ...]) -> None:
    """Make sure that everything in a graph leads to one of its outputs."""
    used = {mapping.mapped_node_name for mapping in graph.output_mappings}
    for edges in graph.edges.values():
        for edge in edges.values():
            used.update(source.node for source in edge.sources)
    unused = [name for name in graph.node_names() if name not in used]
    if unused:
        places = [".".join((*path, name)) for name in unused]
        raise ParameterCheckError(
            f"Graph '{path[0]}' makes assets of what it returns, and no asset comes of "
            f"{listed(places)} in it. Return them from the graph, or connect them to what it "
            "returns."
        )
    for node in graph.nodes:
        if isinstance(node.definition, GraphDefinition):
            _check_leaves(node.definition, (*path, node.name))


class _Placed:
    """The assets of a node at their places among its steps."""

    def __init__(
        self,
        compiled: CompiledGraph,
        placement: Placement,
        inputs: Mapping[str, AssetKey],
        outputs: Mapping[str, AssetKey],
        specs: Mapping[AssetKey, AssetSpec],
        unit: str | None,
    ) -> None:
        self._placement = placement
        self._unit = unit
        self._assets: dict[Place, AssetKey] = {
            place: key for name, key in inputs.items() for place in compiled.inputs.get(name, ())
        }
        self._specs: dict[Place, list[AssetSpec]] = {}
        for name, key in outputs.items():
            self._specs.setdefault(compiled.outputs[name], []).append(specs[key])
        names = {key: name for name, key in outputs.items()}
        self._checks: dict[str, list[AssetCheckSpec]] = {}
        for check in placement.checks:
            own = check.get_python_identifier()
            place = compiled.outputs.get(own) or compiled.outputs[names[check.asset_key]]
            self._checks.setdefault(place[0], []).append(check)

    def step(self, step: StepDefinition) -> StepDefinition:
        """Return a step with the assets at its inputs and outputs."""
        placement = self._placement
        outputs = [made for output in step.outputs for made in self._outputs(step, output)]
        return replace(
            step,
            inputs=tuple(self._input(step, entry) for entry in step.inputs),
            outputs=tuple(outputs),
            checks=tuple(self._checks.get(step.name, ())),
            partitions=placement.partitions,
            backfill_policy=placement.backfill_policy,
            can_subset=placement.can_subset,
            unit=self._unit,
        )

    def _input(self, step: StepDefinition, entry: StepInput) -> StepInput:
        key = self._assets.get((step.name, entry.name))
        if key is None:
            return entry
        return replace(entry, asset=key, mapping=self._placement.mappings.get(key))

    def _outputs(self, step: StepDefinition, output: StepOutput) -> Sequence[StepOutput]:
        specs = self._specs.get((step.name, output.name))
        if not specs:
            return (output,)
        return [replace(output, spec=spec, has_own_deps=True) for spec in specs]
