"""Shared statements in the words of Postgres.

Owns what differs by rule: numbered parameters, lists (an array here, where SQLite opens a JSON
text with `json_each`), and the types that a parameter takes where Postgres cannot tell. What
differs by more than a rule is written twice in `queries/`. Pure text; it knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from penstock.store.database import Arguments

UNPARTITIONED = "\a"
"""What a head's `partition` column holds where the asset is not partitioned: a character that the
key of no definition may contain."""

TEXT, BINARY = 0, 1
"""How a value travels."""


class Statement(NamedTuple):
    """A statement as the server takes it: its text, and the names of `$1`, `$2`, ...

    Attributes:
        names: None if the parameters have no names but an order.
    """

    text: bytes
    names: tuple[str, ...] | None


_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bNOT IN \(SELECT value FROM json_each\(([?]|:\w+)\)\)", r"<> ALL(\1)"),
        (r"\bIN \(SELECT value FROM json_each\(([?]|:\w+)\)\)", r"= ANY(\1)"),
        (r"\bLIMIT ([?]|:\w+)", r"LIMIT NULLIF(CAST(\1 AS BIGINT), -1)"),
        (r"([?]|:\w+)( IS (?:NOT )?NULL)", r"CAST(\1 AS TEXT)\2"),
        (r"\bAS INTEGER\)", "AS BIGINT)"),
        (r"\bAS REAL\)", "AS DOUBLE PRECISION)"),
        (r"\bAS BLOB\)", "AS BYTEA)"),
        (r"\s+INDEXED BY \w+", ""),
    )
)

_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*'                  # a literal text
    | ::                            # a cast of Postgres
    | CAST\(:(?P<cast>\w+)\ AS\ (?P<type>\w+)   # a named parameter with a type of its own
    | :(?P<name>[A-Za-z_]\w*)
    | (?P<mark>[?])
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=1024)
def translate(sql: str) -> Statement:
    """Write a shared statement as Postgres takes it."""
    for pattern, replacement in _RULES:
        sql = pattern.sub(replacement, sql)
    numbers: dict[tuple[str, str], int] = {}
    names: list[str] = []
    marks = 0

    def number(name: str, kind: str = "") -> str:
        # One name under two types must be two parameters: each has one type.
        if (name, kind) not in numbers:
            names.append(name)
            numbers[name, kind] = len(names)
        return f"${numbers[name, kind]}"

    def token(found: re.Match[str]) -> str:
        nonlocal marks
        if found["mark"]:
            marks += 1
            return f"${marks}"
        if found["cast"]:
            return f"CAST({number(found['cast'], found['type'])} AS {found['type']}"
        return number(found["name"]) if found["name"] else found[0]

    text = _TOKEN.sub(token, sql)
    return Statement(text.encode(), tuple(names) if names else None)


_ROW = re.compile(r"\bVALUES\s*(\((?:\s*[?]\s*,)*\s*[?]\s*\))")


@lru_cache(maxsize=64)
def widened(sql: str, count: int) -> str | None:
    """Write a statement that inserts one row as one that inserts several; None if it is no such."""
    found = _ROW.search(sql)
    if found is None:
        return None
    rows = ", ".join([found[1]] * count)
    return f"{sql[: found.start(1)]}{rows}{sql[found.end(1) :]}"


def as_array(values: Sequence[str] | Sequence[int]) -> str:
    """Write a list as the array that takes the place of SQLite's JSON text."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def ordered(statement: Statement, arguments: Arguments) -> Sequence[object]:
    """Return the arguments in the order of the statement's parameters."""
    if isinstance(arguments, tuple) or not isinstance(arguments, Mapping):
        return arguments
    return [arguments[name] for name in statement.names or ()]


def encoded_all(values: Sequence[object]) -> tuple[list[bytes | None], list[int]]:
    """Write values as they travel: bytes as they are, everything else as text; and say which.

    The server knows the type of each parameter. A text in Postgres cannot hold the character NUL;
    the sign for unknown characters replaces it.
    """
    wire: list[bytes | None] = []
    formats: list[int] = []
    for value in values:
        form = TEXT
        if value is None:
            wire.append(None)
        elif isinstance(value, str):
            wire.append(value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode())
        elif isinstance(value, bytes):
            wire.append(value)
            form = BINARY
        elif isinstance(value, bool):
            wire.append(b"1" if value else b"0")
        else:
            wire.append(repr(value).encode())
        formats.append(form)
    return wire, formats
