"""Time as an argument.

Owns every reading of the machine's clocks and every sleep; nothing else in Penstock does either.
`now` is for people and records, `monotonic` for durations and leases: the first may jump, the
second never goes back.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

Instant = float
"""Seconds since the Unix epoch, UTC."""


class Clock(Protocol):
    """A source of time."""

    def now(self) -> Instant:
        """Return the wall-clock time in seconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after `seconds` seconds."""
        ...


_frozen: ContextVar[Instant | None] = ContextVar("frozen", default=None)


@contextmanager
def frozen_at(instant: Instant) -> Generator[None]:
    """Have every `SystemClock` tell one time, for tests; durations still pass."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Instant:
        """Return the wall-clock time in whole microseconds, so that a datetime can say it too."""
        frozen = _frozen.get()
        return round(time.time(), 6) if frozen is None else frozen

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds` seconds."""
        time.sleep(seconds)
