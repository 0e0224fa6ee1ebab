from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import RunId
from penstock.decide.backfill import (
    Agenda,
    BackfillSummary,
    estimate_seconds,
    plan_backfill,
    reopened,
    summary,
)
from penstock.model.backfill import BackfillPartition, BackfillStatus, PartitionState
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.time_window import DailyPartitionsDefinition

PENDING, RUNNING = PartitionState.PENDING, PartitionState.RUNNING
DONE, FAILED, SKIPPED = PartitionState.DONE, PartitionState.FAILED, PartitionState.SKIPPED


def partitions(*states: PartitionState) -> list[BackfillPartition]:
    return [
        BackfillPartition(number=n, key=str(n), state=state) for n, state in enumerate(states, 1)
    ]


DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-13")


def days(*spans: tuple[int, int]) -> Ordinals:
    return Ordinals.of_spans(spans)


def test_the_plan_says_for_each_partition_why_it_is_made_or_skipped():
    plan = plan_backfill(
        DAYS.subset_with_partition_keys(["2024-01-01", "2024-01-02", "2024-01-03"]),
        {"not materialized": days((0, 1)), "stale - upstream changed": days((1, 2))},
        most=1,
    )

    assert plan.partitions == (
        BackfillPartition(number=1, key="2024-01-01", reason="not materialized"),
        BackfillPartition(number=2, key="2024-01-02", reason="stale - upstream changed"),
        BackfillPartition(number=3, key="2024-01-03", reason="already fresh", state=SKIPPED),
    )
    assert [p.number for p in plan.to_process] == [1, 2]
    assert [p.number for p in plan.to_skip] == [3]


def test_a_backfill_in_one_run_has_one_piece_for_each_range_and_skips_the_rest():
    reasons = {"not materialized": days((0, 4), (6, 12)), "stale - new code version": days((4, 5))}

    plan = plan_backfill(DAYS.subset_with_all_partitions(), reasons, most=None)

    assert plan.partitions == (
        BackfillPartition(
            number=1, key="2024-01-01", last="2024-01-05", size=5, reason="not materialized"
        ),
        BackfillPartition(
            number=2, key="2024-01-07", last="2024-01-12", size=6, reason="not materialized"
        ),
        BackfillPartition(number=3, key="2024-01-06", reason="already fresh", state=SKIPPED),
    )


def test_a_backfill_in_runs_of_five_has_pieces_of_at_most_five():
    reasons = {"not materialized": days((0, 12))}

    plan = plan_backfill(DAYS.subset_with_all_partitions(), reasons, most=5)

    assert [(p.key, p.last, p.size) for p in plan.partitions] == [
        ("2024-01-01", "2024-01-05", 5),
        ("2024-01-06", "2024-01-10", 5),
        ("2024-01-11", "2024-01-12", 2),
    ]


@pytest.mark.parametrize(
    ("states", "free_slots", "stop", "expected"),
    [
        ((PENDING, PENDING, PENDING), 1, True, (1,)),
        ((DONE, SKIPPED, PENDING), 1, True, (3,)),
        ((RUNNING, PENDING, PENDING), 2, False, (2, 3)),
        ((DONE, FAILED, PENDING), 1, True, ()),
        ((DONE, FAILED, PENDING), 1, False, (3,)),
        ((PENDING,), 0, False, ()),
        ((PENDING,), -1, False, ()),
        ((DONE,), 4, False, ()),
        ((), 4, True, ()),
    ],
)
def test_next_are_the_lowest_pending_ones_that_fit(
    states: tuple[PartitionState, ...], free_slots: int, stop: bool, expected: tuple[int, ...]
):
    agenda = Agenda(partitions(*states))

    assert agenda.next(free_slots=free_slots, stop_after_failure=stop) == expected


def test_a_resumed_backfill_repeats_what_failed_and_what_was_cut_off():
    before = [
        BackfillPartition(number=1, key="a", state=DONE),
        BackfillPartition(
            number=2, key="b", state=FAILED, run=RunId("r2"), took=3.0, error="boom", reason="new"
        ),
        BackfillPartition(number=3, key="c", state=RUNNING, run=RunId("r3")),
        BackfillPartition(number=4, key="d"),
    ]

    assert reopened(before) == (
        BackfillPartition(number=2, key="b", run=RunId("r2"), reason="new"),
        BackfillPartition(number=3, key="c", run=RunId("r3")),
    )


@pytest.mark.parametrize(
    ("durations", "remaining", "parallel", "expected"),
    [
        ((), 10, 1, None),
        ((60.0,), 90, 1, 5400.0),
        ((60.0,), 90, 2, 2700.0),
        ((1.0, 60.0, 600.0), 10, 1, 600.0),
        ((60.0,), 1, 4, 60.0),
        ((60.0,), 0, 4, 0.0),
    ],
)
def test_the_estimate_is_the_median_for_each_remaining_one_shared_by_the_workers(
    durations: tuple[float, ...], remaining: int, parallel: int, expected: float | None
):
    assert estimate_seconds(durations, remaining, parallel=parallel) == expected


def test_a_summary_counts_the_partitions_of_a_piece():
    pieces = [
        BackfillPartition(number=1, key="a", last="c", size=3, state=DONE),
        BackfillPartition(number=2, key="d"),
    ]

    assert summary(pieces) == BackfillSummary(
        requested=4, done=3, failed=0, skipped=0, running=0, pending=1
    )


def test_a_summary_counts_each_partition_once():
    found = summary(partitions(DONE, DONE, FAILED, SKIPPED, RUNNING, PENDING, PENDING))

    assert found == BackfillSummary(requested=7, done=2, failed=1, skipped=1, running=1, pending=2)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((DONE, SKIPPED), BackfillStatus.COMPLETED_SUCCESS),
        ((SKIPPED,), BackfillStatus.COMPLETED_SUCCESS),
        ((), BackfillStatus.COMPLETED_SUCCESS),
        ((DONE, FAILED), BackfillStatus.COMPLETED_FAILED),
        ((DONE, RUNNING), None),
        ((FAILED, PENDING), None),
    ],
)
def test_a_backfill_is_complete_when_every_partition_has_ended(
    states: tuple[PartitionState, ...], status: BackfillStatus | None
):
    found = summary(partitions(*states))

    assert (found.is_complete, found.final_status) == (status is not None, status)


@given(
    states=st.lists(st.sampled_from(PartitionState)),
    parallel=st.integers(1, 4),
    stop=st.booleans(),
    data=st.data(),
)
def test_however_partitions_end_the_counts_add_up_and_none_is_started_twice(
    states: list[PartitionState], parallel: int, stop: bool, data: st.DataObject
):
    now = {p.number: p for p in partitions(*states)}
    agenda = Agenda(now.values())
    may_start = {n for n, p in now.items() if p.state is PENDING}
    while True:
        counts = summary(now.values())
        assert counts.requested == len(states)
        assert counts.requested == (
            counts.done + counts.failed + counts.skipped + counts.running + counts.pending
        )
        starting = agenda.next(free_slots=parallel - counts.running, stop_after_failure=stop)
        assert not (stop and counts.failed and starting)
        assert may_start.issuperset(starting)
        may_start.difference_update(starting)
        now |= {n: BackfillPartition(number=n, key=str(n), state=RUNNING) for n in starting}
        for n in starting:
            agenda.note(now[n])
        running = [n for n, p in now.items() if p.state is RUNNING]
        if not running:
            break
        ended, how = data.draw(st.sampled_from(running)), data.draw(st.sampled_from([DONE, FAILED]))
        now[ended] = BackfillPartition(number=ended, key=str(ended), state=how)
        agenda.note(now[ended])

    assert summary(now.values()).is_complete or (stop and summary(now.values()).failed > 0)
