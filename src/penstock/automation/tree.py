"""A condition that is built in, as a tree: a node, children and a label.

Owns what does not depend on how conditions are joined: identity, text, evaluation, and changes,
each of which returns another tree. `allow` and `ignore` reach the operators that look at neighbors,
through those that filter; what they do not reach stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import msgspec

from penstock.automation import operators as join
from penstock.automation.context import AutomationContext, AutomationResult, Condition
from penstock.automation.identity import hashed
from penstock.automation.neighbors import OverDeps, OverNeighbors
from penstock.automation.operands import Operand, UserDefined
from penstock.automation.rendering import rendered
from penstock.automation.shape import ConditionShape, fingerprint
from penstock.automation.subset import EntityKey
from penstock.errors import ParameterCheckError
from penstock.graph.selection import AssetSelection

Node = Operand | join.Operator


class BuiltTree(ConditionShape):
    """An operand without children, or an operator over some."""

    __slots__ = ("_children", "_hash", "_label", "_node")

    def __init__(
        self, node: Node, children: Sequence[Condition] = (), *, label: str | None = None
    ) -> None:
        self._node = node
        self._children = tuple(children)
        self._label = label
        self._hash: int | None = None

    @property
    def node(self) -> Node:
        """What it asks, or how it joins its children."""
        return self._node

    @property
    def children(self) -> Sequence[Condition]:
        """The conditions that it joins."""
        return self._children

    @property
    def label(self) -> str | None:
        """The name that it was given."""
        return self._label

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return self._node.name

    @property
    def description(self) -> str:
        """What it means, where the name does not say it."""
        return self._node.description

    @property
    def operator_type(self) -> join.OperatorType:
        """What an explanation draws."""
        return self._node.operator_type if isinstance(self._node, join.Operator) else "identity"

    @property
    def requires_cursor(self) -> bool:
        """Whether it remembers something from tick to tick."""
        return self._node.requires_cursor

    @property
    def is_serializable(self) -> bool:
        """Whether all of it is built in, so that it can be evaluated without the user's code."""
        own = not isinstance(self._node, UserDefined)
        return own and all(child.is_serializable for child in self._children)

    def get_label(self) -> str | None:
        """Return the name that it was given."""
        return self._label

    def get_node_unique_id(
        self,
        *,
        parent_unique_id: str | None = None,
        index: int | None = None,
        target_key: EntityKey | None = None,
    ) -> str:
        """Return the name under which it remembers.

        What is asked about everything has one name wherever it stands.
        """
        if isinstance(self._node, Operand):
            return hashed(parent_unique_id, index, self._node.name)
        if not self._node.stable:
            return hashed(parent_unique_id, index, self._node.identity)
        below = (fingerprint(child, index=n) for n, child in enumerate(self._children))
        return hashed(self._node.identity, *below, target_key or "")

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Return the partitions, among `context.candidate_subset`, for which it is true."""
        if isinstance(self._node, Operand):
            return self._node.evaluate(context)
        return self._node.evaluate(context, self._children)

    def rebuilt(self, node: Node, children: Sequence[Condition]) -> Self:
        """Return a condition of the same label with another node and other children."""
        return type(self)(node, children, label=self._label)

    def with_label(self, label: str | None) -> Self:
        """Return the condition under a name that explanations show and `replace` finds."""
        return type(self)(self._node, self._children, label=label)

    def without(self, condition: Condition) -> Self:
        """Return this conjunction without one of its conditions.

        Raises:
            ParameterCheckError: This is no conjunction, the condition is not in it, or fewer than
                two would be left.
        """
        kept = [child for child in self.children if child != condition]
        if not isinstance(self.node, join.And) or len(kept) == len(self.children):
            raise ParameterCheckError(
                f"'{_called(condition)}' cannot be left out, as it is not one of the conditions "
                f"that '{_called(self)}' joins with '&'. They are: "
                f"{', '.join(_called(child) for child in self.children)}."
            )
        if len(kept) < 2:
            raise ParameterCheckError(
                f"'{_called(self)}' without '{_called(condition)}' is one condition, and '&' joins "
                "two or more. Use that one instead."
            )
        return self.rebuilt(self.node, kept)

    def allow(self, selection: AssetSelection) -> Self:
        """Look only at dependencies, or checks, in a selection; again: in either."""
        text = _text(selection)
        return self.filtered(lambda node: _narrowed(node, "allow_selection", text))

    def ignore(self, selection: AssetSelection) -> Self:
        """Do not look at dependencies, or checks, in a selection; again: in either."""
        text = _text(selection)
        return self.filtered(lambda node: _narrowed(node, "ignore_selection", text))

    def resolve_through_virtual(
        self,
        value: bool = True,  # noqa: FBT001, FBT002 - public form
    ) -> Self:
        """Look through virtual assets at what is above them."""
        return self.filtered(
            lambda node: (
                msgspec.structs.replace(node, resolves_virtual_deps=value)
                if isinstance(node, OverDeps)
                else node
            )
        )

    def filtered(self, change: Callable[[OverNeighbors], OverNeighbors]) -> Self:
        """Change each node that looks at neighbors, as far as filters reach."""
        if isinstance(self.node, OverNeighbors):
            return self.rebuilt(change(self.node), self.children)
        children = [
            child.filtered(change) if isinstance(child, BuiltTree) else child
            for child in self.children
        ]
        reached = isinstance(self.node, join.Operator) and self.node.filters
        return self.rebuilt(self.node, children) if reached else self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, BuiltTree)
            and self._label == other._label
            and self._node == other._node
            and self._children == other._children
        )

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash((self._node, self._label, self._children))
        return self._hash

    def __repr__(self) -> str:
        return rendered(self._node, self._label, self._children)


def _called(condition: Condition) -> str:
    return condition.get_label() or condition.name


def _text(selection: AssetSelection) -> str:
    if not isinstance(selection, AssetSelection):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(
            f"Conditions are filtered with an AssetSelection, not {selection!r}. "
            "Use AssetSelection.assets(...) or AssetSelection.groups(...)."
        )
    return str(selection)


def _narrowed(node: OverNeighbors, field: str, text: str) -> OverNeighbors:
    before: str | None = getattr(node, field)
    if before is not None:
        text = str(AssetSelection.from_string(text) | AssetSelection.from_string(before))
    return msgspec.structs.replace(node, **{field: text})
