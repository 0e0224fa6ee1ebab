"""Partitions that are windows of time: hourly, daily, weekly and monthly.

Owns the keys of windows - how a window start is written and read - and the bounds: a window exists
once it has ended. Where windows start is arithmetic in `cadence`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from penstock.errors import InvalidDefinitionError, UnknownPartitionError
from penstock.partitions.cadence import (
    DayGrid,
    Grid,
    HourGrid,
    ScheduleType,
    ceiling,
    moment,
    wall_seconds,
)
from penstock.partitions.definition import PartitionsDefinition, seconds_of
from penstock.partitions.subset import Span
from penstock.partitions.window import TimeWindow

DAY_FORMAT = "%Y-%m-%d"
HOUR_FORMAT = "%Y-%m-%d-%H:%M"
_NOUNS = {
    ScheduleType.HOURLY: "hour",
    ScheduleType.DAILY: "day",
    ScheduleType.WEEKLY: "week",
    ScheduleType.MONTHLY: "month",
}
_FIRST_DAY = {ScheduleType.WEEKLY: (0, 0, 6), ScheduleType.MONTHLY: (1, 1, 31)}


class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """Partitions that are windows of time, one after the other.

    A partition exists once its window has ended. The key is the start of the window, written in
    `fmt` by the clock in `timezone`; the second of two equal hours in autumn carries its UTC offset
    as well.

    Args:
        start: The first window is the first that starts then or later; text in `fmt` or a datetime.
        fmt: The format of the keys, as for `strftime`.
        end: No window ends after this; None is no end.
        schedule_type: How often a window starts.
        timezone: An IANA name; "UTC" if None.
        end_offset: How many more windows exist than have ended; negative for fewer.
        minute_offset: The minute at which windows start.
        hour_offset: The hour at which windows start, except hourly ones.
        day_offset: The weekday (0 is Sunday) or the day of the month at which windows start.

    Raises:
        InvalidDefinitionError: A date does not match `fmt`, an offset is out of bounds, the
            timezone is unknown, or `fmt` writes two windows alike.
    """

    def __init__(
        self,
        start: datetime | str,
        fmt: str,
        *,
        end: datetime | str | None = None,
        schedule_type: ScheduleType = ScheduleType.DAILY,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int | None = None,
    ) -> None:
        self.schedule_type = ScheduleType(schedule_type)
        self.timezone = timezone or "UTC"
        self.fmt = fmt
        self.end_offset = end_offset
        self.minute_offset = _within("minute_offset", minute_offset, 0, 59)
        hourly = self.schedule_type is ScheduleType.HOURLY
        self.hour_offset = _within("hour_offset", hour_offset, 0, 0 if hourly else 23)
        default, low, high = _FIRST_DAY.get(self.schedule_type, (0, 0, 0))
        day = default if day_offset is None else day_offset
        self.day_offset = _within("day_offset", day, low, high)
        self._zone = _zone(self.timezone)
        self.start = _instant(start, fmt=fmt, zone=self._zone, name="start_date")
        self.end = None if end is None else _instant(end, fmt=fmt, zone=self._zone, name="end_date")
        self._suffixed = hourly and "%z" not in fmt
        self._grid = self._make_grid()
        self._first = ceiling(self._grid, math.ceil(self.start.timestamp()))
        self._bound = self._bound_of(self.end)
        self._check_fmt()

    @property
    def noun(self) -> str:
        """What one partition is: 'hour', 'day', 'week' or 'month'."""
        return _NOUNS[self.schedule_type]

    @property
    def grid(self) -> str:
        """The cadence, the format and the zone of the keys."""
        at = f"{self.hour_offset:02}:{self.minute_offset:02}"
        return f"{self.schedule_type} day {self.day_offset} {at} {self.timezone} {self.fmt}"

    @property
    def identity(self) -> Hashable:
        """Everything that was given, with the instants in seconds."""
        end = self.end.timestamp() if self.end else None
        return ("time_window", self.grid, self.start.timestamp(), end, self.end_offset)

    def describe(self) -> str:
        """Return what the keys look like and where they begin and end."""
        if self._bound == 0:
            return f"none (start_date {self.start} is not before end_date {self.end})"
        last_of_year = self._grid.floor(
            wall_seconds(datetime(self.start.year, 12, 31, 23, 59), self._zone)  # noqa: DTZ001 - wall clock
        )
        like = max(0, last_of_year - self._first)
        like = like if self._bound is None else min(like, self._bound - 1)
        end = f" to {self.key(self._bound - 1)}" if self._bound is not None else ""
        return (
            f"{self.noun}s like '{self.key(like)}' ({self.schedule_type} from {self.key(0)}{end})"
        )

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON."""
        return {
            "kind": "time_window",
            "schedule": str(self.schedule_type),
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else None,
            "timezone": self.timezone,
            "fmt": self.fmt,
            "end_offset": self.end_offset,
            "minute_offset": self.minute_offset,
            "hour_offset": self.hour_offset,
            "day_offset": self.day_offset,
        }

    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if no window has it."""
        found = self._locate(key)
        if found is None or found < 0 or (self._bound is not None and found >= self._bound):
            return None
        return found

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys of windows; ordinals below 0 are windows before the start."""
        numbers = range(self._first + start, self._first + stop)
        if isinstance(self._grid, DayGrid) and self.fmt == DAY_FORMAT:
            return [date.fromordinal(self._grid.day_of(n)).isoformat() for n in numbers]
        starts = map(self._grid.start_of, numbers)
        if self.fmt == HOUR_FORMAT and self._zone is UTC:
            epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - its text must not carry an offset
            return [(epoch + timedelta(0, at)).isoformat("-", "minutes") for at in starts]
        return [self._written(at) for at in starts]

    def count(self, now: datetime | None = None) -> int:
        """Return how many windows have ended, give or take `end_offset`."""
        at = math.floor(seconds_of(now, self._zone))
        return self._clipped(self._grid.floor(at) - self._first + self.end_offset)

    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return the existing windows around the time that a wrong key seems to mean."""
        near = self._locate(key)
        if near is None:
            meant = _overflowing(key) if self.fmt in (DAY_FORMAT, HOUR_FORMAT) else None
            if meant is None:
                return []
            near = self._grid.floor(wall_seconds(meant, self._zone)) - self._first
        count = self.count(now)
        if not count:
            return []
        around = {max(0, min(n, count - 1)) for n in (near - 1, near)}
        return [self.key(n) for n in sorted(around)]

    def validate(self, key: str, now: datetime | None = None) -> None:
        """Do nothing if the key exists.

        Raises:
            UnknownPartitionError: It does not, or its window has not ended yet.
        """
        found = self.find(key)
        count = self.count(now)
        if found is not None and found >= count:
            last = f"The last one is '{self.key(count - 1)}'." if count else "None exists yet."
            raise UnknownPartitionError(
                f"Partition '{key}' does not exist yet: its window ends at "
                f"{self.time_window_for_partition_key(key).end.isoformat()}. {last}"
            )
        super().validate(key, now)

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """Return the window of a key.

        Raises:
            UnknownPartitionError: No window has this key.
        """
        start, end = self.seconds_at((self.ordinal(partition_key), self.ordinal(partition_key) + 1))
        return TimeWindow(moment(start, self._zone), moment(end, self._zone))

    def seconds_at(self, span: Span) -> tuple[int, int]:
        """Return when the first of some consecutive windows starts and the last ends."""
        start, stop = span
        return self._grid.start_of(self._first + start), self._grid.start_of(self._first + stop)

    def overlapping(self, start: int, end: int) -> Span:
        """Return the ordinals of the windows that overlap a span of time, in or out of bounds."""
        return self._grid.floor(start) - self._first, self._grid.floor(end - 1) - self._first + 1

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write each span as one key range."""
        return [(self.key(start), self.key(stop - 1)) for start, stop in spans]

    def restored_span(self, first: str, last: str) -> Span | None:
        """Read one stored key range, cut to the bounds."""
        start, end = self._locate(first), self._locate(last)
        if start is None or end is None:
            return None
        return self._clipped(start), self._clipped(end + 1)

    def _clipped(self, ordinal: int) -> int:
        return max(0, ordinal if self._bound is None else min(ordinal, self._bound))

    def _locate(self, key: str) -> int | None:
        """Return the ordinal of a key without regard to the bounds."""
        at = self._read(key)
        if at is None:
            return None
        n = self._grid.floor(at)
        for ordinal in (n - self._first, n + 1 - self._first):
            if self.key(ordinal) == key:
                return ordinal
        return None

    def _written(self, at: int) -> str:
        shown = moment(at, self._zone)
        text = shown.strftime(self.fmt)
        return text + shown.strftime("%z") if shown.fold and self._suffixed else text

    def _read(self, key: str) -> int | None:
        """Return the time that a key says, which need not be the start of a window."""
        shown = _parsed(key, self.fmt)
        if shown is None and self._suffixed:
            shown = _parsed(key, self.fmt + "%z")
        if shown is None:
            return None
        try:
            zoned = shown if shown.tzinfo else shown.replace(tzinfo=self._zone)
            return int(zoned.timestamp())
        except (OverflowError, ValueError):
            return None

    def _make_grid(self) -> Grid:
        if self.schedule_type is ScheduleType.HOURLY:
            late = self.start.minute * 60 + self.start.second
            wait = (self.minute_offset * 60 - late) % 3600
            return HourGrid((int(self.start.timestamp()) + wait) % 3600)
        seconds = self.hour_offset * 3600 + self.minute_offset * 60
        return DayGrid(self._zone, self.schedule_type, self.day_offset, seconds)

    def _bound_of(self, end: datetime | None) -> int | None:
        if end is None:
            return None
        return max(0, self._grid.floor(math.floor(end.timestamp())) - self._first)

    def _check_fmt(self) -> None:
        for ordinal, key in enumerate(self.keys(0, 3)):
            if self._locate(key) != ordinal:
                raise InvalidDefinitionError(
                    f"The format {self.fmt!r} does not tell {self.noun}s apart: the partition that "
                    f"starts at {moment(self.seconds_at((ordinal, ordinal))[0], self._zone)} would "
                    f"have the key '{key}'. Choose a fmt that names the start of each {self.noun}."
                )


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition for each day.

    Example:
        >>> days = DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03")
        >>> days.get_partition_keys()
        ['2024-01-01', '2024-01-02']
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        *,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            fmt or DAY_FORMAT,
            end=end_date,
            schedule_type=ScheduleType.DAILY,
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
        )


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition for each hour."""

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        *,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            fmt or HOUR_FORMAT,
            end=end_date,
            schedule_type=ScheduleType.HOURLY,
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
        )


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition for each week; `day_offset` is its first weekday, 0 for Sunday."""

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        *,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            fmt or DAY_FORMAT,
            end=end_date,
            schedule_type=ScheduleType.WEEKLY,
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
        )


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition for each month; `day_offset` is its first day.

    Months that do not have that day start no window.
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        *,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            fmt or DAY_FORMAT,
            end=end_date,
            schedule_type=ScheduleType.MONTHLY,
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
        )


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidDefinitionError(
            f"There is no timezone {name!r}. Use an IANA name like 'Europe/London'."
        ) from error


def _within(name: str, value: int, low: int, high: int) -> int:
    if low <= value <= high:
        return value
    allowed = f"{low} to {high}" if low < high else f"{low}"
    raise InvalidDefinitionError(f"{name} is {value}, but here it can only be {allowed}.")


def _instant(value: datetime | str, *, fmt: str, zone: tzinfo, name: str) -> datetime:
    """Read a bound of a definition as a time in its zone."""
    if isinstance(value, str):
        shown = _parsed(value, fmt)
        if shown is None:
            like = datetime(2024, 12, 31, tzinfo=zone).strftime(fmt)
            raise InvalidDefinitionError(
                f"{name} {value!r} does not match the format {fmt!r}. Write it like {like!r}, or "
                "give another fmt."
            )
        value = shown
    return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)


def _parsed(text: str, fmt: str) -> datetime | None:
    """Read text in a format; the two usual formats take a road ten times as fast."""
    try:
        if fmt == DAY_FORMAT and len(text) == 10:
            return datetime.fromisoformat(text)
        if fmt == HOUR_FORMAT and len(text) == 16:
            return datetime.fromisoformat(text)
        return datetime.strptime(text, fmt)  # noqa: DTZ007 - the definition's zone is added
    except ValueError:
        return None


def _overflowing(key: str) -> datetime | None:
    """Read a date that is not in the calendar: month 13 is January, February 30 is March 1 or 2."""
    numbers = re.match(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:\D(\d{1,2}):(\d{2}))?", key)
    if numbers is None:
        return None
    year, month, day, hour, minute = (int(text or 0) for text in numbers.groups())
    ahead, month = divmod(max(month, 1) - 1, 12)
    if not 1 <= year + ahead <= 9998:
        return None
    first = datetime(year + ahead, month + 1, 1)  # noqa: DTZ001 - the definition's zone is added
    return first + timedelta(days=max(day, 1) - 1, hours=hour, minutes=minute)
