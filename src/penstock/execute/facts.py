"""`RunFacts`: what the steps of one run share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from penstock.base.clock import Clock
from penstock.base.ids import IdSource
from penstock.define.loaded import LoadedDefinitions
from penstock.define.node import NodeDefinition
from penstock.execute.interrupts import Interrupt
from penstock.execute.versions import Versions
from penstock.model.run import RunSpec
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the steps of one run share."""

    run_id: str
    spec: RunSpec
    loaded: LoadedDefinitions
    resources: Mapping[str, object]
    environment: Mapping[str, str]
    instance: object
    versions: Versions
    logs: Path | None
    clock: Clock
    ids: IdSource
    interrupt: Interrupt

    @property
    def partition_range(self) -> PartitionKeyRange | None:
        """The range of partitions that the run is for."""
        span = self.spec.partition_range
        return None if span is None else PartitionKeyRange(*span)

    def partition_keys(self, node: NodeDefinition) -> Sequence[str]:
        """Return the partitions that a unit of user code is run for."""
        definition = self.partitions_of(node)
        if definition is None:
            return ()
        if self.partition_range is not None:
            return definition.get_partition_keys_in_range(self.partition_range)
        return () if self.spec.partition is None else (self.spec.partition,)

    def partitions_of(self, node: NodeDefinition) -> PartitionsDefinition | None:
        """Return the partitions of a unit: its own, or those of the asset that it checks."""
        if node.partitions is not None or not node.is_check:
            return node.partitions
        key = node.checks[0].asset_key
        graph = self.loaded.graph
        return graph.node(key).partitions if graph.has(key) else None
