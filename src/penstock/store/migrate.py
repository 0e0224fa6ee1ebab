"""Bring a SQLite store to this version's schema.

Owns the numbered files in `schema/` and the table `schema_version`. Each migration runs in one
transaction with its number, so one that is interrupted has not happened and runs again at the next
opening. A store that a newer Penstock has written is refused and left as it is.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from penstock.base import faults
from penstock.errors import NewerStoreError


class Migration(msgspec.Struct, frozen=True):
    """One step of the schema: its number, counted from 1, and its statements."""

    number: int
    script: str

    @property
    def summary(self) -> str:
        """What it does, as its first comment says."""
        lines = itertools.takewhile(lambda line: line.startswith("-- "), self.script.splitlines())
        return " ".join(line.removeprefix("-- ") for line in lines)


def load_migrations(folder: Path = Path(__file__).parent / "schema") -> tuple[Migration, ...]:
    """Read the migrations of a folder, in order; a file is named after its number."""
    return tuple(
        Migration(int(path.stem), path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("????.sql"))  # NNNN.postgres.sql is not for SQLite
    )


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the number of the last migration that a store has seen; 0 for an empty one."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
    if connection.execute(query).fetchone() is None:
        return 0
    row: tuple[int] = connection.execute("SELECT version FROM schema_version").fetchone()
    return row[0]


def version_of(path: Path) -> int:
    """Return the schema of a store's file, and change nothing; 0 if there is none.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return schema_version(connection)


def check_version(
    connection: sqlite3.Connection, *, path: Path, migrations: Sequence[Migration]
) -> None:
    """Refuse a store that this version does not know, and change nothing.

    Raises:
        NewerStoreError: The store has seen migrations that this version does not know.
    """
    known = migrations[-1].number
    found = schema_version(connection)
    if found > known:
        raise NewerStoreError(
            f"The store {path} has schema {found}, and this Penstock knows schemas up to {known}. "
            "Install the version of Penstock that wrote it, or a newer one."
        )


def migrate(connection: sqlite3.Connection, *, path: Path, migrations: Sequence[Migration]) -> None:
    """Apply every migration that a store has not seen.

    Args:
        connection: A connection in autocommit mode.
        path: The store's file, for messages.
        migrations: All migrations that this version knows, in order.

    Raises:
        NewerStoreError: The store has seen migrations that this version does not know.
    """
    check_version(connection, path=path, migrations=migrations)
    found = schema_version(connection)
    for migration in migrations:
        if migration.number > found:
            _apply(connection, migration)


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been first while this one waited for its turn.
        if schema_version(connection) < migration.number:
            for statement in _statements(migration.script):
                faults.reached("store.migrating")
                connection.execute(statement)
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version VALUES (?)", (migration.number,))
            faults.reached("store.migrated")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """Split a script; SQLite itself knows where a statement, such as a trigger, is complete."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
