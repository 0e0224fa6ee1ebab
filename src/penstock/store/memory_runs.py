"""Runs in the store in memory: how they begin, advance, are leased, listed and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from operator import attrgetter

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.errors import InvariantViolationError
from penstock.model.events import (
    LeaseLost,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStarting,
    RunSucceeded,
)
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.memory_events import MemoryEvents
from penstock.store.projection import fenced, run_not_found, why_failed, with_tags
from penstock.store.protocol import Lease


class MemoryRuns(MemoryEvents):
    """The operations on runs."""

    def create_run(self, run: RunRecord, *, plan: bytes, events: Sequence[RunEvent]) -> RunRecord:
        """Add a run with its plan and first events; return it with its version."""
        with self._changing:
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
        with self._changing:
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
        with self._changing:
            record = self._known(run)
            record = replace(record, fence=record.fence + 1, owner=owner, updated=at)
            self._runs[run] = record
            return Lease(run, owner, record.fence, record.version)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease up, if it is still the newest."""
        with self._changing:
            record = self._runs.get(lease.run)
            if record is not None and record.fence == lease.fence:
                self._runs[lease.run] = replace(record, owner=None)

    def run(self, run: RunId) -> RunRecord | None:
        """Return a run."""
        with self._lock:
            return self._runs.get(run)

    def runs(
        self,
        matching: RunFilter,
        *,
        limit: int | None = None,
        before: RunId | None = None,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """List runs by their ids, newest first unless told otherwise."""
        with self._lock:
            ordered = sorted(self._runs.values(), key=attrgetter("id"), reverse=not oldest_first)
        if before is not None:
            ordered = [run for run in ordered if _follows(run.id, before, oldest_first)]
        return list(islice((run for run in ordered if _fits(run, matching)), limit))

    def count_runs(self, matching: RunFilter) -> int:
        """Return how many runs there are."""
        return len(self.runs(matching))

    def change_run_tags(self, run: RunId, tags: Mapping[str, str | None], *, at: Instant) -> None:
        """Set tags of a run, and remove those given as None; its spec says them from now on."""
        with self._changing:
            record = self._known(run)
            spec = replace(record.spec, tags=with_tags(record.spec.tags, tags))
            self._runs[run] = replace(record, spec=spec, updated=at)

    def run_tags(
        self,
        keys: Sequence[str] | None = None,
        *,
        prefix: str | None = None,
        limit: int | None = None,
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Return the values that tags of runs have, by key; both in the order of their text."""
        with self._lock:
            known = sorted({tag for run in self._runs.values() for tag in run.spec.tags})
        fitting = (
            (key, value)
            for key, value in known
            if (keys is None or key in keys) and value.startswith(prefix or "")
        )
        found: dict[str, tuple[str, ...]] = {}
        for key, value in islice(fitting, limit):
            found[key] = (*found.get(key, ()), value)
        return list(found.items())

    def run_tag_keys(self) -> list[str]:
        """Return the keys of every tag that a run has, in the order of their text."""
        with self._lock:
            return sorted({key for run in self._runs.values() for key, _ in run.spec.tags})

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        with self._lock:
            return self._plans.get(digest)

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events, but those to which a head points; projections stay."""
        with self._changing:
            record = self._runs.pop(run, None)
            if record is None:
                return
            if all(other.plan != record.plan for other in self._runs.values()):
                del self._plans[record.plan]
            self._free(run)

    def _known(self, run: RunId) -> RunRecord:
        record = self._runs.get(run)
        if record is None:
            raise run_not_found(run)
        return record


def _advanced(run: RunRecord, event: RunEvent, at: Instant) -> RunRecord:
    match event:
        case RunQueued():
            return replace(run, status=RunStatus.QUEUED)
        case RunStarting():
            return replace(run, status=RunStatus.STARTING, owner=event.owner or None)
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


def _follows(run: RunId, last: RunId, oldest_first: bool) -> bool:  # noqa: FBT001 - private
    return run > last if oldest_first else run < last


def _fits(run: RunRecord, wanted: RunFilter) -> bool:
    spec = run.spec
    return (
        (wanted.ids is None or run.id in wanted.ids)
        and (wanted.statuses is None or run.status in wanted.statuses)
        and (wanted.job is None or spec.job == wanted.job)
        and (wanted.backfill is None or spec.backfill == wanted.backfill)
        and not (wanted.without_backfill and spec.backfill is not None)
        and (wanted.plan is None or run.plan == wanted.plan)
        and (wanted.group is None or wanted.group in (run.id, spec.root))
        and _is_within(run.created, wanted.created_after, wanted.created_before)
        and _is_within(run.updated, wanted.updated_after, wanted.updated_before)
        and _has_tags(run, wanted)
    )


def _is_within(at: Instant, after: Instant | None, before: Instant | None) -> bool:
    return (after is None or at > after) and (before is None or at < before)


def _has_tags(run: RunRecord, wanted: RunFilter) -> bool:
    tags: dict[str, set[str]] = {}
    for key, value in wanted.tags:
        tags.setdefault(key, set()).add(value)
    return all(any((k, v) in run.spec.tags for v in values) for k, values in tags.items())
