"""The store as plain dictionaries: the model of what any store does.

It is the oracle that other stores are tested against, and what an ephemeral instance runs on. It
knows no SQL, no files and no processes. One lock guards everything, so every method is atomic.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from threading import Lock

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import BackfillId, RunId
from penstock.errors import InvariantViolationError
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunSucceeded,
    StoredEvent,
    kind_of,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.projection import fenced, run_not_found, why_failed
from penstock.store.protocol import EventFilter, Lease

AssetEvent = AssetMaterialized | AssetObserved | AssetPlanned | AssetFailed | CheckEvaluated

_id_of: Callable[[StoredEvent], int] = attrgetter("id")


class MemoryStore:
    """A store that lives as long as its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._runs: dict[RunId, RunRecord] = {}
        self._plans: dict[str, bytes] = {}
        self._last_event = 0
        self._events: list[StoredEvent] = []
        self._events_of_run: dict[RunId, list[StoredEvent]] = {}
        self._events_of_asset: dict[AssetKey, list[StoredEvent]] = {}
        self._wiped: dict[AssetKey, int] = {}
        self._assets: dict[AssetKey, AssetHead] = {}
        self._partitions: dict[AssetKey, dict[str | None, PartitionHead]] = {}
        self._checks: dict[AssetKey, dict[tuple[str, str | None], CheckHead]] = {}
        self._backfills: dict[BackfillId, BackfillRecord] = {}
        self._backfill_partitions: dict[BackfillId, dict[int, BackfillPartition]] = {}
        self._dynamic: dict[str, dict[str, None]] = {}

    # -- runs

    def create_run(self, run: RunRecord, *, plan: bytes, events: Sequence[RunEvent]) -> RunRecord:
        """Add a run with its plan and first events; return it with its version."""
        with self._lock:
            if run.id in self._runs:
                raise InvariantViolationError(f"There is already a run {run.id}.")
            self._plans.setdefault(run.plan, plan)
            self._record(run.id, events, run.created)
            record = run
            for event in events:
                record = _advanced(record, event, run.created)
            record = replace(record, version=len(events))
            self._runs[run.id] = record
            return record

    def append(
        self, run: RunId, events: Sequence[RunEvent], *, at: Instant, expect: int, fence: int
    ) -> tuple[int, int]:
        """Add events to a run; return its new version and the id of the first event."""
        with self._lock:
            record = self._known(run)
            if (record.version, record.fence) != (expect, fence):
                raise fenced(record.id, found=(record.version, record.fence), given=(expect, fence))
            first = self._record(run, events, at)
            for event in events:
                record = _advanced(record, event, at)
            version = record.version + len(events)
            self._runs[run] = replace(record, version=version, updated=at)
            return version, first

    def take_lease(self, run: RunId, *, owner: str, at: Instant) -> Lease:
        """Make `owner` the only one who may append to the run, from now on."""
        with self._lock:
            record = self._known(run)
            record = replace(record, fence=record.fence + 1, owner=owner, updated=at)
            self._runs[run] = record
            return Lease(run, owner, record.fence, record.version)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease up, if it is still the newest."""
        with self._lock:
            record = self._runs.get(lease.run)
            if record is not None and record.fence == lease.fence:
                self._runs[lease.run] = replace(record, owner=None)

    def run(self, run: RunId) -> RunRecord | None:
        """Return a run."""
        with self._lock:
            return self._runs.get(run)

    def runs(
        self, matching: RunFilter, *, limit: int | None = None, before: RunId | None = None
    ) -> list[RunRecord]:
        """List runs, newest first; `before` continues after the last id of a page."""
        with self._lock:
            newest_first = sorted(self._runs.values(), key=attrgetter("id"), reverse=True)
        fitting = (
            r for r in newest_first if (before is None or r.id < before) and _run_fits(r, matching)
        )
        return list(islice(fitting, limit))

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        with self._lock:
            return self._plans.get(digest)

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events; projections of assets stay."""
        with self._lock:
            record = self._runs.pop(run, None)
            if record is None:
                return
            if all(other.plan != record.plan for other in self._runs.values()):
                del self._plans[record.plan]
            self._events = [e for e in self._events if e.run != run]
            self._events_of_run.pop(run, None)
            for asset, events in self._events_of_asset.items():
                self._events_of_asset[asset] = [e for e in events if e.run != run]

    def report(self, events: Sequence[RunEvent], *, at: Instant) -> int:
        """Record asset events that belong to no run; return the id of the first."""
        with self._lock:
            return self._record(None, events, at)

    # -- events

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        with self._lock:
            source = self._events
            after = matching.after or 0
            if matching.run is not None:
                source = self._events_of_run.get(matching.run, [])
            if matching.asset is not None:
                source = self._events_of_asset.get(matching.asset, [])
                after = max(after, self._wiped.get(matching.asset, 0))
            chosen = source[bisect_right(source, after, key=_id_of) :]
        if newest_first:
            chosen.reverse()
        return list(islice((e for e in chosen if _event_fits(e, matching)), limit))

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        with self._lock:
            place = bisect_left(self._events, number, key=_id_of)
            found = self._events[place] if place < len(self._events) else None
            return found if found is not None and found.id == number else None

    # -- assets

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        with self._lock:
            if assets is None:
                return dict(self._assets)
            return {key: self._assets[key] for key in assets if key in self._assets}

    def partition_head(self, asset: AssetKey, partition: str | None) -> PartitionHead | None:
        """Return the newest facts of one partition."""
        with self._lock:
            return self._partitions.get(asset, {}).get(partition)

    def partition_heads(
        self, asset: AssetKey, partitions: Sequence[str | None] | None = None
    ) -> dict[str | None, PartitionHead]:
        """Return the newest facts of the given partitions of an asset, or of every known one."""
        with self._lock:
            heads = self._partitions.get(asset, {})
            if partitions is None:
                return dict(heads)
            return {key: heads[key] for key in partitions if key in heads}

    def check_heads(self, asset: AssetKey) -> list[CheckHead]:
        """Return the newest verdict of each check of an asset, for each partition."""
        with self._lock:
            heads = list(self._checks.get(asset, {}).values())
        return sorted(heads, key=lambda h: (h.name, h.partition is not None, h.partition or ""))

    def wipe_asset(self, asset: AssetKey, *, at: Instant) -> None:
        """Hide everything recorded of an asset so far; the data itself is not touched."""
        with self._lock:
            self._wiped[asset] = self._last_event
            self._assets.pop(asset, None)
            self._partitions.pop(asset, None)
            self._checks.pop(asset, None)

    # -- backfills and dynamic partitions

    def save_backfill(
        self, backfill: BackfillRecord, partitions: Sequence[BackfillPartition]
    ) -> None:
        """Add a backfill with its partitions."""
        with self._lock:
            if backfill.id in self._backfills:
                raise InvariantViolationError(f"There is already a backfill {backfill.id}.")
            self._backfills[backfill.id] = backfill
            self._backfill_partitions[backfill.id] = {p.number: p for p in partitions}

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
        with self._lock:
            record = self._backfills.get(backfill)
            if record is None:
                raise InvariantViolationError(f"There is no backfill {backfill}.")
            self._backfills[backfill] = replace(
                record, status=status or record.status, updated=at, owner=owner
            )
            self._backfill_partitions[backfill].update({p.number: p for p in partitions})

    def backfill(self, backfill: BackfillId) -> BackfillRecord | None:
        """Return a backfill."""
        with self._lock:
            return self._backfills.get(backfill)

    def backfills(
        self, *, status: BackfillStatus | None = None, limit: int | None = None
    ) -> list[BackfillRecord]:
        """List backfills, newest first."""
        with self._lock:
            newest_first = sorted(self._backfills.values(), key=attrgetter("id"), reverse=True)
        return list(islice((b for b in newest_first if status in (None, b.status)), limit))

    def backfill_partitions(self, backfill: BackfillId) -> list[BackfillPartition]:
        """Return a backfill's partitions by number."""
        with self._lock:
            partitions = self._backfill_partitions.get(backfill, {})
            return [partitions[number] for number in sorted(partitions)]

    def dynamic_partitions(self, definition: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        with self._lock:
            return list(self._dynamic.get(definition, {}))

    def add_dynamic_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Add keys; one that is already there stays where it is."""
        with self._lock:
            known = self._dynamic.setdefault(definition, {})
            for key in keys:
                known.setdefault(key)

    def delete_dynamic_partition(self, definition: str, key: str) -> None:
        """Remove a key; facts recorded for it stay."""
        with self._lock:
            self._dynamic.get(definition, {}).pop(key, None)

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        with self._lock:
            return {
                "runs": len(self._runs),
                "events": len(self._events),
                "assets": len(self._assets),
                "backfills": len(self._backfills),
            }

    def close(self) -> None:
        """Do nothing: there is no connection to release."""

    # -- how events become facts

    def _known(self, run: RunId) -> RunRecord:
        record = self._runs.get(run)
        if record is None:
            raise run_not_found(run)
        return record

    def _record(self, run: RunId | None, events: Sequence[RunEvent], at: Instant) -> int:
        first = self._last_event + 1
        self._last_event += len(events)
        for number, event in enumerate(events, first):
            stored = StoredEvent(id=number, run=run, at=at, event=event)
            self._events.append(stored)
            if run is not None:
                self._events_of_run.setdefault(run, []).append(stored)
            if isinstance(event, AssetEvent):
                self._events_of_asset.setdefault(event.asset, []).append(stored)
                self._project(stored, event)
        return first

    def _project(self, stored: StoredEvent, event: AssetEvent) -> None:
        asset, number, at, run = event.asset, stored.id, stored.at, stored.run
        head = self._assets.get(asset) or AssetHead(asset=asset)
        match event:
            case AssetMaterialized():
                head = replace(head, materialized=number, at=at, run=run)
                made = PartitionHead(
                    asset=asset,
                    partition=event.partition,
                    materialized=number,
                    at=at,
                    run=run,
                    data_version=event.data_version,
                    code_version=event.code_version,
                    inputs=event.inputs,
                )
                head = self._put_partition(head, made)
            case AssetFailed():
                old = self._partitions.get(asset, {}).get(event.partition)
                old = old or PartitionHead(asset=asset, partition=event.partition)
                head = self._put_partition(head, replace(old, failed=number, failed_run=run))
            case AssetObserved():
                head = replace(head, observed=number)
            case AssetPlanned():
                head = replace(head, planned_run=run)
            case CheckEvaluated():
                self._checks.setdefault(asset, {})[event.name, event.partition] = CheckHead(
                    asset=asset,
                    name=event.name,
                    partition=event.partition,
                    passed=event.passed,
                    severity=event.severity,
                    event=number,
                    at=at,
                    run=run,
                )
        self._assets[asset] = head

    def _put_partition(self, head: AssetHead, new: PartitionHead) -> AssetHead:
        heads = self._partitions.setdefault(new.asset, {})
        old = heads.get(new.partition)
        heads[new.partition] = new
        was_made = old is not None and old.materialized is not None
        was_failed = old is not None and old.failed is not None
        return replace(
            head,
            partitions_materialized=head.partitions_materialized
            + (new.materialized is not None)
            - was_made,
            partitions_failed=head.partitions_failed + (new.failed is not None) - was_failed,
        )


def _advanced(run: RunRecord, event: RunEvent, at: Instant) -> RunRecord:
    match event:
        case RunQueued():
            return replace(run, status=RunStatus.QUEUED)
        case RunStarted() | RunResumed():
            started = at if run.started is None else run.started
            owner = event.owner or run.owner
            after = RunStatus.STARTED
            if isinstance(event, RunResumed) and run.status is RunStatus.CANCELING:
                after = RunStatus.CANCELING
            return replace(run, status=after, started=started, owner=owner)
        case RunSucceeded():
            return replace(run, status=RunStatus.SUCCESS, ended=at)
        case RunFailed():
            error = why_failed(event)
            return replace(run, status=RunStatus.FAILURE, ended=at, error=error)
        case RunCanceling():
            return replace(run, status=RunStatus.CANCELING)
        case RunCanceled():
            return replace(run, status=RunStatus.CANCELED, ended=at)
        case LeaseLost():
            is_canceling = run.status is RunStatus.CANCELING
            after = RunStatus.CANCELING if is_canceling else RunStatus.SUSPENDED
            return replace(run, status=after, owner=None)
        case _:
            return run


def _run_fits(run: RunRecord, wanted: RunFilter) -> bool:
    tags: dict[str, set[str]] = {}
    for key, value in wanted.tags:
        tags.setdefault(key, set()).add(value)
    return (
        (wanted.ids is None or run.id in wanted.ids)
        and (wanted.statuses is None or run.status in wanted.statuses)
        and (wanted.job is None or run.spec.job == wanted.job)
        and (wanted.backfill is None or run.spec.backfill == wanted.backfill)
        and (wanted.created_after is None or run.created > wanted.created_after)
        and (wanted.created_before is None or run.created < wanted.created_before)
        and all(any((k, v) in run.spec.tags for v in values) for k, values in tags.items())
    )


def _event_fits(stored: StoredEvent, wanted: EventFilter) -> bool:
    event = stored.event
    about = event if isinstance(event, AssetEvent) else None
    return (
        (wanted.run is None or stored.run == wanted.run)
        and (wanted.partitions is None or _partition_of(about) in wanted.partitions)
        and (wanted.step is None or getattr(event, "step", None) == wanted.step)
        and (wanted.kinds is None or kind_of(event) in wanted.kinds)
        and (wanted.before is None or stored.id < wanted.before)
        and (wanted.since is None or stored.at >= wanted.since)
    )


def _partition_of(event: AssetEvent | None) -> str | None:
    return None if event is None else event.partition
