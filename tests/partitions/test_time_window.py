from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidDefinitionError, UnknownPartitionError, UsageError
from penstock.partitions.cadence import ScheduleType
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from penstock.partitions.window import PartitionKeyRange, TimeWindow

NOON = datetime(2024, 3, 11, 12, tzinfo=UTC)
LATER = datetime(2024, 12, 1, tzinfo=UTC)
NEW_YORK = "America/New_York"


def test_a_day_exists_once_it_has_ended() -> None:
    days = DailyPartitionsDefinition("2024-03-08")

    assert days.get_partition_keys(NOON) == ["2024-03-08", "2024-03-09", "2024-03-10"]
    assert days.get_last_partition_key(NOON) == "2024-03-10"
    assert not days.has_partition_key("2024-03-11", NOON)


def test_a_window_that_ends_this_very_moment_exists() -> None:
    days = DailyPartitionsDefinition("2024-03-10")

    assert days.count(datetime(2024, 3, 11, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("end_offset", "last"), [(1, "2024-03-11"), (0, "2024-03-10"), (-1, "2024-03-09")]
)
def test_the_end_offset_moves_the_last_key(end_offset: int, last: str) -> None:
    days = DailyPartitionsDefinition("2024-03-01", end_offset=end_offset)

    assert days.get_last_partition_key(NOON) == last


def test_the_end_date_is_exclusive_and_no_offset_reaches_past_it() -> None:
    days = DailyPartitionsDefinition("2024-01-01", "2024-01-03", end_offset=5)

    assert days.get_partition_keys(LATER) == ["2024-01-01", "2024-01-02"]
    assert days.find("2024-01-03") is None


def test_a_start_after_the_end_has_no_keys() -> None:
    days = DailyPartitionsDefinition("2024-02-01", "2024-01-01")

    assert days.get_partition_keys(NOON) == []
    assert days.describe().startswith("none (start_date 2024-02-01")


def test_a_start_in_the_future_has_no_keys_yet() -> None:
    days = DailyPartitionsDefinition("2030-01-01")

    assert days.get_partition_keys(NOON) == []
    with pytest.raises(UnknownPartitionError, match=r"None exists yet\."):
        days.validate("2030-01-01", NOON)


def test_the_first_window_starts_at_the_start_date_or_after_it() -> None:
    days = DailyPartitionsDefinition(datetime.fromisoformat("2024-01-01T12:00"))

    assert days.get_first_partition_key(NOON) == "2024-01-02"


def test_weeks_start_on_sunday_by_default() -> None:
    weeks = WeeklyPartitionsDefinition("2024-01-01", "2024-01-24")

    assert weeks.get_partition_keys(LATER) == ["2024-01-07", "2024-01-14"]


def test_weeks_may_start_on_monday() -> None:
    weeks = WeeklyPartitionsDefinition("2024-01-01", "2024-01-15", day_offset=1)

    assert weeks.get_partition_keys(LATER) == ["2024-01-01", "2024-01-08"]


def test_the_first_month_starts_on_the_first_of_the_next() -> None:
    months = MonthlyPartitionsDefinition("2024-01-15")

    assert months.get_partition_keys(datetime(2024, 4, 2, tzinfo=UTC)) == [
        "2024-02-01",
        "2024-03-01",
    ]


def test_months_without_the_day_are_skipped() -> None:
    months = MonthlyPartitionsDefinition("2024-01-15", day_offset=31)

    assert months.get_partition_keys(datetime(2024, 9, 1, tzinfo=UTC)) == [
        "2024-01-31",
        "2024-03-31",
        "2024-05-31",
        "2024-07-31",
    ]


@pytest.mark.parametrize(("key", "hours"), [("2023-03-12", 23), ("2023-11-05", 25)])
def test_a_day_on_which_the_clock_changes_is_shorter_or_longer(key: str, hours: int) -> None:
    days = DailyPartitionsDefinition("2023-01-01", timezone=NEW_YORK)

    window = days.time_window_for_partition_key(key)

    assert window.end.timestamp() - window.start.timestamp() == hours * 3600


def test_the_hour_that_the_clock_skips_has_no_key() -> None:
    hours = HourlyPartitionsDefinition("2023-03-12-00:00", timezone=NEW_YORK)

    assert hours.keys(0, 4) == [
        "2023-03-12-00:00",
        "2023-03-12-01:00",
        "2023-03-12-03:00",
        "2023-03-12-04:00",
    ]
    assert hours.find("2023-03-12-02:00") is None


def test_the_second_of_two_equal_hours_carries_its_offset() -> None:
    hours = HourlyPartitionsDefinition("2023-11-05-00:00", timezone=NEW_YORK)

    keys = hours.keys(0, 4)

    assert keys == [
        "2023-11-05-00:00",
        "2023-11-05-01:00",
        "2023-11-05-01:00-0500",
        "2023-11-05-02:00",
    ]
    assert [hours.ordinal(key) for key in keys] == [0, 1, 2, 3]


def test_an_offset_on_a_key_that_needs_none_is_unknown() -> None:
    hours = HourlyPartitionsDefinition("2023-11-05-00:00", timezone=NEW_YORK)

    assert hours.find("2023-11-05-02:00-0500") is None


def test_hours_may_start_past_the_full_hour() -> None:
    hours = HourlyPartitionsDefinition("2024-01-01-00:30", minute_offset=15)

    assert hours.key(0) == "2024-01-01-01:15"


def test_a_window_is_aware_of_its_timezone() -> None:
    days = DailyPartitionsDefinition("2024-01-01", hour_offset=6, timezone="Europe/London")

    start, end = days.time_window_for_partition_key("2024-07-01")

    assert start.isoformat() == "2024-07-01T06:00:00+01:00"
    assert end.isoformat() == "2024-07-02T06:00:00+01:00"


def test_a_window_of_utc_is_in_utc() -> None:
    window = DailyPartitionsDefinition("2024-01-01").time_window_for_partition_key("2024-01-01")

    assert window == TimeWindow(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))


def test_a_range_of_days_includes_both_ends() -> None:
    days = DailyPartitionsDefinition("2024-01-01")

    keys = days.get_partition_keys_in_range(
        PartitionKeyRange("2024-02-28", "2024-03-01"), current_time=NOON
    )

    assert keys == ["2024-02-28", "2024-02-29", "2024-03-01"]


def test_a_range_into_the_future_is_refused() -> None:
    days = DailyPartitionsDefinition("2024-01-01")

    with pytest.raises(UnknownPartitionError, match="does not exist yet"):
        days.get_partition_keys_in_range(
            PartitionKeyRange("2024-03-01", "2024-04-01"), current_time=NOON
        )


def test_an_impossible_date_is_answered_with_the_days_around_it() -> None:
    days = DailyPartitionsDefinition("2024-01-01")

    with pytest.raises(UnknownPartitionError) as caught:
        days.validate("2024-13-01", datetime(2025, 6, 1, tzinfo=UTC))

    assert str(caught.value) == (
        "There is no partition '2024-13-01'. The keys are days like '2024-12-31' (daily from "
        "2024-01-01). Nearest: '2024-12-31' or '2025-01-01'."
    )


def test_a_day_that_has_not_ended_is_told_apart_from_an_unknown_one() -> None:
    days = DailyPartitionsDefinition("2024-01-01")

    with pytest.raises(UnknownPartitionError) as caught:
        days.validate("2024-03-11", NOON)

    assert str(caught.value) == (
        "Partition '2024-03-11' does not exist yet: its window ends at 2024-03-12T00:00:00+00:00. "
        "The last one is '2024-03-10'."
    )


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("2024-02-30", ["2024-02-29", "2024-03-01"]),
        ("2023-06-01", ["2024-01-01"]),
        ("2024-1-5", ["2024-01-04", "2024-01-05"]),
        ("9999-99-99", []),
        ("yesterday", []),
    ],
)
def test_nearest_keys_exist(key: str, nearest: list[str]) -> None:
    assert DailyPartitionsDefinition("2024-01-01").nearest_keys(key, NOON) == nearest


def test_nothing_is_near_while_no_key_exists() -> None:
    assert DailyPartitionsDefinition("2030-01-01").nearest_keys("2030-13-01", NOON) == []


@pytest.mark.parametrize("key", ["20240101", "2024-W01-1", "2024-1-1", "2024-01-01 ", ""])
def test_only_the_exact_spelling_is_a_key(key: str) -> None:
    assert DailyPartitionsDefinition("2023-01-01").find(key) is None


def test_other_formats_work() -> None:
    days = DailyPartitionsDefinition("31/01/2024", fmt="%d/%m/%Y")

    assert days.keys(0, 2) == ["31/01/2024", "01/02/2024"]
    assert days.ordinal("01/02/2024") == 1
    assert days.find("2024-02-01") is None


def test_a_format_may_carry_the_offset_itself() -> None:
    hours = HourlyPartitionsDefinition(
        datetime.fromisoformat("2023-11-05"), timezone=NEW_YORK, fmt="%Y-%m-%dT%H%z"
    )

    assert hours.keys(1, 3) == ["2023-11-05T01-0400", "2023-11-05T01-0500"]
    assert hours.ordinal("2023-11-05T01-0500") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"start_date": "2024-13-01"},
            "start_date '2024-13-01' does not match the format '%Y-%m-%d'. Write it like "
            "'2024-12-31', or give another fmt.",
        ),
        (
            {"start_date": "2024-01-01", "end_date": "soon"},
            "end_date 'soon' does not match the format '%Y-%m-%d'. Write it like '2024-12-31', or "
            "give another fmt.",
        ),
        (
            {"start_date": "2024-01-01", "timezone": "Mars/Base"},
            "There is no timezone 'Mars/Base'. Use an IANA name like 'Europe/London'.",
        ),
        (
            {"start_date": "2024-01-01", "hour_offset": 24},
            "hour_offset is 24, but here it can only be 0 to 23.",
        ),
        (
            {"start_date": "2024-01", "fmt": "%Y-%m"},
            "The format '%Y-%m' does not tell days apart: the partition that starts at "
            "2024-01-02 00:00:00+00:00 would have the key '2024-01'. Choose a fmt that names the "
            "start of each day.",
        ),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        DailyPartitionsDefinition(**arguments)  # pyright: ignore[reportArgumentType]

    assert str(caught.value) == message


def test_an_offset_that_the_cadence_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="day_offset is 3, but here it can only be 0"):
        TimeWindowPartitionsDefinition(
            "2024-01-01", "%Y-%m-%d", schedule_type=ScheduleType.DAILY, day_offset=3
        )


def test_a_start_with_another_timezone_is_the_same_moment() -> None:
    days = DailyPartitionsDefinition(datetime(2024, 1, 1, tzinfo=UTC), timezone=NEW_YORK)

    assert days.start.isoformat() == "2023-12-31T19:00:00-05:00"
    assert days.key(0) == "2024-01-01"


@pytest.mark.parametrize(
    ("definition", "words", "noun"),
    [
        (
            HourlyPartitionsDefinition("2024-01-01-00:00"),
            "hours like '2024-12-31-23:00' (hourly from 2024-01-01-00:00)",
            "hour",
        ),
        (
            DailyPartitionsDefinition("2024-01-01", "2024-02-01"),
            "days like '2024-01-31' (daily from 2024-01-01 to 2024-01-31)",
            "day",
        ),
        (
            WeeklyPartitionsDefinition("2024-01-01"),
            "weeks like '2024-12-29' (weekly from 2024-01-07)",
            "week",
        ),
        (
            MonthlyPartitionsDefinition("2024-01-01"),
            "months like '2024-12-01' (monthly from 2024-01-01)",
            "month",
        ),
    ],
)
def test_keys_are_described_by_cadence_and_example(
    definition: TimeWindowPartitionsDefinition, words: str, noun: str
) -> None:
    assert (definition.describe(), definition.noun) == (words, noun)


@given(
    st.sampled_from(["UTC", NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.sampled_from(list(ScheduleType)),
    st.integers(0, 59),
    st.integers(0, 20_000),
)
def test_every_key_leads_back_to_its_ordinal(
    timezone: str, schedule: ScheduleType, minute: int, ordinal: int
) -> None:
    definition = TimeWindowPartitionsDefinition(
        datetime.fromisoformat("2015-01-01"),
        "%Y-%m-%d-%H:%M",
        schedule_type=schedule,
        timezone=timezone,
        minute_offset=minute,
    )

    assert definition.ordinal(definition.key(ordinal)) == ordinal


def test_a_million_hours_are_numbered_without_a_scan() -> None:
    hours = HourlyPartitionsDefinition("1910-01-01-00:00")

    assert hours.count(datetime(2024, 1, 29, 16, tzinfo=UTC)) == 1_000_000
    assert hours.key(999_999) == "2024-01-29-15:00"
    assert hours.ordinal("2024-01-29-15:00") == 999_999


def test_a_day_begins_at_the_first_midnight_where_the_clock_shows_two() -> None:
    days = DailyPartitionsDefinition("2025-11-01", "2025-11-04", timezone="America/Havana")

    window = days.time_window_for_partition_key("2025-11-02")

    assert window.start.isoformat() == "2025-11-02T00:00:00-04:00"
    assert window.end.isoformat() == "2025-11-03T00:00:00-05:00"


def test_a_window_by_night_begins_at_the_second_of_two_equal_times() -> None:
    days = DailyPartitionsDefinition("2023-11-04", hour_offset=1, timezone=NEW_YORK)

    window = days.time_window_for_partition_key("2023-11-05")

    assert window.start.isoformat() == "2023-11-05T01:00:00-05:00"


def test_a_clock_that_is_put_back_after_midnight_shows_the_day_before_once_more() -> None:
    days = DailyPartitionsDefinition("2008-11-01", timezone="America/St_Johns")
    evening_again = datetime(2008, 11, 2, 3, 0, tzinfo=UTC)

    assert days.get_partition_key(evening_again) == "2008-11-02"


def test_a_day_that_the_calendar_skips_takes_no_time() -> None:
    days = DailyPartitionsDefinition("2011-12-28", "2012-01-01", timezone="Pacific/Apia")

    assert days.get_partition_keys() == ["2011-12-28", "2011-12-29", "2011-12-30", "2011-12-31"]
    skipped = days.time_window_for_partition_key("2011-12-30")
    assert skipped.start == skipped.end
    assert days.time_window_for_partition_key("2011-12-29").end == skipped.start


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        (DailyPartitionsDefinition("2024-01-01"), "Daily, starting 2024-01-01 UTC."),
        (
            HourlyPartitionsDefinition("2024-01-01-00:00", timezone=NEW_YORK, end_offset=1),
            "Hourly, starting 2024-01-01-00:00 America/New_York. End offsetted by 1 partition.",
        ),
        (
            MonthlyPartitionsDefinition("2024-01-01", end_offset=-1),
            "Monthly, starting 2024-01-01 UTC. End offsetted by -1 partitions.",
        ),
        (
            TimeWindowPartitionsDefinition(
                "2024-01-01", "%Y-%m-%d", cron_schedule="0 0 * * 1-5", end_offset=2
            ),
            "0 0 * * 1-5, starting 2024-01-01 UTC. End offsetted by 2 partitions.",
        ),
    ],
)
def test_the_text_of_windows_says_where_they_start(
    definition: TimeWindowPartitionsDefinition, text: str
) -> None:
    assert str(definition) == text


def test_a_reversed_range_is_empty() -> None:
    days = DailyPartitionsDefinition("2024-01-01", "2024-02-01")
    reverse = PartitionKeyRange("2024-01-05", "2024-01-02")

    assert days.get_partition_keys_in_range(reverse) == []
    assert days.empty_subset().with_partition_key_range(days, reverse).is_empty


@pytest.mark.parametrize(
    ("windows", "key", "nearest"),
    [
        (WeeklyPartitionsDefinition("2024-01-01"), "2024-01-09", ["2024-01-07", "2024-01-14"]),
        (MonthlyPartitionsDefinition("2024-01-01"), "2024-02-02", ["2024-02-01", "2024-03-01"]),
        (
            HourlyPartitionsDefinition("2024-01-01-00:00"),
            "2024-01-01-05:30",
            ["2024-01-01-05:00", "2024-01-01-06:00"],
        ),
        (
            DailyPartitionsDefinition("2024-01-01", exclusions=["0 0 * * 6"]),
            "2024-01-06",
            ["2024-01-05", "2024-01-07"],
        ),
        (DailyPartitionsDefinition("31/01/2024", fmt="%d/%m/%Y"), "30/01/2024", ["31/01/2024"]),
        (DailyPartitionsDefinition("2024-01-01", "2024-02-01"), "2030-01-01", ["2024-01-31"]),
    ],
)
def test_the_windows_before_and_after_a_wrong_key_are_near(
    windows: TimeWindowPartitionsDefinition, key: str, nearest: list[str]
) -> None:
    assert windows.nearest_keys(key, datetime(2024, 6, 1, tzinfo=UTC)) == nearest


def test_some_of_many_hours_keep_their_order() -> None:
    hours = HourlyPartitionsDefinition("2024-01-01-00:00", timezone="Europe/London")
    keys = hours.keys(0, 5000)
    some = [key for n, key in enumerate(keys) if n % 3 and n % 7]

    assert list(hours.subset_with_partition_keys(some)) == some
    assert list(hours.subset_with_partition_keys(keys[::5])) == keys[::5]
    assert hours.keys_at([*range(4000, 4100), *range(80)]) == [*keys[4000:4100], *keys[:80]]
