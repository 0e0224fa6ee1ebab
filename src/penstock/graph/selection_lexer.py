"""From the text of a selection to tokens, each with its place.

Owns characters, quotes and places, and the message of an error with its caret. Refuses to know what
tokens mean together. `attribute:value` is one token, since what a value may hold depends on the
attribute. Lengths are bounded only by the text; nothing here recurses.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from penstock.base.text import did_you_mean
from penstock.errors import InvalidSelectionError
from penstock.graph.selection_expression import KEYED_FIELDS, Field


class Kind(enum.Enum):
    """What a token is; the value is how an error names it."""

    WORD = "a name"
    QUOTED = "a quoted name"
    ATTRIBUTE = "attribute:value"
    PLUS = "'+'"
    STAR = "'*'"
    OPEN = "'('"
    CLOSE = "')'"
    COMMA = "','"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Value:
    """The right side of an attribute; `text` of a quoted value still has its escapes."""

    text: str
    quoted: bool
    column: int

    @property
    def literal(self) -> str:
        """The text with its escapes resolved."""
        return unescape(self.text) if self.quoted else self.text

    @property
    def is_null(self) -> bool:
        """Whether it is the unquoted `<null>`."""
        return self.text == "<null>" and not self.quoted


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `column` counts from 0. For an attribute `text` is its name."""

    kind: Kind
    text: str
    column: int
    values: tuple[Value, ...] = ()


ATTRIBUTES = ("key", "is", "check", *(field.value for field in Field))

_SYMBOLS = {
    "+": Kind.PLUS,
    "*": Kind.STAR,
    "(": Kind.OPEN,
    ")": Kind.CLOSE,
    ",": Kind.COMMA,
}
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[\w\-./]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_COLON = re.compile(r"\s*:\s*")
_EQUALS = re.compile(r"\s*=\s*")
_VALUE = re.compile(r"<null>|[\w\-./]+")
_KEYED = frozenset(field.value for field in KEYED_FIELDS)
_VALUES = {
    "key": re.compile(r"[\w\-./*]+"),
    "group": re.compile(r"<null>|[\w\-./*]+"),
    "owner": re.compile(r"<null>|[\w\-./@:%]+"),
    "check": re.compile(r"[\w\-./:]+"),
    "code_location": re.compile(r"<null>|[\w\-./@]+"),
}


def unescape(text: str) -> str:
    """Take each character after a backslash literally."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def selection_error(text: str, column: int, what: str) -> InvalidSelectionError:
    """Return the error for a place in a selection: `what`, the text and a caret under the place."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return InvalidSelectionError(
        f"Cannot read the selection at column {column + 1}: {what}\n  {shown}\n  {' ' * column}^"
    )


def tokens_of(text: str) -> tuple[Token, ...]:
    """Split a selection into tokens; the last one is the end.

    Raises:
        InvalidSelectionError: A character fits nowhere, a quote is open, or an attribute is unknown
            or has no value.
    """
    tokens: list[Token] = []
    position = _skip(_SPACE, text, 0)
    while position < len(text):
        token, position = _next_token(text, position)
        tokens.append(token)
        position = _skip(_SPACE, text, position)
    tokens.append(Token(Kind.END, "", len(text)))
    return tuple(tokens)


def _next_token(text: str, start: int) -> tuple[Token, int]:
    symbol = _SYMBOLS.get(text[start])
    if symbol is not None:
        return Token(symbol, text[start], start), start + 1
    if text[start] == '"':
        value, end = _quoted_value(text, start)
        return Token(Kind.QUOTED, value.literal, start), end
    word = _WORD.match(text, start)
    if word is None:
        raise selection_error(
            text,
            start,
            f"the character {text[start]!r} means nothing here. Put a value that holds it in "
            'double quotes, like key:"my asset".',
        )
    colon = _COLON.match(text, word.end())
    if colon is None:
        return Token(Kind.WORD, word.group(), start), word.end()
    return _attribute(text, word.group(), start, colon.end())


def _attribute(text: str, name: str, start: int, position: int) -> tuple[Token, int]:
    if name not in ATTRIBUTES:
        hint = did_you_mean(name, ATTRIBUTES)
        known = ", ".join(f"{a}:" for a in ATTRIBUTES)
        raise selection_error(text, start, f"no attribute '{name}:'.{hint} Expected {known}")
    value, end = _value(text, name, position)
    values = [value]
    equals = _EQUALS.match(text, end) if name in _KEYED else None
    if equals is not None:
        value, end = _value(text, name, equals.end())
        values.append(value)
    return Token(Kind.ATTRIBUTE, name, start, tuple(values)), end


def _value(text: str, attribute: str, start: int) -> tuple[Value, int]:
    if text.startswith('"', start):
        return _quoted_value(text, start)
    found = _VALUES.get(attribute, _VALUE).match(text, start)
    if found is None:
        raise selection_error(text, start, f"expected a value of '{attribute}:'.")
    return Value(found.group(), quoted=False, column=start), found.end()


def _quoted_value(text: str, start: int) -> tuple[Value, int]:
    found = _QUOTED.match(text, start)
    if found is None:
        raise selection_error(text, start, "this quote is not closed; expected another '\"'.")
    return Value(found.group(1), quoted=True, column=start), found.end()


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return position if found is None else found.end()
