"""When a schedule fires, as moments in its zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from penstock.base.cron import cron_ticks, cron_ticks_back
from penstock.base.zones import moment, zone_named
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def schedule_execution_time_iterator(
    start_timestamp: float,
    cron_schedule: str | Sequence[str],
    execution_timezone: str | None = None,
    ascending: bool = True,  # noqa: FBT001, FBT002 - the public form
) -> Iterator[datetime]:
    """Yield when a schedule fires, in its zone, from a time on or, descending, from a time back.

    Args:
        start_timestamp: Seconds since the epoch; a tick at that time is included.
        cron_schedule: One cron, or several that fire together as one.
        execution_timezone: The zone whose clock counts; UTC if None.
        ascending: Whether to go forwards.

    Raises:
        ParameterCheckError: A cron cannot be read, or there is none.
        InvalidDefinitionError: There is no such zone.
    """
    if not cron_schedule:
        raise ParameterCheckError("There is no cron schedule to follow. Give one like '0 6 * * *'.")
    zone = zone_named(execution_timezone or "UTC")
    try:
        if ascending:
            ticks = cron_ticks(cron_schedule, start=start_timestamp, zone=zone)
        else:
            ticks = cron_ticks_back(cron_schedule, end=start_timestamp, zone=zone)
    except InvalidDefinitionError as error:
        raise ParameterCheckError(str(error)) from error
    return (moment(at, zone) for at in ticks)
