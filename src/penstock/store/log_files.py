"""The two files of a captured log: what was written on standard output and on standard error.

A file is made when something is first written. A line can be read by others as soon as it is
written; in a flood of lines, a quarter of a second later. Secrets that this process knows are
hidden before anything reaches the disk. Some ten kilobytes are held in memory, and no more.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from penstock.base.flusher import flusher
from penstock.base.secrets import longest_secret, masked_bytes
from penstock.base.streams import Stream

_HELD: Final = 32 * 1024
_LINES_AT_ONCE: Final = 1000


def opened_to_append(path: Path) -> int:
    """Return a descriptor of a file that is written at its end; its folder is made if need be."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o644)


class _LogFile:
    """One of the two files."""

    __slots__ = ("_credit", "_descriptor", "_held", "size")

    def __init__(self, path: Path) -> None:
        self._descriptor = opened_to_append(path)
        self._held = bytearray()
        self._credit = _LINES_AT_ONCE
        self.size = 0

    def take(self, data: bytes) -> bool:
        """Take bytes; tell whether some of them wait to be written."""
        self._held += data
        if len(self._held) >= _HELD:
            self.write_out()
        elif self._credit and data.endswith(b"\n"):
            self._credit -= 1
            self.write_out()
        return bool(self._held)

    def write_out(self, *, is_last: bool = False) -> None:
        """Write what is held, but for an unfinished line that may hold the half of a secret."""
        if not self._held:
            return
        data, kept = masked_bytes(bytes(self._held)), b""
        if not is_last and not data.endswith(b"\n"):
            # A character has at most four bytes.
            kept = data[-4 * longest_secret() :] if longest_secret() else b""
        self._held = bytearray(kept)
        self._write(data[: len(data) - len(kept)])

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            written = os.write(self._descriptor, left)
            self.size += written
            left = left[written:]

    def refill(self) -> None:
        """Allow lines to be written at once again."""
        self._credit = _LINES_AT_ONCE

    def forget(self) -> None:
        """Drop what is held: the process that this one was forked from writes it."""
        self._held.clear()

    def close(self) -> None:
        """Write the rest."""
        self.write_out(is_last=True)
        os.close(self._descriptor)


class LogFiles:
    """Takes what code writes on both streams, from any thread; a `base.streams.Sink`.

    A full disk costs lines, not the run: what cannot be written is dropped.

    Args:
        stem: The path of the files without their endings, `.out` and `.err`.

    Attributes:
        has_written: Whether there was anything to write.
        problem: Why something could not be written; None if everything was.
    """

    def __init__(self, stem: Path | str) -> None:
        self._stem = stem
        self._files: dict[Stream, _LogFile] = {}
        self._lock = threading.RLock()  # a finalizer may flush at any moment, also while it writes
        self._process = os.getpid()
        self.problem: OSError | None = None
        self.has_written: bool = False

    def write(self, data: bytes, stream: Stream) -> None:
        """Add to the file of a stream."""
        if self._process != os.getpid():
            self._begin_in_fork()
        self.has_written = True
        with self._lock:
            try:
                file = self._files.get(stream)
                if file is None:
                    file = self._files[stream] = _LogFile(with_ending(Path(self._stem), stream))
                waits = file.take(data)
            except OSError as error:
                self.problem = error
                return
        if waits:
            flusher.note(self)

    def flush(self) -> None:
        """Make what was written readable by others."""
        if not self._files:
            return
        if self._process != os.getpid():
            self._begin_in_fork()
        with self._lock:
            for file in self._files.values():
                try:
                    file.write_out()
                except OSError as error:
                    self.problem = error
                file.refill()

    def close(self) -> None:
        """Finish the files."""
        if not self._files:
            return
        flusher.drop(self)
        with self._lock:
            for file in self._files.values():
                try:
                    file.close()
                except OSError as error:
                    self.problem = error
            self._files.clear()

    def _begin_in_fork(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()  # a finalizer may flush at any moment, also while it writes
        for file in self._files.values():
            file.forget()


def with_ending(stem: Path, ending: str) -> Path:
    """Return the path of a file of a log."""
    return stem.with_name(f"{stem.name}.{ending}")
