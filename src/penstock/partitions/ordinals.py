"""Sets of ordinals: a Boolean algebra that is fast on a few long ranges and on many short ones.

A set is kept as sorted ranges while there are few, and as a compressed bitmap once there are many;
which of the two is nobody else's business, and equal sets are equal either way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from operator import lt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyroaring import BitMap64

Span = tuple[int, int]
"""A half-open range of ordinals, never empty."""

_FEW = 256
_LARGEST = 1 << 63


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans, drop empty ones and join those that touch."""
    result: list[Span] = []
    for start, stop in sorted(spans):
        if start >= stop:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return tuple(result)


def common(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """Intersect two sorted sequences of spans."""
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, stop = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < stop:
            result.append((start, stop))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def joined(starts: Sequence[int], stops: Sequence[int]) -> tuple[Span, ...]:
    """Join ranges that are sorted by their start, and whose stops are sorted as well."""
    if all(map(lt, stops, islice(starts, 1, None))) and all(map(lt, starts, stops)):
        return tuple(zip(starts, stops, strict=True))
    result: list[Span] = []
    low, high = 0, 0
    for start, stop in zip(starts, stops, strict=True):
        if start > high:
            if low < high:
                result.append((low, high))
            low, high = start, stop
        elif start < stop:
            low, high = (low, max(high, stop)) if low < high else (start, stop)
    if low < high:
        result.append((low, high))
    return tuple(result)


def without(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """Subtract one sorted sequence of spans from another."""
    if not left:
        return ()
    low, high = left[0][0], left[-1][1]
    edges = [low, *(edge for span in right for edge in span), high]
    gaps = tuple(pair for pair in list(pairwise(edges))[::2] if pair[0] < pair[1])
    return common(left, gaps)


class Ordinals:
    """A set of whole numbers."""

    __slots__ = ("_bits", "_spans")

    def __init__(self, spans: tuple[Span, ...] | None, bits: BitMap64 | None = None) -> None:
        """Make a set of sorted spans that neither overlap nor touch, or of a bitmap."""
        self._spans = spans
        self._bits = bits

    @staticmethod
    def of_spans(spans: Iterable[Span]) -> Ordinals:
        """Make a set of ranges in any order."""
        return Ordinals(merged(spans))

    @staticmethod
    def of_parts(parts: Iterable[range | list[int]]) -> Ordinals:
        """Make a set of numbers in any order that come in parts, each of them as it is at hand."""
        spans: list[Span] = []
        bits: BitMap64 | None = None
        for part in parts:
            if isinstance(part, range) and part.step == 1:
                if spans and spans[-1][1] == part.start:
                    spans[-1] = (spans[-1][0], part.stop)
                else:
                    spans.append((part.start, part.stop))
                continue
            if part and not (min(part) >= 0 and max(part) < _LARGEST):
                spans.extend((n, n + 1) for n in part)
                continue
            bits = _bitmap(part) if bits is None else bits | _bitmap(part)
        ranges = Ordinals.of_spans(spans)
        if bits is None:
            return ranges
        numbers = Ordinals(None, bits)
        if len(bits) <= _FEW:
            numbers = Ordinals(merged((n, n + 1) for n in bits))
        return ranges | numbers if spans else numbers

    @staticmethod
    def of_numbers(numbers: Iterable[int]) -> Ordinals:
        """Make a set of single numbers in any order."""
        given = list(numbers)
        if len(given) <= _FEW or not (min(given) >= 0 and max(given) < _LARGEST):
            return Ordinals(merged((n, n + 1) for n in given))
        return Ordinals(None, _bitmap(given))

    @property
    def spans(self) -> tuple[Span, ...]:
        """Sorted half-open ranges that neither overlap nor touch."""
        if self._spans is None:
            assert self._bits is not None
            after = self._bits.shift(1)
            self._spans = tuple(
                zip((self._bits - after).to_array(), (after - self._bits).to_array(), strict=True)
            )
        return self._spans

    @property
    def is_empty(self) -> bool:
        """Whether no number is in it."""
        return not (self._spans if self._bits is None else self._bits)

    @property
    def span_count(self) -> int:
        """How many ranges there are; counting them is cheaper than making them."""
        if self._spans is None and self._bits is not None:
            return len(self._bits - self._bits.shift(1))
        return len(self.spans)

    @property
    def lowest(self) -> int:
        """The smallest number of a set that is not empty."""
        return self.spans[0][0] if self._bits is None else self._bits.min()

    @property
    def highest(self) -> int:
        """The largest number of a set that is not empty."""
        return self.spans[-1][1] - 1 if self._bits is None else self._bits.max()

    def numbers(self) -> Sequence[int]:
        """Return the numbers in order, all at once; as a range if they are equally far apart."""
        spans = self._spans
        if spans is None and self._bits is not None:
            return self.even() or self._bits.to_array()
        if spans is not None and len(spans) == 1:
            return range(*spans[0])
        return [n for start, stop in self.spans for n in range(start, stop)]

    def even(self) -> range | None:
        """Return many numbers as a range if they are equally far apart, at a glance."""
        if self._bits is None or len(self._bits) <= _FEW:
            return None
        low, high = self._bits.min(), self._bits.max()
        step, rest = divmod(high - low, len(self._bits) - 1)
        numbers = range(low, high + 1, step)
        return numbers if not rest and _bitmap(numbers) == self._bits else None

    def pages(self, size: int) -> Iterator[Sequence[int]]:
        """Yield the numbers in order, at most so many at a time."""
        if self._spans is None and self._bits is not None:
            # A million numbers are a few megabytes as an array, so it is cut rather than iterated.
            array = self.even() or self._bits.to_array()
            yield from (array[at : at + size] for at in range(0, len(array), size))
            return
        short: list[int] = []
        for start, stop in self.spans:
            if stop - start < size:
                short.extend(range(start, stop))
                if len(short) >= size:
                    yield short
                    short = []
                continue
            if short:
                yield short
                short = []
            yield from (range(at, min(at + size, stop)) for at in range(start, stop, size))
        if short:
            yield short

    def moved(self, by: int) -> Ordinals:
        """Return the set with a number added to each of its numbers."""
        if not by or self.is_empty:
            return self
        fits = self.lowest + by >= 0 and self.highest + by < _LARGEST
        if self._spans is None and self._bits is not None and fits:
            return Ordinals(None, self._bits.shift(by))
        return Ordinals(tuple((start + by, stop + by) for start, stop in self.spans))

    def between(self, start: int | None, stop: int | None) -> Ordinals:
        """Return the numbers from one up to another; None sets no bound."""
        if self.is_empty:
            return self
        low = self.lowest if start is None else start
        high = self.highest + 1 if stop is None else stop
        return self & Ordinals(((low, high),) if low < high else ())

    def first(self, n: int) -> Ordinals:
        """Return the `n` smallest numbers, or all if there are fewer."""
        if self._spans is None and self._bits is not None:
            return Ordinals(None, self._bits[: max(n, 0)])
        kept: list[Span] = []
        for start, stop in self.spans:
            if n <= 0:
                break
            kept.append((start, min(stop, start + n)))
            n -= stop - start
        return Ordinals(tuple(kept))

    def __contains__(self, number: int) -> bool:
        if self._bits is not None and 0 <= number < _LARGEST:
            return number in self._bits
        at = bisect_right(self.spans, number, key=_start) - 1
        return at >= 0 and number < self.spans[at][1]

    def __len__(self) -> int:
        if self._spans is None and self._bits is not None:
            return len(self._bits)
        return sum(stop - start for start, stop in self.spans)

    def __iter__(self) -> Iterator[int]:
        if self._spans is None and self._bits is not None:
            yield from self._bits
            return
        for start, stop in self.spans:
            yield from range(start, stop)

    def __or__(self, other: Ordinals) -> Ordinals:
        both = _bitmaps(self, other)
        if both is None:
            return Ordinals(merged((*self.spans, *other.spans)))
        return Ordinals(None, both[0] | both[1])

    def __and__(self, other: Ordinals) -> Ordinals:
        if other.covers(self):
            return self
        both = _bitmaps(self, other)
        if both is None:
            return Ordinals(common(self.spans, other.spans))
        return Ordinals(None, both[0] & both[1])

    def __sub__(self, other: Ordinals) -> Ordinals:
        if other.covers(self):
            return Ordinals(())
        both = _bitmaps(self, other)
        if both is None:
            return Ordinals(without(self.spans, other.spans))
        return Ordinals(None, both[0] - both[1])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ordinals):
            return NotImplemented
        if self._bits is not None and other._bits is not None:
            return self._bits == other._bits
        return self.spans == other.spans

    def __hash__(self) -> int:
        return 0 if self.is_empty else hash((len(self), self.lowest, self.highest))

    def covers(self, other: Ordinals) -> bool:
        """Tell whether this is one range that holds all of another set; False may be a guess."""
        if self._spans is None or len(self._spans) != 1 or other.is_empty:
            return False
        ((start, stop),) = self._spans
        return start <= other.lowest and other.highest < stop

    def bitmap(self) -> BitMap64 | None:
        """Return the set as a bitmap, or None if a number is negative or too large for one."""
        if self._bits is None:
            spans = self.spans
            if spans and not (spans[0][0] >= 0 and spans[-1][1] < _LARGEST):
                return None
            bits = _bitmap(())
            for start, stop in spans:
                bits.add_range(start, stop)
            self._bits = bits
        return self._bits

    @property
    def is_short(self) -> bool:
        """Whether it is kept as few ranges."""
        return self._spans is not None and len(self._spans) <= _FEW


def _bitmaps(left: Ordinals, right: Ordinals) -> tuple[BitMap64, BitMap64] | None:
    """Return both sets as bitmaps, or None if ranges serve better or a set cannot be one."""
    if left.is_short and right.is_short:
        return None
    one, other = left.bitmap(), right.bitmap()
    return None if one is None or other is None else (one, other)


def _bitmap(numbers: Iterable[int]) -> BitMap64:
    from pyroaring import BitMap64  # noqa: PLC0415 - only large sets need it

    return BitMap64(numbers)


def _start(span: Span) -> int:
    return span[0]
