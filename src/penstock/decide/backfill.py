"""What a backfill has to do, what comes next, and how far it is.

Pure over values: who asks has found out which partitions are not fresh and how long earlier ones
took. A backfill consists of pieces, each of which one run makes: a partition, or a range of them.
The invariant: every requested partition is in exactly one state, so the counts of a summary add up,
and none is ever started twice without being reopened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from statistics import median

import msgspec
from msgspec.structs import replace

from penstock.graph.staleness import ALREADY_FRESH
from penstock.model.backfill import BackfillPartition, BackfillStatus, PartitionState
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset
from penstock.plan.pieces import Piece, pieces_of


class BackfillPlan(msgspec.Struct, frozen=True):
    """The pieces of a backfill by number; fresh partitions are in it as skipped."""

    partitions: tuple[BackfillPartition, ...]

    @property
    def to_process(self) -> tuple[BackfillPartition, ...]:
        """The pieces that have something to make."""
        return tuple(p for p in self.partitions if p.state is PartitionState.PENDING)

    @property
    def to_skip(self) -> tuple[BackfillPartition, ...]:
        """The pieces whose every asset is fresh."""
        return tuple(p for p in self.partitions if p.state is PartitionState.SKIPPED)


class BackfillSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How many partitions stand where: requested = done + failed + skipped + running + pending.

    A piece counts as often as it has partitions.
    """

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


def plan_backfill(
    requested: PartitionsSubset, reasons: Mapping[str, Ordinals], *, most: int | None
) -> BackfillPlan:
    """Plan a backfill in the order of its partitions, numbered from 1.

    Args:
        requested: The partitions that were asked for.
        reasons: Those of them that have something to make, by why; each is under one reason.
        most: How many partitions one run makes at most; None is no limit. With one for each, the
            fresh ones keep their place in the order, else they come last.
    """
    if most == 1:
        return BackfillPlan(tuple(_one_by_one(requested, reasons)))
    by_reason = {r: PartitionsSubset(requested.definition, o) for r, o in reasons.items()}
    pending = requested.empty_subset()
    for some in by_reason.values():
        pending = pending | some
    planned = [
        _piece(piece, next((r for r, some in by_reason.items() if piece.first in some), None))
        for piece in pieces_of(pending, most=most)
    ]
    planned += [_piece(piece, None) for piece in pieces_of(requested - pending, most=None)]
    return BackfillPlan(tuple(replace(p, number=n) for n, p in enumerate(planned, 1)))


def _one_by_one(
    requested: PartitionsSubset, reasons: Mapping[str, Ordinals]
) -> Iterator[BackfillPartition]:
    for number, (key, ordinal) in enumerate(zip(requested, requested.ordinals, strict=True), 1):
        reason = next((reason for reason, some in reasons.items() if ordinal in some), None)
        yield _piece(Piece(key, key, 1), reason, number=number)


def _piece(piece: Piece, reason: str | None, *, number: int = 0) -> BackfillPartition:
    return BackfillPartition(
        number=number,
        key=str(piece.first),
        last=None if piece.size == 1 else str(piece.last),
        size=piece.size,
        state=PartitionState.SKIPPED if reason is None else PartitionState.PENDING,
        reason=ALREADY_FRESH if reason is None else reason,
    )


class Agenda:
    """What of a backfill comes next; it is told of each change, so that asking it costs nothing.

    Args:
        partitions: All pieces of the backfill.
    """

    def __init__(self, partitions: Iterable[BackfillPartition]) -> None:
        self._states = {p.number: p.state for p in partitions}
        self._waiting = [n for n, s in self._states.items() if s is PartitionState.PENDING]
        heapify(self._waiting)
        self._failed = sum(s is PartitionState.FAILED for s in self._states.values())

    def note(self, changed: BackfillPartition) -> None:
        """Take in where a piece stands now."""
        before = self._states[changed.number]
        self._states[changed.number] = changed.state
        self._failed += (changed.state is PartitionState.FAILED) - (before is PartitionState.FAILED)
        if changed.state is PartitionState.PENDING and before is not PartitionState.PENDING:
            heappush(self._waiting, changed.number)

    def next(self, *, free_slots: int, stop_after_failure: bool) -> tuple[int, ...]:
        """Return the numbers of the pieces to start now, lowest first.

        Args:
            free_slots: How many more may run at once.
            stop_after_failure: Start nothing once a piece has failed.
        """
        if stop_after_failure and self._failed:
            return ()
        found: list[int] = []
        while self._waiting and len(found) < free_slots:
            number = heappop(self._waiting)
            if self._states[number] is PartitionState.PENDING and number not in found:
                found.append(number)
        for number in found:
            heappush(self._waiting, number)
        return tuple(found)


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
    counts: Counter[PartitionState] = Counter()
    for partition in partitions:
        counts[partition.state] += partition.size
    return BackfillSummary(
        requested=counts.total(),
        done=counts[PartitionState.DONE],
        failed=counts[PartitionState.FAILED],
        skipped=counts[PartitionState.SKIPPED],
        running=counts[PartitionState.RUNNING],
        pending=counts[PartitionState.PENDING],
    )
