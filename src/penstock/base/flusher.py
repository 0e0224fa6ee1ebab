"""A thread that now and then writes out what has been collected, so that others can read it.

Owns the thread: one for a process, started when something waits to be written, and gone some
seconds after nothing does any more. Knows nothing of what is written.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Final, Protocol

INTERVAL: Final = 0.25
"""Seconds after which what was collected is written at the latest."""

_IDLE_ROUNDS: Final = 20


class Pending(Protocol):
    """What collects and has to be written out."""

    def flush(self) -> None:
        """Write out what was collected; called from any thread."""
        ...


class Flusher:
    """Calls `flush` of what was noted, some times a second."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._noted: dict[int, Pending] = {}
        self._kept: dict[int, Pending] = {}
        self._thread: threading.Thread | None = None

    def note(self, pending: Pending) -> None:
        """Flush once, within `INTERVAL`."""
        self._noted[id(pending)] = pending
        if self._thread is None:
            self._start()

    def keep(self, pending: Pending) -> None:
        """Flush every `INTERVAL` until `drop`."""
        self._kept[id(pending)] = pending
        if self._thread is None:
            self._start()

    def drop(self, pending: Pending) -> None:
        """Flush no more."""
        self._kept.pop(id(pending), None)
        self._noted.pop(id(pending), None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="penstock-flusher", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        idle = 0
        while True:
            time.sleep(INTERVAL)
            noted, self._noted = self._noted, {}
            for pending in (*noted.values(), *list(self._kept.values())):
                pending.flush()
            idle = 0 if noted or self._kept else idle + 1
            if idle >= _IDLE_ROUNDS and self._may_end():
                return

    def _may_end(self) -> bool:
        with self._lock:
            if self._noted or self._kept:
                return False
            self._thread = None
            return True

    def after_fork(self) -> None:
        """Begin anew in a forked process, which has none of the threads."""
        self._lock = threading.RLock()
        self._noted, self._kept, self._thread = {}, {}, None


flusher: Final = Flusher()
"""The one of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=flusher.after_fork)
