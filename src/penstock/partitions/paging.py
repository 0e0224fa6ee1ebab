"""Pages of partition keys, and the cursors between them.

A cursor says where the page ended: its last position and the key there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from penstock.errors import ParameterCheckError

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class PaginatedResults(Generic[T]):
    """A page.

    Attributes:
        results: What is on it, like keys.
        cursor: What to pass for the page after it.
        has_more: Whether there is one.
    """

    results: Sequence[T]
    cursor: str
    has_more: bool


def page_of(
    keys: Sequence[str], *, at: int, cursor: str | None, has_more: bool
) -> PaginatedResults[str]:
    """Make a page that ends at a position; an empty one keeps the cursor that led to it."""
    if not keys:
        return PaginatedResults(keys, cursor or "", has_more=False)
    return PaginatedResults(keys, json.dumps([at, keys[-1]]), has_more)


def read_cursor(cursor: str) -> tuple[int, str]:
    """Return the position and the key at which a page ended.

    Raises:
        ParameterCheckError: The text is not the cursor of a page.
    """
    try:
        at, key = json.loads(cursor)
        return int(at), str(key)
    except (ValueError, TypeError) as error:
        raise ParameterCheckError(
            f"{cursor!r} is not the cursor of a page of partition keys. Pass the cursor of the "
            "page before, or None for the first page."
        ) from error
