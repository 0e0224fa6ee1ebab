"""`RunLaunching`: handing recorded runs to the coordinator and the launcher of the settings."""

from __future__ import annotations

from penstock.base.ids import RunId
from penstock.compat.event_types import DagsterEventType
from penstock.compat.event_writes import EventWrites
from penstock.compat.events import DagsterEvent
from penstock.compat.run_queries import RunQueries
from penstock.compat.runs import DagsterRun
from penstock.errors import InvariantViolationError
from penstock.settings.parts import InstanceParts
from penstock.settings.run_coordinator import SubmitRunContext
from penstock.settings.run_launcher import LaunchRunContext, ResumeRunContext
from penstock.store.protocol import EventFilter


class RunLaunching(RunQueries, EventWrites, InstanceParts):
    """The part of the instance that sets runs going."""

    def submit_run(self, run_id: str, workspace: object = None) -> DagsterRun:
        """Hand a run to the coordinator, which launches it or puts it in the queue.

        Args:
            run_id: The run.
            workspace: Where its definitions are; handed on as it is.

        Raises:
            InvariantViolationError: There is no such run.
        """
        run = self._known(run_id, "submit_run")
        return self.run_coordinator.submit_run(SubmitRunContext(run, workspace))

    def launch_run(self, run_id: str, workspace: object = None) -> DagsterRun:
        """Hand a run to the launcher, which starts its worker.

        A run that cannot be launched fails.

        Args:
            run_id: The run.
            workspace: Where its definitions are; handed on as it is.

        Raises:
            InvariantViolationError: There is no such run.
            Exception: What the launcher raised.
        """
        run = self._known(run_id, "launch_run")
        starting = DagsterEvent(event_type_value=DagsterEventType.RUN_STARTING.value)
        self.report_dagster_event(starting, run_id)
        try:
            self.run_launcher.launch_run(LaunchRunContext(run, workspace))
        except Exception as error:
            self.report_engine_event(f"The run could not be launched: {error}", run)
            self.report_run_failed(run, f"It could not be launched: {error}")
            raise
        return self._known(run_id, "launch_run")

    def resume_run(
        self, run_id: str, workspace: object = None, attempt_number: int | None = None
    ) -> DagsterRun:
        """Hand a run whose worker died to the launcher, to go on with it.

        Args:
            run_id: The run.
            workspace: Where its definitions are; handed on as it is.
            attempt_number: How often it was resumed, this time included.

        Raises:
            InvariantViolationError: There is no such run, or it has ended.
            NotImplementedError: The launcher cannot resume runs.
        """
        run = self._known(run_id, "resume_run")
        if run.is_finished:
            raise InvariantViolationError(
                f"Run {run_id} is {run.status.value}; only a run that has not ended is resumed."
            )
        self.report_engine_event("A new worker is launched to resume the run.", run)
        self.run_launcher.resume_run(ResumeRunContext(run, workspace, attempt_number))
        return self._known(run_id, "resume_run")

    def run_will_resume(self, run_id: str) -> bool:
        """Tell whether a run would be resumed if its worker died."""
        if not self.run_monitoring_enabled:
            return False
        return self.count_resume_run_attempts(run_id) < self.run_monitoring_max_resume_run_attempts

    def count_resume_run_attempts(self, run_id: str) -> int:
        """Return how often a run was resumed."""
        resumed = EventFilter(run=RunId(run_id), kinds=("run_resumed",))
        return len(self.store.events(resumed))

    def _known(self, run_id: str, what: str) -> DagsterRun:
        run = self.get_run_by_id(run_id)
        if run is None:
            raise InvariantViolationError(
                f"{what} was asked for run {run_id}, and there is none of that id. Record it first."
            )
        return run
