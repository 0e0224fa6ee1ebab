"""Lists of runs are short walks along an index, however many runs there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.base.codec import encode
from penstock.base.ids import RunId
from penstock.model.run import RunFilter, RunSpec, RunStatus
from penstock.store.connections import connect
from penstock.store.run_listing import FEW, Walk, probe, runs_query, shortest, walks
from penstock.store.sqlite import SQLITE, SqliteStore

RUNS = 4 * FEW
FAILED, DONE, QUEUED = RunStatus.FAILURE, RunStatus.SUCCESS, RunStatus.QUEUED
TEAM, RARE = ("team", "data"), ("rare", "x")


def name(number: int) -> RunId:
    return RunId(f"r{number:05d}")


def run_row(number: int) -> tuple[object, ...]:
    status = (QUEUED if number == 7 else FAILED if number % 2 else DONE).value
    backfill = "b1" if number % 2 else None
    times = (float(number), float(number), None, None)
    return (name(number), status, "daily", backfill, None, *times, 0, 0, None, "p", None)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path: Path = tmp_path_factory.mktemp("runs") / "penstock.db"
    SqliteStore(path).close()
    connection = connect(path)
    connection.execute("BEGIN")
    connection.execute(SQLITE.statements["add_plan"], ("p", b""))
    connection.executemany(SQLITE.statements["add_run"], map(run_row, range(RUNS)))
    spec = encode(RunSpec(job="daily"))
    specs = [(name(number), spec) for number in range(RUNS)]
    connection.executemany(SQLITE.statements["add_run_spec"], specs)
    tags = [(*TEAM, name(number)) for number in range(RUNS)]
    connection.executemany(SQLITE.statements["add_run_tag"], [*tags, (*RARE, name(3))])
    connection.execute("COMMIT")
    yield connection
    connection.close()


def chosen(connection: sqlite3.Connection, wanted: RunFilter) -> Walk:
    choices = walks(wanted)
    (counts,) = connection.execute(*probe(SQLITE, wanted, choices)).fetchall()
    return shortest(choices, counts)


def plan_of(connection: sqlite3.Connection, wanted: RunFilter, walk: Walk) -> list[str]:
    query, arguments = runs_query(
        SQLITE, wanted, walk=walk, limit=50, before=name(2000), oldest_first=False
    )
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", arguments)]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (RunFilter(tags=(TEAM,)), "run_tags USING PRIMARY KEY (key=? AND value=? AND run<?)"),
        (RunFilter(statuses=(DONE,)), "runs_by_status (status=? AND id<?)"),
        (RunFilter(job="daily"), "runs_by_job (job=? AND id<?)"),
        (RunFilter(plan="p"), "runs_by_plan (plan=? AND id<?)"),
        (RunFilter(backfill="b1"), "runs_by_backfill (backfill=? AND id<?)"),
        (RunFilter(without_backfill=True), "runs_without_backfill (id<?)"),
        (RunFilter(tags=(TEAM,), statuses=(DONE,)), "run_tags USING PRIMARY KEY"),
        (RunFilter(tags=(TEAM, RARE), job="daily"), "run_tags USING PRIMARY KEY"),
        (RunFilter(created_after=1.0), "sqlite_autoindex_runs_1 (id<?)"),
        (RunFilter(updated_before=9e9), "sqlite_autoindex_runs_1 (id<?)"),
    ],
    ids=str,
)
def test_a_page_is_read_in_the_order_of_an_index(
    connection: sqlite3.Connection, wanted: RunFilter, index: str
) -> None:
    plan = plan_of(connection, wanted, chosen(connection, wanted))

    assert any(index in step for step in plan)
    assert [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    ("wanted", "walk"),
    [
        (RunFilter(tags=(TEAM,), statuses=(DONE, FAILED)), Walk("tag")),
        (RunFilter(tags=(TEAM,), statuses=(QUEUED,)), Walk("status")),
        (RunFilter(tags=(TEAM, RARE)), Walk("tag", 1)),
        (RunFilter(job="daily", backfill="b9"), Walk("backfill")),
        (RunFilter(job="daily", updated_after=RUNS - 9.0), Walk("updated", ordered=False)),
        (RunFilter(created_before=RUNS / 2), Walk("all")),
        (RunFilter(ids=(name(1), name(2)), job="daily"), Walk("ids")),
    ],
    ids=str,
)
def test_the_shortest_walk_is_taken(
    connection: sqlite3.Connection, wanted: RunFilter, walk: Walk
) -> None:
    assert chosen(connection, wanted) == walk


def test_several_values_are_walks_that_are_cut_before_they_are_merged(
    connection: sqlite3.Connection,
) -> None:
    wanted = RunFilter(statuses=(DONE, FAILED))

    plan = plan_of(connection, wanted, Walk("status", values=2))

    assert sum("runs_by_status (status=? AND id<?)" in step for step in plan) == 2
    assert not any("SCAN runs" in step for step in plan)


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [
        ("run_tag_keys", {}),
        ("run_tag_values", {"key": "team", "first": "", "last": "z", "most": 9}),
    ],
)
def test_tags_are_sought_and_not_read(
    connection: sqlite3.Connection, statement: str, arguments: dict[str, object]
) -> None:
    query = f"EXPLAIN QUERY PLAN {SQLITE.statements[statement]}"

    plan = [row[3] for row in connection.execute(query, arguments)]

    assert [step for step in plan if "SCAN run_tags" in step] == []
