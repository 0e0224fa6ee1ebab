"""Which grid a definition of time windows has, from what its author wrote.

Owns the choice between arithmetic and a list: a cron schedule that says no more than a regular
cadence is one, and equal to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from penstock.base.cron import Cron, is_valid_cron_string, parse_cron, ticks_of_day
from penstock.base.zones import day_at, moment
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.cadence import ClockGrid, DayGrid, Grid, Regular, ScheduleType
from penstock.partitions.listed_grid import ListedGrid

_FIRST_DAY = {ScheduleType.WEEKLY: (0, 0, 6), ScheduleType.MONTHLY: (1, 1, 31)}


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The windows that are left out.

    Attributes:
        moments: Starts, in seconds since the epoch.
        crons: Schedules; a window that starts when one fires is left out.
        zone: Whose clock counts.
    """

    moments: frozenset[int]
    crons: tuple[Cron, ...]
    zone: tzinfo

    @staticmethod
    def of(given: Sequence[str | datetime] | None, zone: tzinfo) -> Exclusions:
        """Read what the author of a definition wrote.

        Raises:
            InvalidDefinitionError: A text is not a cron schedule.
            ParameterCheckError: It is neither text nor a datetime.
        """
        moments: set[int] = set()
        crons: list[Cron] = []
        for each in given or ():
            if isinstance(each, datetime):
                zoned = each if each.tzinfo else each.replace(tzinfo=zone)
                moments.add(int(zoned.timestamp()))
            elif isinstance(each, str):  # pyright: ignore[reportUnnecessaryIsInstance] - unchecked input
                crons.append(_exclusion_cron(each))
            else:
                raise ParameterCheckError(
                    f"An exclusion is a cron schedule or a datetime, not {each!r}."
                )
        return Exclusions(frozenset(moments), tuple(crons), zone)

    def __bool__(self) -> bool:
        return bool(self.moments or self.crons)

    def hold(self, at: int) -> bool:
        """Tell whether the window that starts at a time is left out."""
        if at in self.moments:
            return True
        if not self.crons:
            return False
        day = day_at(at, self.zone)
        on = moment(at, self.zone).date()
        return any(c.takes(on) and at in ticks_of_day(c, day, self.zone) for c in self.crons)

    def of_day(self, day: int) -> frozenset[int]:
        """Return the starts of windows that are left out on a day and, of the moments, any other.

        Args:
            day: The day, counted from 0001-01-01 as 1.
        """
        if not self.crons:
            return self.moments
        on = date.fromordinal(day)
        ticks = (ticks_of_day(c, day, self.zone) for c in self.crons if c.takes(on))
        return self.moments.union(*ticks)

    def spec(self) -> list[str]:
        """Return them as texts: ISO times and cron schedules."""
        times = [moment(at, self.zone).isoformat() for at in sorted(self.moments)]
        return [*times, *(cron.text for cron in self.crons)]


def regular_cadence(schedule: ScheduleType, *, minute: int, hour: int, day: int | None) -> Regular:
    """Make a regular cadence.

    Raises:
        InvalidDefinitionError: An offset is out of its bounds.
    """
    hourly = schedule is ScheduleType.HOURLY
    default, low, high = _FIRST_DAY.get(schedule, (0, 0, 0))
    return Regular(
        schedule,
        minute=_within("minute_offset", minute, 0, 59),
        hour=_within("hour_offset", hour, 0, 0 if hourly else 23),
        day=_within("day_offset", default if day is None else day, low, high),
    )


def grid_of(
    cron: Cron, regular: Regular | None, *, start: datetime, exclusions: Exclusions
) -> Grid:
    """Return the grid of a schedule.

    Args:
        cron: The schedule.
        regular: What it is as a regular cadence, if it is one.
        start: When the first window may start, in the zone of the definition.
        exclusions: Which windows are left out.
    """
    zone = exclusions.zone
    interval = cron.minute_interval()
    if not exclusions and interval is not None:
        period = interval * 60
        late = start.minute * 60 + start.second
        wait = (cron.times[0] - late) % period
        return ClockGrid((int(start.timestamp()) + wait) % period, period)
    if not exclusions and regular is not None:
        return DayGrid(zone, regular.schedule, regular.day, cron.times[0])
    return ListedGrid(cron, zone, around=int(start.timestamp()), excluded=exclusions.of_day)


def _exclusion_cron(text: str) -> Cron:
    if not is_valid_cron_string(text):
        raise InvalidDefinitionError(
            f"The exclusion {text!r} cannot be read as a cron schedule. An exclusion is one, like "
            "'0 0 * * SAT', or a datetime; write a date as datetime(2024, 3, 3)."
        )
    return parse_cron(text)


def _within(name: str, value: int, low: int, high: int) -> int:
    if low <= value <= high:
        return value
    allowed = f"{low} to {high}" if low < high else f"{low}"
    raise InvalidDefinitionError(f"{name} is {value}, but here it can only be {allowed}.")
