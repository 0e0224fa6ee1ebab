from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from penstock.errors import NewerStoreError
from penstock.model.events import AssetMaterialized, LogLine, RunStarted
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter
from penstock.store.connections import connect
from penstock.store.migrate import Migration, load_migrations, migrate, schema_version
from penstock.store.postgres import PostgresStore
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore
from penstock.testing.postgres import PostgresServer
from penstock.testing.store_values import a_run

FAULT = {
    "id": "F32",
    "fault": "an upgrade that is killed half way; an old process on a new schema",
    "done": (
        "A store of each earlier schema, with a run in it, is brought up to date by a process "
        "that is killed between each two statements and before the commit, and then by another. "
        "A process of an older version notices at its next write, and stops."
    ),
    "invariants": "I1 I11",
    "stores": "SQLite, Postgres",
}

EARLIER = range(1, len(load_migrations()))

OPEN_AND_DIE = """
import os, signal, sys
from pathlib import Path
from penstock.base import faults
from penstock.store import postgres_server
from penstock.store.postgres import PostgresStore
from penstock.store.sqlite import SqliteStore

left = 0

def hook(point):
    global left
    left -= point.startswith("store.migrat")
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def die_at(number, open_):
    global left
    left = number
    child = os.fork()
    if child == 0:
        with faults.armed(hook):
            open_().close()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def _program(text: str, *arguments: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_AND_DIE + text, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [int(line) for line in done.stdout.split()]


KILL_EACH = """
for path in sys.argv[1:]:
    print(die_at(int(Path(path).stem), lambda: SqliteStore(Path(path))))
"""


def _of_schema(path: Path, number: int) -> None:
    """Make a store as an earlier version left it, with a run under way."""
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection, path=path, migrations=load_migrations()[:number])
    connection.execute("INSERT INTO plans VALUES ('p', X'7B7D')")
    connection.execute(
        "INSERT INTO runs (id, status, job, created, updated, started, version, fence, owner, plan)"
        " VALUES ('r1', 'STARTED', 'daily', 1.0, 1.0, 1.0, 1, 1, 'me', 'p')"
    )
    connection.execute("INSERT INTO run_specs VALUES ('r1', '{\"job\":\"daily\"}')")
    connection.execute(
        "INSERT INTO events (id, run, at, kind, body) VALUES "
        '(1, \'r1\', 1.0, \'run_started\', \'{"kind":"run_started","owner":"me"}\')'
    )
    connection.execute("UPDATE counters SET last_event = 1")
    connection.close()


@pytest.mark.parametrize("number", EARLIER)
def test_a_migration_that_is_killed_anywhere_is_done_by_the_next_process(
    tmp_path: Path, number: int
):
    paths = [tmp_path / f"{n}.db" for n in range(1, 60, 3)]
    for path in paths:
        _of_schema(path, number)

    codes = _program(KILL_EACH, *map(str, paths))

    assert codes.count(-signal.SIGKILL) >= 8
    for path in paths:
        store = SqliteStore(path)
        (run,) = store.runs(RunFilter())
        events = [stored.event for stored in store.events(EventFilter())]
        store.append(run.id, [LogLine("on")], at=2.0, expect=1, fence=run.fence)
        problems = store.check_soundness()
        store.close()
        assert (run.status.value, events, problems) == ("STARTED", [RunStarted("me")], [])


KILL_POSTGRES = """
postgres_server.driver()
for number in range(1, int(sys.argv[3]) + 1):
    print(die_at(number, lambda: PostgresStore(sys.argv[1], schema=sys.argv[2])))
"""


def test_a_migration_of_postgres_that_is_killed_is_done_by_the_next_process(
    postgres_server: PostgresServer, schema: str
):
    moments = len(load_migrations()) + 1

    codes = _program(KILL_POSTGRES, postgres_server.url, schema, str(moments))

    assert codes == [-signal.SIGKILL] * moments
    store = PostgresStore(postgres_server.url, schema=schema)
    store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    problems = store.check_soundness()
    store.close()
    assert problems == []


def test_an_old_process_stops_when_a_newer_version_has_changed_the_schema(tmp_path: Path):
    path = tmp_path / "penstock.db"
    old = SqliteStore(path)
    old.report([LogLine("before")], at=1.0)
    known = load_migrations()
    newer = Migration(known[-1].number + 1, "CREATE TABLE of_the_future (x);\n")
    connection = connect(path)
    migrate(connection, path=path, migrations=[*known, newer])
    version = schema_version(connection)
    connection.close()

    with pytest.raises(NewerStoreError, match="Install the version of Penstock that wrote it"):
        old.report([AssetMaterialized(AssetKey("orders"))], at=2.0)
    with pytest.raises(NewerStoreError):
        old.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    seen = [stored.event for stored in old.events(EventFilter())]
    old.close()
    with pytest.raises(NewerStoreError):
        SqliteStore(path)

    assert version == newer.number
    assert seen == [LogLine("before")]


@pytest.mark.parametrize("others", [0, 1])
def test_an_old_process_on_postgres_stops_too(
    postgres_server: PostgresServer, schema: str, others: int
):
    old = PostgresStore(postgres_server.url, schema=schema)
    for at in (1.0, 2.0, 3.0):  # so that it takes itself to be alone
        old.report([LogLine("before")], at=at)
    newer = PostgresStore(postgres_server.url, schema=schema)
    for _ in range(others):
        newer.report([LogLine("of another process")], at=4.0)
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f'UPDATE "{schema}".schema_version SET version = 99'.encode())

    with pytest.raises(NewerStoreError, match="has schema 99"):
        old.report([AssetMaterialized(AssetKey("orders"))], at=5.0)
    with pytest.raises(NewerStoreError, match="has schema 99"):
        old.report([LogLine("again")], at=6.0)
    seen = len(old.events(EventFilter()))
    old.close()
    newer.close()

    assert seen == 3 + others


def test_an_old_command_refuses_a_newer_store_and_leaves_it_alone(tmp_path: Path):
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE schema_version SET version = version + 1")
    connection.close()
    before = path.read_bytes()

    done = subprocess.run(
        [str(Path(sys.executable).with_name("penstock")), "run", "list"],
        env=os.environ | {"PENSTOCK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 4
    assert "Install the version of Penstock that wrote it, or a newer one." in done.stderr
    assert path.read_bytes() == before
