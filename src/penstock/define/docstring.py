"""Reading what a docstring says of parameters and of the returned value.

Understands the Google, NumPy and reStructuredText styles as far as names and one paragraph each;
what it does not understand is left out.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_REST_PARAMETER = re.compile(r"^:param (?:[^:]* )?(\w+):\s*(.*)$")
_REST_RETURNS = re.compile(r"^:returns?:\s*(.*)$")
_GOOGLE_ITEM = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$")
_NUMPY_ITEM = re.compile(r"^(\w+)\s*(?::.*)?$")
_PARAMETERS = frozenset({"Args:", "Arguments:", "Parameters:", "Params:"})
_RETURNS = frozenset({"Returns:", "Yields:"})


@dataclass(slots=True)
class DocString:
    """What a docstring says.

    Attributes:
        parameters: The description of each parameter that is described.
        returns: The description of what is returned.
    """

    parameters: dict[str, str] = field(default_factory=dict[str, str])
    returns: str | None = None


def description_of(function: Callable[..., object]) -> str | None:
    """Return a function's docstring without its indentation; None if it has none."""
    text = getattr(function, "__doc__", None)
    return inspect.cleandoc(text) if isinstance(text, str) and text else None


def read_docstring(text: str | None) -> DocString:
    """Find the descriptions of parameters and of the returned value in a docstring."""
    found = DocString()
    if not text or (":" not in text and "---" not in text):
        return found
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if match := _REST_PARAMETER.match(line):
            found.parameters[match[1]] = match[2].strip()
        elif match := _REST_RETURNS.match(line):
            found.returns = match[1].strip()
        elif line in _PARAMETERS:
            found.parameters.update(_google_items(lines[number + 1 :]))
        elif line in _RETURNS:
            found.returns = _google_paragraph(lines[number + 1 :])
        elif line == "Parameters" and _is_underline(lines, number + 1):
            found.parameters.update(_numpy_items(lines[number + 2 :]))
        elif line in ("Returns", "Yields") and _is_underline(lines, number + 1):
            found.returns = " ".join(_numpy_items(lines[number + 2 :]).values()) or None
    return found


def _is_underline(lines: list[str], number: int) -> bool:
    return number < len(lines) and lines[number].startswith("---")


def _google_items(lines: list[str]) -> Mapping[str, str]:
    items: dict[str, str] = {}
    current: str | None = None
    indent = 0
    for line in lines:
        if not line.strip() or not line.startswith(" "):
            break
        width = len(line) - len(line.lstrip())
        match = _GOOGLE_ITEM.match(line)
        if match and (current is None or width <= indent):
            current, indent = str(match[1]), width
            items[current] = match[2].strip()
        elif current is not None:
            items[current] = f"{items[current]} {line.strip()}".strip()
    return items


def _google_paragraph(lines: list[str]) -> str | None:
    words: list[str] = []
    for line in lines:
        if not line.strip() or not line.startswith(" "):
            break
        words.append(line.strip())
    text = " ".join(words)
    head, _, rest = text.partition(": ")
    return (rest if rest and " " not in head else text) or None


def _numpy_items(lines: list[str]) -> Mapping[str, str]:
    items: dict[str, str] = {}
    current: str | None = None
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if line.startswith(" ") and current is not None:
            items[current] = f"{items[current]} {line.strip()}".strip()
        elif (match := _NUMPY_ITEM.match(line)) and not _is_underline(lines, number + 1):
            current = str(match[1])
            items[current] = ""
        else:
            break
    return items
