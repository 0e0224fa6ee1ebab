"""Bring a Postgres store to this version's schema, and see whether it is the one that was left.

Owns the files `schema/NNNN.postgres.sql`, the table `schema_version`, and what tells one server
from another. A migration and its number are one transaction under a lock, so several processes may
open a new or an old store at once, and one that is interrupted has not happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from penstock.base import faults
from penstock.errors import NewerStoreError, StoreUnavailableError
from penstock.store.migrate import Migration
from penstock.store.postgres_connection import LinkLostError, PostgresConnection, RefusedError
from penstock.store.postgres_server import NotConnectedError, outage, server_at

_SCHEMA = Path(__file__).parent / "schema"

_SERVER = """
SELECT
    (SELECT system_identifier FROM pg_control_system())::TEXT
    || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
"""
"""Which server, and how often a replica of it has taken over: its timeline."""

_IS_THERE = """
SELECT COUNT(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = ? AND relname = 'schema_version'
"""


def load_postgres_migrations(folder: Path = _SCHEMA) -> tuple[Migration, ...]:
    """Read the migrations of a folder, in order; a file is named after its number."""
    return tuple(
        Migration(int(path.name.partition(".")[0]), path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("????.postgres.sql"))
    )


def schema_version(connection: PostgresConnection, schema: str) -> int:
    """Return the number of the last migration that a store has seen; 0 for an empty one."""
    # Not to_regclass(), which after a wait for a lock may still say what was there before it.
    ((found,),) = connection.execute(_IS_THERE, (schema,)).fetchall()
    if not found:
        return 0
    ((version,),) = connection.execute("SELECT version FROM schema_version").fetchall()
    return version


def version_at(url: str, *, schema: str = "penstock") -> int:
    """Return the schema of the store at an address, and change nothing; 0 if there is none.

    Raises:
        OutageError: The server cannot be reached.
    """
    server = server_at(url, schema=schema, busy=30.0, durable=True)
    try:
        connection = server.connect()
        try:
            return schema_version(connection, schema)
        finally:
            connection.close()
    except (LinkLostError, NotConnectedError, RefusedError) as error:
        raise outage(error, server) from error


def migrate(
    connection: PostgresConnection,
    *,
    schema: str,
    shown: str,
    lock: int,
    migrations: Sequence[Migration],
    allowed: bool = True,
) -> None:
    """Apply every migration that a store has not seen.

    Args:
        connection: A connection without a transaction.
        schema: The schema of the tables; it is made if it is not there.
        shown: The store's address, for messages.
        lock: The number of the lock of all writers.
        migrations: All migrations that this version knows, in order.
        allowed: Whether any may be applied.

    Raises:
        StoreUnavailableError: Some would have to be, and none may.
        NewerStoreError: The store has seen migrations that this version does not know.
    """
    newest = migrations[-1].number
    found = schema_version(connection, schema)
    check_version(found, known=newest, shown=shown)
    if found == newest:
        return
    if not allowed:
        raise StoreUnavailableError(
            f"The store {shown} has schema {found}, and this Penstock needs schema {newest}. Open "
            "it once with the right to bring it up to date (should_autocreate_tables: true)."
        )
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT pg_advisory_xact_lock(?)", (lock,))
        connection.execute("SET LOCAL statement_timeout = 0")
        found = schema_version(connection, schema)  # another process may have been first
        check_version(found, known=newest, shown=shown)
        if found < newest:
            _apply(connection, schema, [m for m in migrations if m.number > found], first=not found)
        connection.flush()
        faults.reached("store.migrated")
        connection.execute("COMMIT")
        connection.flush()
    except (RefusedError, NewerStoreError):
        connection.roll_back()
        raise


def check_version(found: int, *, known: int, shown: str) -> None:
    """Refuse a store that this version does not know.

    Raises:
        NewerStoreError: The store has seen migrations that this version does not know.
    """
    if found > known:
        raise NewerStoreError(
            f"The store {shown} has schema {found}, and this Penstock knows schemas up to {known}. "
            "Install the version of Penstock that wrote it, or a newer one."
        )


def _apply(
    connection: PostgresConnection, schema: str, migrations: Sequence[Migration], *, first: bool
) -> None:
    if first:
        statement = "SELECT COUNT(*) FROM pg_namespace WHERE nspname = ?"
        ((there,),) = connection.execute(statement, (schema,)).fetchall()
        if not there:
            connection.script(f'CREATE SCHEMA "{schema}"')
        connection.script("CREATE TABLE schema_version (version BIGINT NOT NULL)")
        connection.script("INSERT INTO schema_version VALUES (0)")
    for migration in migrations:
        faults.reached("store.migrating")
        connection.script(migration.script)
        connection.execute("UPDATE schema_version SET version = ?", (migration.number,))


def note_server(
    connection: PostgresConnection, statements: Mapping[str, str], *, new_id: str, lock: int
) -> None:
    """Give a new store its id, and begin an epoch if another server has taken its place.

    A restored copy is on another server, and a replica that was promoted on another timeline.
    Either may lack what was committed last, so the leases of before are void from then on.
    """
    server = _server_of(connection)
    ((known, _),) = connection.execute(statements["identity"]).fetchall()
    ((marker,),) = connection.execute(statements["marker"]).fetchall()
    if known and server in {"", marker}:
        return
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT pg_advisory_xact_lock(?)", (lock,))
        connection.execute(statements["identify"], (new_id,))
        ((marker,),) = connection.execute(statements["marker"]).fetchall()  # another was first?
        if server and marker not in {"", server}:
            connection.execute(statements["begin_epoch"])
            connection.execute(statements["void_leases"])
        connection.execute(statements["mark"], (server or marker,))
        connection.execute("COMMIT")
        connection.flush()
    except RefusedError:
        connection.roll_back()
        raise


def _server_of(connection: PostgresConnection) -> str:
    try:
        ((server,),) = connection.execute(_SERVER).fetchall()
    except RefusedError:
        return ""  # some hosted servers do not tell; lost commits are noticed all the same
    return server
