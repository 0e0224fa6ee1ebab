"""Time for tests: clocks that stand still until they are told to go on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from penstock.base.clock import Instant, SystemClock, frozen_at


class ManualClock:
    """A clock that only moves when it is told to; sleeping moves it.

    Example:
        >>> clock = ManualClock(100.0)
        >>> clock.sleep(5.0)
        >>> clock.now()
        105.0
    """

    def __init__(self, start: Instant = 0.0) -> None:
        self._now = start
        self._elapsed = 0.0

    def now(self) -> Instant:
        """Return the wall-clock time in seconds since the Unix epoch."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which it was moved on."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Move it on."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move it on by `seconds` seconds."""
        self._now += seconds
        self._elapsed += seconds

    def set(self, instant: Instant | datetime) -> None:
        """Set the wall-clock time; durations are not touched."""
        self._now = _seconds(instant)


def freeze_time(new_now: datetime | float) -> AbstractContextManager[None]:
    """Have Penstock's own clock tell one time inside a `with` block.

    Args:
        new_now: The time, with a timezone or in UTC, or in seconds since the Unix epoch.
    """
    return frozen_at(_seconds(new_now))


def get_current_timestamp() -> float:
    """Return the time that Penstock goes by, in seconds since the Unix epoch."""
    return SystemClock().now()


def get_current_datetime(tz: str = "UTC") -> datetime:
    """Return the time that Penstock goes by, in a timezone."""
    now = datetime.fromtimestamp(get_current_timestamp(), UTC)
    return now if tz == "UTC" else now.astimezone(ZoneInfo(tz))


def _seconds(instant: datetime | float) -> Instant:
    if not isinstance(instant, datetime):
        return instant
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
