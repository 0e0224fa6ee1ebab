"""The run machine, as a specification: what goes in, and the commands that come out."""

from __future__ import annotations

import random

import pytest

from penstock.decide.commands import Cancel, Finish, Launch, SetTimer, Skip
from penstock.decide.moves import StepState
from penstock.decide.run import RunMachine, replay
from penstock.errors import IllegalTransitionError
from penstock.model.events import (
    AnyEvent,
    AssetFailed,
    AssetMaterialized,
    AssetPlanned,
    ErrorInfo,
    LeaseLost,
    LogLine,
    RunCanceled,
    RunCanceling,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunSucceeded,
    StepCanceled,
    StepFailed,
    StepRestarted,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    StepUpForRetry,
    Unknown,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus
from penstock.plan.plan import Need, Plan, Step

BOOM = ErrorInfo("ValueError", "boom")
WELL = Finish(RunStatus.SUCCESS, "Every step ended well.")


def plan(**needs: str) -> Plan:
    """Write a plan as step="upstream upstream.output"; each upstream comes first."""
    places = {key: number for number, key in enumerate(needs)}

    def need(text: str) -> Need:
        key, _, output = text.partition(".")
        return Need(places[key], output or None)

    return Plan(tuple(Step(k, k, tuple(need(t) for t in n.split())) for k, n in needs.items()))


def run_of(steps: Plan, *events: AnyEvent) -> RunMachine:
    return replay(steps, [(event, 0.0) for event in events])


ONE = plan(a="")
CHAIN = plan(a="", b="a", c="b")
TWO = plan(a="", b="")


def test_every_step_that_waits_for_nothing_is_launched_at_the_start():
    machine = RunMachine(plan(a="", b="", c="a b"))

    commands = machine.apply(RunStarted("w"), 0.0)

    assert commands == [Launch("a", 1), Launch("b", 1)]
    assert machine.status is RunStatus.STARTED


def test_a_run_may_wait_in_the_queue_first():
    machine = RunMachine(ONE)

    assert machine.status is RunStatus.NOT_STARTED
    assert machine.apply(RunQueued(), 0.0) == []
    assert machine.status is RunStatus.QUEUED
    assert machine.apply(RunStarted(), 1.0) == [Launch("a", 1)]


def test_an_empty_plan_succeeds_at_the_start():
    assert RunMachine(Plan(())).apply(RunStarted(), 0.0) == [WELL]


def test_a_step_is_launched_when_the_last_thing_it_waits_for_succeeds():
    machine = run_of(plan(a="", b="", c="a b"), RunStarted(), StepStarted("a"), StepStarted("b"))

    assert machine.apply(StepSucceeded("a"), 0.0) == []
    assert machine.apply(StepSucceeded("b"), 0.0) == [Launch("c", 1)]


def test_two_outputs_of_one_step_are_waited_for_once():
    machine = run_of(plan(a="", b="a.x a.y a"), RunStarted())

    assert machine.apply(StepSucceeded("a"), 0.0) == [Launch("b", 1)]


def test_the_run_succeeds_when_the_last_step_does():
    machine = run_of(ONE, RunStarted(), StepStarted("a"))

    assert machine.apply(StepSucceeded("a"), 0.0) == [WELL]
    assert machine.apply(RunSucceeded(), 0.0) == []
    assert machine.status is RunStatus.SUCCESS
    assert machine.unfinished() == ()


def test_a_failure_blocks_all_downstream_and_nothing_else():
    machine = run_of(plan(a="", b="a", c="b", d="", e="d"), RunStarted())

    assert machine.apply(StepFailed("a", BOOM), 0.0) == []
    assert machine.blocked_steps() == ("b", "c")
    assert machine.apply(StepSucceeded("d"), 0.0) == [Launch("e", 1)]
    assert machine.apply(StepSucceeded("e"), 0.0) == [
        Finish(RunStatus.FAILURE, "1 step failed: 'a'. 2 steps downstream did not run.")
    ]
    assert machine.failed_steps() == ("a",)


def test_a_failed_run_names_the_first_failures_only():
    machine = run_of(
        plan(a="", b="", c="", d=""),
        RunStarted(),
        StepFailed("d", BOOM),
        StepFailed("c", BOOM),
        StepFailed("b", BOOM),
    )

    assert machine.apply(StepFailed("a", BOOM), 0.0) == [
        Finish(RunStatus.FAILURE, "4 steps failed, among them 'd', 'c' and 'b'.")
    ]


def test_what_needs_an_output_that_was_not_produced_is_skipped_with_all_downstream():
    machine = run_of(plan(a="", b="a.x", c="b", d="a.y"), RunStarted())

    assert machine.apply(StepSucceeded("a", skipped=("x",)), 0.0) == [
        Skip("b", "step 'a' did not produce 'x'"),
        Skip("c", "step 'b' was skipped"),
        Launch("d", 1),
    ]
    assert machine.apply(StepSkipped("b"), 0.0) == []
    assert machine.step_state("c") is StepState.SKIPPED


def test_a_step_that_only_comes_after_another_runs_whatever_that_produced():
    machine = run_of(plan(a="", b="a"), RunStarted())

    assert machine.apply(StepSucceeded("a", skipped=("x",)), 0.0) == [Launch("b", 1)]


def test_a_run_whose_rest_is_skipped_succeeds():
    machine = run_of(plan(a="", b="a.x"), RunStarted())

    assert machine.apply(StepSucceeded("a", skipped=("x",)), 0.0) == [
        Skip("b", "step 'a' did not produce 'x'"),
        WELL,
    ]


def test_a_step_blocked_by_a_failure_is_not_skipped_as_well():
    machine = run_of(plan(a="", b="", c="a.x b"), RunStarted(), StepFailed("b", BOOM))

    assert machine.apply(StepSucceeded("a", skipped=("x",)), 0.0) == [
        Finish(RunStatus.FAILURE, "1 step failed: 'b'. 1 step downstream did not run.")
    ]
    assert machine.step_state("c") is StepState.BLOCKED


def test_a_retry_waits_for_its_time_and_is_launched_with_the_next_number():
    machine = run_of(ONE, RunStarted(), StepStarted("a"))

    assert machine.apply(StepUpForRetry("a", BOOM, delay=30.0), 100.0) == [
        SetTimer("a", 2, due=130.0)
    ]
    assert machine.step_state("a") is StepState.RETRY_WAIT
    assert machine.apply(StepRestarted("a", 2), 130.0) == [Launch("a", 2)]
    assert machine.apply(StepSucceeded("a", attempt=2), 131.0) == [WELL]
    assert machine.retries_used("a") == 1


def test_a_cancellation_interrupts_what_runs_and_launches_nothing_more():
    machine = run_of(plan(a="", b="", c="a"), RunStarted(), StepStarted("a"))

    assert machine.apply(RunCanceling("ann"), 0.0) == [Cancel("a", 1), Cancel("b", 1)]
    assert machine.apply(StepSucceeded("a"), 0.0) == []
    assert machine.apply(StepCanceled("b"), 0.0) == [Finish(RunStatus.CANCELED, "Canceled by ann.")]
    assert machine.apply(RunCanceled(), 0.0) == []
    assert machine.step_state("a") is StepState.SUCCEEDED
    assert machine.step_state("b") is StepState.CANCELED
    assert machine.unfinished() == ("c",)


def test_a_failure_during_a_cancellation_is_recorded_and_the_run_is_still_canceled():
    machine = run_of(TWO, RunStarted(), RunCanceling(), StepCanceled("a"))

    assert machine.apply(StepFailed("b", BOOM), 0.0) == [Finish(RunStatus.CANCELED, "Canceled.")]
    assert machine.failed_steps() == ("b",)


def test_a_step_that_waits_for_its_retry_ends_at_once_when_canceled():
    machine = run_of(ONE, RunStarted(), StepUpForRetry("a", BOOM, delay=9.0))

    assert machine.apply(RunCanceling(), 0.0) == [
        Cancel("a", 2),
        Finish(RunStatus.CANCELED, "Canceled."),
    ]
    assert machine.step_state("a") is StepState.CANCELED


def test_a_step_that_asks_for_a_retry_during_a_cancellation_gets_none():
    machine = run_of(ONE, RunStarted(), RunCanceling())

    assert machine.apply(StepUpForRetry("a", BOOM, delay=9.0), 0.0) == [
        Finish(RunStatus.CANCELED, "Canceled.")
    ]
    assert machine.step_state("a") is StepState.CANCELED
    assert machine.retries_used("a") == 0


def test_a_queued_run_is_canceled_at_once():
    machine = run_of(ONE, RunQueued())

    assert machine.apply(RunCanceling("ann"), 0.0) == [
        Finish(RunStatus.CANCELED, "Canceled by ann.")
    ]


def test_a_second_cancellation_changes_nothing():
    machine = run_of(ONE, RunStarted(), RunCanceling("ann"))

    assert machine.apply(RunCanceling("bob"), 0.0) == []
    assert machine.apply(StepCanceled("a"), 0.0) == [Finish(RunStatus.CANCELED, "Canceled by ann.")]


def test_a_cancellation_that_comes_after_the_last_step_does_not_change_the_result():
    machine = run_of(ONE, RunStarted(), StepSucceeded("a"))

    assert machine.apply(RunCanceling(), 0.0) == []
    with pytest.raises(IllegalTransitionError, match="the run has to end as SUCCESS"):
        machine.apply(RunCanceled(), 0.0)
    machine.apply(RunSucceeded(), 0.0)

    assert machine.status is RunStatus.SUCCESS


def test_a_run_that_lost_its_owner_goes_on_at_the_first_unfinished_step():
    machine = run_of(CHAIN, RunStarted(), StepSucceeded("a"), StepStarted("b"))

    assert machine.apply(LeaseLost("w1"), 0.0) == []
    assert machine.status is RunStatus.SUSPENDED
    assert machine.step_state("b") is StepState.WAITING
    assert machine.apply(RunResumed("w2"), 0.0) == [Launch("b", 2)]
    assert machine.apply(StepSucceeded("b", attempt=2), 0.0) == [Launch("c", 1)]
    assert machine.attempt("b") == 2


def test_a_retry_that_waited_when_the_owner_died_is_launched_on_resume():
    machine = run_of(ONE, RunStarted(), StepUpForRetry("a", BOOM, delay=60.0), LeaseLost())

    assert machine.apply(RunResumed(), 0.0) == [Launch("a", 2)]
    assert machine.retries_used("a") == 1


def test_an_attempt_lost_with_its_owner_uses_up_no_retry():
    machine = run_of(ONE, RunStarted(), LeaseLost(), RunResumed())

    assert machine.attempt("a") == 2
    assert machine.retries_used("a") == 0


def test_failed_steps_stay_failed_when_a_run_is_resumed():
    machine = run_of(TWO, RunStarted(), StepFailed("a", BOOM), LeaseLost())

    assert machine.apply(RunResumed(), 0.0) == [Launch("b", 2)]
    assert machine.apply(StepSucceeded("b", attempt=2), 0.0) == [
        Finish(RunStatus.FAILURE, "1 step failed: 'a'.")
    ]


def test_what_the_dead_owner_did_not_record_is_given_to_the_next_one():
    machine = run_of(plan(a="", b="a.x", c="b"), RunStarted(), StepSucceeded("a", skipped=("x",)))
    machine.apply(StepSkipped("b"), 0.0)
    machine.apply(LeaseLost(), 0.0)

    assert machine.apply(RunResumed(), 0.0) == [Skip("c", "step 'b' was skipped"), WELL]


def test_an_owner_that_died_before_the_run_started_leaves_a_run_to_resume():
    machine = run_of(TWO, RunQueued(), LeaseLost())

    assert machine.apply(RunResumed(), 0.0) == [Launch("a", 1), Launch("b", 1)]


def test_a_cancellation_outlives_the_owner():
    machine = run_of(TWO, RunStarted(), RunCanceling("ann"))
    ended = Finish(RunStatus.CANCELED, "Canceled by ann.")

    assert machine.apply(LeaseLost(), 0.0) == [ended]
    assert machine.apply(LeaseLost(), 0.0) == [ended]
    assert machine.apply(RunResumed(), 0.0) == [ended]
    assert machine.status is RunStatus.CANCELING
    assert machine.unfinished() == ("a", "b")


def test_a_suspended_run_is_canceled_at_once():
    machine = run_of(ONE, RunStarted(), LeaseLost())

    assert machine.apply(RunCanceling(), 0.0) == [Finish(RunStatus.CANCELED, "Canceled.")]


def test_a_run_that_had_ended_when_its_owner_died_keeps_its_result_when_canceled():
    machine = run_of(ONE, RunStarted(), StepSucceeded("a"), LeaseLost())

    assert machine.apply(RunCanceling(), 0.0) == [WELL]


def test_a_run_can_fail_from_outside_and_then_nothing_of_it_is_live():
    machine = run_of(TWO, RunStarted(), StepStarted("a"), RunFailed("the disk is full"))

    assert machine.status is RunStatus.FAILURE
    assert machine.step_state("a") is StepState.CANCELED
    assert machine.unfinished() == ()


def test_notes_change_nothing():
    machine = run_of(ONE, RunStarted())

    assert machine.apply(AssetMaterialized(AssetKey(("a",)), step="a"), 0.0) == []
    assert machine.apply(LogLine("hello"), 0.0) == []
    assert machine.step_state("a") is StepState.LAUNCHED


def test_assets_are_planned_before_the_run_starts_and_missed_if_it_never_does():
    machine = run_of(ONE, AssetPlanned(AssetKey(("a",))), RunQueued(), RunCanceling())

    assert machine.apply(AssetFailed(AssetKey(("a",))), 0.0) == []


def test_an_event_of_an_unknown_kind_is_told_and_ignored():
    machine = run_of(ONE, RunStarted(), StepSucceeded("a"), RunSucceeded())

    assert machine.apply(Unknown("from_the_future", b"{}"), 0.0) == []
    assert machine.status is RunStatus.SUCCESS
    assert machine.story[-1] == "1970-01-01 00:00:00.000 from_the_future"


A = AssetKey(("a",))
ILLEGAL: list[tuple[str, list[AnyEvent], AnyEvent, str]] = [
    ("step before start", [], StepStarted("a"), "the run is NOT_STARTED"),
    ("log before start", [RunQueued()], LogLine("x"), "the run is QUEUED"),
    ("queued twice", [RunQueued()], RunQueued(), "the run is QUEUED"),
    ("started twice", [RunStarted()], RunStarted(), "the run is STARTED"),
    ("resumed while it runs", [RunStarted()], RunResumed(), "the run is STARTED"),
    ("no such step", [RunStarted()], StepStarted("z"), "the plan has no such step"),
    ("step waits", [RunStarted()], StepStarted("b"), "the step is WAITING (attempt 0)"),
    ("other attempt", [RunStarted()], StepStarted("a", 2), "attempt 1 is the one that can say so"),
    (
        "started twice by step",
        [RunStarted(), StepStarted("a")],
        StepStarted("a"),
        "the step is RUNNING (attempt 1)",
    ),
    (
        "succeeds twice",
        [RunStarted(), StepSucceeded("a")],
        StepSucceeded("a"),
        "the step is SUCCEEDED (attempt 1)",
    ),
    (
        "fails after success",
        [RunStarted(), StepSucceeded("a")],
        StepFailed("a", BOOM),
        "the step is SUCCEEDED (attempt 1)",
    ),
    (
        "restarted without a retry",
        [RunStarted()],
        StepRestarted("a", 2),
        "the step is LAUNCHED (attempt 1)",
    ),
    (
        "restarted with the old number",
        [RunStarted(), StepUpForRetry("a", BOOM)],
        StepRestarted("a", 1),
        "attempt 2 is the one that can say so",
    ),
    (
        "restarted while canceling",
        [RunStarted(), StepUpForRetry("a", BOOM), RunCanceling()],
        StepRestarted("a", 2),
        "the run is CANCELING",
    ),
    ("canceled without asking", [RunStarted()], StepCanceled("a"), "the run is STARTED"),
    ("skipped without reason", [RunStarted()], StepSkipped("b"), "the step is WAITING (attempt 0)"),
    (
        "skipped twice",
        [RunStarted(), StepSucceeded("a", skipped=("x",)), StepSkipped("b")],
        StepSkipped("b"),
        "that the step is skipped was recorded before",
    ),
    (
        "late report of a lost attempt",
        [RunStarted(), LeaseLost(), RunResumed()],
        StepSucceeded("a", attempt=1),
        "attempt 2 is the one that can say so",
    ),
    (
        "report to a suspended run",
        [RunStarted(), LeaseLost()],
        StepSucceeded("a"),
        "the run is SUSPENDED",
    ),
    ("success too early", [RunStarted()], RunSucceeded(), "1 step of it may still run"),
    (
        "success of a failed run",
        [RunStarted(), StepFailed("a", BOOM)],
        RunSucceeded(),
        "the run has to end as FAILURE",
    ),
    (
        "canceled while it lives",
        [RunStarted(), RunCanceling()],
        RunCanceled(),
        "1 step of it may still run",
    ),
    (
        "resumed while a canceled step lives",
        [RunStarted(), RunCanceling()],
        RunResumed(),
        "1 step of it may still run",
    ),
    ("run canceled without asking", [RunStarted()], RunCanceled(), "the run is STARTED"),
    ("log after the end", [RunFailed("x")], LogLine("x"), "the run is FAILURE"),
    ("start after the end", [RunCanceled()], RunStarted(), "the run is CANCELED"),
]


@pytest.mark.parametrize(
    ("before", "event", "because"), [row[1:] for row in ILLEGAL], ids=[row[0] for row in ILLEGAL]
)
def test_what_cannot_happen_raises_with_the_story_and_changes_nothing(
    before: list[AnyEvent], event: AnyEvent, because: str
):
    machine = run_of(plan(a="", b="a.x"), *before)
    story, status, unfinished = machine.story, machine.status, machine.unfinished()

    with pytest.raises(IllegalTransitionError) as caught:
        machine.apply(event, 1.0)

    assert str(caught.value).splitlines()[0].endswith(f"cannot happen now: {because}.")
    assert caught.value.story == story
    assert (machine.story, machine.status, machine.unfinished()) == (story, status, unfinished)


def test_the_error_of_an_illegal_event_is_the_post_mortem():
    machine = RunMachine(ONE)
    machine.apply(RunStarted("w1"), 60.0)
    machine.apply(StepStarted("a"), 60.25)
    machine.apply(StepFailed("a", BOOM, took=1.0), 61.5)

    with pytest.raises(IllegalTransitionError) as caught:
        machine.apply(StepSucceeded("a"), 62.0)

    assert str(caught.value) == (
        "step_succeeded step='a' attempt=1 cannot happen now: the step is FAILED (attempt 1).\n"
        "The run's story:\n"
        "  1970-01-01 00:01:00.000 run_started owner='w1'\n"
        "  1970-01-01 00:01:00.250 step_started step='a' attempt=1\n"
        "  1970-01-01 00:01:01.500 step_failed step='a' attempt=1 error='boom'\n"
        "This is a bug in Penstock."
    )


def test_a_plan_of_100_000_steps_runs_to_its_end():
    rng = random.Random(1)
    steps = tuple(
        Step(str(n), "n", tuple(Need(rng.randrange(n)) for _ in range(min(n, 2))))
        for n in range(100_000)
    )
    machine = RunMachine(Plan(steps))

    commands = machine.apply(RunStarted(), 0.0)
    for command in commands:
        if isinstance(command, Launch):
            commands += machine.apply(StepSucceeded(command.step), 0.0)

    assert len(commands) == 100_001
    assert commands[-1] == WELL


def test_a_chain_of_100_000_steps_is_blocked_or_skipped_without_recursion():
    chain = Plan(tuple(Step(str(n), "n", (Need(n - 1, "x"),) * (n > 0)) for n in range(100_000)))

    skips = run_of(chain, RunStarted()).apply(StepSucceeded("0", skipped=("x",)), 0.0)
    failed = run_of(chain, RunStarted(), StepFailed("0", BOOM))

    assert len(skips) == 100_000
    assert len(failed.blocked_steps()) == 99_999


def test_a_wide_fan_in_whose_every_upstream_skips_something_is_launched_once():
    count = 20_000
    wide = Step("wide", "n", tuple(Need(n, "x") for n in range(count)))
    machine = RunMachine(Plan((*(Step(str(n), "n") for n in range(count)), wide)))
    machine.apply(RunStarted(), 0.0)

    for n in range(count - 1):
        assert machine.apply(StepSucceeded(str(n), skipped=("y",)), 0.0) == []

    assert machine.apply(StepSucceeded(str(count - 1), skipped=("y",)), 0.0) == [Launch("wide", 1)]
