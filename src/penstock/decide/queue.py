"""Which of the runs that wait in the queue may start now, and what holds the others.

Owns the order and the limits. It knows no store, no clock and no launcher: who asks has read which
runs wait and which are under way. A run that is held does not hold those behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.base.ids import RunId
from penstock.base.tags import BACKFILL_ID_TAG, PARTITION_NAME_TAG, PRIORITY_TAG
from penstock.base.text import counted
from penstock.model.run import RunRecord, RunStatus

OCCUPYING: Final = (RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)
"""The statuses of a run that takes a place of a limit."""

UNLIMITED: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLimit:
    """How many runs with a tag may be under way at once.

    Attributes:
        key: The key of the tag.
        limit: How many.
        value: Only runs whose tag has this value; None for any.
        per_value: Whether each value has a limit of its own.
    """

    key: str
    limit: int
    value: str | None = None
    per_value: bool = False

    def __str__(self) -> str:
        which = f"{self.key}={self.value}" if self.value is not None else self.key
        return f"{which}, for each value" if self.per_value else which


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """What bounds the runs under way.

    Attributes:
        max_runs: How many at once; -1 for no bound, 0 for none.
        tags: Bounds on runs with certain tags; every one that applies to a run must hold.
    """

    max_runs: int = UNLIMITED
    tags: tuple[TagLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A run that may not start now, and the limit that holds it, in words."""

    run: RunId
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDecision:
    """Which runs to start, in order, and which wait on."""

    start: tuple[RunId, ...] = ()
    held: tuple[Held, ...] = ()


def tags_of(run: RunRecord) -> Mapping[str, str]:
    """Return the tags of a run, its partition and its backfill among them."""
    tags = dict(run.spec.tags)
    if run.spec.partition is not None:
        tags.setdefault(PARTITION_NAME_TAG, run.spec.partition)
    if run.spec.backfill is not None:
        tags.setdefault(BACKFILL_ID_TAG, run.spec.backfill)
    return tags


def priority_of(tags: Mapping[str, str]) -> int:
    """Return the priority of a run: a greater one starts first; 0 where its tag is no number."""
    try:
        return int(tags.get(PRIORITY_TAG, "0"))
    except ValueError:
        return 0


def decide_queue(
    waiting: Iterable[RunRecord], under_way: Iterable[RunRecord], limits: QueueLimits
) -> QueueDecision:
    """Decide which of the waiting runs start now.

    Args:
        waiting: The runs that wait, in any order.
        under_way: The runs that have started or are about to; finished ones are ignored.
        limits: What bounds them.
    """
    places = _Places(limits, [run for run in under_way if run.status in OCCUPYING])
    start: list[RunId] = []
    held: list[Held] = []
    for run in in_order(waiting):
        tags = tags_of(run)
        because = places.held_by(tags)
        if because is None:
            places.take(tags)
            start.append(run.id)
        else:
            held.append(Held(run=run.id, because=because))
    return QueueDecision(start=tuple(start), held=tuple(held))


def in_order(waiting: Iterable[RunRecord]) -> list[RunRecord]:
    """Return runs in the order in which they are to start: by priority, then oldest first."""
    return sorted(waiting, key=lambda run: (-priority_of(tags_of(run)), run.created, run.id))


class _Places:
    """The places that runs take, counted for each limit."""

    def __init__(self, limits: QueueLimits, under_way: Sequence[RunRecord]) -> None:
        self._limits = limits
        self._runs = 0
        self._taken: Counter[tuple[int, str | None]] = Counter()
        for run in under_way:
            self.take(tags_of(run))

    def take(self, tags: Mapping[str, str]) -> None:
        self._runs += 1
        for number, limit in enumerate(self._limits.tags):
            if _applies(limit, tags):
                self._taken[number, _bucket(limit, tags)] += 1

    def held_by(self, tags: Mapping[str, str]) -> str | None:
        """Return the limit that leaves no place for a run with these tags, in words."""
        most = self._limits.max_runs
        if most != UNLIMITED and self._runs >= most:
            return f"{counted(self._runs, 'run')} under way; at most {most} may be"
        for number, limit in enumerate(self._limits.tags):
            if not _applies(limit, tags):
                continue
            taken = self._taken[number, _bucket(limit, tags)]
            if taken >= limit.limit:
                pair = f"{limit.key}={tags[limit.key]}" if limit.per_value else str(limit)
                return (
                    f"{counted(taken, 'run')} with tag {pair} under way; at most {limit.limit} "
                    "may be"
                )
        return None


def _applies(limit: TagLimit, tags: Mapping[str, str]) -> bool:
    found = tags.get(limit.key)
    return found is not None and (limit.value is None or limit.value == found)


def _bucket(limit: TagLimit, tags: Mapping[str, str]) -> str | None:
    return tags[limit.key] if limit.per_value else None
