"""What the function of a schedule or a sensor gave, as a list, whichever way it gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast


def as_items(given: object) -> list[object]:
    """Return what a function returned, or yielded and returned, in order and without None."""
    if isinstance(given, (list, tuple)):
        items = list(cast("list[object]", given))
    elif isinstance(given, Iterator):
        items = _drained(cast("Iterator[object]", given))
    else:
        items = [given]
    return [item for item in items if item is not None]


def _drained(given: Iterator[object]) -> list[object]:
    """Run a generator to its end; what it returns in the end comes last."""
    items: list[object] = []
    while True:
        try:
            items.append(next(given))
        except StopIteration as end:
            returned: object = end.value
            return [*items, *as_items(returned)]
