"""Jobs, repositories and code locations by name, for sensors that watch the runs of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class WatchedRun(Protocol):
    """A run, as far as it matters where its job is from."""

    @property
    def job_name(self) -> str:
        """The name of its job."""
        ...


@dataclass(frozen=True, slots=True)
class JobSelector:
    """A job of some code location.

    Attributes:
        location_name: The code location's name.
        repository_name: The name of the repository in it; its only one if None.
        job_name: The job's name; all of them if None.
    """

    location_name: str
    repository_name: str | None = None
    job_name: str | None = None

    def takes(self, run: WatchedRun) -> bool:
        """Tell whether a run is of the job."""
        in_location = CodeLocationSelector(self.location_name, self.repository_name).takes(run)
        return in_location and self.job_name in {None, run.job_name}


@dataclass(frozen=True, slots=True)
class RepositorySelector:
    """All jobs of a repository in some code location."""

    location_name: str
    repository_name: str

    def takes(self, run: WatchedRun) -> bool:
        """Tell whether a run is of a job of the repository."""
        return CodeLocationSelector(self.location_name, self.repository_name).takes(run)


@dataclass(frozen=True, slots=True)
class CodeLocationSelector:
    """All jobs of a code location."""

    location_name: str
    repository_name: str | None = None

    def takes(self, run: WatchedRun) -> bool:
        """Tell whether a run is of a job of the code location; unknown if the run does not say."""
        location: object = getattr(run, "location_name", None)
        return location is None or location == self.location_name
