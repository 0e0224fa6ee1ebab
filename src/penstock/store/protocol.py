"""The seam to storage: what any store does, in a few groups of methods.

A store keeps events and the projections made of them, and writes both in one transaction. It
refuses to know user code, partitions definitions and policy. The invariant: every projection
equals the fold of the events. `memory.py` is the model that every other store is held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import BackfillId, RunId
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import RunEvent, StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to read: every given field must hold; `after`/`before` are ids, exclusive."""

    run: RunId | None = None
    asset: AssetKey | None = None
    partitions: tuple[str, ...] | None = None
    step: str | None = None
    kinds: tuple[str, ...] | None = None
    after: int | None = None
    before: int | None = None
    since: Instant | None = None


class Lease(msgspec.Struct, frozen=True):
    """The right to write a run's state: whoever holds the highest `fence` of the run."""

    run: RunId
    owner: str
    fence: int
    version: int


class Store(Protocol):
    """Where everything is kept. Every method is atomic; every method may raise `OutageError`."""

    def create_run(self, run: RunRecord, *, plan: bytes, events: Sequence[RunEvent]) -> RunRecord:
        """Add a run with its plan and first events; return it with its version.

        `run.plan` is the digest under which `plan` is kept; a plan already there is shared.

        Raises:
            InvariantViolationError: There is a run of that id.
        """
        ...

    def append(
        self,
        run: RunId,
        events: Sequence[RunEvent],
        *,
        at: Instant,
        expect: int,
        fence: int,
    ) -> tuple[int, int]:
        """Add events to a run and update every projection: the only write of run state.

        Returns:
            The run's new version, and the id of the first event added.

        Raises:
            FencedError: The run's version is not `expect`, or a newer lease than `fence` exists.
            RunNotFoundError: There is no such run.
        """
        ...

    def take_lease(self, run: RunId, *, owner: str, at: Instant) -> Lease:
        """Make `owner` the only one who may append to the run, from now on.

        Raises:
            RunNotFoundError: There is no such run.
        """
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give the lease up, if it is still the newest."""
        ...

    def run(self, run: RunId) -> RunRecord | None:
        """Return a run."""
        ...

    def runs(
        self, matching: RunFilter, *, limit: int | None = None, before: RunId | None = None
    ) -> list[RunRecord]:
        """List runs, newest first; `before` continues after the last id of a page."""
        ...

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        ...

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events; projections of assets stay."""
        ...

    def report(self, events: Sequence[RunEvent], *, at: Instant) -> int:
        """Record asset events that belong to no run; return the id of the first."""
        ...

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        ...

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        ...

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        ...

    def partition_head(self, asset: AssetKey, partition: str | None) -> PartitionHead | None:
        """Return the newest facts of one partition."""
        ...

    def partition_heads(
        self, asset: AssetKey, partitions: Sequence[str | None] | None = None
    ) -> dict[str | None, PartitionHead]:
        """Return the newest facts of the given partitions of an asset, or of every known one."""
        ...

    def check_heads(self, asset: AssetKey) -> list[CheckHead]:
        """Return the newest verdict of each check of an asset, for each partition."""
        ...

    def wipe_asset(self, asset: AssetKey, *, at: Instant) -> None:
        """Hide everything recorded of an asset so far; the data itself is not touched."""
        ...

    def save_backfill(
        self, backfill: BackfillRecord, partitions: Sequence[BackfillPartition]
    ) -> None:
        """Add a backfill with its partitions.

        Raises:
            InvariantViolationError: There is a backfill of that id.
        """
        ...

    def update_backfill(
        self,
        backfill: BackfillId,
        *,
        at: Instant,
        status: BackfillStatus | None = None,
        owner: str | None = None,
        partitions: Sequence[BackfillPartition] = (),
    ) -> None:
        """Change a backfill's status (if given), its owner, and the given partitions, at once."""
        ...

    def backfill(self, backfill: BackfillId) -> BackfillRecord | None:
        """Return a backfill."""
        ...

    def backfills(
        self, *, status: BackfillStatus | None = None, limit: int | None = None
    ) -> list[BackfillRecord]:
        """List backfills, newest first."""
        ...

    def backfill_partitions(self, backfill: BackfillId) -> list[BackfillPartition]:
        """Return a backfill's partitions by number."""
        ...

    def dynamic_partitions(self, definition: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        ...

    def add_dynamic_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Add keys; one that is already there stays where it is."""
        ...

    def delete_dynamic_partition(self, definition: str, key: str) -> None:
        """Remove a key; facts recorded for it stay."""
        ...

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        ...

    def close(self) -> None:
        """Release every connection; the store cannot be used afterwards."""
        ...
