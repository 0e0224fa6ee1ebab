"""Standard output and error of a step, kept in files.

While a run is under way, `sys.stdout` and `sys.stderr` are replaced by proxies that write to the
files of the step that the current thread (or task) works on, and to the real streams elsewhere. A
file is made when something is first written. Output of child processes and of C code goes to the
real streams.
"""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Generator
from contextvars import ContextVar
from pathlib import Path
from typing import TextIO


class StepLogs:
    """The two files of one attempt of a step."""

    def __init__(self, folder: Path, stem: str, *, echo: bool = False) -> None:
        self._folder = folder
        self._stem = stem
        self._echo = echo
        self._files: dict[str, TextIO] = {}

    @property
    def has_written(self) -> bool:
        """Whether anything was written."""
        return bool(self._files)

    @property
    def path(self) -> Path:
        """The path of the files, without their endings `.out` and `.err`."""
        return self._folder / self._stem

    def write(self, text: str, *, stream: str) -> int:
        """Add to the file of a stream, `out` or `err`."""
        file = self._files.get(stream)
        if file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / f"{self._stem}.{stream}").open("a", encoding="utf-8")
            self._files[stream] = file
        return file.write(text)

    def flush(self) -> None:
        """Make what was written readable by others."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Finish the files."""
        for file in self._files.values():
            file.close()


_current: ContextVar[StepLogs | None] = ContextVar("step_logs", default=None)


class _Proxy(io.TextIOBase):
    def __init__(self, real: TextIO, stream: str) -> None:
        super().__init__()
        self._real = real
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def write(self, text: str, /) -> int:
        logs = _current.get()
        if logs is None:
            return self._real.write(text)
        return logs.write(text, stream=self._stream)

    def flush(self) -> None:
        logs = _current.get()
        if logs is None:
            self._real.flush()
        else:
            logs.flush()

    def isatty(self) -> bool:
        return _current.get() is None and self._real.isatty()

    def fileno(self) -> int:
        return self._real.fileno()

    def writable(self) -> bool:
        return True


_installed = 0
_install_lock = threading.Lock()
_real: list[TextIO] = []


@contextlib.contextmanager
def capturing() -> Generator[None]:
    """Let steps inside have their streams captured; nested and concurrent uses share one proxy."""
    global _installed
    with _install_lock:
        if _installed == 0:
            _real[:] = [sys.stdout, sys.stderr]
            sys.stdout, sys.stderr = _Proxy(sys.stdout, "out"), _Proxy(sys.stderr, "err")
        _installed += 1
    try:
        yield
    finally:
        with _install_lock:
            _installed -= 1
            if _installed == 0:
                sys.stdout, sys.stderr = _real
                _real.clear()


@contextlib.contextmanager
def into(logs: StepLogs) -> Generator[None]:
    """Send what the code inside writes to the files of a step."""
    token = _current.set(logs)
    try:
        yield
    finally:
        _current.reset(token)
        logs.close()
