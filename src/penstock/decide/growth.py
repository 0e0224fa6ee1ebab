"""How a store grows: what it gains a day, where retention lets it settle, when the disk is full.

Pure arithmetic of rates and ages; nothing here measures anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penstock.decide.retention import GROUPS, Ages


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is to be expected if all goes on as it did.

    Attributes:
        per_day: Bytes that are added a day.
        lasting: Bytes of these that nothing ever forgets.
        level: Bytes at which the store settles; None if it never does.
        days_left: Days until the free space is used up; None if it never is.
    """

    per_day: float
    lasting: float
    level: float | None
    days_left: float | None


def age_of(kind: str, ages: Ages) -> int | None:
    """Return after how many days events of a kind are forgotten; None if never."""
    of_group = [
        ages.events[group]
        for group, kinds in GROUPS.items()
        if kind in kinds and group in ages.events
    ]
    of_run = [] if ages.runs is None else [ages.runs]
    return min([*of_group, *of_run], default=None)


def forecast(
    rates: Mapping[str, float], held: Mapping[str, float], ages: Ages, *, size: float, free: float
) -> Forecast:
    """Tell how a store grows.

    Args:
        rates: Bytes a day, by kind of event.
        held: Bytes that the events of each kind take now.
        ages: After how many days what is forgotten.
        size: Bytes that the store takes now.
        free: Bytes that are left on its disk.
    """
    lasting = 0.0
    rising: list[tuple[float, float]] = []  # days until it rises no more, and by how much a day
    level = size
    for kind, rate in rates.items():
        age = age_of(kind, ages)
        if age is None:
            lasting += rate
        elif rate > 0:
            left = max(0.0, rate * age - held.get(kind, 0.0))
            rising.append((left / rate, rate))
            level += rate * age - held.get(kind, 0.0)
    return Forecast(
        per_day=sum(rates.values()),
        lasting=lasting,
        level=None if lasting else level,
        days_left=_days_until(free, lasting, rising),
    )


def _days_until(free: float, lasting: float, rising: list[tuple[float, float]]) -> float | None:
    """Go from one end of a rise to the next until the space is used up."""
    day, left = 0.0, free
    speed = lasting + sum(rate for _, rate in rising)
    for end, rate in sorted(rising):
        gained = speed * (end - day)
        if speed > 0 and gained >= left:
            return day + left / speed
        day, left, speed = end, left - gained, speed - rate
    return day + left / lasting if lasting > 0 else None
