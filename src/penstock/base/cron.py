"""Cron: when a schedule of five fields fires, in a zone, forwards and backwards.

Owns the language (names, ranges that wrap, steps, `L`, `MON#2`, `@daily`) and its meaning. A day is
taken if the day of the month or the weekday matches, when both are restricted. A schedule for every
hour counts elapsed time, so that a repeated hour fires twice and a skipped one never. Any other
keeps to the wall: a time that the clock skips fires at the end of the gap, one that it shows twice
fires the second time, around midnight the first. Instants are whole seconds since the epoch.
"""

from __future__ import annotations

import calendar
import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

from penstock.base.zones import EPOCH_DAY, both_seconds, day_at, moment, wall_seconds
from penstock.errors import InvalidDefinitionError

LAST_DAY = date.max.toordinal() - 2
"""The last day on which schedules are followed."""

_ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LAST = -1


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: dict[str, int]


_MINUTE = _Field("minute", 0, 59, {})
_HOUR = _Field("hour", 0, 23, {})
_DAY = _Field("day of the month", 1, 31, {})
_MONTH = _Field("month", 1, 12, _MONTHS)
_WEEKDAY = _Field("weekday", 0, 7, _WEEKDAYS)


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule that was read.

    Attributes:
        text: The five fields as they were written, with single spaces.
        times: The seconds after midnight at which it fires on a day that it takes, in order.
        days: Days of the month, with -1 for the last one; None takes all.
        months: Months, 1 is January.
        weekdays: Weekdays, 0 is Sunday, each with its number in the month: 0 for every one, -1 for
            the last; None takes all.
        every_hour: Whether it fires in each hour of a day, so that it counts elapsed time.
    """

    text: str
    times: tuple[int, ...]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[tuple[int, int]] | None
    every_hour: bool

    @property
    def takes_all_days(self) -> bool:
        """Whether it fires on every day of the year."""
        return self.days is None and self.weekdays is None and len(self.months) == 12

    def takes(self, day: date) -> bool:
        """Tell whether it fires on a day."""
        if day.month not in self.months:
            return False
        if self.days is None and self.weekdays is None:
            return True
        return self._has_day(day) or self._has_weekday(day)

    def minute_interval(self) -> int | None:
        """Return the minutes between any two times, if they are the same everywhere."""
        if not (self.every_hour and self.takes_all_days):
            return None
        minutes = [at // 60 for at in self.times if at < 3600]
        gaps = {after - before for before, after in pairwise([*minutes, minutes[0] + 60])}
        return gaps.pop() if len(gaps) == 1 else None

    def _has_day(self, day: date) -> bool:
        if self.days is None:
            return False
        if day.day in self.days:
            return True
        return _LAST in self.days and day.day == calendar.monthrange(day.year, day.month)[1]

    def _has_weekday(self, day: date) -> bool:
        if self.weekdays is None:
            return False
        weekday = day.isoweekday() % 7
        if (weekday, 0) in self.weekdays or (weekday, (day.day + 6) // 7) in self.weekdays:
            return True
        last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        return last and (weekday, _LAST) in self.weekdays


@lru_cache(maxsize=1024)
def parse_cron(text: str) -> Cron:
    """Read a schedule of five fields, or an alias like `@daily`.

    Raises:
        InvalidDefinitionError: It is not one, or it names dates that no year has.
    """
    fields = _ALIASES.get(text.strip().lower(), text).lower().split()
    if len(fields) != 5:
        raise _invalid(text, f"it has {len(fields)} fields, not 5")
    minutes = _numbers(text, fields[0], _MINUTE)
    hours = _numbers(text, fields[1], _HOUR)
    days = _days(text, fields[2])
    months = frozenset(_numbers(text, fields[3], _MONTH))
    if days and _LAST not in days and min(days) > max(_LONGEST[month] for month in months):
        raise _invalid(text, f"no month that it names has a day {min(days)}")
    return Cron(
        text=" ".join(fields),
        times=tuple(
            hour * 3600 + minute * 60 for hour in sorted(hours) for minute in sorted(minutes)
        ),
        days=days,
        months=months,
        weekdays=_weekdays(text, fields[4]),
        every_hour=len(hours) == 24,
    )


def is_valid_cron_string(text: str) -> bool:
    """Tell whether text is a schedule of five fields, or an alias like `@daily`."""
    try:
        parse_cron(text)
    except InvalidDefinitionError:
        return False
    return True


def cron_ticks(schedule: str | Sequence[str], *, start: float, zone: tzinfo = UTC) -> Iterator[int]:
    """Yield when a schedule fires, from a time on, that time included.

    Args:
        schedule: One schedule, or several that fire together as one.
        start: Seconds since the epoch.
        zone: Whose clock counts.

    Raises:
        InvalidDefinitionError: A schedule cannot be read.
    """
    first = math.ceil(start)
    since = day_at(first, zone) - 1
    each = [_forward(cron, since, zone) for cron in _parsed(schedule)]
    return (at for at in _rising(heapq.merge(*each)) if at >= first)


def cron_ticks_back(
    schedule: str | Sequence[str], *, end: float, zone: tzinfo = UTC
) -> Iterator[int]:
    """Yield when a schedule fired, from a time back, that time included.

    Raises:
        InvalidDefinitionError: A schedule cannot be read.
    """
    last = math.floor(end)
    since = day_at(last, zone) + 1
    each = [_backward(cron, since, zone) for cron in _parsed(schedule)]
    merged = _rising(-at for at in heapq.merge(*each, reverse=True))
    return (-at for at in merged if -at <= last)


def ticks_of_day(cron: Cron, day: int, zone: tzinfo) -> list[int]:
    """Return when a schedule fires on one day of the wall, in order.

    Args:
        cron: The schedule.
        day: The day, counted from 0001-01-01 as 1.
        zone: Whose clock counts.
    """
    midnight = (day - EPOCH_DAY) * 86_400
    if zone is UTC:
        return [midnight + at for at in cron.times]
    wall = datetime.fromordinal(day)
    first, last = wall_seconds(wall, zone), wall_seconds(wall + timedelta(days=1), zone)
    if last - first == 86_400:
        return [first + at for at in cron.times]
    walls = [wall + timedelta(seconds=at) for at in cron.times]
    if not cron.every_hour:
        return sorted({wall_seconds(each, zone) for each in walls})
    both = (both_seconds(each, zone) for each in walls)
    return sorted({at for early, late in both if early <= late for at in (early, late)})


def next_cron_tick(
    schedule: str | Sequence[str], *, after: float, zone: tzinfo = UTC
) -> datetime | None:
    """Return the first time after another at which a schedule fires, or None if it never does."""
    at = next(cron_ticks(schedule, start=math.floor(after) + 1, zone=zone), None)
    return None if at is None else moment(at, zone)


def _parsed(schedule: str | Sequence[str]) -> list[Cron]:
    return [parse_cron(each) for each in ([schedule] if isinstance(schedule, str) else schedule)]


def _forward(cron: Cron, day: int, zone: tzinfo) -> Iterator[int]:
    day = max(day, 2)
    while day <= LAST_DAY:
        on = date.fromordinal(day)
        if on.month not in cron.months:
            day = _first_of_next_month(on)
            continue
        if cron.takes(on):
            yield from ticks_of_day(cron, day, zone)
        day += 1


def _backward(cron: Cron, day: int, zone: tzinfo) -> Iterator[int]:
    day = min(day, LAST_DAY)
    while day > 1:
        on = date.fromordinal(day)
        if on.month not in cron.months:
            day -= on.day
            continue
        if cron.takes(on):
            yield from reversed(ticks_of_day(cron, day, zone))
        day -= 1


def _first_of_next_month(day: date) -> int:
    return day.toordinal() - day.day + calendar.monthrange(day.year, day.month)[1] + 1


def _rising(ticks: Iterable[int]) -> Iterator[int]:
    """Leave out a tick that is not after the one before it."""
    last: int | None = None
    for at in ticks:
        if last is None or at > last:
            yield at
            last = at


def _days(text: str, field: str) -> frozenset[int] | None:
    found: set[int] = set()
    for term in field.split(","):
        if term == "l":
            found.add(_LAST)
        else:
            found.update(_term(text, "*" if term == "?" else term, _DAY))
    return None if len(found - {_LAST}) == 31 else frozenset(found)


def _weekdays(text: str, field: str) -> frozenset[tuple[int, int]] | None:
    found: set[tuple[int, int]] = set()
    for term in field.split(","):
        if term[:1] == "l" and len(term) > 1:
            found.add((_value(text, term[1:], _WEEKDAY) % 7, _LAST))
        elif "#" in term:
            weekday, _, number = term.partition("#")
            if number not in {"1", "2", "3", "4", "5"}:
                raise _invalid(text, f"{number!r} is not a number from 1 to 5")
            found.update((day % 7, int(number)) for day in _term(text, weekday, _WEEKDAY))
        else:
            days = _term(text, "*" if term == "?" else term, _WEEKDAY)
            found.update((day % 7, 0) for day in days)
    return None if {(day, 0) for day in range(7)} <= found else frozenset(found)


def _numbers(text: str, field: str, kind: _Field) -> set[int]:
    return {number for term in field.split(",") for number in _term(text, term, kind)}


def _term(text: str, term: str, kind: _Field) -> list[int]:
    """Read `*`, `3`, `1-5`, `22-2` or one of them with a step like `/2`."""
    span, slash, step = term.partition("/")
    if slash and not (step.isdecimal() and int(step) > 0):
        raise _invalid(text, f"{step!r} is not a step")
    first, dash, last = span.partition("-")
    if span == "*":
        numbers = list(range(kind.low, kind.high + (kind is not _WEEKDAY)))
    elif dash:
        low, high = _value(text, first, kind), _value(text, last, kind)
        wrapped = [*range(low, kind.high + 1), *range(kind.low, high + 1)]
        numbers = list(range(low, high + 1)) if low <= high else wrapped
    else:
        low = _value(text, first, kind)
        numbers = list(range(low, kind.high + 1)) if slash else [low]
    return numbers[:: int(step)] if slash else numbers


def _value(text: str, word: str, kind: _Field) -> int:
    if word in kind.names:
        return kind.names[word]
    if word.isdecimal() and word.isascii() and kind.low <= int(word) <= kind.high:
        return int(word)
    raise _invalid(text, f"{word!r} is not a {kind.name} from {kind.low} to {kind.high}")


def _invalid(text: str, why: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"{text!r} is not a cron schedule: {why}. Write five fields - minute, hour, day of the "
        "month, month, weekday - like '0 6 * * MON-FRI', or an alias like '@daily'."
    )
