"""`DagsterRun`, `RunsFilter` and asset records: views of `model.run` and `model.asset_state`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from penstock.base.ids import RunId
from penstock.compat.events import EventLogRecord
from penstock.errors import InvalidInvocationError
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus


@dataclass(frozen=True, slots=True)
class DagsterRun:
    """A run; a view of `RunRecord`."""

    record: RunRecord

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.record.id

    @property
    def job_name(self) -> str:
        """The name of its job."""
        return self.record.spec.job

    @property
    def status(self) -> RunStatus:
        """Where it stands."""
        return self.record.status

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, the partition among them."""
        tags = dict(self.record.spec.tags)
        if self.record.spec.partition is not None:
            tags.setdefault("dagster/partition", self.record.spec.partition)
        return tags

    @property
    def run_config(self) -> Mapping[str, object]:
        """Its run config."""
        return self.record.spec.config

    @property
    def asset_selection(self) -> frozenset[AssetKey] | None:
        """The assets that were asked for; None for all of the job."""
        assets = self.record.spec.assets
        return None if assets is None else frozenset(assets)

    @property
    def op_selection(self) -> list[str] | None:
        """The queries that chose some of the job's ops; None for all of them."""
        ops = self.record.spec.ops
        return None if ops is None else list(ops)

    @property
    def parent_run_id(self) -> str | None:
        """The run that this one repeats, as a whole or in part."""
        return self.record.spec.parent

    @property
    def root_run_id(self) -> str | None:
        """The first of the runs that this one repeats."""
        return self.record.spec.root

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.record.status is RunStatus.FAILURE

    @property
    def is_failure_or_canceled(self) -> bool:
        """Whether it failed or was canceled."""
        return self.record.status in (RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def is_success(self) -> bool:
        """Whether it ended well."""
        return self.record.status is RunStatus.SUCCESS

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        return self.record.status.is_finished


@dataclass(frozen=True, slots=True)
class RunsFilter:
    """Which runs to return; every given field must hold, a list means any of its values.

    Raises:
        InvalidInvocationError: `run_ids` is an empty list.
    """

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[RunStatus] | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    created_after: float | None = None
    created_before: float | None = None

    def __post_init__(self) -> None:
        if self.run_ids is not None and not self.run_ids:
            raise InvalidInvocationError("RunsFilter(run_ids=...): a non-empty list must be used.")

    def to_native(self) -> RunFilter:
        """Return the filter that stores understand."""
        return RunFilter(
            ids=None if self.run_ids is None else tuple(RunId(r) for r in self.run_ids),
            statuses=tuple(self.statuses) if self.statuses else None,
            job=self.job_name,
            tags=tuple(sorted(self.tags.items())),
            created_after=self.created_after,
            created_before=self.created_before,
        )


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """The newest facts of an asset; a view of `AssetHead`."""

    asset_key: AssetKey
    last_materialization_record: EventLogRecord | None
    last_run_id: str | None


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """The newest facts of an asset with the id of the newest; a view of `AssetHead`."""

    storage_id: int
    asset_entry: AssetEntry


class AssetPartitionStatus(Enum):
    """Where one partition of an asset stands."""

    MATERIALIZED = "MATERIALIZED"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
