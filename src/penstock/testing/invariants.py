"""What must be true of a store whatever went wrong: the invariants, checked over all of it.

`broken_invariants` reads everything and returns a sentence for each thing that is wrong, beginning
with the number of the invariant. It is told which writes were acknowledged, by whoever wrote them.
The fold of the events is that of `MemoryStore`, the model of every store.

It holds of a store from which nothing was deleted, trimmed or wiped, and whose runs were tagged
when they were made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import cast

import msgspec
from msgspec.structs import replace

from penstock.base.ids import RunId
from penstock.base.tags import RUN_KEY_TAG, SCHEDULE_NAME_TAG, SENSOR_NAME_TAG
from penstock.decide.moves import RUN_MOVES
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.events import LogLine, RunEvent, StoredEvent, Unknown, kind_of
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Store

_ENDS = frozenset({"run_succeeded", "run_failed", "run_canceled"})
_OUTSIDE = frozenset({"remark", "freshness_judged", "freshness_changed", "asset_wiped"})
"""Kinds that are reported of a run by others than its owner, and leave its version."""


class Acknowledged(msgspec.Struct, frozen=True):
    """A write whose caller was told that it is done.

    Attributes:
        token: The text of the `LogLine` that it wrote; each write has one of its own.
        event: The id that the store gave for it.
        fence: The number of the lease under which it was written; 0 where it needed none.
    """

    token: str
    event: int
    fence: int = 0


def broken_invariants(store: Store, acknowledged: Sequence[Acknowledged] = ()) -> list[str]:
    """Check a store; return what is wrong, a sentence for each."""
    events = store.events(EventFilter())
    runs = store.runs(RunFilter(), oldest_first=True)
    return [
        *_lost_or_doubled(events, acknowledged),
        *_late_writes(events, acknowledged),
        *_ends(runs, events),
        *_ticks(store),
        *_run_keys(runs),
        *_projections(store, runs, events),
        *_numbers(store, runs, events),
        *(f"I11: {problem}" for problem in store.check_soundness()),
    ]


def tokens(events: Sequence[StoredEvent]) -> list[str]:
    """Return the tokens that are in some events, in their order."""
    return [stored.event.message for stored in events if isinstance(stored.event, LogLine)]


def _lost_or_doubled(
    events: Sequence[StoredEvent], acknowledged: Sequence[Acknowledged]
) -> Iterator[str]:
    written = {e.event.message: e.id for e in events if isinstance(e.event, LogLine)}
    for token, count in Counter(tokens(events)).items():
        if count > 1:
            yield f"I1: the write {token} is there {count} times."
    for ack in acknowledged:
        if ack.token not in written:
            yield f"I1: the write {ack.token} was acknowledged, and it is not there."
        elif written[ack.token] != ack.event:
            yield (
                f"I1: the write {ack.token} was acknowledged as event {ack.event}, and it is "
                f"event {written[ack.token]}."
            )


def _late_writes(
    events: Sequence[StoredEvent], acknowledged: Sequence[Acknowledged]
) -> Iterator[str]:
    run_of = {stored.id: stored.run for stored in events}
    newest: dict[RunId | None, int] = {}
    for ack in sorted(acknowledged, key=lambda ack: ack.event):
        run = run_of.get(ack.event)
        if ack.fence < newest.get(run, 0):
            yield (
                f"I2: run {run} took the write {ack.token} under lease {ack.fence}, after one "
                f"under lease {newest[run]}."
            )
        newest[run] = max(newest.get(run, 0), ack.fence)


def _ends(runs: Sequence[RunRecord], events: Sequence[StoredEvent]) -> Iterator[str]:
    kinds_of: defaultdict[RunId | None, list[str]] = defaultdict(list)
    for stored in events:
        kinds_of[stored.run].append(kind_of(stored.event))
    for run in runs:
        kinds = kinds_of[run.id]
        ends = sum(kind in _ENDS for kind in kinds)
        if ends != run.status.is_finished:
            yield f"I3: run {run.id} is {run.status.value} and has {ends} events that end it."
        status = RunStatus.NOT_STARTED
        for kind in kinds:
            if kind in _OUTSIDE:
                continue
            after = RUN_MOVES.get((status, kind))
            if after is None:
                yield f"I3: run {run.id} was {status.value} when {kind} was written."
                break
            status = after


def _ticks(store: Store) -> Iterator[str]:
    for instigator in store.instigators():
        times = Counter(tick.at for tick in store.ticks(instigator.id))
        for at, count in times.items():
            if count > 1:
                yield f"I5: '{instigator.name}' has {count} ticks for the time {at}."


def _run_keys(runs: Sequence[RunRecord]) -> Iterator[str]:
    asked: Counter[tuple[str, str]] = Counter()
    for run in runs:
        tags = dict(run.spec.tags)
        who = tags.get(SENSOR_NAME_TAG) or tags.get(SCHEDULE_NAME_TAG)
        if who is not None and RUN_KEY_TAG in tags:
            asked[who, tags[RUN_KEY_TAG]] += 1
    for (who, key), count in asked.items():
        if count > 1:
            yield f"I6: '{who}' has {count} runs for the key '{key}'."


def _numbers(
    store: Store, runs: Sequence[RunRecord], events: Sequence[StoredEvent]
) -> Iterator[str]:
    for before, after in pairwise(events):
        if after.id <= before.id:
            yield f"I7: event {after.id} follows event {before.id}."
    newest = events[-1].id if events else 0
    if newest != store.newest_event() or newest != len(events):
        yield (
            f"I7: the newest event is {newest} of {len(events)}, and the store says "
            f"{store.newest_event()}."
        )
    own = Counter(e.run for e in events if kind_of(e.event) not in _OUTSIDE)
    for run in runs:
        if run.version != own[run.id]:
            yield f"I7: run {run.id} is at version {run.version} and has {own[run.id]} events."


def _projections(
    store: Store, runs: Sequence[RunRecord], events: Sequence[StoredEvent]
) -> Iterator[str]:
    model, ids = _fold(store, runs, events)
    for run in runs:
        folded = model.run(run.id)
        assert folded is not None
        if _comparable(run) != _comparable(folded):
            yield f"I7: run {run.id} is {_comparable(run)}; its events say {_comparable(folded)}."
    heads, folded_heads = store.asset_heads(), model.asset_heads()
    for asset in heads.keys() | folded_heads.keys():
        told = heads.get(asset), store.partition_heads(asset), _by_name(store.check_heads(asset))
        right = (
            _asset_head(folded_heads.get(asset), ids),
            {k: _partition_head(h, ids) for k, h in model.partition_heads(asset).items()},
            _by_name([_check_head(h, ids) for h in model.check_heads(asset)]),
        )
        if told != right:
            yield f"I7: asset {asset.to_user_string()} is {told}; its events say {right}."
        keys = sorted(key for key, head in told[1].items() if key is not None and head.materialized)
        if store.partition_keys(asset) != keys:
            yield f"I7: the keys of {asset.to_user_string()} are not those of its partitions."


def _fold(
    store: Store, runs: Sequence[RunRecord], events: Sequence[StoredEvent]
) -> tuple[MemoryStore, list[int]]:
    """Apply every event to the model; return it, and the ids in the order of its own."""
    model = MemoryStore()
    for run in runs:
        model.create_run(_at_first(run), plan=store.plan(run.plan) or b"", events=())
    versions: Counter[RunId] = Counter()
    known = [stored for stored in events if not isinstance(stored.event, Unknown)]
    for (run, at, is_remark), group in groupby(known, key=_written_together):
        together = [cast("RunEvent", stored.event) for stored in group]
        if run is None or is_remark or model.run(run) is None:
            model.report(together, at=at, run=run)
        else:
            model.append(run, together, at=at, expect=versions[run], fence=0)
            versions[run] += len(together)
    return model, [stored.id for stored in known]


def _written_together(stored: StoredEvent) -> tuple[RunId | None, float, bool]:
    return stored.run, stored.at, kind_of(stored.event) in _OUTSIDE


def _at_first(run: RunRecord) -> RunRecord:
    return replace(
        run,
        status=RunStatus.NOT_STARTED,
        version=0,
        fence=0,
        owner=None,
        started=None,
        ended=None,
        error=None,
    )


def _comparable(run: RunRecord) -> tuple[object, ...]:
    """Return what the events of a run say of it; the owner is a matter of leases too."""
    return run.status.value, run.started, run.ended, run.error


def _id(number: int | None, ids: Sequence[int]) -> int | None:
    return None if number is None else ids[number - 1]


def _asset_head(head: AssetHead | None, ids: Sequence[int]) -> AssetHead | None:
    return head and replace(
        head,
        materialized=_id(head.materialized, ids),
        observed=_id(head.observed, ids),
        failed=_id(head.failed, ids),
    )


def _partition_head(head: PartitionHead, ids: Sequence[int]) -> PartitionHead:
    return replace(head, materialized=_id(head.materialized, ids), failed=_id(head.failed, ids))


def _check_head(head: CheckHead, ids: Sequence[int]) -> CheckHead:
    return replace(head, event=ids[head.event - 1])


def _by_name(heads: Sequence[CheckHead]) -> dict[tuple[str, str | None], CheckHead]:
    return {(head.name, head.partition): head for head in heads}
