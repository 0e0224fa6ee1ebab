"""The one writer of a process: who was interrupted when, and what was kept then."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store.connections import Writer


class Interrupted(sqlite3.Connection):
    """A connection in whose statements an interrupt arrives, at their end, when it is told so."""

    during: str | None = None

    def execute(self, sql: str, parameters=(), /) -> sqlite3.Cursor:
        done = super().execute(sql, parameters)
        if sql == self.during:
            self.during = None
            raise KeyboardInterrupt
        return done


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Interrupted]:
    made = sqlite3.connect(
        tmp_path / "store.db", isolation_level=None, check_same_thread=False, factory=Interrupted
    )
    made.execute("CREATE TABLE kept (n INTEGER)")
    yield made
    made.close()


def writer(connection: sqlite3.Connection) -> Writer:
    return Writer(
        connection, path=Path("store.db"), on_rollback=lambda: None, on_commit=lambda: None
    )


def keeping(number: int):
    def job(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO kept VALUES (?)", (number,))
        return number

    return job


def kept(connection: sqlite3.Connection) -> list[int]:
    return sorted(n for (n,) in connection.execute("SELECT n FROM kept").fetchall())


def in_one_group(writer: Writer, jobs: list) -> list[Future[object]]:
    """Have jobs wait for a writer that is busy, so that they are committed together."""
    begun, go = Event(), Event()

    def busy(connection: sqlite3.Connection) -> None:
        begun.set()
        assert go.wait(30)

    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        pool.submit(writer.write, busy)
        assert begun.wait(30)
        futures: list[Future[object]] = []
        for number, job in enumerate(jobs, 1):
            futures.append(pool.submit(writer.write, job))
            while len(writer._commits._queue) < number:
                pass
        go.set()
    return futures


def test_an_interrupt_in_a_commit_that_was_done_does_not_repeat_the_others(
    connection: Interrupted,
) -> None:
    writes = writer(connection)

    def interrupt_the_group(connection: Interrupted) -> int:
        connection.during = "COMMIT"
        return 1

    leader, other = in_one_group(writes, [interrupt_the_group, keeping(2)])

    assert isinstance(leader.exception(), KeyboardInterrupt)
    assert other.result() == 2
    assert kept(connection) == [2]


def test_an_interrupt_before_the_commit_leaves_the_others_to_the_next(
    connection: Interrupted,
) -> None:
    writes = writer(connection)

    def interrupted(connection: sqlite3.Connection) -> int:
        keeping(1)(connection)
        raise KeyboardInterrupt

    leader, other = in_one_group(writes, [interrupted, keeping(2)])

    assert isinstance(leader.exception(), KeyboardInterrupt)
    assert other.result() == 2
    assert kept(connection) == [2]


def test_a_job_that_fails_takes_nothing_of_the_others_with_it(connection: Interrupted) -> None:
    writes = writer(connection)

    def wrong(connection: sqlite3.Connection) -> None:
        keeping(1)(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    failed, other = in_one_group(writes, [wrong, keeping(2)])

    assert isinstance(failed.exception(), StoreUnavailableError)
    assert other.result() == 2
    assert kept(connection) == [2]
