from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Event, Thread

import pytest

from penstock.base.clock import SystemClock
from penstock.store.sqlite import SqliteStore
from penstock.testing.fault_writers import Campaign, Outcome, open_store, outcome_of, start_campaign
from penstock.testing.invariants import broken_invariants

FAULT = {
    "id": "F12",
    "fault": "64 processes write to one SQLite store, while it is read, checkpointed and backed up",
    "done": (
        "64 processes write for a minute (3 seconds in each test run) beside a reader that holds "
        "one moment open, checkpoints, and backups that are checked each. Nobody is told that "
        "the database is locked. The time of the slowest writes is printed."
    ),
    "invariants": "I1 I3 I7 I11",
    "stores": "SQLite",
}

CLOCK = SystemClock()


def _checkpoint(path: Path, over: Event) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.05)
    while not over.wait(0.2):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    connection.close()


def _read_long(path: Path, over: Event) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    before = connection.execute("SELECT COUNT(*) FROM events").fetchall()
    over.wait()
    assert connection.execute("SELECT COUNT(*) FROM events").fetchall() == before
    connection.close()


def _under_load(campaign: Campaign, backups: Path, every: float) -> tuple[Outcome, list[str]]:
    path, over = Path(campaign.store), Event()
    store = SqliteStore(path)
    others = [Thread(target=act, args=(path, over)) for act in (_checkpoint, _read_long)]
    process = start_campaign(campaign)
    for other in others:
        other.start()
    problems: list[str] = []
    number = 0
    while process.poll() is None:
        CLOCK.sleep(every)
        number += 1
        copy = backups / f"{number}.db"
        store.backup(copy)
        copied = SqliteStore(copy)
        problems += copied.check_soundness()
        copied.close()
        copy.unlink()
    process.communicate()
    over.set()
    for other in others:
        other.join()
    store.close()
    assert number > 0
    return outcome_of(campaign), problems


@pytest.mark.parametrize(
    ("seconds", "every"), [(2.0, 1.5), pytest.param(60.0, 10.0, marks=pytest.mark.slow)]
)
def test_many_writers_are_never_told_that_the_database_is_locked(
    on_sqlite, tmp_path: Path, seconds: float, every: float
):
    campaign: Campaign = on_sqlite(writers=64, seconds=seconds)

    outcome, problems = _under_load(campaign, tmp_path, every)

    assert outcome.failures == ()
    assert problems == []
    assert len(outcome.ready) == 64
    store = open_store(campaign)
    assert broken_invariants(store, outcome.acknowledged) == []
    store.close()
    print(
        f"{len(outcome.acknowledged)} writes; p50 {outcome.slowest(0.5) * 1000:.1f} ms, "
        f"p99 {outcome.slowest(0.01) * 1000:.1f} ms, "
        f"slowest {max(outcome.took, default=0) * 1000:.0f} ms"
    )
