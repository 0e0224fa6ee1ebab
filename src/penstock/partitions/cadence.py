"""Grids of time windows: where windows start and end.

A grid numbers the windows of a cadence with integers that have no beginning and no end; the bounds
are the definition's. Regular cadences scan nothing: daily, weekly and monthly windows are numbered
by calendar arithmetic on days, hourly windows by elapsed seconds. `listed_grid` has the others.
Times are whole seconds since the epoch.

Both edges of daylight saving time follow the clock on the wall. A daily start that the clock skips
moves to the end of the gap; one that occurs twice is the second, around midnight the first. Hours
are elapsed hours, so that the skipped hour has no window and the repeated hour has two.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from penstock.base.cron import Cron
from penstock.base.zones import EPOCH_DAY, day_at, wall_seconds

_MONTHS_IN_CYCLE = 4800
_BLOCK = 512
_DENSE = 8


class ScheduleType(StrEnum):
    """How often a new window starts."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Regular:
    """A cadence that the calendar or the clock repeats.

    Attributes:
        schedule: How often a window starts.
        minute: The minute at which it does.
        hour: The hour at which it does; 0 for hourly windows.
        day: The weekday, 0 is Sunday, or the day of the month; 0 for the others.
    """

    schedule: ScheduleType
    minute: int
    hour: int
    day: int

    @property
    def cron(self) -> str:
        """The cron schedule that says the same."""
        match self.schedule:
            case ScheduleType.HOURLY:
                return f"{self.minute} * * * *"
            case ScheduleType.DAILY:
                return f"{self.minute} {self.hour} * * *"
            case ScheduleType.WEEKLY:
                return f"{self.minute} {self.hour} * * {self.day}"
            case ScheduleType.MONTHLY:
                return f"{self.minute} {self.hour} {self.day} * *"

    @staticmethod
    def of(cron: Cron) -> Regular | None:
        """Return the regular cadence of a cron schedule, or None if it has none."""
        hour, minute = cron.times[0] // 3600, cron.times[0] % 3600 // 60
        if cron.minute_interval() == 60:
            return Regular(ScheduleType.HOURLY, minute, 0, 0)
        if len(cron.times) > 1 or len(cron.months) < 12:
            return None
        if cron.takes_all_days:
            return Regular(ScheduleType.DAILY, minute, hour, 0)
        if cron.days is None:
            ((day, number), *more) = sorted(cron.weekdays or ())
            weekly = not more and number == 0
            return Regular(ScheduleType.WEEKLY, minute, hour, day) if weekly else None
        (day, *more) = sorted(cron.days)
        monthly = cron.weekdays is None and not more and day > 0
        return Regular(ScheduleType.MONTHLY, minute, hour, day) if monthly else None


class Grid(Protocol):
    """Windows one after the other, numbered."""

    def start_of(self, n: int) -> int:
        """Return when window `n` starts."""
        ...

    def end_of(self, n: int) -> int:
        """Return when window `n` ends: when the next starts, unless there is a gap."""
        ...

    def floor(self, at: int) -> int:
        """Return the number of the last window that starts at a time or before it."""
        ...

    def unended(self, at: int) -> int:
        """Return the number of the first window that ends after a time."""
        ...

    def starts_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows start."""
        ...

    def ends_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows end."""
        ...

    def unended_at(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that ends after it."""
        ...

    def begun_before(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that does not start before it."""
        ...

    def line(self) -> ClockGrid | None:
        """Return the grid as one of equal elapsed times, if it is one."""
        ...


@dataclass(frozen=True, slots=True)
class ClockGrid:
    """Windows of the same elapsed time, an hour or less.

    Attributes:
        phase: Seconds after a multiple of the period, in UTC, at which windows start.
        period: The length of a window in seconds.
    """

    phase: int
    period: int = 3600

    def start_of(self, n: int) -> int:
        """Return when window `n` starts."""
        return n * self.period + self.phase

    def end_of(self, n: int) -> int:
        """Return when window `n` ends."""
        return self.start_of(n + 1)

    def floor(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        return (at - self.phase) // self.period

    def unended(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        return (at - self.phase) // self.period

    def starts_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows start; a range of them in a range of times."""
        period, phase = self.period, self.phase
        if isinstance(numbers, range):
            step = numbers.step * period
            return range(numbers.start * period + phase, numbers.stop * period + phase, step)
        return [n * period + phase for n in numbers]

    def ends_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows end."""
        return [at + self.period for at in self.starts_of(numbers)]

    def unended_at(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the window that holds it."""
        period, phase = self.period, self.phase
        return [(at - phase) // period for at in times]

    def begun_before(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that does not start before it."""
        period, last = self.period, self.phase - self.period + 1
        return [(at - last) // period for at in times]

    def from_number(self, n: int) -> ClockGrid:
        """Return the grid of the same windows, numbered from one of them."""
        return ClockGrid(self.start_of(n), self.period)

    def line(self) -> ClockGrid:
        """Return the grid itself: its windows take equal elapsed times."""
        return self


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
            return (day - EPOCH_DAY) * 86_400 + self.seconds
        midnight = datetime.fromordinal(day)
        return wall_seconds(midnight + timedelta(seconds=self.seconds), self.zone)

    def end_of(self, n: int) -> int:
        """Return when window `n` ends."""
        return self.start_of(n + 1)

    def floor(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        n = self._last_by(day_at(at, self.zone))
        while self.start_of(n) > at:
            n -= 1
        # A clock that is put back just after midnight shows the day before once more.
        while self.zone is not UTC and self.start_of(n + 1) <= at:
            n += 1
        return n

    def unended(self, at: int) -> int:
        """Return the number of the window that holds a time."""
        return self.floor(at)

    def starts_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows start."""
        line = self.line()
        if line is not None:
            return line.starts_of(numbers)
        blocks = _Blocks(self)
        return [blocks[n // _BLOCK][n % _BLOCK] for n in numbers]

    def ends_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows end."""
        return self.starts_of([n + 1 for n in numbers])

    def unended_at(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the window that holds it."""
        line = self.line()
        if line is not None:
            return line.unended_at(times)
        near = self._near(times)
        if near is None:
            return [self.floor(at) for at in times]
        low, starts = near
        return [bisect_right(starts, at) + low - 1 for at in times]

    def begun_before(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that does not start before it."""
        line = self.line()
        if line is not None:
            return line.begun_before(times)
        near = self._near(times)
        if near is None:
            return [ceiling(self, at) for at in times]
        low, starts = near
        return [bisect_left(starts, at) + low for at in times]

    def line(self) -> ClockGrid | None:
        """Return the grid as one of equal elapsed times, if it is one."""
        if self.zone is not UTC or self.schedule is ScheduleType.MONTHLY:
            return None
        period = 86_400 if self.schedule is ScheduleType.DAILY else 7 * 86_400
        return ClockGrid(self.start_of(0), period)

    def _near(self, times: Sequence[int]) -> tuple[int, Sequence[int]] | None:
        """List the windows around some times, and the number of the first; None if few are near."""
        if not times:
            return None
        low, high = self.floor(min(times)), self.floor(max(times))
        if high - low > _DENSE * len(times):
            return None
        return low, self.starts_of(range(low, high + 2))

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


class _Blocks(dict[int, tuple[int, ...]]):
    """The starts of windows, in blocks of equally many."""

    def __init__(self, grid: DayGrid) -> None:
        super().__init__()
        self._grid = grid

    def __missing__(self, block: int) -> tuple[int, ...]:
        self[block] = _block(self._grid, block)
        return self[block]


@lru_cache(maxsize=256)
def _block(grid: DayGrid, block: int) -> tuple[int, ...]:
    """Return when the windows of a block start; the last one is cut where the calendar ends."""
    starts: list[int] = []
    for n in range(block * _BLOCK, (block + 1) * _BLOCK):
        try:
            starts.append(grid.start_of(n))
        except (OverflowError, ValueError):
            break
    return tuple(starts)


def ceiling(grid: Grid, at: int) -> int:
    """Return the number of the first window that starts at a time or after it."""
    n = grid.floor(at)
    return n if grid.start_of(n) == at else n + 1


@lru_cache(maxsize=31)
def _months_with_day(day: int) -> tuple[int, ...]:
    """Number the months that have a day, over the 400 years after which the calendar repeats."""
    return tuple(
        month
        for month in range(_MONTHS_IN_CYCLE)
        if calendar.monthrange(2000 + month // 12, month % 12 + 1)[1] >= day
    )
