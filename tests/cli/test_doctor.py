"""`penstock doctor`: it finds the damage that was done, no other, and mends what can be mended."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Project

from penstock.base.clock import SystemClock
from penstock.base.ids import RunId
from penstock.base.settings import load_settings
from penstock.instance import Instance
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    LogLine,
    RunStarted,
    RunSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus

ORDERS = AssetKey("orders")
USERS = AssetKey(["raw", "users"])


def database(project: Project) -> Path:
    return project.folder / ".penstock" / "penstock.db"


@pytest.fixture
def store_path(project: Project) -> Path:
    """A store with a little of everything: also wiped, trimmed and deleted history."""
    now = SystemClock().now() - 7200
    with Instance.open(load_settings()) as instance:
        store = instance.store
        for number in range(3):
            events = [
                RunStarted("me"),
                AssetPlanned(ORDERS),
                AssetMaterialized(ORDERS, f"p{number}", data_version="1"),
                AssetMaterialized(USERS),
                CheckEvaluated(ORDERS, "unique", passed=True, partition="p0"),
                LogLine("x"),
                RunSucceeded(),
            ]
            run = RunRecord(
                id=RunId(f"r{number}"),
                spec=RunSpec(),
                status=RunStatus.NOT_STARTED,
                created=now + number,
                updated=now + number,
                plan="p",
            )
            store.create_run(run, plan=b"", events=events)
        store.report([AssetFailed(ORDERS, "p2"), AssetObserved(USERS)], at=now + 10)
        store.report([AssetMaterialized(ORDERS, "gone"), AssetFailed(ORDERS, "gone")], at=now + 11)
        store.report([AssetMaterialized(AssetKey("wiped"))], at=now + 12)
        store.wipe_partitions(ORDERS, ["gone"], at=now + 13)
        store.wipe_asset(AssetKey("wiped"), at=now + 13)
        store.trim_events(["log_line", "asset_planned"], before=now + 2, limit=3)
        store.delete_run(RunId("r0"))
    return database(project)


def damage(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        assert connection.execute(statement).rowcount != 0
    connection.commit()
    connection.close()


def findings(project: Project, *arguments: str) -> list[tuple[str, str]]:
    result = project.run("doctor", "--json", *arguments)
    told = json.loads(result.stdout)
    found = [each for each in told["findings"] if each["weight"] == "problem"]
    assert result.exit_code == (1 if found else 0), result.output
    return [(each["examination"], each["subject"]) for each in found]


def test_a_store_that_was_wiped_trimmed_and_deleted_from_is_fine(
    project: Project, store_path: Path
) -> None:
    assert findings(project) == []
    shown = project.ok("doctor")
    assert f"Store {store_path}, schema 2" in shown
    assert "soundness" in shown.split("Fine: ")[1]
    assert "projections (3 assets and 2 runs)" in shown


def test_a_project_that_has_run_is_fine(project: Project) -> None:
    project.ok("materialize", "people")
    project.ok("backfill", "entries", "--all", "--yes")

    assert findings(project) == []


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        (
            "UPDATE partition_heads SET materialized = 4 WHERE partition = 'p1'",
            "partition orders [p1]",
        ),
        (
            "UPDATE partition_heads SET data_version = '9' WHERE partition = 'p2'",
            "partition orders [p2]",
        ),
        (
            "UPDATE partition_heads SET failed = NULL WHERE partition = 'p2'",
            "partition orders [p2]",
        ),
        ("DELETE FROM partition_heads WHERE partition = 'p1'", "partition orders [p1]"),
        (
            "INSERT INTO partition_heads (asset_id, partition, materialized) VALUES (1, 'new', 8)",
            "partition orders [new]",
        ),
        ("UPDATE assets SET materialized = 10 WHERE key = 'orders'", "asset orders"),
        ("UPDATE assets SET observed = NULL WHERE key = 'raw/users'", "asset raw/users"),
        ("UPDATE assets SET newest = 999 WHERE key = 'raw/users'", "asset raw/users"),
        ("UPDATE check_heads SET passed = 0", "check orders: unique [p0]"),
        ("DELETE FROM check_heads", "check orders: unique [p0]"),
        ("UPDATE runs SET status = 'STARTED' WHERE id = 'r1'", "run r1"),
        ("UPDATE runs SET ended = 5.0 WHERE id = 'r2'", "run r2"),
    ],
)
def test_a_wrong_projection_is_found_and_mended(
    project: Project, store_path: Path, statement: str, subject: str
) -> None:
    before = json.loads(project.ok("store", "info", "--json"))
    with Instance.open(load_settings()) as instance:
        right = (instance.store.asset_heads(), instance.store.partition_heads(ORDERS))
        checks = instance.store.check_heads(ORDERS)
    damage(store_path, statement)

    found = findings(project)
    told = project.ok("doctor", "--repair")

    counts = ("soundness", "the store")
    assert [each for each in found if each != counts] == [("projections", subject)]
    assert f"Mended {subject}: " in told
    assert findings(project) == []
    with Instance.open(load_settings()) as instance:
        assert right == (instance.store.asset_heads(), instance.store.partition_heads(ORDERS))
        assert checks == instance.store.check_heads(ORDERS)
    assert json.loads(project.ok("store", "info", "--json"))["events"] == before["events"]
    assert len(list(store_path.parent.glob("penstock-before-repair-*.db"))) == 1


def test_a_missing_event_is_found_and_what_rested_on_it_is_mended(
    project: Project, store_path: Path
) -> None:
    damage(store_path, "DELETE FROM events WHERE partition = 'p1'")

    found = findings(project)
    told = project.ok("doctor", "--repair")

    assert found == [("soundness", "the store"), ("projections", "partition orders [p1]")]
    assert "which is not in the store" in told
    assert "Counted the events anew." in told
    assert findings(project) == []
    with Instance.open(load_settings()) as instance:
        assert instance.store.partition_keys(ORDERS) == ["p0", "p2"]


def test_wrong_counts_are_found_and_mended(project: Project, store_path: Path) -> None:
    damage(store_path, "UPDATE assets SET partitions_materialized = 77 WHERE key = 'orders'")

    found = findings(project)
    told = project.ok("doctor", "--repair")

    assert found == [("soundness", "the store")]
    assert "Counted the partitions of 1 asset anew." in told
    assert findings(project) == []


def test_history_that_an_older_version_has_deleted_is_believed(
    project: Project, store_path: Path
) -> None:
    damage(
        store_path,
        "DELETE FROM events WHERE partition = 'p1'",
        "UPDATE counters SET deleted = deleted + 1",
    )

    told = json.loads(project.ok("doctor", "--json"))

    (finding,) = [each for each in told["findings"] if each["examination"] == "projections"]
    assert (finding["weight"], finding["subject"]) == ("note", "forgotten history")


def test_a_run_without_its_plan_is_found_and_not_mended(project: Project, store_path: Path) -> None:
    damage(store_path, "DELETE FROM plans", "UPDATE assets SET observed = NULL WHERE id = 2")

    found = project.run("doctor")
    mended = project.run("doctor", "--repair")

    assert "There are 2 runs whose plan the store does not hold." in found.stdout
    assert mended.exit_code == 4
    assert "Nothing was repaired" in mended.stderr


def test_a_broken_page_is_found(project: Project, store_path: Path) -> None:
    connection = sqlite3.connect(store_path)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'events_by_asset'"
    ).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with store_path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)

    result = project.run("doctor", "--json")

    told = json.loads(result.stdout)
    problems = [each for each in told["findings"] if each["weight"] == "problem"]
    assert result.exit_code == 1
    assert problems[0]["examination"] == "soundness"
    assert "damaged" in problems[0]["what"]
    assert "store restore" in problems[0]["do"]
    assert project.run("doctor", "--repair").exit_code == 4


def test_a_file_that_is_no_store_ends_with_the_code_of_outages(project: Project) -> None:
    database(project).parent.mkdir()
    database(project).write_text("no store " * 1000)

    refused = project.run("doctor")

    assert refused.exit_code == 4
    assert "the file is damaged" in refused.stderr


def test_events_from_the_future_are_told(project: Project, store_path: Path) -> None:
    del store_path
    with Instance.open(load_settings()) as instance:
        instance.store.report([AssetObserved(USERS)], at=SystemClock().now() + 7200)

    told = json.loads(project.ok("doctor", "--json"))

    (finding,) = [each for each in told["findings"] if each["examination"] == "clock"]
    assert finding["what"].startswith("1 of the newest events are later than now, by up to 2.0")


def test_what_was_left_behind_is_told_and_values_are_left_alone(
    project: Project, store_path: Path
) -> None:
    home = store_path.parent
    (home / "owners").mkdir(exist_ok=True)
    old, young = home / "owners" / "old.lock", home / "owners" / "young.lock"
    old.touch()
    young.touch()
    os.utime(old, (1.0, 1.0))
    (home / "logs" / "deleted" / "compute_logs").mkdir(parents=True)
    (home / "storage" / "deleted").mkdir(parents=True)

    told = json.loads(project.ok("doctor", "--json"))
    mended = project.ok("doctor", "--repair")

    notes = {each["examination"]: each["subject"] for each in told["findings"]}
    assert notes == {
        "locks": f"1 files in {home / 'owners'}",
        "logs": f"1 folders in {home / 'logs'}",
    }
    assert f"Removed {old}." in mended
    assert (old.exists(), young.exists()) == (False, True)
    assert (home / "logs" / "deleted").exists()


def test_it_tells_how_the_store_grows(project: Project, store_path: Path) -> None:
    del store_path

    told = json.loads(project.ok("doctor", "--json"))

    assert 100_000 > told["bytes_per_day"]["asset_materialized"] > 0
    assert told["settles_at_bytes"] is None
    assert told["lasting_bytes_per_day"] > 0
    assert told["days_until_full"] > 1
    assert "a day is never forgotten" in project.ok("doctor")
