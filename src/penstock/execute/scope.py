"""`Scope`: the facts and sinks behind the context of one attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from penstock.base.text import listed
from penstock.compat.runs import DagsterRun
from penstock.define.dependency import Node, NodeHandle
from penstock.define.logger import RunLogger
from penstock.define.op import OpDefinition
from penstock.define.result import (
    DataProvenance,
)
from penstock.define.scope import Event
from penstock.define.step import StepDefinition, StepInput
from penstock.errors import InvalidPropertyError, InvariantViolationError
from penstock.execute.facts import RunFacts
from penstock.execute.input_partitions import input_partitions
from penstock.execute.native_events import native_event
from penstock.execute.protocol import Report, Task
from penstock.execute.values import load_asset_value, provenance_of
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    LogLine,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunSpec
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange


class _LogHandler(logging.Handler):
    """Turns records of Python's logging into events of the run."""

    def __init__(self, step: str, report: Report) -> None:
        super().__init__()
        self._step = step
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        self._report(LogLine(message, record.levelno, self._step, record.name))


class Scope:
    """What a context knows of the attempt; fulfils `define.scope.StepScope`."""

    def __init__(
        self,
        *,
        facts: RunFacts,
        task: Task,
        node: StepDefinition,
        partitions: PartitionsDefinition | None,
        report: Report,
        flush: Callable[[], None],
    ) -> None:
        self.run_id: str = facts.run_id
        self.run_spec: RunSpec = facts.spec
        self.step_key: str = task.step.key
        self.attempt: int = task.retries + 1
        self.assets: Mapping[str, AssetKey] = {a.output: a.key for a in task.step.assets}
        self.checks: Sequence[AssetCheckKey] = [
            AssetCheckKey(c.asset, c.name) for c in task.step.checks
        ]
        self.partitions = partitions
        self.partition_key: str | None = _partition_key(facts, partitions, is_op=node.is_op)
        self.partition_range: PartitionKeyRange | None = (
            _partition_range(facts, partitions) if partitions is not None else None
        )
        self.config: object = None
        self.instance: object = facts.instance
        self._facts = facts
        self._step = node
        self._report = report
        self._flush = flush
        self._log: logging.Logger | None = None

    @cached_property
    def resources(self) -> Mapping[str, object]:
        """The resources that the step asks for, the IO managers of its outputs among them."""
        managers = {output.manager for output in self._step.outputs}
        held = {*self._step.resource_keys, *(managers & self._facts.resources.keys())}
        return self._facts.some_resources(held)

    @property
    def input_assets(self) -> Mapping[str, AssetKey]:
        """The assets that inputs are loaded from, by input."""
        assets = self._facts.loaded.definition_of(self._step)
        if assets is not None and self._step.unit is None:
            return assets.node_keys_by_input_name
        nodes = self._facts.loaded.nodes
        found: dict[str, AssetKey] = {}
        for need in self._step.needs:
            maker = nodes.get(need.step)
            for output in maker.asset_outputs if maker is not None else ():
                if output.name == need.output and need.input and output.spec is not None:
                    found[need.input] = output.spec.key
        found.update({i.name: i.asset for i in self._step.inputs if i.asset is not None})
        return found

    @property
    def output_names(self) -> Sequence[str]:
        """The names of the step's outputs."""
        return [output.name for output in self._step.outputs]

    @property
    def selected_output_names(self) -> Sequence[str]:
        """The names of the outputs that the run has a use for.

        In a graph, an output without an asset has one, and so has one that another step takes.
        """
        if self._step.unit is None and self._step.asset_outputs:
            return list(self.assets)
        consumed, name = self._facts.consumed, self._step.name
        return [
            output.name
            for output in self._step.outputs
            if output.spec is None or output.name in self.assets or (name, output.name) in consumed
        ]

    @property
    def node(self) -> Node | None:
        """The op at its place in the job."""
        return self._step.node

    @property
    def handle(self) -> NodeHandle:
        """The place of the op."""
        return NodeHandle.from_string(self._step.name)

    @property
    def op_def(self) -> OpDefinition:
        """The op that runs.

        Raises:
            InvalidPropertyError: The step is not of an op.
        """
        node = self._step.node
        assets = self._facts.loaded.definition_of(self._step)
        definition = node.definition if node is not None else getattr(assets, "op", None)
        if not isinstance(definition, OpDefinition):
            raise InvalidPropertyError(f"Step '{self.step_key}' runs no op.")
        return definition

    @property
    def job_def(self) -> object:
        """The job that runs; None for assets without one."""
        return self._facts.job

    @property
    def assets_def(self) -> object:
        """The definition of the step's assets; None if it makes none."""
        return self._facts.loaded.definition_of(self._step)

    @property
    def repository_def(self) -> object:
        """Everything that the code location declares."""
        return self._facts.loaded

    @property
    def mapping_key(self) -> str | None:
        """The key of the value that the step runs for, of those of a dynamic output."""
        _, bracket, key = self.step_key.rpartition("[")
        return key.removesuffix("]") if bracket else None

    @property
    def run(self) -> DagsterRun:
        """The run."""
        return DagsterRun(self._facts.record)

    @property
    def is_subset(self) -> bool:
        """Whether the run asks the step for less than all that it makes."""
        steps = [self._step]
        if self._step.unit is not None:
            nodes = self._facts.loaded.nodes
            names = [s.name for s in self._facts.loaded.graph.steps_of_unit(self._step.unit)]
            steps = [nodes[name] for name in names]
        made = [o.spec.key for step in steps for o in step.outputs if o.spec is not None]
        is_part = any(key not in self._facts.chosen for key in made)
        return is_part or len(self.checks) < len(self._step.checks)

    @property
    def log(self) -> logging.Logger:
        """A logger whose records become events; made when first asked for."""
        if self._log is None:
            # Not getLogger: it would keep one logger for each step that ever ran.
            name = f"penstock.{self.step_key}"
            self._log = RunLogger(name, self._facts.lowest_level)
            self._log.addHandler(_LogHandler(self.step_key, self._report))
        return self._log

    @log.setter
    def log(self, logger: logging.Logger) -> None:
        self._log = logger

    def take_record(self, record: logging.LogRecord) -> None:
        """Keep a line of Python's logging as one of the step."""
        if record.levelno >= self._facts.lowest_level:
            _LogHandler(self.step_key, self._report).emit(record)

    def log_event(self, event: Event) -> None:
        """Record an event of user code about some asset."""
        native = native_event(event, self.step_key)
        if isinstance(native, AssetObserved | AssetMaterialized) and native.data_version:
            self._take_version(native)
        self._report(native)
        self._flush()

    def _take_version(self, told: AssetObserved | AssetMaterialized) -> None:
        """Let what the step makes next be made of the version that it has just told of."""
        versions, version = self._facts.versions, told.data_version
        before = versions.made_here(told.asset, told.partition)
        if isinstance(told, AssetMaterialized) and before not in (None, version):
            self.log.warning(
                "Data version mismatch: this step made asset '%s' with version '%s', and now "
                "records version '%s' of it. What it makes next is recorded as made of the latter.",
                told.asset.to_user_string(),
                before,
                version,
            )
        versions.made(told.asset, told.partition, version=version)

    def input_partitions(self, input_name: str) -> Sequence[str]:
        """Return the partitions of the asset of an input that are loaded, in order."""
        entry = next((i for i in self._step.inputs if i.name == input_name), None)
        return input_partitions(self._facts, self._step, entry or self._dependency(input_name))

    def _dependency(self, input_name: str) -> StepInput:
        """Return the asset of `deps` that an input is called after: no parameter takes it."""
        key = self.input_assets.get(input_name)
        if key is None:
            raise InvariantViolationError(
                f"Step '{self.step_key}' has no input '{input_name}'. Its inputs are "
                f"{listed([*self.input_assets]) or 'none'}."
            )
        definition = self._facts.loaded.definition_of(self._step)
        mapping = definition.get_partition_mapping(key) if definition is not None else None
        return StepInput(name=input_name, asset=key, mapping=mapping)

    def input_partitions_def(self, input_name: str) -> PartitionsDefinition | None:
        """Return how the asset of an input is split."""
        graph, key = self._facts.loaded.graph, self.input_assets[input_name]
        return graph.node(key).partitions if graph.has(key) else None

    def provenance(self, key: AssetKey) -> DataProvenance | None:
        """Return what the newest version of an asset's data was made of."""
        return provenance_of(self._facts.store, key)

    def load_asset_value(
        self, key: AssetKey, *, python_type: type | None, partition_key: str | None
    ) -> object:
        """Load the value of an asset by its IO manager."""
        del python_type
        return load_asset_value(self._facts, key, partition=partition_key)


def _partition_key(
    facts: RunFacts, partitions: PartitionsDefinition | None, *, is_op: bool
) -> str | None:
    key = facts.spec.partition
    if key is None or partitions is None:
        return key if is_op else None
    is_multi = isinstance(partitions, MultiPartitionsDefinition)
    return partitions.get_partition_key_from_str(key) if is_multi else key


def _partition_range(facts: RunFacts, partitions: PartitionsDefinition) -> PartitionKeyRange | None:
    span = facts.partition_range
    if span is None or not isinstance(partitions, MultiPartitionsDefinition):
        return span
    return PartitionKeyRange(*map(partitions.get_partition_key_from_str, span))
