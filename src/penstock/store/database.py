"""What a SQL store needs of a database: sessions, transactions, statements in its dialect.

`sql_store.py` is written against these few methods, and knows neither SQLite nor Postgres. Owns the
reading of `queries/*.sql`: a statement that differs between databases is there once for each, under
one name with a mark, side by side (`-- name: asset_heads_of [sqlite]`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from penstock.base.codec import encode
from penstock.store.protocol import Watch

T = TypeVar("T")

SqlValue = str | bytes | int | float | None
"""What a column holds."""

Row = tuple[Any, ...]
"""A row as a database gives it; the schema says what is in it."""

Arguments = Sequence[object] | Mapping[str, object]
"""Values for `?`, or for `:name`; a mapping may hold more than a statement asks for."""

QUERIES = Path(__file__).parent / "queries"


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""
        ...

    def fetchall(self) -> list[Row]:
        """Return every row."""
        ...


class Session(Protocol):
    """A transaction under way; a `sqlite3.Connection` is one."""

    def execute(self, sql: str, arguments: Arguments = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, rows: Sequence[Row], /) -> object:
        """Run one statement for each row."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of database says things.

    Attributes:
        name: The mark of its statements.
        statements: The text of each statement, by name.
        unpartitioned: What a head's `partition` column holds where the asset is not partitioned;
            nothing that a key may be.
        listing: Makes the one argument that a statement takes for a list of texts or numbers.
        counts_partitions: Whether the statement that advances an asset counts its partitions, for
            which it takes four more arguments; else triggers do.
    """

    name: str
    statements: Mapping[str, str]
    unpartitioned: str | bytes
    listing: Callable[[Sequence[str] | Sequence[int]], object]
    counts_partitions: bool

    def partition(self, key: str | None) -> str | bytes:
        """Return what a head's `partition` column holds for a partition."""
        return self.unpartitioned if key is None else key


class Database(Protocol):
    """A SQL database: one writer at a time or many, readers that never wait.

    Every method may raise `OutageError`; each job of `write` may run more than once, and only what
    its last run did is kept.
    """

    @property
    def dialect(self) -> Dialect:
        """How it says things."""
        ...

    def write(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction and return its result once that is committed.

        The job must not return a cursor, nor keep one: another thread has the connection by then.
        """
        ...

    def read(self, sql: str, arguments: Arguments) -> list[Row]:
        """Run one statement that only reads."""
        ...

    def take_event_ids(self, session: Session, count: int) -> int:
        """Give out the next `count` event ids, inside a write; return the first.

        Ids have no gaps and none is used again, except that a transaction which is undone gives its
        own back. Whoever sees an id sees every smaller one.
        """
        ...

    def watch(self) -> Watch:
        """Begin to watch for commits of any process."""
        ...

    def damages(self) -> list[str]:
        """Look for damage below the level of rows; a sentence for each."""
        ...

    def bytes_used(self) -> int:
        """Return how many bytes it takes on the disk."""
        ...

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Write a copy to a new file, while others go on writing."""
        ...

    def close(self) -> None:
        """Release every connection."""
        ...


def load_statements(dialect: str, folder: Path = QUERIES) -> dict[str, str]:
    """Read the statements of a dialect from a folder's `.sql` files, by name, without comments."""
    statements: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        for block in path.read_text(encoding="utf-8").split("-- name: ")[1:]:
            title, _, rest = block.partition("\n")
            name, _, mark = title.strip().partition(" ")
            if mark in {"", f"[{dialect}]"}:
                lines = [line for line in rest.splitlines() if not line.startswith("--")]
                statements[name] = "\n".join(lines).strip().rstrip(";")
    return statements


def as_json(values: Sequence[str] | Sequence[int]) -> str:
    """Write a list as the JSON text that a statement of SQLite opens with `json_each`."""
    return encode(values).decode()
