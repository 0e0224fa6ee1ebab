"""How conditions are made of other conditions: one frozen value for each way.

An operator knows its own choices, not its operands: the tree belongs to `condition`, and operands
are handed in for evaluation. `and` asks each operand about what is left; `since` and `newly_true`
always ask about everything, because they would miss a change that happens out of sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

import msgspec

from penstock.automation.context import AutomationContext, AutomationResult, Condition, Times
from penstock.automation.operands import kind_of
from penstock.automation.subset import EntitySubset

OperatorType = Literal["and", "or", "not", "identity"]
Children = Sequence[Condition]


class Operator(msgspec.Struct, frozen=True, tag_field="kind", tag=kind_of):
    """A way to make a condition of others.

    Attributes:
        class_name: The name of the class that plays this part in Dagster.
        fields: What the operands are called there; one name for a list of them.
        operator_type: What an explanation draws.
        requires_cursor: Whether it remembers something from tick to tick.
        stable: Whether it remembers the same wherever it stands in the tree.
        filters: Whether `allow` and `ignore` go through it to its operands.
        replaces: Whether `replace` does.
    """

    class_name: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ("operand",)
    operator_type: ClassVar[OperatorType] = "identity"
    requires_cursor: ClassVar[bool] = False
    stable: ClassVar[bool] = False
    filters: ClassVar[bool] = False
    replaces: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return kind_of(type(self).__name__).upper()

    @property
    def identity(self) -> str:
        """What it is called in the names under which nodes remember."""
        return self.name

    @property
    def description(self) -> str:
        """What it means, where the name does not say it."""
        return ""

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Evaluate the operands and join their answers."""
        raise NotImplementedError


class And(Operator, frozen=True):
    """All operands are true; each is asked about what the ones before it left."""

    class_name = "AndAutomationCondition"
    fields: ClassVar[tuple[str, ...]] = ("operands",)
    operator_type: ClassVar[OperatorType] = "and"
    filters = True

    @property
    def description(self) -> str:
        """What it means."""
        return "All of"

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Narrow the candidates from left to right."""
        true, results = context.candidate_subset, list[AutomationResult]()
        for index, child in enumerate(children):
            results.append(context.child_result(child, index, true))
            true = true & results[-1].true_subset
        return AutomationResult(context, true, child_results=results)


class Or(Operator, frozen=True):
    """Some operand is true."""

    class_name = "OrAutomationCondition"
    fields: ClassVar[tuple[str, ...]] = ("operands",)
    operator_type: ClassVar[OperatorType] = "or"
    filters = True

    @property
    def description(self) -> str:
        """What it means."""
        return "Any of"

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Join the answers."""
        every = context.candidate_subset
        results = [context.child_result(c, index, every) for index, c in enumerate(children)]
        return AutomationResult(context, union(context, results), child_results=results)


class Not(Operator, frozen=True):
    """The operand is not true."""

    class_name = "NotAutomationCondition"
    operator_type: ClassVar[OperatorType] = "not"
    filters = True

    @property
    def description(self) -> str:
        """What it means."""
        return "Not"

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Return the candidates that are left."""
        result = context.child_result(children[0], 0, context.candidate_subset)
        true = context.candidate_subset - result.true_subset
        return AutomationResult(context, true, child_results=[result])


class Since(Operator, frozen=True):
    """The first operand was true on some tick since the second was last true."""

    class_name = "SinceCondition"
    fields: ClassVar[tuple[str, ...]] = ("trigger_condition", "reset_condition")
    requires_cursor = True
    stable = True
    filters = True

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Carry what was true on; on the same tick the reset wins, unless the times tell better."""
        every = context.asset_graph_view.get_full_subset(key=context.key)
        trigger = context.child_result(children[0], 0, every)
        reset = context.child_result(children[1], 1, every)
        before = context.remembered_subset or context.get_empty_subset()
        true = (before | trigger.true_subset) - reset.true_subset
        both = trigger.true_subset & reset.true_subset
        if trigger.timing_metadata and reset.timing_metadata and not both.is_empty:
            true = true | (both & later(trigger.timing_metadata, reset.timing_metadata))
        return AutomationResult(
            context,
            true,
            child_results=[trigger, reset],
            structured_cursor=true,
            timing_metadata=trigger.timing_metadata,
        )


class NewlyTrue(Operator, frozen=True):
    """The operand was false at the last evaluation and is true now."""

    class_name = "NewlyTrueCondition"
    requires_cursor = True
    stable = True
    replaces = False

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Compare with what is remembered; what is true on the first evaluation is new."""
        every = context.asset_graph_view.get_full_subset(key=context.key)
        result = context.child_result(children[0], 0, every)
        before = context.remembered_subset or context.get_empty_subset()
        return AutomationResult(
            context,
            result.true_subset - before,
            child_results=[result],
            structured_cursor=result.true_subset,
        )


def later(trigger: Times, reset: Times) -> EntitySubset:
    """Return what was triggered after it was last reset."""
    found: EntitySubset | None = None
    for at, part in trigger.items():
        kept = part
        for other, removed in reset.items():
            if other >= at:
                kept = kept - removed
        found = kept if found is None else found | kept
    assert found is not None, "times that are known are not empty"
    return found


def union(context: AutomationContext, results: Iterable[AutomationResult]) -> EntitySubset:
    """Return what any of the results is true for."""
    true = context.get_empty_subset()
    for result in results:
        true = true | result.true_subset
    return true
