"""The run machine under any order of results, crashes, resumes and cancellations.

`RunDriving` is a driver with its own, simpler bookkeeping: it believes only the events that it
recorded and the commands that it was given, and checks each command against those.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from penstock.decide.commands import Cancel, Command, Finish, Launch, SetTimer, Skip
from penstock.decide.moves import StepState
from penstock.decide.run import RunMachine
from penstock.errors import IllegalTransitionError
from penstock.model.events import (
    AnyEvent,
    ErrorInfo,
    LeaseLost,
    LogLine,
    OutputStored,
    RunCanceled,
    RunCanceling,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStarting,
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
from penstock.model.run import RunStatus
from penstock.plan.plan import Need, Plan, Step

BOOM = ErrorInfo("ValueError", "boom")
OUTPUTS = ("x", "y")
DRIVEN = (RunStatus.STARTED, RunStatus.CANCELING)
LIVE = (StepState.LAUNCHED, StepState.RUNNING)
NOTES: list[AnyEvent] = [
    LogLine("hello"),
    OutputStored("s0", "x"),
    Unknown("from_the_future", b"{}"),
]
_MAY_START = (RunStatus.NOT_STARTED, RunStatus.QUEUED, RunStatus.STARTING)

ENDS: dict[RunStatus, AnyEvent] = {
    RunStatus.SUCCESS: RunSucceeded(),
    RunStatus.FAILURE: RunFailed("a step failed"),
    RunStatus.CANCELED: RunCanceled(),
}
STATUS_AFTER = {
    RunQueued: RunStatus.QUEUED,
    RunStarting: RunStatus.STARTING,
    RunStarted: RunStatus.STARTED,
    RunSucceeded: RunStatus.SUCCESS,
    RunCanceled: RunStatus.CANCELED,
}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any small graph, with needs on outputs that may not be produced and needs on order only."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 7))):
        upstream = st.integers(0, max(number - 1, 0))
        need = st.builds(Need, upstream, st.sampled_from([None, *OUTPUTS]))
        needs = draw(st.lists(need, max_size=3 if number else 0))
        steps.append(Step(f"s{number}", "node", tuple(needs)))
    return Plan(tuple(steps))


class RunDriving(RuleBasedStateMachine):
    """Drives one run, and believes nothing that it has not recorded itself."""

    machine_class: type[RunMachine] = RunMachine

    @initialize(plan=plans())
    def make(self, plan: Plan) -> None:
        self.plan = plan
        self.steps = {step.key: step for step in plan.steps}
        self.machine = self.machine_class(plan)
        self.log: list[tuple[AnyEvent, float]] = []
        self.status = RunStatus.NOT_STARTED
        self.attempts: Counter[str] = Counter()
        self.live: dict[str, int] = {}
        self.begun: set[str] = set()
        self.timers: dict[str, int] = {}
        self.todo: deque[Skip | Finish] = deque()
        self.succeeded: dict[str, tuple[str, ...]] = {}
        self.failed: set[str] = set()
        self.canceled: set[str] = set()
        self.skips_decided: set[str] = set()
        self.skips_recorded: set[str] = set()
        self.is_orphaned = False
        self.cancellations = 0
        self.interrupted: set[str] = set()
        self.was_cut_short = False
        self.failed_from_outside = False

    # What the driver knows from its own log.

    def has_ended(self) -> bool:
        return self.status.is_finished

    def blocked(self) -> set[str]:
        """Steps with a failure upstream that were not skipped before it."""
        gone = set(self.failed)
        for key, step in self.steps.items():
            if key not in self.skips_decided and gone.intersection(self.upstream(step)):
                gone.add(key)
        return gone - self.failed

    def upstream(self, step: Step) -> set[str]:
        return {self.plan.steps[need.step].key for need in step.needs}

    def everything_ended(self) -> bool:
        ended = self.succeeded.keys() | self.failed | self.skips_decided | self.blocked()
        return ended == self.steps.keys()

    def is_met(self, need: Need) -> bool:
        skipped = self.succeeded.get(self.plan.steps[need.step].key)
        return skipped is not None and need.output not in skipped

    # The driver itself: record, then obey.

    def record(self, event: AnyEvent) -> None:
        now = float(len(self.log))
        commands = self.machine.apply(event, now)
        self.log.append((event, now))
        self.observe(event)
        for command in commands:
            self.obey(command)

    def observe(self, event: AnyEvent) -> None:
        match event:
            case StepStarted(step=step):
                self.begun.add(step)
            case StepSucceeded(step=step, skipped=skipped):
                assert step not in self.succeeded
                self.leave(step)
                self.succeeded[step] = skipped
            case StepFailed(step=step):
                self.leave(step)
                self.failed.add(step)
            case StepUpForRetry(step=step):
                self.leave(step)
                if self.status is RunStatus.CANCELING:
                    self.canceled.add(step)
            case StepRestarted(step=step):
                del self.timers[step]
            case StepSkipped(step=step):
                self.skips_recorded.add(step)
            case StepCanceled(step=step):
                self.leave(step)
                self.canceled.add(step)
            case _:
                self.observe_run(event)

    def observe_run(self, event: AnyEvent) -> None:
        match event:
            case RunResumed():
                self.forget_what_was_under_way()
                self.is_orphaned = False
                if self.status is not RunStatus.CANCELING:
                    self.status = RunStatus.STARTED
            case RunCanceling():
                if self.status is not RunStatus.CANCELING:
                    self.was_cut_short = not (self.may_have_ended() and self.everything_ended())
                self.status = RunStatus.CANCELING
            case LeaseLost():
                self.is_orphaned = True
                self.forget_what_was_under_way()
                if self.status is not RunStatus.CANCELING:
                    self.status = RunStatus.SUSPENDED
            case RunFailed():
                self.canceled |= self.live.keys() | self.timers.keys()
                self.forget_what_was_under_way()
                self.status = RunStatus.FAILURE
            case _:
                self.status = STATUS_AFTER.get(type(event), self.status)

    def may_have_ended(self) -> bool:
        return any(isinstance(event, RunStarted | RunResumed) for event, _ in self.log)

    def leave(self, step: str) -> None:
        del self.live[step]
        self.begun.discard(step)

    def forget_what_was_under_way(self) -> None:
        for known in (self.live, self.begun, self.timers, self.todo):
            known.clear()

    def obey(self, command: Command) -> None:
        match command:
            case Launch(step=step, attempt=attempt):
                self.obey_launch(step, attempt)
            case SetTimer(step=step, attempt=attempt, due=due):
                assert self.status is RunStatus.STARTED
                assert step not in self.live
                assert attempt == self.attempts[step] + 1
                assert due == self.log[-1][1] + 2.5
                self.timers[step] = attempt
            case Cancel(step=step, attempt=attempt):
                assert self.status is RunStatus.CANCELING
                if step in self.timers:
                    assert self.timers.pop(step) == attempt
                    self.canceled.add(step)
                else:
                    assert self.live[step] == attempt
                    self.interrupted.add(step)
            case Skip(step=step):
                assert step not in self.live
                assert step not in self.skips_recorded
                needs = self.steps[step].needs
                ups = self.upstream(self.steps[step])
                reasons = [n for n in needs if self.plan.steps[n.step].key in self.succeeded]
                assert ups & self.skips_decided or not all(self.is_met(n) for n in reasons)
                self.skips_decided.add(step)
                self.todo.append(command)
            case Finish(status=status):
                assert not self.live
                assert not self.timers
                assert not any(isinstance(known, Finish) for known in self.todo)
                assert status is self.expected_end()
                self.todo.append(command)

    def obey_launch(self, step: str, attempt: int) -> None:
        assert self.status is RunStatus.STARTED
        assert step not in self.live, "two live attempts of a step"
        assert step not in self.timers
        assert step not in self.succeeded, "a success is repeated"
        assert step not in self.failed | self.skips_decided
        assert all(self.is_met(need) for need in self.steps[step].needs), "launched too early"
        assert attempt == self.attempts[step] + 1
        self.attempts[step] = attempt
        self.live[step] = attempt

    def expected_end(self) -> RunStatus:
        if self.was_cut_short:
            return RunStatus.CANCELED
        assert self.everything_ended()
        return RunStatus.FAILURE if self.failed else RunStatus.SUCCESS

    # What can happen.

    def pick(self, data: st.DataObject, known: Sequence[str] | dict[str, int]) -> str:
        return data.draw(st.sampled_from(sorted(known)))

    @precondition(lambda self: self.status is RunStatus.NOT_STARTED)
    @rule()
    def is_queued(self) -> None:
        self.record(RunQueued())

    @precondition(lambda self: self.status in (RunStatus.NOT_STARTED, RunStatus.QUEUED))
    @rule()
    def is_starting(self) -> None:
        self.record(RunStarting("w"))

    @precondition(lambda self: self.status in _MAY_START)
    @rule()
    def starts(self) -> None:
        self.record(RunStarted("w"))

    @precondition(lambda self: self.live.keys() - self.begun)
    @rule(data=st.data())
    def a_step_begins(self, data: st.DataObject) -> None:
        step = self.pick(data, sorted(self.live.keys() - self.begun))
        self.record(StepStarted(step, self.live[step]))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), skipped=st.sets(st.sampled_from(OUTPUTS)))
    def a_step_succeeds(self, data: st.DataObject, skipped: set[str]) -> None:
        step = self.pick(data, self.live)
        self.record(StepSucceeded(step, self.live[step], skipped=tuple(sorted(skipped))))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def a_step_succeeds_with_everything(self, data: st.DataObject) -> None:
        step = self.pick(data, self.live)
        self.record(StepSucceeded(step, self.live[step]))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def a_step_fails(self, data: st.DataObject) -> None:
        step = self.pick(data, self.live)
        self.record(StepFailed(step, BOOM, self.live[step]))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def a_step_wants_a_retry(self, data: st.DataObject) -> None:
        step = self.pick(data, self.live)
        self.record(StepUpForRetry(step, BOOM, self.live[step], delay=2.5))

    @precondition(lambda self: self.timers)
    @rule(data=st.data())
    def a_retry_is_due(self, data: st.DataObject) -> None:
        step = self.pick(data, self.timers)
        self.record(StepRestarted(step, self.timers[step]))

    @precondition(lambda self: self.live and self.status is RunStatus.CANCELING)
    @rule(data=st.data())
    def a_step_is_interrupted(self, data: st.DataObject) -> None:
        step = self.pick(data, self.live)
        self.record(StepCanceled(step, self.live[step]))

    @precondition(lambda self: not self.has_ended() and self.cancellations < 2)
    @rule()
    def somebody_cancels(self) -> None:
        running = set(self.live) if self.cancellations == 0 else set()
        self.cancellations += 1
        self.record(RunCanceling("ann"))
        assert self.interrupted >= running
        assert not self.timers

    @precondition(lambda self: not self.has_ended() and self.status is not RunStatus.SUSPENDED)
    @rule()
    def the_owner_dies(self) -> None:
        self.replaying_the_log_rebuilds_the_machine()
        self.machine = self.rebuilt()
        self.record(LeaseLost("w"))

    @precondition(lambda self: self.is_orphaned and not self.has_ended())
    @rule()
    def a_new_owner_resumes(self) -> None:
        self.record(RunResumed("w2"))
        owed = {command.step for command in self.todo if isinstance(command, Skip)}
        assert owed == self.skips_decided - self.skips_recorded

    @precondition(lambda self: self.todo)
    @rule()
    def the_driver_records_what_it_was_told(self) -> None:
        match self.todo.popleft():
            case Skip(step=step, because=because):
                self.record(StepSkipped(step, because))
            case Finish(status=status):
                self.record(ENDS[status])

    @precondition(lambda self: not self.has_ended() and len(self.log) > 10)
    @rule()
    def the_run_fails_from_outside(self) -> None:
        self.failed_from_outside = True
        self.record(RunFailed("the disk is full"))

    @precondition(lambda self: self.status in DRIVEN)
    @rule(note=st.sampled_from(NOTES))
    def something_is_noted(self, note: AnyEvent) -> None:
        before = self.snapshot(self.machine)
        self.record(note)
        assert self.snapshot(self.machine) == before

    # What cannot happen.

    def refuses(self, event: AnyEvent) -> None:
        before, story = self.snapshot(self.machine), self.machine.story
        with pytest.raises(IllegalTransitionError) as caught:
            self.machine.apply(event, 0.0)
        assert caught.value.story == story
        assert self.snapshot(self.machine) == before

    @precondition(lambda self: self.steps)
    @rule(
        data=st.data(),
        kind=st.sampled_from([StepStarted, StepSucceeded, StepCanceled]),
        attempt=st.integers(0, 5),
    )
    def a_report_of_an_attempt_that_does_not_live_is_refused(
        self,
        data: st.DataObject,
        kind: type[StepStarted | StepSucceeded | StepCanceled],
        attempt: int,
    ) -> None:
        step = self.pick(data, sorted(self.steps))
        if self.live.get(step) != attempt:
            self.refuses(kind(step, attempt))

    @precondition(lambda self: self.live or self.timers)
    @rule(end=st.sampled_from([RunSucceeded(), RunCanceled()]))
    def an_end_is_refused_while_anything_lives(self, end: AnyEvent) -> None:
        self.refuses(end)

    @precondition(lambda self: self.has_ended())
    @rule(
        event=st.sampled_from(
            [
                *(
                    RunQueued(),
                    RunStarting(),
                    RunStarted(),
                    RunResumed(),
                    RunCanceling(),
                    LeaseLost(),
                ),
                *ENDS.values(),
                *(StepStarted("s0"), StepSucceeded("s0"), LogLine("late")),
            ]
        )
    )
    def the_end_is_the_end(self, event: AnyEvent) -> None:
        self.refuses(event)

    # What always holds.

    def rebuilt(self) -> RunMachine:
        machine = self.machine_class(self.plan)
        for event, at in self.log:
            machine.apply(event, at)
        return machine

    def snapshot(self, machine: RunMachine) -> object:
        return (
            machine.status,
            machine.unfinished(),
            machine.failed_steps(),
            machine.blocked_steps(),
            [
                (machine.step_state(key), machine.attempt(key), machine.retries_used(key))
                for key in self.steps
            ],
        )

    def in_state(self, *states: StepState) -> set[str]:
        return {key for key in self.steps if self.machine.step_state(key) in states}

    @invariant()
    def the_machine_agrees_with_the_log(self) -> None:
        assert self.machine.status is self.status
        assert self.in_state(*LIVE) == self.live.keys()
        assert self.in_state(StepState.RUNNING) == self.begun
        assert self.in_state(StepState.RETRY_WAIT) == self.timers.keys()
        assert self.in_state(StepState.SUCCEEDED) == self.succeeded.keys()
        assert self.in_state(StepState.FAILED) == self.failed == set(self.machine.failed_steps())
        assert self.in_state(StepState.SKIPPED) == self.skips_decided
        assert self.in_state(StepState.CANCELED) == self.canceled
        assert set(self.machine.blocked_steps()) == self.blocked()

    @invariant()
    def a_driven_run_always_has_something_to_wait_for(self) -> None:
        assert self.status not in DRIVEN or self.live or self.timers or self.todo

    def replaying_the_log_rebuilds_the_machine(self) -> None:
        rebuilt = self.rebuilt()
        assert self.snapshot(rebuilt) == self.snapshot(self.machine)
        assert rebuilt.story == self.machine.story

    def teardown(self) -> None:
        if not hasattr(self, "failed_from_outside"):
            return
        self.replaying_the_log_rebuilds_the_machine()
        for _ in range(10 * len(self.steps) + 10):
            if self.has_ended():
                break
            self.go_on()
        assert self.has_ended(), "the run never ends"
        if not self.failed_from_outside:
            assert self.status is self.expected_end()
            assert self.skips_recorded == self.skips_decided
        self.the_machine_agrees_with_the_log()

    def go_on(self) -> None:
        if self.status in _MAY_START:
            self.starts()
        elif self.status is RunStatus.SUSPENDED:
            self.a_new_owner_resumes()
        elif self.todo:
            self.the_driver_records_what_it_was_told()
        elif self.timers:
            step, attempt = next(iter(self.timers.items()))
            self.record(StepRestarted(step, attempt))
        else:
            assert self.live, "the run is stuck"
            step, attempt = next(iter(self.live.items()))
            self.record(StepSucceeded(step, attempt))


def test_whatever_happens_a_run_keeps_its_promises():
    run_state_machine_as_test(
        RunDriving,
        settings=settings(max_examples=200, stateful_step_count=40, deadline=None),
    )


# Machines that are wrong on purpose: the promises above must catch each of them.


class RepeatsSuccessesOnResume(RunMachine):
    def apply(self, event: AnyEvent, now: float) -> list[Command]:
        commands = super().apply(event, now)
        if isinstance(event, RunResumed):
            done = (k for k in self._index if self.step_state(k) is StepState.SUCCEEDED)
            commands += [Launch(key, self.attempt(key) + 1) for key in done]
        return commands


class LaunchesAfterTheFirstNeed(RunMachine):
    def _release_dependants(self, number: int, doomed: deque[tuple[int, str]]) -> None:
        for dependant in self._dependants[number]:
            self._missing[dependant] = 1
        super()._release_dependants(number, doomed)


class BlocksOnlyTheNextStep(RunMachine):
    def _block_dependants(self, number: int) -> None:
        for dependant in self._dependants[number]:
            if self._state[dependant] is StepState.WAITING:
                self._move(dependant, "block")


class ReusesTheNumberOfALostAttempt(RunMachine):
    def _move_live(self, what: str) -> list[int]:
        moved = super()._move_live(what)
        for number in moved:
            self._attempt[number] -= what == "lease_lost"
        return moved


class RetriesACanceledRun(RunMachine):
    def _wait_for_retry(self, number: int, *, due: float) -> list[Command]:
        return [SetTimer(self._steps[number].key, self._attempt[number] + 1, due)]


class IgnoresSkippedOutputs(RunMachine):
    def _takers_of(self, number: int, outputs: Iterable[str]) -> list[tuple[int, str]]:
        return []


class ForgetsWhatItOwesToTheNextOwner(RunMachine):
    def _owed_skips(self) -> list[Skip]:
        super()._owed_skips()
        return []


class ForgetsToCancel(RunMachine):
    def _cancel_live(self, by: str) -> list[Command]:
        self._canceled_by = by
        return []


class EndsMoreThanOnce(RunMachine):
    def _owed_verdict(self) -> list[Finish]:
        self._is_verdict_given = False
        return super()._owed_verdict()


class CallsAFailureASuccess(RunMachine):
    def _judge(self) -> Finish | None:
        self._failed.clear()
        return super()._judge()


@pytest.mark.parametrize(
    "wrong",
    [
        RepeatsSuccessesOnResume,
        LaunchesAfterTheFirstNeed,
        BlocksOnlyTheNextStep,
        ReusesTheNumberOfALostAttempt,
        RetriesACanceledRun,
        IgnoresSkippedOutputs,
        ForgetsWhatItOwesToTheNextOwner,
        ForgetsToCancel,
        EndsMoreThanOnce,
        CallsAFailureASuccess,
    ],
)
def test_a_wrong_machine_is_caught(wrong: type[RunMachine]):
    driving = type("WrongDriving", (RunDriving,), {"machine_class": wrong})

    # Some wrong commands are refused by the machine itself when they are carried out.
    with pytest.raises((AssertionError, IllegalTransitionError)):
        run_state_machine_as_test(
            driving,
            settings=settings(
                max_examples=2000,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
