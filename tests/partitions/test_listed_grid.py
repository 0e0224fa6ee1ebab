from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.base.cron import parse_cron
from penstock.errors import InvalidDefinitionError
from penstock.partitions.cadence import DayGrid, ScheduleType
from penstock.partitions.listed_grid import ListedGrid

zones = st.sampled_from(
    [UTC, *map(ZoneInfo, ["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"])]
)
times = st.integers(1_400_000_000, 1_900_000_000)
NOON_2024 = int(datetime(2024, 6, 1, 12, tzinfo=UTC).timestamp())


def listed(schedule: str, zone: tzinfo, *, around: int = NOON_2024) -> ListedGrid:
    return ListedGrid(parse_cron(schedule), zone, around=around, excluded=lambda _: frozenset())


@settings(max_examples=30)
@given(zones, times)
def test_a_list_says_what_arithmetic_says(zone: tzinfo, at: int) -> None:
    grid = listed("30 2 * * 3", zone)
    known = DayGrid(zone, ScheduleType.WEEKLY, 3, 2 * 3600 + 1800)

    n, k = grid.floor(at), known.floor(at)

    assert (grid.start_of(n), grid.end_of(n)) == (known.start_of(k), known.end_of(k))
    assert grid.unended(at) == n


@settings(max_examples=30)
@given(zones, times, times)
def test_numbers_stay_when_the_list_grows(zone: tzinfo, near: int, far: int) -> None:
    grid = listed("0 9 * * 1-5", zone)
    n = grid.floor(near)
    start = grid.start_of(n)

    grid.floor(far)

    assert grid.start_of(n) == start
    assert grid.floor(start) == n
    assert grid.start_of(n + 1) == grid.end_of(n)


def test_an_excluded_window_leaves_a_gap() -> None:
    sunday = int(datetime(2024, 6, 2, tzinfo=UTC).timestamp())
    day = 86_400
    grid = ListedGrid(parse_cron("@daily"), UTC, around=sunday, excluded=lambda _: {sunday})

    before = grid.floor(sunday + 5)

    assert (grid.start_of(before), grid.end_of(before)) == (sunday - day, sunday)
    assert grid.start_of(before + 1) == sunday + day
    assert grid.unended(sunday + 5) == before + 1


def test_exclusions_that_leave_nothing_are_refused() -> None:
    def midnight(day: int) -> set[int]:
        return {(day - 719_163) * 86_400}

    with pytest.raises(InvalidDefinitionError, match="exclusions leave out all of them"):
        ListedGrid(parse_cron("@daily"), UTC, around=NOON_2024, excluded=midnight).floor(NOON_2024)
