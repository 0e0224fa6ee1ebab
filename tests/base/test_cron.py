from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.cron import (
    cron_ticks,
    cron_ticks_back,
    is_valid_cron_string,
    next_cron_tick,
    parse_cron,
)
from penstock.base.zones import moment
from penstock.errors import InvalidDefinitionError

BERLIN = ZoneInfo("Europe/Berlin")
SCHEDULES = [
    "0 * * * *",
    "*/20 * * * *",
    "30 2 * * *",
    "0 */2 * * *",
    "0 0 1,15 * MON",
    "0 9 L * *",
]
zones = st.sampled_from(
    [UTC, *map(ZoneInfo, ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"])]
)


def ticks(schedule: str | list[str], start: datetime, count: int) -> list[str]:
    zone = start.tzinfo
    assert zone is not None
    found = islice(cron_ticks(schedule, start=start.timestamp(), zone=zone), count)
    return [moment(at, zone).isoformat(" ", "minutes") for at in found]


@pytest.mark.parametrize(
    "text",
    [
        "@daily", "@hourly", "@midnight", "0 0 * * 7", "0 0 * * SUN", "0 0 * * fri-mon",
        "0 22-2 * * *", "0 0 L * *", "0 0 1,l * *", "0 0 * * MON#1", "0 0 * * L5", "0 0 ? * *",
        "*/70 * * * *", "5/15 * * * *", "0 0 * JAN,feb *", " 0  0 * * * ",
    ],
)  # fmt: skip
def test_a_schedule_is_recognised(text: str) -> None:
    assert is_valid_cron_string(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "@reboot", "* * * * * *", "* * * *", "60 * * * *", "*/0 * * * *", "0 0 31 2 *",
        "0 0 30 2 1", "h h * * *", "0 0 15W * *", "0 0 * * 5L", "0 0 * * MON#6", "0 0 0 * *",
        "2024-03-03",
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    assert not is_valid_cron_string(text)


def test_the_message_names_the_field_and_an_example() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_cron("0 25 * * *")

    assert str(caught.value) == (
        "'0 25 * * *' is not a cron schedule: '25' is not a hour from 0 to 23. Write five fields - "
        "minute, hour, day of the month, month, weekday - like '0 6 * * MON-FRI', or an alias like "
        "'@daily'."
    )


def test_day_of_month_or_weekday_is_enough_when_both_are_restricted() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)

    assert ticks("0 0 3 * MON", start, 4) == [
        "2024-01-01 00:00+00:00",
        "2024-01-03 00:00+00:00",
        "2024-01-08 00:00+00:00",
        "2024-01-15 00:00+00:00",
    ]


def test_days_counted_from_the_end_and_within_the_month() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)

    assert ticks("0 0 L * *", start, 2) == ["2024-01-31 00:00+00:00", "2024-02-29 00:00+00:00"]
    assert ticks("0 0 * * MON#1", start, 2) == ["2024-01-01 00:00+00:00", "2024-02-05 00:00+00:00"]
    assert ticks("0 0 * * L5", start, 2) == ["2024-01-26 00:00+00:00", "2024-02-23 00:00+00:00"]


def test_a_leap_day_is_found_years_away() -> None:
    start = datetime(2024, 3, 1, tzinfo=UTC)

    assert ticks("2 4 29 2 *", start, 2) == ["2028-02-29 04:02+00:00", "2032-02-29 04:02+00:00"]


def test_several_schedules_fire_as_one() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)

    assert ticks(["0 0 * * *", "0 0,12 * * *"], start, 3) == [
        "2024-01-01 00:00+00:00",
        "2024-01-01 12:00+00:00",
        "2024-01-02 00:00+00:00",
    ]


def test_hours_repeat_in_autumn_and_are_missing_in_spring() -> None:
    assert ticks("0 * * * *", datetime(2023, 10, 29, 1, tzinfo=BERLIN), 4) == [
        "2023-10-29 01:00+02:00",
        "2023-10-29 02:00+02:00",
        "2023-10-29 02:00+01:00",
        "2023-10-29 03:00+01:00",
    ]
    assert ticks("0 * * * *", datetime(2023, 3, 26, 1, tzinfo=BERLIN), 2) == [
        "2023-03-26 01:00+01:00",
        "2023-03-26 03:00+02:00",
    ]


def test_a_time_of_day_fires_once_a_day_at_both_edges() -> None:
    assert ticks("30 2 * * *", datetime(2023, 10, 28, tzinfo=BERLIN), 3) == [
        "2023-10-28 02:30+02:00",
        "2023-10-29 02:30+01:00",
        "2023-10-30 02:30+01:00",
    ]
    assert ticks("30 2 * * *", datetime(2023, 3, 25, tzinfo=BERLIN), 3) == [
        "2023-03-25 02:30+01:00",
        "2023-03-26 03:00+02:00",
        "2023-03-27 02:30+02:00",
    ]
    assert ticks("30 1,2,3 * * *", datetime(2023, 3, 26, tzinfo=BERLIN), 3) == [
        "2023-03-26 01:30+01:00",
        "2023-03-26 03:00+02:00",
        "2023-03-26 03:30+02:00",
    ]


def test_a_gap_of_half_an_hour_moves_the_time_to_its_end() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")

    assert ticks("0 2 * * *", datetime(2023, 10, 1, tzinfo=lord_howe), 1) == [
        "2023-10-01 02:30+11:00"
    ]


def test_the_start_and_the_end_are_included() -> None:
    midnight = datetime(2023, 3, 1, tzinfo=UTC).timestamp()

    assert next(cron_ticks("@daily", start=midnight)) == midnight
    assert next(cron_ticks_back("@daily", end=midnight)) == midnight
    assert next_cron_tick("@daily", after=midnight) == datetime(2023, 3, 2, tzinfo=UTC)


@given(st.sampled_from(SCHEDULES), st.integers(1_600_000_000, 1_800_000_000), zones)
def test_back_and_forth_give_the_same_ticks(schedule: str, start: int, zone: ZoneInfo) -> None:
    forward = list(islice(cron_ticks(schedule, start=start, zone=zone), 30))
    back = list(islice(cron_ticks_back(schedule, end=forward[-1], zone=zone), 30))

    assert forward == back[::-1]
    assert forward == sorted(set(forward))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0 * * * *", 60), ("* * * * *", 1), ("*/15 * * * *", 15), ("5,35 * * * *", 30),
        ("*/7 * * * *", None), ("0,20 * * * *", None), ("*/15 9-16 * * *", None),
        ("*/15 * * * 1-5", None), ("0 0 * * *", None),
    ],
)  # fmt: skip
def test_only_an_even_schedule_has_an_interval(text: str, minutes: int | None) -> None:
    assert parse_cron(text).minute_interval() == minutes
