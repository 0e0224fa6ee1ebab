"""Time as an argument.

Owns every reading of the machine's clocks and every sleep; nothing else in Penstock does either.
`now` is for people and records, `monotonic` for durations and leases: the first may jump, the
second never goes back.
"""

from __future__ import annotations

import time
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


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Instant:
        """Return the wall-clock time in seconds since the Unix epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds` seconds."""
        time.sleep(seconds)
