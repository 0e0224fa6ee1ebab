"""Events are read along an index, however many there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.ids import RunId
from penstock.store.connections import connect
from penstock.store.event_listing import events_query
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SQLITE, SqliteStore


def plan_of(tmp_path: Path, query: str, arguments: object) -> list[str]:
    SqliteStore(tmp_path / "penstock.db").close()
    connection = connect(tmp_path / "penstock.db")
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query}", arguments).fetchall()
    connection.close()
    return [row[3] for row in rows]


@pytest.mark.parametrize(
    ("wanted", "asset", "index"),
    [
        (EventFilter(run=RunId("r1"), after=5), None, "events_by_run (run=? AND rowid>?)"),
        (EventFilter(), 1, "events_by_asset (asset_id=? AND rowid>?)"),
        (EventFilter(kinds=("asset_materialized",)), 1, "events_by_asset"),
        (EventFilter(kinds=("log_line",), before=5), None, "events_by_kind (kind=? AND rowid<?)"),
        (EventFilter(after=5), None, "INTEGER PRIMARY KEY (rowid>?)"),
        (EventFilter(ids=(1, 2)), None, "INTEGER PRIMARY KEY (rowid=?)"),
    ],
    ids=str,
)
def test_events_are_read_in_the_order_of_an_index(
    tmp_path: Path, wanted: EventFilter, asset: int | None, index: str
) -> None:
    query = events_query(SQLITE, wanted, asset=asset, limit=9, newest_first=True)
    plan = plan_of(tmp_path, *query)

    assert any(index in step for step in plan)
    assert [step for step in plan if "SCAN events" in step or "TEMP B-TREE" in step] == []


def test_materializations_of_some_partitions_are_found_by_them(tmp_path: Path) -> None:
    wanted = EventFilter(kinds=("asset_materialized",), partitions=("a",))
    query = events_query(SQLITE, wanted, asset=1, limit=9, newest_first=True)

    plan = plan_of(tmp_path, *query)

    assert "events_materialized (asset_id=? AND partition=? AND rowid>?)" in plan[0]


@pytest.mark.parametrize(
    ("statement", "arguments", "index"),
    [
        ("changed_partitions", (1, 2), "partition_heads_by_change (asset_id=? AND changed>?)"),
        ("partitions_made", (1,), "PRIMARY KEY (asset_id=? AND partition<?)"),
        ("partitions_failed", (1,), "partition_heads_failed (asset_id=? AND partition<?)"),
        (
            "old_events",
            {"kind": "log_line", "after": 0, "end": 9, "before": 1.0},
            "events_by_kind (kind=? AND rowid>? AND rowid<?)",
        ),
        (
            "asset_keys",
            {"after": "a", "last": "z", "most": 9},
            "assets_by_position (position>? AND position<?)",
        ),
        (
            "asset_keys_from",
            {"first": "a", "last": "z", "most": 9},
            "assets_by_position (position>? AND position<?)",
        ),
        ("backfills_at", ("REQUESTED", 9), "backfills_by_status (status=?)"),
    ],
)
def test_other_lists_are_read_in_the_order_of_an_index(
    tmp_path: Path, statement: str, arguments: object, index: str
) -> None:
    plan = plan_of(tmp_path, SQLITE.statements[statement], arguments)

    assert any(index in step for step in plan)
    assert [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("ticks", "ticks_by_instigator (instigator=? AND at<?)"),
        ("ticks_at", "ticks_by_status (instigator=? AND status=? AND at<?)"),
    ],
)
def test_ticks_are_read_newest_first_along_an_index(
    tmp_path: Path, statement: str, index: str
) -> None:
    asked = {"instigator": "i", "status0": "SKIPPED", "before": 9.0}
    walk = SQLITE.statements[statement].replace("{n}", "0")
    query = f"{walk} AND {SQLITE.statements['ticks.before']} ORDER BY 2 DESC, 3 DESC LIMIT 9"

    plan = plan_of(tmp_path, query, asked)

    assert index in plan[0]
    assert len(plan) == 1
