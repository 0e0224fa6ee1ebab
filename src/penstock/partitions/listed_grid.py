"""Windows that no arithmetic numbers: any cron schedule, and windows left out.

The starts are listed for the years that somebody has asked about, and the list grows to either side
by doubling. What is listed is replaced as a whole, so that two threads at worst do the same work.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise

from penstock.base.cron import LAST_DAY, Cron, cron_ticks, ticks_of_day
from penstock.base.zones import day_at, day_start
from penstock.errors import InvalidDefinitionError

_YEAR = 366
_SHORT = 40
_LIFETIME = 120 * _YEAR


@dataclass(frozen=True, slots=True)
class _Listed:
    """The windows that start from one day up to another.

    Attributes:
        since: The first day, counted from 0001-01-01 as 1.
        until: The day after the last one.
        starts: When the windows start.
        ends: When they end.
        zero: Where window 0 is in the list.
    """

    since: int
    until: int
    starts: list[int]
    ends: list[int]
    zero: int


class ListedGrid:
    """The windows of a cron schedule, less the ones that are excluded.

    Args:
        cron: The schedule; each window ends when the next one starts, excluded or not.
        zone: Whose clock counts.
        around: A time near which numbering begins, in seconds since the epoch.
        excluded: Returns of a day, counted from 0001-01-01 as 1, the starts that are left out.
    """

    __slots__ = ("_cron", "_excluded", "_listed", "_zone")

    def __init__(
        self, cron: Cron, zone: tzinfo, *, around: int, excluded: Callable[[int], Set[int]]
    ) -> None:
        self._cron = cron
        self._zone = zone
        self._excluded = excluded
        day = day_at(around, zone)
        starts, ends = self._windows(day - 1, day + _SHORT)
        self._listed = _Listed(day - 1, day + _SHORT, starts, ends, zero=0)

    def start_of(self, n: int) -> int:
        """Return when window `n` starts."""
        listed = self._with_number(n)
        return listed.starts[n + listed.zero]

    def end_of(self, n: int) -> int:
        """Return when window `n` ends."""
        listed = self._with_number(n)
        return listed.ends[n + listed.zero]

    def floor(self, at: int) -> int:
        """Return the number of the last window that starts at a time or before it."""
        listed = self._around(at)
        return bisect_right(listed.starts, at) - 1 - listed.zero

    def unended(self, at: int) -> int:
        """Return the number of the first window that ends after a time."""
        listed = self._around(at)
        return bisect_right(listed.ends, at) - listed.zero

    def starts_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows start."""
        listed = self._with_numbers(numbers)
        return [listed.starts[n + listed.zero] for n in numbers]

    def ends_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return when many windows end."""
        listed = self._with_numbers(numbers)
        return [listed.ends[n + listed.zero] for n in numbers]

    def unended_at(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that ends after it."""
        listed = self._around_all(times)
        return [bisect_right(listed.ends, at) - listed.zero for at in times]

    def begun_before(self, times: Sequence[int]) -> list[int]:
        """Return for many times the number of the first window that does not start before it."""
        listed = self._around_all(times)
        return [bisect_left(listed.starts, at) - listed.zero for at in times]

    def line(self) -> None:
        """Return None: what has to be listed does not take equal elapsed times."""

    def _with_numbers(self, numbers: Sequence[int]) -> _Listed:
        if not numbers:
            return self._listed
        self._with_number(min(numbers))
        return self._with_number(max(numbers))

    def _around_all(self, times: Sequence[int]) -> _Listed:
        if not times:
            return self._listed
        self._around(min(times))
        return self._around(max(times))

    def _with_number(self, n: int) -> _Listed:
        listed = self._listed
        while not 0 <= n + listed.zero < len(listed.starts):
            listed = self._grown(listed, forward=n + listed.zero >= 0)
        return listed

    def _around(self, at: int) -> _Listed:
        """List the windows on both sides of a time."""
        listed = self._listed
        while not listed.starts or listed.starts[-1] <= at or listed.ends[-1] <= at:
            listed = self._grown(listed, forward=True)
        while listed.starts[0] > at:
            listed = self._grown(listed, forward=False)
        return listed

    def _grown(self, listed: _Listed, *, forward: bool) -> _Listed:
        if not listed.starts and listed.until - listed.since > _LIFETIME:
            raise InvalidDefinitionError(
                f"No window of the cron schedule {self._cron.text!r} is left: its exclusions leave "
                "out all of them. Exclude less."
            )
        more = max(_YEAR, listed.until - listed.since)
        if forward:
            until = min(listed.until + more, LAST_DAY)
            starts, ends = self._windows(listed.until, until)
            cut = bisect_right(starts, listed.starts[-1]) if listed.starts else 0
            grown = _Listed(
                listed.since,
                until,
                listed.starts + starts[cut:],
                listed.ends + ends[cut:],
                listed.zero,
            )
        else:
            since = max(listed.since - more, 2)
            starts, ends = self._windows(since, listed.since)
            cut = bisect_left(starts, listed.starts[0]) if listed.starts else len(starts)
            grown = _Listed(
                since,
                listed.until,
                starts[:cut] + listed.starts,
                ends[:cut] + listed.ends,
                listed.zero + cut,
            )
        if (grown.since, grown.until) == (listed.since, listed.until):
            raise IndexError("no window so far from the start in the calendar")
        self._listed = grown
        return grown

    def _windows(self, since: int, until: int) -> tuple[list[int], list[int]]:
        """Return the starts and ends of the windows that start from one day up to another."""
        ticks: list[int] = []
        excluded: set[int] = set()
        for day in range(since, until):
            if self._cron.takes(date.fromordinal(day)):
                excluded |= self._excluded(day)
                of_day = ticks_of_day(self._cron, day, self._zone)
                # Two times that a clock skips at midnight end at the same moment.
                ticks.extend(of_day[ticks[-1:] == of_day[:1] :])
        last = ticks[-1] if ticks else day_start(until, self._zone)
        following = next(cron_ticks(self._cron.text, start=last + 1, zone=self._zone), last + 1)
        pairs = [pair for pair in pairwise([*ticks, following]) if pair[0] not in excluded]
        return [start for start, _ in pairs], [end for _, end in pairs]
