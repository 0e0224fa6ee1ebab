"""`RunFacts`: what the steps of one run share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from penstock.base.clock import Clock
from penstock.base.ids import IdSource
from penstock.config.resource_context import Resources
from penstock.define.loaded import LoadedDefinitions
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.resource_setup import ReadyResources
from penstock.define.spec import AssetSpec
from penstock.define.step import StepDefinition, StepOutput
from penstock.define.types.definition import RuntimeType
from penstock.execute.interrupts import Interrupt
from penstock.execute.step_config import NO_CONFIG, StepConfig
from penstock.execute.versions import Versions
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryMode
from penstock.model.run import RunRecord, RunSpec
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange
from penstock.plan.plan import Plan
from penstock.store.compute_log_manager import ComputeLogManager
from penstock.store.protocol import Store

Captured = dict[tuple[str, str, str | None], object]
"""Values that a run produced, by step, output and mapping key."""


class SharedIOFacts(TypedDict):
    """What both contexts of an IO manager are told alike; see `IOFacts`."""

    dagster_type: RuntimeType | None
    resource_config: object
    resources: Resources
    op_def: object
    job_name: str | None
    partition_key: str | None
    instance: object


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the steps of one run share.

    Attributes:
        logs: Where the output of steps is kept.
        lowest_level: The level of the least serious lines that are kept.
        configs: The config of steps, checked and resolved, by the name of the step.
        input_values: Values for inputs that nothing is connected to, by step and input.
        captured: Where the values that steps of ops produce are kept for the caller; None where
            nobody asks for them.
        job: The job that runs; None for assets without one.
        chosen: The assets that the run makes.
        consumed: The outputs that other steps of the run take, by step and name.
        retries: Whether failed attempts are repeated.
        launches: Whether step launchers carry out the steps that require them.
        reference: The job by reference; None where no other process can find it.
        plan: The steps of the run.
    """

    record: RunRecord
    store: Store
    loaded: LoadedDefinitions
    resources: ReadyResources
    environment: Mapping[str, str]
    instance: object
    versions: Versions
    logs: ComputeLogManager
    lowest_level: int
    clock: Clock
    ids: IdSource
    interrupt: Interrupt
    configs: Mapping[str, StepConfig] = field(default_factory=dict[str, StepConfig])
    input_values: Mapping[tuple[str, str], object] = field(
        default_factory=dict[tuple[str, str], object]
    )
    captured: Captured | None = None
    job: object = None
    chosen: frozenset[AssetKey] = frozenset()
    consumed: frozenset[tuple[str, str]] = frozenset()
    retries: RetryMode = RetryMode.ENABLED
    launches: bool = True
    reference: ReconstructableJob | None = None
    plan: Plan = Plan(())  # noqa: RUF009 - a frozen value

    def spec_of(self, output: StepOutput) -> AssetSpec | None:
        """Return the asset that an output carries in this run; None if it was not asked for.

        An output of a graph can feed other steps without its asset being made.
        """
        spec = output.spec
        return spec if spec is not None and spec.key in self.chosen else None

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.record.id

    @property
    def spec(self) -> RunSpec:
        """What the run was asked to do."""
        return self.record.spec

    @property
    def partition_range(self) -> PartitionKeyRange | None:
        """The range of partitions that the run is for."""
        span = self.spec.partition_range
        return None if span is None else PartitionKeyRange(*span)

    def partition_keys(self, node: StepDefinition) -> Sequence[str]:
        """Return the partitions that a unit of user code is run for."""
        definition = self.partitions_of(node)
        if definition is None:
            return ()
        if self.partition_range is not None:
            return definition.get_partition_keys_in_range(self.partition_range)
        return () if self.spec.partition is None else (self.spec.partition,)

    def partitions_of(self, node: StepDefinition) -> PartitionsDefinition | None:
        """Return the partitions of a unit: its own, or those of the asset that it checks."""
        if node.partitions is not None or not node.is_check:
            return node.partitions
        key = node.checks[0].asset_key
        graph = self.loaded.graph
        return graph.node(key).partitions if graph.has(key) else None

    def partitions_told(self, node: StepDefinition) -> PartitionsDefinition | None:
        """Return what the context of a unit tells of partitions: its own, or those of its job."""
        if node.is_op and node.partitions is None and self.spec.partition is not None:
            return getattr(self.job, "partitions_def", None)
        return self.partitions_of(node)

    def config_of(self, step: str) -> StepConfig:
        """Return the config of a step; an empty one where run config has none."""
        return self.configs.get(step, NO_CONFIG)

    def some_resources(self, keys: Iterable[str]) -> dict[str, object]:
        """Return the resources of some keys."""
        return {key: self.resources[key] for key in keys}

    def metadata_of(self, asset: AssetKey, output: StepOutput | None) -> Mapping[str, object]:
        """Return the metadata that an asset was declared with."""
        if output is not None and output.spec is not None:
            return output.spec.metadata
        return self.loaded.external_metadata.get(asset, {})

    def io_facts(
        self, step: StepDefinition | None, manager: str, value_type: RuntimeType | None
    ) -> SharedIOFacts:
        """Return what both contexts of an IO manager are told alike."""
        return SharedIOFacts(
            dagster_type=value_type,
            resource_config=self.resources.configs.get(manager),
            resources=self.resources.needed_by(manager),
            op_def=step,
            job_name=self.spec.job,
            partition_key=self.spec.partition,
            instance=self.instance,
        )
