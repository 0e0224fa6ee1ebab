"""Steps that a launcher carries out in another process, through a pickled reference."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.store.protocol import EventFilter

PIPELINE = """
import os, pickle, subprocess, sys
import penstock as dg

REMOTE = '''
import pickle, sys
import penstock as dg
if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        ref = pickle.load(file)
    with open(sys.argv[2], "wb") as out:
        instance = dg.external_instance_from_step_run_ref(
            ref, event_listener_fn=lambda entry: print("told", flush=True)
        )
        pickle.dump(list(dg.run_step_from_ref(ref, instance)), out)
'''

class Elsewhere(dg.StepLauncher):
    def launch_step(self, step_context):
        folder = os.environ["ROOT"]
        sent, back = os.path.join(folder, "sent"), os.path.join(folder, "back")
        with open(sent, "wb") as file:
            pickle.dump(dg.step_context_to_step_run_ref(step_context), file)
        environment = {**os.environ, "PYTHONPATH": folder}
        subprocess.run([sys.executable, "-c", REMOTE, sent, back], check=True, env=environment)
        with open(back, "rb") as file:
            yield from pickle.load(file)

class Silent(dg.StepLauncher):
    def launch_step(self, step_context):
        return iter(())

@dg.op
def here():
    return os.getpid()

@dg.op(required_resource_keys={"launcher"})
def elsewhere(context, pid):
    context.log.info("I am here")
    return [pid, os.getpid()]

@dg.op(required_resource_keys={"launcher"}, retry_policy=dg.RetryPolicy(max_retries=1))
def broken(context):
    raise ValueError("no such table")

def job_of(resource, op):
    @dg.job(resource_defs={"launcher": resource}, executor_def=dg.in_process_executor)
    def launched():
        op()
    return launched

@dg.job(
    resource_defs={"launcher": dg.ResourceDefinition.hardcoded_resource(Elsewhere())},
    executor_def=dg.in_process_executor,
)
def launched():
    elsewhere(here())

def failing():
    return job_of(dg.ResourceDefinition.hardcoded_resource(Elsewhere()), broken)

def silent():
    return job_of(dg.ResourceDefinition.hardcoded_resource(Silent()), broken)
"""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "launched_pipeline.py").write_text(PIPELINE, encoding="utf-8")
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROOT", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        yield instance
    sys.modules.pop("launched_pipeline", None)


def job(name: str) -> dg.ReconstructableJob:
    return dg.build_reconstructable_job("launched_pipeline", name)


def test_a_step_runs_where_its_launcher_takes_it(instance):
    with dg.execute_job(job("launched"), instance) as result:
        first, second = result.output_for_node("elsewhere")

    assert first == os.getpid()
    assert second != os.getpid()
    lines = [s.event.message for s in instance.store.events(EventFilter(kinds=("log_line",)))]
    assert "I am here" in lines


def test_a_failure_over_there_is_tried_again_here(instance):
    result = dg.execute_job(job("failing"), instance)

    assert result.retry_attempts_for_node("broken") == 1
    error = result.failure_data_for_node("broken").error
    assert "no such table" in str(error)


def test_a_launcher_that_says_nothing_fails_the_step(instance):
    result = dg.execute_job(job("silent"), instance)

    error = result.failure_data_for_node("broken").error
    assert "ended without an event that says how step 'broken' ended" in str(error)


def test_a_job_that_no_other_process_can_find_has_no_reference():
    class Remote(dg.StepLauncher):
        def launch_step(self, step_context):
            dg.step_context_to_step_run_ref(step_context)
            yield from ()

    @dg.op(required_resource_keys={"launcher"})
    def op(context): ...

    @dg.job(resource_defs={"launcher": dg.ResourceDefinition.hardcoded_resource(Remote())})
    def local():
        op()

    with pytest.raises(dg.DagsterInvariantViolationError, match="is not reconstructable"):
        local.execute_in_process()
