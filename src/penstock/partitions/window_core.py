"""The keys of time windows: numbering windows, writing their starts, and the bounds.

A window exists once it has ended. Where windows start and end is the grid's business.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime

from penstock.base.cron import parse_cron
from penstock.base.text import counted
from penstock.base.zones import moment, wall_seconds, zone_named
from penstock.errors import (
    InvalidDefinitionError,
    ParameterCheckError,
    UnknownPartitionError,
)
from penstock.partitions.cadence import ClockGrid, DayGrid, Regular, ScheduleType, ceiling
from penstock.partitions.definition import PartitionsDefinition, seconds_of
from penstock.partitions.hour_keys import hours_read, hours_written
from penstock.partitions.listed_grid import ListedGrid
from penstock.partitions.ordinals import Span, joined
from penstock.partitions.window_grid import Exclusions, grid_of, regular_cadence
from penstock.partitions.window_keys import (
    DAY_FORMAT,
    HOUR_FORMAT,
    bound_read,
    days_read,
    overflowing,
    seconds_read,
    written,
)

_NOUNS = {
    ScheduleType.HOURLY: "hour",
    ScheduleType.DAILY: "day",
    ScheduleType.WEEKLY: "week",
    ScheduleType.MONTHLY: "month",
}

_EARLIEST = -62_000_000_000
_LATEST = 253_000_000_000
_MANY = 64
_DENSE = 4
_LISTED_REACH = 200 * 366 * 86_400
"""How far from the start windows are looked for that have to be listed one by one: 200 years."""


class WindowKeys(PartitionsDefinition):
    """Partitions that are windows of time, as keys and ordinals."""

    def __init__(
        self,
        start: datetime | str,
        fmt: str,
        end: datetime | str | None = None,
        schedule_type: ScheduleType | None = None,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int | None = None,
        hour_offset: int | None = None,
        day_offset: int | None = None,
        cron_schedule: str | None = None,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        regular = _cadence(
            schedule_type,
            cron_schedule=cron_schedule,
            minute=minute_offset or 0,
            hour=hour_offset or 0,
            day=day_offset,
        )
        self._cron = parse_cron(regular.cron if regular else cron_schedule or "")
        self.cron_schedule: str = regular.cron if regular else self._cron.text
        self.schedule_type: ScheduleType | None = regular.schedule if regular else None
        self.minute_offset: int = regular.minute if regular else 0
        self.hour_offset: int = regular.hour if regular else 0
        self.day_offset: int = regular.day if regular else 0
        self.timezone: str = timezone or "UTC"
        self.fmt = fmt
        self.end_offset = end_offset
        self._zone = zone_named(self.timezone)
        self._exclusions = Exclusions.of(exclusions, self._zone)
        self.exclusions: list[str | datetime] | None = list(exclusions) if exclusions else None
        self.start: datetime = bound_read(start, fmt=fmt, zone=self._zone, name="start_date")
        self.end: datetime | None = (
            None if end is None else bound_read(end, fmt=fmt, zone=self._zone, name="end_date")
        )
        self._suffixed = self._cron.every_hour and "%z" not in fmt
        self._grid = grid_of(self._cron, regular, start=self.start, exclusions=self._exclusions)
        self._first = ceiling(self._grid, math.ceil(self.start.timestamp()))
        self._bound = self._bound_of(self.end)
        self._check_fmt()

    @property
    def noun(self) -> str:
        """What one partition is: 'hour', 'day', 'week', 'month' or 'window'."""
        return _NOUNS[self.schedule_type] if self.schedule_type else "window"

    @property
    def grid(self) -> str:
        """The cadence, the format and the zone of the keys."""
        if self.schedule_type is None:
            return f"cron {self.cron_schedule} {self.timezone} {self.fmt}"
        at = f"{self.hour_offset:02}:{self.minute_offset:02}"
        return f"{self.schedule_type} day {self.day_offset} {at} {self.timezone} {self.fmt}"

    @property
    def identity(self) -> Hashable:
        """Everything that was given, with the instants in seconds."""
        end = self.end.timestamp() if self.end else None
        left_out = tuple(self._exclusions.spec())
        return ("time_window", self.grid, self.start.timestamp(), end, self.end_offset, left_out)

    @property
    def capacity(self) -> int | None:
        """How many windows there are up to the end; None if there is no end."""
        return self._bound

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
        cadence = self.schedule_type or f"cron '{self.cron_schedule}'"
        return f"{self.noun}s like '{self.key(like)}' ({cadence} from {self.key(0)}{end})"

    def __str__(self) -> str:
        cadence = self.schedule_type.capitalize() if self.schedule_type else self.cron_schedule
        text = f"{cadence}, starting {self.start.strftime(self.fmt)} {self.timezone}."
        if not self.end_offset:
            return text
        return f"{text} End offsetted by {counted(self.end_offset, 'partition')}."

    def spec(self) -> dict[str, object]:
        """Return the definition as plain JSON."""
        spec: dict[str, object] = {
            "kind": "time_window",
            "schedule": str(self.schedule_type) if self.schedule_type else None,
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else None,
            "timezone": self.timezone,
            "fmt": self.fmt,
            "end_offset": self.end_offset,
            "minute_offset": self.minute_offset,
            "hour_offset": self.hour_offset,
            "day_offset": self.day_offset,
        }
        if self.schedule_type is None:
            spec["cron"] = self.cron_schedule
        if self._exclusions:
            spec["exclusions"] = self._exclusions.spec()
        return spec

    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if no window has it."""
        found = self._locate(key)
        if found is None or found < 0 or (self._bound is not None and found >= self._bound):
            return None
        return found

    def ordinals(self, keys: Iterable[str]) -> list[int]:
        """Return the ordinals of keys, in the order given.

        Raises:
            UnknownPartitionError: One is not a key, now or ever.
        """
        given = list(keys)
        return self._found_fast(given) or super().ordinals(given)

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys of windows; ordinals below 0 are windows before the start."""
        return self.keys_at(range(start, stop))

    def keys_at(self, ordinals: Sequence[int]) -> list[str]:
        """Return the keys of windows, in the order given."""
        grid, numbers = self._grid, self._numbers(ordinals)
        if isinstance(grid, DayGrid) and self.fmt == DAY_FORMAT:
            daily = grid.schedule is ScheduleType.DAILY
            days = numbers if daily else map(grid.day_of, numbers)
            return [date.fromordinal(day).isoformat() for day in days]
        if isinstance(grid, ClockGrid) and self.fmt == HOUR_FORMAT:
            if len(numbers) > _MANY and not isinstance(numbers, range):
                return self._picked(numbers)
            return hours_written(grid.starts_of(numbers), self._zone, one=self._written)
        # One by one, because keys are made and told apart before windows are listed by the block.
        return [self._written(grid.start_of(n)) for n in numbers]

    def _picked(self, numbers: Sequence[int]) -> list[str]:
        """Return the keys of hours; writing those between as well is quicker if these are few."""
        low, high = min(numbers), max(numbers) + 1
        every = range(low, high)
        if high - low > _DENSE * len(numbers):
            return hours_written(self._grid.starts_of(numbers), self._zone, one=self._written)
        keys = hours_written(self._grid.starts_of(every), self._zone, one=self._written)
        return [keys[n - low] for n in numbers]

    def count(self, now: datetime | None = None) -> int:
        """Return how many windows have ended, give or take `end_offset`."""
        at = math.floor(seconds_of(now, self._zone))
        if self.end is not None and self.end_offset >= 0 and at >= self.end.timestamp():
            return self._bound or 0
        return self._clipped(self._grid.unended(at) - self._first + self.end_offset)

    def nearest_keys(self, key: str, now: datetime | None = None) -> list[str]:
        """Return the existing windows before and after the time that a wrong key seems to mean."""
        at, count = self._meant(key), self.count(now)
        if at is None or not count or not self._reaches(at):
            return []
        after = self._ceiling(at)
        around = {max(0, min(n, count - 1)) for n in (after - 1, after)}
        return [self.key(n) for n in sorted(around)]

    def _meant(self, key: str) -> int | None:
        """Return the time that a wrong key seems to mean, even one that no calendar has."""
        at = seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
        if at is not None or self.fmt not in (DAY_FORMAT, HOUR_FORMAT):
            return at
        meant = overflowing(key)
        return None if meant is None else wall_seconds(meant, self._zone)

    def validate(self, key: str, now: datetime | None = None) -> None:
        """Do nothing if the key exists.

        Raises:
            UnknownPartitionError: It does not, or its window has not ended yet.
        """
        found = self.find(key)
        count = self.count(now)
        if found is not None and found >= count:
            last = f"The last one is '{self.key(count - 1)}'." if count else "None exists yet."
            end = moment(self._grid.end_of(self._first + found), self._zone)
            raise UnknownPartitionError(
                f"Partition '{key}' does not exist yet: its window ends at {end.isoformat()}. "
                f"{last}"
            )
        super().validate(key, now)

    def seconds_at(self, span: Span) -> tuple[int, int]:
        """Return when the first of some consecutive windows starts and the last ends."""
        start, stop = span
        first, last = self._first + start, self._first + stop - 1
        return self._grid.start_of(first), self._grid.end_of(last)

    def spans_of_time(self, span: Span) -> list[tuple[int, int]]:
        """Return the spans of time that some consecutive windows take, without the gaps."""
        if not isinstance(self._grid, ListedGrid) or not self._exclusions:
            return [self.seconds_at(span)]
        numbers = self._numbers(range(*span))
        return list(joined(self._grid.starts_of(numbers), self._grid.ends_of(numbers)))

    def overlapping(self, start: int, end: int) -> Span:
        """Return the ordinals of the windows that overlap a span of time, in or out of bounds."""
        return self._grid.unended(start) - self._first, self._grid.floor(end - 1) - self._first + 1

    def starting(self, start: int, end: int) -> Span:
        """Return the ordinals of the windows that start in a span of time, in or out of bounds."""
        return self._ceiling(start), self._ceiling(end)

    @property
    def has_gaps(self) -> bool:
        """Whether windows are left out."""
        return bool(self._exclusions)

    @property
    def lists_keys(self) -> bool:
        """Whether a subset gives its keys away as a list: windows are a sequence."""
        return True

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write each span as one key range."""
        firsts = self.keys_at([start for start, _ in spans])
        lasts = self.keys_at([stop - 1 for _, stop in spans])
        return list(zip(firsts, lasts, strict=True))

    def restored_spans(self, first: str, last: str) -> Sequence[Span]:
        """Read one stored key range, cut to the bounds."""
        start, stop = self._after(first, 0), self._after(last, 1)
        return [] if start is None or stop is None else [(start, stop)]

    def _after(self, key: str, more: int) -> int | None:
        """Return the ordinal that is so many after a key's, or where it would be if left out."""
        found = self._locate(key)
        if found is not None:
            return self._clipped(found + more)
        at = seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
        return None if at is None else self._clipped(self._ceiling(at + more))

    def _numbers(self, ordinals: Sequence[int]) -> Sequence[int]:
        """Return the numbers that windows have in the grid."""
        first = self._first
        if isinstance(ordinals, range):
            return range(ordinals.start + first, ordinals.stop + first, ordinals.step)
        return [first + n for n in ordinals]

    def _clipped(self, ordinal: int) -> int:
        return max(0, ordinal if self._bound is None else min(ordinal, self._bound))

    def _ceiling(self, at: int) -> int:
        return ceiling(self._grid, at) - self._first

    def _locate(self, key: str) -> int | None:
        """Return the ordinal of a key without regard to the bounds."""
        at = seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
        if at is None or not self._reaches(at):
            return None
        n = self._grid.floor(at)
        # The window before takes no time if the calendar skips its day, as Samoa did in 2011.
        for ordinal in (n - self._first, n + 1 - self._first, n - 1 - self._first):
            if self.key(ordinal) == key:
                return ordinal
        return None

    def _reaches(self, at: int) -> bool:
        """Tell whether a time is near enough to look for a window: a wrong key may say any year."""
        if isinstance(self._grid, ListedGrid):
            return abs(at - self.start.timestamp()) < _LISTED_REACH
        return _EARLIEST < at < _LATEST

    def _found_fast(self, keys: Sequence[str]) -> list[int] | None:
        """Return the ordinals of many keys of the usual kinds; None if one needs a closer look."""
        grid, first = self._grid, self._first
        found = None
        if isinstance(grid, DayGrid) and self.fmt == DAY_FORMAT and self.noun == "day":
            days = days_read(keys)
            found = None if days is None else [day - first for day in days]
        elif isinstance(grid, ClockGrid) and self.fmt == HOUR_FORMAT:
            period, phase = grid.period, grid.phase
            times = hours_read(keys, self._zone, one=self._time_of)
            if times is not None and {at % period for at in times} == {phase}:
                zero = phase + first * period
                found = [(at - zero) // period for at in times]
        if not found or min(found) < 0:
            return None
        return found if self._bound is None or max(found) < self._bound else None

    def _time_of(self, key: str) -> int | None:
        """Return when the window of a key starts, or None if it is not a key."""
        found = self._locate(key)
        return None if found is None else self._grid.start_of(self._first + found)

    def _written(self, at: int) -> str:
        return written(at, self._zone, fmt=self.fmt, suffixed=self._suffixed)

    def _bound_of(self, end: datetime | None) -> int | None:
        if end is None:
            return None
        return max(0, self._grid.unended(math.floor(end.timestamp())) - self._first)

    def _check_fmt(self) -> None:
        for ordinal, key in enumerate(self.keys(0, 3)):
            if self._locate(key) != ordinal:
                raise InvalidDefinitionError(
                    f"The format {self.fmt!r} does not tell {self.noun}s apart: the partition that "
                    f"starts at {moment(self._grid.start_of(self._first + ordinal), self._zone)} "
                    f"would have the key '{key}'. Choose a fmt that names the start of each "
                    f"{self.noun}."
                )


def _cadence(
    schedule: ScheduleType | None,
    *,
    cron_schedule: str | None,
    minute: int,
    hour: int,
    day: int | None,
) -> Regular | None:
    """Return the regular cadence that was asked for, or None for any other cron schedule."""
    if cron_schedule is None:
        if schedule is None:
            raise ParameterCheckError(
                "Time windows need a schedule_type, or a cron_schedule, that says when they start."
            )
        return regular_cadence(ScheduleType(schedule), minute=minute, hour=hour, day=day)
    if schedule is not None or minute or hour or day:
        raise ParameterCheckError(
            f"The cron_schedule {cron_schedule!r} alone says when windows start. Leave out "
            "schedule_type, and the offsets of day, hour and minute."
        )
    return Regular.of(parse_cron(cron_schedule))
