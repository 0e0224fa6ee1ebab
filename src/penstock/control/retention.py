"""The duty that lets the store forget what is past its age.

Owns the order: read what the settings say, ask the decider, delete in small batches. A batch is one
transaction, so nobody waits long for it, and a process that dies in between has only done less.
Projections are never touched: what is known of assets and partitions stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from penstock.base.clock import Instant
from penstock.decide.retention import Ages, Retention, retention
from penstock.model.run import RunFilter, RunStatus
from penstock.store.protocol import Store

EVENTS_AT_ONCE = 5_000
RUNS_AT_ONCE = 50
LAST_DONE = "retention.last_done"
"""The key under which a store keeps when the duty last had nothing left to do."""

_FINISHED = tuple(status for status in RunStatus if status.is_finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much went.

    Attributes:
        is_done: Whether nothing more is past its age.
    """

    events: int = 0
    runs: int = 0
    ticks: int = 0
    is_done: bool = True

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(
            events=self.events + other.events,
            runs=self.runs + other.runs,
            ticks=self.ticks + other.ticks,
            is_done=other.is_done,
        )


class RetentionLoop:
    """Forgets in small batches.

    Args:
        store: What forgets.
        ages: After how many days what goes.
    """

    def __init__(self, store: Store, ages: Ages) -> None:
        self._store = store
        self._ages = ages

    def tick(self, now: Instant) -> Forgotten:
        """Forget one batch of each kind; `now` is in seconds since the Unix epoch.

        Raises:
            OutageError: The store failed; what went before stays gone.
        """
        due = retention(self._ages, now=now)
        gone = replace(self._forget_events(due), ticks=self._forget_ticks(due))
        runs = self._forget_runs(due)
        gone = replace(gone, runs=runs, is_done=gone.is_done and runs < RUNS_AT_ONCE)
        if gone.is_done:
            self._store.put_values({LAST_DONE: repr(now)})
        return gone

    def run(self, now: Instant, *, goes_on: Callable[[Forgotten], bool]) -> Forgotten:
        """Forget batch after batch until all is gone, or `goes_on` says to stop.

        Args:
            now: The present, in seconds since the Unix epoch.
            goes_on: Asked between two batches, with what went so far.
        """
        gone = self.tick(now)
        while not gone.is_done and goes_on(gone):
            gone += self.tick(now)
        return gone

    def is_due(self, now: Instant, *, every: float) -> bool:
        """Tell whether the last time that all was gone is `every` seconds ago or more."""
        last = self._store.values([LAST_DONE]).get(LAST_DONE)
        return last is None or now - float(last) >= every

    def _forget_events(self, due: Retention) -> Forgotten:
        gone, is_done = 0, True
        for kinds, before in due.events:
            went = self._store.trim_events(kinds, before=before, limit=EVENTS_AT_ONCE)
            gone += went
            is_done = is_done and went < EVENTS_AT_ONCE
        return Forgotten(events=gone, is_done=is_done)

    def _forget_runs(self, due: Retention) -> int:
        if due.runs is None:
            return 0
        old = self._store.runs(
            RunFilter(statuses=_FINISHED, updated_before=due.runs),
            limit=RUNS_AT_ONCE,
            oldest_first=True,
        )
        for run in old:
            self._store.delete_run(run.id)
        return len(old)

    def _forget_ticks(self, due: Retention) -> int:
        if not due.ticks:
            return 0
        return sum(
            self._store.purge_ticks(instigator.id, statuses=[status], before=before)
            for kind, status, before in due.ticks
            for instigator in self._store.instigators(kind=kind)
        )
