"""Runs in processes of their own: launched, ended, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.define.loaded import LoadedDefinitions
from penstock.execute.coordinators import start_queued
from penstock.execute.owners import process_of
from penstock.execute.recovery import recover_lost_runs
from penstock.execute.runs import start_run
from penstock.host.load import load_definitions
from penstock.model.events import kind_of
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.plan.build import build_job_plan
from penstock.settings.run_launcher import WorkerStatus
from penstock.store.protocol import EventFilter

DEFINITIONS = """
import os, pathlib, time
import penstock as dg

@dg.asset
def quick() -> int:
    pathlib.Path("ran").write_text(os.environ.get("SHOP_TOKEN", "no token"))
    return 1

@dg.asset
def broken() -> None:
    raise ValueError("no rows")

@dg.asset
def endless() -> None:
    pathlib.Path("begun").touch()
    while True:
        time.sleep(0.01)

@dg.asset
def stubborn() -> None:
    pathlib.Path("begun").touch()
    while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            pass

@dg.op(config_schema={"start": int})
def counted(context) -> int:
    pathlib.Path("counted-below").write_text(str(os.getppid()))
    return context.op_config["start"] + 1

@dg.op
def told(number: int) -> None:
    pathlib.Path("told").write_text(str(number))

@dg.job
def counting():
    told(counted())

@dg.config_mapping(config_schema={"first": int})
def from_first(config):
    return {"ops": {"counted": {"config": {"start": config["first"]}}}}

@dg.job(config=from_first, executor_def=dg.multiprocess_executor)
def apart():
    told(counted())

@dg.success_hook
def noted(context):
    pathlib.Path("noted").write_text(context.op.name)

quickly = dg.define_asset_job("quickly", selection="quick", hooks={noted})

defs = dg.Definitions(
    assets=[quick, broken, endless, stubborn], jobs=[counting, apart, quickly]
)
"""


class Shop:
    """A project, its definitions, and an instance of it."""

    def __init__(self, folder: Path, instance: dg.Instance, loaded: LoadedDefinitions) -> None:
        self.folder, self.instance, self.loaded = folder, instance, loaded

    def recorded(self, asset: str) -> RunRecord:
        key = dg.AssetKey(asset)
        spec = RunSpec(assets=(key,))
        return start_run(self.loaded, self.instance, assets={key}, checks=None, spec=spec)

    def launched(self, asset: str) -> str:
        run = self.recorded(asset).id
        self.instance.launch_run(run)
        return run

    def status(self, run: str) -> RunStatus:
        found = self.instance.get_run_by_id(run)
        assert found is not None
        return found.status

    def kinds(self, run: str) -> list[str]:
        events = self.instance.store.events(EventFilter(run=self.record(run).id))
        return [kind_of(stored.event) for stored in events]

    def record(self, run: str) -> RunRecord:
        found = self.instance.get_run_by_id(run)
        assert found is not None
        return found.record

    def await_step(self) -> None:
        clock = self.instance.clock
        until = clock.monotonic() + 30
        while not (self.folder / "begun").exists():
            assert clock.monotonic() < until, "the step did not begin"
            clock.sleep(0.01)


@pytest.fixture
def shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    (tmp_path / "defs.py").write_text(DEFINITIONS)
    (tmp_path / "pyproject.toml").write_text('[tool.penstock]\npython_file = "defs.py"\n')
    monkeypatch.chdir(tmp_path)
    overrides: dict[str, object] = getattr(request, "param", {})
    with dg.Instance.open(
        load_settings(environment=dict(os.environ), directory=tmp_path), overrides=overrides
    ) as instance:
        yield Shop(tmp_path, instance, load_definitions(instance.settings))


def test_a_launched_run_is_carried_out_in_another_process(shop):
    run = shop.launched("quick")
    assert shop.status(run) is RunStatus.STARTING
    health = shop.instance.run_launcher.check_run_worker_health(shop.instance.get_run_by_id(run))
    assert health.status is WorkerStatus.RUNNING

    shop.instance.run_launcher.join()

    assert shop.status(run) is RunStatus.SUCCESS
    assert (shop.folder / "ran").exists()
    assert shop.kinds(run)[:3] == ["asset_planned", "run_starting", "run_started"]
    assert not (Path(shop.instance.root_directory) / "logs" / run / "worker.log").exists()


def test_a_job_of_ops_runs_in_its_worker_with_its_config(shop):
    plan = build_job_plan(shop.loaded.code_of("counting").manifest.nodes)
    run = shop.instance.create_run(
        job_name="counting",
        run_config={"ops": {"counted": {"config": {"start": 41}}}},
        execution_plan_snapshot=plan,
    )

    shop.instance.launch_run(run.run_id)
    shop.instance.run_launcher.join()

    assert shop.status(run.run_id) is RunStatus.SUCCESS
    assert (shop.folder / "told").read_text() == "42"


def test_a_worker_uses_the_executor_and_the_config_mapping_of_the_job(shop):
    plan = build_job_plan(shop.loaded.code_of("apart").manifest.nodes)
    run = shop.instance.create_run(
        job_name="apart", run_config={"first": 6}, execution_plan_snapshot=plan
    )

    shop.instance.launch_run(run.run_id)
    shop.instance.run_launcher.join()

    assert shop.status(run.run_id) is RunStatus.SUCCESS
    assert (shop.folder / "told").read_text() == "7"
    assert (shop.folder / "counted-below").read_text() != str(os.getpid())


def test_a_launched_job_of_assets_has_its_hooks(shop):
    key = dg.AssetKey("quick")
    spec = RunSpec(assets=(key,), job="quickly")
    run = start_run(shop.loaded, shop.instance, assets={key}, checks=None, spec=spec).id

    shop.instance.launch_run(run)
    shop.instance.run_launcher.join()

    assert shop.status(run) is RunStatus.SUCCESS
    assert (shop.folder / "noted").read_text() == "quick"


def test_a_worker_that_somebody_else_starts_carries_a_run_out(shop):
    run = shop.recorded("quick").id
    order = shop.instance.run_launcher.worker_order(run)

    worker = [sys.executable, "-m", "penstock.cli.worker"]
    done = subprocess.run(worker, input=order, check=False, capture_output=True)

    assert done.returncode == 0
    assert shop.status(run) is RunStatus.SUCCESS


def test_a_run_that_fails_in_its_worker_says_why(shop):
    run = shop.launched("broken")

    shop.instance.run_launcher.join()

    assert shop.status(run) is RunStatus.FAILURE
    health = shop.instance.run_launcher.check_run_worker_health(shop.instance.get_run_by_id(run))
    assert health.status is WorkerStatus.FAILED
    assert "broken" in str(health.msg)


def test_a_run_whose_definitions_do_not_load_fails_with_the_reason(shop):
    (shop.folder / "defs.py").write_text("import nothing_like_it\n")

    run = shop.launched("quick")
    shop.instance.run_launcher.join()

    assert shop.status(run) is RunStatus.FAILURE
    assert "nothing_like_it" in str(shop.record(run).error)


def test_a_run_is_launched_once(shop):
    run = shop.launched("quick")
    shop.instance.run_launcher.join()

    with pytest.raises(dg.DagsterInvariantViolationError, match="only a run that has not begun"):
        shop.instance.run_launcher.launch_run(dg.LaunchRunContext(shop.instance.get_run_by_id(run)))


def test_a_run_that_is_ended_is_canceled_and_nothing_of_it_lives(shop):
    run = shop.launched("endless")
    shop.await_step()
    owner = shop.record(run).owner

    assert shop.instance.run_launcher.can_terminate(run)
    assert shop.instance.run_launcher.terminate(run)

    assert shop.status(run) is RunStatus.CANCELED
    assert process_of(Path(shop.instance.root_directory), owner) is None
    assert not shop.instance.run_launcher.terminate(run)


@pytest.mark.parametrize(
    "shop",
    [
        {
            "run_launcher": {
                "module": "dagster",
                "class": "DefaultRunLauncher",
                "config": {"grace_seconds": 0.5},
            }
        }
    ],
    indirect=True,
)
def test_what_does_not_end_in_time_is_killed_and_the_run_canceled(shop):
    run = shop.launched("stubborn")
    shop.await_step()

    assert shop.instance.run_launcher.terminate(run)

    assert shop.status(run) is RunStatus.CANCELED


def test_a_worker_that_was_killed_leaves_a_run_that_another_one_goes_on_with(shop):
    run = shop.launched("endless")
    shop.await_step()
    pid = process_of(Path(shop.instance.root_directory), shop.record(run).owner)
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    shop.instance.run_launcher.join()

    recover_lost_runs(shop.instance)
    assert shop.status(run) is RunStatus.SUSPENDED
    (shop.folder / "begun").unlink()
    shop.instance.resume_run(run)
    shop.await_step()

    assert shop.status(run) is RunStatus.STARTED
    assert shop.instance.run_launcher.terminate(run)


def test_a_queued_run_waits_until_somebody_looks_into_the_queue(shop):
    run = shop.recorded("quick").id

    assert shop.instance.submit_run(run).status is RunStatus.QUEUED
    decision = start_queued(shop.instance)
    shop.instance.run_launcher.join()

    assert decision.start == (run,)
    assert shop.status(run) is RunStatus.SUCCESS


@pytest.mark.parametrize("shop", [{"run_queue": {"max_concurrent_runs": 0}}], indirect=True)
def test_a_queue_that_is_stopped_starts_nothing_and_a_waiting_run_can_be_canceled(shop):
    run = shop.recorded("quick").id
    shop.instance.submit_run(run)

    decision = start_queued(shop.instance)

    assert [held.because for held in decision.held] == ["0 runs under way; at most 0 may be"]
    assert shop.instance.run_coordinator.cancel_run(run)
    assert shop.status(run) is RunStatus.CANCELED


@pytest.mark.parametrize(
    "shop",
    [
        {
            "secrets": {
                "custom": {
                    "module": "penstock.testing.launchers",
                    "class": "MockSecretsLoader",
                    "config": {"env_vars": {"SHOP_TOKEN": "sesame"}},
                }
            }
        }
    ],
    indirect=True,
)
def test_what_the_secrets_loader_gives_is_set_in_the_worker(shop):
    shop.launched("quick")

    shop.instance.run_launcher.join()

    assert (shop.folder / "ran").read_text() == "sesame"
    assert "SHOP_TOKEN" not in os.environ


def test_an_instance_in_memory_cannot_launch():
    with dg.Instance.ephemeral() as instance:
        run = instance.create_run(job_name="load")

        with pytest.raises(dg.DagsterInvariantViolationError, match="cannot be opened by another"):
            instance.launch_run(run.run_id)
