"""Runs whose steps are carried out in other processes: real ones, that die, hang and are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.execute.runs import interrupt_all
from penstock.model.events import StepFailed, kind_of
from penstock.model.run import RunFilter, RunStatus
from penstock.store.protocol import EventFilter
from penstock.testing.executor_conformance import await_file, is_alive

PIPELINE = """
import os, signal, subprocess, sys, threading
from pathlib import Path
import penstock as dg

ROOT = Path(os.environ["ROOT"])

def tell(name, text=""):
    part = ROOT / (name + ".part")
    part.write_text(str(text))
    part.rename(ROOT / name)

def wait_for(name):
    pause = threading.Event()
    while not (ROOT / name).exists():
        pause.wait(0.005)

@dg.op
def pid(context):
    print("hello from", context.op.name)
    return os.getpid()

@dg.op
def add(a, b):
    return sorted({a, b})

@dg.job
def diamond():
    add(pid.alias("left")(), pid.alias("right")())

@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def dies_once():
    if not (ROOT / "died").exists():
        tell("died")
        os.kill(os.getpid(), signal.SIGKILL)

@dg.op
def fine():
    pass

@dg.job
def dying():
    dies_once()
    fine()

@dg.op
def leaves():
    os._exit(0)

@dg.job
def leaving():
    leaves()
    fine()

@dg.op
def hangs():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tell("child", child.pid)
    tell("worker", os.getpid())
    wait_for("never")

@dg.op
def after(value):
    pass

@dg.job
def hanging():
    after(hangs())

@dg.op(tags={"database": "yes"})
def uses_database(context):
    with open(ROOT / "trace", "a") as trace:
        trace.write("+ ")
    threading.Event().wait(0.02)
    with open(ROOT / "trace", "a") as trace:
        trace.write("- ")

@dg.job
def limited():
    for number in range(4):
        uses_database.alias(f"uses_{number}")()

@dg.op
def stops_itself():
    raise KeyboardInterrupt

@dg.job
def stopping():
    stops_itself()

@dg.resource
def connection(context):
    tell("opened")
    yield os.getpid()
    tell("closed")

@dg.op(required_resource_keys={"connection"})
def connects(context):
    return context.resources.connection == os.getpid()

@dg.job(resource_defs={"connection": connection})
def connecting():
    connects()

@dg.asset
def numbers():
    tell("program", sys.argv[0])
    return [1, 2]

@dg.asset
def total(numbers):
    return sum(numbers)

defs = dg.Definitions([numbers, total], executor=dg.multiprocess_executor)

def assets():
    return dg.Definitions(
        [numbers, total], jobs=[dg.define_asset_job("all_assets", "*")]
    ).resolve_job_def("all_assets")

if __name__ == "__main__":
    dg.execute_job(dg.reconstructable(hanging), dg.DagsterInstance.get())
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "stepped_pipeline.py").write_text(PIPELINE, encoding="utf-8")
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROOT", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("stepped_pipeline", None)


@pytest.fixture
def instance(root: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance:
        yield instance


def named(job: str) -> dg.ReconstructableJob:
    return dg.build_reconstructable_job("stepped_pipeline", job)


def failures(instance: dg.DagsterInstance) -> list[str]:
    events = instance.store.events(EventFilter(kinds=("step_failed",)))
    return [s.event.error.message for s in events if isinstance(s.event, StepFailed)]


def test_steps_run_elsewhere_and_their_values_are_loaded(instance):
    with dg.execute_job(named("diamond"), instance) as result:
        assert result.success
        assert os.getpid() not in result.output_for_node("add")


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_each_step_may_have_a_fresh_process(instance, method):
    config = {"multiprocess": {"start_method": {method: {}}, "max_concurrent": 1}}
    with dg.execute_job(
        named("diamond"), instance, run_config={"execution": {"config": config}}
    ) as result:
        assert len(result.output_for_node("add")) == 2


def test_a_process_is_used_again(instance):
    config = {"multiprocess": {"max_concurrent": 1}}
    with dg.execute_job(
        named("diamond"), instance, run_config={"execution": {"config": config}}
    ) as result:
        assert len(result.output_for_node("add")) == 1


def test_run_config_may_choose_the_process_of_the_run(instance):
    with dg.execute_job(
        named("diamond"), instance, run_config={"execution": {"config": {"in_process": {}}}}
    ) as result:
        assert result.output_for_node("add") == [os.getpid()]


def test_what_a_step_prints_is_captured(instance):
    result = dg.execute_job(named("diamond"), instance)

    kinds = [kind_of(s.event) for s in instance.store.events(EventFilter())]
    assert kinds.count("logs_captured") == 2
    assert result.success


def test_a_killed_process_is_a_failed_attempt_which_is_tried_again(instance):
    result = dg.execute_job(named("dying"), instance)

    assert result.success
    assert result.retry_attempts_for_node("dies_once") == 1


def test_retries_can_be_disabled(instance):
    config = {"multiprocess": {"retries": {"disabled": {}}}}
    result = dg.execute_job(named("dying"), instance, run_config={"execution": {"config": config}})

    assert not result.success
    assert result.is_node_success("fine")
    assert failures(instance) == [
        "The process of the step was killed by SIGKILL (signal 9) before the step had ended. What "
        "it wrote last is in the captured output of the step."
    ]


def test_a_process_that_leaves_quietly_is_a_failed_attempt(instance):
    result = dg.execute_job(named("leaving"), instance)

    assert result.is_node_success("fine")
    assert failures(instance)[0].startswith("The process of the step ended with exit code 0")


def test_an_error_elsewhere_can_be_raised_here(instance):
    with pytest.raises(dg.DagsterSubprocessError, match="exit code 0"):
        dg.execute_job(named("leaving"), instance, raise_on_error=True)


def test_an_interrupt_that_nobody_asked_for_is_a_failed_attempt(instance):
    dg.execute_job(named("stopping"), instance)

    assert failures(instance) == ["The step was interrupted, and the run was not being canceled."]


def test_a_limit_on_a_tag_holds_steps_back(instance, root):
    limits = [{"key": "database", "limit": 1}]
    config = {"multiprocess": {"max_concurrent": 3, "tag_concurrency_limits": limits}}
    result = dg.execute_job(
        named("limited"), instance, run_config={"execution": {"config": config}}
    )

    assert result.success
    assert (root / "trace").read_text(encoding="utf-8").split() == ["+", "-"] * 4


def test_resources_are_set_up_for_a_step_and_torn_down_after_it(instance, root):
    with dg.execute_job(named("connecting"), instance) as result:
        assert result.output_for_node("connects") is True
    assert (root / "closed").exists()


def test_assets_are_made_elsewhere(instance):
    with dg.execute_job(named("assets"), instance) as result:
        assert result.output_for_node("total") == 3
    assert instance.get_latest_materialization_event(dg.AssetKey("total")) is not None


def test_a_canceled_run_leaves_no_process(instance, root):
    def cancel() -> None:
        await_file(root / "worker")
        interrupt_all()

    canceler = threading.Thread(target=cancel)
    canceler.start()
    with pytest.raises(KeyboardInterrupt):
        dg.execute_job(named("hanging"), instance)
    canceler.join()

    (run,) = instance.store.runs(RunFilter())
    assert run.status is RunStatus.CANCELED
    assert [is_alive(int((root / who).read_text())) for who in ("worker", "child")] == [
        False,
        False,
    ]


def test_workers_die_with_their_driver(root):
    driver = subprocess.Popen([sys.executable, str(root / "stepped_pipeline.py")])
    await_file(root / "worker")
    worker = int((root / "worker").read_text())

    driver.send_signal(signal.SIGKILL)
    driver.wait(timeout=20)

    pause = threading.Event()
    for _ in range(1000):
        if not is_alive(worker):
            break
        pause.wait(0.01)
    assert not is_alive(worker)


def test_an_instance_in_memory_is_refused(root):
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(named("diamond"), instance)

        assert [event.event_type_value for event in result.all_events] == ["PIPELINE_FAILURE"]
        assert "cannot see an instance that is in memory" in (
            instance.store.runs(RunFilter())[0].error or ""
        )


def test_the_command_line_honours_the_executor_of_the_definitions(root):
    done = subprocess.run(
        [sys.executable, "-m", "penstock.cli", "materialize", "-f", "stepped_pipeline.py"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "2 assets" in done.stdout
    assert (root / "program").read_text(encoding="utf-8").endswith("step_worker.py")
