"""The text of a window's key: writing a time in a format, and reading it back.

Owns the two usual formats, which are read ten times as fast, and the dates that are not in the
calendar. Knows no windows: whether one starts at the time that a key says is not its business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from penstock.base.zones import EPOCH_DAY, moment
from penstock.errors import InvalidDefinitionError

DAY_FORMAT = "%Y-%m-%d"
HOUR_FORMAT = "%Y-%m-%d-%H:%M"


def written(at: int, zone: tzinfo, *, fmt: str, suffixed: bool) -> str:
    """Write a time as the clock in a zone shows it, and with its offset if shown before."""
    shown = moment(at, zone)
    text = shown.strftime(fmt)
    return text + shown.strftime("%z") if shown.fold and suffixed else text


def seconds_read(key: str, zone: tzinfo, *, fmt: str, suffixed: bool) -> int | None:
    """Return the time that a key says, in seconds since the epoch, or None if it says none."""
    shown = parsed(key, fmt)
    if shown is None and suffixed:
        shown = parsed(key, fmt + "%z")
    if shown is None:
        return None
    try:
        return int((shown if shown.tzinfo else shown.replace(tzinfo=zone)).timestamp())
    except (OverflowError, ValueError):
        return None


def parsed(text: str, fmt: str) -> datetime | None:
    """Read text in a format; None if it is not in it."""
    try:
        if fmt == DAY_FORMAT and len(text) == 10 and text[7] == "-":
            return datetime.fromisoformat(text)
        if fmt == HOUR_FORMAT and len(text) == 16:
            return datetime.fromisoformat(text)
        return datetime.strptime(text, fmt)  # noqa: DTZ007 - the definition's zone is added
    except ValueError:
        return None


def bound_read(value: datetime | str, *, fmt: str, zone: tzinfo, name: str) -> datetime:
    """Read a bound of a definition as a time in its zone.

    Raises:
        InvalidDefinitionError: The text does not match the format.
    """
    if isinstance(value, str):
        shown = parsed(value, fmt)
        if shown is None:
            like = datetime(2024, 12, 31, tzinfo=zone).strftime(fmt)
            raise InvalidDefinitionError(
                f"{name} {value!r} does not match the format {fmt!r}. Write it like {like!r}, or "
                "give another fmt."
            )
        value = shown
    return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)


def days_read(keys: Sequence[str]) -> list[int] | None:
    """Return the days of many keys in `DAY_FORMAT`, from 0001-01-01 as 1; None if one is not."""
    try:
        days = [datetime.fromisoformat(key).toordinal() for key in keys]
    except ValueError:
        return None
    return days if all(len(key) == 10 and key[7] == "-" for key in keys) else None


def hours_read(keys: Sequence[str]) -> list[int] | None:
    """Return the times in UTC of many keys in `HOUR_FORMAT`; None if one is not in it."""
    days, times = _Days(), _Times()
    try:
        return [days[key[:10]] + times[key[10:]] for key in keys]
    except ValueError:
        return None


def hours_written(times: Iterable[int]) -> list[str]:
    """Write times in UTC in `HOUR_FORMAT`; many at once, for each day is written once."""
    days, clock = _DayTexts(), _ClockTexts()
    return [days[at // 86_400] + clock[at % 86_400] for at in times]


def overflowing(key: str) -> datetime | None:
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


class _DayTexts(dict[int, str]):
    """The texts of days since 1970-01-01, written once each."""

    def __missing__(self, day: int) -> str:
        self[day] = date.fromordinal(day + EPOCH_DAY).isoformat()
        return self[day]


class _ClockTexts(dict[int, str]):
    """The texts like `-05:30` of seconds after midnight, written once each."""

    def __missing__(self, seconds: int) -> str:
        self[seconds] = f"-{seconds // 3600:02}:{seconds % 3600 // 60:02}"
        return self[seconds]


class _Days(dict[str, int]):
    """The midnights of days, read once each."""

    def __missing__(self, text: str) -> int:
        if len(text) != 10 or text[7] != "-":
            raise ValueError(text)
        midnight = (datetime.fromisoformat(text).toordinal() - EPOCH_DAY) * 86_400
        self[text] = midnight
        return midnight


class _Times(dict[str, int]):
    """The seconds after midnight of times like `-05:30`, read once each."""

    def __missing__(self, text: str) -> int:
        if len(text) != 6 or text[0] != "-":
            raise ValueError(text)
        shown = datetime.strptime(text, "-%H:%M").replace(tzinfo=UTC)
        self[text] = shown.hour * 3600 + shown.minute * 60
        return self[text]
