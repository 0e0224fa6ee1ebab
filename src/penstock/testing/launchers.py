"""Launchers and coordinators that only remember what they were asked for, for tests.

Name them in the `overrides` of `instance_for_test`, and look at `queue()` afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

from penstock.compat.runs import DagsterRun
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.schema import ConfigSchema, Field, Map
from penstock.errors import InvariantViolationError
from penstock.settings.run_coordinator import RunCoordinator, SubmitRunContext
from penstock.settings.run_launcher import LaunchRunContext, RunLauncher
from penstock.settings.secrets_loader import SecretsLoader


class MockedRunLauncher(RunLauncher, Configured):
    """Remembers the runs that it was to launch; they stay STARTING.

    Args:
        inst_data: What the object was made of.
        bad_run_ids: Runs that cannot be launched.
        bad_user_code_run_ids: Accepted; runs that cannot be launched as well.
    """

    def __init__(
        self,
        inst_data: ConfigurableClassData | None = None,
        bad_run_ids: set[str] | None = None,
        bad_user_code_run_ids: set[str] | None = None,
    ) -> None:
        self._inst_data = inst_data
        self._queue: list[DagsterRun] = []
        self.bad_run_ids: set[str] = set(bad_run_ids or ())
        self.bad_user_code_run_ids: set[str] = set(bad_user_code_run_ids or ())

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "bad_run_ids": Field([str], is_required=False),
            "bad_user_code_run_ids": Field([str], is_required=False),
        }

    def launch_run(self, context: LaunchRunContext) -> None:
        """Remember a run.

        Raises:
            InvariantViolationError: The run is one of those that cannot be launched.
        """
        run = context.dagster_run.run_id
        if run in self.bad_run_ids | self.bad_user_code_run_ids:
            raise InvariantViolationError(f"Run {run} cannot be launched, as the test wants it.")
        self._queue.append(self._instance.get_run_by_id(run) or context.dagster_run)

    def queue(self) -> list[DagsterRun]:
        """Return the runs that were launched, oldest first."""
        return self._queue

    def did_run_launch(self, run_id: str) -> bool:
        """Tell whether a run was launched."""
        return any(run.run_id == run_id for run in self._queue)

    def terminate(self, run_id: str) -> bool:
        """Say that there is nothing to end."""
        del run_id
        return False


class MockedRunCoordinator(RunCoordinator, Configured):
    """Remembers the runs that were submitted to it, and leaves them as they are."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._queue: list[DagsterRun] = []

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Remember a run."""
        self._queue.append(context.dagster_run)
        return context.dagster_run

    def queue(self) -> list[DagsterRun]:
        """Return the runs that were submitted, oldest first."""
        return self._queue

    def cancel_run(self, run_id: str) -> bool:
        """Say that there is nothing to cancel."""
        del run_id
        return False


class MockSecretsLoader(SecretsLoader, Configured):
    """Gives the variables that it was configured with."""

    def __init__(
        self, inst_data: ConfigurableClassData | None, env_vars: Mapping[str, str]
    ) -> None:
        self._inst_data = inst_data
        self.env_vars = env_vars

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {"env_vars": Field(Map(str, str))}

    def get_secrets_for_environment(self, location_name: str | None) -> Mapping[str, str]:
        """Return the variables."""
        del location_name
        return self.env_vars
