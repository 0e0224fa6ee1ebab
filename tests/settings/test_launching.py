"""Runs that are submitted, launched and resumed through the classes that the settings name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

import penstock as dg
from penstock.config.configurable_class import ConfigurableClass, ConfigurableClassData
from penstock.errors import InvariantViolationError
from penstock.instance import Instance
from penstock.model.run import RunStatus
from penstock.settings.run_coordinator import RunCoordinator, SubmitRunContext
from penstock.settings.run_launcher import LaunchRunContext, ResumeRunContext, RunLauncher

NOWHERE = str(uuid.UUID(int=7))


class _Configured(ConfigurableClass):
    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self.taken: list[object] = []
        super().__init__()

    @property
    def inst_data(self):
        return self._inst_data

    @classmethod
    def config_type(cls):
        return {}

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        return cls(inst_data)


class KeepingCoordinator(_Configured, RunCoordinator):
    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        self.taken.append(context)
        return context.dagster_run

    def cancel_run(self, run_id: str) -> bool:
        return False


class KeepingLauncher(_Configured, RunLauncher):
    def launch_run(self, context: LaunchRunContext) -> None:
        if context.dagster_run.tags.get("impossible"):
            raise OSError("no machine")
        self.taken.append(context)

    @property
    def supports_resume_run(self) -> bool:
        return True

    def resume_run(self, context: ResumeRunContext) -> None:
        self.taken.append(context)

    def terminate(self, run_id: str) -> bool:
        return False


def _named(name: str) -> dict[str, str]:
    return {"module": __name__, "class": name}


@pytest.fixture
def instance() -> Iterator[Instance]:
    parts = {
        "run_coordinator": _named("KeepingCoordinator"),
        "run_launcher": _named("KeepingLauncher"),
    }
    with Instance.ephemeral(settings=parts) as made:
        yield made


def test_a_submitted_run_goes_to_the_coordinator(instance):
    run = instance.create_run(job_name="loads")

    instance.submit_run(run.run_id, "here")

    assert instance.run_coordinator.taken == [SubmitRunContext(run, "here")]


def test_a_launched_run_is_starting(instance):
    run = instance.create_run(job_name="loads")

    launched = instance.launch_run(run.run_id, "here")

    assert launched.status is RunStatus.STARTING
    assert [each.dagster_run.run_id for each in instance.run_launcher.taken] == [run.run_id]
    assert instance.get_run_stats(run.run_id).launch_time is not None


def test_a_run_that_cannot_be_launched_fails(instance):
    run = instance.create_run(job_name="loads", tags={"impossible": "yes"})

    with pytest.raises(OSError, match="no machine"):
        instance.launch_run(run.run_id)

    assert instance.get_run_by_id(run.run_id).is_failure
    assert "no machine" in instance.all_logs(run.run_id)[-1].message


def test_a_run_whose_worker_died_is_resumed(instance):
    run = instance.create_run(job_name="loads", status=RunStatus.SUSPENDED)

    instance.resume_run(run.run_id, attempt_number=2)

    (context,) = instance.run_launcher.taken
    assert (context.dagster_run.run_id, context.resume_attempt_number) == (run.run_id, 2)
    assert instance.count_resume_run_attempts(run.run_id) == 0
    assert not instance.run_will_resume(run.run_id)


def test_runs_that_are_not_there_or_over_are_not_set_going(instance):
    over = instance.create_run(job_name="loads", status=RunStatus.SUCCESS)

    with pytest.raises(InvariantViolationError, match="submit_run was asked for run"):
        instance.submit_run(NOWHERE)
    with pytest.raises(InvariantViolationError, match="launch_run was asked for run"):
        instance.launch_run(NOWHERE)
    with pytest.raises(InvariantViolationError, match="SUCCESS"):
        instance.resume_run(over.run_id)
