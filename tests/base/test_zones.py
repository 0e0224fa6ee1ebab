from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from penstock.base.zones import day_at, day_start, moment, wall_seconds, zone_named
from penstock.errors import InvalidDefinitionError

NEW_YORK = ZoneInfo("America/New_York")


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(InvalidDefinitionError, match=r"no timezone 'Mars/Base'.*Europe/London"):
        zone_named("Mars/Base")


def test_a_day_of_the_calendar_starts_by_its_own_clock() -> None:
    midnight = datetime(2024, 3, 10, tzinfo=NEW_YORK)
    day = datetime(2024, 3, 10, tzinfo=UTC).toordinal()

    assert day_start(day, NEW_YORK) == midnight.timestamp()
    assert day_at(int(midnight.timestamp()), NEW_YORK) == day
    assert moment(midnight.timestamp(), NEW_YORK) == midnight


def test_a_time_in_the_gap_is_its_end_and_a_time_shown_twice_is_the_second() -> None:
    gap = wall_seconds(datetime.fromisoformat("2024-03-10T02:30"), NEW_YORK)
    twice = wall_seconds(datetime.fromisoformat("2024-11-03T01:30"), NEW_YORK)

    assert moment(gap, NEW_YORK).isoformat() == "2024-03-10T03:00:00-04:00"
    assert moment(twice, NEW_YORK).isoformat() == "2024-11-03T01:30:00-05:00"
