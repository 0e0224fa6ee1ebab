"""`IOManager`: how values are stored and loaded, and the contexts that it receives."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from penstock.errors import InvariantViolationError
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import TimeWindow


class _IOContext:
    def __init__(
        self,
        *,
        asset_key: AssetKey | None,
        name: str,
        step_key: str,
        run_id: str,
        partition_keys: Sequence[str] = (),
        partitions: PartitionsDefinition | None = None,
        definition_metadata: Mapping[str, object] | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        self._asset_key = asset_key
        self.name = name
        self.step_key = step_key
        self.run_id = run_id
        self.asset_partition_keys = list(partition_keys)
        self.asset_partitions_def = partitions
        self.definition_metadata: Mapping[str, object] = definition_metadata or {}
        self.log = log or logging.getLogger("penstock.io")

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the value belongs to."""
        if self._asset_key is None:
            raise InvariantViolationError(f"'{self.name}' of '{self.step_key}' carries no asset.")
        return self._asset_key

    @property
    def has_asset_key(self) -> bool:
        """Whether the value belongs to an asset."""
        return self._asset_key is not None

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the value is of particular partitions."""
        return bool(self.asset_partition_keys)

    @property
    def has_partition_key(self) -> bool:
        """Whether the value is of exactly one partition."""
        return len(self.asset_partition_keys) == 1

    @property
    def partition_key(self) -> str:
        """The one partition that the value is of."""
        if len(self.asset_partition_keys) != 1:
            raise InvariantViolationError(
                f"The value of asset '{self.asset_key}' is of {len(self.asset_partition_keys)} "
                "partitions, not of one. Use context.asset_partition_keys."
            )
        return self.asset_partition_keys[0]

    asset_partition_key = partition_key

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time from the start of the first partition to the end of the last."""
        window = getattr(self.asset_partitions_def, "time_window_for_partition_key", None)
        if window is None or not self.asset_partition_keys:
            raise InvariantViolationError(
                f"The partitions of asset '{self.asset_key}' are not windows of time."
            )
        return TimeWindow(
            window(self.asset_partition_keys[0]).start, window(self.asset_partition_keys[-1]).end
        )

    def get_asset_identifier(self) -> Sequence[str]:
        """Return the parts of the asset's key and, for one partition, its key."""
        parts = list(self.asset_key.parts)
        return [*parts, self.partition_key] if self.has_partition_key else parts

    def get_identifier(self) -> Sequence[str]:
        """Return parts that identify the value."""
        if self.has_asset_key:
            return self.get_asset_identifier()
        return [self.run_id, self.step_key, self.name]


class OutputContext(_IOContext):
    """What an IO manager knows about the value that it stores."""

    def __init__(
        self,
        *,
        asset_key: AssetKey | None,
        name: str,
        step_key: str,
        run_id: str,
        partition_keys: Sequence[str] = (),
        partitions: PartitionsDefinition | None = None,
        definition_metadata: Mapping[str, object] | None = None,
        output_metadata: Mapping[str, MetadataUnion] | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        super().__init__(
            asset_key=asset_key,
            name=name,
            step_key=step_key,
            run_id=run_id,
            partition_keys=partition_keys,
            partitions=partitions,
            definition_metadata=definition_metadata,
            log=log,
        )
        self.output_metadata: Mapping[str, MetadataUnion] = output_metadata or {}
        self.added_metadata: dict[str, MetadataUnion] = {}

    def add_output_metadata(self, metadata: Mapping[str, object]) -> None:
        """Attach facts about what was stored."""
        self.added_metadata.update(normalize_metadata(metadata))


class InputContext(_IOContext):
    """What an IO manager knows about the value that it loads."""

    def __init__(
        self,
        *,
        asset_key: AssetKey | None,
        name: str,
        step_key: str,
        run_id: str,
        partition_keys: Sequence[str] = (),
        partitions: PartitionsDefinition | None = None,
        definition_metadata: Mapping[str, object] | None = None,
        upstream_output: OutputContext | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        super().__init__(
            asset_key=asset_key,
            name=name,
            step_key=step_key,
            run_id=run_id,
            partition_keys=partition_keys,
            partitions=partitions,
            definition_metadata=definition_metadata,
            log=log,
        )
        self.upstream_output = upstream_output


class IOManager(ABC):
    """Stores what assets return, and loads it where another asset takes it as a parameter."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store a value. When this returns, the value can be read: write, then rename."""

    @abstractmethod
    def load_input(self, context: InputContext) -> object:
        """Load the value of `context.asset_key`, for `context.asset_partition_keys` if any."""
