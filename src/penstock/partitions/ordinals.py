"""Sets of ordinals: a Boolean algebra that is fast on a few long ranges and on many short ones.

A set is kept as sorted ranges while there are few, and as a compressed bitmap once there are many;
which of the two is nobody else's business, and equal sets are equal either way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
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

    def first(self, n: int) -> Ordinals:
        """Return the `n` smallest numbers, or all if there are fewer."""
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
        both = _bitmaps(self, other)
        if both is None:
            return Ordinals(common(self.spans, other.spans))
        return Ordinals(None, both[0] & both[1])

    def __sub__(self, other: Ordinals) -> Ordinals:
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
        return hash(self.spans[:_FEW])

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
