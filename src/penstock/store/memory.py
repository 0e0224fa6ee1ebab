"""The store as plain dictionaries: the model of what any store does.

It is the oracle that other stores are tested against, and what an ephemeral instance runs on. It
knows no SQL, no files and no processes. One lock guards everything, so every method is atomic. The
groups of operations are one module each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from penstock.errors import InvalidInvocationError
from penstock.model.events import encode_event, kind_of
from penstock.store.memory_assets import MemoryAssets
from penstock.store.memory_duties import MemoryDuties
from penstock.store.memory_runs import MemoryRuns
from penstock.store.protocol import StoreIdentity, StoreSize


class MemoryStore(MemoryRuns, MemoryAssets, MemoryDuties):
    """A store that lives as long as its process."""

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        with self._lock:
            return {
                "runs": len(self._runs),
                "events": len(self._events),
                "assets": len(self._assets),
                "backfills": len(self._backfills),
            }

    def identity(self) -> StoreIdentity:
        """Return which store this is; it cannot be restored, so its epoch stays."""
        return StoreIdentity(self._id, 1)

    def check_soundness(self) -> list[str]:
        """Return no problem: there is nothing that could be damaged."""
        return []

    def size(self) -> StoreSize:
        """Measure the store by its events, as they would be written."""
        lengths: Counter[str] = Counter()
        with self._lock:
            for stored in self._events:
                lengths[kind_of(stored.event)] += len(encode_event(stored.event))
            return StoreSize(
                bytes=lengths.total(),
                events=len(self._events),
                runs=len(self._runs),
                bytes_per_kind=dict(lengths),
            )

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Refuse: what is in memory ends with the process.

        Raises:
            InvalidInvocationError: Always.
        """
        del progress
        raise InvalidInvocationError(
            f"A store in memory cannot be copied to {to}. Use an instance with a home directory."
        )

    def close(self) -> None:
        """Do nothing: there is no connection to release."""
