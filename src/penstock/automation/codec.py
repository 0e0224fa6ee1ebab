"""Conditions as data, for the manifest and the wire: a closed union of nodes, told apart by `kind`.

A condition that users wrote is carried by its name only; what is read back for it can be shown and
compared, but not evaluated.
"""

from __future__ import annotations

import msgspec

from penstock.automation.condition import AutomationCondition, BuiltinAutomationCondition
from penstock.automation.neighbors import BuiltinOperator
from penstock.automation.operands import UserDefined
from penstock.automation.run_operands import BuiltinOperand
from penstock.base.codec import decoder, encode_sorted
from penstock.errors import UsageError


class ConditionNode(msgspec.Struct, frozen=True, omit_defaults=True):
    """One node of a condition, and what is below it."""

    node: BuiltinOperand | BuiltinOperator
    label: str | None = None
    children: tuple[ConditionNode, ...] = ()


_decoder = decoder(ConditionNode)


def describe(condition: AutomationCondition) -> ConditionNode:
    """Return a condition as data."""
    children = tuple(describe(child) for child in condition.children)
    if isinstance(condition, BuiltinAutomationCondition):
        node = condition.node
    else:
        node = UserDefined(type_name=condition.name, text=condition.description)
    # Every class of nodes is in the union; a test walks over the subclasses.
    return ConditionNode(node, condition.get_label(), children)  # pyright: ignore[reportArgumentType]


def restore(node: ConditionNode) -> AutomationCondition:
    """Return the condition that data describes."""
    children = [restore(child) for child in node.children]
    return BuiltinAutomationCondition(node.node, children, label=node.label)


def encode_condition(condition: AutomationCondition) -> bytes:
    """Write a condition as JSON; equal conditions give equal bytes."""
    return encode_sorted(describe(condition))


def decode_condition(data: bytes) -> AutomationCondition:
    """Read what `encode_condition` wrote.

    Raises:
        UsageError: It is not a condition that this Penstock knows.
    """
    try:
        return restore(_decoder.decode(data))
    except msgspec.ValidationError as error:
        raise UsageError(
            f"This is not an automation condition that this Penstock knows: {error}. It was "
            "written by another version; upgrade Penstock or reload the definitions."
        ) from error
