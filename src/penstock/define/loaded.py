"""`LoadedDefinitions`: definitions that were found to be sound, ready to plan and to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from penstock.base.text import did_you_mean
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.describe import (
    dangling_input,
    describe_node,
    describe_spec,
    describe_step,
    missing_resource,
)
from penstock.define.resource_like import unmet_requirements
from penstock.define.spec import AssetSpec
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition
from penstock.errors import InvalidDefinitionError, InvalidDefinitionsError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetNode, CheckNode, JobNode, Manifest, StepNode
from penstock.model.retry import RetryPolicy
from penstock.plan.validate import problems

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

Declared = AssetsDefinition | AssetSpec | AssetChecksDefinition


@dataclass(frozen=True)
class LoadedDefinitions:
    """Definitions without a known problem.

    Attributes:
        nodes: The units of user code by name.
        resources: What `Definitions(resources=...)` and the assets' own `resource_defs` provide.
        external_metadata: What was declared of assets that are made elsewhere.
        jobs: The jobs that have steps of their own, each as definitions of those alone.
        declared: The assets, specs and checks, in order.
    """

    location: str
    manifest: Manifest
    nodes: Mapping[str, StepDefinition]
    resources: Mapping[str, object]
    external_metadata: Mapping[AssetKey, Mapping[str, object]] = field(
        default_factory=dict[AssetKey, Mapping[str, object]]
    )
    jobs: Mapping[str, LoadedDefinitions] = field(default_factory=dict[str, "LoadedDefinitions"])
    declared: Sequence[Declared] = ()

    @cached_property
    def graph(self) -> AssetGraph:
        """The one graph of the assets."""
        return AssetGraph(self.manifest)

    @cached_property
    def step_of(self) -> Mapping[AssetKey, StepDefinition]:
        """The unit of user code that makes each asset."""
        return {
            output.spec.key: node
            for node in self.nodes.values()
            for output in node.outputs
            if output.spec is not None
        }

    @cached_property
    def _definitions(self) -> Mapping[str, AssetsDefinition]:
        return {
            step.name: thing
            for thing in self.declared
            if not isinstance(thing, AssetSpec)
            for step in thing.steps
        }

    def definition_of(self, step: StepDefinition) -> AssetsDefinition | None:
        """Return the definition that a step belongs to; None for a job's own step."""
        return self._definitions.get(step.name)

    @cached_property
    def unit_names(self) -> frozenset[str]:
        """The names of all functions and graphs, as run config has them under `ops`."""
        return frozenset(name.partition(".")[0] for name in self.nodes)

    def with_settings(
        self, *, hooks: frozenset[HookDefinition], retry: RetryPolicy | None
    ) -> LoadedDefinitions:
        """Return the same with hooks on every step, and a retry policy for those without one."""
        if not hooks and retry is None:
            return self
        nodes = {
            name: replace(node, hooks=node.hooks | hooks, retry=node.retry or retry)
            for name, node in self.nodes.items()
        }
        steps = [
            step if step.retry is not None else msgspec.structs.replace(step, retry=retry)
            for step in self.manifest.nodes
        ]
        manifest = msgspec.structs.replace(self.manifest, nodes=tuple(steps))
        return replace(self, nodes=nodes, manifest=manifest)

    def code_of(self, job: str) -> LoadedDefinitions:
        """Return what runs of a job are made of: its own steps, or else the assets."""
        return self.jobs.get(job, self)


def steps_alone(
    name: str, steps: Sequence[StepDefinition], *, resources: Mapping[str, object]
) -> LoadedDefinitions:
    """Return a job's own steps as definitions without assets."""
    return LoadedDefinitions(
        location=name,
        manifest=Manifest(location=name, nodes=tuple(describe_step(step) for step in steps)),
        nodes={step.name: step for step in steps},
        resources=resources,
    )


def load(
    declared: Sequence[Declared],
    *,
    resources: Mapping[str, object],
    location: str,
    jobs: Sequence[JobNode] = (),
    code: Mapping[str, LoadedDefinitions] | None = None,
    allow_dangling: bool = False,
) -> LoadedDefinitions:
    """Make sure that definitions are sound, and gather them.

    Args:
        declared: The assets, specs and checks, in order.
        resources: The resources by key.
        location: The name of the code location.
        jobs: The declared jobs.
        code: The jobs that have steps of their own, each as definitions of those alone.
        allow_dangling: Whether a parameter may name an asset that nobody declares, which then
            counts as made elsewhere.

    Raises:
        InvalidDefinitionsError: Listing every problem.
    """
    provided, faults = _gather_resources(declared, resources)
    faults.extend(_duplicate_jobs(jobs))
    faults.extend(unmet_requirements(provided))
    gathered = _Gathered()
    for thing in _unique(declared):
        gathered.add(thing)
    manifest = Manifest(
        location=location,
        assets=tuple(gathered.assets),
        checks=tuple(gathered.checks),
        nodes=tuple(gathered.steps),
        jobs=tuple(jobs),
    )
    faults.extend(gathered.faults)
    faults.extend(
        _node_problems(gathered.units, gathered.assets, provided, allow_dangling=allow_dangling)
    )
    graph = AssetGraph(manifest)
    faults.extend(problems(manifest, graph))
    if faults:
        raise InvalidDefinitionsError(faults)
    loaded = LoadedDefinitions(
        location,
        manifest,
        gathered.nodes,
        provided,
        gathered.external_metadata,
        code or {},
        tuple(declared),
    )
    loaded.__dict__["graph"] = graph
    return loaded


class _Gathered:
    """What definitions amount to, taken in one after another."""

    def __init__(self) -> None:
        self.nodes: dict[str, StepDefinition] = {}
        self.units: list[StepDefinition] = []
        self.steps: list[StepNode] = []
        self.assets: list[AssetNode] = []
        self.checks: list[CheckNode] = []
        self.external_metadata: dict[AssetKey, Mapping[str, object]] = {}
        self.faults: list[str] = []

    def add(self, thing: Declared) -> None:
        if isinstance(thing, AssetSpec):
            self._add_external(thing)
            return
        for step in thing.steps:
            self._add_step(step)
        if not thing.steps:
            for spec in thing.specs:
                self._add_external(spec)

    def _add_external(self, spec: AssetSpec) -> None:
        self.assets.append(describe_spec(spec))
        self.external_metadata[spec.key] = spec.metadata

    def _add_step(self, step: StepDefinition) -> None:
        described, made, looked_at = describe_node(step)
        known = self.nodes.setdefault(step.name, step)
        if known is step:
            self.steps.append(described)
        elif not _same_assets(known, step):
            self.faults.append(f"Two functions are named '{step.name}'. Give one of them name=...")
        self.units.append(step)
        self.assets.extend(made)
        self.checks.extend(looked_at)


def _unique(declared: Sequence[Declared]) -> Iterable[Declared]:
    """Drop what is listed twice as the very same object, as loading from two modules does."""
    seen: set[int] = set()
    for thing in declared:
        if id(thing) not in seen:
            seen.add(id(thing))
            yield thing


def _same_assets(one: StepDefinition, other: StepDefinition) -> bool:
    """Whether two units make the same assets: then the duplicate keys are the problem to name."""
    return _made_or_checked(one) == _made_or_checked(other)


def _made_or_checked(step: StepDefinition) -> set[AssetKey] | set[AssetCheckKey]:
    made = {output.spec.key for output in step.outputs if output.spec is not None}
    return made or {check.key for check in step.checks}


def _duplicate_jobs(jobs: Sequence[JobNode]) -> list[str]:
    names = [job.name for job in jobs]
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
                    f"'{thing.name}' has a resource '{key}' of its own, which differs from "
                    "the one of the same key elsewhere. Rename one of them."
                )
    return found, faults


def _node_problems(
    nodes: Iterable[StepDefinition],
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
            if entry.asset is not None and entry.asset not in known:
                near = did_you_mean(str(entry.asset), [str(k) for k in known])
                faults.append(dangling_input(node, entry.name, entry.asset, near))
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
