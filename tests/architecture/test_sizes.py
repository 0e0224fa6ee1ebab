"""Modules and functions stay small; the exceptions are named, reasoned, and only shrink.

A function's size is its body: neither its signature nor its docstring counts.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "penstock"
MODULE_LINES = 500
FUNCTION_LINES = 50

_LISTED = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text(encoding="utf-8"))


def _module_sizes() -> Iterator[tuple[str, int]]:
    for path in sorted(SRC.rglob("*.py")):
        yield str(path.relative_to(SRC)), len(path.read_text(encoding="utf-8").splitlines())


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def _function_sizes() -> Iterator[tuple[str, int]]:
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(SRC)}:{node.name}", _body_lines(node)


def _beyond(sizes: Iterator[tuple[str, int]], limit: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, lines in sizes:
        if lines > limit:
            found[name] = max(lines, found.get(name, 0))
    return found


_CASES = [
    pytest.param("modules", _module_sizes, MODULE_LINES, id="modules"),
    pytest.param("functions", _function_sizes, FUNCTION_LINES, id="functions"),
]


@pytest.mark.parametrize(("kind", "sizes", "limit"), _CASES)
def test_nothing_is_larger_than_its_limit(kind, sizes, limit):
    allowed = {name: entry["lines"] for name, entry in _LISTED[kind].items()}

    beyond = _beyond(sizes(), limit)

    too_large = {name: n for name, n in beyond.items() if n > allowed.get(name, limit)}
    assert too_large == {}, "Split these; an exception needs a reason in exceptions.toml."


@pytest.mark.parametrize(("kind", "sizes", "limit"), _CASES)
def test_every_exception_is_still_needed(kind, sizes, limit):
    beyond = _beyond(sizes(), limit)

    unneeded = sorted(set(_LISTED[kind]) - set(beyond))
    assert unneeded == [], "Remove these from exceptions.toml."


@pytest.mark.parametrize("kind", ["modules", "functions"])
def test_every_exception_has_a_reason(kind):
    unreasoned = [name for name, entry in _LISTED[kind].items() if not entry["reason"].strip()]

    assert unreasoned == []
