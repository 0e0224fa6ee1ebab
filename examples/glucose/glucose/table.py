"""The value that passes between assets: a small frozen table, and SQL over such tables.

Owns how rows get into DuckDB and out again. A day of readings is a few hundred rows, so plain
tuples are quick enough and can be written literally in a test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with named and typed columns.

    Attributes:
        schema: DuckDB type by column name, in the order of the columns.
        rows: The rows; each has one value per column.
    """

    schema: Mapping[str, str]
    rows: tuple[tuple[object, ...], ...]

    def column(self, name: str) -> tuple[object, ...]:
        """Give the values of one column, in the order of the rows."""
        index = list(self.schema).index(name)
        return tuple(row[index] for row in self.rows)

    def records(self) -> tuple[dict[str, object], ...]:
        """Give each row as a dict by column name."""
        return tuple(dict(zip(self.schema, row, strict=True)) for row in self.rows)

    def markdown(self, limit: int = 5) -> str:
        """Write the first rows as a Markdown table; long values are cut."""
        lines = [self.schema, ["---"] * len(self.schema), *self.rows[:limit]]
        return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= 40 else text[:39] + "…"


_thread = threading.local()


def thread_database() -> duckdb.DuckDBPyConnection:
    """Give this thread's database in memory; it is empty between uses.

    Opening a database takes as long as everything a day of readings needs, so a thread keeps
    one. It computes with one thread, which keeps the order of rows and of sums.
    """
    connection: duckdb.DuckDBPyConnection | None = getattr(_thread, "connection", None)
    if connection is None:
        connection = duckdb.connect(":memory:", config={"threads": 1})
        _thread.connection = connection
    return connection


@contextmanager
def scratch() -> Generator[duckdb.DuckDBPyConnection]:
    """Lend this thread's database; whatever is created in it is gone afterwards."""
    connection = thread_database()
    connection.begin()
    try:
        yield connection
    finally:
        connection.rollback()


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def load(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Create a temporary table in a connection from a table's rows.

    The rows travel as one JSON parameter: for hundreds of rows that is some fifty times quicker
    than one parameter per value.
    """
    document = json.dumps(table.records(), default=str)
    shape = json.dumps([dict(table.schema)]).replace("'", "''")
    connection.execute(
        f"CREATE TEMP TABLE {quoted(name)} AS "
        f"SELECT UNNEST(from_json_strict($document::JSON, '{shape}'), recursive := true)",
        {"document": document},
    )


def fetch(connection: duckdb.DuckDBPyConnection) -> Table:
    """Take the result of a connection's last statement as a table."""
    schema = {str(column[0]): str(column[1]) for column in connection.description or ()}
    return Table(schema, tuple(connection.fetchall()))


def query(sql: str, **tables: Table) -> Table:
    """Run a query over tables, which it names by their keywords."""
    with scratch() as connection:
        for name, table in tables.items():
            load(connection, name, table)
        connection.execute(sql)
        return fetch(connection)
