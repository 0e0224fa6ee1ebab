from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from penstock.partitions.window_keys import HOUR_FORMAT, days_read, seconds_read, written

NEW_YORK = ZoneInfo("America/New_York")
SECOND_ONE_OCLOCK = int(datetime(2023, 11, 5, 6, tzinfo=UTC).timestamp())


def test_the_second_of_two_equal_hours_carries_its_offset() -> None:
    key = written(SECOND_ONE_OCLOCK, NEW_YORK, fmt=HOUR_FORMAT, suffixed=True)

    assert key == "2023-11-05-01:00-0500"
    assert seconds_read(key, NEW_YORK, fmt=HOUR_FORMAT, suffixed=True) == SECOND_ONE_OCLOCK


def test_many_days_are_read_at_once() -> None:
    assert days_read(["1970-01-02"]) == [719_164]


@pytest.mark.parametrize("key", ["19700101", "1970-W01-1", "x"])
def test_a_day_in_another_format_is_not_read(key: str) -> None:
    assert days_read([key]) is None
