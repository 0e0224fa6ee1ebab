"""What jobs say about the partitions of their runs: which there are, and what a run of one gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from penstock.config.run_config import RunConfig
from penstock.define.partitioned_config import PartitionedConfig
from penstock.define.run_request import RunRequest
from penstock.errors import InvariantViolationError
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.define.job_facts import JobFacts


class PartitionedRuns:
    """The members of a job that are about partitions."""

    if TYPE_CHECKING:
        facts: JobFacts

        @property
        def name(self) -> str:
            """The name of the job."""
            ...

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """What its runs can be split by."""
        return self.facts.partitions_def

    @property
    def partitioned_config(self) -> PartitionedConfig[PartitionsDefinition] | None:
        """The config and tags of its runs by partition."""
        facts = self.facts
        if facts.partitioned is None and facts.partitions_def is not None:
            return PartitionedConfig.from_flexible_config(facts.run_config, facts.partitions_def)
        return facts.partitioned

    def run_config_for(self, partition: str | None) -> Mapping[str, object]:
        """Return the config that a run begins with.

        Args:
            partition: The partition of the run, if it has one.
        """
        if partition is not None and self.facts.partitioned is not None:
            return self.facts.partitioned.get_run_config_for_partition_key(partition)
        return dict(self.facts.run_config or {})

    def tags_for(self, partition: str | None) -> Mapping[str, str]:
        """Return the tags that a run gets for its partition."""
        config = self.partitioned_config if partition is not None else None
        if partition is None or config is None:
            return {}
        return config.get_tags_for_partition_key(partition, job_name=self.name)

    def get_partition_keys(self) -> Sequence[str]:
        """Return the keys of the partitions that exist."""
        return self._partitions("get_partition_keys").get_partition_keys()

    def validate_partition_key(self, partition_key: str) -> None:
        """Make sure that a partition exists.

        Raises:
            UnknownPartitionError: It does not.
        """
        self._partitions("validate_partition_key").validate_partition_key(partition_key)

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, object]:
        """Return the config that a run of a partition begins with."""
        self._partitions("get_run_config_for_partition_key")
        return self.run_config_for(partition_key)

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """Return the tags that a run gets for its partition."""
        self._partitions("get_tags_for_partition_key")
        return self.tags_for(partition_key)

    def _partitions(self, asked: str) -> PartitionsDefinition:
        if self.partitions_def is None:
            raise InvariantViolationError(
                f"{asked} asks for partitions, and job '{self.name}' has none. Give it a "
                "partitions_def."
            )
        return self.partitions_def

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_config: Mapping[str, object] | RunConfig | None = None,
        current_time: datetime | None = None,
    ) -> RunRequest:
        """Return the request of a run of a partition, with its config and tags.

        Args:
            partition_key: The partition.
            run_key: What identifies the request.
            tags: More tags of the run; the partition's win.
            asset_selection: The assets to make, of those of the job.
            run_config: The config of the run, in place of the partition's.
            current_time: The moment that the partition has to exist at.

        Raises:
            UnknownPartitionError: The partition does not exist.
        """
        partitions = self._partitions("run_request_for_partition")
        partitions.validate(partition_key, current_time)
        return RunRequest(
            run_key=run_key,
            run_config=self.run_config_for(partition_key) if run_config is None else run_config,
            tags={**(tags or {}), **self.tags_for(partition_key)},
            job_name=self.name,
            asset_selection=asset_selection,
            partition_key=partition_key,
        )
