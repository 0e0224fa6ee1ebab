"""The decorator `job`, `define_asset_job`, and the jobs made of selections of assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self, overload

from penstock.base.text import listed
from penstock.base.warnings import deprecation_warning
from penstock.config.run_config import RunConfig
from penstock.define.definition_graph import DefinedAssetGraph
from penstock.define.graph import GraphDefinition, graph_of
from penstock.define.job_definition import JobDefinition as JobDefinition
from penstock.define.job_facts import (
    JobConfig,
    JobFacts,
    checked_condition,
    checked_config_partitions,
    job_facts,
)
from penstock.define.job_graph import JobAssetLayer, graph_of_plan
from penstock.define.loaded import LoadedDefinitions, missing_resources
from penstock.define.run_request import RunRequest, run_request_for_partition
from penstock.define.step import StepDefinition
from penstock.errors import (
    InvalidDefinitionError,
    InvalidDefinitionsError,
    InvalidInvocationError,
    InvalidSubsetError,
)
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.context import DynamicPartitionsStore
from penstock.partitions.definition import PartitionsDefinition
from penstock.plan.build import build_plan, check_parts
from penstock.plan.plan import Plan

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

Function = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedAssetJob:
    """A job over a selection that is resolved when the definitions are loaded."""

    selection: AssetSelection
    facts: JobFacts

    @property
    def name(self) -> str:
        """The name."""
        return self.facts.name

    @property
    def description(self) -> str | None:
        """What the job is for."""
        return self.facts.description

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the job."""
        return self.facts.tags

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The tags of its runs."""
        own = self.facts.own_run_tags
        return dict(self.facts.tags) if own is None else dict(own)

    @property
    def config(self) -> Mapping[str, object] | None:
        """The config that runs begin with."""
        return self.facts.run_config

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """What its runs can be split by, if the job says."""
        return self.facts.partitions_def

    @property
    def executor_def(self) -> object:
        """What carries out the steps of its runs."""
        return self.facts.executor

    @property
    def hooks(self) -> frozenset[HookDefinition]:
        """The hooks of every step."""
        return self.facts.hooks

    @property
    def op_retry_policy(self) -> RetryPolicy | None:
        """The retry policy of steps that have none."""
        return self.facts.retry

    @property
    def owners(self) -> Sequence[str]:
        """Who is responsible."""
        return self.facts.owners

    @property
    def automation_condition(self) -> object:
        """When to run it by itself."""
        return self.facts.automation_condition

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, object] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_config: Mapping[str, object] | RunConfig | None = None,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> RunRequest:
        """Request a run of one partition of the job; it has to say what its partitions are.

        Raises:
            ParameterCheckError: The job does not say what its partitions are.
            UnknownPartitionError: It has no such partition.
        """
        return run_request_for_partition(
            self,
            partition_key,
            run_key=run_key,
            tags=tags,
            asset_selection=asset_selection,
            run_config=run_config,
            current_time=current_time,
            dynamic_partitions_store=dynamic_partitions_store,
        )

    def resolved(self, loaded: LoadedDefinitions) -> AssetJobDefinition:
        """Return the job over the assets that its selection has in some definitions."""
        return AssetJobDefinition(self, loaded)

    def resolve(
        self,
        asset_graph: AssetGraph,
        default_executor_def: object = None,
        resource_defs: Mapping[str, object] | None = None,
    ) -> AssetJobDefinition:
        """Return the job over the assets that its selection has in a graph.

        Args:
            asset_graph: The assets.
            default_executor_def: What carries out the steps, if the job does not say.
            resource_defs: The resources that the assets lack.

        Raises:
            InvalidSubsetError: The selection names an asset that does not exist.
            InvalidDefinitionsError: An asset of the job needs a resource that is not there.
        """
        loaded = DefinedAssetGraph.behind(asset_graph).loaded
        made = self.resolved(loaded.with_resources(resource_defs or {}))
        made.check_resources()
        if default_executor_def is None or made.has_specified_executor:
            return made
        return made.with_executor_def(default_executor_def)


def define_asset_job(
    name: str,
    selection: CoercibleToAssetSelection | None = None,
    config: JobConfig | None = None,
    description: str | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    executor_def: object = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: object = None,
) -> UnresolvedAssetJob:
    """Declare a job that makes the assets of a selection.

    Args:
        name: The job's name.
        selection: An `AssetSelection`, its text, or keys or assets; every asset if None.
        config: The run config that its runs begin with, by partition or by a mapping if so given.
        description: What the job is for.
        tags: Tags of the job, and of its runs unless `run_tags` is given.
        run_tags: Tags of its runs.
        metadata: Facts about the job.
        partitions_def: What its runs can be split by; that of the assets if None.
        executor_def: What carries out the steps of its runs.
        hooks: Hooks of every step.
        op_retry_policy: The retry policy of steps that have none.
        owners: Who is responsible.
        automation_condition: When to run it by itself.

    Raises:
        InvalidDefinitionError: A name, a tag or the config is not valid.
    """
    if partitions_def is not None:
        deprecation_warning(
            "Parameter `partitions_def` of `define_asset_job`",
            "2.0.0",
            "A job has the partitions of its assets, so leave it out.",
        )
    chosen = AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection)
    return UnresolvedAssetJob(
        selection=chosen,
        facts=job_facts(
            name,
            config=config,
            description=description,
            tags=tags,
            run_tags=run_tags,
            metadata=metadata,
            partitions_def=partitions_def,
            executor_def=executor_def,
            hooks=hooks,
            op_retry_policy=op_retry_policy,
            owners=owners,
            automation_condition=automation_condition,
        ),
    )


class AssetJobDefinition(JobDefinition):
    """A job of assets whose selection is resolved.

    Raises:
        InvalidSubsetError: The selection names an asset that does not exist.
        InvalidDefinitionError: The assets are split in different ways.
        ParameterCheckError: The config is for other partitions than the assets have.
    """

    def __init__(self, job: UnresolvedAssetJob, loaded: LoadedDefinitions) -> None:
        self._loaded = loaded.with_settings(hooks=job.hooks, retry=job.op_retry_policy)
        self._set(job.facts, None, {}, {})
        try:
            self._keys = frozenset(job.selection.resolve(loaded.graph))
            self._checks = frozenset(job.selection.resolve_checks(loaded.graph))
            check_parts(loaded.graph, self._keys, self._checks)
        except InvalidSubsetError as error:
            raise InvalidDefinitionError(f"Job '{job.name}': {error}") from error
        checked_condition(job.name, job.automation_condition)
        checked_config_partitions(job.facts, (loaded.graph.node(k).partitions for k in self._keys))
        self._own_partitions = job.facts.partitions_def or self._common_partitions()

    @cached_property
    def graph(self) -> GraphDefinition:  # pyright: ignore[reportIncompatibleVariableOverride] - made when somebody looks
        """The ops and graphs behind the assets, as they feed each other."""
        return graph_of_plan(self.name, self.plan, self._loaded)

    def check_resources(self) -> None:
        """Make sure that the resources that the job's assets and checks need are there.

        Raises:
            InvalidDefinitionsError: Naming each that is not.
        """
        resources = self._loaded.resources
        faults = [f for step in self.steps for f in missing_resources(step, resources)]
        if faults:
            raise InvalidDefinitionsError(faults)

    @cached_property
    def plan(self) -> Plan:  # pyright: ignore[reportIncompatibleMethodOverride] - kept once made
        """The plan of a whole run of it."""
        return build_plan(self._loaded.graph, self.asset_keys, checks=self._checks)

    @property
    def steps(self) -> Sequence[StepDefinition]:
        """The steps of the assets and checks, each after those that it needs."""
        return [self._loaded.nodes[step.node] for step in self.plan.steps]

    @property
    def asset_layer(self) -> JobAssetLayer:
        """Where the assets are among the ops."""
        return JobAssetLayer(self._loaded, self.asset_keys)

    @property
    def loaded(self) -> LoadedDefinitions:
        """The definitions whose assets the job makes."""
        return self._loaded

    @property
    def asset_keys(self) -> frozenset[AssetKey]:
        """The assets that the job makes."""
        return self._keys

    @property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that the job evaluates."""
        return self._checks

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """What its runs can be split by."""
        return self._own_partitions

    def _common_partitions(self) -> PartitionsDefinition | None:
        found: dict[PartitionsDefinition, AssetKey] = {}
        for key in sorted(self._keys):
            partitions = self._loaded.graph.node(key).partitions
            if partitions is not None:
                found.setdefault(partitions, key)
        if len(found) > 1:
            (one, first), (other, second), *_ = found.items()
            raise InvalidDefinitionError(
                f"Job '{self.name}' selects assets that have different partitions: '{first}' "
                f"({one.describe()}) and '{second}' ({other.describe()}). A run is for partitions "
                "of one kind only; make a job of each."
            )
        return next(iter(found), None)

    def get_subset(
        self,
        *,
        op_selection: Sequence[str] | None = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
        asset_check_selection: AbstractSet[AssetCheckKey] | None = None,
    ) -> Self:
        """Return the job with some of its assets and checks only.

        Args:
            op_selection: Refused: the job's parts are assets.
            asset_selection: The assets; all if neither assets nor checks are given.
            asset_check_selection: The checks; those of the assets if None.

        Raises:
            InvalidInvocationError: There is a selection of ops.
            InvalidSubsetError: An asset or check is not of this job.
        """
        if op_selection:
            raise InvalidInvocationError(
                f"Job '{self.name}' is made of assets, so op_selection cannot take a part of it. "
                "Use asset_selection."
            )
        if asset_selection is None and asset_check_selection is None:
            return self
        assets = frozenset(asset_selection or ())
        checks = asset_check_selection
        if checks is None:
            checks = {check for check in self._checks if check.asset_key in assets}
        strange = [*sorted(assets - self.asset_keys), *sorted(checks - self._checks, key=str)]
        if strange:
            raise InvalidSubsetError(
                f"Job '{self.name}' does not make or check {listed([str(s) for s in strange])}. "
                "Select among job.asset_keys and job.check_keys."
            )
        made = self._changed(self.facts)
        made._keys, made._checks = assets, frozenset(checks)
        check_parts(self._loaded.graph, assets, made._checks)
        for name in ("graph", "_plan"):
            made.__dict__.pop(name, None)
        return made


@overload
def job(compose_fn: Function) -> JobDefinition: ...


@overload
def job(
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: JobConfig | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    logger_defs: Mapping[str, object] | None = None,
    executor_def: object = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: PartitionsDefinition | None = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Function], JobDefinition]: ...


def job(
    compose_fn: Function | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: JobConfig | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    logger_defs: Mapping[str, object] | None = None,
    executor_def: object = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: PartitionsDefinition | None = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> JobDefinition | Callable[[Function], JobDefinition]:
    """Declare a job: the calls of ops and graphs in the function's body are its nodes.

    The body runs once, here, and does no work. See `graph`; what is returned does not count.

    Args:
        compose_fn: The function, where the decorator is used bare.
        name: The name; the function's if None.
        description: What the job is for; the docstring if None.
        resource_defs: The resources by key.
        config: The run config that runs begin with, by partition or by a mapping if so given.
        tags: Tags of the job, and of its runs unless `run_tags` is given.
        run_tags: Tags of its runs.
        metadata: Facts about the job.
        logger_defs: The loggers of its runs.
        executor_def: What carries out the steps of its runs.
        hooks: Hooks of every step.
        op_retry_policy: The retry policy of steps that have none.
        partitions_def: What its runs can be split by.
        input_values: Values of the function's parameters.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: A call makes no sense, or something of the job is not valid.
    """

    def decorate(function: Function) -> JobDefinition:
        graph = graph_of(
            function,
            decorator="job",
            name=name,
            description=description,
            ins=None,
            out=None,
            tags=None,
            config=None,
            returns=False,
        )
        return job_of_graph(
            graph,
            resource_defs=resource_defs,
            config=config,
            tags=tags,
            run_tags=run_tags,
            metadata=metadata,
            logger_defs=logger_defs,
            executor_def=executor_def,
            hooks=hooks,
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
            input_values=input_values,
            owners=owners,
        )

    return decorate if compose_fn is None else decorate(compose_fn)


def job_of_graph(
    graph: GraphDefinition,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: JobConfig | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    logger_defs: Mapping[str, object] | None = None,
    executor_def: object = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    op_selection: Sequence[str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    input_values: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: object = None,
) -> JobDefinition:
    """Make a job of a graph; see `GraphDefinition.to_job`."""
    made = JobDefinition(
        graph_def=graph,
        name=name,
        description=description,
        resource_defs=resource_defs,
        config=config,
        tags=tags,
        run_tags=run_tags,
        metadata=metadata,
        logger_defs=logger_defs,
        executor_def=executor_def,
        hook_defs=hooks,
        op_retry_policy=op_retry_policy,
        partitions_def=partitions_def,
        input_values=input_values,
        owners=owners,
        automation_condition=automation_condition,
    )
    return made.get_subset(op_selection=op_selection)
