"""The file descriptors 1 and 2 of this process, led into a file for as long as some code runs.

Child processes and C code write to them, past `sys.stdout`. Leading them away costs four system
calls, so it is done for each step; the file that takes what is written is made once for many steps,
has no name, and is read when it has grown: at the end of the step, before anything that Python
prints, and some times a second.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol, TextIO

from penstock.base.flusher import flusher

_CHUNK = 1 << 20
_STREAMS: tuple[Literal["out"], Literal["err"]] = ("out", "err")


class _Sink(Protocol):
    def write(self, data: bytes, stream: Literal["out", "err"]) -> None: ...


class _Spill:
    """Two files without a name that take what is written on the descriptors."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.files = [_nameless(folder), _nameless(folder)]
        self.read = [0, 0]

    def is_used(self) -> bool:
        return any(self.read)

    def close(self) -> None:
        for file in self.files:
            os.close(file)


def _nameless(folder: Path) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
    if hasattr(os, "O_TMPFILE"):
        with contextlib.suppress(OSError):  # not every file system has them
            return os.open(folder, flags | os.O_TMPFILE, 0o600)
    descriptor, path = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    opened = os.open(path, flags)
    os.unlink(path)
    return opened


class Descriptors:
    """Takes what is written on the descriptors while some code runs.

    Attributes:
        owner: The sink of the code that runs now; None between two.
    """

    _spare: _Spill | None = None

    def __init__(self, folder: Path, saved: Sequence[int], real: Sequence[TextIO]) -> None:
        self._folder = folder
        self._saved = saved
        self._real = real
        self._thread = threading.get_ident()
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._spill: _Spill | None = None
        self.owner: _Sink | None = None

    @classmethod
    def taken(cls, folder: Path, real: Sequence[TextIO]) -> Descriptors | None:
        """Return the descriptors of this process; None where it has none.

        Args:
            folder: Where what is written is kept for a moment.
            real: The streams of Python that write to them.
        """
        saved: list[int] = []
        try:
            for number in (1, 2):
                saved.append(os.dup(number))  # noqa: PERF401 - what was opened must be closed
        except OSError:
            for number in saved:
                os.close(number)
            return None
        return cls(folder, saved, real)

    def enter(self, sink: _Sink) -> bool:
        """Lead the descriptors to a sink; False if they are led away already, or not from here."""
        is_here = threading.get_ident() == self._thread and os.getpid() == self._process
        if self.owner is not None or not is_here:
            return False
        try:
            spill = self._opened_spill()
        except OSError:  # without a place for them, only what Python prints is captured
            return False
        self._flush_real()
        os.dup2(spill.files[0], 1)
        os.dup2(spill.files[1], 2)
        self.owner = sink
        flusher.keep(self)
        return True

    def leave(self) -> None:
        """Hand on what was written, and lead the descriptors back."""
        self._flush_real()
        os.dup2(self._saved[0], 1)
        os.dup2(self._saved[1], 2)
        flusher.drop(self)
        with self._lock:
            self.drain()
            self.owner = None
            if self._spill is not None and self._spill.is_used():
                # Who still writes to it, writes for code that has ended.
                self._spill.close()
                self._spill = None

    def drain(self) -> None:
        """Hand on what was written since the last time."""
        if os.getpid() != self._process:
            return
        with self._lock:
            spill, sink = self._spill, self.owner
            if spill is None or sink is None:
                return
            for number, stream in enumerate(_STREAMS):
                while spill.read[number] < os.fstat(spill.files[number]).st_size:
                    data = os.pread(spill.files[number], _CHUNK, spill.read[number])
                    spill.read[number] += len(data)
                    sink.write(data, stream)

    flush = drain

    def close(self) -> None:
        """Let go of the descriptors; what was opened for nothing is kept for the next time."""
        for number in self._saved:
            os.close(number)
        if self._spill is not None:
            if Descriptors._spare is not None:
                Descriptors._spare.close()
            Descriptors._spare, self._spill = self._spill, None

    def _opened_spill(self) -> _Spill:
        if self._spill is None:
            spare, Descriptors._spare = Descriptors._spare, None
            if spare is not None and spare.folder != self._folder:
                spare.close()
                spare = None
            self._spill = spare or _Spill(self._folder)
        return self._spill

    def _flush_real(self) -> None:
        for stream in self._real:
            try:  # twice for each step, so without a context manager
                stream.flush()
            except (OSError, ValueError):  # closed, or its reader has gone
                pass
