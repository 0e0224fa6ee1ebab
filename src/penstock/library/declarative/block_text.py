"""The plain form: `asset orders: path: "orders.csv"`, on one line or on many.

A file is a sequence of blocks, `asset NAME:` or `task NAME {...}`, each with attributes
`name: value`. Line breaks and indentation mean nothing, so a block may stand on one line. A value
is text in quotes, one bare word, a list `[a, b]` (or lines that begin with `-`), or a mapping
`{a: b}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from penstock.library.declarative.document import Block, Kind, Mistake, Written
from penstock.library.located import Located, Place

_HEADER = re.compile(r"\s*(?:#[^\n]*\n\s*)*(asset|task)[ \t]+[^\s:{]+\s*[:{]")
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f]+|\#[^\n]*)
      | (?P<line>\n)
      | (?P<more>\.\.\.(?=\s|$))
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')
      | (?P<open>"|')
      | (?P<mark>[\[\]{}:,;])
      | (?P<dash>-(?=\s))
      | (?P<word>[^\s\[\]{}:,;"'\#]+(?::(?=[^\s])[^\s\[\]{},;"'\#]+)*)
    """,
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t"}


def is_plain_form(text: str) -> bool:
    """Tell whether a text begins with `asset NAME:` or `task NAME {`."""
    return _HEADER.match(text) is not None


def parse_blocks(text: str) -> Written:
    """Read a file in the plain form; what cannot be read is among the mistakes."""
    parser = _Parser(list(_tokens(text)))
    return Written(blocks=parser.blocks(), mistakes=parser.mistakes)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: Place


def _tokens(text: str) -> Iterator[_Token]:
    line, line_start = 1, 0
    for found in _TOKEN.finditer(text):
        kind, content = found.lastgroup or "", found.group()
        if kind not in ("space", "line", "more"):
            place = Place(line=line, column=found.start() - line_start + 1)
            yield _Token(kind, content, place)
        breaks = content.count("\n")
        if breaks:
            line += breaks
            line_start = found.start() + content.rindex("\n") + 1


class _Unreadable(Exception):
    """The text stops making sense; reading goes on at the next block."""


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.mistakes: list[Mistake] = []

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        while self._at < len(self._tokens):
            try:
                found.append(self._block())
            except _Unreadable:
                self._at += 1
                while self._at < len(self._tokens) and not self._is_header():
                    self._at += 1
        return found

    def _block(self) -> Block:
        if not self._is_header():
            self._complain(
                f"expected 'asset NAME:' or 'task NAME {{', but found {self._tokens[self._at].text}"
            )
        kind: Kind = "asset" if self._next().text == "asset" else "task"
        name = self._next()
        has_braces = self._next().text == "{"
        if has_braces is False and self._is_mark("{"):
            self._at += 1
            has_braces = True
        attributes: dict[str, Located] = {}
        places: dict[str, Place] = {}
        while not self._ends(has_braces=has_braces):
            token = self._attribute_name()
            if token.text in attributes:
                self.mistakes.append(
                    Mistake(
                        line=token.place.line,
                        what=f"{kind} '{name.text}' has '{token.text}' twice. Remove one of them.",
                    )
                )
            attributes[token.text] = self._value()
            places[token.text] = token.place
            while self._is_mark(",") or self._is_mark(";"):
                self._at += 1
        return Block(
            kind=kind,
            name=_unquoted(name),
            place=name.place,
            attributes=attributes,
            attribute_places=places,
        )

    def _ends(self, *, has_braces: bool) -> bool:
        if has_braces and self._is_mark("}"):
            self._at += 1
            return True
        if self._at < len(self._tokens):
            return self._is_header() and not has_braces
        if has_braces:
            self._complain("a '{' is not closed; add '}'")
        return True

    def _is_header(self) -> bool:
        here = self._tokens[self._at : self._at + 3]
        if len(here) < 3 or here[0].kind != "word" or here[0].text not in ("asset", "task"):
            return False
        return here[1].kind in ("word", "text") and here[2].text in (":", "{")

    def _attribute_name(self) -> _Token:
        token = self._next()
        if token.kind != "word" or not self._is_mark(":"):
            self._at -= 1
            self._complain(
                f"expected an attribute such as 'path:', but found {token.text}. Put text with "
                "spaces in quotes"
            )
        self._at += 1
        return token

    def _value(self) -> Located:
        token = self._next()
        place = token.place
        match token.kind, token.text:
            case "text", _:
                return Located(value=_unquoted(token), place=place)
            case "word", word:
                return Located(value=_bare(word), place=place)
            case "mark", "[":
                return Located(value=self._list(), place=place)
            case "mark", "{":
                return self._mapping(place)
            case "dash", _:
                items = [self._value()]
                while self._at < len(self._tokens) and self._tokens[self._at].kind == "dash":
                    self._at += 1
                    items.append(self._value())
                return Located(value=items, place=place)
            case "open", quote:
                self._at -= 1
                self._complain(f"the text that begins with {quote} is not closed")
            case _:
                self._at -= 1
                self._complain(f"expected a value, but found '{token.text}'")
        raise AssertionError  # _complain never returns

    def _list(self) -> list[Located]:
        items: list[Located] = []
        while not self._is_mark("]"):
            items.append(self._value())
            if self._is_mark(","):
                self._at += 1
            elif not self._is_mark("]"):
                self._complain("a '[' is not closed; separate items with ',' and add ']'")
        self._at += 1
        return items

    def _mapping(self, place: Place) -> Located:
        entries: dict[object, Located] = {}
        keys: dict[object, Place] = {}
        while not self._is_mark("}"):
            name = self._next()
            if name.kind not in ("word", "text") or not self._is_mark(":"):
                self._complain("expected 'name: value' between '{' and '}'")
            self._at += 1
            entries[_unquoted(name)] = self._value()
            keys[_unquoted(name)] = name.place
            if self._is_mark(","):
                self._at += 1
        self._at += 1
        return Located(value=entries, place=place, key_places=keys)

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            self._complain("the file ends in the middle of a block")
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _is_mark(self, text: str) -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == "mark" and token.text == text

    def _complain(self, what: str) -> None:
        last = len(self._tokens) - 1
        line = self._tokens[min(self._at, last)].place.line if self._tokens else 1
        self.mistakes.append(Mistake(line=line, what=f"{what[0].upper()}{what[1:]}."))
        raise _Unreadable


def _unquoted(token: _Token) -> str:
    text = token.text
    if token.kind != "text":
        return text
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1], flags=re.DOTALL)


def _bare(word: str) -> object:
    """Read a word without quotes: a truth value, a number, or itself."""
    if word in ("true", "false"):
        return word == "true"
    if word in ("null", "~"):
        return None
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    return float(word) if re.fullmatch(r"-?\d+\.\d+", word) else word
