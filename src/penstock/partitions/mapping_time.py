"""Windows map by their overlap, with two lookups for each range, never key by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from penstock.errors import InvalidDefinitionError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import SubsetMapping, UpstreamPartitionsResult
from penstock.partitions.ordinals import Ordinals, joined
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


@dataclass(frozen=True, slots=True)
class TimeWindowPartitionMapping(SubsetMapping):
    """Each window is made of the windows that it overlaps.

    Attributes:
        start_offset: By how many windows of the downstream to move the start of what is needed.
        end_offset: By how many windows of the downstream to move its end.
        allow_nonexistent_upstream_partitions: Whether windows that the upstream does not have are
            left out in silence. A negative `start_offset` may always reach before the upstream's
            first window, and a positive `end_offset` behind its last one.

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

    @property
    def description(self) -> str:
        """The mapping in words."""
        moved = self.start_offset or self.end_offset
        offsets = f", moved by {self.start_offset} to {self.end_offset}" if moved else ""
        return f"each window needs the windows that it overlaps{offsets}"

    @property
    def reads_earlier(self) -> bool:
        """Whether each window needs only windows before it."""
        return self.end_offset < 0

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if both have time windows.

        Raises:
            InvalidDefinitionError: One has not.
        """
        _windows(upstream_partitions_def, downstream_partitions_def)

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {
            "kind": "time_window",
            "start_offset": self.start_offset,
            "end_offset": self.end_offset,
            "allow_nonexistent_upstream_partitions": self.allow_nonexistent_upstream_partitions,
        }

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        above, below = _windows(upstream, downstream)
        needed = _moved(subset.ordinals, self.start_offset, self.end_offset) if subset else None
        found = below.overlapped_in(above, needed) if needed is not None else None
        wanted = PartitionsSubset(above, found)
        existing = above.subset_with_all_partitions(now)
        missing = wanted - existing
        if self.allow_nonexistent_upstream_partitions:
            missing = above.empty_subset()
        first = 0 if self.start_offset < 0 else None
        stop = above.count(now) if self.end_offset > 0 else None
        missing = PartitionsSubset(above, missing.ordinals.between(first, stop))
        return UpstreamPartitionsResult(wanted & existing, missing)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        above, below = _windows(upstream, downstream)
        touched = above.overlapped_in(below, subset.ordinals)
        found = _moved(touched, -self.end_offset, -self.start_offset)
        return PartitionsSubset(below, found) & below.subset_with_all_partitions(now)


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


def _moved(ordinals: Ordinals, first: int, last: int) -> Ordinals:
    """Move the start of each range by one number and its end by another, not a smaller one."""
    if first == last:
        return ordinals.moved(first)
    starts = [start + first for start, _ in ordinals.spans]
    return Ordinals(joined(starts, [stop + last for _, stop in ordinals.spans]))
