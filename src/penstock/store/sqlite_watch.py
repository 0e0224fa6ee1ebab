"""Watching a SQLite file for commits.

SQLite tells no one of a commit, but a connection can ask cheaply whether another one has written.
A watch asks every few milliseconds for the sake of other processes, and is told at once of what its
own process commits.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Event

from penstock.store.connections import connect, outage

POLL_SECONDS = 0.01
"""How late a commit of another process may be seen."""


class SqliteWatch:
    """Somebody who waits for commits, in one thread at a time.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = Event()
        self._connection = connect(path)
        self._seen = self._version()

    def tell(self) -> None:
        """Wake whoever waits, to look at once."""
        self._told.set()

    def wait(self, timeout: float) -> bool:
        """Wait until anything is committed, by whichever process, or `timeout` seconds pass."""
        left = timeout
        while True:
            self._told.clear()
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            if left <= 0:
                return False
            self._told.wait(min(left, POLL_SECONDS))
            left -= POLL_SECONDS

    def close(self) -> None:
        """Stop watching; may be called again."""
        self._connection.close()

    def _version(self) -> int:
        try:
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise outage(error, self._path) from error
        return version
