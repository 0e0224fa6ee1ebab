"""Being woken by commits: one connection that listens, for everybody in the process who waits.

Owns the listening thread. It ends with the last watch. A connection that breaks is made again, and
then everybody is woken once, because something may have been missed.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import psycopg

_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)


class _Running(NamedTuple):
    """A thread that listens, and the pipe that ends it."""

    thread: threading.Thread
    stop: tuple[int, int]


class Listener:
    """Listens to a channel for as long as anybody watches.

    Args:
        connect: Makes a connection that nobody else uses.
        channel: Where commits are told, with the name of the process.
        own: The name of this process, whose commits are told without the server.
        failures: What `connect` and the connection raise.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        *,
        channel: str,
        own: str,
        failures: tuple[type[Exception], ...],
    ) -> None:
        self._connect = connect
        self._channel = channel
        self._own = own.encode()
        self._failures = failures
        self._changed = threading.Condition()
        self._news = 0
        self._watches = 0
        self._running: _Running | None = None

    def watch(self) -> PostgresWatch:
        """Begin to watch; what is committed from now on wakes."""
        with self._changed:
            if self._running is None:
                link = self._listen()
                stop = os.pipe()
                thread = threading.Thread(
                    target=self._run, args=(link, stop[0]), name="penstock-listen", daemon=True
                )
                self._running = _Running(thread, stop)
                thread.start()
            self._watches += 1
            return PostgresWatch(self, self._news)

    def tell(self) -> None:
        """Wake everybody who watches."""
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def wait(self, seen: int, timeout: float) -> int:
        """Wait for more news than `seen`; return how much there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._news != seen, timeout)
            return self._news

    def leave(self) -> None:
        """Note that somebody stopped watching."""
        with self._changed:
            self._watches -= 1
            going = self._take_out() if self._watches == 0 else None
        _end(going)

    def close(self) -> None:
        """Stop listening; nobody is woken any more."""
        with self._changed:
            going = self._take_out()
        _end(going)

    def _take_out(self) -> _Running | None:
        running, self._running = self._running, None
        return running

    def _listen(self) -> psycopg.Connection[Any]:
        link = self._connect()
        try:
            link.execute(f'LISTEN "{self._channel}"'.encode())
        except BaseException:
            link.close()
            raise
        return link

    def _run(self, link: psycopg.Connection[Any], stop: int) -> None:
        connected: psycopg.Connection[Any] | None = link
        while connected is not None:
            try:
                self._follow(connected, stop)
                connected.close()
                return
            except self._failures:
                connected.close()
            connected = self._again(stop)
            self.tell()

    def _follow(self, link: psycopg.Connection[Any], stop: int) -> None:
        """Pass news on until somebody says stop."""
        wire = link.pgconn
        while True:
            ready, _, _ = select.select([wire.socket, stop], [], [])
            if stop in ready:
                return
            wire.consume_input()
            news = False
            while (told := wire.notifies()) is not None:
                news = news or told.extra != self._own
            if news:
                self.tell()

    def _again(self, stop: int) -> psycopg.Connection[Any] | None:
        pauses = iter(_PAUSES)
        while not select.select([stop], [], [], next(pauses, _PAUSES[-1]))[0]:
            try:
                return self._listen()
            except self._failures:
                continue
        return None


def _end(running: _Running | None) -> None:
    if running is not None:
        os.write(running.stop[1], b"x")
        running.thread.join()
        for end in running.stop:
            os.close(end)


class PostgresWatch:
    """Somebody who waits for news."""

    def __init__(self, listener: Listener, seen: int) -> None:
        self._listener = listener
        self._seen = seen
        self._open = True

    def wait(self, timeout: float) -> bool:
        """Wait until anything is committed, by whichever process, or `timeout` seconds passed."""
        before, self._seen = self._seen, self._listener.wait(self._seen, timeout)
        return before != self._seen

    def close(self) -> None:
        """Stop watching; may be called again."""
        if self._open:
            self._open = False
            self._listener.leave()
