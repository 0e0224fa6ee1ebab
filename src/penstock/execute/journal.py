"""The writes of one run by its owner: in order, each once, also if the store fails in between.

Owns the version that the next write expects, and the tries of a write that fails. A store may have
kept a write and yet tell of a failure (the connection broke behind the commit). The next try is
then refused, because the run has moved on; so the journal looks whether what moved it is its own.
How long it tries is decided in `decide/outage.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penstock.base import faults
from penstock.base.clock import Clock, Instant
from penstock.decide.outage import pause_after
from penstock.errors import FencedError, OutageError
from penstock.model.events import RunEvent
from penstock.store.protocol import EventFilter, Lease, Store

_REMARKS = 50
"""How many remarks of others may have come between the events of one write."""


class RunJournal:
    """Where the owner of a run writes its events.

    Args:
        store: Where they go.
        lease: The right to write them.
        clock: The time of the events, and of the pauses between tries.
        hurried: Tells whether nobody wants to wait for another try.
    """

    def __init__(
        self, store: Store, lease: Lease, *, clock: Clock, hurried: Callable[[], bool]
    ) -> None:
        self._store = store
        self._lease = lease
        self._version = lease.version
        self._clock = clock
        self._hurried = hurried

    def write(self, events: Sequence[RunEvent]) -> None:
        """Write events.

        Raises:
            FencedError: Another owner took the run over.
            OutageError: The store failed, for longer than it is worth trying.
        """
        at = self._clock.now()
        faults.reached("run.before_write")
        try:
            self._version = self._append(events, at)
        except OutageError as error:
            self._version = self._try_again(events, at, error)
        faults.reached("run.after_write")

    def _append(self, events: Sequence[RunEvent], at: Instant) -> int:
        lease = self._lease
        version, _ = self._store.append(
            lease.run, events, at=at, expect=self._version, fence=lease.fence
        )
        return version

    def _try_again(self, events: Sequence[RunEvent], at: Instant, error: OutageError) -> int:
        since, tries = self._clock.monotonic(), 1
        while True:
            pause = pause_after(error, tries=tries, lasted=self._clock.monotonic() - since)
            if pause is None or self._hurried():
                raise error
            self._clock.sleep(pause)
            try:
                return self._append_or_find(events, at)
            except OutageError as newer:
                error, tries = newer, tries + 1

    def _append_or_find(self, events: Sequence[RunEvent], at: Instant) -> int:
        try:
            return self._append(events, at)
        except FencedError:
            if self._was_kept(events, at):
                return self._version + len(events)
            raise

    def _was_kept(self, events: Sequence[RunEvent], at: Instant) -> bool:
        """Tell whether the newest events of the run are these: an earlier try was kept."""
        record = self._store.run(self._lease.run)
        if record is None or record.fence != self._lease.fence:
            return False
        if record.version != self._version + len(events):
            return False
        newest = self._store.events(
            EventFilter(run=self._lease.run), limit=len(events) + _REMARKS, newest_first=True
        )
        found = iter([stored.event for stored in reversed(newest) if stored.at == at])
        return all(any(event == other for other in found) for event in events)
