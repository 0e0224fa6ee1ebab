from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from penstock.partitions.hour_keys import hours_read, hours_written

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def none_is_needed(value: object) -> str:
    raise AssertionError(value)


def no_key(key: str) -> None:
    raise AssertionError(key)


def test_many_keys_are_read_at_once() -> None:
    keys = ["1970-01-02-01:30", "1970-01-01-00:00"]

    assert hours_read(keys, UTC, one=no_key) == [91_800, 0]


def test_keys_are_read_by_the_clock_of_a_zone() -> None:
    keys = ["2024-01-15-00:00", "2024-07-15-00:00"]

    assert hours_read(keys, NEW_YORK, one=no_key) == [
        seconds(2024, 1, 15, 5),
        seconds(2024, 7, 15, 4),
    ]


@pytest.mark.parametrize("key", ["1970-01-01T00:00", "1970-01-01", "x", "19700101-00:00"])
def test_a_key_in_another_format_is_not_read(key: str) -> None:
    assert hours_read([key], UTC, one=no_key) is None


def test_a_key_near_a_change_of_the_clock_is_read_alone() -> None:
    keys = ["2024-03-08-00:00", "2024-03-10-12:00"]

    assert hours_read(keys, NEW_YORK, one=lambda _: 7) == [seconds(2024, 3, 8, 5), 7]
    assert hours_read(keys, NEW_YORK, one=lambda _: None) is None


def test_hours_are_written_by_the_clock_of_a_zone() -> None:
    times = range(seconds(2024, 1, 1, 5), seconds(2024, 1, 4, 5), 3600)

    written = hours_written(times, NEW_YORK, one=none_is_needed)

    assert written[:2] == ["2024-01-01-00:00", "2024-01-01-01:00"]
    assert written[-1] == "2024-01-03-23:00"
    assert written == hours_written(list(times), NEW_YORK, one=none_is_needed)


def test_times_near_a_change_of_the_clock_are_written_alone() -> None:
    times = range(seconds(2024, 4, 4, 13), seconds(2024, 4, 9, 13), 1800)

    written = hours_written(times, LORD_HOWE, one=lambda at: f"alone {at}")

    assert written[0] == "2024-04-05-00:00"
    assert f"alone {seconds(2024, 4, 6, 15)}" in written
    assert written[-1] == "2024-04-09-23:00"
