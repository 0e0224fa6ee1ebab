"""Executors of users: as Dagster has them, walking through a plan, and with three methods."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg

PIPELINE = """
import penstock as dg
from penstock.model.retry import RetryMode

SEEN = []

class OneByOne(dg.Executor):
    def execute(self, plan_context, execution_plan):
        with execution_plan.start(retry_mode=self.retries) as active:
            while step := active.get_next_step():
                SEEN.append(step.key)
                yield from plan_context.execute_step(step)

class Leaving(OneByOne):
    retries = RetryMode.DISABLED

    def execute(self, plan_context, execution_plan):
        step = execution_plan.get_next_step()
        yield from plan_context.execute_step(step)

class Raising(OneByOne):
    def execute(self, plan_context, execution_plan):
        raise ConnectionError("the cluster is down")
        yield

class ThreeMethods:
    def __init__(self, perform):
        self.perform = perform

    def submit(self, task, report):
        SEEN.append(f"submitted {task.step.key}")
        self.perform(task, report)

    def cancel(self, task): ...

    def close(self):
        SEEN.append("closed")

@dg.executor
def one_by_one(context):
    return OneByOne()

@dg.executor
def leaving(context):
    return Leaving()

@dg.executor
def raising(context):
    return Raising()

@dg.executor(name="three", config_schema={"note": str})
def three_methods(context):
    SEEN.append(context.executor_config["note"])
    return ThreeMethods(context.perform)

@dg.executor
def nothing(context):
    return 1

@dg.op
def first():
    return 1

@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def second(context, x):
    if context.retry_number == 0:
        raise ValueError("once")
    return x + 1

def job_with(executor):
    @dg.job(executor_def=executor)
    def chain():
        second(first())
    return chain

def walked(): return job_with(one_by_one)
def left(): return job_with(leaving)
def raised(): return job_with(raising)
def three(): return job_with(three_methods)
def wrong(): return job_with(nothing)
def threads(): return job_with(dg.threads_executor)
"""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "own_executors.py").write_text(PIPELINE, encoding="utf-8")
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.syspath_prepend(str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        yield instance
    sys.modules.pop("own_executors", None)


def job(name: str) -> dg.ReconstructableJob:
    return dg.build_reconstructable_job("own_executors", name)


def seen() -> list[str]:
    return sys.modules["own_executors"].SEEN


def test_an_executor_may_walk_through_the_plan(instance):
    with dg.execute_job(job("walked"), instance) as result:
        assert result.output_for_node("second") == 2
        assert result.retry_attempts_for_node("second") == 1

    assert seen() == ["first", "second", "second"]


def test_what_an_executor_leaves_undone_has_failed(instance):
    result = dg.execute_job(job("left"), instance)

    assert result.is_node_success("first")
    assert result.is_node_failed("second")


def test_what_an_executor_raises_fails_the_steps(instance):
    result = dg.execute_job(job("raised"), instance)

    assert "the cluster is down" in str(result.failure_data_for_node("first").error)


def test_an_executor_may_carry_out_one_attempt_at_a_time(instance):
    config = {"execution": {"config": {"note": "made"}}}
    with dg.execute_job(job("three"), instance, run_config=config) as result:
        assert result.output_for_node("second") == 2

    assert seen() == [
        "made",
        "submitted first",
        "submitted second",
        "submitted second",
        "closed",
    ]


def test_anything_else_is_refused(instance):
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="neither execute nor submit"):
        dg.execute_job(job("wrong"), instance)


def test_steps_may_run_in_threads(instance):
    before = threading.active_count()

    with dg.execute_job(job("threads"), instance) as result:
        assert result.output_for_node("second") == 2
    assert threading.active_count() == before
