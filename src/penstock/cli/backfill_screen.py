"""What `penstock backfill` shows: every screen as text, made from values.

Owns the exact wording. Nothing here prints or reads anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from penstock.base.text import counted, duration
from penstock.decide.backfill import BackfillSummary
from penstock.graph.staleness import ALREADY_FRESH
from penstock.model.backfill import BackfillPartition, PartitionState

INTERRUPTED = "Backfill interrupted. Run with --resume to continue."


def _title(text: str) -> list[str]:
    return [text, "═" * len(text)]


def plan_block(
    *,
    selection: str,
    ends: tuple[str, str] | None,
    count: int,
    noun: str,
    fresh: int,
    parallel: int | None,
    seconds: float | None,
    runs: int | None = None,
) -> str:
    """Write the plan.

    Args:
        selection: What is made, as the user wrote it.
        ends: The first and the last partition of a range; None for a list.
        count: How many partitions were asked for.
        noun: What one partition is.
        fresh: How many of them are fresh already.
        parallel: The number of workers, if the user gave one.
        seconds: The estimate; None without history.
        runs: How many runs it takes; None if each partition is a run.
    """
    lines = [*_title(f"Backfill Plan: {selection}"), ""]
    if ends is not None:
        what = "Partition Range" if noun == "partition" else "Date Range"
        lines.append(f"{what}: {ends[0]} to {ends[1]}")
    lines.append(f"Partitions: {counted(count, noun)}")
    if fresh:
        lines.append(f"Already Fresh: {counted(fresh, noun)} (skipped)")
    if runs is not None:
        lines.append(f"Runs: {runs:,}")
    if parallel is not None:
        lines.append(f"Parallel Workers: {parallel}")
    if seconds is not None:
        suffix = " (parallel)" if (parallel or 1) > 1 else ""
        lines.append(f"Estimated Time: ~{rough_duration(seconds)}{suffix}")
    return "\n".join(lines)


def rough_duration(seconds: float) -> str:
    """Write an estimate in one unit: '40 seconds', '90 minutes', '5 hours'."""
    if seconds < 60:
        return counted(max(round(seconds), 1), "second")
    if seconds < 3 * 3600:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600), "hour")


def serial_line(partition: BackfillPartition, *, total: int) -> str:
    """Write how a partition ended: `[1/92]  2024-07-01 ✓ (32s)`."""
    width = len(f"[{total}/{total}]")
    counter = f"[{partition.number}/{total}]"
    return f"{counter:<{width}} {span_text(partition)} {_outcome(partition, timed=True)}"


def parallel_line(partition: BackfillPartition, *, worker: int) -> str:
    """Write how a partition of a parallel backfill ended: `[Worker 1] 2024-01-01 ✓`."""
    return f"[Worker {worker}] {span_text(partition)} {_outcome(partition, timed=False)}"


def span_text(partition: BackfillPartition) -> str:
    """Write the key of a piece, or the ends of its range and how many partitions it is."""
    if partition.last is None:
        return partition.key
    return f"{partition.key}...{partition.last} ({partition.size:,} partitions)"


def _outcome(partition: BackfillPartition, *, timed: bool) -> str:
    match partition.state:
        case PartitionState.FAILED:
            return f"✗ {partition.error or 'failed'}"
        case PartitionState.SKIPPED:
            return "✓ (already fresh)"
        case _ if partition.took is None and partition.reason == ALREADY_FRESH:
            return "✓ (already fresh)"
        case _:
            took = f" ({seconds_text(partition.took)})" if timed and partition.took else ""
            return f"✓{took}"


def seconds_text(seconds: float) -> str:
    """Write what one partition took: whole seconds from one second on."""
    if seconds < 1:
        return duration(seconds)
    return f"{round(seconds)}s"


def end_line(*, made: int, took: float) -> str:
    """Write the last line of a backfill that is complete."""
    return f"Backfill complete: {counted(made, 'partition')} in {duration(took)}"


def resume_block(selection: str, counts: BackfillSummary) -> str:
    """Write what a resumed backfill has done and has left."""
    completed = counts.done + counts.skipped
    remaining = counts.requested - completed
    return "\n".join(
        [
            f"Resuming backfill: {selection}",
            f"Completed: {completed}/{counts.requested}",
            f"Remaining: {counted(remaining, 'partition')}",
        ]
    )


def dry_run_block(
    selection: str, partitions: Sequence[BackfillPartition], *, runs: int | None = None
) -> str:
    """Write what a backfill would do with each piece; `runs` is None if each is a run."""
    requested = sum(p.size for p in partitions)
    skipped = sum(p.size for p in partitions if p.state is PartitionState.SKIPPED)
    lines = [
        *_title("Backfill Plan (DRY RUN)"),
        "",
        f"Asset: {selection}",
        f"Partitions to process: {requested}",
        "",
    ]
    for partition in partitions:
        would_skip = " <- would skip" if partition.state is PartitionState.SKIPPED else ""
        lines.append(f"  {span_text(partition)} ({partition.reason}){would_skip}")
    would = f"Would process: {counted(requested - skipped, 'partition')}"
    lines += ["", would if runs is None else f"{would} in {counted(runs, 'run')}"]
    if skipped:
        lines.append(f"Would skip: {counted(skipped, 'partition')} (already fresh)")
    lines += ["", "Run without --dry-run to execute."]
    return "\n".join(lines)


def nothing_to_do(count: int) -> str:
    """Write that every partition is fresh."""
    if count == 1:
        return "Nothing to do: the partition is already fresh."
    return f"Nothing to do: all {counted(count, 'partition')} are already fresh."
