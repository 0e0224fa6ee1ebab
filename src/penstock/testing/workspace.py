"""Workspaces for tests: definitions in a file, spoken of by name as a server's clients do.

Owns names only: a job that is asked for here is a reference, and nothing is imported. What launches
a run loads its definitions itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from penstock.errors import InvariantViolationError


@dataclass(frozen=True, slots=True)
class PythonFileTarget:
    """Definitions in a file.

    Attributes:
        python_file: The path of the file.
        attribute: Their name in it; the only ones if None.
        working_directory: The folder that the file's imports start from.
        location_name: The name of the code location; the file's if None.
    """

    python_file: str
    attribute: str | None = None
    working_directory: str | None = None
    location_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteJobOrigin:
    """Where a job is, by names, and the file behind them."""

    location_name: str
    repository_name: str
    job_name: str
    python_file: str


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A job of a code location, by name."""

    origin: RemoteJobOrigin

    @property
    def name(self) -> str:
        """The name of the job."""
        return self.origin.job_name

    def get_remote_origin(self) -> RemoteJobOrigin:
        """Return where the job is."""
        return self.origin

    def get_python_origin(self) -> RemoteJobOrigin:
        """Return where the job is; the file is in it as well."""
        return self.origin


@dataclass(frozen=True, slots=True)
class RemoteRepository:
    """The definitions of a code location, by name."""

    location: CodeLocation
    name: str

    def get_full_job(self, job_name: str) -> RemoteJob:
        """Return a job."""
        return RemoteJob(
            RemoteJobOrigin(
                location_name=self.location.name,
                repository_name=self.name,
                job_name=job_name,
                python_file=self.location.target.python_file,
            )
        )


@dataclass(frozen=True, slots=True)
class CodeLocation:
    """A file of definitions, by name."""

    name: str
    target: PythonFileTarget

    @property
    def repository_name(self) -> str:
        """The name of the definitions in it."""
        return self.target.attribute or "__repository__"

    def get_repository(self, name: str) -> RemoteRepository:
        """Return the definitions in it."""
        return RemoteRepository(self, name)


@dataclass(frozen=True, slots=True)
class WorkspaceRequestContext:
    """What a request can reach of a workspace."""

    code_locations: tuple[CodeLocation, ...]
    request_headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def get_code_location(self, location_name: str) -> CodeLocation:
        """Return a code location.

        Raises:
            InvariantViolationError: There is none of that name.
        """
        for location in self.code_locations:
            if location.name == location_name:
                return location
        raise InvariantViolationError(f"The workspace has no code location '{location_name}'.")

    def repository_name_of(self, location_name: str) -> str:
        """Return the name of the definitions in a code location."""
        return self.get_code_location(location_name).repository_name


class WorkspaceProcessContext:
    """The workspace of a process: one file of definitions.

    Args:
        instance: Accepted; names need no instance.
        workspace_load_target: The file.
    """

    def __init__(self, instance: object, workspace_load_target: PythonFileTarget) -> None:
        del instance
        target = workspace_load_target
        self._location = CodeLocation(target.location_name or target.python_file, target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """There is nothing to release."""

    def create_request_context(self) -> WorkspaceRequestContext:
        """Return what a request can reach."""
        return WorkspaceRequestContext((self._location,))
