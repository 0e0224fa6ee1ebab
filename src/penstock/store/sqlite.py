"""The default store: one SQLite file, in WAL mode.

Owns how the file is opened, read by each thread, watched and copied. The operations are those of
`sql_store.py`; the writer and what errors mean belong to `connections.py`. Reading never waits:
each thread has a connection of its own.

A commit survives the death of the process (`kill -9`); with `durable=True` also a loss of power.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from penstock.base.clock import SystemClock
from penstock.base.ids import IdSource, SystemIds
from penstock.errors import InvariantViolationError, StoreUnavailableError
from penstock.store import epoch
from penstock.store.connections import Writer, connect, outage, process_id
from penstock.store.database import Arguments, Dialect, Row, Session, as_json, load_statements
from penstock.store.migrate import Migration, check_version, load_migrations, migrate
from penstock.store.sql_store import SqlStore
from penstock.store.sqlite_copy import write_copy
from penstock.store.sqlite_watch import SqliteWatch

T = TypeVar("T")

SQLITE = Dialect(
    "sqlite",
    load_statements("sqlite"),
    unpartitioned=b"",
    listing=as_json,
    counts_partitions=False,
)
"""How SQLite says things. A blob equals no text, so every text remains usable as a key."""

_EVENT_COUNTERS = SQLITE.statements["event_counters"]


class SqliteStore(SqlStore):
    """A store in one file.

    Args:
        path: The file; it and its folder are made if they are not there.
        durable: Whether a commit waits for the disk, so that it survives a loss of power.
        max_bytes: Refuse to let the file grow beyond, as if the disk were full.

    Raises:
        StoreUnavailableError: The file cannot be opened or written to.
        NewerStoreError: A newer Penstock has written it.
    """

    def __init__(self, path: Path, *, durable: bool = False, max_bytes: int | None = None) -> None:
        super().__init__(SqliteDatabase(path, durable=durable, max_bytes=max_bytes))


class _Reader:
    """A thread's connection; when the thread ends, it is closed with it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.close = weakref.finalize(self, connection.close)


class SqliteDatabase:
    """One file, with the one writer of this process and a reader for each thread.

    Args:
        path: The file; it and its folder are made if they are not there.
        durable: Whether a commit waits for the disk, so that it survives a loss of power.
        max_bytes: Refuse to let the file grow beyond, as if the disk were full.
        ids: Where the id of a new store comes from; the system's if None.
    """

    def __init__(
        self,
        path: Path,
        *,
        durable: bool = False,
        max_bytes: int | None = None,
        ids: IdSource | None = None,
    ) -> None:
        self._path = path
        self._process = process_id()
        self._local = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._watches: weakref.WeakSet[SqliteWatch] = weakref.WeakSet()
        self._closed = False
        self._last_event: int | None = None  # None where it must be read again
        self._data_version = 0
        self._migrations = load_migrations()
        connection = _open(
            path,
            durable=durable,
            ids=ids or SystemIds(SystemClock()),
            migrations=self._migrations,
        )
        if max_bytes is not None:
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // size)}")
        self._connection = connection
        self._place = _place_of(path)
        self._writer = Writer(
            connection, path=path, on_rollback=self._forget_last_event, on_commit=self._tell_watches
        )

    @property
    def dialect(self) -> Dialect:
        """How it says things."""
        return SQLITE

    def write(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction and return its result once that is committed."""
        self._check_usable()
        result = self._writer.write(job)
        self._check_place()  # now, so that nothing is acknowledged that is gone
        return result

    def read(self, sql: str, arguments: Arguments) -> list[Row]:
        """Run one statement that only reads."""
        self._check_place()
        try:
            return self._reader().execute(sql, arguments).fetchall()
        except sqlite3.Error as error:
            raise outage(error, self._path) from error

    def take_event_ids(self, session: Session, count: int) -> int:
        """Give out the next `count` event ids, inside a write; return the first.

        The last one is remembered as long as no other connection has written.
        """
        ((version,),) = session.execute("PRAGMA data_version").fetchall()
        if self._last_event is None or version != self._data_version:
            # Whoever wrote meanwhile may have been a newer Penstock.
            check_version(self._connection, path=self._path, migrations=self._migrations)
            ((self._last_event, _),) = session.execute(_EVENT_COUNTERS).fetchall()
            self._data_version = version
        assert self._last_event is not None
        first = self._last_event + 1
        self._last_event += count
        return first

    def watch(self) -> SqliteWatch:
        """Begin to watch for commits of any process."""
        self._check_usable()
        watch = SqliteWatch(self._path)
        self._watches.add(watch)
        return watch

    def damages(self) -> list[str]:
        """Look for damage below the level of rows; a sentence for each."""
        found = [row[0] for row in self.read("PRAGMA integrity_check", ())]
        damages = [f"The file is damaged: {what}." for what in found if what != "ok"]
        orphans = self.read("PRAGMA foreign_key_check", ())
        return damages + [
            f"Row {row} of the table {table} belongs to a row of {parent} that is not there."
            for table, row, parent, _ in orphans
        ]

    def bytes_used(self) -> int:
        """Return how many bytes it takes on the disk, with what is not yet written back."""
        beside = self._path.with_name(f"{self._path.name}-wal")
        return sum(path.stat().st_size for path in (self._path, beside) if path.exists())

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Write a copy to a new file, while others go on writing; see `sqlite_copy.py`."""
        self._check_usable()
        write_copy(self._path, to, progress=progress)

    def close(self) -> None:
        """Close every connection; nothing can be done afterwards."""
        if self._closed:
            return
        self._check_usable()
        self._closed = True
        self._writer.close()
        for watch in list(self._watches):
            watch.close()
        for reader in list(self._readers):
            reader.close()

    def _forget_last_event(self) -> None:
        self._last_event = None

    def _tell_watches(self) -> None:
        if self._watches:
            for watch in list(self._watches):
                watch.tell()

    def _reader(self) -> sqlite3.Connection:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None or self._closed or self._process != process_id():
            reader = self._new_reader()
        return reader.connection

    def _new_reader(self) -> _Reader:
        self._check_usable()
        try:
            reader = _Reader(connect(self._path))
        except sqlite3.Error as error:
            raise outage(error, self._path) from error
        self._local.reader = reader
        self._readers.add(reader)
        return reader

    def _check_place(self) -> None:
        """Refuse to go on with a file that is not there any more, or not the one that was opened.

        SQLite would go on with it unseen, and all would be gone with the last process that has it.
        """
        now = _place_of(self._path)
        if now != self._place:
            what = "was deleted or moved away" if now is None else "was replaced by another file"
            raise StoreUnavailableError(
                f"The store {self._path} {what} while it was in use. This process uses it no more: "
                "what it wrote last is not there. Put the file in its place that is to be used, "
                "and start again."
            )

    def _check_usable(self) -> None:
        if self._process != process_id():
            raise InvariantViolationError(
                f"The store {self._path} was opened by process {self._process}, and connections "
                f"cannot be shared with its fork {process_id()}. Open the store again there."
            )
        if self._closed:
            raise InvariantViolationError(
                f"The store {self._path} is closed. Open it again to go on."
            )


def _place_of(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open(
    path: Path, *, durable: bool, ids: IdSource, migrations: Sequence[Migration]
) -> sqlite3.Connection:
    """Open the file for writing, with the schema of this version."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise StoreUnavailableError(
            f"The store {path} cannot be opened: {error.strerror}. Allow writing to its folder, or "
            "set PENSTOCK_HOME to another one."
        ) from error
    try:
        # Switching to WAL is the one thing for which SQLite does not wait its turn; and what tells
        # a copy from the original is read and written by one process at a time.
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _prepare(path, durable=durable, ids=ids, migrations=migrations)
    except sqlite3.Error as error:
        raise outage(error, path) from error
    finally:
        os.close(folder)


def _prepare(
    path: Path, *, durable: bool, ids: IdSource, migrations: Sequence[Migration]
) -> sqlite3.Connection:
    _set_foreign_log_aside(path)
    connection = connect(path, durable=durable)
    try:
        check_version(connection, path=path, migrations=migrations)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, path=path, migrations=migrations)
        epoch.begin(connection, path, ids=ids, statements=SQLITE.statements)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_foreign_log_aside(path: Path) -> None:
    """Move the log of writes away that a file left behind whose place a backup has taken.

    SQLite would apply it to the backup, whose pages it does not fit. A backup is not in WAL mode,
    and a file is in WAL mode before it has a log; so the log beside such a file is another's.
    """
    try:
        with path.open("rb") as file:
            formats = file.read(20)[18:]
    except OSError:
        return  # SQLite will say what is the matter with it
    if formats != b"\x01\x01":
        return
    for kind in ("wal", "shm"):
        beside = path.with_name(f"{path.name}-{kind}")
        if beside.exists():
            try:
                beside.replace(path.with_name(f"{path.name}-{kind}-of-before"))
            except OSError as error:
                raise StoreUnavailableError(
                    f"The store {path} is a backup, and beside it is {beside.name} of the file "
                    f"that was there before, which cannot be moved away: {error.strerror}."
                ) from error
