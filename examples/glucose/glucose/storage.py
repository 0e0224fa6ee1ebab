"""Where tables are kept: Parquet files, and tables of one DuckDB file.

Owns atomic writing. A Parquet file appears complete or not at all; a partition of a DuckDB table
is replaced in one transaction. Several threads and processes may write: DuckDB lets one process
open a file, so each use opens it under a lock on a file beside it and closes it again.

Knows nothing of Penstock.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from glucose.table import Table, connect, fetch, load, quoted

PARTITION_COLUMN = "partition_key"


class NothingStoredError(LookupError):
    """What was asked for has not been stored."""


def write_parquet(path: Path, table: Table) -> None:
    """Write a table to a Parquet file, replacing it; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with connect() as connection:
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
    with connect() as connection:
        connection.execute("SELECT * FROM read_parquet($paths)", {"paths": list(map(str, paths))})
        return fetch(connection)


def replace_partition(database: Path, name: str, table: Table, *, partition: str) -> None:
    """Replace one partition of a table in a DuckDB file; creates the table if it is missing."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in table.schema.items())
    with _opened(database) as connection, _transaction(connection):
        load(connection, "incoming", table)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS main.{quoted(name)} ({columns}, {PARTITION_COLUMN} VARCHAR)"
        )
        connection.execute(
            f"DELETE FROM main.{quoted(name)} WHERE {PARTITION_COLUMN} = $partition",
            {"partition": partition},
        )
        connection.execute(
            f"INSERT INTO main.{quoted(name)} BY NAME "
            f"SELECT *, $partition AS {PARTITION_COLUMN} FROM incoming",
            {"partition": partition},
        )


def replace_table(database: Path, name: str, table: Table) -> None:
    """Replace a whole table in a DuckDB file."""
    with _opened(database) as connection, _transaction(connection):
        load(connection, "incoming", table)
        connection.execute(f"CREATE OR REPLACE TABLE main.{quoted(name)} AS SELECT * FROM incoming")


def read_partitions(database: Path, name: str, *, partitions: Sequence[str]) -> Table:
    """Read some partitions of a table in a DuckDB file, without their key.

    Raises:
        NothingStoredError: There is no file or no table of that name.
    """
    return _read(
        database,
        name,
        f"SELECT * EXCLUDE ({PARTITION_COLUMN}) FROM main.{quoted(name)} "
        f"WHERE {PARTITION_COLUMN} IN (SELECT UNNEST($partitions::VARCHAR[])) ORDER BY ALL",
        {"partitions": list(partitions)},
    )


def read_table(database: Path, name: str) -> Table:
    """Read a whole table in a DuckDB file; of a partitioned one, with the partition's key.

    Raises:
        NothingStoredError: There is no file or no table of that name.
    """
    return _read(database, name, f"SELECT * FROM main.{quoted(name)} ORDER BY ALL", {})


def _read(database: Path, name: str, sql: str, parameters: dict[str, object]) -> Table:
    missing = NothingStoredError(f"{database} has no table '{name}'. Materialize it first.")
    if not database.is_file():
        raise missing
    with _opened(database) as connection:
        try:
            connection.execute(sql, parameters)
        except duckdb.CatalogException as error:
            raise missing from error
        return fetch(connection)


@contextmanager
def _opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file for the only thread of the only process that may use it meanwhile."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with duckdb.connect(str(database), config={"threads": 1}) as connection:
            yield connection


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
