"""Output of steps: captured for each attempt, told of, and never the reason for a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.instance import Instance
from penstock.store.compute_logs import LocalComputeLogManager, NoOpComputeLogManager
from penstock.store.log_values import CapturedLogContext
from penstock.store.memory import MemoryStore


def instance_with(manager: object, tmp_path: Path) -> Instance:
    settings = load_settings(environment={}, directory=tmp_path)
    return Instance(store=MemoryStore(), settings=settings, compute_logs=manager)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return instance_with(LocalComputeLogManager(tmp_path / "logs"), tmp_path)


def run(function, instance: Instance, **facts) -> dg.ExecuteInProcessResult:
    @dg.job
    def only():
        dg.op(name="step", **facts)(function)()

    return only.execute_in_process(instance=instance, raise_on_error=False)


def captured(instance: Instance, result, file_key: str = "step.1") -> tuple[bytes, bytes]:
    data = instance.compute_log_manager.get_log_data([result.run_id, "compute_logs", file_key])
    return data.stdout, data.stderr


def told(result) -> list[str]:
    events = result.filter_events(lambda event: event.event_type_value == "LOGS_CAPTURED")
    return [event.logs_captured_data.file_key for event in events]


def test_what_a_step_and_its_children_write_is_captured_in_order(instance: Instance):
    def step():
        print("one")
        subprocess.run([sys.executable, "-c", "print('two')"], check=True)
        print("three")
        os.write(2, b"C says\n")

    result = run(step, instance)

    assert captured(instance, result) == (b"one\ntwo\nthree\n", b"C says\n")
    assert told(result) == ["step.1"]
    assert instance.compute_log_manager.is_capture_complete(
        [result.run_id, "compute_logs", "step.1"]
    )


def test_a_silent_step_leaves_nothing(instance: Instance, tmp_path: Path):
    result = run(lambda: None, instance)

    assert told(result) == []
    assert [path for path in (tmp_path / "logs").rglob("*") if path.is_file()] == []


def test_each_attempt_has_a_log_of_its_own(instance: Instance):
    def step(context):
        print(f"attempt {context.retry_number + 1}")
        if context.retry_number == 0:
            raise dg.RetryRequested(max_retries=1)

    result = run(step, instance)

    assert told(result) == ["step.1", "step.2"]
    assert captured(instance, result, "step.1")[0] == b"attempt 1\n"
    assert captured(instance, result, "step.2")[0] == b"attempt 2\n"


def test_a_generator_has_one_log(instance: Instance):
    def step():
        print("before")
        yield dg.Output(1)
        print("after")

    result = run(step, instance)

    assert told(result) == ["step.1"]
    assert captured(instance, result)[0] == b"before\nafter\n"


def test_a_step_that_fails_keeps_what_it_wrote(instance: Instance):
    def step():
        print("last words")
        raise ValueError("no")

    result = run(step, instance)

    assert not result.success
    assert captured(instance, result)[0] == b"last words\n"


def test_output_can_be_read_while_the_step_runs(instance: Instance):
    seen = []

    def step(context):
        print("so far")
        key = [context.run_id, "compute_logs", "step.1"]
        seen.append(context.instance.compute_log_manager.get_log_data(key).stdout)

    run(step, instance)

    assert seen == [b"so far\n"]


def test_what_an_io_manager_prints_is_of_its_step(instance: Instance):
    class Loud(dg.IOManager):
        def handle_output(self, context, obj):
            print("storing")

        def load_input(self, context):
            raise NotImplementedError

    @dg.op(name="step", out=dg.Out(io_manager_key="loud"))
    def step():
        return 1

    @dg.job(resource_defs={"loud": Loud()})
    def only():
        step()

    result = only.execute_in_process(instance=instance)

    assert captured(instance, result)[0] == b"storing\n"


def test_without_a_place_for_output_it_goes_where_it_always_goes(tmp_path: Path, capfd):
    instance = instance_with(NoOpComputeLogManager(), tmp_path)

    result = run(lambda: print("seen"), instance)

    assert capfd.readouterr().out == "seen\n"
    assert told(result) == []


class Elsewhere(NoOpComputeLogManager):
    @contextmanager
    def capture_logs(self, log_key) -> Generator[CapturedLogContext]:
        yield CapturedLogContext(log_key, external_url="https://logs.example/1")


def test_a_manager_of_the_users_says_where_the_log_is(tmp_path: Path):
    result = run(lambda: None, instance_with(Elsewhere(), tmp_path))

    (event,) = [e for e in result.all_events if e.event_type_value == "LOGS_CAPTURED"]
    assert event.logs_captured_data.external_url == "https://logs.example/1"
    assert list(event.logs_captured_data.step_keys) == ["step"]


class Down(NoOpComputeLogManager):
    def capture_logs(self, log_key):
        raise ConnectionError("the logs are down")


def test_a_place_that_is_down_costs_output_and_not_the_run(tmp_path: Path):
    instance = instance_with(Down(), tmp_path)

    result = run(lambda: None, instance)

    messages = [entry.message for entry in instance.all_logs(result.run_id)]
    assert result.success
    assert "Some output of step 'step' was not kept: the logs are down" in messages


def test_a_secret_that_is_printed_is_hidden(instance: Instance, monkeypatch: pytest.MonkeyPatch):
    from penstock.base import secrets

    secrets.remember_secret("API_TOKEN", "s3cr3t-value")
    try:
        result = run(lambda: print("token s3cr3t-value"), instance)
    finally:
        secrets.forget_secrets()

    assert captured(instance, result)[0] == b"token ********\n"
