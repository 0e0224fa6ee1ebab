"""One connection to a Postgres server, on which many statements share a round trip.

Owns the wire: prepared statements, the pipeline, how values travel and what the server's refusals
are called. It begins no transaction and knows no table.

A statement is sent at once and its answer is asked for when somebody looks at it. Until then
further statements follow it, so that a transaction of ten statements takes as many round trips as
it looks at answers, plus one for the commit. This is written on libpq itself (`psycopg.pq`),
because it is five times as quick as the same with cursors, and a write is mostly this.
"""

from __future__ import annotations

import select
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from penstock.errors import BugError
from penstock.store.database import Arguments, Row
from penstock.store.postgres_dialect import BINARY, encoded_all, ordered, translate, widened

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg
    from psycopg.abc import Transformer
    from psycopg.pq.abc import PGconn, PGresult

# Numbers of libpq's `ExecStatusType` and `ConnStatusType`, which are part of its interface.
_COMMAND_OK, _TUPLES_OK, _PIPELINE_SYNC, _PIPELINE_ABORTED = 1, 2, 10, 11
_BAD = 1

_PREPARED = 300
"""How many prepared statements one connection keeps."""

_TOGETHER = (500, 20)
"""How many rows one statement inserts; few sizes, as each is a statement to prepare."""

_LOST_STATES = frozenset({"57P01", "57P02", "57P03", "25P03", "25P04", "08000", "08003", "08006"})
"""The server ends the connection: it shuts down, has crashed, starts up, or was kept waiting."""


class LinkLostError(Exception):
    """The connection broke; what was under way may or may not have happened."""


class RefusedError(Exception):
    """The server refused a statement; the transaction must be rolled back.

    Attributes:
        state: The SQLSTATE, such as '53100'.
    """

    def __init__(self, state: str, message: str) -> None:
        super().__init__(message)
        self.state = state


class Reply:
    """What a statement gives, once somebody looks."""

    __slots__ = ("_connection", "_next", "_rows", "result")

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._rows: list[Row] | None = None
        self._next = 0
        self.result: PGresult | None = None

    @property
    def rowcount(self) -> int:
        """How many rows were written, or read."""
        return self._settled().command_tuples or 0

    def fetchall(self) -> list[Row]:
        """Return the rows that were not fetched yet."""
        rows = self._all()[self._next :]
        self._next += len(rows)
        return rows

    def fetchone(self) -> Row | None:
        """Return the next row; None if there is no more."""
        rows = self._all()
        if self._next >= len(rows):
            return None
        self._next += 1
        return rows[self._next - 1]

    def _all(self) -> list[Row]:
        if self._rows is None:
            self._rows = self._connection.rows_of(self._settled())
        return self._rows

    def _settled(self) -> PGresult:
        if self.result is None:
            self._connection.flush()
        if self.result is None:
            raise BugError("An answer was asked for whose statement had failed. Please report it.")
        return self.result


class PostgresConnection:
    """A connection in pipeline mode; used by one thread at a time.

    Args:
        link: An open connection in autocommit mode, which nobody else uses.
        patience: Seconds that the server may take to answer; its own limits should be shorter.
    """

    def __init__(self, link: psycopg.Connection[Any], *, patience: float) -> None:
        import psycopg  # noqa: PLC0415 - the extra `postgres`
        from psycopg.adapt import Transformer  # noqa: PLC0415 - as above

        self._link = link
        self._failure = psycopg.Error
        self._wire: PGconn = link.pgconn
        self._patience = int(patience * 1000)
        self._read = select.poll()
        self._read.register(self._wire.socket, select.POLLIN)
        self._both = select.poll()
        self._both.register(self._wire.socket, select.POLLIN | select.POLLOUT)
        self._transformer: Transformer = Transformer.from_context(link)
        self._prepared: OrderedDict[bytes, bytes] = OrderedDict()
        self._fresh: list[bytes] = []  # prepared since the last flush
        self._named = 0
        self._pending: list[Reply | None] = []
        self._wire.nonblocking = 1
        self._wire.enter_pipeline_mode()

    def execute(self, sql: str, arguments: Arguments = ()) -> Reply:
        """Send a statement; its reply is awaited when it is looked at."""
        statement = translate(sql)
        reply = Reply(self)
        self._send(statement.text, ordered(statement, arguments), reply)
        return reply

    def query(self, sql: str, arguments: Arguments = ()) -> Reply:
        """Send a statement that is planned for these very arguments, and is not kept.

        For one of many shapes, where which index serves best depends on what is asked for.
        """
        statement = translate(sql)
        wire, formats = encoded_all(ordered(statement, arguments))
        reply = Reply(self)
        try:
            self._wire.send_query_params(
                statement.text,
                wire,
                None,
                formats,
                BINARY,
            )
        except self._failure as error:
            raise LinkLostError(_one_line(str(error))) from error
        self._pending.append(reply)
        return reply

    def executemany(self, sql: str, rows: Sequence[Row]) -> None:
        """Send a statement once for each row of arguments."""
        text = translate(sql).text
        for row in rows:
            self._send(text, row, None)

    def insert(self, sql: str, rows: Sequence[Row]) -> None:
        """Do the same, with many rows in one statement if it is one that inserts a row.

        Raises:
            RefusedError: When it is awaited: two rows are for one key, and the statement says what
                to do then.
        """
        start = 0
        for size in _TOGETHER:
            wide = widened(sql, size) if len(rows) - start >= size else None
            if wide is not None:
                text = translate(wide).text
                while len(rows) - start >= size:
                    values = [value for row in rows[start : start + size] for value in row]
                    self._send(text, values, None)
                    start += size
        self.executemany(sql, rows[start:])

    def script(self, text: str) -> None:
        """Run a text of several statements, which take no arguments."""
        self.flush()
        wire = self._wire
        try:
            wire.exit_pipeline_mode()
            wire.nonblocking = 0
            result = wire.exec_(text.encode())
            wire.nonblocking = 1
            wire.enter_pipeline_mode()
        except self._failure as error:
            raise LinkLostError(str(error)) from error
        if result.status not in (_COMMAND_OK, _TUPLES_OK):
            raise self._failed(result)

    def push(self) -> None:
        """Let the server begin with what was sent so far, without waiting for it.

        Raises:
            LinkLostError: The connection broke.
        """
        try:
            self._wire.flush()
        except self._failure as error:
            raise LinkLostError(_one_line(str(error))) from error

    def flush(self) -> None:
        """Wait until every statement sent so far has been carried out.

        Raises:
            RefusedError: One of them failed, and those after it were left out.
            LinkLostError: The connection broke.
        """
        pending, self._pending = self._pending, []
        if not pending:
            return
        try:
            self._wire.pipeline_sync()
            while self._wire.flush():
                self._await(self._both)
                self._wire.consume_input()
            failed = self._receive(pending)
        except self._failure as error:
            raise LinkLostError(_one_line(str(error))) from error
        fresh, self._fresh = self._fresh, []
        if failed is not None:
            for text in fresh:
                self._prepared.pop(text, None)
            raise self._failed(failed)

    def rows_of(self, result: PGresult) -> list[Row]:
        """Read the rows of an answer."""
        self._transformer.set_pgresult(result, format=BINARY)  # pyright: ignore[reportArgumentType] - pq.Format is an int
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def roll_back(self) -> None:
        """Undo the transaction under way.

        Raises:
            LinkLostError: The connection broke, so that the server undoes it.
        """
        try:
            self.flush()
        except RefusedError:
            pass  # whatever it was, it is undone now
        self.execute("ROLLBACK").rowcount  # noqa: B018 - looking at it is waiting for it

    def close(self) -> None:
        """Close the connection; may be called again."""
        self._link.close()

    # -- the wire

    def _send(self, text: bytes, values: Sequence[object], reply: Reply | None) -> None:
        try:
            name = self._prepared.get(text) or self._prepare(text)
            self._wire.send_query_prepared(name, *encoded_all(values), BINARY)
        except self._failure as error:
            raise LinkLostError(_one_line(str(error))) from error
        self._pending.append(reply)

    def _prepare(self, text: bytes) -> bytes:
        if len(self._prepared) >= _PREPARED:
            _, oldest = self._prepared.popitem(last=False)
            self._wire.send_query_params(b"DEALLOCATE " + oldest, None)
            self._pending.append(None)
        self._named += 1  # a name is not used again: after a failure nobody knows which are taken
        name = self._prepared[text] = b"s%d" % self._named
        self._fresh.append(text)
        self._wire.send_prepare(name, text)
        self._pending.append(None)
        return name

    def _receive(self, pending: Sequence[Reply | None]) -> PGresult | None:
        """Hand the answers out; return the first failure."""
        failed: PGresult | None = None
        answered = 0
        while True:
            result = self._next_result()
            match result.status:
                case 1 | 2:  # _COMMAND_OK, _TUPLES_OK
                    if (reply := pending[answered]) is not None:
                        reply.result = result
                case 10:  # _PIPELINE_SYNC
                    return failed
                case 11:  # _PIPELINE_ABORTED
                    pass
                case _:
                    failed = failed or result
            answered += 1

    def _next_result(self) -> PGresult:
        wire = self._wire
        while True:
            while wire.is_busy():
                self._await(self._read)
                wire.consume_input()
            result = wire.get_result()
            if result is not None:
                return result
            if wire.status == _BAD:
                raise LinkLostError(_one_line(wire.get_error_message()))

    def _await(self, poll: select.poll) -> None:
        if not poll.poll(self._patience):
            raise LinkLostError(f"the server did not answer for {self._patience // 1000} seconds")

    def _failed(self, result: PGresult) -> RefusedError | LinkLostError:
        field = result.error_field
        state = (field(ord("C")) or b"").decode()  # pyright: ignore[reportArgumentType] - pq.DiagnosticField is an int
        message = (field(ord("M")) or b"").decode(errors="replace")  # pyright: ignore[reportArgumentType] - as above
        if not state:
            message = _one_line(result.get_error_message())
        if state in _LOST_STATES or not state or self._wire.status == _BAD:
            return LinkLostError(message)
        return RefusedError(state, message)


def _one_line(message: str) -> str:
    return " ".join(message.split())
