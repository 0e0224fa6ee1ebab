"""`penstock store`: measured, copied, restored, upgraded, exported, trimmed."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Project

from penstock.base.clock import SystemClock, frozen_at
from penstock.base.ids import RunId
from penstock.base.settings import load_settings
from penstock.cli.wiring import forget_a_little
from penstock.instance import Instance
from penstock.model.events import LogLine, RunStarted, RunStarting, StepStarted
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore

DAY = 86_400.0


def opened() -> Instance:
    return Instance.open(load_settings())


def database(project: Project) -> Path:
    return project.folder / ".penstock" / "penstock.db"


def record(name: str, *, at: float, events: list) -> RunRecord:
    run = RunRecord(
        id=RunId(name),
        spec=RunSpec(),
        status=RunStatus.NOT_STARTED,
        created=at,
        updated=at,
        plan="p",
    )
    with opened() as instance:
        return instance.store.create_run(run, plan=b"", events=events)


def test_info_says_what_the_store_is_and_holds(project: Project) -> None:
    project.ok("materialize", "people")

    told = json.loads(project.ok("store", "info", "--json"))
    shown = project.ok("store", "info")

    assert told["place"] == str(database(project))
    assert (told["runs"], told["assets"], told["epoch"], told["schema"]) == (1, 1, 1, 2)
    assert told["retention_days"] == {"events": {"logs": 90, "steps": 365}, "runs": None}
    assert told["bytes_per_kind"]["asset_materialized"] > 0
    assert "asset_materialized" in shown
    assert "Forgotten after days: logs 90, steps 365" in shown


def test_a_backup_holds_what_the_store_does_and_replaces_no_file(project: Project) -> None:
    project.ok("materialize", "people")

    told = json.loads(project.ok("store", "backup", "copy.db", "--json"))
    again = project.run("store", "backup", "copy.db")

    assert (told["backup"], told["runs"], told["assets"]) == ("copy.db", 1, 1)
    assert again.exit_code == 2
    assert "There is already a file copy.db" in again.stderr
    assert sorted(path.name for path in project.folder.glob("copy*")) == ["copy.db"]
    copy = SqliteStore(project.folder / "copy.db")
    assert copy.check_soundness() == []
    copy.close()


def test_a_restored_backup_takes_the_place_of_the_store_which_is_kept(project: Project) -> None:
    project.ok("materialize", "people")
    project.ok("store", "backup", "copy.db")
    project.ok("materialize", "people")

    told = json.loads(project.ok("store", "restore", "copy.db", "--yes", "--json"))

    aside = Path(told["aside"])
    assert aside.parent == database(project).parent
    assert json.loads(project.ok("store", "info", "--json"))["runs"] == 1
    older = SqliteStore(aside)
    assert len(older.runs(RunFilter())) == 2
    older.close()


def test_every_restore_is_an_epoch_of_its_own(project: Project) -> None:
    project.ok("materialize", "people")
    project.ok("store", "backup", "copy.db")

    epochs: list[int] = []
    for second in (1, 2):
        with frozen_at(SystemClock().now() + second):
            project.ok("store", "restore", "copy.db", "--yes")
        epochs.append(json.loads(project.ok("store", "info", "--json"))["epoch"])

    assert epochs == [2, 3]


def test_runs_under_way_in_a_backup_are_suspended_when_it_is_restored(project: Project) -> None:
    now = SystemClock().now()
    project.ok("materialize", "people")
    with opened() as instance:
        home = instance.home
    assert home is not None
    record("r1", at=now, events=[RunStarting("gone"), RunStarted("gone"), StepStarted("people")])
    record("r2", at=now, events=[RunStarting("")])
    shutil.copy(database(project), project.folder / "copy.db")  # as it was before anybody looked
    record("r3", at=now, events=[])

    told = json.loads(project.ok("store", "restore", "copy.db", "--yes", "--json"))

    assert sorted(told["suspended"]) == ["r1", "r2"]
    with opened() as instance:
        assert instance.store.run(RunId("r3")) is None
        assert instance.store.run(RunId("r1")).status is RunStatus.SUSPENDED


def test_a_store_in_use_is_not_restored(project: Project) -> None:
    project.ok("materialize", "people")
    project.ok("store", "backup", "copy.db")

    with opened() as instance:
        refused = project.run("store", "restore", "copy.db", "--yes")
        still = len(instance.store.runs(RunFilter()))

    assert refused.exit_code == 2
    assert "is in use: another process has it open" in refused.stderr
    assert still == 1
    assert [path.name for path in project.folder.glob("**/*.part")] == []
    assert [path.name for path in project.folder.glob("**/*until*")] == []


def test_what_is_no_backup_is_not_restored(project: Project) -> None:
    project.ok("materialize", "people")
    (project.folder / "text").write_text("I am no store. " * 100)
    sqlite3.connect(project.folder / "other.db").execute("CREATE TABLE a (x)").connection.close()
    project.ok("store", "backup", "damaged.db")
    damaged = (project.folder / "damaged.db").read_bytes()
    half = len(damaged) // 2
    (project.folder / "damaged.db").write_bytes(
        damaged[:half] + b"\xff" * 9000 + damaged[half + 9000 :]
    )

    results = [
        project.run("store", "restore", name, "--yes")
        for name in ("nowhere", "text", "other.db", "damaged.db")
    ]

    assert [result.exit_code for result in results] == [2, 2, 2, 4]
    assert "There is no file nowhere" in results[0].stderr
    assert "text is no store of Penstock" in results[1].stderr
    assert "other.db is no store of Penstock" in results[2].stderr
    assert json.loads(project.ok("store", "info", "--json"))["runs"] == 1


def test_a_restore_that_is_declined_does_nothing(project: Project) -> None:
    project.ok("materialize", "people")
    project.ok("store", "backup", "copy.db")

    declined = project.run("store", "restore", "copy.db", typed="n\n")

    assert declined.exit_code == 130
    assert json.loads(project.ok("store", "info", "--json"))["epoch"] == 1


def test_an_upgrade_is_told_before_and_after(project: Project) -> None:
    path = database(project)
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    schema = Path(__file__).parents[2] / "src" / "penstock" / "store" / "schema" / "0001.sql"
    connection.executescript(schema.read_text())
    connection.execute("CREATE TABLE schema_version (version INTEGER)")
    connection.execute("INSERT INTO schema_version VALUES (1)")
    connection.commit()
    connection.close()

    planned = json.loads(project.ok("store", "migrate", "--dry-run", "--json"))
    done = project.ok("store", "migrate")
    after = project.ok("store", "migrate")

    assert (planned["found"], planned["known"], planned["done"]) == (1, 2, False)
    assert [step["schema"] for step in planned["steps"]] == [2]
    assert "The store has schema 1, and this Penstock uses 2." in done
    assert done.endswith("Done.\n")
    assert after == "The store has schema 2, which is up to date.\n"


def test_a_newer_store_is_refused_and_left_alone(project: Project) -> None:
    project.ok("materialize", "people")
    connection = sqlite3.connect(database(project))
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()

    refused = [project.run("store", "migrate", "--dry-run"), project.run("run", "list")]

    assert [result.exit_code for result in refused] == [4, 4]
    assert all("schema 99" in result.stderr for result in refused)


def test_an_export_has_a_line_for_each_run_and_event(project: Project) -> None:
    project.ok("materialize", "people")

    told = json.loads(project.ok("store", "export", "all.jsonl.gz", "--json"))
    project.ok("store", "export", "made.jsonl", "--kind", "asset_materialized")
    project.ok("store", "export", "none.jsonl", "--since", "2999-01-01")

    text = gzip.decompress((project.folder / "all.jsonl.gz").read_bytes())
    lines = [json.loads(line) for line in text.splitlines()]
    made = [json.loads(line) for line in (project.folder / "made.jsonl").read_text().splitlines()]
    with opened() as instance:
        events = instance.store.events(EventFilter())
    assert [line["type"] for line in lines] == ["run", *["event"] * len(events)]
    assert [line["id"] for line in lines[1:]] == [event.id for event in events]
    assert (told["runs"], told["events"]) == (1, len(events))
    assert [line["event"]["asset"] for line in made] == ["people"]
    assert (project.folder / "none.jsonl").read_text() == ""
    assert not list(project.folder.glob("*.part"))


def test_what_is_past_its_age_is_trimmed(project: Project) -> None:
    old = SystemClock().now() - 100 * DAY
    record("r1", at=old, events=[RunStarted("me"), LogLine("a"), LogLine("b")])
    with opened() as instance:
        run = instance.store.run(RunId("r1"))
        assert run is not None
        instance.report_run_canceled(instance.get_run_by_id("r1"))

    before = json.loads(project.ok("store", "trim", "--dry-run", "--json"))
    done = project.ok("store", "trim")
    after = json.loads(project.ok("store", "trim", "--json"))

    assert before == {"events": 2, "runs": 0, "ticks": 0, "dry_run": True}
    assert done == "2 events, 0 runs and 0 ticks are forgotten.\n"
    assert after == {"events": 0, "runs": 0, "ticks": 0, "dry_run": False}


def test_commands_that_run_things_forget_a_little_once_an_hour(project: Project) -> None:
    now = SystemClock().now()
    with opened() as instance:
        instance.store.report([LogLine("a")], at=now - 100 * DAY)
    project.ok("status")
    with opened() as instance:
        untouched = instance.store.events(EventFilter(kinds=("log_line",)))

    project.ok("materialize", "people")
    with opened() as instance:
        first = instance.store.events(EventFilter(kinds=("log_line",), until=now - DAY))
        instance.store.report([LogLine("b")], at=now - 100 * DAY)
    project.ok("materialize", "people")
    with opened() as instance:
        second = instance.store.events(EventFilter(kinds=("log_line",), until=now - DAY))

    assert len(untouched) == 1
    assert first == []
    assert len(second) == 1


@pytest.mark.parametrize("command", ["info", "backup", "restore", "migrate", "export", "trim"])
def test_each_command_has_help_with_examples(project: Project, command: str) -> None:
    assert "penstock store " + command in project.ok("store", command, "--help").split("Example")[1]


def test_forgetting_at_the_end_of_a_command_never_fails_it(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    del project
    instance = opened()
    instance.dispose()

    forget_a_little(instance)

    assert "retention_failed" in caplog.text
