"""Sets of combinations: from one set for each dimension to ordinals, and back.

The ordinal of a combination counts like a clock: the last dimension is the fastest, and each has a
number of places, its radix. A box is the product of one set for each dimension; a set of
combinations is a few boxes, however many combinations it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penstock.partitions.ordinals import Span, merged

Spans = tuple[Span, ...]
Box = tuple[Spans, ...]
"""For each dimension, the sorted ranges of its ordinals that are taken."""


def box_spans(box: Box, radices: Sequence[int]) -> list[Span]:
    """Return the ordinals of a box as sorted ranges.

    Args:
        box: What each dimension takes.
        radices: The places of each dimension; that of the first does not count.
    """
    spans = list(box[0])
    for taken, radix in zip(box[1:], radices[1:], strict=True):
        if taken == ((0, radix),):
            spans = [(start * radix, stop * radix) for start, stop in spans]
        else:
            spans = [
                (outer * radix + start, outer * radix + stop)
                for first, last in spans
                for outer in range(first, last)
                for start, stop in taken
            ]
    return spans


def boxes_of(spans: Spans, radices: Sequence[int]) -> Iterator[Box]:
    """Cut sorted ranges of ordinals into boxes that do not overlap."""
    if len(radices) == 1:
        if spans:
            yield (spans,)
        return
    outers: dict[Spans, list[Span]] = {}
    for inner, outer in _by_inner(spans, radices[-1]):
        outers.setdefault(inner, []).append(outer)
    for inner, outer in outers.items():
        for box in boxes_of(merged(outer), radices[:-1]):
            yield (*box, inner)


def columns_of(ordinals: Sequence[int], radices: Sequence[int]) -> list[list[int]]:
    """Return for each dimension the ordinals of its own in some combinations."""
    columns: list[list[int]] = []
    rest = list(ordinals)
    for radix in radices[:0:-1]:
        columns.append([n % radix for n in rest])
        rest = [n // radix for n in rest]
    return [rest, *reversed(columns)]


def _by_inner(spans: Spans, radix: int) -> Iterator[tuple[Spans, Span]]:
    """Yield what is taken of the last dimension, and by which ordinals of the others."""
    current: int | None = None
    inner: list[Span] = []
    for start, stop in spans:
        while start < stop:
            outer, low = divmod(start, radix)
            if current is not None and outer != current:
                yield tuple(inner), (current, current + 1)
                inner = []
            current = outer
            whole = (stop - start) // radix if low == 0 else 0
            if whole:
                yield ((0, radix),), (outer, outer + whole)
                current = None
                start += whole * radix
                continue
            high = min(radix, low + stop - start)
            inner.append((low, high))
            start += high - low
    if current is not None:
        yield tuple(inner), (current, current + 1)
