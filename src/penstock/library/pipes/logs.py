"""Readers of the logs that an external process leaves somewhere else than on its own streams."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import IO

from penstock.library.pipes.wire import PipesParams


class PipesLogReader(ABC):
    """Reads one log while a session is open, and to its end when it closes."""

    @abstractmethod
    def start(self, params: PipesParams, is_session_closed: threading.Event) -> None:
        """Begin to read; the log is complete when the event is set."""

    @abstractmethod
    def stop(self) -> None:
        """Wait until everything was read."""

    @abstractmethod
    def is_running(self) -> bool:
        """Tell whether the log is being read."""

    @abstractmethod
    def target_is_readable(self, params: PipesParams) -> bool:
        """Tell whether the log can be read already."""

    @property
    def name(self) -> str:
        """The words for the reader in messages."""
        return type(self).__name__

    @property
    def debug_info(self) -> str | None:
        """What helps to find out why the log cannot be read."""
        return None

    def with_debug_info(self, message: str) -> str:
        """Return a message with what helps beside it."""
        return message if self.debug_info is None else f"{message}\nDebug info: {self.debug_info}"


class PipesChunkedLogReader(PipesLogReader):
    """Reads a log piece by piece in a thread, and writes it to a stream.

    Args:
        interval: Seconds between two questions.
        target_stream: Where the log goes.
        debug_info: What helps to find out why the log cannot be read.
    """

    def __init__(
        self, *, interval: float = 10, target_stream: IO[str], debug_info: str | None = None
    ) -> None:
        self.interval = interval
        self.target_stream = target_stream
        self._debug_info = debug_info
        self._thread: threading.Thread | None = None

    @property
    def debug_info(self) -> str | None:
        """What helps to find out why the log cannot be read."""
        return self._debug_info

    @abstractmethod
    def download_log_chunk(self, params: PipesParams) -> str | None:
        """Fetch what was written since the last call; None or no text if nothing was."""

    def start(self, params: PipesParams, is_session_closed: threading.Event) -> None:
        """Begin to read in a thread."""
        self._thread = threading.Thread(
            target=self._follow, args=(params, is_session_closed), name=self.name, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Wait until everything was read."""
        if self._thread is not None:
            self._thread.join()

    def is_running(self) -> bool:
        """Tell whether the log is being read."""
        return self._thread is not None and self._thread.is_alive()

    def _follow(self, params: PipesParams, is_session_closed: threading.Event) -> None:
        while True:
            is_last = is_session_closed.is_set()
            while chunk := self.download_log_chunk(params):
                self.target_stream.write(chunk)
            self.target_stream.flush()
            if is_last:
                return
            is_session_closed.wait(self.interval)
