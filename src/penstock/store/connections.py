"""Connections to one SQLite file: how they are opened, shared and what their failures mean.

Owns pragmas, the single writer of a process, and the translation of sqlite3's errors into outages.
It knows no table. The invariant: at most one thread of a process is in a write transaction, and
every write is committed before its caller goes on.

Who commits for whom is said in `group_commit.py`. A job that is alone has the transaction for
itself; of several, each has a savepoint in it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from penstock.base import faults
from penstock.base.clock import SystemClock
from penstock.errors import OutageError, StoreFullError, StoreUnavailableError
from penstock.store.group_commit import GroupCommit, Write

T = TypeVar("T")

BUSY_SECONDS = 30
"""How long a statement waits for another process before that is an outage."""

_TURN_SECONDS = 0.001
"""How long a writer waits until it asks again for its turn.

SQLite's own wait grows to a tenth of a second, so among many writers those who have waited long ask
seldom, and some never get a turn. Here all ask alike.
"""

_PAGE_BYTES = 2048
"""A commit writes whole pages, and an event changes a few bytes on each of four."""

Job = Callable[[sqlite3.Connection], T]
Group = Sequence[Write[sqlite3.Connection, object]]


def connect(path: Path, *, durable: bool = False) -> sqlite3.Connection:
    """Open a connection in autocommit mode; transactions are begun by hand.

    Args:
        path: The file; it is made if it is not there.
        durable: Whether a commit waits for the disk, so that it survives a loss of power.
    """
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16000")  # 16 MB
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # of a new file; others stay
    connection.execute("PRAGMA wal_autocheckpoint = 8000")  # pages; each time costs two fsyncs
    return connection


def outage(error: sqlite3.Error, path: Path) -> OutageError:
    """Say what a failure of SQLite means for the user, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return StoreFullError(
                f"The disk under {path} is full. Free some space and run the command again; "
                "nothing that was recorded is lost."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            why = f"it may only be read. Allow writing to {path.parent} and the files in it"
        case sqlite3.SQLITE_CANTOPEN:
            why = f"it cannot be opened. Check that {path.parent} exists and may be written to"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            why = (
                f"another process has kept it busy for {BUSY_SECONDS} seconds. Run the command "
                "again, or end that process"
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            why = "the file is damaged. Restore it from a backup, or move it away to begin anew"
        case _:
            why = f"SQLite says: {error}. Check the disk and run the command again"
    return StoreUnavailableError(f"The store {path} cannot be used: {why}.")


class Writer:
    """The one write connection of a process.

    Args:
        connection: A connection that nobody else uses; it is closed with the writer.
        path: Its file, for messages.
        on_rollback: Called whenever anything was undone, before any other job runs.
        on_commit: Called after each commit, before its callers go on.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        path: Path,
        on_rollback: Callable[[], None],
        on_commit: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._path = path
        self._on_rollback = on_rollback
        self._on_commit = on_commit
        self._commits = GroupCommit(self._commit)
        self._clock = SystemClock()
        connection.execute("PRAGMA busy_timeout = 0")  # _begin waits

    def write(self, job: Job[T]) -> T:
        """Run a job in a transaction and return its result once that is committed.

        Raises:
            OutageError: SQLite failed; nothing of the job was kept.
        """
        return self._commits.write(job)

    def close(self) -> None:
        """Close the connection once the jobs under way have ended."""
        self.write(lambda _: None)
        self._connection.close()

    def _commit(self, group: Group) -> None:
        connection = self._connection
        committing = False
        try:
            self._begin()
            if len(group) == 1:
                group[0].run(connection)
            else:
                self._run_in_savepoints(group)
            faults.reached("store.before_commit")
            committing = True
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            for write in group:
                write.fail(self._outage(error))
        except BaseException:
            if committing and not connection.in_transaction:  # interrupted when it was committed
                self._settle(group)
            else:
                self._roll_back()
            raise
        else:
            self._settle(group)

    def _begin(self) -> None:
        """Begin a transaction as soon as no other process is in one."""
        since: float | None = None
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                now = self._clock.monotonic()
                since = now if since is None else since
                if now - since > BUSY_SECONDS:
                    raise
            self._clock.sleep(_TURN_SECONDS)

    def _run_in_savepoints(self, group: Group) -> None:
        connection = self._connection
        for write in group:
            connection.execute("SAVEPOINT job")
            try:
                write.run(connection)
            except Exception as error:
                if not connection.in_transaction:  # SQLite has undone the whole group
                    raise
                connection.execute("ROLLBACK TO job")
                self._on_rollback()
                known = isinstance(error, sqlite3.Error)
                write.fail(self._outage(error) if known else error)
            connection.execute("RELEASE job")

    def _settle(self, group: Group) -> None:
        for write in group:
            write.settle()
        faults.reached("store.after_commit")
        self._on_commit()

    def _outage(self, error: sqlite3.Error) -> OutageError:
        told = outage(error, self._path)
        told.__cause__ = error
        return told

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # SQLite has rolled back by itself; the first error is the one to tell
        self._on_rollback()


def process_id() -> int:
    """Return the number of this process; connections must not be used in its forks."""
    return os.getpid()
