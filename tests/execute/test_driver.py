from __future__ import annotations

import threading

import pytest

import penstock as dg
from penstock.model.events import LogLine
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
