"""Readers of messages that an external process writes to a file."""

from __future__ import annotations

import codecs
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from penstock.library.pipes.lines import LineTaker
from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.ports import PipesMessageReader
from penstock.library.pipes.wire import PipesParams

_POLL = 0.1
_PIECE = 1 << 16


class PipesFileMessageReader(PipesMessageReader):
    """Follows a file while the external process writes to it.

    Args:
        path: The file. It is made empty in the beginning, so that no message of an earlier process
            is taken for one of this.
        include_stdio_in_messages: Whether the external process sends its standard output and error
            as messages too.
        cleanup_file: Whether the file is removed in the end.
    """

    def __init__(
        self,
        path: str,
        include_stdio_in_messages: bool = False,  # noqa: FBT001, FBT002 - the public signature
        cleanup_file: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> None:
        self._path = Path(path)
        self._includes_stdio = include_stdio_in_messages
        self._is_cleaned_up = cleanup_file

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Generator[PipesParams]:
        """Hand messages over while the code inside runs, and at the end all that are left."""
        self._path.write_bytes(b"")
        is_over = threading.Event()
        thread = threading.Thread(
            target=self._follow, args=(handler, is_over), name="pipes-messages", daemon=True
        )
        thread.start()
        try:
            params = {"path": str(self._path)}
            yield {**params, "include_stdio_in_messages": True} if self._includes_stdio else params
        finally:
            is_over.set()
            thread.join()
            if self._is_cleaned_up:
                self._path.unlink(missing_ok=True)

    def _follow(self, handler: PipesMessageHandler, is_over: threading.Event) -> None:
        taker = LineTaker(handler)
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            with self._path.open("rb") as file:
                while not is_over.wait(_POLL):
                    _take_all(file, decoder, taker)
                _take_all(file, decoder, taker)
        except OSError as error:
            handler.note_fault(f"The messages in {self._path} cannot be read: {error}.")
        taker.finish()

    def no_messages_debug_text(self) -> str:
        """Return what to say about the reader where no message ever came."""
        return f"Its messages were awaited in {self._path}."


def _take_all(file: BinaryIO, decoder: codecs.IncrementalDecoder, taker: LineTaker) -> None:
    while piece := file.read(_PIECE):
        taker.take(decoder.decode(piece))


class PipesTempFileMessageReader(PipesMessageReader):
    """Follows a file in a temporary folder.

    Args:
        include_stdio_in_messages: Whether the external process sends its standard output and error
            as messages too.
    """

    def __init__(
        self,
        include_stdio_in_messages: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> None:
        self._includes_stdio = include_stdio_in_messages

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Generator[PipesParams]:
        """Hand messages over while the code inside runs, and at the end all that are left."""
        with tempfile.TemporaryDirectory(prefix="penstock-pipes-") as folder:
            inner = PipesFileMessageReader(
                str(Path(folder) / "messages"), self._includes_stdio, cleanup_file=False
            )
            with inner.read_messages(handler) as params:
                yield params

    def no_messages_debug_text(self) -> str:
        """Return what to say about the reader where no message ever came."""
        return "Its messages were awaited in a temporary file on this machine."
