"""The tables of legal moves, checked as a whole."""

from __future__ import annotations

import pytest

from penstock.decide.moves import NOTES, RUN_MOVES, STEP_MOVES, StepState
from penstock.model.run import RunStatus


@pytest.mark.parametrize("status", [RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED])
def test_no_move_leaves_a_finished_run(status: RunStatus):
    assert [kind for start, kind in RUN_MOVES if start is status] == []


@pytest.mark.parametrize(
    "state",
    [StepState.SUCCEEDED, StepState.FAILED, StepState.BLOCKED, StepState.CANCELED],
)
def test_no_move_leaves_a_step_that_ended(state: StepState):
    assert [kind for start, kind in STEP_MOVES if start is state] == []


def test_a_skipped_step_stays_skipped():
    moves = {kind: end for (start, kind), end in STEP_MOVES.items() if start is StepState.SKIPPED}

    assert moves == {"step_skipped": StepState.SKIPPED}


def test_a_cancellation_is_undone_by_nothing():
    ends = {end for (start, _), end in RUN_MOVES.items() if start is RunStatus.CANCELING}

    assert ends == {
        RunStatus.CANCELING,
        RunStatus.SUCCESS,
        RunStatus.FAILURE,
        RunStatus.CANCELED,
    }


def test_notes_move_no_run():
    assert all(end is start for (start, kind), end in RUN_MOVES.items() if kind in NOTES)


@pytest.mark.parametrize(
    ("state", "is_live", "is_final"),
    [
        (StepState.WAITING, False, False),
        (StepState.LAUNCHED, True, False),
        (StepState.RUNNING, True, False),
        (StepState.RETRY_WAIT, True, False),
        (StepState.SUCCEEDED, False, True),
        (StepState.FAILED, False, True),
        (StepState.SKIPPED, False, True),
        (StepState.BLOCKED, False, True),
        (StepState.CANCELED, False, True),
    ],
)
def test_a_step_waits_or_is_live_or_has_ended(state: StepState, is_live: bool, is_final: bool):
    assert (state.is_live, state.is_final) == (is_live, is_final)
