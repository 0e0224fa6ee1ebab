"""From an expression and a graph to the assets and the checks that it selects.

Owns what each node means. A walk upstream keeps what can be materialized only; a walk downstream
keeps all it meets. Sinks and roots are relative to their operand, whatever lies in between. A
selection of assets also selects the checks of those assets, unless checks are named or taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import assert_never

from penstock.errors import UnresolvableSelectionError
from penstock.graph.asset_graph import AssetGraph, unknown_assets
from penstock.graph.selection_expression import (
    All,
    And,
    Apply,
    Attribute,
    CheckKeys,
    Custom,
    Direction,
    Expression,
    Field,
    Function,
    Is,
    KeyPattern,
    Keys,
    Leaf,
    Minus,
    Not,
    Or,
    Structure,
    Walk,
    render,
    with_leaves,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetNode
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition

KeySet = frozenset[AssetKey]
CheckSet = frozenset[AssetCheckKey]


def assets_in(expression: Expression, graph: AssetGraph) -> KeySet:
    """Return the assets that an expression selects.

    Raises:
        InvalidSubsetError: It names an asset that does not exist.
    """
    match expression:
        case Or(operands):
            return frozenset[AssetKey]().union(*(assets_in(o, graph) for o in operands))
        case And(operands):
            first, *others = (assets_in(o, graph) for o in operands)
            return first.intersection(*others)
        case Not(child):
            return graph.materializable_keys - assets_in(child, graph)
        case Minus(base, removed):
            return assets_in(base, graph).difference(*(assets_in(r, graph) for r in removed))
        case Walk(child, direction, depth):
            return _walked(assets_in(child, graph), graph, direction=direction, depth=depth)
        case Apply(function, child):
            return _applied(function, assets_in(child, graph), graph)
        case _:
            return _leaf(expression, graph)


def checks_in(expression: Expression, graph: AssetGraph) -> CheckSet:
    """Return the checks that an expression selects.

    Raises:
        InvalidSubsetError: It names an asset or a check that does not exist.
    """
    match expression:
        case Or(operands):
            return frozenset[AssetCheckKey]().union(*(checks_in(o, graph) for o in operands))
        case And(operands):
            first, *others = (checks_in(o, graph) for o in operands)
            return first.intersection(*others)
        case Not(child):
            return _checks_of(graph.materializable_keys, graph) - checks_in(child, graph)
        case Minus(base, removed):
            return checks_in(base, graph).difference(*(checks_in(r, graph) for r in removed))
        case CheckKeys(keys):
            for key in keys:
                graph.check(key)
            return frozenset(keys)
        case Apply(Function.CHECKS, All(external=True)):
            return graph.check_keys
        case Apply(Function.CHECKS, child):
            return _checks_of(assets_in(child, graph), graph)
        case Apply(Function.WITHOUT_CHECKS):
            return frozenset()
        case _:
            return _checks_of(assets_in(expression, graph), graph)


def known_leaves(expression: Expression, graph: AssetGraph) -> Expression:
    """Return an expression without the assets and checks that it names and the graph lacks."""

    def change(leaf: Leaf) -> Expression:
        match leaf:
            case Keys(keys):
                return Keys(tuple(key for key in keys if graph.has(key)))
            case CheckKeys(keys):
                return CheckKeys(tuple(key for key in keys if key in graph.check_keys))
            case Custom(resolver):
                return Keys(tuple(sorted(resolver(graph, allow_missing=True))))
            case _:
                return leaf

    return with_leaves(expression, change)


def plain_leaves(expression: Expression, graph: AssetGraph) -> Expression:
    """Return an expression with what a user's code selects written as keys."""

    def change(leaf: Leaf) -> Expression:
        if not isinstance(leaf, Custom):
            return leaf
        return Keys(tuple(sorted(leaf.resolver(graph, allow_missing=False))))

    return with_leaves(expression, change)


def _leaf(expression: Leaf, graph: AssetGraph) -> KeySet:
    match expression:
        case All(external):
            return graph.get_all_asset_keys() if external else graph.materializable_keys
        case Keys(keys):
            missing = [key for key in keys if not graph.has(key)]
            if missing:
                raise unknown_assets(missing, graph.keys)
            return frozenset(keys)
        case KeyPattern(pattern):
            fits = _matcher(pattern)
            return frozenset(k for k in graph.keys if fits(k.to_escaped_user_string()))
        case Attribute():
            among = graph.keys if expression.external else graph.materializable_keys
            has = _attribute_test(expression, graph.manifest.location)
            return frozenset(k for k in among if has(graph.node(k)))
        case Is(structure):
            materializable = structure is Structure.MATERIALIZABLE
            return graph.materializable_keys if materializable else _unmade(graph)
        case CheckKeys():
            return frozenset()
        case Custom(resolver):
            return frozenset(resolver(graph, allow_missing=False))
        case _:
            assert_never(expression)


def _unmade(graph: AssetGraph) -> KeySet:
    return graph.get_all_asset_keys() - graph.materializable_keys


def _attribute_test(attribute: Attribute, location: str) -> Callable[[AssetNode], bool]:
    value = attribute.value
    match attribute.field:
        case Field.GROUP:
            fits = _matcher(value) if value is not None else None
            return lambda node: fits(node.group) if fits else not node.group
        case Field.KIND:
            return lambda node: value in node.kinds if value is not None else not node.kinds
        case Field.OWNER:
            return lambda node: value in node.owners if value is not None else not node.owners
        case Field.TAG:
            wanted = (attribute.key, value)
            return lambda node: wanted in node.tags if value is not None else not node.tags
        case Field.PARTITIONS:
            return lambda node: _split_as(node.partitions, value)
        case Field.CODE_LOCATION if location:
            return lambda _: value == location
        case _:
            raise _unknown_here(attribute)


_PARTITIONINGS: dict[str, type[PartitionsDefinition]] = {
    "static": StaticPartitionsDefinition,
    "dynamic": DynamicPartitionsDefinition,
    "time": TimeWindowPartitionsDefinition,
    "multipartitions": MultiPartitionsDefinition,
}


def _split_as(partitions: PartitionsDefinition | None, wanted: str | None) -> bool:
    if wanted is None or wanted == "none":
        return partitions is None
    kind = _PARTITIONINGS.get(wanted)
    return kind is not None and isinstance(partitions, kind)


def _unknown_here(attribute: Attribute) -> UnresolvableSelectionError:
    return UnresolvableSelectionError(
        f"'{render(attribute)}' cannot be resolved from definitions alone: it asks for what only a "
        "deployment knows. Use it in the UI's search; in code select by key, group, tag, kind or "
        "owner."
    )


def _matcher(pattern: str) -> Callable[[str], bool]:
    parts = re.findall(r"\\.|[^\\]", pattern, re.DOTALL)
    text = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    compiled = re.compile(text, re.DOTALL)
    return lambda candidate: compiled.fullmatch(candidate) is not None


def _walked(start: KeySet, graph: AssetGraph, *, direction: Direction, depth: int | None) -> KeySet:
    if direction is Direction.UPSTREAM:
        return _reached(start, graph.parents, depth) & graph.materializable_keys
    return _reached(start, graph.children, depth)


def _reached(
    start: KeySet, edges: Callable[[AssetKey], Iterable[AssetKey]], depth: int | None
) -> KeySet:
    seen = set(start)
    frontier = start
    level = 0
    while frontier and (depth is None or level < depth):
        frontier = frozenset(key for near in frontier for key in edges(near)) - seen
        seen |= frontier
        level += 1
    return frozenset(seen)


def _beyond(start: KeySet, edges: Callable[[AssetKey], Iterable[AssetKey]]) -> KeySet:
    """Return what lies at least one edge away from any of the assets."""
    return _reached(frozenset(key for near in start for key in edges(near)), edges, None)


def _applied(function: Function, child: KeySet, graph: AssetGraph) -> KeySet:
    match function:
        case Function.SINKS:
            return child - _beyond(child, graph.parents)
        case Function.ROOTS:
            return child - _beyond(child, graph.children)
        case Function.NEIGHBORS:
            return child | _neighbors(child, graph)
        case Function.EXTERNAL_PARENTS:
            return _reached(child, graph.parents, None) & _unmade(graph)
        case Function.CHECKS:
            return frozenset()
        case Function.WITHOUT_CHECKS:
            return child


def _neighbors(keys: KeySet, graph: AssetGraph) -> KeySet:
    steps = {name for k in keys if (name := graph.node(k).node) is not None}
    whole = (name for name in steps if not graph.step(name).can_subset)
    return frozenset(node.key for name in whole for node in graph.assets_of_step(name))


def _checks_of(keys: KeySet, graph: AssetGraph) -> CheckSet:
    return frozenset(
        AssetCheckKey(key, check.name) for key in keys for check in graph.checks_of(key)
    )
