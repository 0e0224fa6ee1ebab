"""The store for teams: a schema of a Postgres database, shared by any number of processes.

Owns how the parts become one database: the writer, the pool of readers, the listener, the
migrations, and the refusal to go on with a server that has lost what it had acknowledged. Every
operation is in `sql_store.py`, every statement in `queries/`.

A commit survives the death of any process of Penstock. Whether it survives that of the server is
the server's business: it does, unless `durable=False` trades the last half second for speed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from penstock.base.clock import Clock, SystemClock
from penstock.base.ids import SystemIds
from penstock.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    StoreUnavailableError,
)
from penstock.model.asset_state import KnownAsset
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey
from penstock.store.database import Arguments, Dialect, Row, Session, load_statements
from penstock.store.group_commit import GroupCommit
from penstock.store.postgres_connection import LinkLostError, PostgresConnection, RefusedError
from penstock.store.postgres_dialect import UNPARTITIONED, as_array
from penstock.store.postgres_migrate import (
    check_version,
    load_postgres_migrations,
    migrate,
    note_server,
)
from penstock.store.postgres_pool import Pool
from penstock.store.postgres_server import (
    NotConnectedError,
    UnknownOutcomeError,
    driver,
    outage,
    server_at,
)
from penstock.store.postgres_watch import Listener
from penstock.store.postgres_writer import EventIds, Pauses, PostgresSession, Writer, passes
from penstock.store.protocol import EventFilter, Watch
from penstock.store.sql_store import SqlStore

T = TypeVar("T")

_BUSY_SECONDS = 30.0
"""How long a statement may take, or wait for another process, before that is an outage."""

_OPENING_SECONDS = 3.0
"""How long opening waits for a server that does not answer: a restart, but not a wrong address."""

_FORGET = "DELETE FROM committers WHERE at < now() - INTERVAL '30 days'"
"""Forgets the numbers of processes that ended without a word."""

_WEEK = 7 * 86_400.0


class PostgresStore(SqlStore):
    """A store in one schema of a Postgres database.

    Args:
        url: Where it is, such as 'postgresql://user:password@host:5432/database', or in the
            `key=value` form of libpq. What is left out comes from the environment and `~/.pgpass`.
        schema: The schema of the tables; it is made if it is not there.
        pool_size: How many connections at most read at once. One more writes, and one listens while
            anybody watches.
        waiters: How many threads may wait to read, and how many to write.
        patience: Seconds for which an operation tries to get a lost connection back.
        durable: Whether a commit waits for the server's disk.
        migrates: Whether opening may make tables and bring them up to date.
        clock: Measures time, and sleeps between tries.

    Raises:
        InvalidInvocationError: The URL cannot be read, or psycopg is not installed.
        StoreUnavailableError: The server cannot be reached, or refuses.
        NewerStoreError: A newer Penstock has written the store.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str = "penstock",
        pool_size: int = 8,
        waiters: int = 200,
        patience: float = 30.0,
        durable: bool = True,
        migrates: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._postgres = PostgresDatabase(
            url,
            schema=schema,
            pool_size=pool_size,
            waiters=waiters,
            patience=patience,
            durable=durable,
            migrates=migrates,
            clock=clock or SystemClock(),
        )
        super().__init__(self._postgres)

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        found = super().events(matching, limit=limit, newest_first=newest_first)
        if found:
            self._postgres.note_seen(found[0 if newest_first else -1].id)
        return found

    def known_assets(self, assets: Iterable[AssetKey]) -> dict[AssetKey, KnownAsset]:
        """Return the newest facts of the given assets, with the events that their heads name."""
        found = super().known_assets(assets)
        for known in found.values():
            for event in (known.materialized, known.observed, known.failed):
                if event is not None:
                    self._postgres.note_seen(event.id)
        return found


class PostgresDatabase:
    """The database of a `PostgresStore`, whose arguments are these."""

    def __init__(
        self,
        url: str,
        *,
        schema: str,
        pool_size: int,
        waiters: int,
        patience: float,
        durable: bool,
        migrates: bool,
        clock: Clock,
    ) -> None:
        self._server = server_at(url, schema=schema, busy=_BUSY_SECONDS, durable=durable)
        self._clock = clock
        self._patience = patience
        self._migrates = migrates
        self._process = os.getpid()
        self._closed = False
        self._gone_back = False
        self._seen = 0
        self._client = SystemIds(clock).new_id()
        self._lock = _lock_number(schema)
        self._migrations = load_postgres_migrations()
        self._dialect = Dialect(
            name="postgres",
            statements=load_statements("postgres"),
            unpartitioned=UNPARTITIONED,
            listing=as_array,
            counts_partitions=True,
        )
        self._named = frozenset(self._dialect.statements.values())
        self._pool = Pool(
            self._connect,
            size=pool_size,
            queue=waiters,
            wait=_BUSY_SECONDS,
            clock=clock,
            shown=self._server.shown,
        )
        channel = f"penstock_{schema}"
        self._listener = Listener(
            self._server.link,
            channel=channel,
            own=self._client,
            failures=(NotConnectedError, driver().Error),
        )
        self._writer = Writer(
            self._connect,
            client=self._client,
            lock=self._lock,
            channel=channel,
            ids=self._event_ids(),
            clock=clock,
            patience=patience,
            told=self._told,
            on_commit=self._listener.tell,
        )
        self._waiters = waiters
        self._commits = GroupCommit(self._writer.commit, admit=self._admit)
        self._open()

    @property
    def dialect(self) -> Dialect:
        """How Postgres says things."""
        return self._dialect

    def write(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction and return its result once that is committed."""
        self._check_usable()
        return self._commits.write(job)

    def read(self, sql: str, arguments: Arguments) -> list[Row]:
        """Run one statement that only reads."""
        self._check_usable()
        pauses: Pauses | None = None
        while True:
            try:
                with self._pool.borrowed() as connection:
                    # A statement of `queries/` is planned once, one put together each time.
                    send = connection.execute if sql in self._named else connection.query
                    return send(sql, arguments).fetchall()
            except (LinkLostError, NotConnectedError, RefusedError) as error:
                self._pool.forget_idle()
                pauses = pauses or Pauses(self._clock, patience=self._patience)
                if not (passes(error) and pauses.pause()):
                    raise self._told(error) from error

    def take_event_ids(self, session: Session, count: int) -> int:
        """Give out the next `count` event ids, inside a write; return the first."""
        assert isinstance(session, PostgresSession)
        return session.take_event_ids(count)

    def _event_ids(self) -> EventIds:
        counters, known = self._dialect.statements["event_counters"], self._migrations[-1].number
        shown = self._server.shown
        admit = partial(check_version, known=known, shown=shown)
        return EventIds(counters, schema=known, admit=admit)

    def note_seen(self, event: int) -> None:
        """Note that somebody was shown an event; from now on the store must have it."""
        self._seen = max(self._seen, event)

    def watch(self) -> Watch:
        """Begin to watch for commits of any process."""
        self._check_usable()
        try:
            return self._listener.watch()
        except NotConnectedError as error:
            raise self._told(error) from error

    def damages(self) -> list[str]:
        """Look for damage below the level of rows; a sentence for each."""
        rows = self.read(
            "SELECT indexrelid::regclass::TEXT FROM pg_index JOIN pg_class ON oid = indexrelid "
            "WHERE NOT indisvalid AND relnamespace = CAST(CAST(? AS TEXT) AS REGNAMESPACE)",
            (self._server.schema,),
        )
        found = [f"The index {name} is not valid. Run REINDEX INDEX {name}." for (name,) in rows]
        ((failures,),) = self.read(
            "SELECT COALESCE(checksum_failures, 0) FROM pg_stat_database "
            "WHERE datname = current_database()",
            (),
        )
        if failures:
            found.append(
                f"The server has met {failures} damaged pages in this database. Restore a backup."
            )
        return found

    def bytes_used(self) -> int:
        """Return how many bytes the tables and their indexes take on the disk."""
        ((size,),) = self.read(
            "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0)::BIGINT FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = CAST(CAST(? AS TEXT) AS REGNAMESPACE)",
            (self._server.schema,),
        )
        return size

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Say how a copy is made; Postgres has better means than we do."""
        del progress
        raise InvalidInvocationError(
            f"A store on Postgres is backed up with pg_dump: pg_dump --format=custom "
            f"--schema={self._server.schema} --file={to} '{self._server.shown}'"
        )

    def close(self) -> None:
        """Release every connection."""
        if self._closed:
            return
        self._check_process()
        self._closed = True
        self._listener.close()
        self._writer.close()
        self._pool.close()

    # -- opening, and coming back to a server

    def _open(self) -> None:
        pauses = Pauses(self._clock, patience=min(self._patience, _OPENING_SECONDS))
        while True:
            try:
                self._prepare()
                return
            except (LinkLostError, NotConnectedError, RefusedError) as error:
                if not (passes(error) and pauses.pause()):
                    raise self._told(error) from error

    def _prepare(self) -> None:
        """Bring the store up to date."""
        server = self._server
        connection = server.connect()
        try:
            migrate(
                connection,
                schema=server.schema,
                shown=server.shown,
                lock=self._lock,
                migrations=self._migrations,
                allowed=self._migrates,
            )
            self._arrive(connection)
            connection.execute(_FORGET)
            connection.flush()
        finally:
            connection.close()

    def _connect(self) -> PostgresConnection:
        """Connect to the store that was opened; refuse one that lacks what it had acknowledged."""
        if self._gone_back:
            raise self._backwards()
        acknowledged, seen = self._writer.acknowledged, self._seen
        connection = self._server.connect()
        try:
            self._arrive(connection)
            self._check_history(connection, acknowledged=acknowledged, seen=seen)
        except BaseException:
            connection.close()
            raise
        return connection

    def _arrive(self, connection: PostgresConnection) -> None:
        note_server(
            connection,
            self._dialect.statements,
            new_id=SystemIds(self._clock).new_id(),
            lock=self._lock,
        )

    def _check_history(
        self, connection: PostgresConnection, *, acknowledged: int, seen: int
    ) -> None:
        if self._lacks_commit(connection, acknowledged) or self._lacks_event(connection, seen):
            self._gone_back = True
            raise self._backwards()

    def _lacks_commit(self, connection: PostgresConnection, acknowledged: int) -> bool:
        """Tell whether the server lacks a transaction that it had acknowledged."""
        # The number of a process that has been silent for long may have been forgotten.
        if not acknowledged or self._clock.monotonic() - self._writer.acknowledged_at > _WEEK:
            return False
        statement = "SELECT number FROM committers WHERE id = ?"
        rows = connection.execute(statement, (self._client,)).fetchall()
        return not rows or rows[0][0] < acknowledged

    def _lacks_event(self, connection: PostgresConnection, seen: int) -> bool:
        """Tell whether the server lacks an event that it had shown."""
        if not seen:
            return False
        ((newest, _),) = connection.execute(self._dialect.statements["event_counters"]).fetchall()
        return newest < seen

    def _backwards(self) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"The store {self._server.shown} has gone back in time: it lacks what it had "
            "acknowledged or shown to this process. A replica or a backup that lacks the newest "
            "commits has taken the server's place. This process uses it no more; end it and start "
            "it again. It then goes on from what the store has, and work that is not recorded "
            "there is done again."
        )

    def _admit(self, waiting: int) -> None:
        if waiting >= self._waiters:
            raise StoreUnavailableError(
                f"{waiting} threads of this process wait to write to the store "
                f"{self._server.shown} already. See why its server is slow or away; if it is not, "
                "raise waiters, or write from fewer threads at once."
            )

    def _told(self, error: Exception) -> Exception:
        failures = (LinkLostError, NotConnectedError, RefusedError, UnknownOutcomeError)
        return outage(error, self._server) if isinstance(error, failures) else error

    def _check_usable(self) -> None:
        self._check_process()
        if self._closed:
            raise InvariantViolationError(
                f"The store {self._server.shown} is closed. Open it again to go on."
            )
        if self._gone_back:
            raise self._backwards()

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise InvariantViolationError(
                f"The store {self._server.shown} was opened by process {self._process}, and "
                f"connections cannot be shared with its fork {os.getpid()}. Open the store again "
                "there."
            )


def _lock_number(schema: str) -> int:
    """Return the number of the advisory lock of a store's writers, which is of 64 bits."""
    digest = hashlib.sha256(f"penstock {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
