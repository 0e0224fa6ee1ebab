"""The screens of `penstock backfill`, letter by letter."""

from __future__ import annotations

import pytest

from penstock.cli import backfill_screen as screen
from penstock.decide.backfill import summary
from penstock.graph.staleness import ALREADY_FRESH
from penstock.model.backfill import BackfillPartition, PartitionState


def partition(
    number: int,
    key: str,
    state: PartitionState,
    *,
    reason: str = "",
    took: float | None = None,
    error: str | None = None,
) -> BackfillPartition:
    return BackfillPartition(
        number=number, key=key, state=state, reason=reason, took=took, error=error
    )


def test_the_plan_of_a_serial_backfill_of_a_range():
    text = screen.plan_block(
        selection="glucose_entries",
        ends=("2024-07-01", "2024-09-30"),
        count=92,
        noun="day",
        fresh=0,
        parallel=None,
        seconds=5400.0,
    )

    assert text == (
        "Backfill Plan: glucose_entries\n"
        "══════════════════════════════\n"
        "\n"
        "Date Range: 2024-07-01 to 2024-09-30\n"
        "Partitions: 92 days\n"
        "Estimated Time: ~90 minutes"
    )


def test_the_plan_of_a_parallel_backfill_names_the_workers():
    text = screen.plan_block(
        selection="glucose_entries",
        ends=("2024-01-01", "2024-12-31"),
        count=366,
        noun="day",
        fresh=1,
        parallel=4,
        seconds=2700.0,
    )

    assert text == (
        "Backfill Plan: glucose_entries\n"
        "══════════════════════════════\n"
        "\n"
        "Date Range: 2024-01-01 to 2024-12-31\n"
        "Partitions: 366 days\n"
        "Already Fresh: 1 day (skipped)\n"
        "Parallel Workers: 4\n"
        "Estimated Time: ~45 minutes (parallel)"
    )


def test_the_plan_of_a_list_has_no_range_and_without_history_no_estimate():
    text = screen.plan_block(
        selection="orders",
        ends=None,
        count=1,
        noun="partition",
        fresh=0,
        parallel=None,
        seconds=None,
    )

    assert text == "Backfill Plan: orders\n═════════════════════\n\nPartitions: 1 partition"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (40, "40 seconds"),
        (60, "1 minute"),
        (5400, "90 minutes"),
        (18000, "5 hours"),
    ],
)
def test_an_estimate_is_rough(seconds: float, text: str):
    assert screen.rough_duration(seconds) == text


@pytest.mark.parametrize(
    ("ended", "line"),
    [
        (partition(1, "2024-07-01", PartitionState.DONE, took=32.1), "[1/92]  2024-07-01 ✓ (32s)"),
        (partition(92, "2024-09-30", PartitionState.DONE, took=29.0), "[92/92] 2024-09-30 ✓ (29s)"),
        (partition(5, "2024-07-05", PartitionState.DONE, took=95.0), "[5/92]  2024-07-05 ✓ (95s)"),
        (
            partition(
                45, "2024-02-14", PartitionState.FAILED, took=1.0, error="Connection timeout"
            ),
            "[45/92] 2024-02-14 ✗ Connection timeout",
        ),
        (
            partition(7, "2024-07-07", PartitionState.SKIPPED),
            "[7/92]  2024-07-07 ✓ (already fresh)",
        ),
    ],
)
def test_a_line_of_a_serial_backfill(ended: BackfillPartition, line: str):
    assert screen.serial_line(ended, total=92) == line


def test_a_line_of_a_parallel_backfill_has_the_worker_and_no_time():
    ended = partition(4, "2024-01-04", PartitionState.DONE, took=3.0)

    assert screen.parallel_line(ended, worker=1) == "[Worker 1] 2024-01-04 ✓"


def test_the_end_of_a_backfill():
    assert screen.end_line(made=92, took=2580.0) == "Backfill complete: 92 partitions in 43m"
    assert screen.end_line(made=1, took=32.0) == "Backfill complete: 1 partition in 32s"


def test_what_a_resumed_backfill_says_first():
    states = [PartitionState.DONE] * 43 + [PartitionState.SKIPPED] + [PartitionState.PENDING] * 46
    counts = summary(partition(n, f"p{n}", state) for n, state in enumerate(states, 1))

    assert screen.resume_block("glucose_entries", counts) == (
        "Resuming backfill: glucose_entries\nCompleted: 44/90\nRemaining: 46 partitions"
    )


def test_a_dry_run_gives_the_reason_of_each_partition():
    text = screen.dry_run_block(
        "glucose_entries",
        [
            partition(1, "2024-01-01", PartitionState.PENDING, reason="not materialized"),
            partition(2, "2024-01-02", PartitionState.PENDING, reason="stale - upstream changed"),
            partition(3, "2024-01-03", PartitionState.SKIPPED, reason=ALREADY_FRESH),
        ],
    )

    assert text == (
        "Backfill Plan (DRY RUN)\n"
        "═══════════════════════\n"
        "\n"
        "Asset: glucose_entries\n"
        "Partitions to process: 3\n"
        "\n"
        "  2024-01-01 (not materialized)\n"
        "  2024-01-02 (stale - upstream changed)\n"
        "  2024-01-03 (already fresh) <- would skip\n"
        "\n"
        "Would process: 2 partitions\n"
        "Would skip: 1 partition (already fresh)\n"
        "\n"
        "Run without --dry-run to execute."
    )


def test_a_backfill_with_nothing_to_do():
    assert screen.nothing_to_do(120) == "Nothing to do: all 120 partitions are already fresh."
