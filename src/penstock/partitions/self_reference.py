"""Whether partitions are in time, and may be made of earlier ones of the same asset."""

from __future__ import annotations

from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import PartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


def get_time_partitions_def(
    partitions_def: PartitionsDefinition | None,
) -> TimeWindowPartitionsDefinition | None:
    """Return the definition of time windows that one is or has as a dimension, or None."""
    if isinstance(partitions_def, TimeWindowPartitionsDefinition):
        return partitions_def
    if isinstance(partitions_def, MultiPartitionsDefinition) and (
        partitions_def.has_time_window_dimension
    ):
        return partitions_def.time_window_partitions_def
    return None


def reads_earlier_partitions(
    definition: PartitionsDefinition | None, mapping: PartitionMapping | None
) -> bool:
    """Tell whether a mapping of an asset to itself leads to strictly earlier partitions."""
    timed = isinstance(definition, TimeWindowPartitionsDefinition) or (
        isinstance(definition, MultiPartitionsDefinition) and definition.has_time_window_dimension
    )
    return timed and mapping is not None and mapping.reads_earlier
