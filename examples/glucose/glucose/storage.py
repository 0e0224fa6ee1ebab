"""Where tables are kept: Parquet files, and tables of one DuckDB file.

Owns atomic writing. A Parquet file appears complete or not at all; a partition of a DuckDB table
is replaced in one transaction. Several threads and processes may write: DuckDB lets one process
open a file, so each use attaches it under a lock on a file beside it and detaches it again.

Knows nothing of Penstock.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from glucose.table import Table, fetch, load, quoted, scratch, thread_database

PARTITION_COLUMN = "partition_key"
_CATALOG = "warehouse"


class NothingStoredError(LookupError):
    """What was asked for has not been stored."""


def write_parquet(path: Path, table: Table) -> None:
    """Write a table to a Parquet file, replacing it; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with scratch() as connection:
            load(connection, "value", table)
            connection.execute(f"COPY value TO '{_literal(temporary)}' (FORMAT parquet)")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_parquet(paths: Sequence[Path]) -> Table:
    """Read one or more Parquet files of the same shape as one table, in the order given.

    Raises:
        NothingStoredError: There is no path, or no file at one.
    """
    if not paths:
        raise NothingStoredError("No Parquet file was named.")
    for path in paths:
        if not path.is_file():
            raise NothingStoredError(f"Nothing is stored at {path}. Materialize it first.")
    with scratch() as connection:
        connection.execute("SELECT * FROM read_parquet($paths)", {"paths": list(map(str, paths))})
        return fetch(connection)


def replace_partition(path: Path, name: str, table: Table, *, partition: str) -> None:
    """Replace one partition of a table in a DuckDB file; creates the table if it is missing."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in table.schema.items())
    with _attached(path) as connection:
        load(connection, "incoming", table)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_qualified(name)} ({columns}, {PARTITION_COLUMN} VARCHAR)"
        )
        connection.execute(
            f"DELETE FROM {_qualified(name)} WHERE {PARTITION_COLUMN} = $partition",
            {"partition": partition},
        )
        connection.execute(
            f"INSERT INTO {_qualified(name)} BY NAME "
            f"SELECT *, $partition AS {PARTITION_COLUMN} FROM incoming",
            {"partition": partition},
        )
        connection.execute("DROP TABLE incoming")


def replace_table(path: Path, name: str, table: Table) -> None:
    """Replace a whole table in a DuckDB file."""
    with _attached(path) as connection:
        load(connection, "incoming", table)
        connection.execute(f"CREATE OR REPLACE TABLE {_qualified(name)} AS SELECT * FROM incoming")
        connection.execute("DROP TABLE incoming")


def read_partitions(path: Path, name: str, *, partitions: Sequence[str]) -> Table:
    """Read some partitions of a table in a DuckDB file, without their key.

    Raises:
        NothingStoredError: There is no file or no table of that name.
    """
    return _read(
        path,
        name,
        f"SELECT * EXCLUDE ({PARTITION_COLUMN}) FROM {_qualified(name)} "
        f"WHERE {PARTITION_COLUMN} IN (SELECT UNNEST($partitions::VARCHAR[])) ORDER BY ALL",
        {"partitions": list(partitions)},
    )


def read_table(path: Path, name: str) -> Table:
    """Read a whole table in a DuckDB file; of a partitioned one, with the partition's key.

    Raises:
        NothingStoredError: There is no file or no table of that name.
    """
    return _read(path, name, f"SELECT * FROM {_qualified(name)} ORDER BY ALL", {})


def _read(path: Path, name: str, sql: str, parameters: dict[str, object]) -> Table:
    missing = NothingStoredError(f"{path} has no table '{name}'. Materialize it first.")
    if not path.is_file():
        raise missing
    with _attached(path) as connection:
        try:
            connection.execute(sql, parameters)
        except duckdb.CatalogException as error:
            raise missing from error
        return fetch(connection)


@contextmanager
def _attached(path: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """Attach a DuckDB file for one transaction, kept if the block succeeds.

    Whoever else wants the file waits meanwhile, be it a thread or another process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = thread_database()
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.execute(f"ATTACH '{_literal(path)}' AS {_CATALOG}")
        try:
            with _transaction(connection):
                yield connection
        finally:
            connection.execute(f"DETACH {_CATALOG}")


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _qualified(name: str) -> str:
    return f"{_CATALOG}.main.{quoted(name)}"


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
