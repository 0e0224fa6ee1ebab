from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.base.ids import BackfillId, TickId
from penstock.errors import (
    FencedError,
    InvalidInvocationError,
    InvariantViolationError,
    OutageError,
    StoreUnavailableError,
)
from penstock.model.asset_state import PartitionView
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
)
from penstock.model.daemon import DaemonBeat
from penstock.model.events import AssetMaterialized, LogLine
from penstock.model.run import RunFilter, RunStatus
from penstock.model.tick import TickRecord
from penstock.model.tick import TickStatus as Tick
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Store
from penstock.store.sqlite import SqliteStore
from penstock.testing.fault_runs import Case, carry_out, open_case
from penstock.testing.faulty_store import READS, TellsOfFailure, faulty
from penstock.testing.invariants import broken_invariants
from penstock.testing.store_values import NIGHTLY, ORDERS, a_run, started

FAULT = {
    "id": "F7",
    "fault": "a commit is done, and its caller is told of a failure",
    "done": (
        "Each method that writes is called, told as failed, and called again: the second call "
        "changes nothing more, or is refused. Each call of a run is told as failed once. "
        "The exception is `report`, whose second call records its remarks a second time."
    ),
    "invariants": "I3 I5 I6",
    "stores": "memory, SQLite, Postgres",
}

BACKFILL = BackfillRecord(
    id=BackfillId("b2"),
    selection="*",
    assets=(ORDERS,),
    status=BackfillStatus.REQUESTED,
    created=1.0,
    updated=1.0,
)
PARTS = [BackfillPartition(number=1, key="a")]
TICK = TickRecord(id=TickId("t1"), instigator=NIGHTLY.id, status=Tick.SUCCESS, at=1.0)
VIEW = PartitionView(up_to=9, body=b"x")

SAME = "does the same again"
WRITES: dict[str, tuple[Callable[[Store, Path], object], object]] = {
    "create_run": (
        lambda s, _: s.create_run(a_run("r2"), plan=b"", events=[]),
        InvariantViolationError,
    ),
    "append": (
        lambda s, _: s.append(a_run("r1").id, [LogLine("x")], at=2.0, expect=1, fence=0),
        FencedError,
    ),
    "take_lease": (lambda s, _: s.take_lease(a_run("r1").id, owner="me", at=2.0), SAME),
    "release_lease": (
        lambda s, _: s.release_lease(s.take_lease(a_run("r1").id, owner="me", at=2.0)),
        SAME,
    ),
    "change_run_tags": (lambda s, _: s.change_run_tags(a_run("r1").id, {"k": "v"}, at=2.0), SAME),
    "delete_run": (lambda s, _: s.delete_run(a_run("r1").id), SAME),
    "trim_events": (lambda s, _: s.trim_events(["log_line"], before=9.0, limit=10), SAME),
    "wipe_asset": (lambda s, _: s.wipe_asset(ORDERS, at=3.0), SAME),
    "wipe_partitions": (lambda s, _: s.wipe_partitions(ORDERS, ["a"], at=3.0), SAME),
    "keep_partition_view": (lambda s, _: s.keep_partition_view(ORDERS, "v", VIEW), SAME),
    "save_backfill": (lambda s, _: s.save_backfill(BACKFILL, PARTS), InvariantViolationError),
    "update_backfill": (
        lambda s, _: s.update_backfill(
            BackfillId("b1"), at=2.0, status=BackfillStatus.CANCELED, partitions=PARTS
        ),
        SAME,
    ),
    "add_dynamic_partitions": (lambda s, _: s.add_dynamic_partitions("d", ["x", "y"]), SAME),
    "delete_dynamic_partition": (lambda s, _: s.delete_dynamic_partition("d", "x"), SAME),
    "put_instigator": (lambda s, _: s.put_instigator(NIGHTLY), SAME),
    "delete_instigator": (lambda s, _: s.delete_instigator(NIGHTLY.id), SAME),
    "put_tick": (lambda s, _: s.put_tick(TICK), SAME),
    "purge_ticks": (
        lambda s, _: s.purge_ticks(NIGHTLY.id, statuses=[Tick.SUCCESS], before=9.0),
        SAME,
    ),
    "put_beat": (lambda s, _: s.put_beat(DaemonBeat(kind="k", owner="me", at=1.0)), SAME),
    "delete_beats": (lambda s, _: s.delete_beats(), SAME),
    "put_values": (lambda s, _: s.put_values({"k": "v"}), SAME),
    "delete_values": (lambda s, _: s.delete_values(["k"]), SAME),
    "backup": (lambda s, to: s.backup(to), InvalidInvocationError),
}
"""How each method is called, and what the second call does."""


def _filled(store: Store) -> Store:
    started(store)
    store.report([AssetMaterialized(ORDERS, "a"), LogLine("old")], at=1.0)
    store.save_backfill(replace(BACKFILL, id=BackfillId("b1")), PARTS)
    return store


def _facts(store: Store) -> dict[str, object]:
    run = store.run(a_run("r1").id)
    return {
        "run": run and (run.status, run.version, run.owner, run.spec),
        "runs": [found.id for found in store.runs(RunFilter())],
        "events": [found.event for found in store.events(EventFilter())],
        "heads": store.asset_heads(),
        "keys": store.partition_keys(ORDERS),
        "view": store.partition_view(ORDERS, "v"),
        "backfills": store.backfills(),
        "parts": store.backfill_partitions(BackfillId("b1")),
        "dynamic": store.dynamic_partitions("d"),
        "instigators": store.instigators(),
        "ticks": store.ticks(NIGHTLY.id),
        "beats": store.beats(),
        "values": store.values(["k"]),
    }


def test_every_method_that_writes_is_here():
    methods = {name for name, _ in inspect.getmembers(Store, inspect.isfunction)}

    public = {name for name in methods if not name.startswith("_")}

    assert public - READS - {"close"} == {*WRITES, "report"}


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("method", WRITES)
def test_a_second_call_changes_nothing_more_or_is_refused(tmp_path: Path, kind: str, method: str):
    if (kind, method) == ("memory", "backup"):
        return  # a store in memory has no backup
    store = _filled(MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "penstock.db"))
    call, second = WRITES[method]
    calls_before = 1 if method == "release_lease" else 0
    failing = faulty(store, TellsOfFailure(calls_before))

    with pytest.raises(OutageError, match=f"the answer of {method} was lost"):
        call(failing, tmp_path / "copy.db")
    once = _facts(store)
    if second is SAME:
        call(failing, tmp_path / "copy.db")
    else:
        with pytest.raises(second):
            call(failing, tmp_path / "copy.db")
    twice = _facts(store)
    store.close()

    assert twice == once


def _calls_of_a_run(cases: list[Case]) -> None:
    noted = carry_out(cases)

    told = [one.under_fault for one in noted]
    assert {one.after for one in noted} == {"SUCCESS"}
    assert all(
        end == "SUCCESS" or end.startswith("OutageError: A test has planted an outage")
        for end in told
    ), told
    assert told.count("SUCCESS") >= 4  # writes of the driver are found again
    for case in cases:
        store = open_case(case)
        broken = broken_invariants(store)
        store.close()
        assert broken == [], case


def test_a_run_outlives_each_answer_that_is_lost(tmp_path: Path):
    _calls_of_a_run([Case(home=str(tmp_path / str(n)), kind="untold", number=n) for n in range(8)])


def test_a_run_on_postgres_outlives_each_answer_that_is_lost(
    tmp_path: Path, postgres_server, schema: str
):
    url = postgres_server.url
    _calls_of_a_run(
        [
            Case(
                home=str(tmp_path / str(n)),
                kind="untold",
                number=n,
                postgres=url,
                schema=f"{schema}{n}",
            )
            for n in range(8)
        ]
    )


def test_a_report_whose_answer_was_lost_is_recorded_again():
    store = MemoryStore()
    failing = faulty(store, TellsOfFailure(0))

    with pytest.raises(StoreUnavailableError):
        failing.report([AssetMaterialized(ORDERS)], at=1.0)
    failing.report([AssetMaterialized(ORDERS)], at=1.0)

    assert [stored.id for stored in store.events(EventFilter())] == [1, 2]
    assert store.runs(RunFilter(statuses=(RunStatus.STARTED,))) == []
