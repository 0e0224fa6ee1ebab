"""A bounded pool of connections for reading.

Owns how many connections a process has, who waits for one and for how long. The invariant: there
are never more than `size`, and never more than `queue` threads that wait. A process that would need
more is told so, with who holds them, instead of waiting silently.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from penstock.base.clock import Clock
from penstock.errors import StoreUnavailableError
from penstock.store.postgres_connection import PostgresConnection

_REST_SECONDS = 60.0
"""How long a connection may be idle before it is closed."""


class Pool:
    """Connections that threads borrow one at a time.

    Args:
        connect: Makes a connection; called without a lock held.
        size: How many connections at most.
        queue: How many threads may wait for one.
        wait: Seconds that a thread waits for one.
        clock: Tells how long a connection was idle.
        shown: The store's address, for messages.
    """

    def __init__(
        self,
        connect: Callable[[], PostgresConnection],
        *,
        size: int,
        queue: int,
        wait: float,
        clock: Clock,
        shown: str,
    ) -> None:
        self._connect = connect
        self._size = size
        self._queue = queue
        self._wait = wait
        self._clock = clock
        self._shown = shown
        self._changed = threading.Condition(threading.Lock())
        self._idle: list[tuple[PostgresConnection, float]] = []  # with the time it was given back
        self._held: dict[PostgresConnection | object, str] = {}  # with the name of the thread
        self._waiting = 0
        self._closed = False

    @contextmanager
    def borrowed(self) -> Generator[PostgresConnection]:
        """Lend a connection; one on which anything failed is closed and not lent again.

        Raises:
            StoreUnavailableError: None became free in time.
        """
        connection = self._take()
        try:
            yield connection
        except BaseException:
            self._drop(connection)
            raise
        self._give(connection)

    def forget_idle(self) -> None:
        """Close every connection that nobody uses, as after the server was started anew."""
        with self._changed:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def close(self) -> None:
        """Close the pool; connections that are lent are closed when they are given back."""
        with self._changed:
            self._closed = True
        self.forget_idle()

    def _take(self) -> PostgresConnection:
        place = object()
        with self._changed:
            while not self._idle and len(self._held) >= self._size:
                self._wait_for_one()
            if self._idle:
                connection, _ = self._idle.pop()  # the one used last: the others may grow old
                self._held[connection] = threading.current_thread().name
                return connection
            self._held[place] = threading.current_thread().name
        try:
            connection = self._connect()
        except BaseException:
            self._leave(place)
            raise
        with self._changed:
            self._held[connection] = self._held.pop(place)
        return connection

    def _wait_for_one(self) -> None:
        if self._waiting >= self._queue:
            raise self._exhausted(f"and {self._waiting} more wait for one")
        self._waiting += 1
        try:
            free = self._changed.wait(self._wait)
        finally:
            self._waiting -= 1
        if not free and not self._idle and len(self._held) >= self._size:
            raise self._exhausted(f"and none became free in {self._wait:g} seconds")

    def _exhausted(self, more: str) -> StoreUnavailableError:
        holders = ", ".join(sorted(set(self._held.values())))
        return StoreUnavailableError(
            f"All {self._size} connections of this process to the store {self._shown} are in use "
            f"(by {holders}), {more}. Raise pool_size, or read with fewer threads at once."
        )

    def _give(self, connection: PostgresConnection) -> None:
        now = self._clock.monotonic()
        with self._changed:
            del self._held[connection]
            surplus: list[PostgresConnection] = []
            while self._idle and now - self._idle[0][1] > _REST_SECONDS:
                surplus.append(self._idle.pop(0)[0])
            if self._closed:
                surplus.append(connection)
            else:
                self._idle.append((connection, now))
            self._changed.notify()
        for old in surplus:
            old.close()

    def _drop(self, connection: PostgresConnection) -> None:
        connection.close()
        self._leave(connection)

    def _leave(self, place: object) -> None:
        with self._changed:
            del self._held[place]
            self._changed.notify()
