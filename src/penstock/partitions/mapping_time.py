"""Windows map by their overlap, with two lookups for each range, never key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from penstock.errors import InvalidDefinitionError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import SubsetMapping, UpstreamPartitionsResult
from penstock.partitions.ordinals import Span
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
        spans = subset.spans if subset is not None else ()
        moved = ((a + self.start_offset, b + self.end_offset) for a, b in spans)
        wanted = PartitionsSubset.of_spans(
            above, (found for span in moved for found in _overlaps(below, span, above))
        )
        existing = above.subset_with_all_partitions(now)
        missing = wanted - existing
        if self.allow_nonexistent_upstream_partitions:
            missing = above.empty_subset()
        elif self.start_offset < 0:
            missing = PartitionsSubset.of_spans(above, ((max(a, 0), b) for a, b in missing.spans))
        return UpstreamPartitionsResult(wanted & existing, missing)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        above, below = _windows(upstream, downstream)
        touched = (found for span in subset.spans for found in _overlaps(above, span, below))
        moved = [(a - self.end_offset, b - self.start_offset) for a, b in touched]
        existing = below.subset_with_all_partitions(now)
        return PartitionsSubset.of_spans(below, moved) & existing


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


def _overlaps(
    source: TimeWindowPartitionsDefinition, span: Span, target: TimeWindowPartitionsDefinition
) -> Iterator[Span]:
    """Yield the ordinals of the target's windows that some of the source's overlap."""
    plain = not (source.exclusions or target.exclusions)
    if plain and source.grid == target.grid and source.start == target.start:
        yield span
        return
    for start, end in source.spans_of_time(span):
        yield target.overlapping(start, end)
