"""Forgetting old events looks at few rows, however many there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.clock import SystemClock
from penstock.model.events import LogLine
from penstock.store.hot_statements import TimedDatabase
from penstock.store.sql_store import SqlStore
from penstock.store.sqlite import SqliteStore


@pytest.mark.parametrize(
    ("kind", "index"),
    [
        ("log_line", "USING INDEX events_by_kind (kind=? AND rowid>? AND rowid<?)"),
        ("asset_materialized", "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
    ],
)
def test_old_events_are_found_along_an_index(tmp_path: Path, kind: str, index: str) -> None:
    sqlite = SqliteStore(tmp_path / "store.db")
    sqlite.report([LogLine("x")] * 10, at=1.0)
    timed = TimedDatabase(sqlite.database, SystemClock())
    store = SqlStore(timed)

    store.trim_events([kind], before=9.0, limit=5)
    (walk,) = [read for read in timed.reads if "ORDER BY id LIMIT 500" in read[0]]
    plan = [row[-1] for row in sqlite.database.read(f"EXPLAIN QUERY PLAN {walk[0]}", walk[1])]
    sqlite.close()

    assert plan[0] == f"SEARCH events {index}"
    assert [step for step in plan if step.startswith("SCAN")] == []


def test_where_young_events_begin_is_found_in_a_few_steps(tmp_path: Path) -> None:
    sqlite = SqliteStore(tmp_path / "store.db")
    for at in range(10):
        sqlite.report([LogLine("x")] * 1000, at=float(at))
    timed = TimedDatabase(sqlite.database, SystemClock())

    gone = SqlStore(timed).trim_events(["log_line"], before=0.0, limit=5)
    sqlite.close()

    assert gone == 0
    assert len(timed.reads) < 20
