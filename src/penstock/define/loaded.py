"""`LoadedDefinitions`: definitions that were found to be sound, ready to plan and to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from penstock.base.memory import collection_paused
from penstock.base.text import did_you_mean
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.describe import (
    dangling_input,
    describe_asset,
    describe_node,
    describe_step,
    missing_resource,
)
from penstock.define.resource_like import unmet_requirements
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import SYSTEM_METADATA_KEY_IO_MANAGER_KEY, AssetSpec
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition
from penstock.errors import InvalidDefinitionError, InvalidDefinitionsError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import (
    AssetNode,
    CheckNode,
    JobNode,
    Manifest,
    ScheduleNode,
    SensorNode,
    StepNode,
)
from penstock.model.retry import RetryPolicy
from penstock.plan.validate import problems

if TYPE_CHECKING:
    from penstock.define.executor import ExecutorDefinition
    from penstock.define.hook import HookDefinition
    from penstock.define.job_definition import JobDefinition

Declared = AssetsDefinition | AssetSpec | AssetChecksDefinition


def _no_job(name: str) -> None:
    del name


@dataclass(frozen=True)
class LoadedDefinitions:
    """Definitions without a known problem.

    Attributes:
        nodes: The units of user code by name.
        resources: What `Definitions(resources=...)` and the assets' own `resource_defs` provide.
        external_metadata: What was declared of assets that are made elsewhere.
        jobs: The jobs that have steps of their own, each as definitions of those alone.
        declared: The assets, specs and checks, in order.
        executor: What runs the steps of jobs that say nothing else.
        job_named: Returns a declared job, resolved; None if no job is declared of that name.
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
    executor: ExecutorDefinition | None = None
    job_named: Callable[[str], JobDefinition | None] = field(default=_no_job, compare=False)

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

    def manager_of(self, key: AssetKey) -> str:
        """Return the resource that stores and loads an asset, made here or elsewhere."""
        step = self.step_of.get(key)
        if step is not None:
            return step.output_of(key).manager
        return external_manager(self.external_metadata.get(key, {})) or DEFAULT_IO_MANAGER

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
            name: msgspec.structs.replace(node, hooks=node.hooks | hooks, retry=node.retry or retry)
            for name, node in self.nodes.items()
        }
        steps = [
            step if step.retry is not None else msgspec.structs.replace(step, retry=retry)
            for step in self.manifest.nodes
        ]
        manifest = msgspec.structs.replace(self.manifest, nodes=tuple(steps))
        return replace(self, nodes=nodes, manifest=manifest)

    def with_resources(self, resources: Mapping[str, object]) -> LoadedDefinitions:
        """Return the same with more resources; those that it has already stay."""
        return replace(self, resources={**resources, **self.resources}) if resources else self

    def code_of(self, job: str) -> LoadedDefinitions:
        """Return what runs of a job are made of: its own steps, or else the assets."""
        return self.jobs.get(job, self)


def steps_alone(
    name: str,
    steps: Sequence[StepDefinition],
    *,
    resources: Mapping[str, object],
    assets: Sequence[AssetSpec] = (),
) -> LoadedDefinitions:
    """Return a job's own steps as definitions, with the assets that they load and nothing else."""
    return LoadedDefinitions(
        location=name,
        manifest=Manifest(
            location=name,
            assets=tuple(describe_asset(spec) for spec in assets),
            nodes=tuple(describe_step(step) for step in steps),
        ),
        external_metadata={spec.key: spec.metadata for spec in assets},
        nodes={step.name: step for step in steps},
        resources=resources,
    )


@collection_paused()
def load(
    declared: Sequence[Declared],
    *,
    resources: Mapping[str, object],
    location: str,
    jobs: Sequence[JobNode] = (),
    schedules: Sequence[ScheduleNode] = (),
    sensors: Sequence[SensorNode] = (),
    code: Mapping[str, LoadedDefinitions] | None = None,
    allow_dangling: bool = False,
    resources_follow: bool = False,
) -> LoadedDefinitions:
    """Make sure that definitions are sound, and gather them.

    Args:
        declared: The assets, specs and checks, in order.
        resources: The resources by key.
        location: The name of the code location.
        jobs: The declared jobs.
        schedules: The declared schedules.
        sensors: The declared sensors.
        code: The jobs that have steps of their own, each as definitions of those alone.
        allow_dangling: Whether a parameter may name an asset that nobody declares, which then
            counts as made elsewhere.
        resources_follow: Whether resources are given later, so that none is missing here.

    Raises:
        InvalidDefinitionsError: Listing every problem.
    """
    provided, faults = _gather_resources(declared, resources)
    faults.extend(_duplicate_jobs(jobs))
    faults.extend(unmet_requirements(provided))
    gathered = _gather(declared)
    near: Mapping[str, Mapping[AssetKey, AssetKey]] = {} if allow_dangling else _nearby(gathered)
    if near:
        declared = [_redirected(thing, near) for thing in declared]
        gathered = _gather(declared)
    manifest = Manifest(
        location=location,
        assets=tuple(gathered.assets),
        checks=tuple(gathered.checks),
        nodes=tuple(gathered.steps),
        jobs=tuple(jobs),
        schedules=tuple(schedules),
        sensors=tuple(sensors),
    )
    faults.extend(gathered.faults)
    if not resources_follow:
        for node, own in gathered.units:
            faults.extend(missing_resources(node, {**resources, **own} if own else resources))
        faults.extend(_missing_managers(gathered.external_metadata, provided))
    if not allow_dangling:
        faults.extend(_dangling_inputs(gathered))
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
        self.units: list[tuple[StepDefinition, Mapping[str, object]]] = []
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
            self._add_step(step, thing.resource_defs)
        if not thing.steps:
            for spec in thing.specs:
                self._add_external(spec)

    def _add_external(self, spec: AssetSpec) -> None:
        self.assets.append(describe_asset(spec))
        self.external_metadata[spec.key] = spec.metadata

    def _add_step(self, step: StepDefinition, own_resources: Mapping[str, object]) -> None:
        described, made, looked_at = describe_node(step)
        known = self.nodes.setdefault(step.name, step)
        if known is step:
            self.steps.append(described)
        elif not _same_assets(known, step):
            self.faults.append(f"Two functions are named '{step.name}'. Give one of them name=...")
        self.units.append((step, own_resources))
        self.assets.extend(made)
        self.checks.extend(looked_at)


def _gather(declared: Sequence[Declared]) -> _Gathered:
    gathered = _Gathered()
    for thing in _unique(declared):
        gathered.add(thing)
    return gathered


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


def _dangling_inputs(gathered: _Gathered) -> Iterable[str]:
    known = {asset.key for asset in gathered.assets}
    for node, _ in gathered.units:
        for entry in node.inputs:
            if entry.asset is not None and entry.asset not in known and not entry.is_nothing:
                near = did_you_mean(str(entry.asset), [str(k) for k in known])
                yield dangling_input(node, entry.name, entry.asset, near)


def _nearby(gathered: _Gathered) -> Mapping[str, Mapping[AssetKey, AssetKey]]:
    """Find the assets that units mean by a bare name: of that name, in the same group.

    Returns:
        By unit the keys to replace, where nobody declares the asset that was named.
    """
    known = {asset.key for asset in gathered.assets}
    open_ends = [
        (asset, asset.node, dep.key)
        for asset in gathered.assets
        if asset.node is not None
        for dep in asset.deps
        if dep.key not in known and len(dep.key.path) == 1
    ]
    if not open_ends:
        return {}
    named: dict[tuple[str, str], list[AssetKey]] = {}
    for each in gathered.assets:
        named.setdefault((each.group, each.key.path[-1]), []).append(each.key)
    meant: dict[tuple[str, AssetKey], set[AssetKey | None]] = {}
    for asset, node, key in open_ends:
        alike = [k for k in named.get((asset.group, key.path[0]), []) if k != asset.key]
        meant.setdefault((node, key), set()).add(alike[0] if len(alike) == 1 else None)
    found: dict[str, dict[AssetKey, AssetKey]] = {}
    for (node, key), keys in meant.items():
        one = next(iter(keys))
        if len(keys) == 1 and one is not None:
            found.setdefault(node, {})[key] = one
    return found


def _redirected(thing: Declared, near: Mapping[str, Mapping[AssetKey, AssetKey]]) -> Declared:
    if isinstance(thing, AssetSpec):
        return thing
    renames = {old: new for step in thing.steps for old, new in near.get(step.name, {}).items()}
    return thing.with_attributes(asset_key_replacements=renames) if renames else thing


def external_manager(metadata: Mapping[str, object]) -> str | None:
    """Return the IO manager that the declaration of an asset made elsewhere names."""
    found = metadata.get(SYSTEM_METADATA_KEY_IO_MANAGER_KEY)
    return found if isinstance(found, str) else None


def _missing_managers(
    external: Mapping[AssetKey, Mapping[str, object]], resources: Mapping[str, object]
) -> Iterable[str]:
    for asset, metadata in external.items():
        key = external_manager(metadata) if metadata else None
        if key is not None and key != DEFAULT_IO_MANAGER and key not in resources:
            yield (
                f"IO manager '{key}', which loads asset '{asset}', is missing. Add it to "
                f"Definitions(resources={{'{key}': ...}})."
            )


def missing_resources(node: StepDefinition, resources: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a unit of user code whose resources are not all there."""
    wanted = set(node.resource_keys)
    wanted.update(o.manager for o in node.outputs if not o.returns_nothing)
    wanted.update(entry.manager for entry in node.inputs if entry.manager)
    return [
        missing_resource(node, key, resources)
        for key in sorted(wanted.difference(resources, (DEFAULT_IO_MANAGER,)))
    ]


def flatten(things: Iterable[object]) -> list[Declared]:
    """Sort out what was given as assets: definitions, specs, and lists of them.

    Raises:
        InvalidDefinitionError: Something is none of these.
    """
    found: list[Declared] = []
    for thing in things:
        if isinstance(thing, (AssetsDefinition, AssetSpec, AssetChecksDefinition)):
            found.append(thing)
        elif isinstance(thing, SourceAsset):
            found.append(AssetsDefinition.of_source(thing))
        elif isinstance(thing, (list, tuple)):
            found.extend(flatten(thing))  # pyright: ignore[reportUnknownArgumentType]
        else:
            raise InvalidDefinitionError(
                f"{thing!r} is not an asset. Give functions decorated with @asset, @multi_asset or "
                "@asset_check, or AssetSpecs."
            )
    return found
