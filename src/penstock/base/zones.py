"""Times as the clock on the wall of a zone shows them.

Owns both edges of daylight saving time: a time that the clock skips is the end of the gap, and a
time that it shows twice by night, from one to four, is the second. Where it is put back around
midnight the first counts, for there a day begins. Instants are whole seconds since the epoch.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from penstock.errors import InvalidDefinitionError

EPOCH_DAY = 719_163
"""1970-01-01, counted from 0001-01-01 as 1."""

_BY_NIGHT = (1, 2, 3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """Return the zone of an IANA name.

    Raises:
        InvalidDefinitionError: There is no such zone.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidDefinitionError(
            f"There is no timezone {name!r}. Use an IANA name like 'Europe/London'."
        ) from error


def moment(at: float, zone: tzinfo) -> datetime:
    """Return a time as the clock in a zone shows it."""
    shown = _EPOCH + timedelta(seconds=at)
    return shown if zone is UTC else shown.astimezone(zone)


def day_at(at: int, zone: tzinfo) -> int:
    """Return the day that the calendar in a zone shows, counted from 0001-01-01 as 1."""
    return at // 86_400 + EPOCH_DAY if zone is UTC else moment(at, zone).toordinal()


def day_start(day: int, zone: tzinfo) -> int:
    """Return when a day of the calendar in a zone starts."""
    if zone is UTC:
        return (day - EPOCH_DAY) * 86_400
    return wall_seconds(datetime.fromordinal(day), zone)


def wall_seconds(wall: datetime, zone: tzinfo) -> int:
    """Return when a clock in a zone shows a time, or the end of the gap that it falls into.

    Of two such moments it is the second from one to four by night, and the first around midnight.
    """
    early, late = both_seconds(wall, zone)
    if early > late:
        return _gap_end(late, early, zone)
    return late if wall.hour in _BY_NIGHT else early


def both_seconds(wall: datetime, zone: tzinfo) -> tuple[int, int]:
    """Return a time of the wall by the offset before and after a change of the clock.

    The two are equal when nothing changes; the first is the later one in a gap.
    """
    early = int(wall.replace(tzinfo=zone, fold=0).timestamp())
    late = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    return early, late


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
