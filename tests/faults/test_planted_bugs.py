"""The checker is not blind: of each invariant a store that breaks it is told (I14)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.base.ids import RunId, TickId
from penstock.base.tags import RUN_KEY_TAG, SENSOR_NAME_TAG
from penstock.errors import FencedError
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    CheckEvaluated,
    LogLine,
    RunStarted,
    RunSucceeded,
    StepStarted,
)
from penstock.model.run import RunSpec
from penstock.model.tick import (
    TickRecord,
    TickStatus,
)
from penstock.store.protocol import Store
from penstock.store.sqlite import SqliteStore
from penstock.testing.invariants import Acknowledged, broken_invariants
from penstock.testing.store_values import NIGHTLY, ORDERS, a_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "penstock.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = SqliteStore(path)
    run = store.create_run(a_run("r1"), plan=b"plan", events=[RunStarted("me")])
    written = [
        LogLine("one"),
        AssetMaterialized(ORDERS, "a"),
        AssetFailed(ORDERS, "b"),
        CheckEvaluated(ORDERS, "ok", True),
    ]
    store.append(run.id, written, at=11.0, expect=1, fence=0)
    store.append(run.id, [LogLine("two"), RunSucceeded()], at=12.0, expect=5, fence=0)
    yield store
    store.close()


DONE = [Acknowledged("one", 2), Acknowledged("two", 6)]


def _damage(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.executescript(sql)
    connection.close()


def test_a_sound_store_has_nothing_broken(store: Store):
    assert broken_invariants(store, DONE) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        # A commit that was acknowledged is undone.
        (
            "DELETE FROM events WHERE id = 6",
            "I1: the write two was acknowledged, and it is not there.",
        ),
        # A write is carried out twice.
        (
            "INSERT INTO events (run, at, kind, body) SELECT run, at, kind, body FROM events "
            "WHERE id = 2",
            "I1: the write one is there 2 times.",
        ),
        # A write gets another id than its caller was told.
        (
            "UPDATE events SET id = 60 WHERE id = 6",
            "I1: the write two was acknowledged as event 6, and it is event 60.",
        ),
        # A run ends twice.
        (
            "INSERT INTO events (run, at, kind, body) VALUES "
            '(\'r1\', 13.0, \'run_failed\', \'{"kind":"run_failed","reason":"x"}\')',
            "I3: run r1 is SUCCESS and has 2 events that end it.",
        ),
        # A run goes on behind its end.
        (
            "INSERT INTO events (run, at, kind, body) VALUES "
            '(\'r1\', 13.0, \'step_started\', \'{"kind":"step_started","step":"s"}\')',
            "I3: run r1 was SUCCESS when step_started was written.",
        ),
        # A run's row goes back to where it was.
        (
            "UPDATE runs SET status = 'STARTED'",
            "I3: run r1 is STARTED and has 1 events that end it.",
        ),
        # A derived row is not written with its event.
        (
            "UPDATE runs SET ended = NULL",
            "I7: run r1 is ('SUCCESS', 10.0, None, None); its events say "
            "('SUCCESS', 10.0, 12.0, None).",
        ),
        (
            "UPDATE runs SET version = 6",
            "I7: run r1 is at version 6 and has 7 events.",
        ),
        (
            "UPDATE counters SET last_event = 9",
            "I7: the newest event is 7 of 7, and the store says 9.",
        ),
        # Rows of a run are left behind.
        (
            "DELETE FROM runs",
            "I11: There are 7 events of runs that the store does not hold.",
        ),
        (
            "DELETE FROM plans",
            "I11: There are 1 runs whose plan the store does not hold.",
        ),
    ],
)
def test_a_damage_is_told(store: Store, path: Path, sql: str, told: str):
    _damage(path, sql)

    assert told in broken_invariants(store, DONE)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE partition_heads SET materialized = 2 WHERE materialized IS NOT NULL",
        "UPDATE partition_heads SET failed = NULL",
        "DELETE FROM partition_heads WHERE failed IS NOT NULL",
        "UPDATE assets SET materialized = NULL",
        "UPDATE assets SET partitions_materialized = 2",
        "UPDATE check_heads SET passed = 0",
        "DELETE FROM check_heads",
    ],
)
def test_a_projection_that_is_no_fold_of_the_events_is_told(store: Store, path: Path, sql: str):
    _damage(path, sql)

    assert any(told.startswith("I7: asset raw/orders is ") for told in broken_invariants(store))


def test_a_write_of_a_lost_lease_is_told(store: Store):
    acknowledged = [Acknowledged("one", 2, fence=2), Acknowledged("two", 6, fence=1)]

    assert broken_invariants(store, acknowledged) == [
        "I2: run r1 took the write two under lease 1, after one under lease 2."
    ]


def test_two_decisions_for_one_time_are_told(store: Store):
    store.put_instigator(NIGHTLY)
    for name in ("t1", "t2"):
        tick = TickRecord(
            id=TickId(name), instigator=NIGHTLY.id, status=TickStatus.SUCCESS, at=100.0
        )
        store.put_tick(tick)

    assert broken_invariants(store, DONE) == ["I5: 'nightly' has 2 ticks for the time 100.0."]


def test_two_runs_for_one_key_are_told(store: Store):
    spec = RunSpec(tags=((RUN_KEY_TAG, "file-1"), (SENSOR_NAME_TAG, "files")))
    for name in ("r2", "r3"):
        store.create_run(a_run(name, spec), plan=b"plan", events=[])

    assert broken_invariants(store, DONE) == ["I6: 'files' has 2 runs for the key 'file-1'."]


# -- whole stores with a bug, under the writers of the suite


class _Buggy:
    """A store with one bug; everything else is that of the store in it."""

    def __init__(self, store: Store, bug: Callable[[Store, str, tuple, dict], object]) -> None:
        self._store = store
        self._bug = bug

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *given, **named: self._bug(self._store, name, given, named)


def _forgets_the_fence(store: Store, name: str, given: tuple, named: dict) -> object:
    if name == "append":
        record = store.run(given[0])
        assert record is not None
        named = named | {"fence": record.fence, "expect": record.version}
    return getattr(store, name)(*given, **named)


def _acknowledges_before_it_writes(store: Store, name: str, given: tuple, named: dict) -> object:
    if name == "append" and any(event == LogLine("3") for event in given[1]):
        return named["expect"] + len(given[1]), store.newest_event() + 1
    return getattr(store, name)(*given, **named)


def _writes_again_after_a_timeout(store: Store, name: str, given: tuple, named: dict) -> object:
    answer = getattr(store, name)(*given, **named)
    if name == "append":
        record = store.run(given[0])
        assert record is not None
        store.append(given[0], given[1], at=named["at"], expect=record.version, fence=record.fence)
    return answer


@pytest.mark.parametrize(
    ("bug", "invariant"),
    [
        (_forgets_the_fence, "I2"),
        (_acknowledges_before_it_writes, "I1"),
        (_writes_again_after_a_timeout, "I1"),
    ],
)
def test_a_store_with_a_bug_is_caught(path: Path, bug, invariant: str):
    inner = SqliteStore(path)
    store = _Buggy(inner, bug)
    run = RunId("r1")
    store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    leases = [store.take_lease(run, owner=who, at=1.0) for who in ("first", "second")]
    acknowledged: list[Acknowledged] = []
    for number, lease in enumerate([leases[1], leases[0], leases[1], leases[1]], 1):
        expect = inner.run(run)
        assert expect is not None
        try:
            _, event = store.append(
                run,
                [LogLine(str(number)), StepStarted(f"s{number}")],
                at=2.0,
                expect=expect.version,
                fence=lease.fence,
            )
        except FencedError:
            continue
        acknowledged.append(Acknowledged(str(number), event, lease.fence))
    broken = broken_invariants(inner, acknowledged)
    inner.close()

    assert any(told.startswith(f"{invariant}: ") for told in broken)
