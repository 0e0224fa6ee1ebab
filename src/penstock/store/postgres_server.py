"""Where a Postgres server is, how to connect to it, and what its failures mean for people.

Owns addresses (never showing a password), the settings of a session, and the translation of
failures into outages that say what, which and what to do. It keeps no connection and knows no
table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from penstock.errors import (
    InvalidInvocationError,
    OutageError,
    StoreFullError,
    StoreUnavailableError,
)
from penstock.store.postgres_connection import LinkLostError, PostgresConnection, RefusedError

if TYPE_CHECKING:
    from types import ModuleType

    import psycopg

_CONNECT_SECONDS = 10
_IDLE_SECONDS = 5
"""How long a transaction may be left open before the server ends it, so that one stopped process
does not stop the others."""

_DEFAULTS: Mapping[str, str] = {
    "connect_timeout": str(_CONNECT_SECONDS),
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "target_session_attrs": "read-write",
    "client_encoding": "UTF8",
}
"""What a URL may override."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One store on one server.

    Attributes:
        shown: Its address for people, without the password.
        schema: The schema that holds the tables.
        busy: Seconds that a statement may take, or wait for another process.
        durable: Whether a commit waits for the server's disk.
    """

    parameters: Mapping[str, str] = field(repr=False)
    shown: str
    schema: str
    busy: float
    durable: bool

    def connect(self) -> PostgresConnection:
        """Open a connection with the settings of this store.

        Raises:
            NotConnectedError: The server could not be reached, or refused.
        """
        return PostgresConnection(self.link(), patience=self.busy + 5)

    def link(self) -> psycopg.Connection[Any]:
        """Open the same as the driver knows it.

        Raises:
            NotConnectedError: The server could not be reached, or refused.
        """
        psycopg = driver()
        try:
            link: psycopg.Connection[Any] = psycopg.connect(**self.parameters, autocommit=True)
        except psycopg.Error as error:
            raise NotConnectedError(self._hidden(str(error))) from None
        try:
            link.execute(_settings(self))
        except psycopg.Error as error:
            link.close()
            raise NotConnectedError(self._hidden(str(error))) from None
        return link

    def _hidden(self, message: str) -> str:
        """Return a message of the driver without the password."""
        secret = self.parameters.get("password")
        shown = message.replace(secret, "***") if secret else message
        return " ".join(shown.split())


class UnknownOutcomeError(Exception):
    """The connection broke during a commit, and the server cannot be asked what became of it."""


class NotConnectedError(Exception):
    """No connection could be made; the text is the driver's, without the password."""

    @property
    def passes(self) -> bool:
        """Whether trying again may help by itself, as while a server starts anew."""
        return not _LASTING.search(str(self))


_LASTING = re.compile(
    r"authentication failed|no password supplied|does not exist|pg_hba\.conf|permission denied|"
    r"not permitted to log in|invalid|unsupported|certificate",
    re.IGNORECASE,
)


def driver() -> ModuleType:
    """Return psycopg.

    Raises:
        InvalidInvocationError: It is not installed.
    """
    try:
        import psycopg  # noqa: PLC0415 - the extra `postgres`
    except ImportError as error:
        raise InvalidInvocationError(
            "A store on Postgres needs psycopg, which is not installed. Install it with: "
            "pip install 'penstock[postgres]'"
        ) from error
    return psycopg


def server_at(url: str, *, schema: str, busy: float, durable: bool) -> Server:
    """Read the address of a server: a URL, or the `key=value` form of libpq.

    Raises:
        InvalidInvocationError: The address cannot be read, or psycopg is not installed.
    """
    psycopg = driver()
    try:
        given: dict[str, str] = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise _unreadable() from None  # the driver may repeat a part of the password
    if not re.fullmatch(r"[\d,]*", str(given.get("port", ""))) or "@" in given.get("dbname", ""):
        raise _unreadable()  # so is a password with a '/' read: as port and database
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,47}", schema):
        raise InvalidInvocationError(
            f"{schema!r} cannot be the schema of a store. Use lower-case letters, digits and '_', "
            "at most 48, with a letter first."
        )
    parameters = {**_DEFAULTS, "application_name": "penstock"} | {
        name: str(value) for name, value in given.items()
    }
    return Server(
        parameters=parameters,
        shown=_shown(parameters),
        schema=schema,
        busy=busy,
        durable=durable,
    )


def _unreadable() -> InvalidInvocationError:
    return InvalidInvocationError(
        "The address of the Postgres store cannot be read. Write it as "
        "postgresql://user:password@host:5432/database, with special characters of the "
        "password percent-encoded ('@' as %40, '/' as %2F, ':' as %3A, '#' as %23)."
    )


def outage(error: Exception, server: Server) -> OutageError:
    """Say what a failure of Postgres means for the user, and what to do."""
    match error:
        case NotConnectedError():
            why = _why_not_connected(str(error), server)
        case RefusedError(state="53100"):
            return StoreFullError(
                f"The disk of the Postgres server of {server.shown} is full. Free some space there "
                "and run the command again; nothing that was recorded is lost."
            )
        case RefusedError(state="55P03"):
            why = (
                f"another process has kept it busy for {server.busy:g} seconds. Run the command "
                "again, or end that process (the view pg_stat_activity shows it)"
            )
        case RefusedError(state="57014"):
            why = (
                f"a statement took more than {server.busy:g} seconds. See what keeps the server "
                "busy, then run the command again"
            )
        case RefusedError(state="25006"):
            why = (
                "the server may only be read; it is probably a replica. Give the address of the "
                "primary, or of all servers as postgresql://one,two/database"
            )
        case RefusedError(state="42501"):
            why = (
                f"the user may not do that: {error}. Grant it, or let the owner of the tables work"
            )
        case UnknownOutcomeError():
            why = (
                "the connection broke during a commit and could not be made again, so it is not "
                f"known whether the last write was kept: {error}. When the server is back, see "
                "what the store has before you repeat it; a run goes on from there by itself"
            )
        case LinkLostError():
            why = (
                f"the connection broke and could not be made again: {error}. Check that the server "
                "runs, then run the command again"
            )
        case _:
            why = f"Postgres says: {error}. Check the server's log and run the command again"
    return StoreUnavailableError(f"The store {server.shown} cannot be used: {why}.")


def _why_not_connected(message: str, server: Server) -> str:
    user = server.parameters.get("user", "")
    database = server.parameters.get("dbname", user)
    for pattern, why in (
        (
            "password authentication failed|no password supplied",
            f"the server refuses the password of user {user!r}. Check it in the URL, in "
            "PGPASSWORD or in ~/.pgpass",
        ),
        (
            r"role .* does not exist",
            f"the server has no user {user!r}. Check the URL, or make the user: createuser {user}",
        ),
        (
            r"database .* does not exist",
            f"the server has no database {database!r}. Check the URL, or make it: "
            f"createdb {database}",
        ),
        (
            r"could not translate host name|Name or service not known|failed to resolve|"
            r"nodename nor servname|No address associated|name resolution",
            f"the host {server.parameters.get('host')!r} is not known. Check the host in the URL",
        ),
        (
            "Connection refused|No such file or directory|timeout expired|No route to host",
            "no server answers there. Check that Postgres runs, and the host and port in the URL",
        ),
        (
            "too many clients|remaining connection slots|too many connections",
            "the server has no connection to spare. Raise its max_connections, or lower the "
            "pool_size of the processes that use it",
        ),
        (
            "session is read-only|is in hot standby|in recovery mode",
            "no server there may be written to; it is probably a replica. Give the address of the "
            "primary",
        ),
    ):
        if re.search(pattern, message, re.IGNORECASE):
            return why
    return f"no connection could be made: {message}. Check the URL and the server's log"


def _shown(parameters: Mapping[str, str]) -> str:
    host = parameters.get("host", "")
    port = parameters.get("port", "")
    user = parameters.get("user", "")
    place = f"{host}:{port}" if port else host
    return f"postgresql://{f'{user}@' if user else ''}{place}/{parameters.get('dbname', '')}"


def _settings(server: Server) -> bytes:
    """Write the statement that sets what holds for a session, in one round trip."""
    milliseconds = str(int(server.busy * 1000))
    settings = {
        "search_path": server.schema,
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "idle_in_transaction_session_timeout": str(_IDLE_SECONDS * 1000),
        "jit": "off",  # it pays for analyses, and costs a short statement a hundred times its time
    }
    if not server.durable:
        settings["synchronous_commit"] = "off"
    calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    return f"SELECT {calls}".encode()
