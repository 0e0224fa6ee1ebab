"""Why a tick requested something, or did not: the tree of a condition with every node's answer."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from penstock.automation.context import AutomationResult
from penstock.automation.cursor import entity_text
from penstock.automation.subset import StoredSubset
from penstock.base.text import counted


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What one node was asked and what it answered.

    Attributes:
        id: The name under which the node remembers.
        entity: The asset or check that it was asked about.
        name: What is asked, or how the answers below are joined.
        label: The user's name for it.
        true: The partitions for which it is true.
        true_size: How many these are.
        asked_size: How many it was asked about.
    """

    id: str
    entity: str
    name: str
    label: str | None
    description: str
    true: StoredSubset
    true_size: int
    asked_size: int
    children: tuple[Explanation, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Write the tree, one node on a line, with its answer in front."""
        mark = "✓" if self.true_size else "✗"
        called = self.label or self.name
        sizes = f"{self.true_size:,} of {counted(self.asked_size, 'candidate')}"
        yield f"{'  ' * depth}{mark} {called}: {sizes}"
        for child in self.children:
            yield from child.lines(depth + 1)


def explain(result: AutomationResult) -> Explanation:
    """Return the tree of a result, down to every leaf that was asked."""
    condition = result.condition
    return Explanation(
        id=result.condition_unique_id,
        entity=entity_text(result.key),
        name=condition.name,
        label=condition.get_label(),
        description=condition.description,
        true=result.true_subset.stored(),
        true_size=result.true_subset.size,
        asked_size=result.context.candidate_subset.size,
        children=tuple(explain(child) for child in result.child_results),
    )
