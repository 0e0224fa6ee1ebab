"""Events in the store in memory: how they become facts, are read, and forgotten."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    RunEvent,
    StoredEvent,
    Unknown,
    kind_of,
)
from penstock.store.memory_state import MemoryState, MemoryWatch, event_in, id_of
from penstock.store.projection import AssetEvent, filed_under, partition_of
from penstock.store.protocol import EventFilter


class MemoryEvents(MemoryState):
    """The operations on events."""

    def report(self, events: Sequence[RunEvent], *, at: Instant, run: RunId | None = None) -> int:
        """Record events that change no run's state; return the id of the first."""
        with self._changing:
            return self._record(run, events, at)

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        with self._lock:
            source = self._events
            after = matching.after or 0
            hidden: dict[str, int] = {}
            if matching.run is not None:
                source = self._events_of_run.get(matching.run, [])
            if matching.asset is not None:
                source = self._events_of_asset.get(matching.asset, [])
                after = max(after, self._wiped.get(matching.asset, 0))
                hidden = dict(self._wiped_partitions.get(matching.asset, {}))
            if matching.ids is not None:
                source = _of_ids(source, matching.ids)
            chosen = source[bisect_right(source, after, key=id_of) :]
        if newest_first:
            chosen.reverse()
        fitting = (e for e in chosen if _fits(e, matching) and not _is_hidden(e, hidden))
        return list(islice(fitting, limit))

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        with self._lock:
            return event_in(self._events, number)

    def newest_event(self) -> int:
        """Return the newest event id ever given out; 0 if there was none."""
        with self._lock:
            return self._last_event

    def trim_events(self, kinds: Sequence[str], *, before: Instant, limit: int) -> int:
        """Forget the oldest events of some kinds; what is needed stays; return how many went."""
        with self._changing:
            going = set(islice(self._old_events(kinds, before), max(0, limit)))
            self._forget(lambda event: event.id in going)
            return len(going)

    def count_old_events(self, kinds: Sequence[str], *, before: Instant) -> int:
        """Return how many events `trim_events` would forget without a limit."""
        with self._lock:
            return sum(1 for _ in self._old_events(kinds, before))

    def watch(self) -> MemoryWatch:
        """Begin to watch for commits; close the watch when done."""
        return MemoryWatch(self._changing)

    # -- how events become facts

    def _record(self, run: RunId | None, events: Sequence[RunEvent], at: Instant) -> int:
        first = self._last_event + 1
        self._last_event += len(events)
        for number, event in enumerate(events, first):
            stored = StoredEvent(id=number, run=run, at=at, event=event)
            self._events.append(stored)
            if run is not None:
                self._events_of_run.setdefault(run, []).append(stored)
            asset = filed_under(event)
            if asset is not None:
                self._events_of_asset.setdefault(asset, []).append(stored)
            if isinstance(event, AssetEvent):
                self._project(stored, event)
        return first

    def _project(self, stored: StoredEvent, event: AssetEvent) -> None:
        asset, number, at, run = event.asset, stored.id, stored.at, stored.run
        head = self._assets.get(asset)
        head = head or AssetHead(asset=asset, wiped=self._wiped_on.get(asset))
        self._newest[asset] = number
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
                head = replace(head, failed=number)
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

    def _old_events(self, kinds: Sequence[str], before: Instant) -> Iterator[int]:
        under_way = {run.id for run in self._runs.values() if not run.status.is_finished}
        held = self._under_heads()
        for stored in self._events:
            is_old = stored.at < before and kind_of(stored.event) in kinds
            if is_old and stored.id not in held and stored.run not in under_way:
                yield stored.id

    def _under_heads(self) -> set[int | None]:
        """Return the events to which a head of an asset, a partition or a check points."""
        held: set[int | None] = set()
        for head in self._assets.values():
            held |= {head.materialized, head.observed, head.failed}
        for parts in self._partitions.values():
            for part in parts.values():
                held |= {part.materialized, part.failed}
        for checks in self._checks.values():
            held |= {check.event for check in checks.values()}
        return held

    def _free(self, run: RunId) -> None:
        """Forget the events of a run; those to which a head points stay, without the run."""
        held = self._under_heads()
        self._forget(lambda event: event.run == run and event.id not in held)
        for events in (self._events, *self._events_of_asset.values()):
            for place, stored in enumerate(events):
                if stored.run == run:
                    events[place] = replace(stored, run=None)
        self._events_of_run.pop(run, None)

    def _forget(self, goes: Callable[[StoredEvent], bool]) -> None:
        self._events = [e for e in self._events if not goes(e)]
        for lists in (self._events_of_run, self._events_of_asset):
            for key, events in lists.items():
                lists[key] = [e for e in events if not goes(e)]  # pyright: ignore[reportArgumentType] - its own key


def _fits(stored: StoredEvent, wanted: EventFilter) -> bool:
    event = stored.event
    return (
        (wanted.run is None or stored.run == wanted.run)
        and not (wanted.runless and stored.run is not None)
        and (wanted.ids is None or stored.id in wanted.ids)
        and (wanted.partitions is None or _partition_of(stored) in wanted.partitions)
        and (wanted.step is None or getattr(event, "step", None) == wanted.step)
        and (wanted.kinds is None or kind_of(event) in wanted.kinds)
        and (wanted.before is None or stored.id < wanted.before)
        and (wanted.since is None or stored.at >= wanted.since)
        and (wanted.until is None or stored.at < wanted.until)
    )


def _partition_of(stored: StoredEvent) -> str | None:
    return None if isinstance(stored.event, Unknown) else partition_of(stored.event)


def _is_hidden(stored: StoredEvent, wiped: dict[str, int]) -> bool:
    partition = _partition_of(stored) if wiped else None
    return partition is not None and stored.id <= wiped.get(partition, 0)


def _of_ids(source: list[StoredEvent], ids: Sequence[int]) -> list[StoredEvent]:
    """Return those events of a log that have one of some ids, in the order of their ids."""
    found = (event_in(source, number) for number in sorted(set(ids)))
    return [event for event in found if event is not None]
