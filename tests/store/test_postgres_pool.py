from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store.postgres_connection import LinkLostError, PostgresConnection
from penstock.store.postgres_pool import Pool
from penstock.store.postgres_server import server_at
from penstock.testing.postgres import PostgresServer
from penstock.testing.time import ManualClock


class Connecting:
    """Makes connections, and counts them."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server_at(server.url, schema="none", busy=30.0, durable=True)
        self.made: list[PostgresConnection] = []

    def __call__(self) -> PostgresConnection:
        self.made.append(self._server.connect())
        return self.made[-1]


@pytest.fixture
def connecting(postgres_server: PostgresServer) -> Connecting:
    return Connecting(postgres_server)


def a_pool(
    connecting: Connecting,
    *,
    size: int = 1,
    queue: int = 10,
    wait: float = 30.0,
    clock: ManualClock | None = None,
) -> Pool:
    return Pool(
        connecting, size=size, queue=queue, wait=wait, clock=clock or ManualClock(), shown="it"
    )


def is_open(connection: PostgresConnection) -> bool:
    try:
        connection.execute("SELECT 1").fetchall()
    except LinkLostError:
        return False
    return True


def test_one_connection_serves_one_after_the_other(connecting: Connecting) -> None:
    pool = a_pool(connecting, size=3)
    for _ in range(5):
        with pool.borrowed() as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
    pool.close()

    assert len(connecting.made) == 1
    assert not is_open(connecting.made[0])


def test_a_thread_waits_until_a_connection_is_free(connecting: Connecting) -> None:
    pool = a_pool(connecting, size=1)
    held, release = Event(), Event()

    def hold() -> None:
        with pool.borrowed():
            held.set()
            assert release.wait(30)

    def read() -> list[tuple[int]]:
        with pool.borrowed() as connection:
            return connection.execute("SELECT 1").fetchall()

    with ThreadPoolExecutor(2) as threads:
        holding = threads.submit(hold)
        assert held.wait(30)
        reading = threads.submit(read)
        release.set()
        rows = reading.result()
        holding.result()
    pool.close()

    assert rows == [(1,)]
    assert len(connecting.made) == 1


def test_a_thread_that_waited_in_vain_is_told(connecting: Connecting) -> None:
    pool = a_pool(connecting, size=1, wait=0.01)

    with pool.borrowed(), pytest.raises(StoreUnavailableError) as caught, pool.borrowed():
        pass
    pool.close()

    assert str(caught.value) == (
        "All 1 connections of this process to the store it are in use (by MainThread), and none "
        "became free in 0.01 seconds. Raise pool_size, or read with fewer threads at once."
    )


def test_a_connection_on_which_something_failed_is_not_lent_again(connecting: Connecting) -> None:
    pool = a_pool(connecting)
    with pytest.raises(KeyError), pool.borrowed():
        raise KeyError("x")
    with pool.borrowed() as connection:
        rows = connection.execute("SELECT 1").fetchall()
    pool.close()

    assert rows == [(1,)]
    assert len(connecting.made) == 2
    assert not is_open(connecting.made[0])


def test_connections_that_rest_for_long_are_closed(connecting: Connecting) -> None:
    clock = ManualClock()
    pool = a_pool(connecting, size=2, clock=clock)
    with pool.borrowed(), pool.borrowed():
        pass
    clock.advance(61.0)
    with pool.borrowed():
        pass
    open_ones = [is_open(connection) for connection in connecting.made]
    pool.close()

    assert sorted(open_ones) == [False, True]


def test_a_connection_given_back_to_a_closed_pool_is_closed(connecting: Connecting) -> None:
    pool = a_pool(connecting)
    with pool.borrowed():
        pool.close()

    assert not is_open(connecting.made[0])


def test_a_failure_to_connect_leaves_the_place_free(postgres_server: PostgresServer) -> None:
    connecting = Connecting(postgres_server)
    outcomes = iter([OSError("down"), None])

    def connect() -> PostgresConnection:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return connecting()

    pool = Pool(connect, size=1, queue=0, wait=0.0, clock=ManualClock(), shown="it")
    with pytest.raises(OSError, match="down"), pool.borrowed():
        pass
    with pool.borrowed() as connection:
        rows = connection.execute("SELECT 1").fetchall()
    pool.close()

    assert rows == [(1,)]
