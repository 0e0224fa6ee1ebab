from __future__ import annotations

import threading

import pytest

import penstock as dg
from penstock.execute.execution import Execution
from penstock.execute.job_code import code_of_ops, job_resources
from penstock.execute.runs import execute_plan, interrupt_all
from penstock.model.events import LogLine
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.plan.build import build_job_plan
from penstock.store.protocol import EventFilter


def test_a_step_may_log_from_its_own_threads():
    @dg.asset
    def threaded(context: dg.AssetExecutionContext) -> None:
        workers = [threading.Thread(target=context.log.info, args=(str(n),)) for n in range(20)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    instance = dg.Instance.ephemeral()
    dg.materialize([threaded], instance=instance)

    told = [s.event for s in instance.store.events(EventFilter(kinds=("log_line",)))]
    lines = {event.message for event in told if isinstance(event, LogLine)}
    assert lines == {str(n) for n in range(20)}


def test_independent_steps_go_on_after_a_failure():
    @dg.asset
    def bad() -> None:
        raise ValueError("bad")

    @dg.asset(deps=[bad])
    def below() -> None: ...

    @dg.asset
    def beside() -> None: ...

    result = dg.materialize([bad, below, beside], raise_on_error=False)

    assert not result.success
    assert result.is_node_failed("bad")
    assert result.is_node_untouched("below")
    assert result.is_node_success("beside")


def test_a_step_that_exits_has_failed():
    @dg.asset
    def leaves() -> None:
        raise SystemExit(3)

    result = dg.materialize([leaves], raise_on_error=False)

    assert result.is_node_failed("leaves")


def test_an_interrupt_of_the_user_code_cancels_the_run():
    @dg.asset
    def stopped() -> None:
        raise KeyboardInterrupt

    instance = dg.Instance.ephemeral()
    with pytest.raises(KeyboardInterrupt):
        dg.materialize([stopped], instance=instance)

    assert [run.status.value for run in instance.get_runs()] == ["CANCELED"]


def test_a_retry_comes_in_its_time_while_another_step_runs():
    again = threading.Event()

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1, delay=0.01))
    def fails_once(context):
        if context.retry_number == 0:
            raise ValueError("once")
        again.set()

    @dg.op
    def waits():
        assert again.wait(20)

    @dg.job
    def both():
        fails_once()
        waits()

    execution = Execution(definition=dg.threads_executor, config={"max_concurrent": 2})
    record = run_with(both, execution)

    assert record.status is RunStatus.SUCCESS


def test_an_interrupt_reaches_steps_in_threads():
    running = threading.Event()

    @dg.op
    def hangs():
        running.set()
        pause = threading.Event()
        while True:
            pause.wait(0.005)

    @dg.job
    def only():
        hangs()

    def stop() -> None:
        assert running.wait(20)
        interrupt_all()

    stopper = threading.Thread(target=stop)
    stopper.start()
    execution = Execution(definition=dg.threads_executor, config={"max_concurrent": 2})
    instance = dg.DagsterInstance.ephemeral()
    with pytest.raises(KeyboardInterrupt):
        run_with(only, execution, instance)
    stopper.join()

    assert [run.status.value for run in instance.get_runs()] == ["CANCELED"]


def run_with(
    job: dg.JobDefinition, execution: Execution, instance: dg.DagsterInstance | None = None
) -> RunRecord:
    used = instance or dg.DagsterInstance.ephemeral()
    code = code_of_ops(
        job, used, run_config={}, resources=job_resources(job, used), input_values=None
    )
    plan = build_job_plan(code.loaded.manifest.nodes)
    return execute_plan(code, used, plan=plan, spec=RunSpec(job=job.name), execution=execution)
