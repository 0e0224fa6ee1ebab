"""How a run went, folded from its events: counts of the run, and times of each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from penstock.base.clock import Instant
from penstock.compat.event_data import ExpectationView
from penstock.compat.event_entries import EventLogEntry
from penstock.model import events as native
from penstock.model.events import StoredEvent


class StepEventStatus(Enum):
    """Where a step of a run stands."""

    SKIPPED = "SKIPPED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    IN_PROGRESS = "IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class RunStepMarker:
    """A stretch of time of a step: an attempt, or what is named by `key`."""

    start_time: Instant | None = None
    end_time: Instant | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RunStepKeyStatsSnapshot:
    """How a step of a run went; times are in seconds since the Unix epoch.

    Attributes:
        run_id: The run.
        step_key: The step.
        status: Where it stands; None if all that is known of it is that something was planned.
        start_time: When its first attempt began.
        end_time: When its last attempt ended; None as long as it has not.
        materialization_events: The materializations that it told of.
        expectation_results: The expectations that it judged.
        attempts: How many attempts have begun.
        attempts_list: The attempts that have ended.
        markers: The stretches of time that were told of it.
        partial_attempt_start: When the attempt under way began.
    """

    run_id: str
    step_key: str
    status: StepEventStatus | None = None
    start_time: Instant | None = None
    end_time: Instant | None = None
    materialization_events: Sequence[EventLogEntry] = ()
    expectation_results: Sequence[ExpectationView] = ()
    attempts: int | None = None
    attempts_list: Sequence[RunStepMarker] = ()
    markers: Sequence[RunStepMarker] = ()
    partial_attempt_start: Instant | None = None


@dataclass(frozen=True, slots=True)
class DagsterRunStatsSnapshot:
    """How a run went; times are in seconds since the Unix epoch.

    Attributes:
        run_id: The run.
        steps_succeeded: How many steps ended well.
        steps_failed: How many steps failed.
        materializations: How many materializations it told of.
        expectations: How many expectations it judged.
        enqueued_time: When it was put in the queue.
        launch_time: When it was launched.
        start_time: When its first step could start.
        end_time: When it ended.
    """

    run_id: str
    steps_succeeded: int = 0
    steps_failed: int = 0
    materializations: int = 0
    expectations: int = 0
    enqueued_time: Instant | None = None
    launch_time: Instant | None = None
    start_time: Instant | None = None
    end_time: Instant | None = None


RUN_STATS_KINDS = (
    "step_succeeded",
    "step_failed",
    "asset_materialized",
    "expectation_judged",
    "run_queued",
    "run_started",
    "run_succeeded",
    "run_failed",
    "run_canceled",
    "run_starting",
)
"""The kinds of events that `run_stats` looks at."""


def run_stats(run_id: str, events: Iterable[StoredEvent]) -> DagsterRunStatsSnapshot:
    """Fold the events of a run, in their order, to how it went."""
    counts: dict[str, int] = dict.fromkeys(RUN_STATS_KINDS, 0)
    times: dict[str, Instant] = {}
    for stored in events:
        kind = native.kind_of(stored.event)
        counts[kind] = counts.get(kind, 0) + 1
        if kind in _TIMES:
            times[_TIMES[kind]] = stored.at
    return DagsterRunStatsSnapshot(
        run_id,
        counts["step_succeeded"],
        counts["step_failed"],
        counts["asset_materialized"],
        counts["expectation_judged"],
        **times,
    )


_TIMES: Mapping[str, str] = {
    "run_queued": "enqueued_time",
    "run_starting": "launch_time",
    "run_started": "start_time",
    "run_succeeded": "end_time",
    "run_failed": "end_time",
    "run_canceled": "end_time",
}


def step_stats(
    run_id: str, events: Iterable[StoredEvent], *, steps: Sequence[str] | None = None
) -> list[RunStepKeyStatsSnapshot]:
    """Fold the events of a run, in their order, to how its steps went.

    Args:
        run_id: The run.
        events: Its events.
        steps: The steps to tell of; None means every one that has begun or was skipped.
    """
    wanted = None if steps is None else frozenset(steps)
    found: dict[str, _Step] = {}
    for stored in events:
        key: str | None = getattr(stored.event, "step", None)
        if key is None or (wanted is not None and key not in wanted):
            continue
        if key in found or isinstance(stored.event, _BEGINNINGS):
            found.setdefault(key, _Step()).apply(stored)
    return [step.snapshot(run_id, key) for key, step in found.items()]


_BEGINNINGS = (native.StepStarted, native.StepSkipped, native.StepFailed, native.StepSucceeded)


@dataclass(slots=True)
class _Step:
    """A step while its events are folded."""

    status: StepEventStatus | None = None
    start: Instant | None = None
    end: Instant | None = None
    attempts: int = 0
    open_since: Instant | None = None
    ended: list[RunStepMarker] = field(default_factory=list[RunStepMarker])
    made: list[EventLogEntry] = field(default_factory=list[EventLogEntry])
    judged: list[ExpectationView] = field(default_factory=list[ExpectationView])
    marks: dict[str, RunStepMarker] = field(default_factory=dict[str, RunStepMarker])

    def apply(self, stored: StoredEvent) -> None:
        match stored.event:
            case native.StepStarted():
                self._begin(stored.at)
            case native.StepUpForRetry():
                self._end_attempt(stored.at)
            case native.StepSucceeded():
                self._end(stored.at, StepEventStatus.SUCCESS)
            case native.StepFailed() | native.StepCanceled():
                self._end(stored.at, StepEventStatus.FAILURE)
            case native.StepSkipped():
                self.status = StepEventStatus.SKIPPED
                self.start = self.end = stored.at
            case native.AssetMaterialized():
                self.made.append(EventLogEntry(stored))
            case native.ExpectationJudged() as said:
                self.judged.append(
                    ExpectationView(said.passed, said.label, said.description, said.metadata)
                )
            case native.Remark(marks=marks):
                self._mark(marks, stored.at)
            case _:
                pass

    def snapshot(self, run_id: str, key: str) -> RunStepKeyStatsSnapshot:
        return RunStepKeyStatsSnapshot(
            run_id,
            key,
            self.status,
            self.start,
            self.end,
            self.made,
            self.judged,
            self.attempts,
            self.ended,
            list(self.marks.values()),
            self.open_since,
        )

    def _begin(self, at: Instant) -> None:
        self._end_attempt(at)
        self.attempts += 1
        self.status = StepEventStatus.IN_PROGRESS
        self.start = at if self.start is None else self.start
        self.end, self.open_since = None, at

    def _end_attempt(self, at: Instant) -> None:
        if self.open_since is not None:
            self.ended.append(RunStepMarker(self.open_since, at))
            self.open_since = None

    def _end(self, at: Instant, status: StepEventStatus) -> None:
        self._end_attempt(at)
        self.status, self.end = status, at

    def _mark(self, marks: Sequence[str], at: Instant) -> None:
        for mark in marks:
            side, _, key = mark.partition(":")
            known = self.marks.get(key, RunStepMarker(key=key))
            if side == "start":
                self.marks[key] = RunStepMarker(at, known.end_time, key)
            else:
                self.marks[key] = RunStepMarker(known.start_time, at, key)
