"""The seam to storage: what any store does, in a few groups of methods.

A store keeps events and the projections made of them, and writes both in one transaction. It
refuses to know user code, partitions definitions and policy. The invariant: every projection
equals the fold of the events. `memory.py` is the model that every other store is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import BackfillId, InstigatorId, RunId, TickId
from penstock.model.asset_state import (
    AssetHead,
    CheckHead,
    KnownAsset,
    PartitionChanges,
    PartitionHead,
    PartitionView,
)
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.daemon import DaemonBeat
from penstock.model.events import RunEvent, StoredEvent
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord
from penstock.model.tick import InstigatorKind, InstigatorRecord, TickRecord, TickStatus

VIEWS_KEPT = 4
"""How many partition views of one asset are kept: those that were kept last."""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to read: every given field must hold; `after`/`before` are ids, exclusive.

    Attributes:
        ids: These events, in the order of their ids.
        since: From this instant on.
        until: Before this instant.
        runless: Whether to leave out the events of runs.
    """

    ids: tuple[int, ...] | None = None
    run: RunId | None = None
    runless: bool = False
    asset: AssetKey | None = None
    partitions: tuple[str, ...] | None = None
    step: str | None = None
    kinds: tuple[str, ...] | None = None
    after: int | None = None
    before: int | None = None
    since: Instant | None = None
    until: Instant | None = None


class Lease(msgspec.Struct, frozen=True):
    """The right to write a run's state: whoever holds the highest `fence` of the run."""

    run: RunId
    owner: str
    fence: int
    version: int


class StoreIdentity(msgspec.Struct, frozen=True):
    """Which store this is; `epoch` grows when an older copy of it is put in its place."""

    id: str
    epoch: int


class StoreSize(msgspec.Struct, frozen=True, kw_only=True):
    """How large a store is; the bytes of each kind of event are an estimate."""

    bytes: int
    events: int
    runs: int
    bytes_per_kind: dict[str, int]


class Watch(Protocol):
    """Somebody who waits for news."""

    def wait(self, timeout: float) -> bool:
        """Wait until anything is committed, by whichever process, or `timeout` seconds have passed.

        Returns:
            Whether anything was committed since the last call, or since the watch began.
        """
        ...

    def close(self) -> None:
        """Stop watching; may be called again."""
        ...


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

        A lease of an older epoch of the store is void: fences of a new epoch begin above them all.

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
        self,
        matching: RunFilter,
        *,
        limit: int | None = None,
        before: RunId | None = None,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """List runs by their ids, newest first unless told otherwise.

        Args:
            matching: Which runs.
            limit: How many at most.
            before: The last id of the page before, in the order asked for; the list goes on there.
            oldest_first: Whether to turn the order round.
        """
        ...

    def count_runs(self, matching: RunFilter) -> int:
        """Return how many runs there are."""
        ...

    def change_run_tags(self, run: RunId, tags: Mapping[str, str | None], *, at: Instant) -> None:
        """Set tags of a run, and remove those given as None; its spec says them from now on.

        Raises:
            RunNotFoundError: There is no such run.
        """
        ...

    def run_tags(
        self,
        keys: Sequence[str] | None = None,
        *,
        prefix: str | None = None,
        limit: int | None = None,
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Return the values that tags of runs have, by key; both in the order of their text.

        Args:
            keys: Only tags of these keys.
            prefix: Only values that begin so.
            limit: How many values at most, over all keys.
        """
        ...

    def run_tag_keys(self) -> list[str]:
        """Return the keys of every tag that a run has, in the order of their text."""
        ...

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        ...

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events; projections of assets stay.

        An event to which a head of an asset, a partition or a check points is kept as one outside
        any run: `event(head.materialized)` always finds it.
        """
        ...

    def report(self, events: Sequence[RunEvent], *, at: Instant, run: RunId | None = None) -> int:
        """Record events that change no run's state; return the id of the first.

        Reported twice, they are recorded twice: nothing tells a repetition from news.

        Args:
            events: What happened outside any run, or what somebody else than its owner has to say
                of a run. Such a remark leaves the version of the run, so its owner goes on.
            at: When.
            run: The run that they are remarks of; None for events outside any run.
        """
        ...

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        ...

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        ...

    def newest_event(self) -> int:
        """Return the newest event id ever given out; 0 if there was none.

        A wipe takes an id too, so that what was derived before it can be told from later.
        """
        ...

    def trim_events(self, kinds: Sequence[str], *, before: Instant, limit: int) -> int:
        """Forget the oldest events of some kinds; projections stay.

        What somebody still needs stays: the events of runs that have not ended, and those to which
        a head of an asset, a partition or a check points.

        Args:
            kinds: The kinds that may go.
            before: Only events that happened before this instant. Where the clock was set back in
                between, some of them may stay.
            limit: How many at most, so that nobody waits long.

        Returns:
            How many went; fewer than `limit` if nothing else may go.
        """
        ...

    def count_old_events(self, kinds: Sequence[str], *, before: Instant) -> int:
        """Return how many events `trim_events` would forget without a limit."""
        ...

    def watch(self) -> Watch:
        """Begin to watch for commits; close the watch when done."""
        ...

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        ...

    def known_assets(self, assets: Iterable[AssetKey]) -> dict[AssetKey, KnownAsset]:
        """Return the newest facts of the given assets, with the events that their heads name.

        One question for what `asset_heads` and `event` would tell, all of it of one moment.
        """
        ...

    def asset_keys(
        self, *, prefix: Sequence[str] = (), after: AssetKey | None = None, limit: int | None = None
    ) -> list[AssetKey]:
        """List the known assets in the order of their keys, part by part.

        Args:
            prefix: Only keys whose first parts these are.
            after: The last key of the page before.
            limit: How many at most.
        """
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

    def wipe_partitions(self, asset: AssetKey, partitions: Sequence[str], *, at: Instant) -> None:
        """Forget what is known of some partitions, and hide their events from the asset's history.

        The newest materialization of the asset is that of another partition from then on.
        """
        ...

    def partition_keys(self, asset: AssetKey, *, failed: bool = False) -> list[str]:
        """Return the partitions that were made, or those whose newest try failed.

        The cheapest way to learn where many partitions stand; keys are in the order of their text.
        """
        ...

    def partition_changes(self, asset: AssetKey, *, after: int) -> PartitionChanges | None:
        """Return what changed of an asset's partitions since an event id.

        Returns:
            The changes; None if something was wiped since, so that all must be read again.
        """
        ...

    def partition_view(self, asset: AssetKey, name: str) -> PartitionView | None:
        """Return the view that is kept under a name."""
        ...

    def keep_partition_view(self, asset: AssetKey, name: str, view: PartitionView) -> None:
        """Keep a derived view of an asset's partitions, unless the one kept is newer.

        Of each asset the last `VIEWS_KEPT` names are kept; a wipe forgets them. Of an asset that
        the store does not know nothing is kept.
        """
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

    def put_instigator(self, instigator: InstigatorRecord) -> None:
        """Write where a schedule, sensor or automation stands."""
        ...

    def instigator(self, instigator: InstigatorId) -> InstigatorRecord | None:
        """Return an instigator."""
        ...

    def instigators(self, *, kind: InstigatorKind | None = None) -> list[InstigatorRecord]:
        """List instigators in the order of their ids."""
        ...

    def delete_instigator(self, instigator: InstigatorId) -> None:
        """Forget an instigator; its ticks stay."""
        ...

    def put_tick(self, tick: TickRecord) -> None:
        """Write a tick: a new one, or where a known one stands now."""
        ...

    def tick(self, tick: TickId) -> TickRecord | None:
        """Return a tick."""
        ...

    def ticks(
        self,
        instigator: InstigatorId,
        *,
        before: Instant | None = None,
        after: Instant | None = None,
        statuses: Sequence[TickStatus] | None = None,
        limit: int | None = None,
    ) -> list[TickRecord]:
        """List the ticks of an instigator, the newest `at` first; `before`/`after` exclusive."""
        ...

    def purge_ticks(
        self, instigator: InstigatorId, *, statuses: Sequence[TickStatus], before: Instant
    ) -> int:
        """Forget ticks for a time before that stand at one of `statuses`; return how many."""
        ...

    def put_beat(self, beat: DaemonBeat) -> None:
        """Write the newest sign of life of a kind of duty."""
        ...

    def beats(self) -> list[DaemonBeat]:
        """Return the newest sign of life of each kind of duty, in the order of the kinds."""
        ...

    def delete_beats(self) -> None:
        """Forget every sign of life."""
        ...

    def put_values(self, values: Mapping[str, str]) -> None:
        """Keep small texts under their keys, such as the cursors of duties."""
        ...

    def values(self, keys: Sequence[str]) -> dict[str, str]:
        """Return what is kept under some keys; a key without a value is left out."""
        ...

    def delete_values(self, keys: Sequence[str]) -> None:
        """Forget what is kept under some keys."""
        ...

    def identity(self) -> StoreIdentity:
        """Return which store this is."""
        ...

    def check_soundness(self) -> list[str]:
        """Look for damage and for rows that do not fit together; a sentence for each problem."""
        ...

    def size(self) -> StoreSize:
        """Measure the store."""
        ...

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Write a whole and sound copy to a new file, while others go on writing.

        Args:
            to: The file; it appears when the copy is whole.
            progress: Told now and then how much is done, from 0 to 1.

        Raises:
            InvalidInvocationError: The file is there already, or this kind of store is backed up
                by other means; the message says which.
        """
        ...

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        ...

    def close(self) -> None:
        """Release every connection; the store cannot be used afterwards."""
        ...
