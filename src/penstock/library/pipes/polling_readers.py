"""Readers that ask for messages again and again, of a store of objects or anything else.

A subclass says how one piece is fetched; this module owns the threads and the end: when the session
closes, everything that is there is fetched before the reader is done.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, TypeVar

from penstock.library.pipes.lines import LineTaker
from penstock.library.pipes.logs import PipesLogReader
from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.ports import PipesMessageReader
from penstock.library.pipes.wire import PipesLaunchedData, PipesOpenedData, PipesParams

Cursor = TypeVar("Cursor")

_LOGS_POLL = 1.0


class PipesThreadedMessageReader(PipesMessageReader, Generic[Cursor]):
    """Asks for messages in a thread, and starts readers of logs as their logs appear.

    Args:
        interval: Seconds between two questions.
        log_readers: Readers of the external process's logs.
    """

    def __init__(
        self, interval: float = 10, log_readers: Sequence[PipesLogReader] | None = None
    ) -> None:
        self.interval = interval
        self.log_readers: list[PipesLogReader] = list(log_readers or ())
        self.opened_payload: PipesOpenedData | None = None
        self.launched_payload: PipesLaunchedData | None = None
        self._lock = threading.Lock()
        self._waiting: list[PipesLogReader] = []
        self._started: list[PipesLogReader] = []

    @abstractmethod
    def get_params(self) -> AbstractContextManager[PipesParams]:
        """Return a `with` block whose value tells the external process where to write."""

    @abstractmethod
    def download_messages(
        self, cursor: Cursor | None, params: PipesParams
    ) -> tuple[Cursor, str] | None:
        """Fetch what follows a cursor: the next cursor and the text; None if there is nothing."""

    def messages_are_readable(self, params: PipesParams) -> bool:
        """Tell whether messages can be asked for already."""
        return True

    def on_opened(self, opened_payload: PipesOpenedData) -> None:
        """Keep what the external process says of itself."""
        self.opened_payload = opened_payload

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Keep what is known of the external process."""
        self.launched_payload = launched_payload

    def add_log_reader(self, log_reader: PipesLogReader) -> None:
        """Add a reader of a log while messages are read."""
        with self._lock:
            self._waiting.append(log_reader)

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Generator[PipesParams]:
        """Hand messages over while the code inside runs, and at the end all that are left."""
        with self._lock:
            self._waiting, self._started = list(self.log_readers), []
        is_over = threading.Event()
        with self.get_params() as params:
            threads = [
                threading.Thread(target=target, args=(handler, params, is_over), daemon=True)
                for target in (self._follow_messages, self._follow_logs)
            ]
            for thread in threads:
                thread.start()
            try:
                yield params
            finally:
                is_over.set()
                for thread in threads:
                    thread.join()

    def _follow_messages(
        self, handler: PipesMessageHandler, params: PipesParams, is_over: threading.Event
    ) -> None:
        taker = LineTaker(handler)
        cursor: Cursor | None = None
        try:
            while True:
                is_last = is_over.is_set()
                if self.messages_are_readable(params):
                    cursor = self._take_all(taker, cursor, params)
                if is_last:
                    break
                is_over.wait(self.interval)
        except Exception as error:  # noqa: BLE001 - the border to a subclass, in a thread
            handler.note_fault(f"Messages cannot be read: {type(error).__name__}: {error}")
        taker.finish()

    def _take_all(
        self, taker: LineTaker, cursor: Cursor | None, params: PipesParams
    ) -> Cursor | None:
        while (found := self.download_messages(cursor, params)) is not None:
            cursor, text = found
            taker.take(text)
        return cursor

    def _follow_logs(
        self, handler: PipesMessageHandler, params: PipesParams, is_over: threading.Event
    ) -> None:
        try:
            while True:
                is_last = is_over.is_set()
                self._start_logs(self._log_params(params), is_over)
                if is_last:
                    break
                is_over.wait(min(self.interval, _LOGS_POLL))
        except Exception as error:  # noqa: BLE001 - the border to a subclass, in a thread
            handler.note_fault(f"Logs cannot be read: {type(error).__name__}: {error}")
        for reader in self._started:
            reader.stop()
        for reader in self._waiting:
            handler.warn(
                "[pipes] " + reader.with_debug_info(f"The log of {reader.name} did not appear.")
            )

    def _log_params(self, params: PipesParams) -> PipesParams:
        launched = (self.launched_payload or {}).get("extras", {})
        opened = (self.opened_payload or {}).get("extras", {})
        return {**params, **launched, **opened}

    def _start_logs(self, params: PipesParams, is_over: threading.Event) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for reader in waiting:
            if reader.target_is_readable(params):
                reader.start(params, is_over)
                with self._lock:
                    self._waiting.remove(reader)
                    self._started.append(reader)


class PipesBlobStoreMessageReader(PipesThreadedMessageReader[int]):
    """Reads messages from numbered objects, of which the external process writes one at a time.

    Args:
        interval: Seconds between two questions.
        log_readers: Readers of the external process's logs.
    """

    def __init__(
        self, interval: float = 10, log_readers: Sequence[PipesLogReader] | None = None
    ) -> None:
        super().__init__(interval, log_readers)
        self.counter: int = 1

    @abstractmethod
    def download_messages_chunk(self, index: int, params: PipesParams) -> str | None:
        """Fetch an object, counted from 1; None if it is not there yet."""

    def download_messages(self, cursor: int | None, params: PipesParams) -> tuple[int, str] | None:
        """Fetch the object after the last one that was read."""
        index = 1 if cursor is None else cursor
        text = self.download_messages_chunk(index, params)
        if text is None:
            return None
        self.counter = index + 1
        return index + 1, text + "\n"  # an object ends with its last message
