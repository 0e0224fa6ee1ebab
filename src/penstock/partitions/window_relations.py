"""Windows of one definition beside those of another, or of the same one as it was before.

Owns overlap, which mappings of time windows are made of, and what stored ordinals mean once the
definition has changed. Whole sets are carried over at once, by arithmetic or by two sorted lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from penstock.base.cron import is_valid_cron_string
from penstock.errors import UsageError
from penstock.partitions.cadence import ClockGrid, Grid, Regular
from penstock.partitions.listed_grid import ListedGrid
from penstock.partitions.ordinals import Ordinals, joined
from penstock.partitions.window_core import WindowKeys
from penstock.partitions.window_grid import Exclusions, grid_of
from penstock.partitions.window_keys import seconds_read


class RelatedWindows(WindowKeys):
    """Windows of time that can be compared with others."""

    def overlapped_in(self, target: RelatedWindows, ordinals: Ordinals) -> Ordinals:
        """Return which windows of another definition overlap some of this one, in or out of bounds.

        The cost follows the ranges of the windows, or the windows of the other definition if there
        are fewer.
        """
        if ordinals.is_empty:
            return ordinals
        if self.follows(target):
            return ordinals.moved(self._first - target._first)
        extent = (ordinals.lowest, ordinals.highest + 1)
        low, high = target.overlapping(*self.seconds_at(extent))
        if high - low < ordinals.span_count:
            return self._touched(target, range(low, high), ordinals)
        mine, its = self._grid.line(), target._grid.line()
        if mine is not None and its is not None:
            return _stretched(
                ordinals, mine.from_number(self._first), its.from_number(target._first)
            )
        if self._exclusions:
            numbers = self._numbers(ordinals.numbers())
            starts, ends = self._grid.starts_of(numbers), self._grid.ends_of(numbers)
        else:
            starts = self._grid.starts_of(self._numbers([start for start, _ in ordinals.spans]))
            ends = self._grid.starts_of(self._numbers([stop for _, stop in ordinals.spans]))
        lows = target._grid.unended_at(starts)
        highs = target._grid.begun_before(ends)
        return Ordinals(joined(lows, highs)).moved(-target._first)

    def _touched(self, target: RelatedWindows, windows: range, ordinals: Ordinals) -> Ordinals:
        """Return those of some windows of another definition that overlap some of this one."""
        numbers = ordinals.numbers()
        targets = target._numbers(windows)
        firsts = self._grid.unended_at(target._grid.starts_of(targets))
        ends = self._grid.begun_before(target._grid.ends_of(targets))
        found: list[int] = []
        at = 0
        for window, first, end in zip(windows, firsts, ends, strict=True):
            at = bisect_left(numbers, first - self._first, at)
            if at == len(numbers):
                break
            if numbers[at] < end - self._first:
                found.append(window)
        return Ordinals.of_numbers(found)

    def follows(self, other: RelatedWindows) -> bool:
        """Tell whether another definition numbers the same windows, if not from the same one."""
        if isinstance(self._grid, ListedGrid):
            return self.equal_windows(other) and self.start == other.start
        return self._grid == other._grid

    def equal_windows(self, other: RelatedWindows) -> bool:
        """Tell whether another definition has the same windows, but for the bounds."""
        return self.grid == other.grid and self._exclusions == other._exclusions

    def numbering(self, ordinals: Ordinals) -> dict[str, object]:
        """Return what ordinals mean: the first and the last of them, and what is left out."""
        low, high = ordinals.lowest, ordinals.highest
        meaning: dict[str, object] = {
            "first": [low, self.key(low)],
            "last": [high, self.key(high)],
        }
        if self._exclusions:
            meaning["exclusions"] = self._exclusions.spec()
        return meaning

    def renumbered(
        self, ordinals: Sequence[int], numbering: Mapping[str, object]
    ) -> Sequence[int | None]:
        """Return today's ordinals for ones that `numbering` described; None for those gone."""
        windows = self._anchored(numbering)
        if isinstance(windows, int):
            moved = [n + windows for n in ordinals]
        else:
            grid, zero = windows
            starts = grid.starts_of([n + zero for n in ordinals])
            found = self._grid.unended_at(starts)
            begin = self._grid.starts_of(found)
            moved = [
                n - self._first if at == start else -1
                for n, at, start in zip(found, starts, begin, strict=True)
            ]
        return [n if n >= 0 and n == self._clipped(n) != self._bound else None for n in moved]

    def restored(self, ordinals: Ordinals, numbering: Mapping[str, object]) -> Ordinals:
        """Return today's ordinals for a set that `numbering` described, without those gone."""
        windows = self._anchored(numbering)
        if isinstance(windows, int):
            return ordinals.moved(windows).between(0, self._bound)
        return super().restored(ordinals, numbering)

    def _anchored(self, numbering: Mapping[str, object]) -> int | tuple[Grid, int]:
        """Return by how much ordinals have moved, or else the grid that had them and its zero.

        Raises:
            UsageError: The clock of the zone, or the calendar, has changed between the ends.
        """
        left_out = numbering.get("exclusions", [])
        same = left_out == self._exclusions.spec()
        grid = self._grid if same else self._grid_without(cast("list[str]", left_out))
        (low, first), (high, last) = (
            cast("tuple[int, str]", numbering[end]) for end in ("first", "last")
        )
        starts = [
            seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
            for key in (first, last)
        ]
        begin, end = (grid.floor(at) if at is not None else 0 for at in starts)
        shown = [self._written(grid.start_of(n)) for n in (begin, end)]
        if shown != [first, last] or end - begin != high - low:
            raise UsageError(
                f"A stored subset has {high - low + 1} windows from '{first}' to '{last}', but now "
                f"there are {end - begin + 1}: the rules of {self.timezone} have changed, so its "
                "keys mean something else. Discard it."
            )
        return begin - self._first - low if same else (grid, begin - low)

    def _grid_without(self, left_out: Sequence[str]) -> Grid:
        """Return the grid of the same cadence with other windows left out."""
        given = [
            text if is_valid_cron_string(text) else datetime.fromisoformat(text)
            for text in left_out
        ]
        exclusions = Exclusions.of(given, self._zone)
        regular = Regular.of(self._cron)
        return grid_of(self._cron, regular, start=self.start, exclusions=exclusions)


def _stretched(ordinals: Ordinals, source: ClockGrid, target: ClockGrid) -> Ordinals:
    """Return which windows of one line overlap some of another, in one step for each range."""
    period, size = source.period, target.period
    early = source.phase - target.phase
    late = early + size - 1
    if period % size == 0 and early % size == 0:
        return _multiplied(ordinals, period // size, early // size)
    lows = [(start * period + early) // size for start, _ in ordinals.spans]
    highs = [(stop * period + late) // size for _, stop in ordinals.spans]
    return Ordinals(joined(lows, highs))


def _multiplied(ordinals: Ordinals, times: int, more: int) -> Ordinals:
    """Return what ordinals become if each is cut into so many; ranges never meet by that."""
    even = ordinals.even()
    if even is None or even.step == 1:
        spans = [(start * times + more, stop * times + more) for start, stop in ordinals.spans]
        return Ordinals(tuple(spans))
    low, step = even.start * times + more, even.step * times
    stop = low + len(even) * step
    starts, stops = range(low, stop, step), range(low + times, stop + times, step)
    return Ordinals(tuple(zip(starts, stops, strict=True)))
