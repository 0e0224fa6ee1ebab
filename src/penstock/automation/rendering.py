"""A condition as text: nested calls, each with its label, its choices and its operands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from penstock.automation import operators as join
from penstock.automation.neighbors import EntityMatches
from penstock.automation.operands import Operand


def rendered(node: Operand | join.Operator, label: str | None, children: Sequence[object]) -> str:
    """Write a condition of which the node, the label and the children are given."""
    parts = [f"label={label!r}", *_parts(node, children)]
    return f"{node.class_name}({', '.join(parts)})"


def _parts(node: Operand | join.Operator, children: Sequence[object]) -> Iterator[str]:
    choices = [f"{name}={value!r}" for name, value in msgspec.structs.asdict(node).items()]
    if isinstance(node, Operand):
        yield from choices
        return
    if isinstance(node, EntityMatches):
        yield from choices
        choices = []
    if node.fields == ("operands",):
        yield f"operands=[{', '.join(repr(child) for child in children)}]"
    else:
        yield from (f"{n}={child!r}" for n, child in zip(node.fields, children, strict=True))
    yield from choices
