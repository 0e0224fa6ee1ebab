"""`RunRecord` and the key of an asset's job, by their names in Dagster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from penstock.compat.runs import DagsterRun
from penstock.model import run as native
from penstock.model.keys import AssetCheckKey, AssetKey

AssetOrCheckKey = AssetKey | AssetCheckKey
"""The identity of what a step makes or checks."""


@dataclass(frozen=True, slots=True, order=True)
class AssetJobKey:
    """The identity of a job of assets."""

    job_name: str

    def to_user_string(self) -> str:
        """Return the name of the job."""
        return self.job_name


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its times; a view of `model.run.RunRecord`.

    Attributes:
        record: The run as the store knows it.
    """

    record: native.RunRecord

    @property
    def storage_id(self) -> int:
        """A number below 2**60 that grows with the time of creation, as the run's id does."""
        digits = self.record.id.replace("-", "")[:15]
        try:
            return int(digits, 16)
        except ValueError:
            return int.from_bytes(digits.encode()[:7], "big")

    @property
    def dagster_run(self) -> DagsterRun:
        """The run."""
        return DagsterRun(self.record)

    @property
    def create_timestamp(self) -> datetime:
        """When it was created, in UTC."""
        return datetime.fromtimestamp(self.record.created, UTC)

    @property
    def update_timestamp(self) -> datetime:
        """When something was recorded of it last, in UTC."""
        return datetime.fromtimestamp(self.record.updated, UTC)

    @property
    def start_time(self) -> float | None:
        """When its first step could start, in seconds since the Unix epoch."""
        return self.record.started

    @property
    def end_time(self) -> float | None:
        """When it ended, in seconds since the Unix epoch."""
        return self.record.ended
