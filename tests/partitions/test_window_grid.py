from datetime import UTC, date, datetime

import pytest

from penstock.base.cron import parse_cron
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.cadence import ClockGrid, DayGrid, Regular, ScheduleType
from penstock.partitions.listed_grid import ListedGrid
from penstock.partitions.window_grid import Exclusions, grid_of, regular_cadence

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "kind"),
    [
        ("15 * * * *", ClockGrid), ("*/5 * * * *", ClockGrid), ("0 9 * * *", DayGrid),
        ("0 9 * * SUN", DayGrid), ("0 9 31 * *", DayGrid), ("0 9 * * 1-5", ListedGrid),
        ("0 9 1,15 * *", ListedGrid), ("0 9 * 1 *", ListedGrid), ("0 9 1 * 1", ListedGrid),
    ],
)  # fmt: skip
def test_a_schedule_has_arithmetic_if_it_is_regular(cron: str, kind: type) -> None:
    read = parse_cron(cron)

    grid = grid_of(read, Regular.of(read), start=START, exclusions=Exclusions.of(None, UTC))

    assert isinstance(grid, kind)


def test_a_regular_cadence_and_its_schedule_are_one() -> None:
    weekly = regular_cadence(ScheduleType.WEEKLY, minute=30, hour=4, day=2)

    assert weekly.cron == "30 4 * * 2"
    assert Regular.of(parse_cron(weekly.cron)) == weekly


def test_exclusions_are_times_and_schedules() -> None:
    left_out = Exclusions.of([datetime(2024, 1, 3), "0 0 * * SAT"], UTC)  # noqa: DTZ001 - wall clock

    assert left_out.hold(int(datetime(2024, 1, 3, tzinfo=UTC).timestamp()))
    assert left_out.hold(int(datetime(2024, 1, 6, tzinfo=UTC).timestamp()))
    assert not left_out.hold(int(datetime(2024, 1, 4, tzinfo=UTC).timestamp()))
    assert left_out.spec() == ["2024-01-03T00:00:00+00:00", "0 0 * * sat"]


def test_a_date_as_text_is_no_exclusion() -> None:
    with pytest.raises(InvalidDefinitionError, match=r"The exclusion '2024-03-03' cannot be"):
        Exclusions.of(["2024-03-03"], UTC)
    with pytest.raises(ParameterCheckError, match="cron schedule or a datetime"):
        Exclusions.of([date(2024, 3, 3)], UTC)  # pyright: ignore[reportArgumentType]
