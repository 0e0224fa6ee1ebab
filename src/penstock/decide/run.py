"""`RunMachine`, the one place that decides what a run does next.

Events go in, commands come out; a driver records the events and carries out the commands. The
machine knows no clock, no store and no executor. The invariant: the same events with the same
times give the same machine, so replaying a run's log is the whole of recovery.

It mutates inside and is closed outside: `apply` is the only door. An event that a table in
`moves.py` does not allow, or that contradicts the plan, raises `IllegalTransitionError` with the
run's story and leaves the machine as it was. Over a whole run the cost is linear in the plan and
the events, whatever the plan's shape: ready steps are found by counting down what each waits for.

A command is given once. After `LeaseLost` nobody carries out what was given before, so whatever
is still owed (launches, skips that were not recorded, the end of the run) is given again to the
next owner: on `RunResumed`, or at once where the run is being cancelled and nothing of it is left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from penstock.base.clock import Instant
from penstock.base.text import counted, listed
from penstock.decide.commands import Cancel, Command, Finish, Launch, SetTimer, Skip
from penstock.decide.copies import Copies, Source
from penstock.decide.moves import RUN_MOVES, STEP_MOVES, StepState
from penstock.decide.story import Story, describe
from penstock.errors import IllegalTransitionError
from penstock.model.events import (
    AnyEvent,
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
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
    kind_of,
)
from penstock.model.run import RunStatus
from penstock.plan.plan import Plan, Step

StepEvent = (
    StepStarted
    | StepSucceeded
    | StepFailed
    | StepUpForRetry
    | StepRestarted
    | StepSkipped
    | StepCanceled
)
"""The events that move a step."""

_DRIVEN = frozenset({RunStatus.STARTED, RunStatus.CANCELING})
_CAN_BE_DOOMED = frozenset({StepState.WAITING, StepState.EXPANDED})
_NAMED = 3


class RunMachine:
    """The state of one run of a plan.

    Example:
        >>> from penstock.model.events import RunStarted
        >>> from penstock.plan.plan import Plan, Step
        >>> machine = RunMachine(Plan((Step("a", "a"),)))
        >>> machine.apply(RunStarted(), 0.0)
        [Launch(step='a', attempt=1)]
    """

    def __init__(self, plan: Plan) -> None:
        self._steps = list(plan.steps)
        self._index = plan.index()
        self._dependants: list[Sequence[int]] = list(plan.dependants())
        self._copies = Copies(plan)
        self._takers: dict[tuple[int, str], list[int]] | None = None
        self._state = [StepState.WAITING] * len(plan.steps)
        self._attempt = [0] * len(plan.steps)
        self._retries = [0] * len(plan.steps)
        self._missing = [len({need.step for need in step.needs}) for step in plan.steps]
        self._ready = [number for number, count in enumerate(self._missing) if count == 0]
        self._live: dict[int, None] = {}
        self._open = len(plan.steps)
        self._failed: list[int] = []
        self._unrecorded: dict[int, Skip] = {}
        self._status = RunStatus.NOT_STARTED
        self._canceled_by = ""
        self._verdict: Finish | None = None
        self._is_verdict_given = False
        self._is_orphaned = False
        self._story = Story()

    @property
    def status(self) -> RunStatus:
        """Where the run stands."""
        return self._status

    @property
    def story(self) -> tuple[str, ...]:
        """What happened so far, oldest first, one line for each event."""
        return self._story.lines()

    def step(self, key: str) -> Step:
        """Return a step of the plan, or a copy of a template; an unknown key is a KeyError."""
        return self._steps[self._index[key]]

    def sources(self, key: str) -> tuple[Source, ...]:
        """Return where the inputs of a step that may start come from, in the order of its needs."""
        step = self.step(key)
        if not step.needs and not step.inherited:
            return ()
        return self._copies.sources(step, self._steps, self._was_produced)

    def step_state(self, key: str) -> StepState:
        """Return where a step stands; a key that the plan lacks is a KeyError."""
        return self._state[self._index[key]]

    def attempt(self, key: str) -> int:
        """Return the number of a step's newest attempt; 0 before the first."""
        return self._attempt[self._index[key]]

    def retries_used(self, key: str) -> int:
        """Return how many retries a step was granted; attempts lost with an owner do not count."""
        return self._retries[self._index[key]]

    def unfinished(self) -> tuple[str, ...]:
        """Return the steps that have not ended, in the order of the plan."""
        return self._keys(number for number, s in enumerate(self._state) if not s.is_final)

    def failed_steps(self) -> tuple[str, ...]:
        """Return the steps that failed, in the order in which they did."""
        return self._keys(self._failed)

    def blocked_steps(self) -> tuple[str, ...]:
        """Return the steps that cannot run because one upstream failed, in the plan's order."""
        blocked = StepState.BLOCKED
        return self._keys(number for number, s in enumerate(self._state) if s is blocked)

    def apply(self, event: AnyEvent, now: Instant) -> list[Command]:
        """Take in what happened at `now`; return what is to be done, in order.

        An event of an unknown kind is told in the story and otherwise ignored.

        Raises:
            IllegalTransitionError: The event cannot happen now. Nothing has changed.
        """
        if isinstance(event, Unknown):
            self._story.add(event, now)
            return []
        kind = kind_of(event)
        after = self._check(event, kind)
        self._story.add(event, now)
        before, self._status = self._status, after
        if isinstance(event, StepEvent):
            commands = self._on_step(event, kind, now)
        else:
            commands = self._on_run(event, before)
        return [*self._owed_skips(), *commands, *self._owed_verdict()]

    def _check(self, event: RunEvent, kind: str) -> RunStatus:
        after = RUN_MOVES.get((self._status, kind))
        if after is None:
            raise self._illegal(event, f"the run is {self._status.value}")
        if isinstance(event, StepEvent):
            self._check_step(event, kind)
        elif isinstance(event, RunSucceeded | RunCanceled | RunResumed):
            self._check_nothing_lives(event)
            if after.is_finished:
                self._check_end(event, after)
        return after

    def _check_step(self, event: StepEvent, kind: str) -> None:
        number = self._index.get(event.step)
        if number is None:
            raise self._illegal(event, "the plan has no such step")
        state, attempt = self._state[number], self._attempt[number]
        if (state, kind) not in STEP_MOVES:
            raise self._illegal(event, f"the step is {state.value} (attempt {attempt})")
        if isinstance(event, StepSkipped):
            if number not in self._unrecorded:
                raise self._illegal(event, "that the step is skipped was recorded before")
            return
        expected = attempt + 1 if isinstance(event, StepRestarted) else attempt
        if event.attempt != expected:
            raise self._illegal(event, f"attempt {expected} is the one that can say so")

    def _check_nothing_lives(self, event: RunEvent) -> None:
        if self._live:
            raise self._illegal(event, f"{counted(len(self._live), 'step')} of it may still run")

    def _check_end(self, event: RunEvent, after: RunStatus) -> None:
        if self._verdict is not None and self._verdict.status is not after:
            raise self._illegal(event, f"the run has to end as {self._verdict.status.value}")

    def _illegal(self, event: RunEvent, because: str) -> IllegalTransitionError:
        what = f"{kind_of(event)}{describe(event)} cannot happen now: {because}."
        return IllegalTransitionError(what, self.story)

    def _on_run(self, event: RunEvent, before: RunStatus) -> list[Command]:
        match event:
            case RunStarted():
                return self._launch_ready()
            case RunResumed():
                self._is_orphaned = True
                return self._launch_ready()
            case RunCanceling(by=by):
                return [] if before is RunStatus.CANCELING else self._cancel_live(by)
            case LeaseLost():
                self._is_orphaned = True
                self._ready += sorted(self._move_live("lease_lost"))
            case RunFailed():
                self._move_live("run_failed")
            case _:
                pass
        return []

    def _on_step(self, event: StepEvent, kind: str, now: Instant) -> list[Command]:
        number = self._index[event.step]
        self._move(number, kind)
        match event:
            case StepSucceeded():
                skips = self._succeed(number, event)
                return [*skips, *self._launch_ready()]
            case StepFailed():
                self._failed.append(number)
                self._block_dependants(number)
            case StepUpForRetry(delay=delay):
                return self._wait_for_retry(number, due=now + delay)
            case StepRestarted():
                return [self._next_attempt(number)]
            case StepSkipped():
                del self._unrecorded[number]
            case StepStarted() | StepCanceled():
                pass
        return []

    def _move(self, number: int, what: str) -> None:
        before = self._state[number]
        after = self._state[number] = STEP_MOVES[before, what]
        self._open -= after.is_final - before.is_final
        if after.is_live:
            self._live[number] = None
        else:
            self._live.pop(number, None)

    def _move_live(self, what: str) -> list[int]:
        moved = list(self._live)
        for number in moved:
            self._move(number, what)
        return moved

    def _next_attempt(self, number: int) -> Launch:
        self._attempt[number] += 1
        return Launch(self._steps[number].key, self._attempt[number])

    def _launch_ready(self) -> list[Command]:
        if self._status is not RunStatus.STARTED:
            return []
        ready, self._ready = self._ready, []
        for number in ready:
            self._move(number, "launch")
        return [self._next_attempt(number) for number in ready]

    def _succeed(self, number: int, event: StepSucceeded) -> list[Skip]:
        doomed: deque[tuple[int, str]] = deque()
        if event.skipped:
            self._copies.note_absent(number, event.skipped)
            doomed.extend(self._takers_of(number, event.skipped))
        for template in self._copies.templates_of(number):
            self._expand(template, event, doomed)
        if event.mapped:
            self._copies.note_mapped(number, event.mapped)
        skips = self._skip_all(doomed)
        self._release_dependants(number, doomed)
        return [*skips, *self._skip_all(doomed)]

    def _release_dependants(self, number: int, doomed: deque[tuple[int, str]]) -> None:
        for dependant in self._dependants[number]:
            self._count(dependant, number, doomed)

    def _count(self, dependant: int, ended: int, doomed: deque[tuple[int, str]]) -> None:
        """Take in that a step which another one waits for has ended without failing."""
        state = self._state[dependant]
        if state is StepState.EXPANDED:
            if self._copies.template_of(ended) != dependant:
                return
        elif state is not StepState.WAITING or self._steps[dependant].over is not None:
            return
        self._missing[dependant] -= 1
        if self._missing[dependant] > 0:
            return
        if state is StepState.EXPANDED:
            self._join(dependant, doomed)
        elif self._copies.lacks_all(self._steps[dependant], self._was_produced):
            doomed.append((dependant, "no entry of a list that it takes was produced"))
        else:
            self._ready.append(dependant)

    def _expand(
        self,
        template: int,
        event: StepSucceeded,
        doomed: deque[tuple[int, str]],
    ) -> None:
        """Make the copies of a template, one for each mapping key.

        One over an optional output without any value is skipped instead, like any other taker.
        """
        over = self._steps[template].over
        is_absent = over is not None and over[1] in event.skipped
        if is_absent or self._state[template] is not StepState.WAITING:
            return
        self._move(template, "expand")
        copies = self._copies.make(template, event.mapped, self._steps)
        self._missing[template] = len(copies)
        for copy in copies:
            self._add(copy, template)
        if not copies:
            self._join(template, doomed)

    def _add(self, step: Step, template: int) -> None:
        number = len(self._steps)
        self._steps.append(step)
        self._index[step.key] = number
        self._state.append(StepState.WAITING)
        self._attempt.append(0)
        self._retries.append(0)
        self._dependants.append([template])
        self._open += 1
        self._takers = None
        pending = {n.step for n in step.needs if self._state[n.step] is not StepState.SUCCEEDED}
        self._missing.append(len(pending))
        for upstream in pending:
            self._dependants[upstream] = [*self._dependants[upstream], number]
        if not pending:
            self._ready.append(number)

    def _join(self, template: int, doomed: deque[tuple[int, str]]) -> None:
        """End a template whose copies have ended: well, unless every one of them was skipped."""
        copies = self._copies.of(template)
        if copies and all(self._state[copy] is StepState.SKIPPED for copy in copies):
            doomed.append((template, "all its copies were skipped"))
            return
        self._move(template, "join")
        self._release_dependants(template, doomed)

    def _was_produced(self, number: int) -> bool:
        return self._state[number] is StepState.SUCCEEDED

    def _block_dependants(self, number: int) -> None:
        doomed = deque(self._dependants[number])
        while doomed:
            dependant = doomed.popleft()
            if self._state[dependant] in _CAN_BE_DOOMED:
                self._move(dependant, "block")
                doomed.extend(self._dependants[dependant])

    def _takers_of(self, number: int, outputs: Iterable[str]) -> list[tuple[int, str]]:
        """Return the steps that cannot do without outputs that were not produced, and why."""
        takers, key = self._takers_by_output(), self._steps[number].key
        return [
            (taker, f"step {key!r} did not produce {output!r}")
            for output in outputs
            for taker in takers.get((number, output), ())
        ]

    def _skip_all(self, doomed: deque[tuple[int, str]]) -> list[Skip]:
        """Skip steps and all that cannot do without any of those."""
        skips: list[Skip] = []
        while doomed:
            taker, because = doomed.popleft()
            if self._state[taker] not in _CAN_BE_DOOMED:
                continue
            key = self._steps[taker].key
            if self._state[taker] is StepState.WAITING and self._steps[taker].over is None:
                self._unrecorded[taker] = skip = Skip(key, because)
                skips.append(skip)
            self._move(taker, "skip")
            because = f"step {key!r} was skipped"
            for dependant in self._dependants[taker]:
                if self._can_do_without(dependant, taker):
                    self._count(dependant, taker, doomed)
                else:
                    doomed.append((dependant, because))
        return skips

    def _can_do_without(self, dependant: int, skipped: int) -> bool:
        if self._copies.template_of(skipped) == dependant:
            return True
        needs = [need for need in self._steps[dependant].needs if need.step == skipped]
        return all(need.kind == "fan_in" for need in needs)

    def _takers_by_output(self) -> dict[tuple[int, str], list[int]]:
        # Made when first needed: few runs have an optional output that is not produced.
        if self._takers is None:
            self._takers = {}
            for number, step in enumerate(self._steps):
                for need in step.needs:
                    if need.output is not None and need.kind != "fan_in":
                        self._takers.setdefault((need.step, need.output), []).append(number)
        return self._takers

    def _wait_for_retry(self, number: int, *, due: Instant) -> list[Command]:
        if self._status is RunStatus.CANCELING:
            self._move(number, "run_canceling")
            return []
        self._retries[number] += 1
        return [SetTimer(self._steps[number].key, self._attempt[number] + 1, due)]

    def _cancel_live(self, by: str) -> list[Command]:
        cancels: list[Command] = []
        self._canceled_by = by
        for number in list(self._live):
            has_timer = self._state[number] is StepState.RETRY_WAIT
            cancels.append(Cancel(self._steps[number].key, self._attempt[number] + has_timer))
            self._move(number, "run_canceling")
        return cancels

    def _owed_skips(self) -> list[Skip]:
        if not self._is_orphaned or self._status not in _DRIVEN:
            return []
        self._is_orphaned = self._is_verdict_given = False
        return list(self._unrecorded.values())

    def _owed_verdict(self) -> list[Finish]:
        if self._status not in _DRIVEN:
            return []
        if self._verdict is None:
            self._verdict = self._judge()
        if self._verdict is None or self._is_verdict_given:
            return []
        self._is_verdict_given = True
        return [self._verdict]

    def _judge(self) -> Finish | None:
        """Decide how the run ends; None while it goes on. Once decided, nothing changes it."""
        if self._status is RunStatus.CANCELING:
            by = f" by {self._canceled_by}" if self._canceled_by else ""
            return None if self._live else Finish(RunStatus.CANCELED, f"Canceled{by}.")
        if self._open:
            return None
        if not self._failed:
            return Finish(RunStatus.SUCCESS, "Every step ended well.")
        return Finish(RunStatus.FAILURE, self._why_failed())

    def _why_failed(self) -> str:
        failed, blocked = len(self._failed), len(self.blocked_steps())
        named = listed(self._keys(self._failed[:_NAMED]))
        which = f": {named}" if failed <= _NAMED else f", among them {named}"
        unrun = f" {counted(blocked, 'step')} downstream did not run." if blocked else ""
        return f"{counted(failed, 'step')} failed{which}.{unrun}"

    def _keys(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._steps[number].key for number in numbers)


def replay(plan: Plan, events: Iterable[tuple[AnyEvent, Instant]]) -> RunMachine:
    """Rebuild a run's machine from its recorded events; commands are not carried out again.

    Raises:
        IllegalTransitionError: The events are not those of a run of this plan.
    """
    machine = RunMachine(plan)
    for event, at in events:
        machine.apply(event, at)
    return machine
