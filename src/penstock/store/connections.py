"""Connections to one SQLite file: how they are opened, shared and what their failures mean.

Owns pragmas, the single writer of a process, and the translation of sqlite3's errors into outages.
It knows no table. The invariant: at most one thread of a process is in a write transaction, and
every write is committed before its caller goes on.

Writes are committed in groups. A thread that finds the writer free becomes the leader and runs its
own job at once, without a thread switch. One that finds it busy queues its job; whoever leads next
takes all queued jobs, runs each in a savepoint of one transaction, commits once and wakes the
others. A leader never serves a second group: it hands over to the first that waits, so no caller
pays for the rest.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Generic, TypeVar, cast

from penstock.base import faults
from penstock.errors import OutageError, StoreFullError, StoreUnavailableError

T = TypeVar("T")

BUSY_SECONDS = 30
"""How long a statement waits for another process before that is an outage."""

Job = Callable[[sqlite3.Connection], T]


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
    connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages; each time costs two fsyncs
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


class _Waiting(Generic[T]):
    """A queued job: what to run, and how it ended."""

    __slots__ = ("_error", "_result", "job", "leads", "woken")

    def __init__(self, job: Job[T]) -> None:
        self.job = job
        self.woken = Event()
        self.leads = False
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        self._result, self._error = self.job(connection), None

    def fail(self, error: BaseException) -> None:
        self._error = error

    def outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return cast("T", self._result)  # run() has set it, and None only where T has None


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
        self._mutex = Lock()
        self._busy = False
        self._queue: list[_Waiting[object]] = []

    def write(self, job: Job[T]) -> T:
        """Run a job in a transaction and return its result once that is committed.

        Raises:
            OutageError: SQLite failed; nothing of the job was kept.
        """
        with self._mutex:
            waiting = None
            if self._busy:
                waiting = _Waiting(job)
                self._queue.append(cast("_Waiting[object]", waiting))
            self._busy = True
        if waiting is None:
            try:
                return self._run_alone(job)
            finally:
                self._hand_over()
        return self._wait(waiting)

    def close(self) -> None:
        """Close the connection once the jobs under way have ended."""
        self.write(lambda _: None)
        self._connection.close()

    def _wait(self, waiting: _Waiting[T]) -> T:
        mine = cast("_Waiting[object]", waiting)
        try:
            waiting.woken.wait()
        except BaseException:  # an interrupt: take the job back, or pass the lead on
            with self._mutex:
                if mine in self._queue:
                    self._queue.remove(mine)
                leads = waiting.leads
            if leads:
                self._hand_over()
            raise
        if waiting.leads:
            self._lead()
        return waiting.outcome()

    def _lead(self) -> None:
        with self._mutex:
            group, self._queue = self._queue, []
        try:
            self._run_group(group)
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._queue:
                self._busy = False
                return
            following = self._queue[0]
            following.leads = True
        following.woken.set()

    def _run_alone(self, job: Job[T]) -> T:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = job(connection)
            faults.reached("store.before_commit")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise outage(error, self._path) from error
        except BaseException:
            self._roll_back()
            raise
        faults.reached("store.after_commit")
        self._on_commit()
        return result

    def _run_group(self, group: Sequence[_Waiting[object]]) -> None:
        """Run jobs in one transaction; the first is the caller's own."""
        others = group[1:]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for waiting in group:
                self._run_in_savepoint(waiting)
            faults.reached("store.before_commit")
            self._connection.execute("COMMIT")
            faults.reached("store.after_commit")
            self._on_commit()
        except sqlite3.Error as error:
            self._roll_back()
            for waiting in group:
                waiting.fail(outage(error, self._path))
        except BaseException:  # an interrupt of this thread is no reason for the others to fail
            self._roll_back()
            with self._mutex:
                self._queue[:0] = others
            others = ()
            raise
        finally:
            for waiting in others:
                waiting.woken.set()

    def _run_in_savepoint(self, waiting: _Waiting[object]) -> None:
        connection = self._connection
        connection.execute("SAVEPOINT job")
        try:
            waiting.run(connection)
        except Exception as error:
            if not connection.in_transaction:  # SQLite has undone the whole group
                raise
            connection.execute("ROLLBACK TO job")
            self._on_rollback()
            known = isinstance(error, sqlite3.Error)
            waiting.fail(outage(error, self._path) if known else error)
        connection.execute("RELEASE job")

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
