"""Partitions cut into pieces that a run each can make: single keys, or ranges of them.

Owns the cutting. A piece of several dimensions is the product of a range of each, because that is
what a range of such keys means.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from penstock.partitions.boxes import boxes_of
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.multi_key import SEPARATOR
from penstock.partitions.ordinals import Ordinals, Span
from penstock.partitions.subset import PartitionsSubset


class Piece(NamedTuple):
    """A range of partitions, both ends included; `first` and `last` are equal in a single one."""

    first: str
    last: str
    size: int


def pieces_of(partitions: PartitionsSubset, *, most: int | None) -> Iterator[Piece]:
    """Cut partitions into ranges.

    Args:
        partitions: What to cut.
        most: How many partitions a piece may have; None is no limit.
    """
    definition = partitions.definition
    assert isinstance(definition, PartitionsDefinition)
    parts = [definition]
    if isinstance(definition, MultiPartitionsDefinition):
        parts = [each.partitions_def for each in definition.partitions_defs]
    if most == 1 and not any(isinstance(part, DynamicPartitionsDefinition) for part in parts):
        yield from (Piece(key, key, 1) for key in partitions)
        return
    boxes = iter([(partitions.spans,)])
    if isinstance(definition, MultiPartitionsDefinition):
        boxes = boxes_of(partitions.spans, definition.radices)
    for box in boxes:
        places = [_places(part, taken) for part, taken in zip(parts, box, strict=True)]
        for block in product(*places):
            for small in _cut(block, most):
                yield Piece(
                    SEPARATOR.join(_key(p, s[0]) for p, s in zip(parts, small, strict=True)),
                    SEPARATOR.join(_key(p, s[1] - 1) for p, s in zip(parts, small, strict=True)),
                    _size(small),
                )


def _places(part: PartitionsDefinition, taken: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return where keys are in their order, which for dynamic ones is not their ordinals'."""
    if not isinstance(part, DynamicPartitionsDefinition):
        return taken
    ordinals = Ordinals(taken)
    keys = part.get_partition_keys()
    found = zip(keys, part.ordinals(keys), strict=True)
    return Ordinals.of_numbers(n for n, (_, at) in enumerate(found) if at in ordinals).spans


def _key(part: PartitionsDefinition, place: int) -> str:
    if isinstance(part, DynamicPartitionsDefinition):
        return part.page(place, place + 1)[0]
    return part.key(place)


def _size(block: Sequence[Span]) -> int:
    return math.prod(stop - start for start, stop in block)


def _cut(block: Sequence[Span], most: int | None) -> Iterator[tuple[Span, ...]]:
    """Cut a product of ranges along its slowest dimension, and each slice further if need be."""
    if most is None or _size(block) <= most:
        yield tuple(block)
        return
    (start, stop), rest = block[0], block[1:]
    step = max(1, most // _size(rest))
    for low in range(start, stop, step):
        head = (low, min(low + step, stop))
        if (head[1] - head[0]) * _size(rest) <= most:
            yield (head, *rest)
        else:
            yield from ((head, *tail) for tail in _cut(rest, most))
