"""What a selection says, as a closed tree of values, and the text that reads back to it.

Owns the node types and `render`. Refuses to know the graph (see `selection_evaluate`) and the
grammar (see `selection_parser`). The invariant: parsing `render(e)` gives an expression that
selects the same assets and the same checks as `e` from every graph in which the named assets exist.

A *pattern* is text in which `*` stands for any characters and a backslash takes the next character
literally; it is matched against the escaped form of an asset key, or against a group.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, assert_never

from penstock.errors import InvalidInvocationError
from penstock.model.keys import AssetCheckKey, AssetKey

if TYPE_CHECKING:
    from penstock.graph.asset_graph import AssetGraph


class Field(enum.Enum):
    """An attribute that `field:value` compares with."""

    GROUP = "group"
    KIND = "kind"
    OWNER = "owner"
    TAG = "tag"
    PARTITIONS = "partitions"
    CODE_LOCATION = "code_location"
    STATUS = "status"
    COLUMN = "column"
    COLUMN_TAG = "column_tag"
    TABLE_NAME = "table_name"
    CHANGED_IN_BRANCH = "changed_in_branch"
    AUTOMATION_TYPE = "automation_type"
    SENSOR = "sensor"
    SCHEDULE = "schedule"
    JOB = "job"


KEYED_FIELDS = frozenset({Field.TAG, Field.COLUMN_TAG})
"""Those that are written `field:key=value`."""


class Structure(enum.Enum):
    """What `is:` asks of an asset."""

    EXTERNAL = "external"
    MATERIALIZABLE = "materializable"


class Function(enum.Enum):
    """What `name(...)` does with the selection inside the parentheses."""

    SINKS = "sinks"
    ROOTS = "roots"
    NEIGHBORS = "neighbors"
    EXTERNAL_PARENTS = "external_parents"
    CHECKS = "checks"
    WITHOUT_CHECKS = "without_checks"


class Direction(enum.Enum):
    """Where a walk goes: against the flow of data, or along it."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True, slots=True)
class All:
    """Every asset that can be materialized; with `external`, every asset."""

    external: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Exactly these assets; naming one that does not exist is an error."""

    keys: tuple[AssetKey, ...]


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """The assets, external ones included, whose key fits a pattern; it may fit none."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """The assets with a value in an attribute; None asks for those without any.

    A group is compared with a pattern. For a tag `key` is its key and `value` its value. External
    assets count only with `external`; an owner's assets always do.
    """

    field: Field
    value: str | None
    key: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Is:
    """The assets of a structure."""

    structure: Structure


@dataclass(frozen=True, slots=True)
class CheckKeys:
    """Exactly these checks, and no asset."""

    keys: tuple[AssetCheckKey, ...]


class Resolver(Protocol):
    """Code of a user that selects assets from a graph."""

    def __call__(self, asset_graph: AssetGraph, *, allow_missing: bool) -> AbstractSet[AssetKey]:
        """Return the assets."""
        ...


@dataclass(frozen=True, slots=True)
class Custom:
    """What a user's code selects; it has no text. `name` is for messages."""

    resolver: Resolver
    name: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The child and what lies up to `depth` edges away; None means any distance."""

    child: Expression
    direction: Direction
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of the child."""

    function: Function
    child: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """Every asset that can be materialized and is not in the child."""

    child: Expression


@dataclass(frozen=True, slots=True, eq=False)
class _Operands:
    """Operands whose order does not matter, so it does not count when two are compared."""

    operands: tuple[Expression, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Operands):
            return NotImplemented
        return type(self) is type(other) and frozenset(self.operands) == frozenset(other.operands)

    def __hash__(self) -> int:
        return hash((type(self), frozenset(self.operands)))


class And(_Operands):
    """What all operands have in common; at least one."""

    __slots__ = ()


class Or(_Operands):
    """What is in any operand; nothing if there is none."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Minus:
    """What is in the base and in none of the removed parts, of which there is at least one."""

    base: Expression
    removed: tuple[Expression, ...]


Leaf = All | Keys | KeyPattern | Attribute | Is | CheckKeys | Custom
Expression = Leaf | Walk | Apply | Not | And | Or | Minus


def union(operands: Iterable[Expression]) -> Expression:
    """Join selections; unions among them are opened, so long ones stay flat."""
    flat: list[Expression] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, Or) else (operand,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def intersection(first: Expression, *others: Expression) -> Expression:
    """Keep what selections share; intersections among them are opened, so long ones stay flat."""
    flat: list[Expression] = []
    for operand in (first, *others):
        flat.extend(operand.operands if isinstance(operand, And) else (operand,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def difference(base: Expression, removed: Expression) -> Expression:
    """Take one selection from another; a chain of differences stays flat."""
    match base:
        case All(external=False):
            return Not(removed)
        case Not(child=earlier):
            return Not(union((earlier, removed)))
        case _:
            return subtraction(base, removed)


def subtraction(base: Expression, *removed: Expression) -> Expression:
    """Take selections from what `base` really selects, external assets included."""
    if not removed:
        return base
    if isinstance(base, Minus):
        return Minus(base.base, (*base.removed, *removed))
    return Minus(base, removed)


def with_leaves(expression: Expression, change: Callable[[Leaf], Expression]) -> Expression:
    """Return an expression with each leaf replaced."""
    match expression:
        case Walk(child, direction, depth):
            return Walk(with_leaves(child, change), direction, depth)
        case Apply(function, child):
            return Apply(function, with_leaves(child, change))
        case Not(child):
            return Not(with_leaves(child, change))
        case And(operands):
            return And(tuple(with_leaves(o, change) for o in operands))
        case Or(operands):
            return Or(tuple(with_leaves(o, change) for o in operands))
        case Minus(base, removed):
            parts = tuple(with_leaves(r, change) for r in removed)
            return Minus(with_leaves(base, change), parts)
        case _:
            return change(expression)


def literal_pattern(text: str) -> str:
    """Return the pattern that fits exactly `text`."""
    return re.sub(r'([\\*"])', r"\\\1", text)


_OR, _AND, _NOT, _WALK, _ATOM = range(5)
_EMPTY = "not *"
_FEW = 8


def render(expression: Expression) -> str:
    """Write an expression in the selection language."""
    return _render(expression)[0]


def _render(expression: Expression) -> tuple[str, int]:
    """Return the text and how tightly its outermost operator binds."""
    match expression:
        case Walk(child, direction, depth):
            return _render_walk(child, direction, depth)
        case Not(child):
            return f"not {_inside(child, _NOT)}", _NOT
        case And(operands):
            return " and ".join(_conjunct(o) for o in operands), _AND
        case Or(()):
            return _EMPTY, _NOT
        case Or(operands):
            return " or ".join(_inside(o, _WALK) for o in operands), _OR
        case Minus(base, removed):
            return _render_minus(base, removed), _AND
        case Keys(keys):
            return _either([f'key:"{_key_pattern(k)}"' for k in keys])
        case CheckKeys(keys):
            return _either([f"check:{_quoted(_check_text(k))}" for k in keys])
        case _:
            return _render_atom(expression), _ATOM


def _render_minus(base: Expression, removed: tuple[Expression, ...]) -> str:
    text = _conjunct(base)
    if len(removed) > _FEW:  # the parser bounds how deep parentheses nest
        return f"{text} and not {_inside(union(removed), _WALK)}"
    for number, part in enumerate(removed):
        kept = f"({text})" if number else text
        text = f"{kept} and not {_inside(part, _WALK)}"
    return text


def _render_atom(expression: All | KeyPattern | Attribute | Is | Apply | Custom) -> str:
    match expression:
        case All(external):
            return 'key:"*"' if external else "*"
        case KeyPattern(pattern):
            return f'key:"{pattern}"'
        case Is(structure):
            return f"is:{structure.value}"
        case Apply(function, child):
            return f"{function.value}({render(child)})"
        case Attribute():
            text = _render_attribute(expression)
            shown = expression.external and expression.field is not Field.OWNER
            return f"with_external({text})" if shown else text
        case Custom(name=name):
            raise InvalidInvocationError(
                f"The selection {name} is made by code, which has no text. "
                "Write to_serializable_asset_selection(graph) of it."
            )
        case _:
            assert_never(expression)


def _render_attribute(attribute: Attribute) -> str:
    name, value = attribute.field.value, attribute.value
    if value is None:
        return f"{name}:<null>"
    if attribute.field is Field.GROUP:
        return f'{name}:"{value}"'
    if attribute.field in KEYED_FIELDS:
        key = f"{name}:{_quoted(attribute.key)}"
        return f"{key}={_quoted(value)}" if value else key
    return f"{name}:{_quoted(value)}"


def _render_walk(child: Expression, direction: Direction, depth: int | None) -> tuple[str, int]:
    # `1+x+` would be one union of both directions, so a walk over a walk needs parentheses.
    text = _inside(child, _ATOM)
    levels = "" if depth is None else str(depth)
    return (f"{levels}+{text}" if direction is Direction.UPSTREAM else f"{text}+{levels}"), _WALK


def _inside(expression: Expression, tightness: int) -> str:
    text, bound = _render(expression)
    return text if bound >= tightness else f"({text})"


def _conjunct(expression: Expression) -> str:
    # Beside another operand `not x` subtracts; star and parentheses keep it a set of its own.
    if isinstance(expression, Not) or render(expression) == _EMPTY:
        return f"(* and {render(expression)})"
    return _inside(expression, _NOT)


def _either(texts: list[str]) -> tuple[str, int]:
    if not texts:
        return _EMPTY, _NOT
    return " or ".join(texts), _ATOM if len(texts) == 1 else _OR


def _key_pattern(key: AssetKey) -> str:
    return literal_pattern(key.to_escaped_user_string())


def _check_text(key: AssetCheckKey) -> str:
    return f"{key.asset_key.to_escaped_user_string()}:{key.name}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
