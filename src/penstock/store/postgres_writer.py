"""The one writer of a process on a Postgres store: transactions, and what became of a lost one.

Owns three promises. Event ids grow in the order of commits: every write of every process holds one
advisory lock from its first statement to its commit, so a reader with a cursor misses nothing. A
commit whose acknowledgement was lost is neither lost nor done twice: each transaction notes its
number under the name of its process, and the number is read when the connection is back. A lost
connection is made again by itself, for as long as `patience` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from penstock.base import faults
from penstock.base.clock import Clock
from penstock.errors import OutageError
from penstock.store.database import Arguments, Row
from penstock.store.group_commit import Write
from penstock.store.postgres_connection import (
    LinkLostError,
    PostgresConnection,
    RefusedError,
    Reply,
)
from penstock.store.postgres_server import NotConnectedError, UnknownOutcomeError

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_LOCK = "SELECT pg_advisory_xact_lock(?)"
_FINISH = (
    "WITH noted AS (INSERT INTO committers (id, number, at) VALUES (?, ?, now()) "
    "ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at) "
    "SELECT pg_notify(?, ?)"
)
"""Notes a transaction's number, and tells all who listen that it is committed."""

_AGAIN = frozenset({"40001", "40P01", "53300"})
"""Refusals that pass: a conflict or a deadlock with somebody else's transaction, no connection."""

_ROW_TWICE = "21000"
"""One statement was to write one row twice, which two statements may."""

_VERSION = "SELECT version FROM schema_version"

_CHECK = (
    "SELECT CASE WHEN newest.id = ? AND ? = ({version}) THEN newest.id "
    "ELSE CAST('Event ' || newest.id || ' came in between' AS BIGINT) END "
    "FROM ({counters} OFFSET 0) AS newest (id, deleted)"
)
"""Fails unless an event id is the newest, and the schema the one that is known.

What is cast holds a column, so that no plan casts it beforehand; and OFFSET keeps the id from being
read thrice.
"""

_WRONG_GUESS = "22P02"
"""What it fails with."""

_OF_ALL = (LinkLostError, NotConnectedError, UnknownOutcomeError, OutageError)
"""What is no fault of any job, so that trying each by itself would only take longer."""


class EventIds:
    """Which event id comes next, as far as a process knows.

    While nobody else writes, the newest one is what this process gave out last. Then it is not
    asked for, which saves a round trip: the server looks, and refuses the transaction otherwise.

    Args:
        counters: The statement that reads the newest event id.
        admit: Raises unless this process knows a schema of that number.
        schema: The number of the schema that it knows.
    """

    def __init__(self, counters: str, *, schema: int, admit: Callable[[int], None]) -> None:
        self.read: str = f"SELECT newest.*, ({_VERSION}) FROM ({counters}) AS newest"  # noqa: S608 - all text is ours
        self.check: str = _CHECK.format(counters=counters, version=_VERSION)
        self.schema: int = schema
        self.admit: Callable[[int], None] = admit
        self._last: int | None = None
        self._is_alone = False

    @property
    def guess(self) -> int | None:
        """The newest id; None if others may have written."""
        return self._last if self._is_alone else None

    def keep(self, *, before: int, last: int) -> None:
        """Note a transaction: the newest id that it found, and the one that it left."""
        self._is_alone = before == self._last
        self._last = last

    def forget(self) -> None:
        """Note that something went wrong, so that the next transaction asks."""
        self._last = None
        self._is_alone = False


class PostgresSession:
    """A transaction that holds the lock of all writers.

    Args:
        connection: Where it happens; it has no transaction yet.
        lock: The number of the lock.
        ids: Which event id comes next.
        singly: Whether each row is inserted by a statement of its own.
    """

    def __init__(
        self, connection: PostgresConnection, *, lock: int, ids: EventIds, singly: bool
    ) -> None:
        self._execute = connection.execute
        self._executemany = connection.executemany if singly else connection.insert
        self._connection = connection
        self._ids = ids
        self._before = self._last = ids.guess
        self._has_guessed = False
        connection.execute(_BEGIN)
        connection.execute(_LOCK, (lock,))
        # Asked for ahead of need: it then takes no round trip of its own.
        self._counters = connection.execute(ids.read) if self._last is None else None
        connection.push()

    def execute(self, sql: str, arguments: Arguments = (), /) -> Reply:
        """Run one statement."""
        return self._execute(sql, arguments)

    def executemany(self, sql: str, rows: Sequence[Row], /) -> None:
        """Run one statement for each row."""
        self._executemany(sql, rows)

    def take_event_ids(self, count: int) -> int:
        """Give out the next `count` event ids; return the first."""
        if self._counters is not None and self._last is None:
            # Whoever wrote meanwhile may have been a newer Penstock.
            ((last, _, schema),) = self._counters.fetchall()
            self._ids.admit(schema)
            self._before = self._last = last
        elif self._counters is None and not self._has_guessed:
            self.execute(self._ids.check, (self._last, self._ids.schema))
            self._has_guessed = True
        last = self._last or 0
        self._last = last + count
        return last + 1

    def commit(self, *, client: str, number: int, channel: str) -> None:
        """Note the transaction's number, commit, and tell all who listen.

        Args:
            client: The name under which this process numbers its transactions.
            number: The number.
            channel: Where it is told.

        Raises:
            RefusedError: Nothing was kept.
            LinkLostError: It is not known whether it was.
        """
        self.execute(_FINISH, (client, number, channel, client))
        faults.reached("store.before_commit")
        self.execute("COMMIT")
        self._connection.flush()
        if self._before is not None and self._last is not None:
            self._ids.keep(before=self._before, last=self._last)
        faults.reached("store.after_commit")


class Pauses:
    """The pauses between tries: twice as long each time, a second at most.

    Args:
        clock: Tells the time, and sleeps.
        patience: Seconds after which there is no other try.
    """

    def __init__(self, clock: Clock, *, patience: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + patience
        self._pause = 0.0

    def pause(self) -> bool:
        """Sleep before the next try; return False if the time is up."""
        if self._clock.monotonic() + self._pause >= self._end:
            return False
        self._clock.sleep(self._pause)
        self._pause = min(1.0, self._pause * 2 or 0.02)
        return True


def passes(error: Exception) -> bool:
    """Return whether an operation that failed so may succeed if it is tried again."""
    match error:
        case LinkLostError():
            return True
        case NotConnectedError():
            return error.passes
        case RefusedError():
            return error.state in _AGAIN
        case _:
            return False


class Writer:
    """Runs groups of jobs, each group in one transaction.

    Args:
        connect: Makes a connection to the store, checked to be the one that was left.
        client: The name under which this process numbers its transactions.
        lock: The number of the lock of all writers.
        channel: Where commits are told.
        ids: Which event id comes next.
        clock: Tells the time, and sleeps.
        patience: Seconds for which a lost connection is tried to be made again.
        told: Turns a failure of Postgres into what the user is told.
        on_commit: Called after each commit, before its callers go on.
    """

    def __init__(
        self,
        connect: Callable[[], PostgresConnection],
        *,
        client: str,
        lock: int,
        channel: str,
        ids: EventIds,
        clock: Clock,
        patience: float,
        told: Callable[[Exception], Exception],
        on_commit: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._client = client
        self._lock = lock
        self._channel = channel
        self._ids = ids
        self._clock = clock
        self._patience = patience
        self._told = told
        self._on_commit = on_commit
        self._mutex = Lock()  # held while a group is committed
        self._connection: PostgresConnection | None = None
        self._issued = 0
        self.acknowledged: int = 0
        """The number of the newest transaction of this process that is known to be kept."""
        self.acknowledged_at: float = 0.0
        """When that was, by the clock that never goes back."""

    def commit(self, group: Sequence[Write[PostgresSession, object]]) -> None:
        """Run jobs in one transaction; if one of them fails, each in its own."""
        with self._mutex:
            self._commit(group)

    def _commit(self, group: Sequence[Write[PostgresSession, object]]) -> None:
        try:
            self._persist(group)
        except Exception as error:  # noqa: BLE001 - whatever a job raises is its caller's
            if len(group) > 1 and not isinstance(error, _OF_ALL):
                for write in group:
                    self._commit([write])
                return
            told = self._told(error)
            for write in group:
                write.fail(told)

    def close(self) -> None:
        """Close the connection, and forget this process's number."""
        with self._mutex:
            connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.execute("DELETE FROM committers WHERE id = ?", (self._client,))
            connection.flush()
        except (LinkLostError, RefusedError):
            pass  # an old number is harmless, and goes after a while
        connection.close()

    def _persist(self, group: Sequence[Write[PostgresSession, object]]) -> None:
        pauses: Pauses | None = None
        singly = False
        while True:
            try:
                self._run(group, singly=singly)
                return
            except Exception as error:
                has_guessed = self._ids.guess is not None
                self._ids.forget()
                if isinstance(error, RefusedError):
                    if error.state == _ROW_TWICE and not singly:
                        singly = True
                        continue
                    if error.state == _WRONG_GUESS and has_guessed:
                        continue
                pauses = pauses or Pauses(self._clock, patience=self._patience)
                if not (passes(error) and pauses.pause()):
                    raise

    def _run(self, group: Sequence[Write[PostgresSession, object]], *, singly: bool) -> None:
        connection = self._connection
        if connection is None:
            connection = self._connection = self._connect()
        try:
            session = PostgresSession(connection, lock=self._lock, ids=self._ids, singly=singly)
            for write in group:
                write.run(session)
        except BaseException:
            self._undo()
            raise
        self._issued += 1
        self._finish(session, group)

    def _finish(
        self, session: PostgresSession, group: Sequence[Write[PostgresSession, object]]
    ) -> None:
        number = self._issued
        try:
            session.commit(client=self._client, number=number, channel=self._channel)
        except RefusedError:
            self._undo()
            raise
        except BaseException as lost:  # the server, or an interrupt in the middle of the commit
            self._discard()
            if not self._was_kept(number):
                raise
            if not isinstance(lost, LinkLostError):
                self._settle(group, number)
                raise
        self._settle(group, number)

    def _settle(self, group: Sequence[Write[PostgresSession, object]], number: int) -> None:
        self.acknowledged = number
        self.acknowledged_at = self._clock.monotonic()
        for write in group:
            write.settle()
        self._on_commit()

    def _was_kept(self, number: int) -> bool:
        """Find out whether a transaction of this process was committed."""
        pauses = Pauses(self._clock, patience=self._patience)
        while True:
            try:
                return self._read_number() >= number
            except (LinkLostError, NotConnectedError, RefusedError) as error:
                if not (passes(error) and pauses.pause()):
                    raise UnknownOutcomeError(str(error)) from error

    def _read_number(self) -> int:
        connection = self._connection = self._connect()
        try:
            connection.execute(_BEGIN)
            # Whoever still carries the lost commit out holds the lock until that is decided.
            connection.execute(_LOCK, (self._lock,))
            rows = connection.execute(
                "SELECT number FROM committers WHERE id = ?", (self._client,)
            ).fetchall()
            connection.roll_back()
        except BaseException:
            self._discard()
            raise
        return rows[0][0] if rows else 0

    def _undo(self) -> None:
        if self._connection is not None:
            try:
                self._connection.roll_back()
            except LinkLostError:
                self._discard()
            except BaseException:
                self._discard()
                raise

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
