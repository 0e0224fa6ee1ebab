from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from penstock.errors import NewerStoreError
from penstock.store.connections import connect
from penstock.store.migrate import Migration, load_migrations, migrate, schema_version
from penstock.store.sqlite import SqliteStore

FIRST = Migration(1, "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\n")
SECOND = Migration(2, "ALTER TABLE a ADD COLUMN y;\nUPDATE a SET y = x + 1;\n")
BROKEN = Migration(2, "ALTER TABLE a ADD COLUMN y;\nUPDATE nobody SET y = 1;\n")


def schema_of(path: Path) -> list[tuple[str]]:
    connection = connect(path)
    rows = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return rows


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    numbers = [migration.number for migration in load_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_new_store_has_every_migration(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "penstock.db").close()

    connection = connect(tmp_path / "penstock.db")
    version = schema_version(connection)
    connection.close()

    assert version == load_migrations()[-1].number


def test_opening_again_changes_no_schema(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    before = schema_of(path)
    SqliteStore(path).close()

    assert schema_of(path) == before


def test_an_older_store_keeps_its_data(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = connect(path)
    migrate(connection, path=path, migrations=[FIRST])
    migrate(connection, path=path, migrations=[FIRST, SECOND])
    rows = connection.execute("SELECT x, y FROM a").fetchall()
    version = schema_version(connection)
    connection.close()

    assert rows == [(1, 2)]
    assert version == 2


def test_an_interrupted_migration_has_not_happened_and_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = connect(path)
    with pytest.raises(sqlite3.OperationalError, match="no such table: nobody"):
        migrate(connection, path=path, migrations=[FIRST, BROKEN])
    columns = [row[1] for row in connection.execute("PRAGMA table_info(a)")]
    version = schema_version(connection)
    migrate(connection, path=path, migrations=[FIRST, SECOND])
    rows = connection.execute("SELECT x, y FROM a").fetchall()
    connection.close()

    assert (columns, version) == (["x"], 1)
    assert rows == [(1, 2)]


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    before = path.read_bytes()

    known = load_migrations()[-1].number
    with pytest.raises(NewerStoreError) as caught:
        SqliteStore(path)

    assert str(caught.value) == (
        f"The store {path} has schema 99, and this Penstock knows schemas up to {known}. "
        "Install the version of Penstock that wrote it, or a newer one."
    )
    assert path.read_bytes() == before
