"""`RunLauncher`: what starts the worker of a run, and ends it.

Owns the seam. `DefaultRunLauncher` in `execute/launcher.py` starts processes on this machine;
others are named in the settings under `run_launcher`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum

import msgspec

from penstock.compat.runs import DagsterRun
from penstock.settings.instance_ref import InstanceRef
from penstock.settings.registered import Registered


@dataclass(frozen=True, slots=True)
class LaunchRunContext:
    """A run to launch; `workspace` is where its definitions are, if anybody said."""

    dagster_run: DagsterRun
    workspace: object = None


@dataclass(frozen=True, slots=True)
class ResumeRunContext:
    """A run to go on with, and how often that was tried before."""

    dagster_run: DagsterRun
    workspace: object = None
    resume_attempt_number: int | None = None


class WorkerStatus(Enum):
    """What is known of the worker of a run."""

    RUNNING = "RUNNING"
    NOT_FOUND = "NOT_FOUND"
    FAILED = "FAILED"
    SUCCESS = "SUCCESS"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class CheckRunHealthResult:
    """How the worker of a run is, with words for people."""

    status: WorkerStatus
    msg: str | None = None
    transient: bool | None = None
    run_worker_id: str | None = None

    def __str__(self) -> str:
        return f"{self.status.value}: '{self.msg}'" if self.msg else self.status.value


class WorkerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told.

    Attributes:
        instance: The instance to open.
        run: The run to carry out.
        owner: The owner that the worker is; it makes itself one if None.
        descriptor: The inherited lock of that owner, if there is one.
        log: The file that the worker prints to, if it is to remove an empty one.
    """

    instance: InstanceRef
    run: str
    owner: str | None = None
    descriptor: int | None = None
    log: str | None = None


class RunLauncher(Registered, ABC):
    """Subclass to start the workers of runs elsewhere: in containers, on other machines.

    A worker carries out a run that is in the store: `python -m penstock.cli.worker` does, with
    `worker_order` on its standard input. Make the class a `ConfigurableClass` to name it in the
    settings.
    """

    def worker_order(self, run_id: str) -> bytes:
        """Return what the worker of a run reads on its standard input; there is no secret in it."""
        return msgspec.json.encode(WorkerOrder(instance=self._instance.get_ref(), run=run_id))

    @abstractmethod
    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the worker of a run, and return without waiting for it."""

    @abstractmethod
    def terminate(self, run_id: str) -> bool:
        """End a run; tell whether there was something to end."""

    def can_terminate(self, run_id: str) -> bool:
        """Tell whether a run could be ended."""
        del run_id
        return False

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Whether `check_run_worker_health` says something."""
        return False

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Tell how the worker of a run is."""
        del run
        return CheckRunHealthResult(WorkerStatus.UNKNOWN, "This launcher does not know.")

    @property
    def supports_resume_run(self) -> bool:
        """Whether `resume_run` works."""
        return False

    def resume_run(self, context: ResumeRunContext) -> None:
        """Start a worker that goes on with a run whose worker died.

        Raises:
            NotImplementedError: The launcher cannot.
        """
        raise NotImplementedError(
            f"{type(self).__name__} cannot resume run {context.dagster_run.run_id}. Launch a new "
            "run that re-executes it."
        )

    def join(self, timeout: int = 30) -> None:
        """Wait for the workers that this object started, at most so many seconds."""
        del timeout

    def dispose(self) -> None:
        """Let go of what the launcher holds."""
