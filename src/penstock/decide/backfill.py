"""What a backfill has to do, what comes next, and how far it is.

Pure over values: who asks has found out how fresh each partition is and how long earlier ones
took. The invariant: every requested partition is in exactly one state, so the counts of a summary
add up, and none is ever started twice without being reopened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec
from msgspec.structs import replace

from penstock.model.backfill import BackfillPartition, BackfillStatus, PartitionState

NOT_MATERIALIZED = "not materialized"
UPSTREAM_CHANGED = "stale - upstream changed"
ALREADY_FRESH = "already fresh"


class PartitionFreshness(msgspec.Struct, frozen=True):
    """How fresh a partition is: for each asset in order, why it is not; None where it is."""

    key: str
    reasons: tuple[str | None, ...]


class BackfillPlan(msgspec.Struct, frozen=True):
    """The partitions of a backfill by number; fresh ones are in it as skipped."""

    partitions: tuple[BackfillPartition, ...]

    @property
    def to_process(self) -> tuple[BackfillPartition, ...]:
        """The partitions that have something to make."""
        return tuple(p for p in self.partitions if p.state is PartitionState.PENDING)

    @property
    def to_skip(self) -> tuple[BackfillPartition, ...]:
        """The partitions whose every asset is fresh."""
        return tuple(p for p in self.partitions if p.state is PartitionState.SKIPPED)


class BackfillSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How many partitions stand where: requested = done + failed + skipped + running + pending."""

    requested: int
    done: int
    failed: int
    skipped: int
    running: int
    pending: int

    @property
    def is_complete(self) -> bool:
        """Whether every partition has ended, well or not."""
        return self.running == 0 and self.pending == 0

    @property
    def final_status(self) -> BackfillStatus | None:
        """How the backfill ended; None while it is not complete."""
        if not self.is_complete:
            return None
        if self.failed:
            return BackfillStatus.COMPLETED_FAILED
        return BackfillStatus.COMPLETED_SUCCESS


def plan_backfill(candidates: Sequence[PartitionFreshness]) -> BackfillPlan:
    """Plan a backfill of partitions in the order given, numbered from 1.

    A partition is skipped only if every asset is fresh. One that is given twice is planned once.
    """
    by_key = {candidate.key: candidate for candidate in reversed(candidates)}
    order = dict.fromkeys(candidate.key for candidate in candidates)
    return BackfillPlan(
        tuple(_planned(by_key[key], number=number) for number, key in enumerate(order, 1))
    )


def _planned(candidate: PartitionFreshness, *, number: int) -> BackfillPartition:
    reason = next((reason for reason in candidate.reasons if reason is not None), None)
    return BackfillPartition(
        number=number,
        key=candidate.key,
        state=PartitionState.SKIPPED if reason is None else PartitionState.PENDING,
        reason=ALREADY_FRESH if reason is None else reason,
    )


def next_partitions(
    partitions: Iterable[BackfillPartition], *, free_slots: int, stop_after_failure: bool
) -> tuple[int, ...]:
    """Return the numbers of the partitions to start now, lowest first.

    Args:
        partitions: All partitions of the backfill.
        free_slots: How many more may run at once.
        stop_after_failure: Start nothing once a partition has failed.
    """
    known = list(partitions)
    if stop_after_failure and any(p.state is PartitionState.FAILED for p in known):
        return ()
    pending = sorted(p.number for p in known if p.state is PartitionState.PENDING)
    return tuple(pending[: max(free_slots, 0)])


def reopened(partitions: Iterable[BackfillPartition]) -> tuple[BackfillPartition, ...]:
    """Return, pending again, the partitions that a resumed backfill has to repeat.

    Those are the failed ones, and those that ran when the backfill's owner died; each still names
    its last run.
    """
    again = (PartitionState.FAILED, PartitionState.RUNNING)
    return tuple(
        replace(p, state=PartitionState.PENDING, error=None, took=None)
        for p in partitions
        if p.state in again
    )


def estimate_seconds(durations: Sequence[float], remaining: int, *, parallel: int) -> float | None:
    """Estimate how long the remaining partitions take; None without any past duration.

    Args:
        durations: What earlier partitions took, in seconds.
        remaining: How many partitions are still to be made.
        parallel: How many workers there are; no more than `remaining` of them help.
    """
    if not durations:
        return None
    workers = max(1, min(parallel, remaining))
    return median(durations) * remaining / workers


def summary(partitions: Iterable[BackfillPartition]) -> BackfillSummary:
    """Count where the partitions of a backfill stand."""
    counts = Counter(partition.state for partition in partitions)
    return BackfillSummary(
        requested=counts.total(),
        done=counts[PartitionState.DONE],
        failed=counts[PartitionState.FAILED],
        skipped=counts[PartitionState.SKIPPED],
        running=counts[PartitionState.RUNNING],
        pending=counts[PartitionState.PENDING],
    )
