"""Partition mappings: which partitions of an upstream asset a downstream partition is made of.

A mapping is a pair of pure functions on subsets, one in each direction. Time windows map by their
overlap, with two lookups for each range, never key by key.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from penstock.errors import InvalidDefinitionError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.subset import PartitionsSubset, Span
from penstock.partitions.time_window import TimeWindowPartitionsDefinition


@dataclass(frozen=True, slots=True)
class UpstreamPartitionsResult:
    """The upstream partitions that downstream ones need.

    Attributes:
        partitions_subset: The ones that exist.
        required_but_nonexistent_subset: The ones that do not exist. Keys that the upstream cannot
            have at all are counted in the downstream definition.
    """

    partitions_subset: PartitionsSubset
    required_but_nonexistent_subset: PartitionsSubset


class PartitionMapping(ABC):
    """A correspondence between the partitions of two assets.

    A definition or subset that is None belongs to an asset without partitions. `current_time` says
    which time windows exist; None is the current time.
    """

    @abstractmethod
    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the upstream partitions that downstream ones need."""

    @abstractmethod
    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> PartitionsSubset:
        """Return the downstream partitions that need some of the upstream ones."""

    @abstractmethod
    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON; `specs.mapping_from_spec` reads it."""

    @abstractmethod
    def describe(self) -> str:
        """Return the mapping in words."""

    def check(  # noqa: B027 - most mappings can relate any two
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> None:
        """Do nothing if the mapping can relate two definitions.

        Raises:
            InvalidDefinitionError: It cannot.
        """


@dataclass(frozen=True, slots=True)
class IdentityPartitionMapping(PartitionMapping):
    """Each partition is made of the one with the same key."""

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the partitions with the same keys."""
        self.check(upstream_partitions_def, downstream_partitions_def)
        wanted = downstream_partitions_subset
        if wanted is None:
            return _nothing_missing(upstream_partitions_def.empty_subset())
        existing = upstream_partitions_def.subset_with_all_partitions(current_time)
        if downstream_partitions_def == upstream_partitions_def:
            same = PartitionsSubset(upstream_partitions_def, wanted.spans)
            return UpstreamPartitionsResult(same & existing, same - existing)
        shared = _same_keys(wanted, upstream_partitions_def) & existing
        return UpstreamPartitionsResult(
            shared, wanted - PartitionsSubset.of_keys(wanted.definition, shared)
        )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> PartitionsSubset:
        """Return the partitions with the same keys."""
        self.check(upstream_partitions_def, downstream_partitions_def)
        existing = downstream_partitions_def.subset_with_all_partitions(current_time)
        return _same_keys(upstream_partitions_subset, downstream_partitions_def) & existing

    def check(
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> None:
        """Do nothing if both are partitioned, and in the same way.

        Raises:
            InvalidDefinitionError: One is not, or they have different kinds of keys.
        """
        if upstream is None or downstream is None:
            raise InvalidDefinitionError(
                "IdentityPartitionMapping relates equal keys, but one of the two assets has no "
                "partitions. Use AllPartitionMapping."
            )
        if upstream.grid != downstream.grid:
            raise InvalidDefinitionError(
                "IdentityPartitionMapping relates equal keys, but the keys of the upstream are "
                f"{upstream.describe()} and those of the downstream {downstream.describe()}. "
                "Give the dependency another partition_mapping."
            )

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "identity"}

    def describe(self) -> str:
        """Return the mapping in words."""
        return "each partition needs the one with the same key"


@dataclass(frozen=True, slots=True)
class TimeWindowPartitionMapping(PartitionMapping):
    """Each window is made of the windows that it overlaps.

    Attributes:
        start_offset: By how many windows of the downstream to move the start of what is needed.
        end_offset: By how many windows of the downstream to move its end.
        allow_nonexistent_upstream_partitions: Whether windows that the upstream does not have are
            left out in silence. A negative `start_offset` may always reach before the upstream's
            first window.

    Raises:
        InvalidDefinitionError: The start lies after the end.
    """

    start_offset: int = 0
    end_offset: int = 0
    allow_nonexistent_upstream_partitions: bool = False

    def __post_init__(self) -> None:
        if self.start_offset > self.end_offset:
            raise InvalidDefinitionError(
                f"start_offset {self.start_offset} is after end_offset {self.end_offset}, so no "
                "partition would be needed. Swap them."
            )

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the windows that the downstream ones, moved by the offsets, overlap."""
        upstream, downstream = _windows(upstream_partitions_def, downstream_partitions_def)
        spans = downstream_partitions_subset.spans if downstream_partitions_subset else ()
        wanted = PartitionsSubset.of_spans(
            upstream,
            (
                _overlap(downstream, (a + self.start_offset, b + self.end_offset), upstream)
                for a, b in spans
            ),
        )
        existing = upstream.subset_with_all_partitions(current_time)
        missing = wanted - existing
        if self.allow_nonexistent_upstream_partitions:
            missing = upstream.empty_subset()
        elif self.start_offset < 0:
            missing = PartitionsSubset.of_spans(
                upstream, ((max(a, 0), b) for a, b in missing.spans)
            )
        return UpstreamPartitionsResult(wanted & existing, missing)

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> PartitionsSubset:
        """Return the windows that, moved by the offsets, overlap the upstream ones."""
        upstream, downstream = _windows(upstream_partitions_def, downstream_partitions_def)
        touched = (_overlap(upstream, s, downstream) for s in upstream_partitions_subset.spans)
        moved = [(a - self.end_offset, b - self.start_offset) for a, b in touched]
        existing = downstream.subset_with_all_partitions(current_time)
        return PartitionsSubset.of_spans(downstream, moved) & existing

    def check(
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> None:
        """Do nothing if both have time windows.

        Raises:
            InvalidDefinitionError: One has not.
        """
        _windows(upstream, downstream)

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {
            "kind": "time_window",
            "start_offset": self.start_offset,
            "end_offset": self.end_offset,
            "allow_nonexistent_upstream_partitions": self.allow_nonexistent_upstream_partitions,
        }

    def describe(self) -> str:
        """Return the mapping in words."""
        moved = self.start_offset or self.end_offset
        offsets = f", moved by {self.start_offset} to {self.end_offset}" if moved else ""
        return f"each window needs the windows that it overlaps{offsets}"


@dataclass(frozen=True, slots=True)
class AllPartitionMapping(PartitionMapping):
    """Each partition is made of every partition of the upstream."""

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> UpstreamPartitionsResult:
        """Return every upstream partition that exists."""
        if downstream_partitions_subset is not None and downstream_partitions_subset.is_empty:
            return _nothing_missing(upstream_partitions_def.empty_subset())
        return _nothing_missing(upstream_partitions_def.subset_with_all_partitions(current_time))

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> PartitionsSubset:
        """Return every downstream partition that exists, if any upstream one is given."""
        if upstream_partitions_subset.is_empty:
            return downstream_partitions_def.empty_subset()
        return downstream_partitions_def.subset_with_all_partitions(current_time)

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "all"}

    def describe(self) -> str:
        """Return the mapping in words."""
        return "each partition needs every upstream partition"


@dataclass(frozen=True, slots=True)
class LastPartitionMapping(PartitionMapping):
    """Each partition is made of the last partition of the upstream."""

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the last upstream partition that exists."""
        if downstream_partitions_subset is not None and downstream_partitions_subset.is_empty:
            return _nothing_missing(upstream_partitions_def.empty_subset())
        return _nothing_missing(_last(upstream_partitions_def, current_time))

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        *,
        current_time: datetime | None = None,
    ) -> PartitionsSubset:
        """Return every downstream partition if the last upstream one is given, else none."""
        if (upstream_partitions_subset & _last(upstream_partitions_def, current_time)).is_empty:
            return downstream_partitions_def.empty_subset()
        return downstream_partitions_def.subset_with_all_partitions(current_time)

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "last"}

    def describe(self) -> str:
        """Return the mapping in words."""
        return "each partition needs the last upstream partition"


def infer_mapping(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> PartitionMapping:
    """Return the mapping of a dependency that names none.

    Whether it can relate the two is for its `check` to say.
    """
    if upstream is None or downstream is None:
        return AllPartitionMapping()
    if upstream == downstream:
        return IdentityPartitionMapping()
    both = (upstream, downstream)
    if all(isinstance(each, TimeWindowPartitionsDefinition) for each in both):
        return TimeWindowPartitionMapping()
    return IdentityPartitionMapping()


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
    wanted = None
    if key is not None and downstream_def is not None:
        wanted = downstream_def.subset_with_partition_keys([key])
    result = mapping.get_upstream_mapped_partitions_result_for_partitions(
        wanted, downstream_def, upstream_def, current_time=now
    )
    return tuple(result.partitions_subset)


def _nothing_missing(subset: PartitionsSubset) -> UpstreamPartitionsResult:
    return UpstreamPartitionsResult(subset, PartitionsSubset(subset.definition))


def _last(definition: PartitionsDefinition, now: datetime | None) -> PartitionsSubset:
    count = definition.count(now)
    return PartitionsSubset.of_spans(definition, [(count - 1, count)] if count else [])


def _same_keys(subset: PartitionsSubset, definition: PartitionsDefinition) -> PartitionsSubset:
    if subset.definition == definition:
        return PartitionsSubset(definition, subset.spans)
    ranges = subset.definition.stored_ranges(subset.spans)
    spans = (definition.restored_span(first, last) for first, last in ranges)
    return PartitionsSubset.of_spans(definition, (span for span in spans if span))


def _windows(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> tuple[TimeWindowPartitionsDefinition, TimeWindowPartitionsDefinition]:
    if isinstance(upstream, TimeWindowPartitionsDefinition) and isinstance(
        downstream, TimeWindowPartitionsDefinition
    ):
        return upstream, downstream
    has = [each.describe() if each else "none" for each in (upstream, downstream)]
    raise InvalidDefinitionError(
        "TimeWindowPartitionMapping relates time windows, but the keys of the upstream are "
        f"{has[0]} and those of the downstream {has[1]}. Give the dependency another "
        "partition_mapping."
    )


def _overlap(
    source: TimeWindowPartitionsDefinition, span: Span, target: TimeWindowPartitionsDefinition
) -> Span:
    """Return the ordinals of the target's windows that some of the source's overlap."""
    return target.overlapping(*source.seconds_at(span))
