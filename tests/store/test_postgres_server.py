from __future__ import annotations

import pytest

from penstock.errors import StoreFullError
from penstock.store.postgres_connection import LinkLostError, RefusedError
from penstock.store.postgres_server import (
    NotConnectedError,
    UnknownOutcomeError,
    outage,
    server_at,
)

SERVER = server_at(
    "postgresql://me:s3cret@db:5433/facts?sslpassword=hidden",
    schema="penstock",
    busy=30.0,
    durable=True,
)


def test_an_address_is_shown_without_what_is_secret() -> None:
    assert SERVER.shown == "postgresql://me@db:5433/facts"
    assert "s3cret" not in repr(SERVER)
    assert "hidden" not in repr(SERVER)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (
            RefusedError("55P03", "canceling statement due to lock timeout"),
            "another process has kept it busy for 30 seconds. Run the command again, or end that "
            "process (the view pg_stat_activity shows it).",
        ),
        (
            RefusedError("57014", "canceling statement due to statement timeout"),
            "a statement took more than 30 seconds. See what keeps the server busy, then run the "
            "command again.",
        ),
        (
            RefusedError("25006", "cannot execute INSERT in a read-only transaction"),
            "the server may only be read; it is probably a replica. Give the address of the "
            "primary, or of all servers as postgresql://one,two/database.",
        ),
        (
            RefusedError("XX001", "invalid page in block 3"),
            "Postgres says: invalid page in block 3. Check the server's log and run the command "
            "again.",
        ),
        (
            LinkLostError("server closed the connection"),
            "the connection broke and could not be made again: server closed the connection. "
            "Check that the server runs, then run the command again.",
        ),
        (
            UnknownOutcomeError("no route"),
            "the connection broke during a commit and could not be made again, so it is not known "
            "whether the last write was kept: no route. When the server is back, see what the "
            "store has before you repeat it; a run goes on from there by itself.",
        ),
        (
            NotConnectedError("FATAL: sorry, too many clients already"),
            "the server has no connection to spare. Raise its max_connections, or lower the "
            "pool_size of the processes that use it.",
        ),
        (
            NotConnectedError("session is read-only"),
            "no server there may be written to; it is probably a replica. Give the address of the "
            "primary.",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_failure_says_what_to_do(failure: Exception, why: str) -> None:
    expected = f"The store postgresql://me@db:5433/facts cannot be used: {why}"

    assert str(outage(failure, SERVER)) == expected


def test_a_full_disk_is_an_outage_of_its_own() -> None:
    told = outage(RefusedError("53100", "could not extend file"), SERVER)

    assert isinstance(told, StoreFullError)
    assert str(told) == (
        "The disk of the Postgres server of postgresql://me@db:5433/facts is full. Free some space "
        "there and run the command again; nothing that was recorded is lost."
    )


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ("connection refused", True),
        ("FATAL: the database system is starting up", True),
        ("FATAL: sorry, too many clients already", True),
        ("session is read-only", True),
        ('FATAL: password authentication failed for user "me"', False),
        ('FATAL: database "facts" does not exist', False),
    ],
)
def test_what_a_restart_of_the_server_does_passes(message: str, *, passes: bool) -> None:
    assert NotConnectedError(message).passes is passes
