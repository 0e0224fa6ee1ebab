from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from penstock.base.zones import moment, wall_seconds
from penstock.partitions.cadence import (
    ClockGrid,
    DayGrid,
    ScheduleType,
    ceiling,
)

NEW_YORK = ZoneInfo("America/New_York")
zones = st.sampled_from(
    [UTC, *map(ZoneInfo, ["America/New_York", "Europe/London", "Australia/Lord_Howe"])]
)
grids = st.one_of(
    st.builds(ClockGrid, st.integers(0, 3599)),
    st.builds(DayGrid, zones, st.just(ScheduleType.DAILY), st.just(0), st.integers(0, 86_399)),
    st.builds(DayGrid, zones, st.just(ScheduleType.WEEKLY), st.integers(0, 6), st.just(0)),
    st.builds(
        DayGrid, zones, st.just(ScheduleType.MONTHLY), st.integers(1, 31), st.integers(0, 86_399)
    ),
)
times = st.integers(0, 4_000_000_000)


@given(grids, times)
def test_a_time_lies_in_the_window_that_floor_finds(grid: DayGrid | ClockGrid, at: int) -> None:
    n = grid.floor(at)

    assert grid.start_of(n) <= at < grid.start_of(n + 1)


@given(grids, times)
def test_a_window_start_is_its_own_floor_and_ceiling(grid: DayGrid | ClockGrid, at: int) -> None:
    n = grid.floor(at)
    start = grid.start_of(n)

    assert n == grid.floor(start) == ceiling(grid, start)
    assert n + 1 == ceiling(grid, start + 1)


def test_a_time_that_the_clock_skips_is_the_end_of_the_gap() -> None:
    at = wall_seconds(datetime.fromisoformat("2023-03-12T02:30"), NEW_YORK)

    assert moment(at, NEW_YORK).isoformat() == "2023-03-12T03:00:00-04:00"


def test_a_time_that_the_clock_shows_twice_is_the_second() -> None:
    at = wall_seconds(datetime.fromisoformat("2023-11-05T01:30"), NEW_YORK)

    assert moment(at, NEW_YORK).isoformat() == "2023-11-05T01:30:00-05:00"


def test_weekday_0_is_sunday() -> None:
    grid = DayGrid(UTC, ScheduleType.WEEKLY, 0, 0)
    monday = wall_seconds(datetime.fromisoformat("2024-01-08"), UTC)

    assert moment(grid.start_of(grid.floor(monday)), UTC) == datetime(2024, 1, 7, tzinfo=UTC)


def test_february_29_comes_every_fourth_year_as_well_as_in_other_months() -> None:
    grid = DayGrid(UTC, ScheduleType.MONTHLY, 29, 0)
    first = ceiling(grid, wall_seconds(datetime.fromisoformat("2023-01-30"), UTC))

    starts = [moment(grid.start_of(first + n), UTC) for n in range(13)]

    assert [start.strftime("%y-%m") for start in starts] == [
        "23-03", "23-04", "23-05", "23-06", "23-07", "23-08", "23-09", "23-10", "23-11", "23-12",
        "24-01", "24-02", "24-03",
    ]  # fmt: skip
