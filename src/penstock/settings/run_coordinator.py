"""`RunCoordinator`: what becomes of a run that is submitted - launched at once, or queued.

Owns the seam. The two that are built in are in `execute/coordinators.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from penstock.compat.runs import DagsterRun
from penstock.settings.concurrency import RunQueueConfig
from penstock.settings.registered import Registered


@runtime_checkable
class HasRepositories(Protocol):
    """A workspace that knows the definitions of its code locations by name."""

    def repository_name_of(self, location_name: str) -> str:
        """Return the name of the definitions in a code location."""
        ...


@dataclass(frozen=True, slots=True)
class SubmitRunContext:
    """A run that is submitted; `workspace` is where its definitions are, if anybody said."""

    dagster_run: DagsterRun
    workspace: object = None

    def get_request_header(self, key: str) -> str | None:
        """Return a header of the request that submitted the run, if it came by HTTP."""
        headers: object = getattr(self.workspace, "request_headers", None)
        found = headers.get(key) if isinstance(headers, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - whatever a server gives
        return found if isinstance(found, str) else None


class RunCoordinator(Registered, ABC):
    """Subclass to decide otherwise what becomes of submitted runs.

    Make the class a `ConfigurableClass` to name it in the settings.
    """

    @abstractmethod
    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Take a run; return it as it stands afterwards."""

    @abstractmethod
    def cancel_run(self, run_id: str) -> bool:
        """Cancel a run, also one that has started; tell whether there was something to cancel."""

    def get_run_queue_config(self) -> RunQueueConfig | None:
        """Return the limits of the queue; None where runs do not wait in one."""
        return None

    def dispose(self) -> None:
        """Let go of what the coordinator holds."""
