"""The language that selects ops of a job: `["*g", "before", "step++"]`.

A query is a name; `*` before it adds everything upstream, each `+` one level, and after it the same
downstream. The selection is the union of the queries. Pure: it knows names and edges only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from penstock.base.text import did_you_mean
from penstock.errors import InvalidSubsetError

_QUERY = re.compile(r"(\*?|\+*)([\w.\[\]?-]+)(\*?|\+*)")
_EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class OpQuery:
    """One query.

    Attributes:
        name: The op that it begins at.
        up: How many levels upstream; None for all of them.
        down: How many levels downstream; None for all of them.
    """

    name: str
    up: int | None = 0
    down: int | None = 0


def parse_query(text: str) -> OpQuery:
    """Read a query.

    Raises:
        InvalidSubsetError: It is none.
    """
    match = _QUERY.fullmatch(text.strip()) if isinstance(text, str) else None  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
    if match is None:
        raise InvalidSubsetError(
            f"{text!r} is not an op selection. Write the op's name, with '*' or '+' before it for "
            "what is upstream and after it for what is downstream, as in '*name' or 'name++'."
        )
    before, name, after = match.groups()
    return OpQuery(name, _levels(before), _levels(after))


def _levels(marks: str) -> int | None:
    return None if marks == "*" else len(marks)


def select_ops(
    names: Iterable[str], edges: Mapping[str, Iterable[str]], queries: Sequence[str]
) -> set[str]:
    """Return the ops that any of the queries selects.

    Args:
        names: All ops.
        edges: For each op the ops that it needs.
        queries: The queries; `*` by itself selects every op.

    Raises:
        InvalidSubsetError: A query names no op.
    """
    known = list(names)
    needs = {name: [up for up in edges.get(name, ()) if up != name] for name in known}
    needed_by: dict[str, list[str]] = {name: [] for name in known}
    for name, upstream in needs.items():
        for up in upstream:
            needed_by[up].append(name)
    found: set[str] = set()
    for text in queries:
        if text == _EVERYTHING:
            return set(known)
        query = parse_query(text)
        if query.name not in needs:
            raise no_op_selected(queries, query.name, known)
        found.add(query.name)
        found |= _walk(query.name, needs, query.up)
        found |= _walk(query.name, needed_by, query.down)
    return found


def no_op_selected(queries: Sequence[str], name: str, known: Iterable[str]) -> InvalidSubsetError:
    """Return the error for a query that names no op."""
    return InvalidSubsetError(
        f"There is no op '{name}' to select, as op_selection={list(queries)} asks."
        f"{did_you_mean(name, known)}"
    )


def _walk(start: str, edges: Mapping[str, Sequence[str]], levels: int | None) -> set[str]:
    found: set[str] = set()
    frontier = {start}
    while frontier and (levels is None or levels > 0):
        frontier = {far for near in frontier for far in edges[near]} - found - {start}
        found |= frontier
        levels = None if levels is None else levels - 1
    return found
