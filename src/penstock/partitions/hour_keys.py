"""Keys of windows in the usual format of hours, many at once, in any zone.

Owns speed only: what it writes and reads is what `window_keys` says, a day at a time instead of a
key at a time. Where the clock is changed it asks for help with single keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from itertools import groupby

from penstock.base.zones import EPOCH_DAY, moment

_DAY = 86_400
_FEW = 48
_UNCLEAR = -(1 << 62)


def hours_written(times: Sequence[int], zone: tzinfo, *, one: Callable[[int], str]) -> list[str]:
    """Write times in `HOUR_FORMAT`.

    Args:
        times: Seconds since the epoch; a range is the quickest.
        zone: Whose clock counts.
        one: Writes a time near a change of the clock.
    """
    if isinstance(times, range) and len(times) > _FEW and _DAY % times.step == 0:
        return _range_written(times, zone, one)
    days = _DayTexts()
    if zone is UTC:
        return [days[at // _DAY] + _CLOCK[at % _DAY] for at in times]
    offsets = _offsets(zone)
    return [
        one(at)
        if (offset := offsets[at // _DAY]) is None
        else days[(at + offset) // _DAY] + _CLOCK[(at + offset) % _DAY]
        for at in times
    ]


def hours_read(
    keys: Sequence[str], zone: tzinfo, *, one: Callable[[str], int | None]
) -> list[int] | None:
    """Return the times of many keys in `HOUR_FORMAT`; None if one is not in it.

    Args:
        keys: The keys.
        zone: Whose clock counts.
        one: Reads a key near a change of the clock.
    """
    midnights = _Midnights(zone)
    try:
        found = [midnights[key[:10]] + _TIMES[key[10:]] for key in keys]
    except ValueError:
        return None
    if zone is UTC or min(found, default=0) > _UNCLEAR // 2:
        return found
    looked = [one(key) if at < _UNCLEAR // 2 else at for key, at in zip(keys, found, strict=True)]
    read = [at for at in looked if at is not None]
    return read if len(read) == len(looked) else None


def _range_written(times: range, zone: tzinfo, one: Callable[[int], str]) -> list[str]:
    found: list[str] = []
    for part, offset in _parts_of_equal_offset(times, zone):
        if offset is None:
            found.extend(map(one, part))
        elif part:
            found.extend(_days_written(range(part[0] + offset, part[-1] + offset + 1, part.step)))
    return found


def _parts_of_equal_offset(times: range, zone: tzinfo) -> Iterator[tuple[range, int | None]]:
    """Cut a range of times where the clock is changed; there the offset is None."""
    if zone is UTC:
        yield times, 0
        return
    all_days = range(times[0] // _DAY, times[-1] // _DAY + 1)
    for offset, days in groupby(all_days, key=_offsets(zone).__getitem__):
        first, *more = days
        since, until = first * _DAY, ((more[-1] if more else first) + 1) * _DAY
        begin, end = (-((times.start - at) // times.step) for at in (since, until))
        yield times[max(begin, 0) : max(end, 0)], offset


def _days_written(times: range) -> list[str]:
    """Write times as a clock shows them that is never changed."""
    first = times.start // _DAY
    texts = [
        date.fromordinal(day + EPOCH_DAY).isoformat() for day in range(first, times[-1] // _DAY + 1)
    ]
    clock = [_CLOCK[at] for at in range(times.start % times.step, _DAY, times.step)]
    found = [day + at for day in texts for at in clock]
    early = (times.start - first * _DAY) // times.step
    del found[early + len(times) :], found[:early]
    return found


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


class _Times(dict[str, int]):
    """The seconds after midnight of times like `-05:30`, read once each."""

    def __missing__(self, text: str) -> int:
        if len(text) != 6 or text[0] != "-":
            raise ValueError(text)
        shown = datetime.strptime(text, "-%H:%M").replace(tzinfo=UTC)
        self[text] = shown.hour * 3600 + shown.minute * 60
        return self[text]


class _Midnights(dict[str, int]):
    """The midnights of days, read once each; far in the past if the clock changes near the day."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._offsets = None if zone is UTC else _offsets(zone)

    def __missing__(self, text: str) -> int:
        if len(text) != 10 or text[7] != "-":
            raise ValueError(text)
        day = datetime.fromisoformat(text).toordinal() - EPOCH_DAY
        self[text] = day * _DAY - self._offset(day)
        return self[text]

    def _offset(self, day: int) -> int:
        if self._offsets is None:
            return 0
        offset = self._offsets[day]
        around = (self._offsets[day - 1], self._offsets[day + 1])
        return -_UNCLEAR if offset is None or around != (offset, offset) else offset


class _Offsets(dict[int, int | None]):
    """The offset of a zone for each day in UTC; None if the clock changes then or just before."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self._half_days: dict[int, int] = {}

    def __missing__(self, day: int) -> int | None:
        near = {self._half_day(2 * day + half) for half in (-2, -1, 0, 1, 2)}
        (offset, *more) = near
        self[day] = None if more or offset % 60 else offset
        return self[day]

    def _half_day(self, half: int) -> int:
        known = self._half_days.get(half)
        if known is None:
            shown = moment(half * _DAY // 2, self._zone).utcoffset()
            known = self._half_days[half] = int(shown.total_seconds()) if shown else 0
        return known


@lru_cache(maxsize=64)
def _offsets(zone: tzinfo) -> _Offsets:
    return _Offsets(zone)


_CLOCK = _ClockTexts()
_TIMES = _Times()
