"""`EventWatcher`: tells of each new line of a run's event log, in a thread of its own.

It waits until the store says that something was committed, by whichever process, and then reads
what is new of each run that is watched. The thread ends with the last watch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from penstock.base.ids import RunId
from penstock.compat.event_entries import EventLogEntry
from penstock.store.protocol import EventFilter, Store

log: logging.Logger = logging.getLogger(__name__)

EventHandler = Callable[[EventLogEntry, str], object]
"""What is called with a line of the log, and the cursor after it."""

_LOOK_EVERY = 0.5


@dataclass(slots=True)
class _Watched:
    """A run that somebody watches, and how far it was told of."""

    run: RunId
    handler: EventHandler
    place: int


class EventWatcher:
    """Calls handlers with the new events of runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._watched: list[_Watched] = []
        self._thread: threading.Thread | None = None

    def watch(self, run: RunId, handler: EventHandler, *, after: int) -> None:
        """Begin to tell of a run's events after an id."""
        with self._lock:
            self._watched.append(_Watched(run, handler, after))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._tell, name="penstock-event-watcher", daemon=True
                )
                self._thread.start()

    def end(self, run: RunId, handler: EventHandler) -> None:
        """Tell a handler no more of a run."""
        with self._lock:
            self._watched = [
                each for each in self._watched if (each.run, each.handler) != (run, handler)
            ]

    def close(self) -> None:
        """End every watch, and wait until its handler has returned."""
        with self._lock:
            self._watched = []
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _tell(self) -> None:
        news = self._store.watch()
        try:
            while (watched := self._still_watched()) is not None:
                for each in watched:
                    self._tell_of(each)
                news.wait(_LOOK_EVERY)
        finally:
            news.close()

    def _still_watched(self) -> list[_Watched] | None:
        with self._lock:
            if not self._watched:
                self._thread = None
                return None
            return list(self._watched)

    def _tell_of(self, watched: _Watched) -> None:
        for event in self._store.events(EventFilter(run=watched.run, after=watched.place)):
            watched.place = event.id
            try:
                watched.handler(EventLogEntry(event), str(event.id))
            except Exception:  # a handler of user code; the others are told all the same
                log.exception("event_handler_failed", extra={"run": watched.run})
