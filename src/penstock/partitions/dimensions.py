"""The dimensions of combinations: which of them has time windows, and what follows from that."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from penstock.errors import ParameterCheckError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


class PartitionDimensionDefinition(NamedTuple):
    """One dimension: its name and its keys."""

    name: str
    partitions_def: PartitionsDefinition


class Dimensions(PartitionsDefinition):
    """Partitions with a key in each of some dimensions.

    Attributes:
        partitions_defs: The dimensions, in the order of their names.
    """

    partitions_defs: list[PartitionDimensionDefinition]

    @abstractmethod
    def split_key(self, key: str) -> Sequence[str]:
        """Return the part of a key for each dimension.

        Raises:
            UnknownPartitionError: It has another number of parts.
        """

    @property
    def primary_dimension(self) -> PartitionDimensionDefinition:
        """The dimension with time windows if there is one, else the first."""
        timed = self._timed
        return timed[0] if timed else self.partitions_defs[0]

    @property
    def secondary_dimension(self) -> PartitionDimensionDefinition:
        """The first dimension that is not the primary one.

        Raises:
            ParameterCheckError: There is only one.
        """
        primary = self.primary_dimension
        for dimension in self.partitions_defs:
            if dimension != primary:
                return dimension
        raise ParameterCheckError(f"There is no dimension beside '{primary.name}'.")

    @property
    def has_time_window_dimension(self) -> bool:
        """Whether a dimension has time windows."""
        return bool(self._timed)

    @property
    def time_window_dimension(self) -> PartitionDimensionDefinition:
        """The only dimension with time windows.

        Raises:
            ParameterCheckError: None has, or several have.
        """
        if len(self._timed) != 1:
            names = ", ".join(each.name for each in self.partitions_defs)
            raise ParameterCheckError(
                f"{len(self._timed)} of the dimensions {names} have time windows; "
                "exactly one is needed here."
            )
        return self._timed[0]

    @property
    def time_window_partitions_def(self) -> TimeWindowPartitionsDefinition:
        """The definition of the only dimension with time windows."""
        definition = self.time_window_dimension.partitions_def
        assert isinstance(definition, TimeWindowPartitionsDefinition)
        return definition

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """Return the window of a key's part that is one."""
        at = self.partitions_defs.index(self.time_window_dimension)
        part = self.split_key(partition_key)[at]
        return self.time_window_partitions_def.time_window_for_partition_key(part)

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """Return the cron schedule of the dimension with time windows."""
        return self.time_window_partitions_def.get_cron_schedule(
            minute_of_hour, hour_of_day, day_of_week, day_of_month
        )

    @cached_property
    def _timed(self) -> list[PartitionDimensionDefinition]:
        return [
            dimension
            for dimension in self.partitions_defs
            if isinstance(dimension.partitions_def, TimeWindowPartitionsDefinition)
        ]
