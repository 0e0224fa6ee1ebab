"""What the parts of the store in memory share: plain dictionaries, one lock, who waits for news."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from operator import attrgetter
from threading import Condition

from penstock.base.clock import Instant, SystemClock
from penstock.base.ids import BackfillId, InstigatorId, RunId, SystemIds, TickId
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead, PartitionView
from penstock.model.backfill import BackfillPartition, BackfillRecord
from penstock.model.daemon import DaemonBeat
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord
from penstock.model.tick import InstigatorRecord, TickRecord

id_of: Callable[[StoredEvent], int] = attrgetter("id")


class Commits:
    """The one lock, held to change something; who waits for news is told at the end."""

    def __init__(self) -> None:
        self.lock: Condition = Condition()
        self.count: int = 0

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *details: object) -> None:
        self.count += 1
        self.lock.notify_all()
        self.lock.release()


class MemoryWatch:
    """Somebody who waits for commits."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._seen = commits.count

    def wait(self, timeout: float) -> bool:
        """Wait until anything is committed, or `timeout` seconds have passed."""
        commits = self._commits
        with commits.lock:
            news = commits.lock.wait_for(lambda: commits.count != self._seen, timeout)
            self._seen = commits.count
            return news

    def close(self) -> None:
        """Do nothing: there is no connection to release."""


class MemoryState:
    """What one group of operations of a store in memory works on; all groups share it."""

    def __init__(self) -> None:
        self._changing = Commits()
        self._lock = self._changing.lock  # enough to read
        self._id = SystemIds(SystemClock()).new_id()
        self._runs: dict[RunId, RunRecord] = {}
        self._plans: dict[str, bytes] = {}
        self._last_event: int = 0
        self._events: list[StoredEvent] = []
        self._events_of_run: dict[RunId, list[StoredEvent]] = {}
        self._events_of_asset: dict[AssetKey, list[StoredEvent]] = {}
        self._newest: dict[AssetKey, int] = {}
        self._wiped: dict[AssetKey, int] = {}
        self._wiped_on: dict[AssetKey, Instant] = {}
        self._wiped_partitions: dict[AssetKey, dict[str, int]] = {}
        self._cleared: dict[AssetKey, int] = {}
        self._assets: dict[AssetKey, AssetHead] = {}
        self._partitions: dict[AssetKey, dict[str | None, PartitionHead]] = {}
        self._views: dict[AssetKey, dict[str, PartitionView]] = {}
        self._checks: dict[AssetKey, dict[tuple[str, str | None], CheckHead]] = {}
        self._backfills: dict[BackfillId, BackfillRecord] = {}
        self._backfill_partitions: dict[BackfillId, dict[int, BackfillPartition]] = {}
        self._dynamic: dict[str, dict[str, None]] = {}
        self._instigators: dict[InstigatorId, InstigatorRecord] = {}
        self._ticks: dict[TickId, TickRecord] = {}
        self._beats: dict[str, DaemonBeat] = {}
        self._values: dict[str, str] = {}


def event_in(log: Sequence[StoredEvent], number: int | None) -> StoredEvent | None:
    """Find an event by its id in a log, which is in the order of ids."""
    if number is None:
        return None
    place = bisect_left(log, number, key=id_of)
    return log[place] if place < len(log) and log[place].id == number else None
