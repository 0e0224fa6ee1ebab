"""What contexts say about partitions: those of the run, and those of the step's assets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from penstock.define.scope import DirectScope
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.multi_key import MultiPartitionKey
from penstock.partitions.window import PartitionKeyRange, TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition

if TYPE_CHECKING:
    from penstock.define.scope import StepScope


class PartitionAccess:
    """The members of a context that are about partitions."""

    __slots__ = ()

    if TYPE_CHECKING:
        _scope: StepScope

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is for one partition."""
        return self._scope.partition_key is not None

    @property
    def has_partition_key_range(self) -> bool:
        """Whether the run is for a range of partitions."""
        return self._scope.partition_range is not None

    @property
    def has_partitions(self) -> bool:
        """Whether the run is for one partition or a range of them."""
        return self.has_partition_key or self.has_partition_key_range

    @property
    def partition_key(self) -> str:
        """The partition that the run is for; of a range, if that is of one only.

        Raises:
            InvariantViolationError: The run has no partition, or a range of several.
            ParameterCheckError: The function is called by hand, and not for a partition.
        """
        key = self._scope.partition_key
        if key is None:
            span = self._scope.partition_range
            if span is not None:
                if span.start == span.end:
                    return span.start
                raise InvariantViolationError(
                    f"This run covers the partitions from '{span.start}' up to '{span.end}': no "
                    "single one is its partition_key. Use context.partition_keys or "
                    "context.partition_key_range."
                )
            if isinstance(self._scope, DirectScope):
                raise ParameterCheckError(
                    "This context was built without a partition, so it has no partition_key. Pass "
                    "partition_key= to build_asset_context or build_op_context."
                )
            raise InvariantViolationError(
                "This run was started without a partition, so it has no partition_key. Start it "
                "with --partition or materialize(partition_key=...)."
            )
        return key

    @property
    def multi_partition_key(self) -> MultiPartitionKey:
        """The partition that the run is for, with its keys by dimension.

        Raises:
            InvariantViolationError: The partitions have one dimension only.
        """
        key = self.partition_key
        if not isinstance(key, MultiPartitionKey):
            raise InvariantViolationError(
                f"Partition '{key}' has one dimension only, so it has no multi_partition_key. Use "
                "context.partition_key."
            )
        return key

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """The first and last partition that the run is for."""
        if self._scope.partition_range is not None:
            return self._scope.partition_range
        return PartitionKeyRange(self.partition_key, self.partition_key)

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The first and last partition that the run is for."""
        return self.partition_key_range

    @property
    def partition_keys(self) -> Sequence[str]:
        """Every partition that the run is for, in order.

        Raises:
            InvariantViolationError: The run has no partition, or the partitions of a range are
                not known, as in a call by hand.
        """
        if self._scope.partition_range is None:
            return [self.partition_key]
        if self._scope.partitions is None:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' knows the ends of its range, but not the "
                "partitions between them. Use context.partition_key_range."
            )
        return self._scope.partitions.get_partition_keys_in_range(self._scope.partition_range)

    @property
    def partition_time_window(self) -> TimeWindow:
        """The window of time from the first partition's start to the last one's end.

        Raises:
            InvariantViolationError: The partitions are not windows of time.
        """
        return _window_of(
            self._scope.partitions, self.partition_key_range, f"step '{self._scope.step_key}'"
        )

    def asset_partition_key_for_output(self, output_name: str = "result") -> str:
        """Return the partition of an output's asset."""
        self._asset_of(output_name)
        return self.partition_key

    def asset_partition_keys_for_output(self, output_name: str = "result") -> Sequence[str]:
        """Return the partitions of an output's asset, in order."""
        self._asset_of(output_name)
        return self.partition_keys

    def asset_partition_key_range_for_output(
        self, output_name: str = "result"
    ) -> PartitionKeyRange:
        """Return the first and last partition of an output's asset."""
        self._asset_of(output_name)
        return self.partition_key_range

    def asset_partitions_def_for_output(self, output_name: str = "result") -> PartitionsDefinition:
        """Return how an output's asset is split.

        Raises:
            InvariantViolationError: It is not.
        """
        key = self._asset_of(output_name)
        if self._scope.partitions is None:
            raise InvariantViolationError(
                f"Asset '{key}' is not split into partitions, so nothing tells how. Give it "
                "partitions_def=."
            )
        return self._scope.partitions

    def asset_partitions_time_window_for_output(self, output_name: str = "result") -> TimeWindow:
        """Return the window of time of an output's partitions."""
        self._asset_of(output_name)
        return self.partition_time_window

    def asset_partition_key_for_input(self, input_name: str) -> str:
        """Return the partition of an input's asset.

        Raises:
            InvariantViolationError: There is not exactly one.
        """
        keys = self.asset_partition_keys_for_input(input_name)
        if len(keys) != 1:
            raise InvariantViolationError(
                f"Input '{input_name}' takes {len(keys)} partitions. Use "
                "context.asset_partition_keys_for_input(...)."
            )
        return keys[0]

    def asset_partition_keys_for_input(self, input_name: str) -> Sequence[str]:
        """Return the partitions of an input's asset, in order."""
        return self._scope.input_partitions(input_name)

    def asset_partition_key_range_for_input(self, input_name: str) -> PartitionKeyRange:
        """Return the first and last partition of an input's asset."""
        keys = self.asset_partition_keys_for_input(input_name)
        return PartitionKeyRange(keys[0], keys[-1])

    def asset_partitions_def_for_input(self, input_name: str) -> PartitionsDefinition:
        """Return how an input's asset is split.

        Raises:
            InvariantViolationError: It is not.
        """
        found = self._scope.input_partitions_def(input_name)
        if found is None:
            raise InvariantViolationError(
                f"The asset of input '{input_name}' is not split into partitions, so nothing tells "
                "how. Give it partitions_def=."
            )
        return found

    def asset_partitions_time_window_for_input(self, input_name: str = "result") -> TimeWindow:
        """Return the window of time of an input's partitions."""
        return _window_of(
            self._scope.input_partitions_def(input_name),
            self.asset_partition_key_range_for_input(input_name),
            f"input '{input_name}'",
        )

    def _asset_of(self, output_name: str) -> AssetKey:
        key = self._scope.assets.get(output_name)
        if key is None and len(self._scope.assets) == 1:
            return next(iter(self._scope.assets.values()))
        if key is None:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' makes no asset with its output '{output_name}'. "
                "Name an output of an asset."
            )
        return key


def _is_timed_once(definition: PartitionsDefinition | None) -> bool:
    if not isinstance(definition, MultiPartitionsDefinition):
        return True
    parts = (dimension.partitions_def for dimension in definition.partitions_defs)
    return sum(isinstance(part, TimeWindowPartitionsDefinition) for part in parts) == 1


def _window_of(
    definition: PartitionsDefinition | None, keys: PartitionKeyRange, words: str
) -> TimeWindow:
    window = getattr(definition, "time_window_for_partition_key", None)
    if window is None or not _is_timed_once(definition):
        raise InvariantViolationError(
            f"No time window can be told: the partitions of {words} are not windows of time, with "
            "a single time dimension. Use their keys."
        )
    first = cast("TimeWindow", window(keys.start))
    return TimeWindow(first.start, cast("TimeWindow", window(keys.end)).end)
