"""`LoadedDefinitions`: definitions that were found to be sound, ready to plan and to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from penstock.base.text import did_you_mean
from penstock.define.describe import (
    dangling_input,
    describe_node,
    describe_spec,
    missing_resource,
)
from penstock.define.node import (
    DEFAULT_IO_MANAGER,
    AssetChecksDefinition,
    AssetsDefinition,
    NodeDefinition,
)
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError, InvalidDefinitionsError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetNode, CheckNode, Manifest, StepNode
from penstock.plan.validate import problems


@dataclass(frozen=True)
class LoadedDefinitions:
    """Definitions without a known problem.

    Attributes:
        nodes: The units of user code by name.
        resources: What `Definitions(resources=...)` and the assets' own `resource_defs` provide.
    """

    location: str
    manifest: Manifest
    nodes: Mapping[str, NodeDefinition]
    resources: Mapping[str, object]

    @cached_property
    def graph(self) -> AssetGraph:
        """The one graph of the assets."""
        return AssetGraph(self.manifest)

    @cached_property
    def node_of(self) -> Mapping[AssetKey, NodeDefinition]:
        """The unit of user code that makes each asset."""
        return {o.spec.key: node for node in self.nodes.values() for o in node.outputs}


Declared = AssetsDefinition | AssetSpec | AssetChecksDefinition


def load(
    declared: Sequence[Declared],
    *,
    resources: Mapping[str, object],
    location: str,
    jobs: Sequence[tuple[str, str]] = (),
    allow_dangling: bool = False,
) -> LoadedDefinitions:
    """Make sure that definitions are sound, and gather them.

    Args:
        declared: The assets, specs and checks, in order.
        resources: The resources by key.
        location: The name of the code location.
        jobs: Names and selections of the declared jobs.
        allow_dangling: Whether a parameter may name an asset that nobody declares, which then
            counts as made elsewhere.

    Raises:
        InvalidDefinitionsError: Listing every problem.
    """
    provided, faults = _gather_resources(declared, resources)
    faults.extend(_duplicate_jobs(jobs))
    nodes: dict[str, NodeDefinition] = {}
    units: list[NodeDefinition] = []
    steps: list[StepNode] = []
    assets: list[AssetNode] = []
    checks: list[CheckNode] = []
    for thing in _unique(declared):
        if isinstance(thing, AssetSpec):
            assets.append(describe_spec(thing))
            continue
        step, made, looked_at = describe_node(thing.node)
        if step.name in nodes and not _same_assets(nodes[step.name], thing.node):
            faults.append(f"Two functions are named '{step.name}'. Give one of them name=...")
        if nodes.setdefault(step.name, thing.node) is thing.node:
            steps.append(step)
        units.append(thing.node)
        assets.extend(made)
        checks.extend(looked_at)
    manifest = Manifest(
        location=location,
        assets=tuple(assets),
        checks=tuple(checks),
        nodes=tuple(steps),
        jobs=tuple(jobs),
    )
    faults.extend(_node_problems(units, assets, provided, allow_dangling=allow_dangling))
    faults.extend(problems(manifest))
    if faults:
        raise InvalidDefinitionsError(faults)
    return LoadedDefinitions(location, manifest, nodes, provided)


def _unique(declared: Sequence[Declared]) -> Iterable[Declared]:
    """Drop what is listed twice as the very same object, as loading from two modules does."""
    seen: set[int] = set()
    for thing in declared:
        if id(thing) not in seen:
            seen.add(id(thing))
            yield thing


def _same_assets(one: NodeDefinition, other: NodeDefinition) -> bool:
    """Whether two units make the same assets: then the duplicate keys are the problem to name."""
    ours = {o.spec.key for o in one.outputs} or {c.key for c in one.checks}
    return ours == ({o.spec.key for o in other.outputs} or {c.key for c in other.checks})


def _duplicate_jobs(jobs: Sequence[tuple[str, str]]) -> list[str]:
    names = [name for name, _ in jobs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return [f"Job '{name}' is defined twice. Rename one of them." for name in repeated]


def _gather_resources(
    declared: Sequence[Declared], resources: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    found = dict(resources)
    faults: list[str] = []
    for thing in declared:
        if isinstance(thing, AssetSpec):
            continue
        for key, value in thing.resource_defs.items():
            if found.setdefault(key, value) is not value:
                faults.append(
                    f"'{thing.node.name}' has a resource '{key}' of its own, which differs from "
                    "the one of the same key elsewhere. Rename one of them."
                )
    return found, faults


def _node_problems(
    nodes: Iterable[NodeDefinition],
    assets: Sequence[AssetNode],
    resources: Mapping[str, object],
    *,
    allow_dangling: bool,
) -> list[str]:
    faults: list[str] = []
    known = {asset.key for asset in assets}
    for node in nodes:
        wanted = set(node.resource_keys)
        wanted.update(o.manager for o in node.outputs if not o.returns_nothing)
        wanted.update(entry.manager for entry in node.inputs if entry.manager)
        faults.extend(
            missing_resource(node, key, resources)
            for key in sorted(wanted)
            if key not in resources and key != DEFAULT_IO_MANAGER
        )
        if allow_dangling:
            continue
        for entry in node.inputs:
            if entry.key not in known:
                near = did_you_mean(str(entry.key), [str(k) for k in known])
                faults.append(dangling_input(node, entry.name, entry.key, near))
    return faults


def flatten(things: Iterable[object]) -> list[Declared]:
    """Sort out what was given as assets: definitions, specs, and lists of them.

    Raises:
        InvalidDefinitionError: Something is none of these.
    """
    found: list[Declared] = []
    for thing in things:
        if isinstance(thing, (AssetsDefinition, AssetSpec, AssetChecksDefinition)):
            found.append(thing)
        elif isinstance(thing, (list, tuple)):
            found.extend(flatten(thing))  # pyright: ignore[reportUnknownArgumentType]
        else:
            raise InvalidDefinitionError(
                f"{thing!r} is not an asset. Give functions decorated with @asset, @multi_asset or "
                "@asset_check, or AssetSpecs."
            )
    return found
