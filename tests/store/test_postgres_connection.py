from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from penstock.errors import BugError
from penstock.store import postgres_connection
from penstock.store.postgres_connection import LinkLostError, PostgresConnection, RefusedError
from penstock.store.postgres_server import server_at
from penstock.testing.postgres import PostgresServer


@pytest.fixture
def connection(postgres_server: PostgresServer) -> Iterator[PostgresConnection]:
    server = server_at(postgres_server.url, schema="nothing", busy=30.0, durable=True)
    made = server.connect()
    yield made
    made.close()


def test_rows_are_values(connection: PostgresConnection) -> None:
    reply = connection.execute(
        "SELECT CAST(? AS BIGINT), CAST(? AS REAL), CAST(? AS TEXT), CAST(? AS BLOB), NULL, 1 = 1",
        (2**40, 0.1, "é", b"\x00\xff"),
    )

    assert reply.fetchall() == [(2**40, 0.1, "é", b"\x00\xff", None, True)]


def test_rows_are_fetched_once(connection: PostgresConnection) -> None:
    reply = connection.execute("SELECT n FROM generate_series(1, 4) AS n")

    assert reply.rowcount == 4
    assert reply.fetchone() == (1,)
    assert reply.fetchone() == (2,)
    assert reply.fetchall() == [(3,), (4,)]
    assert reply.fetchone() is None
    assert reply.fetchall() == []


def test_what_was_sent_before_a_failure_has_happened_and_what_follows_has_not(
    connection: PostgresConnection,
) -> None:
    connection.execute("CREATE TEMPORARY TABLE t (n BIGINT PRIMARY KEY)").rowcount  # noqa: B018
    connection.execute("BEGIN")
    connection.execute("INSERT INTO t VALUES (?)", (1,))
    connection.execute("SAVEPOINT s").rowcount  # noqa: B018
    connection.execute("INSERT INTO t VALUES (?)", (2,))
    connection.execute("INSERT INTO t VALUES (?)", (2,))
    later = connection.execute("INSERT INTO t VALUES (?)", (3,))

    with pytest.raises(RefusedError, match="duplicate key") as caught:
        connection.flush()
    with pytest.raises(BugError):
        later.fetchall()
    connection.execute("ROLLBACK TO s")
    connection.execute("INSERT INTO t VALUES (?)", (4,))
    connection.execute("COMMIT")
    rows = connection.execute("SELECT n FROM t ORDER BY n").fetchall()

    assert caught.value.state == "23505"
    assert rows == [(1,), (4,)]


def test_a_statement_that_failed_when_it_was_prepared_can_be_sent_again(
    connection: PostgresConnection,
) -> None:
    for _ in range(2):
        with pytest.raises(RefusedError, match="does not exist"):
            connection.execute("SELECT * FROM later_on").fetchall()
    connection.script("CREATE TEMPORARY TABLE later_on (n BIGINT)")

    assert connection.execute("SELECT * FROM later_on").fetchall() == []


def test_old_statements_make_room_for_new_ones(
    connection: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_PREPARED", 5)

    rows = [connection.execute(f"SELECT {n}").fetchall() for _ in range(2) for n in range(8)]
    left = connection.execute("SELECT COUNT(*) FROM pg_prepared_statements").fetchall()

    assert rows == [[(n,)] for _ in range(2) for n in range(8)]
    assert left == [(5,)]


def test_many_rows_are_inserted_in_their_order(connection: PostgresConnection) -> None:
    connection.script("CREATE TEMPORARY TABLE t (id BIGINT GENERATED ALWAYS AS IDENTITY, n BIGINT)")

    connection.insert("INSERT INTO t (n) VALUES (?)", [(n,) for n in range(1234)])
    rows = connection.execute("SELECT n FROM t ORDER BY id").fetchall()

    assert rows == [(n,) for n in range(1234)]


def test_much_in_both_directions_does_not_stop_either(connection: PostgresConnection) -> None:
    text = "x" * 100_000
    replies = [connection.execute("SELECT CAST(? AS TEXT)", (text,)) for _ in range(200)]

    assert [reply.fetchall() for reply in replies] == [[(text,)]] * 200


def test_a_connection_that_the_server_ended_is_lost(
    connection: PostgresConnection, postgres_server: PostgresServer
) -> None:
    ((pid,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
    with psycopg.connect(postgres_server.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 30000)", (pid,))

    with pytest.raises(LinkLostError):
        connection.execute("SELECT 1").fetchall()
    with pytest.raises(LinkLostError):
        connection.execute("SELECT 1").fetchall()
    connection.close()
    connection.close()
