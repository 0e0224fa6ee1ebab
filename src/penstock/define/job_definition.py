"""`JobDefinition`: something that can be run as a whole, with all that its runs begin with.

Owns what jobs of ops and jobs of assets have in common, and the steps of the former. What run
config may say of a job is `define/job_config.py`; running it is the business of `execute`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn, Self

from penstock.config.mapping import ConfigMapping
from penstock.config.run_config import RunConfig
from penstock.define import upcalls
from penstock.define.compile import CompiledGraph, compile_graph, origin_of_output
from penstock.define.dependency import (
    DependencyStructure,
    IDependencyDefinition,
    Node,
    NodeHandle,
    NodeInvocation,
)
from penstock.define.describe import describe_step
from penstock.define.graph import GraphDefinition
from penstock.define.job_checks import (
    check_connected,
    check_input_values,
    check_inputs_given,
    check_names,
    check_resource_keys,
    check_resources,
)
from penstock.define.job_facts import JobConfig, JobFacts, job_facts
from penstock.define.job_partitions import PartitionedRuns
from penstock.define.step import StepDefinition
from penstock.define.subset import selected_part, subset_graph
from penstock.define.types.annotations import check_distinct_names
from penstock.errors import (
    InvalidInvocationError,
    ParameterCheckError,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.plan.build import build_job_plan
from penstock.plan.plan import Plan

if TYPE_CHECKING:
    from penstock.define.dependency import NodeDefinition
    from penstock.define.hook import HookDefinition
    from penstock.define.loaded import LoadedDefinitions
    from penstock.define.types.definition import RuntimeType
    from penstock.execute.result import ExecuteInProcessResult


class JobDefinition(PartitionedRuns):
    """Something that can be run as a whole: a graph of ops; usually made by `@job`.

    Args:
        graph_def: The graph.
        resource_defs: The resources by key.
        executor_def: What carries out the steps of its runs.
        logger_defs: The loggers of its runs.
        name: The name; the graph's if None.
        config: The run config that runs begin with, by partition or by a mapping if so given.
        description: What the job is for; the graph's if None.
        partitions_def: What its runs can be split by.
        tags: Tags of the job, and of its runs unless `run_tags` is given.
        run_tags: Tags of its runs.
        metadata: Facts about the job.
        hook_defs: Hooks of every step.
        op_retry_policy: The retry policy of steps that have none.
        input_values: Values of the graph's inputs.
        owners: Who is responsible.
        automation_condition: When to run it by itself.

    Raises:
        InvalidDefinitionError: Something of it is not valid.
    """

    def __init__(
        self,
        *,
        graph_def: GraphDefinition,
        resource_defs: Mapping[str, object] | None = None,
        executor_def: object = None,
        logger_defs: Mapping[str, object] | None = None,
        name: str | None = None,
        config: JobConfig | None = None,
        description: str | None = None,
        partitions_def: PartitionsDefinition | None = None,
        tags: Mapping[str, object] | None = None,
        run_tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        hook_defs: AbstractSet[HookDefinition] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        input_values: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
        automation_condition: object = None,
    ) -> None:
        if not isinstance(graph_def, GraphDefinition):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"graph_def must be a graph, not {graph_def!r}.")
        if automation_condition is not None:
            raise ParameterCheckError(
                f"Job '{name or graph_def.name}' is made of ops, and an AutomationCondition asks "
                "about assets. Leave it out, or make a job of assets with define_asset_job."
            )
        facts = job_facts(
            name or graph_def.name,
            config=config,
            description=graph_def.description if description is None else description,
            tags={**graph_def.tags, **(tags or {})},
            run_tags=run_tags,
            metadata=metadata,
            partitions_def=partitions_def,
            executor_def=executor_def,
            logger_defs=logger_defs,
            hooks=hook_defs,
            op_retry_policy=op_retry_policy,
            owners=owners,
        )
        self._set(facts, graph_def, dict(resource_defs or {}), dict(input_values or {}))
        check_resource_keys(self.name, self.resource_defs)
        check_input_values(self.name, graph_def, self.input_values)
        check_names(graph_def)
        check_distinct_names(graph_def.all_dagster_types())
        check_connected(graph_def)
        assert self.compiled
        if resource_defs:
            check_resources(self.name, self.steps, self.resource_defs)

    def _set(
        self,
        facts: JobFacts,
        graph: GraphDefinition | None,
        resources: Mapping[str, object],
        input_values: Mapping[str, object],
    ) -> None:
        self.facts = facts
        if graph is not None:
            self.graph = graph
        self.resource_defs = resources
        self.input_values = input_values
        self.op_selection: frozenset[str] | None = None
        self.resolved_op_selection: frozenset[str] | None = None

    @property
    def loaded(self) -> LoadedDefinitions | None:
        """The definitions whose assets the job makes; None for a job of ops."""
        return None

    @property
    def asset_keys(self) -> frozenset[AssetKey]:
        """The assets that the job makes; none for a job of ops."""
        return frozenset()

    @property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that the job evaluates; none in a job of ops."""
        return frozenset()

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
        return dict(self.facts.tags)

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The tags of its runs."""
        own = self.facts.own_run_tags
        return dict(self.facts.tags) if own is None else dict(own)

    @property
    def has_separately_defined_run_tags(self) -> bool:
        """Whether the tags of its runs are not those of the job."""
        return self.facts.own_run_tags is not None

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about the job."""
        return self.facts.metadata

    @property
    def owners(self) -> Sequence[str]:
        """Who is responsible."""
        return list(self.facts.owners)

    @property
    def hook_defs(self) -> frozenset[HookDefinition]:
        """The hooks of every step."""
        return self.facts.hooks

    @property
    def op_retry_policy(self) -> RetryPolicy | None:
        """The retry policy of steps that have none."""
        return self.facts.retry

    @property
    def executor_def(self) -> object:
        """What carries out the steps of its runs; None if the job does not say."""
        return self.facts.executor

    @property
    def has_specified_executor(self) -> bool:
        """Whether the job says what carries out the steps of its runs."""
        return self.facts.executor is not None

    @property
    def loggers(self) -> Mapping[str, object]:
        """The loggers of its runs."""
        return self.facts.loggers or {}

    @property
    def has_specified_loggers(self) -> bool:
        """Whether the job names loggers."""
        return self.facts.loggers is not None

    @property
    def config_mapping(self) -> ConfigMapping | None:
        """How the job's own config becomes run config."""
        return self.facts.mapping

    @property
    def run_config(self) -> Mapping[str, object] | None:
        """The config that runs begin with; None if there is none."""
        return self.facts.run_config

    @property
    def automation_condition(self) -> object:
        """When to run it by itself."""
        return self.facts.automation_condition

    @property
    def is_subset(self) -> bool:
        """Whether it is a part of another job."""
        return self.op_selection is not None

    @cached_property
    def compiled(self) -> CompiledGraph:
        """The graph as steps."""
        return compile_graph(self.graph, hooks=self.hook_defs, retry=self.op_retry_policy)

    @property
    def steps(self) -> Sequence[StepDefinition]:
        """The steps of its own, each after those that it needs; none for a job of assets."""
        return self.compiled.steps

    @property
    def plan(self) -> Plan:
        """The plan of a whole run of it."""
        return build_job_plan([describe_step(step) for step in self.steps])

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes of the graph."""
        return self.graph.nodes

    @property
    def dependency_structure(self) -> DependencyStructure:
        """The edges of the graph."""
        return self.graph.dependency_structure

    @property
    def dependencies(
        self,
    ) -> Mapping[NodeInvocation, Mapping[str, IDependencyDefinition]]:
        """What the graph was given as its edges."""
        return self.graph.dependencies

    def node_named(self, name: str) -> Node:
        """Return a node of the graph."""
        return self.graph.node_named(name)

    def has_node_named(self, name: str) -> bool:
        """Tell whether the graph has a node of that name."""
        return self.graph.has_node_named(name)

    def get_node(self, handle: NodeHandle) -> Node:
        """Return the node at a place, at any depth."""
        return self.graph.get_node(handle)

    def has_node(self, name: str) -> bool:
        """Tell whether the job is made of an op or graph of that name, at any depth."""
        return any(each.name == name for each in self.all_node_defs)

    def all_dagster_types(self) -> Iterable[RuntimeType]:
        """Return the types of inputs and outputs, at any depth, each once."""
        return self.graph.all_dagster_types()

    @property
    def all_node_defs(self) -> Sequence[NodeDefinition]:
        """The graph and what it is made of, at any depth, each once."""
        return list({id(each): each for each in self.graph.iterate_node_defs()}.values())

    def node_def_named(self, name: str) -> NodeDefinition:
        """Return an op or graph that the job is made of, at any depth.

        Raises:
            ParameterCheckError: There is none of that name.
        """
        for each in self.all_node_defs:
            if each.name == name:
                return each
        raise ParameterCheckError(f"Job '{self.name}' has no op or graph '{name}'.")

    @cached_property
    def required_resource_keys(self) -> set[str]:
        """The resources that its steps ask for, IO managers among them."""
        found: set[str] = set()
        for step in self.steps:
            found |= step.resource_keys
            found.update(output.manager for output in step.outputs if not output.returns_nothing)
            found.update(entry.manager for entry in step.inputs if entry.manager is not None)
            found.update(*(hook.required_resource_keys for hook in step.hooks))
        return found

    def output_origin(self, node: str, output: str) -> tuple[str, str] | None:
        """Return the step's output that an output of a node comes from.

        Args:
            node: The names that lead to the node, joined by dots; empty for the job itself.
            output: The output of the node.
        """
        return origin_of_output(self.graph, node.split(".") if node else [], output)

    def get_retry_policy_for_handle(self, handle: NodeHandle) -> RetryPolicy | None:
        """Return the retry policy of the step at a place."""
        node = self.get_node(handle)
        own = getattr(node.definition, "retry_policy", None)
        return node.retry_policy or own or self.op_retry_policy

    def get_subset(self, *, op_selection: Sequence[str] | None = None) -> JobDefinition:
        """Return the job with some of its ops only.

        Args:
            op_selection: Queries like `"op"`, `"*op"` or `"op+"`, or names that lead into graphs,
                like `"graph.op"`. The whole job if there are none.

        Raises:
            InvalidSubsetError: A query names no op.
        """
        if not op_selection:
            return self
        part = selected_part(self.graph, op_selection)
        made = type(self).__new__(type(self))
        made._set(self.facts, subset_graph(self.graph, part), self.resource_defs, self.input_values)
        made.op_selection = frozenset(op_selection)
        made.resolved_op_selection = frozenset(part.paths())
        return made

    def with_hooks(self, hook_defs: AbstractSet[HookDefinition]) -> Self:
        """Return the job with more hooks on every step.

        Raises:
            InvalidDefinitionError: A hook needs a resource that the job's resources lack.
        """
        made = self._changed(replace(self.facts, hooks=self.facts.hooks.union(hook_defs)))
        if made.resource_defs:
            check_resources(made.name, made.steps, made.resource_defs)
        return made

    def with_input_values(self, input_values: Mapping[str, object]) -> Self:
        """Return the job with values of more of the graph's inputs.

        Raises:
            InvalidDefinitionError: The graph has no such input.
        """
        check_input_values(self.name, self.graph, input_values)
        made = self._changed(self.facts)
        made.input_values = {**self.input_values, **input_values}
        return made

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return the job with other facts about it."""
        return self._changed(replace(self.facts, metadata=normalize_metadata(metadata)))

    def with_executor_def(self, executor_def: object) -> Self:
        """Return the job with another executor."""
        return self._changed(replace(self.facts, executor=executor_def))

    def with_logger_defs(self, logger_defs: Mapping[str, object]) -> Self:
        """Return the job with other loggers."""
        return self._changed(replace(self.facts, loggers=dict(logger_defs)))

    def with_top_level_resources(self, resource_defs: Mapping[str, object]) -> Self:
        """Return the job with resources for the keys that it has none of its own for."""
        made = self._changed(self.facts)
        made.resource_defs = {**resource_defs, **self.resource_defs}
        return made

    def without_config_mapping(self) -> Self:
        """Return the job with run config in place of its own."""
        return self._changed(replace(self.facts, mapping=None))

    def _changed(self, facts: JobFacts) -> Self:
        made = type(self).__new__(type(self))
        computed = ("compiled", "required_resource_keys")
        made.__dict__.update({k: v for k, v in self.__dict__.items() if k not in computed})
        made.facts = facts
        return made

    def execute_in_process(
        self,
        run_config: Mapping[str, object] | RunConfig | None = None,
        instance: object = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,  # noqa: FBT001, FBT002 - the public signature
        op_selection: Sequence[str] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        resources: Mapping[str, object] | None = None,
    ) -> ExecuteInProcessResult:
        """Run the job here and now; values stay in memory unless an IO manager is given.

        Args:
            run_config: Config of this run, in place of the job's own.
            instance: Where to record it; an ephemeral instance if None.
            partition_key: The partition to run for.
            raise_on_error: Whether to raise what user code raised.
            op_selection: The ops to run, as in `get_subset`.
            asset_selection: The assets to make, instead of all of the job.
            run_id: The id of the run; a new one if None.
            input_values: Values of the graph's inputs.
            tags: Tags of this run. `dagster/asset_partition_range_start` and `_end` ask for a
                range of partitions.
            resources: Resources that take the place of the declared ones.
        """
        job = self.with_input_values(input_values) if input_values else self
        if job.loaded is None:
            job = job.get_subset(op_selection=op_selection)
            check_inputs_given(job.name, job.graph, job.input_values)
            op_selection = None
        return upcalls.engine().execute_in_process(
            job,
            run_config=run_config,
            instance=instance,
            partition_key=partition_key,
            raise_on_error=raise_on_error,
            op_selection=op_selection,
            asset_selection=asset_selection,
            run_id=run_id,
            input_values=None,
            tags=tags or {},
            resources=resources,
        )

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: a job has no function to call."""
        raise InvalidInvocationError(
            f"Job '{self.name}' was called like a function, which it is not. Run it with "
            f"{self.name}.execute_in_process()."
        )

    def __repr__(self) -> str:
        return f"<job '{self.name}'>"
