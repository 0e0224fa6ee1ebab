"""The legal moves of a run and of its steps, as data: (state, what happened) → state.

A move that is not in a table is illegal. The tables know neither plans nor attempts: what depends
on those (a success needs every step to have ended) is in `run.py`. A status that no event leads to
(MANAGED) has no row.

Some rows of `STEP_MOVES` are named after a decision of the machine instead of an event, because
the step changes when the decision is made: `launch`, `skip`, `block`, and for templates `expand`
and `join`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from penstock.model.run import RunStatus


class StepState(Enum):
    """Where a step of a run stands.

    WAITING steps have not begun, or lost their attempt with the run's owner. EXPANDED is a template
    whose copies are under way. LAUNCHED, RUNNING and RETRY_WAIT are live. The others are final;
    BLOCKED means that a step upstream failed.
    """

    WAITING = "WAITING"
    EXPANDED = "EXPANDED"
    LAUNCHED = "LAUNCHED"
    RUNNING = "RUNNING"
    RETRY_WAIT = "RETRY_WAIT"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    BLOCKED = "BLOCKED"
    CANCELED = "CANCELED"

    @property
    def is_live(self) -> bool:
        """Whether an attempt runs, is about to run, or waits for its time."""
        return self in _LIVE

    @property
    def is_final(self) -> bool:
        """Whether the step has ended for good in this run."""
        return self not in _OPEN


_LIVE = frozenset({StepState.LAUNCHED, StepState.RUNNING, StepState.RETRY_WAIT})
_OPEN = _LIVE | {StepState.WAITING, StepState.EXPANDED}

NOTES = frozenset(
    {
        "input_loaded",
        "input_taken",
        "output_produced",
        "output_stored",
        "expectation_judged",
        "hook_completed",
        "hook_skipped",
        "hook_errored",
        "asset_materialized",
        "asset_observed",
        "asset_planned",
        "check_planned",
        "asset_failed",
        "check_evaluated",
        "log_line",
        "logs_captured",
        "teardown_failed",
        "remark",
        "freshness_judged",
        "freshness_changed",
        "asset_wiped",
    }
)
"""Kinds of events that a run tells of and that change nothing in it."""

_NOT_STARTED = RunStatus.NOT_STARTED
_QUEUED = RunStatus.QUEUED
_STARTING = RunStatus.STARTING
_STARTED = RunStatus.STARTED
_CANCELING = RunStatus.CANCELING
_SUSPENDED = RunStatus.SUSPENDED

RUN_MOVES: Mapping[tuple[RunStatus, str], RunStatus] = {
    (_NOT_STARTED, "run_queued"): _QUEUED,
    (_NOT_STARTED, "run_starting"): _STARTING,
    (_QUEUED, "run_starting"): _STARTING,
    (_NOT_STARTED, "run_started"): _STARTED,
    (_QUEUED, "run_started"): _STARTED,
    (_STARTING, "run_started"): _STARTED,
    # A cancellation outlives everything but the run: losing the owner does not undo it.
    (_NOT_STARTED, "run_canceling"): _CANCELING,
    (_QUEUED, "run_canceling"): _CANCELING,
    (_STARTING, "run_canceling"): _CANCELING,
    (_STARTED, "run_canceling"): _CANCELING,
    (_CANCELING, "run_canceling"): _CANCELING,
    (_SUSPENDED, "run_canceling"): _CANCELING,
    # An owner can die between taking the lease and saying that the run started.
    (_NOT_STARTED, "lease_lost"): _SUSPENDED,
    (_QUEUED, "lease_lost"): _SUSPENDED,
    (_STARTING, "lease_lost"): _SUSPENDED,
    (_STARTED, "lease_lost"): _SUSPENDED,
    (_CANCELING, "lease_lost"): _CANCELING,
    (_SUSPENDED, "run_resumed"): _STARTED,
    # Whoever takes over a run that is being cancelled only brings that to its end.
    (_CANCELING, "run_resumed"): _CANCELING,
    (_STARTED, "run_succeeded"): RunStatus.SUCCESS,
    (_CANCELING, "run_succeeded"): RunStatus.SUCCESS,
    (_NOT_STARTED, "run_canceled"): RunStatus.CANCELED,
    (_QUEUED, "run_canceled"): RunStatus.CANCELED,
    (_STARTING, "run_canceled"): RunStatus.CANCELED,
    (_CANCELING, "run_canceled"): RunStatus.CANCELED,
    (_SUSPENDED, "run_canceled"): RunStatus.CANCELED,
    (_NOT_STARTED, "run_failed"): RunStatus.FAILURE,
    (_QUEUED, "run_failed"): RunStatus.FAILURE,
    (_STARTING, "run_failed"): RunStatus.FAILURE,
    (_STARTED, "run_failed"): RunStatus.FAILURE,
    (_CANCELING, "run_failed"): RunStatus.FAILURE,
    (_SUSPENDED, "run_failed"): RunStatus.FAILURE,
    (_STARTED, "step_started"): _STARTED,
    (_STARTED, "step_succeeded"): _STARTED,
    (_STARTED, "step_failed"): _STARTED,
    (_STARTED, "step_up_for_retry"): _STARTED,
    (_STARTED, "step_restarted"): _STARTED,
    (_STARTED, "step_skipped"): _STARTED,
    (_CANCELING, "step_started"): _CANCELING,
    (_CANCELING, "step_succeeded"): _CANCELING,
    (_CANCELING, "step_failed"): _CANCELING,
    (_CANCELING, "step_up_for_retry"): _CANCELING,
    (_CANCELING, "step_skipped"): _CANCELING,
    (_CANCELING, "step_canceled"): _CANCELING,
    # Assets are planned before the run starts, and known to be missed even if it never does.
    (_NOT_STARTED, "asset_planned"): _NOT_STARTED,
    (_NOT_STARTED, "check_planned"): _NOT_STARTED,
    (_NOT_STARTED, "asset_failed"): _NOT_STARTED,
    (_QUEUED, "asset_planned"): _QUEUED,
    (_QUEUED, "check_planned"): _QUEUED,
    (_QUEUED, "asset_failed"): _QUEUED,
    (_STARTING, "asset_failed"): _STARTING,
    (_SUSPENDED, "asset_failed"): _SUSPENDED,
    # The instance may remark on a run whenever it has not ended, as when it is launched again.
    **{(s, "remark"): s for s in (_NOT_STARTED, _QUEUED, _STARTING, _SUSPENDED)},
    **{(status, kind): status for status in (_STARTED, _CANCELING) for kind in NOTES},
}
"""What each kind of event does to a run."""

STEP_MOVES: Mapping[tuple[StepState, str], StepState] = {
    (StepState.WAITING, "launch"): StepState.LAUNCHED,
    (StepState.WAITING, "skip"): StepState.SKIPPED,
    (StepState.WAITING, "block"): StepState.BLOCKED,
    (StepState.WAITING, "expand"): StepState.EXPANDED,
    (StepState.EXPANDED, "join"): StepState.SUCCEEDED,
    (StepState.EXPANDED, "skip"): StepState.SKIPPED,
    (StepState.EXPANDED, "block"): StepState.BLOCKED,
    (StepState.SKIPPED, "step_skipped"): StepState.SKIPPED,
    # An attempt may end unannounced: retries have no second start, and a launch can fail.
    (StepState.LAUNCHED, "step_started"): StepState.RUNNING,
    (StepState.LAUNCHED, "step_succeeded"): StepState.SUCCEEDED,
    (StepState.LAUNCHED, "step_failed"): StepState.FAILED,
    (StepState.LAUNCHED, "step_up_for_retry"): StepState.RETRY_WAIT,
    (StepState.LAUNCHED, "step_canceled"): StepState.CANCELED,
    (StepState.RUNNING, "step_succeeded"): StepState.SUCCEEDED,
    (StepState.RUNNING, "step_failed"): StepState.FAILED,
    (StepState.RUNNING, "step_up_for_retry"): StepState.RETRY_WAIT,
    (StepState.RUNNING, "step_canceled"): StepState.CANCELED,
    (StepState.RETRY_WAIT, "step_restarted"): StepState.LAUNCHED,
    # A cancellation waits for what runs; what only waits for its time ends at once.
    (StepState.LAUNCHED, "run_canceling"): StepState.LAUNCHED,
    (StepState.RUNNING, "run_canceling"): StepState.RUNNING,
    (StepState.RETRY_WAIT, "run_canceling"): StepState.CANCELED,
    (StepState.LAUNCHED, "lease_lost"): StepState.WAITING,
    (StepState.RUNNING, "lease_lost"): StepState.WAITING,
    (StepState.RETRY_WAIT, "lease_lost"): StepState.WAITING,
    (StepState.LAUNCHED, "run_failed"): StepState.CANCELED,
    (StepState.RUNNING, "run_failed"): StepState.CANCELED,
    (StepState.RETRY_WAIT, "run_failed"): StepState.CANCELED,
}
"""What each kind of event or decision does to a step."""
