"""Mappings of combinations: dimension by dimension, or one dimension with a whole definition.

Both directions work on boxes, the product of one set for each dimension, so that the mapping of a
dimension sees each of its sets once, however many combinations there are. What is required but does
not exist is told in the keys of the dimension that lacks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.boxes import Spans, box_spans, boxes_of
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dimensions import PartitionDimensionDefinition
from penstock.partitions.loose import DefaultPartitionsSubset
from penstock.partitions.mapping_base import (
    PartitionMapping,
    SubsetMapping,
    UpstreamPartitionsResult,
)
from penstock.partitions.mapping_keys import IdentityPartitionMapping
from penstock.partitions.mapping_time import TimeWindowPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


@dataclass(frozen=True, slots=True)
class DimensionPartitionMapping:
    """How a dimension of the upstream relates to one of the downstream.

    Attributes:
        dimension_name: The dimension of the downstream.
        partition_mapping: How their keys relate.
    """

    dimension_name: str
    partition_mapping: PartitionMapping


@dataclass(frozen=True, slots=True)
class MultiPartitionMapping(SubsetMapping):
    """Combinations relate dimension by dimension.

    A dimension that nothing is said about is taken whole.

    Attributes:
        downstream_mappings_by_upstream_dimension: For dimensions of the upstream, how they relate
            to which dimension of the downstream.
    """

    downstream_mappings_by_upstream_dimension: Mapping[str, DimensionPartitionMapping]

    @property
    def description(self) -> str:
        """The mapping in words."""
        each = self.downstream_mappings_by_upstream_dimension.items()
        parts = [
            f"'{name}' to '{entry.dimension_name}', where {entry.partition_mapping.description}"
            for name, entry in each
        ]
        return f"combinations map by dimension: {'; '.join(parts)}"

    @property
    def reads_earlier(self) -> bool:
        """Whether some dimension needs only earlier keys."""
        each = self.downstream_mappings_by_upstream_dimension.values()
        return any(entry.partition_mapping.reads_earlier for entry in each)

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if both have the dimensions that are named, and those can be related.

        Raises:
            InvalidDefinitionError: They cannot.
            ParameterCheckError: A dimension does not exist.
        """
        upstream, downstream = self._both(upstream_partitions_def, downstream_partitions_def)
        for name, entry in self.downstream_mappings_by_upstream_dimension.items():
            entry.partition_mapping.validate_partition_mapping(
                upstream.get_partitions_def_for_dimension(name),
                downstream.get_partitions_def_for_dimension(entry.dimension_name),
            )

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {
            "kind": "multi",
            "dimensions": {
                name: {"dimension": each.dimension_name, "mapping": each.partition_mapping.spec()}
                for name, each in self.downstream_mappings_by_upstream_dimension.items()
            },
        }

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        above, below = self._both(upstream, downstream)
        found: list[Span] = []
        lost: list[PartitionsSubset] = []
        for box in boxes_of(subset.spans if subset is not None else (), below.radices):
            needed = [self._needed(each, box, below, now) for each in above.partitions_defs]
            exist = tuple(each.partitions_subset.spans for each in needed)
            found.extend(box_spans(exist, above.radices))
            lost.extend(each.required_but_nonexistent_subset for each in needed)
        subset_found = PartitionsSubset.of_spans(above, found)
        return UpstreamPartitionsResult(subset_found, _first_lost(lost, above))

    def _both(
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> tuple[MultiPartitionsDefinition, MultiPartitionsDefinition]:
        """Return the two definitions, which have the dimensions that are named."""
        above, below = _combinations(upstream, downstream)
        for name, entry in self.downstream_mappings_by_upstream_dimension.items():
            above.dimension_at(name)
            below.dimension_at(entry.dimension_name)
        return above, below

    def _needed(
        self,
        dimension: PartitionDimensionDefinition,
        box: Sequence[Spans],
        below: MultiPartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        """Return what a box of the downstream needs of a dimension of the upstream."""
        name, definition = dimension
        entry = self.downstream_mappings_by_upstream_dimension.get(name)
        if entry is None:
            return UpstreamPartitionsResult.complete(definition.subset_with_all_partitions(now))
        at = below.dimension_at(entry.dimension_name)
        source = below.partitions_defs[at].partitions_def
        return entry.partition_mapping.get_upstream_mapped_partitions_result_for_partitions(
            PartitionsSubset(source, Ordinals(box[at])), source, definition, current_time=now
        )

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        above, below = self._both(upstream, downstream)
        found: list[Span] = []
        for box in boxes_of(subset.spans, above.radices):
            taken = [each.partitions_def.existing(now) for each in below.partitions_defs]
            for name, entry in self.downstream_mappings_by_upstream_dimension.items():
                source = above.get_partitions_def_for_dimension(name)
                at = below.dimension_at(entry.dimension_name)
                part = Ordinals(box[above.dimension_at(name)])
                mapped = entry.partition_mapping.get_downstream_partitions_for_partitions(
                    PartitionsSubset(source, part),
                    source,
                    below.partitions_defs[at].partitions_def,
                    current_time=now,
                )
                taken[at] &= mapped.ordinals
            found.extend(box_spans(tuple(each.spans for each in taken), below.radices))
        return PartitionsSubset.of_spans(below, found)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.downstream_mappings_by_upstream_dimension)))


@dataclass(frozen=True, slots=True)
class MultiToSingleDimensionPartitionMapping(SubsetMapping):
    """One dimension of combinations relates to an asset with one dimension, in either direction.

    Attributes:
        partition_dimension_name: The dimension; None is the only one that can be related.
        partition_mapping: How its keys relate to the other asset's; None is the usual way.
    """

    partition_dimension_name: str | None = None
    partition_mapping: PartitionMapping | None = None

    @property
    def description(self) -> str:
        """The mapping in words."""
        name = self.partition_dimension_name
        which = f"dimension '{name}'" if name else "the dimension that both have"
        how = f", where {self.partition_mapping.description}" if self.partition_mapping else ""
        return f"partitions map by {which}{how}"

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if one has combinations, with one dimension that the other can relate to.

        Raises:
            InvalidDefinitionError: None or both have combinations.
            ParameterCheckError: Not exactly one dimension can be related; name it.
        """
        multi, single, at = self._related(upstream_partitions_def, downstream_partitions_def)
        dimension = multi.partitions_defs[at].partitions_def
        down = multi is downstream_partitions_def
        pair = (single, dimension) if down else (dimension, single)
        self._mapping(*pair).validate_partition_mapping(*pair)

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {
            "kind": "multi_to_single",
            "dimension": self.partition_dimension_name,
            "mapping": self.partition_mapping.spec() if self.partition_mapping else None,
        }

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        multi, single, at = self._related(upstream, downstream)
        dimension = multi.partitions_defs[at].partitions_def
        spans = subset.spans if subset is not None else ()
        if multi is downstream:
            part = PartitionsSubset(dimension, _projected(spans, multi, at))
            return self._mapping(
                upstream, dimension
            ).get_upstream_mapped_partitions_result_for_partitions(
                part, dimension, upstream, current_time=now
            )
        result = self._mapping(
            dimension, single
        ).get_upstream_mapped_partitions_result_for_partitions(
            PartitionsSubset.of_spans(single, spans), single, dimension, current_time=now
        )
        found = _widened(result.partitions_subset.spans, multi, at, now)
        return UpstreamPartitionsResult(found, result.required_but_nonexistent_subset)

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        multi, single, at = self._related(upstream, downstream)
        dimension = multi.partitions_defs[at].partitions_def
        if multi is upstream:
            part = PartitionsSubset(dimension, _projected(subset.spans, multi, at))
            return self._mapping(dimension, single).get_downstream_partitions_for_partitions(
                part, dimension, single, current_time=now
            )
        mapped = self._mapping(single, dimension).get_downstream_partitions_for_partitions(
            subset, single, dimension, current_time=now
        )
        return _widened(mapped.spans, multi, at, now)

    def _mapping(
        self, upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> PartitionMapping:
        return self.partition_mapping or usual_mapping(upstream, downstream)

    def _related(
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> tuple[MultiPartitionsDefinition, PartitionsDefinition, int]:
        """Return the definition of combinations, the other one, and the dimension's place."""
        pair = _multi_and_single(upstream, downstream)
        if pair is None:
            has = [each.describe() if each else "none" for each in (upstream, downstream)]
            raise InvalidDefinitionError(
                "MultiToSingleDimensionPartitionMapping relates combinations to one dimension, but "
                f"the keys of the upstream are {has[0]} and those of the downstream {has[1]}. Give "
                "the dependency another partition_mapping."
            )
        multi, single = pair
        if self.partition_dimension_name is not None:
            return multi, single, multi.dimension_at(self.partition_dimension_name)
        at = matching_dimension(multi, single)
        if at is None:
            raise ParameterCheckError(
                "Which dimension the other asset goes with is not clear: its keys "
                f"({single.describe()}) are those of none, or of several, of the dimensions "
                f"{', '.join(multi.partition_dimension_names)}. Pass partition_dimension_name=."
            )
        return multi, single, at


def usual_mapping(
    upstream: PartitionsDefinition, downstream: PartitionsDefinition
) -> PartitionMapping:
    """Return how two definitions relate if nobody says: windows by overlap, others by key."""
    if upstream != downstream and all(
        isinstance(each, TimeWindowPartitionsDefinition) for each in (upstream, downstream)
    ):
        return TimeWindowPartitionMapping()
    return IdentityPartitionMapping()


def relates_one_dimension(upstream: PartitionsDefinition, downstream: PartitionsDefinition) -> bool:
    """Tell whether one has combinations, and exactly one dimension has the other's keys."""
    pair = _multi_and_single(upstream, downstream)
    return pair is not None and matching_dimension(*pair) is not None


def matching_dimension(
    multi: MultiPartitionsDefinition, single: PartitionsDefinition
) -> int | None:
    """Return the place of the only dimension with the same keys, or else with time windows too."""
    parts = [each.partitions_def for each in multi.partitions_defs]
    same = [at for at, part in enumerate(parts) if part == single]
    if not same and isinstance(single, TimeWindowPartitionsDefinition):
        timed = TimeWindowPartitionsDefinition
        same = [at for at, part in enumerate(parts) if isinstance(part, timed)]
    return same[0] if len(same) == 1 else None


def _multi_and_single(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> tuple[MultiPartitionsDefinition, PartitionsDefinition] | None:
    if upstream is None or downstream is None:
        return None
    up, down = (isinstance(each, MultiPartitionsDefinition) for each in (upstream, downstream))
    if up == down:
        return None
    multi, single = (upstream, downstream) if up else (downstream, upstream)
    assert isinstance(multi, MultiPartitionsDefinition)
    return multi, single


def _combinations(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> tuple[MultiPartitionsDefinition, MultiPartitionsDefinition]:
    if isinstance(upstream, MultiPartitionsDefinition) and isinstance(
        downstream, MultiPartitionsDefinition
    ):
        return upstream, downstream
    has = [each.describe() if each else "none" for each in (upstream, downstream)]
    raise InvalidDefinitionError(
        "MultiPartitionMapping relates combinations, but the keys of the upstream are "
        f"{has[0]} and those of the downstream {has[1]}. Give the dependency another "
        "partition_mapping."
    )


def _first_lost(
    lost: Sequence[PartitionsSubset], above: MultiPartitionsDefinition
) -> PartitionsSubset:
    """Return what is missing of the first dimension that lacks something."""
    some = [each for each in lost if not each.is_empty]
    if not some:
        return above.empty_subset()
    same = [each for each in some if each.definition == some[0].definition]
    return DefaultPartitionsSubset(key for each in same for key in each)


def _projected(spans: Spans, multi: MultiPartitionsDefinition, at: int) -> Ordinals:
    """Return the ordinals of one dimension that occur in some combinations."""
    return Ordinals.of_spans(span for box in boxes_of(spans, multi.radices) for span in box[at])


def _widened(
    spans: Spans, multi: MultiPartitionsDefinition, at: int, now: datetime | None
) -> PartitionsSubset:
    """Return every combination that has one of some ordinals in a dimension."""
    box = tuple(
        spans if n == at else each.partitions_def.existing(now).spans
        for n, each in enumerate(multi.partitions_defs)
    )
    return PartitionsSubset.of_spans(multi, box_spans(box, multi.radices))
