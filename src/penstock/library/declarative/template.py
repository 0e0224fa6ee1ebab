"""Commands and paths with references: `{orders.path}`, `{self.path}`.

Only `{name.attribute}` is a reference; any other brace is text, so that `awk '{print $1}'` needs no
care. `{{name.attribute}}` is the text `{name.attribute}`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SELF = "self"

_REFERENCE = re.compile(r"\{(?P<doubled>\{)?(?P<name>[\w\-/]+)\.(?P<attribute>\w+)\}(?(doubled)\})")
_BARE = re.compile(r"(?<![{$])\{([\w\-/]+)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of an asset; `name` is `self` for the asset itself."""

    name: str
    attribute: str


Lookup = Callable[[Reference], str]


def references(template: str) -> tuple[Reference, ...]:
    """Return the references of a template, in order, each once."""
    found = {
        Reference(m["name"], m["attribute"]): None
        for m in _REFERENCE.finditer(template)
        if not m["doubled"]
    }
    return tuple(found)


def bare_names(template: str) -> tuple[str, ...]:
    """Return the names in braces that lack an attribute, like `{orders}`."""
    return tuple(_BARE.findall(template))


def quoted_references(template: str) -> Iterator[Reference]:
    """Find references inside quotes of a shell command, where a quoted path would go wrong."""
    quote = ""
    at = 0
    while at < len(template):
        character = template[at]
        found = _REFERENCE.match(template, at)
        if found is not None and not found["doubled"]:
            if quote:
                yield Reference(found["name"], found["attribute"])
            at = found.end()
            continue
        if character == "\\" and quote != "'":
            at += 1
        elif character in "'\"" and quote in ("", character):
            quote = "" if quote else character
        at += 1


def fill(template: str, lookup: Lookup) -> str:
    """Put the values of references in."""

    def value(found: re.Match[str]) -> str:
        if found["doubled"]:
            return found.group()[1:-1]
        return lookup(Reference(found["name"], found["attribute"]))

    return _REFERENCE.sub(value, template)


def words(template: str, lookup: Lookup) -> list[str]:
    """Split a command into its words, then put the values in: a value is never split.

    Raises:
        ValueError: A quote is not closed.
    """
    return [fill(word, lookup) for word in shlex.split(template)]


def shell_line(template: str, lookup: Lookup) -> str:
    """Put the values into a shell command, each quoted."""
    return fill(template, lambda reference: shlex.quote(lookup(reference)))
