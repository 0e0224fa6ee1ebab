from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidDefinitionError, ParameterCheckError, UnknownPartitionError
from penstock.partitions.cadence import ScheduleType
from penstock.partitions.context import partition_loading_context
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from penstock.partitions.window import PartitionKeyRange, TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition

WORKDAYS = TimeWindowPartitionsDefinition("2024-03-01", "%Y-%m-%d", cron_schedule="0 0 * * MON-FRI")
GAPPY = DailyPartitionsDefinition(
    "2024-01-01",
    exclusions=[datetime(2024, 1, 3), "0 0 * * SAT"],  # noqa: DTZ001 - by the definition's clock
)
DAYS = DailyPartitionsDefinition("2024-01-01", "2024-01-10")
NOW = datetime(2024, 3, 11, 12, tzinfo=UTC)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def test_the_window_of_a_friday_ends_on_monday() -> None:
    assert WORKDAYS.get_partition_keys(NOW)[-2:] == ["2024-03-07", "2024-03-08"]
    window = WORKDAYS.time_window_for_partition_key("2024-03-08")
    assert window == TimeWindow(datetime(2024, 3, 8, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC))
    assert WORKDAYS.find("2024-03-09") is None
    assert WORKDAYS.noun == "window"


def test_a_regular_schedule_is_the_regular_cadence() -> None:
    cron = TimeWindowPartitionsDefinition("2024-01-01", "%Y-%m-%d", cron_schedule="@daily")

    assert cron == DailyPartitionsDefinition("2024-01-01")
    assert cron.schedule_type is ScheduleType.DAILY
    assert cron.is_basic_daily


def test_windows_can_be_minutes() -> None:
    minutes = TimeWindowPartitionsDefinition(
        "2023-11-05-00:30",
        "%Y-%m-%d-%H:%M",
        cron_schedule="*/30 * * * *",
        timezone="America/New_York",
    )

    assert minutes.keys(0, 6) == [
        "2023-11-05-00:30", "2023-11-05-01:00", "2023-11-05-01:30", "2023-11-05-01:00-0500",
        "2023-11-05-01:30-0500", "2023-11-05-02:00",
    ]  # fmt: skip
    assert minutes.subset_with_partition_keys(minutes.keys(0, 6)).spans == ((0, 6),)


def test_excluded_windows_are_gaps() -> None:
    with partition_loading_context(at(8)):
        assert GAPPY.get_partition_keys() == [
            "2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05", "2024-01-07",
        ]  # fmt: skip
        assert not GAPPY.has_partition_key("2024-01-03")
        assert GAPPY.get_next_partition_key("2024-01-02") == "2024-01-04"
        assert GAPPY.get_partition_keys_in_range(PartitionKeyRange("2024-01-02", "2024-01-05")) == [
            "2024-01-02", "2024-01-04", "2024-01-05",
        ]  # fmt: skip
    assert GAPPY.is_window_start_excluded(at(6))
    assert GAPPY.count(at(4)) == 2


def test_the_time_of_a_subset_leaves_gaps_out() -> None:
    some = GAPPY.subset_with_partition_keys(["2024-01-01", "2024-01-02", "2024-01-04"])

    assert GAPPY.time_windows(some.spans) == [TimeWindow(at(1), at(3)), TimeWindow(at(4), at(5))]


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_subsets_with_gaps_are_the_algebra_of_sets(left: set[int], right: set[int]) -> None:
    one, other = (keys_at(ordinals) for ordinals in (left, right))
    a, b = (GAPPY.subset_with_partition_keys(keys) for keys in (one, other))

    assert set(a | b) == one | other
    assert set(a & b) == one & other
    assert set(a - b) == one - other
    assert GAPPY.deserialize_subset(a.serialize()) == a


def keys_at(ordinals: set[int]) -> set[str]:
    return {GAPPY.key(n) for n in ordinals}


def test_a_schedule_type_or_a_schedule_is_needed_and_not_both() -> None:
    with pytest.raises(ParameterCheckError, match="need a schedule_type, or a cron_schedule"):
        TimeWindowPartitionsDefinition("2024-01-01", "%Y-%m-%d")
    with pytest.raises(ParameterCheckError, match="alone says when windows start"):
        TimeWindowPartitionsDefinition(
            "2024-01-01", "%Y-%m-%d", cron_schedule="@daily", hour_offset=3
        )
    with pytest.raises(InvalidDefinitionError, match="'daily' is not a cron schedule"):
        TimeWindowPartitionsDefinition("2024-01-01", "%Y-%m-%d", cron_schedule="daily")


def test_the_schedule_can_be_told_at_another_time() -> None:
    weeks = WeeklyPartitionsDefinition("2024-01-01")

    assert weeks.get_cron_schedule(day_of_week=2, hour_of_day=1) == "0 1 * * 2"
    assert WORKDAYS.get_cron_schedule() == "0 0 * * mon-fri"
    with pytest.raises(ParameterCheckError, match="hour_of_day cannot be set for hours"):
        HourlyPartitionsDefinition("2024-01-01-00:00").get_cron_schedule(hour_of_day=2)
    with pytest.raises(ParameterCheckError, match="minute_of_hour cannot be set for windows"):
        WORKDAYS.get_cron_schedule(minute_of_hour=2)


def test_neighbouring_windows_are_found_within_the_bounds() -> None:
    assert DAYS.get_next_partition_window(at(3)) == TimeWindow(at(3), at(4))
    assert DAYS.get_next_partition_window(at(3, 1)) == TimeWindow(at(4), at(5))
    assert DAYS.get_next_partition_window(at(10)) is None
    assert DAYS.get_prev_partition_window(at(3)) == TimeWindow(at(2), at(3))
    assert DAYS.get_prev_partition_window(at(1)) is None
    before = DAYS.get_prev_partition_window(at(1), respect_bounds=False)
    assert before is not None
    assert before.end == at(1)
    assert DAYS.get_next_partition_key("2024-01-09") is None
    assert DAYS.get_prev_partition_key("2024-01-01") is None


def test_the_first_and_the_last_window_exist() -> None:
    assert DAYS.get_first_partition_window() == TimeWindow(at(1), at(2))
    assert DAYS.get_last_partition_window() == TimeWindow(at(9), at(10))
    assert DAYS.get_last_partition_window(at(4, 5)) == TimeWindow(at(3), at(4))
    assert DAYS.get_first_partition_window(at(1, 5)) is None


def test_keys_in_a_span_of_time_are_those_that_start_in_it() -> None:
    span = TimeWindow(at(2, 5), at(4, 5))

    assert DAYS.get_partition_keys_in_time_window(span) == ["2024-01-03", "2024-01-04"]
    assert DAYS.get_num_partitions_in_window(span) == 2
    assert DAYS.has_any_partitions_in_window(span)
    assert list(DAYS.get_partition_subset_in_time_window(span)) == ["2024-01-03", "2024-01-04"]
    assert DAYS.get_partition_key_range_for_time_window(
        TimeWindow(at(2), at(4))
    ) == PartitionKeyRange("2024-01-02", "2024-01-03")
    with pytest.raises(UnknownPartitionError, match="No partition starts between"):
        DAYS.get_partition_key_range_for_time_window(TimeWindow(at(20), at(22)))


def test_a_time_has_the_key_of_the_window_that_holds_it() -> None:
    assert DAYS.get_partition_key_for_timestamp(at(3, 5).timestamp()) == "2024-01-03"
    assert DAYS.get_partition_key_for_timestamp(at(3).timestamp(), end_closed=True) == "2024-01-02"
    assert DAYS.get_partition_key(date(2024, 1, 2)) == "2024-01-02"
    assert DAYS.get_partition_key(at(2, 5)) == "2024-01-02"
    assert DAYS.get_partition_key("2024-01-02") == "2024-01-02"


def test_a_text_that_is_no_key_is_answered_with_the_next_window() -> None:
    months = MonthlyPartitionsDefinition("2024-01-01", day_offset=12)

    assert months.time_window_for_partition_key("2024-01-01").start == at(12)
    assert DAYS.end_time_for_partition_key("2024-01-02") == at(3)
    assert DAYS.start_time_for_partition_key("2024-01-02") == at(2)
    with pytest.raises(UnknownPartitionError, match="no partition 'soon'"):
        DAYS.time_window_for_partition_key("soon")


def test_windows_of_neighbouring_keys_are_joined() -> None:
    assert DAYS.time_windows_for_partition_keys(["2024-01-02", "2024-01-01", "2024-01-05"]) == [
        TimeWindow(at(1), at(3)),
        TimeWindow(at(5), at(6)),
    ]


def test_positions_and_order() -> None:
    assert DAYS.get_partition_keys_between_indexes(1, 3) == ["2024-01-02", "2024-01-03"]
    assert DAYS.less_than("2024-01-02", "2024-01-03")
    assert DAYS.equal_except_for_start_or_end(DailyPartitionsDefinition("2020-01-01"))
    assert not DAYS.equal_except_for_start_or_end(WORKDAYS)
    assert (DAYS.start_timestamp, DAYS.end_timestamp) == (at(1).timestamp(), at(10).timestamp())


@pytest.mark.parametrize("key", ["9999-12-31", "0001-01-01", "9998-06-07"])
@pytest.mark.parametrize(
    "definition", [DAYS, GAPPY, WORKDAYS, WeeklyPartitionsDefinition("2024-01-01")]
)
def test_the_ends_of_the_calendar_are_no_keys(
    definition: TimeWindowPartitionsDefinition, key: str
) -> None:
    assert not definition.has_partition_key(key)


def test_a_text_within_a_window_has_its_key() -> None:
    hours = HourlyPartitionsDefinition("2024-01-01-00:00")

    assert hours.get_partition_key("2024-01-02-03:25") == "2024-01-02-03:00"
    assert hours.get_partition_key("2024-01-02-03:00") == "2024-01-02-03:00"


def test_a_time_out_of_bounds_has_no_key() -> None:
    with pytest.raises(UnknownPartitionError):
        DAYS.get_partition_key(date(1970, 1, 1))
    with pytest.raises(UnknownPartitionError):
        DAYS.get_partition_key("1970-01-01")
    with pytest.raises(UnknownPartitionError):
        DAYS.get_partition_key("soon")
    with pytest.raises(ParameterCheckError, match="takes a text, a date or a datetime, not None"):
        DAYS.get_partition_key(None)  # pyright: ignore[reportArgumentType] - the mistake under test
