"""Standard output and error of this process, led elsewhere for the code of one thread or task.

`capturing` puts proxies in the place of `sys.stdout` and `sys.stderr`, and `into` says where the
current thread or task writes. What it prints goes there at once and in order; other code goes on
writing to the real streams. Where one piece of code at a time has the main thread for itself, the
file descriptors 1 and 2 are led away too (`base.descriptors`). Refuses to know what is done with
the bytes.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
import weakref
from collections.abc import Generator
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Literal, Protocol, TextIO, cast

from penstock.base.descriptors import Descriptors

Stream = Literal["out", "err"]


class Sink(Protocol):
    """Takes what is written on both streams."""

    def write(self, data: bytes, stream: Stream) -> None:
        """Take some bytes."""
        ...

    def flush(self) -> None:
        """Make what was taken readable by others."""
        ...


_current: ContextVar[Sink | None] = ContextVar("sink", default=None)


class _Bytes(io.RawIOBase):
    """The binary side of a proxy."""

    def __init__(self, proxy: _Proxy) -> None:
        super().__init__()
        self._proxy = proxy

    def write(self, data: object, /) -> int:
        return self._proxy.write_bytes(bytes(cast("bytes", data)))

    def flush(self) -> None:
        self._proxy.flush()

    def fileno(self) -> int:
        return self._proxy.fileno()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open; see `_Proxy.close`."""


class _Proxy(io.TextIOBase):
    def __init__(self, real: TextIO, stream: Stream) -> None:
        super().__init__()
        self.real = real
        self._stream: Stream = stream
        self._bytes = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override] - an attribute in the stubs
        return "utf-8"

    @property
    def buffer(self) -> io.RawIOBase:
        return self._bytes

    def write(self, text: str, /) -> int:
        sink = _current.get()
        if sink is None:
            return self.real.write(text)
        _take(sink, text.encode("utf-8", "backslashreplace"), self._stream)
        return len(text)

    def write_bytes(self, data: bytes) -> int:
        sink = _current.get()
        if sink is not None:
            _take(sink, data, self._stream)
            return len(data)
        binary = getattr(self.real, "buffer", None)
        if binary is None:
            self.real.write(data.decode("utf-8", "replace"))
            return len(data)
        self.real.flush()
        return cast("io.BufferedIOBase", binary).write(data)

    def flush(self) -> None:
        sink = _current.get()
        if sink is None:
            self.real.flush()
        else:
            sink.flush()

    def isatty(self) -> bool:
        return _current.get() is None and self.real.isatty()

    def fileno(self) -> int:
        return self.real.fileno()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open: the collector closes a proxy that is gone, in the midst of whatever runs."""


def _take(sink: Sink, data: bytes, stream: Stream) -> None:
    """Hand bytes on, after those that a child process or C code wrote before them."""
    held = _installed.descriptors
    if held is not None and held.owner is sink:
        held.drain()
    sink.write(data, stream)


class _Installed:
    """The proxies, while anybody captures."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.real: list[TextIO] = []
        self.descriptors: Descriptors | None = None


_installed = _Installed()


@contextlib.contextmanager
def capturing(*, descriptors_into: Path | None = None) -> Generator[None]:
    """Let code inside be captured by `into`; nested and concurrent uses share the proxies.

    Args:
        descriptors_into: The folder for what is written on the descriptors 1 and 2, by child
            processes for instance, until it is handed on. They are led away only for code of the
            main thread, and only by one `capturing` at a time. None leaves them alone.
    """
    with _installed.lock:
        if _installed.count == 0:
            _installed.real = [sys.stdout, sys.stderr]
            sys.stdout, sys.stderr = _Proxy(sys.stdout, "out"), _Proxy(sys.stderr, "err")
        _installed.count += 1
        held = _taken_descriptors(descriptors_into)
    try:
        yield
    finally:
        with _installed.lock:
            if held is not None:
                _installed.descriptors = None
                held.close()
            _installed.count -= 1
            if _installed.count == 0:
                sys.stdout, sys.stderr = _installed.real
                _installed.real = []


def _taken_descriptors(folder: Path | None) -> Descriptors | None:
    is_free = _installed.count == 1 and _installed.descriptors is None
    if folder is None or not is_free or threading.current_thread() is not threading.main_thread():
        return None
    _installed.descriptors = Descriptors.taken(folder, _installed.real)
    return _installed.descriptors


class into:  # noqa: N801 - it reads as the function that it is used like
    """Send what the code inside writes to a sink; it may be entered again and again."""

    __slots__ = ("_held", "_sink", "_token")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._held: Descriptors | None = None
        self._token: Token[Sink | None] | None = None

    def __enter__(self) -> None:
        self._token = _current.set(self._sink)
        held = _installed.descriptors
        if held is not None and held.enter(self._sink):
            self._held = held

    def __exit__(self, *details: object) -> None:
        if self._held is not None:
            self._held.leave()
            self._held = None
        if self._token is not None:
            _current.reset(self._token)
        self._sink.flush()


def beyond_capture(stream: TextIO) -> TextIO:
    """Return a stream that leads where one leads now, whatever is captured later.

    What a command tells while a step runs must not end up in the log of the step.
    """
    real = stream.real if isinstance(stream, _Proxy) else stream
    try:
        return cast("TextIO", _Beyond(os.dup(real.fileno()), real))
    except (OSError, ValueError, AttributeError):  # it is no file, so descriptors do not matter
        return real


class _Beyond(io.TextIOBase):
    """Writes to a copy of a descriptor, after what the stream of the original holds."""

    def __init__(self, descriptor: int, real: TextIO) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._real = real
        weakref.finalize(self, os.close, descriptor)

    @property
    def encoding(self) -> str:  # type: ignore[override] - an attribute in the stubs
        return "utf-8"

    def write(self, text: str, /) -> int:
        self._real.flush()
        left = memoryview(text.encode("utf-8", "replace"))
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(text)

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True
