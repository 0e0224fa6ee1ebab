"""What every condition has, whoever wrote it: a name, children, and names to remember by."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.automation.context import AutomationContext, AutomationResult, Condition
from penstock.automation.identity import hashed
from penstock.automation.operators import OperatorType
from penstock.automation.subset import EntityKey


class ConditionShape:
    """The part of a condition that a subclass may override."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return type(self).__name__

    @property
    def description(self) -> str:
        """What it means, where the name does not say it."""
        return ""

    @property
    def children(self) -> Sequence[Condition]:
        """The conditions that it is made of."""
        return ()

    @property
    def operator_type(self) -> OperatorType:
        """What an explanation draws."""
        return "identity"

    @property
    def requires_cursor(self) -> bool:
        """Whether it remembers something from tick to tick."""
        return True

    @property
    def is_serializable(self) -> bool:
        """Whether all of it is built in, so that it can be evaluated without the user's code."""
        return False

    def get_label(self) -> str | None:
        """Return the name that it was given."""
        return None

    def get_node_unique_id(
        self,
        *,
        parent_unique_id: str | None = None,
        index: int | None = None,
        target_key: EntityKey | None = None,
    ) -> str:
        """Return the name under which it remembers, which follows from its place in the tree."""
        return hashed(parent_unique_id, index, self.name)

    def get_unique_id(
        self, *, parent_node_unique_id: str | None = None, index: int | None = None
    ) -> str:
        """Return a fingerprint of the whole tree; labels do not count."""
        return fingerprint(self, parent=parent_node_unique_id, index=index)

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Return the partitions, among `context.candidate_subset`, for which it is true."""
        raise NotImplementedError(
            f"{type(self).__name__} has no evaluate(context). Write one that returns "
            "AutomationResult(context, true_subset=...)."
        )


def fingerprint(
    condition: Condition, *, parent: str | None = None, index: int | None = None
) -> str:
    """Return a hash of a tree, by what its nodes are and where they stand; labels do not count."""
    own = condition.get_node_unique_id(parent_unique_id=parent, index=index, target_key=None)
    below = [
        fingerprint(child, parent=own, index=place)
        for place, child in enumerate(condition.children)
    ]
    return hashed(own, *below)
