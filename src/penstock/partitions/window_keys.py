"""The text of a window's key: writing a time in a format, and reading it back.

Owns the two usual formats, which are read ten times as fast, and the dates that are not in the
calendar. Knows no windows: whether one starts at the time that a key says is not its business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from penstock.base.zones import moment
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
