"""Mappings that look at keys alone: the same key, all keys, the last one, or a table of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from penstock.base.text import listed
from penstock.errors import InvalidDefinitionError, UnknownPartitionError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import SubsetMapping, UpstreamPartitionsResult
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset


@dataclass(frozen=True, slots=True)
class IdentityPartitionMapping(SubsetMapping):
    """Each partition is made of the one with the same key."""

    @property
    def description(self) -> str:
        """The mapping in words."""
        return "each partition needs the one with the same key"

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if both are partitioned, and in the same way.

        Raises:
            InvalidDefinitionError: One is not, or they have different kinds of keys.
        """
        upstream, downstream = upstream_partitions_def, downstream_partitions_def
        if upstream is None or downstream is None:
            raise InvalidDefinitionError(
                "IdentityPartitionMapping relates equal keys, but one of the two assets has no "
                "partitions. Use AllPartitionMapping."
            )
        if not _mean_the_same(upstream, downstream):
            raise InvalidDefinitionError(
                "IdentityPartitionMapping relates equal keys, but the keys of the upstream are "
                f"{upstream.describe()} and those of the downstream {downstream.describe()}. "
                "Give the dependency another partition_mapping."
            )

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "identity"}

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        self.validate_partition_mapping(upstream, downstream)
        if subset is None:
            return UpstreamPartitionsResult.complete(upstream.empty_subset())
        existing = upstream.subset_with_all_partitions(now)
        if downstream == upstream:
            same = PartitionsSubset(upstream, subset.ordinals)
            return UpstreamPartitionsResult(same & existing, same - existing)
        shared = _same_keys(subset, upstream) & existing
        missing = subset - PartitionsSubset.of_keys(subset.definition, shared)
        return UpstreamPartitionsResult(shared, missing)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        self.validate_partition_mapping(upstream, downstream)
        return _same_keys(subset, downstream) & downstream.subset_with_all_partitions(now)


@dataclass(frozen=True, slots=True)
class AllPartitionMapping(SubsetMapping):
    """Each partition is made of every partition of the upstream."""

    @property
    def description(self) -> str:
        """The mapping in words."""
        return "each partition needs every upstream partition"

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "all"}

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        if subset is not None and subset.is_empty:
            return UpstreamPartitionsResult.complete(upstream.empty_subset())
        return UpstreamPartitionsResult.complete(upstream.subset_with_all_partitions(now))

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        if subset.is_empty:
            return downstream.empty_subset()
        return downstream.subset_with_all_partitions(now)


class _SomeKeys(SubsetMapping):
    """Each partition is made of the same few partitions of the upstream."""

    __slots__ = ()

    def _needed(self, upstream: PartitionsDefinition, now: datetime | None) -> PartitionsSubset:
        raise NotImplementedError

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        if subset is not None and subset.is_empty:
            return UpstreamPartitionsResult.complete(upstream.empty_subset())
        needed = self._needed(upstream, now)
        existing = upstream.subset_with_all_partitions(now)
        return UpstreamPartitionsResult(needed & existing, needed - existing)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        if (subset & self._needed(upstream, now)).is_empty:
            return downstream.empty_subset()
        return downstream.subset_with_all_partitions(now)


@dataclass(frozen=True, slots=True)
class LastPartitionMapping(_SomeKeys):
    """Each partition is made of the last partition of the upstream."""

    @property
    def description(self) -> str:
        """The mapping in words."""
        return "each partition needs the last upstream partition"

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "last"}

    def _needed(self, upstream: PartitionsDefinition, now: datetime | None) -> PartitionsSubset:
        last = upstream.get_last_partition_key(now)
        return upstream.subset_with_partition_keys([] if last is None else [last])


@dataclass(frozen=True, slots=True)
class SpecificPartitionsPartitionMapping(_SomeKeys):
    """Each partition is made of the same partitions of the upstream, named here.

    Attributes:
        partition_keys: Their keys.
    """

    partition_keys: Sequence[str]

    @property
    def description(self) -> str:
        """The mapping in words."""
        return f"each partition needs the upstream partitions {listed(tuple(self.partition_keys))}"

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "specific", "keys": [str(key) for key in self.partition_keys]}

    def _needed(self, upstream: PartitionsDefinition, now: datetime | None) -> PartitionsSubset:
        return upstream.subset_with_partition_keys(self.partition_keys)

    def __hash__(self) -> int:
        return hash(tuple(self.partition_keys))


class StaticPartitionMapping(SubsetMapping):
    """Each partition is made of the upstream ones that a table says.

    Args:
        downstream_partition_keys_by_upstream_partition_key: For each upstream key the downstream
            key, or keys, that need it.

    Example:
        >>> from penstock import StaticPartitionsDefinition
        >>> letters = StaticPartitionsDefinition(["a1", "a2", "b1"])
        >>> groups = StaticPartitionsDefinition(["a", "b"])
        >>> mapping = StaticPartitionMapping({"a1": "a", "a2": "a", "b1": "b"})
        >>> mapping.get_downstream_partitions_for_partitions(
        ...     letters.subset_with_partition_keys(["a2"]), letters, groups
        ... )
        PartitionsSubset(a)
    """

    __slots__ = ("_table",)

    def __init__(
        self,
        downstream_partition_keys_by_upstream_partition_key: Mapping[str, str | Collection[str]],
    ) -> None:
        self._table = {
            up: (down,) if isinstance(down, str) else tuple(sorted(down))
            for up, down in downstream_partition_keys_by_upstream_partition_key.items()
        }

    @property
    def downstream_partition_keys_by_upstream_partition_key(self) -> Mapping[str, Sequence[str]]:
        """For each upstream key the downstream keys that need it."""
        return self._table

    @property
    def description(self) -> str:
        """The mapping in words."""
        pairs = [f"{up} to {', '.join(down)}" for up, down in list(self._table.items())[:3]]
        more = "; …" if len(self._table) > 3 else ""
        return f"upstream partitions map by a table: {'; '.join(pairs)}{more}"

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if both definitions have the keys of the table.

        Raises:
            InvalidDefinitionError: One of the two assets has no partitions.
            UnknownPartitionError: One of them lacks a key of the table.
        """
        if upstream_partitions_def is None or downstream_partitions_def is None:
            raise InvalidDefinitionError(
                "StaticPartitionMapping relates keys, but one of the two assets has no partitions. "
                "Use AllPartitionMapping."
            )
        targets = (key for down in self._table.values() for key in down)
        _check_keys(self._table, upstream_partitions_def, "upstream")
        _check_keys(targets, downstream_partitions_def, "downstream")

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "static", "table": {up: list(down) for up, down in self._table.items()}}

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        self.validate_partition_mapping(upstream, downstream)
        wanted = frozenset(subset or ())
        needed = upstream.subset_with_partition_keys(
            up for up, down in self._table.items() if not wanted.isdisjoint(down)
        )
        existing = upstream.subset_with_all_partitions(now)
        return UpstreamPartitionsResult(needed & existing, needed - existing)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        self.validate_partition_mapping(upstream, downstream)
        touched = {key for up in subset for key in self._table.get(up, ())}
        existing = downstream.subset_with_all_partitions(now)
        return downstream.subset_with_partition_keys(touched) & existing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StaticPartitionMapping) and self._table == other._table

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._table.items())))

    def __repr__(self) -> str:
        return f"StaticPartitionMapping({self._table!r})"


def _check_keys(keys: Iterable[str], definition: PartitionsDefinition, which: str) -> None:
    unknown = sorted({key for key in keys if definition.find(key) is None})
    if unknown:
        raise UnknownPartitionError(
            f"StaticPartitionMapping names keys that the {which} does not have: "
            f"{listed(tuple(unknown))}. Its keys are {definition.describe()}."
        )


def _mean_the_same(upstream: PartitionsDefinition, downstream: PartitionsDefinition) -> bool:
    """Tell whether keys can be exchanged; of combinations, whatever the dimensions are called."""
    if upstream.grid == downstream.grid:
        return True
    multi = MultiPartitionsDefinition
    if not isinstance(upstream, multi) or not isinstance(downstream, multi):
        return False
    one, other = (
        [dimension.partitions_def.grid for dimension in each.partitions_defs]
        for each in (upstream, downstream)
    )
    return one == other


def _same_keys(subset: PartitionsSubset, definition: PartitionsDefinition) -> PartitionsSubset:
    if subset.definition == definition:
        return PartitionsSubset(definition, subset.ordinals)
    ranges = subset.definition.stored_ranges(subset.spans)
    spans = (span for pair in ranges for span in definition.restored_spans(*pair))
    return PartitionsSubset(definition, Ordinals.of_spans(spans))
