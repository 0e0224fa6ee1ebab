"""From the text of a selection to an expression: recursive descent, one method for each level.

    selection  := or (',' or)*                          a comma joins, at the top level only
    or         := and ('or' and)*
    and        := not ('and' not)*
    not        := 'not' not | walk                      `a and not b` takes b from a
    walk       := [DIGITS] '+'+ atom | atom '+'+ [DIGITS] | both | '*' name | name '*' | atom
    atom       := name | attribute | function '(' or ')' | '(' or ')' | '*'
    name       := WORD | QUOTED                         exactly this asset; it must exist
    attribute  := 'key:' PATTERN | 'group:' PATTERN | ('tag:' | 'column_tag:') V ['=' V]
                | 'is:' ('external' | 'materializable') | 'check:' asset ':' check | FIELD ':' V
    function   := 'sinks' | 'roots' | 'neighbors' | 'external_parents'
                | 'checks' | 'without_checks' | 'with_external'

Operators are written all lower or all upper. **The rule for `+`**: beside a bare name each `+` is
one level, as it was in Dagster's older syntax (`a+`, `++a`); beside any other atom a lone `+` has
no limit (`key:a+`, `(a or b)+`), and several count levels. A number beside the `+` says the levels
in either case (`2+a`, `key:a+1`). `a*` and `*a` have no limit. FIELD is any other of
`selection_expression.Field`. Refuses to know the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from penstock.base.text import listed
from penstock.errors import InvalidSelectionError
from penstock.graph.selection_expression import (
    KEYED_FIELDS,
    All,
    Apply,
    Attribute,
    CheckKeys,
    Direction,
    Expression,
    Field,
    Function,
    Is,
    KeyPattern,
    Keys,
    Not,
    Structure,
    Walk,
    intersection,
    subtraction,
    union,
)
from penstock.graph.selection_lexer import Kind, Token, Value, selection_error, tokens_of
from penstock.model.keys import AssetCheckKey, AssetKey

_NESTING = 50
_DEPTH_DIGITS = 6
_WITH_EXTERNAL = "with_external"
_FUNCTIONS = {function.value: function for function in Function}
_OPERATORS = frozenset({"and", "or", "not", "AND", "OR", "NOT"})
_ATOM = "an asset, an attribute like tag:x, '*' or '('"


def parse(text: str, *, external: bool = False) -> Expression:
    """Read a selection.

    Args:
        text: The selection.
        external: Whether `*`, `not` and attributes count assets that no step makes as well.

    Raises:
        InvalidSelectionError: The text is not a selection; the message shows where and what was
            expected.
    """
    if not text.strip():
        raise InvalidSelectionError("The selection is empty; expected an asset, or '*' for all.")
    return _Parser(text, tokens_of(text), external=external).selection()


class _Parser:
    """A cursor over the tokens of one text."""

    def __init__(self, text: str, tokens: Sequence[Token], *, external: bool) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._nesting = 0
        self._external = external

    def selection(self) -> Expression:
        pieces = [self._or()]
        while self._take(Kind.COMMA):
            pieces.append(self._or())
        if self._here.kind is not Kind.END:
            raise self._expected("'and', 'or', ',' or the end")
        return union(pieces)

    def _or(self) -> Expression:
        operands = [self._and()]
        while self._take_operator("or"):
            operands.append(self._and())
        return union(operands)

    def _and(self) -> Expression:
        terms = [self._not()]
        while self._take_operator("and"):
            terms.append(self._not())
        kept = [t for t in terms if not isinstance(t, Not)]
        removed = [t.child for t in terms if isinstance(t, Not)]
        if kept:
            return subtraction(intersection(*kept), *removed)
        if self._external:
            return subtraction(All(external=True), *removed)
        return Not(union(removed))

    def _not(self) -> Expression:
        negations = 0
        while self._take_operator("not"):
            negations += 1
        if negations > _NESTING:
            raise self._too_deep()
        expression = self._walk()
        for _ in range(negations):
            expression = Not(expression)
        return expression

    def _walk(self) -> Expression:
        up, stars_before = self._prefix()
        name = self._here.kind in (Kind.WORD, Kind.QUOTED) and not self._at_function()
        atom = self._atom()
        walks: list[Expression] = []
        if up is not None:
            walks.append(Walk(atom, Direction.UPSTREAM, up.depth(of_name=name)))
        elif stars_before:
            walks.append(Walk(atom, Direction.UPSTREAM))
        if self._here.kind is Kind.PLUS:
            down = self._suffix()
            walks.append(Walk(atom, Direction.DOWNSTREAM, down.depth(of_name=name)))
        elif name and self._take(Kind.STAR):
            walks.append(Walk(atom, Direction.DOWNSTREAM))
        return union(walks) if walks else atom

    def _prefix(self) -> tuple[_Pluses | None, bool]:
        """Read what stands before an atom: pluses with an optional number, or a star."""
        if self._here.kind is Kind.STAR and self._starts_name(self._at + 1):
            self._at += 1
            return None, True
        levels = None
        plus_follows = self._kind(self._at + 1) is Kind.PLUS
        if self._counts_levels(self._at) and plus_follows and self._starts_atom(self._at + 2):
            levels = self._levels()
        count = self._pluses()
        return (_Pluses(count, levels) if count else None), False

    def _suffix(self) -> _Pluses:
        count = self._pluses()
        if count == 1 and self._counts_levels(self._at):
            return _Pluses(count, self._levels())
        return _Pluses(count, None)

    def _pluses(self) -> int:
        count = 0
        while self._take(Kind.PLUS):
            count += 1
        return count

    def _levels(self) -> int:
        token = self._here
        if len(token.text) > _DEPTH_DIGITS:
            raise selection_error(
                self._text, token.column, f"expected at most {_DEPTH_DIGITS} digits of levels."
            )
        self._at += 1
        return int(token.text)

    def _atom(self) -> Expression:
        token = self._here
        if not self._starts_atom(self._at):
            raise self._expected(_ATOM)
        if self._at_function():
            return self._function()
        self._at += 1
        if token.kind is Kind.STAR:
            return All(external=self._external)
        if token.kind is Kind.OPEN:
            return self._parenthesized()
        if token.kind is Kind.ATTRIBUTE:
            return self._attribute(token)
        return Keys((AssetKey.from_user_string(token.text),))

    def _function(self) -> Expression:
        name = self._here.text
        self._at += 2
        if name != _WITH_EXTERNAL:
            return Apply(_FUNCTIONS[name], self._parenthesized())
        before, self._external = self._external, True
        inner = self._parenthesized()
        self._external = before
        return inner

    def _parenthesized(self) -> Expression:
        self._nesting += 1
        if self._nesting > _NESTING:
            raise self._too_deep()
        inner = self._or()
        if not self._take(Kind.CLOSE):
            raise self._expected("'and', 'or' or ')'")
        self._nesting -= 1
        return inner

    def _attribute(self, token: Token) -> Expression:
        value = token.values[0]
        match token.text:
            case "key":
                return KeyPattern(value.text)
            case "is":
                return self._structure(value)
            case "check":
                return self._check(value)
            case name:
                return self._field(Field(name), value, token.values[1:])

    def _field(self, field: Field, value: Value, rest: Sequence[Value]) -> Expression:
        external = self._external or field is Field.OWNER
        if value.is_null:
            return Attribute(field, None, external=external)
        if field in KEYED_FIELDS:
            given = rest[0].literal if rest else ""
            return Attribute(field, given, key=value.literal, external=external)
        text = value.text if field is Field.GROUP else value.literal
        return Attribute(field, text, external=external)

    def _structure(self, value: Value) -> Expression:
        known = [structure.value for structure in Structure]
        if value.literal not in known:
            what = f"'is:' cannot be '{value.literal}'; expected {listed(known, 'or')}."
            raise selection_error(self._text, value.column, what)
        return Is(Structure(value.literal))

    def _check(self, value: Value) -> Expression:
        asset, colon, name = value.literal.rpartition(":")
        if not colon or not asset or not name:
            raise selection_error(
                self._text, value.column, "expected a check, written check:asset:name."
            )
        return CheckKeys((AssetCheckKey(AssetKey.from_escaped_user_string(asset), name),))

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _kind(self, position: int) -> Kind:
        return self._tokens[min(position, len(self._tokens) - 1)].kind

    def _take(self, kind: Kind) -> bool:
        taken = self._here.kind is kind
        self._at += taken
        return taken

    def _take_operator(self, name: str) -> bool:
        taken = self._here.kind is Kind.WORD and self._here.text in (name, name.upper())
        self._at += taken
        return taken

    def _starts_name(self, position: int) -> bool:
        token = self._tokens[min(position, len(self._tokens) - 1)]
        if token.kind is Kind.WORD:
            return token.text not in _OPERATORS
        return token.kind is Kind.QUOTED

    def _starts_atom(self, position: int) -> bool:
        others = (Kind.ATTRIBUTE, Kind.STAR, Kind.OPEN)
        return self._starts_name(position) or self._kind(position) in others

    def _counts_levels(self, position: int) -> bool:
        token = self._tokens[position]
        return token.kind is Kind.WORD and token.text.isdecimal()

    def _at_function(self) -> bool:
        known = self._here.text in _FUNCTIONS or self._here.text == _WITH_EXTERNAL
        opens = self._kind(self._at + 1) is Kind.OPEN
        return self._here.kind is Kind.WORD and known and opens

    def _expected(self, what: str) -> InvalidSelectionError:
        token = self._here
        found = f"'{token.text}'" if token.kind in (Kind.WORD, Kind.QUOTED) else token.kind.value
        return selection_error(self._text, token.column, f"expected {what}, found {found}.")

    def _too_deep(self) -> InvalidSelectionError:
        what = f"nested more than {_NESTING} levels deep; split the selection."
        return selection_error(self._text, self._here.column, what)


class _Pluses:
    """The pluses on one side of an atom, and the number beside them."""

    def __init__(self, count: int, levels: int | None) -> None:
        self._count = count
        self._levels = levels

    def depth(self, *, of_name: bool) -> int | None:
        """Return how many levels they mean; None is without limit."""
        if self._levels is not None:
            return self._levels
        return self._count if of_name or self._count > 1 else None
