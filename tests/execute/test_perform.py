"""Steps that are tried again: whose rule counts, what is told, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.compat.events import DagsterEvent
from penstock.errors import MaxRetriesExceededError, StepOutputNotFoundError, TypeCheckDidNotPass
from penstock.instance import Instance
from penstock.store.memory import MemoryStore
from penstock.testing.time import ManualClock

TOLD = {
    "STEP_START",
    "STEP_UP_FOR_RETRY",
    "STEP_RESTARTED",
    "STEP_SUCCESS",
    "STEP_FAILURE",
    "HOOK_COMPLETED",
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
def instance(clock: ManualClock, tmp_path: Path) -> Instance:
    settings = load_settings(environment={}, directory=tmp_path)
    return Instance(store=MemoryStore(), settings=settings, clock=clock)


def failing(
    error: Callable[[], BaseException] = lambda: ValueError("no"), **facts
) -> dg.OpDefinition:
    def body():
        raise error()

    return dg.op(name="fails", **facts)(body)


def run(op: dg.OpDefinition, instance: Instance | None = None, **facts) -> list[DagsterEvent]:
    @dg.job(**facts)
    def only():
        op()

    result = only.execute_in_process(instance=instance, raise_on_error=False)
    return [event for event in result.all_events if event.event_type_value in TOLD]


def kinds(events: list[DagsterEvent]) -> list[str]:
    return [event.event_type_value for event in events]


def retries(events: list[DagsterEvent]) -> int:
    return kinds(events).count("STEP_RESTARTED")


def test_a_step_starts_once_and_is_restarted_for_each_retry():
    events = run(failing(retry_policy=dg.RetryPolicy(max_retries=2)))

    assert kinds(events) == [
        "STEP_START",
        "STEP_UP_FOR_RETRY",
        "STEP_RESTARTED",
        "STEP_UP_FOR_RETRY",
        "STEP_RESTARTED",
        "STEP_FAILURE",
    ]


@pytest.mark.parametrize("count", [0, -1])
def test_no_retries_are_none(count):
    events = run(failing(retry_policy=dg.RetryPolicy(max_retries=count)))

    assert kinds(events) == ["STEP_START", "STEP_FAILURE"]


def test_the_jobs_policy_counts_for_ops_without_one():
    assert retries(run(failing(), op_retry_policy=dg.RetryPolicy(max_retries=3))) == 3


def test_the_ops_policy_counts_before_the_jobs():
    op = failing(retry_policy=dg.RetryPolicy(max_retries=2))

    assert retries(run(op, op_retry_policy=dg.RetryPolicy(max_retries=3))) == 2


def test_the_policy_of_an_invocation_counts_before_the_ops():
    op = failing(retry_policy=dg.RetryPolicy(max_retries=2))

    @dg.job(op_retry_policy=dg.RetryPolicy(max_retries=3))
    def only():
        op.with_retry_policy(dg.RetryPolicy(max_retries=1))()

    result = only.execute_in_process(raise_on_error=False)

    assert result.retry_attempts_for_node("fails") == 1


def test_a_request_counts_before_the_policy():
    op = failing(
        lambda: dg.RetryRequested(max_retries=1), retry_policy=dg.RetryPolicy(max_retries=5)
    )

    assert retries(run(op)) == 1


def test_retries_that_were_requested_count_against_the_policy():
    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def fails(context: dg.OpExecutionContext):
        if context.retry_number == 0:
            raise dg.RetryRequested(max_retries=1)
        raise ValueError("no")

    assert retries(run(fails)) == 2


def test_a_failure_is_retried_like_any_error():
    op = failing(lambda: dg.Failure("no"), retry_policy=dg.RetryPolicy(max_retries=1))

    assert retries(run(op)) == 1


def test_a_failure_can_forbid_retries_and_keeps_its_metadata():
    op = failing(
        lambda: dg.Failure("no", metadata={"status": 401}, allow_retries=False),
        retry_policy=dg.RetryPolicy(max_retries=3),
    )

    events = run(op)

    assert kinds(events) == ["STEP_START", "STEP_FAILURE"]
    told = events[-1].step_failure_data.user_failure_data
    assert told is not None
    assert told.metadata["status"].value == 401


def test_a_value_of_the_wrong_type_is_not_tried_again():
    @dg.op(retry_policy=dg.RetryPolicy(max_retries=3))
    def wrong() -> int:
        return "text"  # pyright: ignore[reportReturnType] - on purpose

    @dg.job
    def only():
        wrong()

    assert retries(run(wrong)) == 0
    with pytest.raises(TypeCheckDidNotPass):
        only.execute_in_process()


def test_a_missing_output_is_not_tried_again():
    @dg.op(out={"a": dg.Out(), "b": dg.Out()}, retry_policy=dg.RetryPolicy(max_retries=3))
    def lacking():
        yield dg.Output(1, "a")

    @dg.job
    def only():
        lacking()

    assert retries(run(lacking)) == 0
    with pytest.raises(StepOutputNotFoundError):
        only.execute_in_process()


def test_a_value_that_cannot_be_stored_is_retried():
    class Full(dg.IOManager):
        def handle_output(self, context: dg.OutputContext, obj: object) -> None:
            raise OSError("disk is full")

        def load_input(self, context: dg.InputContext) -> object: ...

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def makes() -> int:
        return 1

    assert retries(run(makes, resource_defs={"io_manager": Full()})) == 2


def test_the_context_counts_retries_from_zero():
    seen: list[int] = []

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def fails(context: dg.OpExecutionContext):
        seen.append(context.retry_number)
        raise ValueError("no")

    run(fails)

    assert seen == [0, 1, 2]


def test_a_step_that_ends_well_at_last_feeds_what_follows():
    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def flaky(context: dg.OpExecutionContext) -> int:
        if context.retry_number < 2:
            raise ValueError("no")
        return 7

    @dg.op
    def double(x: int) -> int:
        return 2 * x

    @dg.job
    def both():
        double(flaky())

    result = both.execute_in_process()

    assert result.output_for_node("double") == 14


def test_hooks_are_called_for_the_last_attempt_only():
    calls: list[str] = []

    @dg.failure_hook
    def failed(context: dg.HookContext):
        calls.append(str(context.op_exception))

    events = run(failing(retry_policy=dg.RetryPolicy(max_retries=2)), hooks={failed})

    assert calls == ["no"]
    assert kinds(events)[-2:] == ["HOOK_COMPLETED", "STEP_FAILURE"]


@pytest.mark.parametrize(
    ("backoff", "delays"),
    [
        (None, [30.0, 30.0, 30.0]),
        (dg.Backoff.LINEAR, [30.0, 60.0, 90.0]),
        (dg.Backoff.EXPONENTIAL, [30.0, 90.0, 210.0]),
    ],
)
def test_delays_pass_on_the_clock(instance, clock, backoff, delays):
    policy = dg.RetryPolicy(max_retries=3, delay=30.0, backoff=backoff)

    events = run(failing(retry_policy=policy), instance)

    waits = [e.step_retry_data.seconds_to_wait for e in events if e.is_step_up_for_retry]
    asked = [e.timestamp for e in events if e.is_step_up_for_retry]
    restarted = [e.timestamp for e in events if e.is_step_restarted]
    assert waits == delays
    assert [round(b - a, 6) for a, b in zip(asked, restarted, strict=True)] == delays
    assert clock.now() == pytest.approx(1000.0 + sum(delays))


def test_a_requested_wait_passes_on_the_clock(instance, clock):
    op = failing(lambda: dg.RetryRequested(max_retries=2, seconds_to_wait=12.5))

    run(op, instance)

    assert clock.now() == pytest.approx(1025.0)


def test_another_step_runs_while_one_waits(instance):
    order: list[str] = []

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1, delay=30.0))
    def flaky(context: dg.OpExecutionContext):
        order.append(f"flaky {context.retry_number}")
        raise ValueError("no")

    @dg.op
    def steady():
        order.append("steady")

    @dg.job
    def both():
        flaky()
        steady()

    both.execute_in_process(instance=instance, raise_on_error=False)

    assert order == ["flaky 0", "steady", "flaky 1"]


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (
            failing(retry_policy=dg.RetryPolicy(max_retries=2)),
            "No retry is left of max_retries=2. The last attempt: ValueError: no",
        ),
        (
            failing(lambda: dg.RetryRequested(max_retries=1)),
            "No retry is left of max_retries=1. The last attempt: RetryRequested: Retry requested "
            "(at most 1)",
        ),
    ],
)
def test_exceeded_retries_are_raised_with_what_was_raised_last(op, message):
    @dg.job
    def only():
        op()

    with pytest.raises(MaxRetriesExceededError) as raised:
        only.execute_in_process()

    assert str(raised.value) == message
    assert raised.value.__cause__ is not None


def test_an_error_without_a_policy_is_raised_as_it_is():
    @dg.job
    def only():
        failing()()

    with pytest.raises(ValueError, match="no"):
        only.execute_in_process()


def test_assets_and_checks_have_policies_too():
    seen: list[str] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def orders(context: dg.AssetExecutionContext):
        seen.append(f"orders {context.retry_number}")
        if context.retry_number == 0:
            raise ValueError("no")

    @dg.asset_check(asset="orders", retry_policy=dg.RetryPolicy(max_retries=1))
    def filled(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        seen.append("filled")
        if len(seen) == 3:
            raise ValueError("no")
        return dg.AssetCheckResult(passed=True)

    result = dg.materialize([orders, filled])

    assert result.success
    assert seen == ["orders 0", "orders 1", "filled", "filled"]
