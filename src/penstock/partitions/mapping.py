"""Choosing a mapping where none is named, and following one for a single key.

The mappings themselves are in the `mapping_` modules; their names are all here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import PartitionMapping, UpstreamPartitionsResult
from penstock.partitions.mapping_keys import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from penstock.partitions.mapping_multi import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
    relates_one_dimension,
    usual_mapping,
)
from penstock.partitions.mapping_time import TimeWindowPartitionMapping

__all__ = [
    "AllPartitionMapping",
    "DimensionPartitionMapping",
    "IdentityPartitionMapping",
    "LastPartitionMapping",
    "MultiPartitionMapping",
    "MultiToSingleDimensionPartitionMapping",
    "PartitionMapping",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
    "TimeWindowPartitionMapping",
    "UpstreamPartitionsResult",
    "infer_mapping",
    "needed_upstream",
    "upstream_keys",
]


def infer_mapping(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> PartitionMapping:
    """Return the mapping of a dependency that names none.

    Whether it can relate the two is for its `check` to say.
    """
    if upstream is None or downstream is None:
        return AllPartitionMapping()
    if relates_one_dimension(upstream, downstream):
        return MultiToSingleDimensionPartitionMapping()
    return usual_mapping(upstream, downstream)


def upstream_keys(
    mapping: PartitionMapping,
    key: str | None,
    *,
    downstream_def: PartitionsDefinition | None,
    upstream_def: PartitionsDefinition,
    now: datetime | None,
) -> tuple[str, ...]:
    """Return the existing upstream keys that one downstream key needs.

    `key` and `downstream_def` are None for an asset without partitions.

    Raises:
        UnknownPartitionError: The key is not in the downstream definition.
        InvalidDefinitionError: The mapping cannot relate the two definitions.
    """
    result = needed_upstream(
        mapping,
        None if key is None else [key],
        downstream_def=downstream_def,
        upstream_def=upstream_def,
        now=now,
    )
    return tuple(result.partitions_subset)


def needed_upstream(
    mapping: PartitionMapping,
    keys: Sequence[str] | None,
    *,
    downstream_def: PartitionsDefinition | None,
    upstream_def: PartitionsDefinition,
    now: datetime | None,
) -> UpstreamPartitionsResult:
    """Return the upstream partitions that some downstream keys need, and those that are lacking.

    `keys` and `downstream_def` are None for an asset without partitions.

    Raises:
        UnknownPartitionError: A key is not in the downstream definition.
        InvalidDefinitionError: The mapping cannot relate the two definitions.
    """
    wanted = None
    if keys is not None and downstream_def is not None:
        wanted = downstream_def.subset_with_partition_keys(keys)
    # A user's own mapping need not take a time, so it is set around the call.
    with partition_loading_context(now):
        return mapping.get_upstream_mapped_partitions_result_for_partitions(
            wanted, downstream_def, upstream_def
        )
