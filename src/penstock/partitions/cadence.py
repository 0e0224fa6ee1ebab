"""Grids of time windows: where windows start, by arithmetic.

A grid numbers the windows of a cadence with integers that have no beginning and no end; the bounds
are the definition's. Nothing here scans: daily, weekly and monthly windows are numbered by calendar
arithmetic on days, hourly windows by elapsed seconds. Times are whole seconds since the epoch.

Both edges of daylight saving time follow the clock on the wall. A daily start that the clock skips
moves to the end of the gap; one that occurs twice is the second. Hours are elapsed hours, so that
the skipped hour has no window and the repeated hour has two.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

_EPOCH_DAY = 719_163
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS_IN_CYCLE = 4800


class ScheduleType(StrEnum):
    """How often a new window starts."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Grid(Protocol):
    """Consecutive windows, numbered."""

    def start_of(self, n: int) -> int:
        """Return when window `n` starts; it ends when window `n + 1` starts."""
        ...

    def floor(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        ...


@dataclass(frozen=True, slots=True)
class HourGrid:
    """Windows of an elapsed hour.

    Attributes:
        phase: Seconds after a full hour of UTC at which windows start.
    """

    phase: int

    def start_of(self, n: int) -> int:
        """Return when window `n` starts."""
        return n * 3600 + self.phase

    def floor(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        return (at - self.phase) // 3600


@dataclass(frozen=True, slots=True)
class DayGrid:
    """Windows that start at a time of day, on each day, one weekday or one day of the month.

    Attributes:
        zone: Whose clock counts.
        schedule: Daily, weekly or monthly.
        day: The weekday, 0 is Sunday; or the day of the month, where months without it are skipped.
        seconds: Seconds after midnight, by the clock on the wall.
    """

    zone: tzinfo
    schedule: ScheduleType
    day: int
    seconds: int

    def day_of(self, n: int) -> int:
        """Return the day on which window `n` starts, counted from 0001-01-01 as 1."""
        if self.schedule is ScheduleType.DAILY:
            return n
        if self.schedule is ScheduleType.WEEKLY:
            return n * 7 + self.day
        cycle = _months_with_day(self.day)
        turn, at = divmod(n, len(cycle))
        year, month = divmod(turn * _MONTHS_IN_CYCLE + cycle[at], 12)
        return date(year, month + 1, self.day).toordinal()

    def start_of(self, n: int) -> int:
        """Return when window `n` starts."""
        day = self.day_of(n)
        if self.zone is UTC:
            return (day - _EPOCH_DAY) * 86_400 + self.seconds
        midnight = datetime.fromordinal(day)
        return wall_seconds(midnight + timedelta(seconds=self.seconds), self.zone)

    def floor(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        n = self._last_by(day_at(at, self.zone))
        while self.start_of(n) > at:
            n -= 1
        return n

    def _last_by(self, day: int) -> int:
        """Return the last window that starts on a day or before it."""
        if self.schedule is ScheduleType.DAILY:
            return day
        if self.schedule is ScheduleType.WEEKLY:
            return (day - self.day) // 7
        on = date.fromordinal(day)
        turn, month = divmod(on.year * 12 + on.month - 1, _MONTHS_IN_CYCLE)
        cycle = _months_with_day(self.day)
        upto = bisect_right(cycle, month) if on.day >= self.day else bisect_left(cycle, month)
        return turn * len(cycle) + upto - 1


def ceiling(grid: Grid, at: int) -> int:
    """Return the number of the first window that starts at a time or after it."""
    n = grid.floor(at)
    return n if grid.start_of(n) == at else n + 1


def moment(at: int, zone: tzinfo) -> datetime:
    """Return a time as the clock in a zone shows it."""
    shown = _EPOCH + timedelta(seconds=at)
    return shown if zone is UTC else shown.astimezone(zone)


def day_at(at: int, zone: tzinfo) -> int:
    """Return the day that the calendar in a zone shows, counted from 0001-01-01 as 1."""
    return at // 86_400 + _EPOCH_DAY if zone is UTC else moment(at, zone).toordinal()


def wall_seconds(wall: datetime, zone: tzinfo) -> int:
    """Return when a clock in a zone shows a time: the second time if twice, else the gap's end."""
    early = int(wall.replace(tzinfo=zone, fold=0).timestamp())
    late = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    return late if early <= late else _gap_end(late, early, zone)


def _gap_end(before: int, after: int, zone: tzinfo) -> int:
    """Find the change of the clock between two times by bisection."""
    old = moment(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if moment(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=31)
def _months_with_day(day: int) -> tuple[int, ...]:
    """Number the months that have a day, over the 400 years after which the calendar repeats."""
    return tuple(
        month
        for month in range(_MONTHS_IN_CYCLE)
        if calendar.monthrange(2000 + month // 12, month % 12 + 1)[1] >= day
    )
