"""Which partitions a request means, checked against the definitions before anything starts.

Owns the rules of one partition or one range for one run, and their messages. Refuses to expand a
request into several runs. Assets without partitions may share a run with partitioned ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from penstock.base.text import listed
from penstock.errors import InvalidDefinitionError, UnknownPartitionError, UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetNode
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import (
    MultiPartitionsDefinition,
    get_multidimensional_partition_tag,
)
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import PartitionKeyRange
from penstock.plan.slices import key_meant, range_of

_SHOWN = 5


def resolve_partition(
    graph: AssetGraph,
    assets: AbstractSet[AssetKey],
    *,
    partition: str | None,
    partition_range: tuple[str, str] | None,
    now: datetime | None,
) -> tuple[str | None, tuple[str, ...]]:
    """Return the partition of a request, or the keys of its range; nothing without partitions.

    Args:
        graph: The definitions.
        assets: What the request is for; external assets among them do not count.
        partition: The one partition asked for.
        partition_range: The first and the last partition asked for, both included.
        now: When partitions are counted, timezone-aware; None means the current time.

    Raises:
        UsageError: A partition is missing, or given where there are none.
        UnknownPartitionError: A key does not exist, or the range is reversed.
        InvalidDefinitionError: The assets have different partitions.
    """
    if partition is not None and partition_range is not None:
        raise UsageError("Give a partition or a range of partitions, not both.")
    nodes = [graph.node(key) for key in sorted(assets)]
    partitioned = [n for n in nodes if n.node is not None and n.partitions is not None]
    if not partitioned:
        _refuse_partition(nodes, partition=partition, partition_range=partition_range)
        return None, ()
    definition = _shared_definition(partitioned)
    asset = partitioned[0].key
    if partition is not None:
        _check_key(partition, asset=asset, definition=definition, now=now)
        return partition, ()
    if partition_range is not None:
        return None, _keys_in(partition_range, asset=asset, definition=definition, now=now)
    raise UsageError(
        f"{_subject(partitioned)} partitions; give --partition or --range. "
        f"The keys are {definition.describe()}."
    )


def shared_partitions(graph: AssetGraph, assets: AbstractSet[AssetKey]) -> PartitionsDefinition:
    """Return the definition that assets share, all of which have partitions.

    Raises:
        InvalidDefinitionError: They have different partitions.
    """
    return _shared_definition([graph.node(key) for key in sorted(assets)])


def dimension_tags(
    graph: AssetGraph, assets: AbstractSet[AssetKey], partition: str | None
) -> dict[str, str]:
    """Return the tags of a run that name its partition's key in each dimension, if it has some."""
    for key in assets:
        definition = graph.node(key).partitions
        if isinstance(definition, MultiPartitionsDefinition) and partition is not None:
            if not definition.is_valid_key_format(partition):
                return {}
            parts = definition.get_partition_key_from_str(partition).keys_by_dimension
            return {get_multidimensional_partition_tag(name): k for name, k in parts.items()}
    return {}


def partition_meant(
    graph: AssetGraph, assets: AbstractSet[AssetKey], text: str, *, now: datetime | None
) -> str:
    """Return the existing partition of assets that a text means: a key, or one by dimension.

    Raises:
        UsageError: A dimension is missing or does not exist.
        UnknownPartitionError: There is no such partition.
        InvalidDefinitionError: The assets have different partitions.
    """
    definition = shared_partitions(graph, assets)
    key = key_meant(definition, text)
    _check_key(key, asset=min(assets), definition=definition, now=now)
    return key


def range_meant(
    graph: AssetGraph,
    assets: AbstractSet[AssetKey],
    *,
    ends: tuple[str, str],
    now: datetime | None,
) -> PartitionsSubset:
    """Return the existing partitions of assets from one to another, both included.

    Of several dimensions it is the product of the ranges of each.

    Raises:
        UnknownPartitionError: An end does not exist, or the range is reversed.
        InvalidDefinitionError: The assets have different partitions.
    """
    definition = shared_partitions(graph, assets)
    first, last = (partition_meant(graph, assets, end, now=now) for end in ends)
    try:
        return range_of(definition, first, last, now=now)
    except UnknownPartitionError as error:
        raise _reversed(min(assets), first, last) from error


def _refuse_partition(
    nodes: Sequence[AssetNode],
    *,
    partition: str | None,
    partition_range: tuple[str, str] | None,
) -> None:
    given = "...".join(partition_range) if partition_range is not None else partition
    if given is not None:
        names = _names(nodes) or "this selection"
        raise UsageError(
            f"Partition '{given}' was given, but nothing selected has partitions: {names}. "
            "Leave the partition out."
        )


def _shared_definition(nodes: Sequence[AssetNode]) -> PartitionsDefinition:
    first = nodes[0]
    assert first.partitions is not None
    for other in nodes[1:]:
        assert other.partitions is not None
        if other.partitions != first.partitions:
            raise InvalidDefinitionError(
                f"The keys of '{first.key}' are {first.partitions.describe()}, and those of "
                f"'{other.key}' are {other.partitions.describe()}, so no run can make both. "
                "Run them separately."
            )
    return first.partitions


def _check_key(
    key: str, *, asset: AssetKey, definition: PartitionsDefinition, now: datetime | None
) -> None:
    if definition.has_partition_key(key, now):
        return
    nearest = definition.nearest_keys(key, now)
    hint = f"\nNearest: {', '.join(repr(k) for k in nearest)}." if nearest else ""
    raise UnknownPartitionError(
        f"Asset '{asset}' has no partition '{key}'. Its keys are {definition.describe()}.{hint}"
    )


def _keys_in(
    ends: tuple[str, str],
    *,
    asset: AssetKey,
    definition: PartitionsDefinition,
    now: datetime | None,
) -> tuple[str, ...]:
    first, last = ends
    for key in ends:
        _check_key(key, asset=asset, definition=definition, now=now)
    keys = definition.get_partition_keys_in_range(PartitionKeyRange(first, last), current_time=now)
    if not keys:
        raise _reversed(asset, first, last)
    return tuple(keys)


def _reversed(asset: AssetKey, first: str, last: str) -> UnknownPartitionError:
    return UnknownPartitionError(
        f"The range '{first}...{last}' of asset '{asset}' is reversed. Write '{last}...{first}'."
    )


def _subject(nodes: Sequence[AssetNode]) -> str:
    if len(nodes) == 1:
        return f"Asset {_names(nodes)} has"
    return f"Assets {_names(nodes)} have"


def _names(nodes: Sequence[AssetNode]) -> str:
    names = [node.key.to_user_string() for node in nodes]
    if len(names) <= _SHOWN:
        return listed(names)
    return f"{', '.join(repr(n) for n in names[:_SHOWN])} and {len(names) - _SHOWN} more"
