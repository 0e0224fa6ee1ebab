"""Windows of time against a walk through the minutes of a zone, at each change of its clock.

The walk knows nothing of windows: it looks at what the clock on the wall shows, minute by minute
where it is changed, and else each quarter of an hour. The slow run takes every change of every zone
from 1970 to 2037; changes that look the same in several zones are looked at in one of them.
"""

import random
import zoneinfo
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.context import partition_loading_context
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
HALF_HOURS = ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]
QUARTER = 15 * 60
DAY = timedelta(days=1)
HOUR_FORMAT = "%Y-%m-%d-%H:%M"


class Walk:
    """The minutes from some days before a moment to two days after it, and what the clock shows."""

    def __init__(self, zone: str, around: datetime) -> None:
        self.zone = zone
        self.tz = ZoneInfo(zone)
        middle_at = int(around.timestamp()) // QUARTER * QUARTER
        self.shown: dict[datetime, list[int]] = {}
        self.walk(range(middle_at - 3 * 86_400, middle_at + 3 * 86_400, QUARTER))
        middle = datetime.fromtimestamp(middle_at, self.tz).date()
        self.dates = [middle - DAY, middle, middle + DAY]

    def walk(self, quarters: range) -> None:
        """Look at the clock at some times, and between two that are not as far apart on it."""
        # Some clocks were late by other than quarters, and Liberia's by 44 minutes 30 seconds.
        ends = [self.wall(at) for at in (quarters.start, quarters.stop)]
        odd = 30 if any(end.second for end in ends) else 60
        whole = not any(end.minute % 15 or end.second for end in ends)
        for at in quarters:
            even = whole and self.wall(at + QUARTER) - self.wall(at) == timedelta(seconds=QUARTER)
            for each in range(at, at + QUARTER, QUARTER if even else odd):
                self.shown.setdefault(self.wall(each), []).append(each)

    def wall(self, at: int) -> datetime:
        """Return what the clock shows at a time."""
        return datetime.fromtimestamp(at, self.tz).replace(tzinfo=None)

    def moment(self, wall: datetime) -> int:
        """Return when a window starts that should start when the clock shows a time."""
        found = self.shown.get(wall)
        if found is None:
            return min(at for shown, times in self.shown.items() if shown > wall for at in times)
        return found[-1 if wall.hour in (1, 2, 3) else 0]

    def starts(self, times: list[time], dates: list[date]) -> list[int]:
        """Return when windows start that should start at some times of some days."""
        return sorted({self.moment(datetime.combine(day, at)) for day in dates for at in times})

    def key(self, at: int, fmt: str, *, suffixed: bool = False) -> str:
        """Write what the clock shows, and the offset if it has shown the same before."""
        shown = datetime.fromtimestamp(at, self.tz)
        before = self.shown[shown.replace(tzinfo=None)][0] < at
        return shown.strftime(fmt + ("%z" if before and suffixed else ""))


class Change(NamedTuple):
    """A minute at which the clock of a zone is changed, and its offsets before and after."""

    at: int
    before: float
    after: float


def changes(zone: str, since: int, until: int) -> Iterator[Change]:
    """Yield the changes of a zone's clock from the start of one year to that of another."""
    tz = ZoneInfo(zone)

    def offset(at: int) -> float:
        shown = datetime.fromtimestamp(at, tz).utcoffset()
        return shown.total_seconds() if shown else 0

    begin, end = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (since, until))
    days = range(begin, end, 86_400)
    for day, (before, after) in zip(days, pairwise(map(offset, [*days, days.stop])), strict=True):
        if before != after:
            minutes = range(day, day + 86_401, 60)
            nth = bisect_left(minutes, True, key=lambda at, old=before: offset(at) != old)
            yield Change(minutes[nth], before, after)


@cache
def changes_of(zone: str) -> list[datetime]:
    return [datetime.fromtimestamp(each.at, UTC) for each in changes(zone, 2000, 2026)]


def different_changes(since: int, until: int) -> Iterator[tuple[str, int]]:
    """Yield the changes of all zones, one of those that look the same for days before and after."""
    seen: set[tuple[Change, ...]] = set()
    for zone in ZONES:
        found = list(changes(zone, since, until))
        for change in found:
            near = (change, *(each for each in found if abs(each.at - change.at) < 4 * 86_400))
            if near not in seen:
                seen.add(near)
                yield zone, change.at


def seconds(windows: TimeWindowPartitionsDefinition) -> list[tuple[float, float]]:
    found = [windows.time_window_for_partition_key(key) for key in windows.get_partition_keys()]
    return [(window.start.timestamp(), window.end.timestamp()) for window in found]


def check_days(walk: Walk, at: time) -> None:
    starts = walk.starts([at], walk.dates)
    days = DailyPartitionsDefinition(
        datetime.combine(walk.dates[0], time()),
        datetime.combine(walk.dates[-1], time(23, 59)),
        hour_offset=at.hour,
        minute_offset=at.minute,
        timezone=walk.zone,
        fmt=HOUR_FORMAT,
    )

    assert seconds(days) == list(pairwise(starts))
    for start in starts[:-1]:
        assert days.get_partition_key_for_timestamp(start) == walk.key(start, HOUR_FORMAT)


def check_hours(walk: Walk, minute: int) -> None:
    since = datetime.combine(walk.dates[0], time(5))
    begin = next(
        times[0] for wall, times in walk.shown.items() if wall >= since and wall.minute == minute
    )
    starts = list(range(begin, begin + 45 * 3600, 3600))
    keys = [walk.key(start, HOUR_FORMAT, suffixed=True) for start in starts]
    hours = HourlyPartitionsDefinition(
        datetime.fromtimestamp(begin, UTC),
        datetime.fromtimestamp(starts[-1] + 3600, UTC),
        timezone=walk.zone,
        minute_offset=minute,
    )

    assert hours.get_partition_keys() == keys
    assert [start for start, _ in seconds(hours)] == starts
    shuffled = random.Random(minute).sample(keys, 40)
    assert set(hours.subset_with_partition_keys(shuffled)) == set(shuffled)


def check_cron(walk: Walk) -> None:
    times = [time(0, 0), time(2, 30), time(6, 0), time(23, 30)]
    windows = TimeWindowPartitionsDefinition(
        datetime.combine(walk.dates[0], time()),
        "%Y-%m-%d-%H:%M%z",
        datetime.combine(walk.dates[-1], time(23, 45)),
        cron_schedule="0,30 0,2,6,23 * * *",
        timezone=walk.zone,
        exclusions=["30 0 * * *", "0 2 * * *", "30 6 * * *", "0 23 * * *"],
    )
    left_out = walk.starts([time(0, 30), time(2), time(6, 30), time(23)], walk.dates)
    ends = walk.starts([*times, time(0, 30), time(2), time(6, 30), time(23)], walk.dates)

    assert seconds(windows) == [pair for pair in pairwise(ends) if pair[0] not in left_out]


def check_weeks_and_months(walk: Walk) -> None:
    day = walk.dates[1]
    (start,) = walk.starts([time()], [day])
    long = datetime.combine(day - 70 * DAY, time())
    weeks = WeeklyPartitionsDefinition(long, timezone=walk.zone, day_offset=day.isoweekday() % 7)
    months = MonthlyPartitionsDefinition(long, timezone=walk.zone, day_offset=day.day)
    for windows in (weeks, months):
        assert windows.get_partition_key_for_timestamp(start) == walk.key(start, "%Y-%m-%d")
        assert windows.get_partition_key_for_timestamp(start - 1) < day.isoformat()
        assert windows.time_window_for_partition_key(day.isoformat()).start.timestamp() == start


def check(zone: str, at: datetime) -> None:
    walk = Walk(zone, at)
    for of_day in (time(0, 0), time(1, 30), time(2, 0), time(23, 30)):
        check_days(walk, of_day)
    check_hours(walk, 0)
    check_hours(walk, 30)
    check_cron(walk)
    check_weeks_and_months(walk)


@given(st.sampled_from(ZONES), st.integers(0, 1000))
def test_windows_follow_the_clock_of_a_zone(zone: str, nth: int) -> None:
    found = changes_of(zone) or [datetime(2024, 2, 29, 12, tzinfo=UTC)]

    check(zone, found[nth % len(found)])


@pytest.mark.parametrize(
    "zone", [*HALF_HOURS, "America/Havana", "Asia/Beirut", "Africa/Casablanca"]
)
@given(st.integers(0, 1000))
def test_windows_follow_the_clock_of_zones_with_something_special(zone: str, nth: int) -> None:
    found = changes_of(zone) or [datetime(2024, 2, 29, 12, tzinfo=UTC)]

    check(zone, found[nth % len(found)])


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["2023-12-31", "2024-02-29", "2000-03-01", "1999-12-31"]),
)
def test_windows_follow_the_calendar_at_year_ends_and_leap_days(zone: str, day: str) -> None:
    check(zone, datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC))


@pytest.mark.slow
@pytest.mark.parametrize("since", range(1970, 2038, 4))
def test_windows_follow_the_clock_of_every_zone_at_all_its_changes(since: int) -> None:
    with partition_loading_context(datetime(2040, 1, 1, tzinfo=UTC)):
        for zone, at in different_changes(since, since + 4):
            check(zone, datetime.fromtimestamp(at, UTC))
