"""Windows of time against a walk through the minutes of a zone, at each change of its clock.

The walk knows nothing of windows: it looks at what the clock on the wall shows, minute by minute.
"""

import random
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
HALF_HOURS = ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOUR_FORMAT = "%Y-%m-%d-%H:%M"


class Walk:
    """The minutes from some days before a moment to two days after it, and what the clock shows."""

    def __init__(self, zone: str, around: datetime) -> None:
        self.zone = zone
        self.tz = ZoneInfo(zone)
        middle_at = int(around.timestamp()) // 60 * 60
        self.shown: dict[datetime, list[int]] = {}
        for at in range(middle_at - 3 * 86_400, middle_at + 2 * 86_400, 60):
            wall = datetime.fromtimestamp(at, self.tz).replace(tzinfo=None)
            self.shown.setdefault(wall, []).append(at)
        middle = datetime.fromtimestamp(middle_at, self.tz).date()
        self.dates = [middle - DAY, middle, middle + DAY]

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


def changes(zone: str, since: int, until: int) -> Iterator[datetime]:
    """Yield the minutes at which the clock of a zone is changed."""
    tz = ZoneInfo(zone)
    at, end = datetime(since, 1, 1, tzinfo=UTC), datetime(until, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + DAY
        offset = at.astimezone(tz).utcoffset()
        if later.astimezone(tz).utcoffset() != offset:
            minutes = (at + n * MINUTE for n in range(24 * 60 + 1))
            yield next(each for each in minutes if each.astimezone(tz).utcoffset() != offset)
        at = later


@cache
def changes_of(zone: str) -> list[datetime]:
    return list(changes(zone, 2000, 2026))


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
@pytest.mark.parametrize("part", range(16))
def test_windows_follow_the_clock_of_every_zone_at_its_latest_changes(part: int) -> None:
    seen: set[tuple[datetime, ...]] = set()
    for zone in ZONES[part::16]:
        found = tuple(changes_of(zone)[-12:])
        if found not in seen:
            seen.add(found)
            for at in found:
                check(zone, at)
