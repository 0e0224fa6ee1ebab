"""The graph of ops that a job of assets amounts to: what makes them, and what feeds what.

Only for those who look: runs are planned from the graph of assets, and never from this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.dependency import (
    DependencyDefinition,
    IDependencyDefinition,
    NodeHandle,
    NodeInvocation,
)
from penstock.define.graph import GraphDefinition
from penstock.define.loaded import LoadedDefinitions
from penstock.define.op import OpDefinition
from penstock.model.keys import AssetKey
from penstock.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class _Unit:
    """A definition that the plan runs, or a part of one; `keys` are the assets that it makes."""

    name: str
    definition: AssetsDefinition
    node: OpDefinition | GraphDefinition
    keys: AbstractSet[AssetKey]


def graph_of_plan(name: str, plan: Plan, loaded: LoadedDefinitions) -> GraphDefinition:
    """Return the ops and graphs that a plan runs, connected where one makes what another reads.

    Args:
        name: The name of the graph.
        plan: The steps of the job.
        loaded: The definitions that they come from.
    """
    units = _units(plan, loaded)
    makers = {key: unit for unit in units for key in unit.keys}
    made = GraphDefinition(
        name,
        node_defs=[unit.node for unit in units],
        dependencies={_invocation(unit): _edges(unit, makers) for unit in units},
    )
    made.node_defs = [unit.node for unit in units]  # one for each time that it runs
    return made


def _units(plan: Plan, loaded: LoadedDefinitions) -> Sequence[_Unit]:
    found: dict[str, _Unit] = {}
    for step in plan.steps:
        definition = loaded.definition_of(loaded.nodes[step.node])
        node = definition.node_def if definition is not None else None
        if definition is None or not isinstance(node, (OpDefinition, GraphDefinition)):
            continue
        name = step.key if loaded.nodes[step.node].unit is None else node.name
        known = found[name].keys if name in found else frozenset[AssetKey]()
        made = known | {asset.key for asset in step.assets}
        found[name] = _Unit(name, definition, node, made)
    return list(found.values())


def _invocation(unit: _Unit) -> NodeInvocation:
    name = unit.node.name
    return NodeInvocation(name, alias=None if unit.name == name else unit.name)


def _edges(unit: _Unit, makers: Mapping[AssetKey, _Unit]) -> Mapping[str, IDependencyDefinition]:
    read = {dep for key in unit.keys for dep in unit.definition.asset_deps[key]}
    found: dict[str, IDependencyDefinition] = {}
    for name, key in unit.definition.node_keys_by_input_name.items():
        maker = makers.get(key)
        if maker is None or maker is unit or (unit.keys and key not in read):
            continue
        output = maker.definition.get_output_name_for_asset_key(key)
        found[name] = DependencyDefinition(maker.name, output)
    return found


class JobAssetLayer:
    """Where the assets of a job are among its ops.

    Attributes:
        executable_asset_keys: The assets that the job makes.
    """

    def __init__(
        self, loaded: LoadedDefinitions, executable_asset_keys: AbstractSet[AssetKey]
    ) -> None:
        self.executable_asset_keys = executable_asset_keys
        self._loaded = loaded

    def upstream_dep_op_handles(self, asset_key: AssetKey) -> set[NodeHandle]:
        """Return the ops that run to make an asset, from the next assets upstream on.

        Raises:
            KeyError: No op makes it.
        """
        nodes = self._loaded.nodes
        step = self._loaded.step_of[asset_key]
        pending = [(step.name, step.output_of(asset_key).name)]
        found: dict[str, None] = {}
        while pending:
            name, output = pending.pop()
            made = next((o.spec for o in nodes[name].outputs if o.name == output), None)
            if made is not None and made.key != asset_key:
                continue
            found[name] = None
            pending += [(n.step, n.output or "") for n in nodes[name].needs if n.step not in found]
        return {NodeHandle.from_string(name) for name in found}
