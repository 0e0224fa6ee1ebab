"""Classes of subsets that Dagster has where Penstock has one.

Owns how a user's code makes and recognises them. What a subset can do is `PartitionsSubset`'s, so
these may be mixed with any other, and `isinstance` looks at the definition, not at the class.
"""

from __future__ import annotations

from collections.abc import Sequence

from penstock.errors import UsageError
from penstock.partitions.context import PartitionLoadingContext, partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


class _RecognisedByTime(type):
    """Takes any subset of time windows for an instance of the class."""

    def __instancecheck__(cls, instance: object) -> bool:
        return super().__instancecheck__(instance) or (
            isinstance(instance, PartitionsSubset) and _is_timed(instance)
        )


class AllPartitionsSubset(PartitionsSubset):
    """Every partition that existed when it was made.

    Args:
        partitions_def: The definition whose keys these are.
        context: As of when, and where the keys of dynamic partitions are.
    """

    __slots__ = ()

    def __init__(
        self, partitions_def: PartitionsDefinition, context: PartitionLoadingContext
    ) -> None:
        with partition_loading_context(new_ctx=context):
            super().__init__(partitions_def, partitions_def.existing())


class TimeWindowPartitionsSubset(PartitionsSubset, metaclass=_RecognisedByTime):
    """Some time windows.

    Args:
        partitions_def: The definition whose windows these are.
        num_partitions: Taken as in Dagster; the windows say how many there are.
        included_time_windows: The spans of time; a window belongs to them if it starts in one.
    """

    __slots__ = ()

    def __init__(
        self,
        partitions_def: TimeWindowPartitionsDefinition,
        num_partitions: int | None = None,
        included_time_windows: Sequence[TimeWindow] = (),
    ) -> None:
        del num_partitions
        spans = (
            partitions_def.starting(int(window.start.timestamp()), int(window.end.timestamp()))
            for window in included_time_windows
        )
        super().__init__(partitions_def, PartitionsSubset.of_spans(partitions_def, spans).ordinals)

    @staticmethod
    def create_empty_subset(
        partitions_def: TimeWindowPartitionsDefinition | None = None,
    ) -> PartitionsSubset:
        """Return the subset of a definition without windows.

        Raises:
            UsageError: No definition is given.
        """
        if partitions_def is None:
            raise UsageError("A subset of time windows needs its definition: pass partitions_def.")
        return partitions_def.empty_subset()


def _is_timed(subset: PartitionsSubset) -> bool:
    return isinstance(subset.definition, TimeWindowPartitionsDefinition)
