"""`AutoMaterializePolicy`: the form of automation before conditions.

A thin declaration, kept for projects that still have it. It means the condition that
`to_automation_condition` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import Enum
from functools import reduce

from penstock.automation.condition import AutomationCondition, BuiltinAutomationCondition
from penstock.automation.operands import BeyondLimit
from penstock.define.auto_materialize_rule import AutoMaterializeDecisionType, AutoMaterializeRule
from penstock.errors import InvalidDefinitionError, ParameterCheckError


class AutoMaterializePolicyType(Enum):
    """Whether a policy follows updates of parents, or only what freshness requires."""

    EAGER = "EAGER"
    LAZY = "LAZY"


class AutoMaterializePolicy:
    """Rules for materializing an asset by itself, or one condition in their place.

    Args:
        rules: Reasons to materialize and reasons to wait; empty if there is a condition.
        max_materializations_per_minute: How many partitions one tick may request; None is any
            number.
        asset_condition: The condition, instead of rules.

    Raises:
        ParameterCheckError: The limit is not positive, or there are both rules and a condition, or
            neither.

    Example:
        >>> busy = AutoMaterializeRule.skip_on_run_in_progress()
        >>> policy = AutoMaterializePolicy.eager().with_rules(busy)
        >>> policy.policy_type.name, len(policy.rules)
        ('EAGER', 8)
    """

    __slots__ = ("asset_condition", "max_materializations_per_minute", "rules")

    def __init__(
        self,
        rules: Set[AutoMaterializeRule],
        max_materializations_per_minute: int | None = 1,
        asset_condition: AutomationCondition | None = None,
    ) -> None:
        limit = max_materializations_per_minute
        if limit is not None and limit <= 0:
            raise ParameterCheckError(
                f"AutoMaterializePolicy(max_materializations_per_minute={limit}) would never "
                "materialize anything. Give 1 or more, or None for no limit; to stop automation, "
                "remove the policy."
            )
        if bool(rules) == (asset_condition is not None):
            raise ParameterCheckError(
                "An AutoMaterializePolicy needs either rules or an asset_condition, not both."
            )
        if asset_condition is not None and limit is not None:
            raise ParameterCheckError(
                "max_materializations_per_minute does not go with an asset_condition. Give None."
            )
        self.rules: frozenset[AutoMaterializeRule] = frozenset(rules)
        self.max_materializations_per_minute: int | None = limit
        self.asset_condition: AutomationCondition | None = asset_condition

    @staticmethod
    def eager(max_materializations_per_minute: int | None = 1) -> AutoMaterializePolicy:
        """Materialize what is missing, what has newer parents, and what is stale."""
        rules = {
            AutoMaterializeRule.materialize_on_missing(),
            AutoMaterializeRule.materialize_on_parent_updated(),
            AutoMaterializeRule.materialize_on_required_for_freshness(),
            *_reasons_to_wait(),
        }
        return AutoMaterializePolicy(rules, max_materializations_per_minute)

    @staticmethod
    def lazy(max_materializations_per_minute: int | None = 1) -> AutoMaterializePolicy:
        """Materialize what is stale by its freshness policy."""
        rules = {
            AutoMaterializeRule.materialize_on_required_for_freshness(),
            *_reasons_to_wait(),
        }
        return AutoMaterializePolicy(rules, max_materializations_per_minute)

    @staticmethod
    def from_automation_condition(
        automation_condition: AutomationCondition,
    ) -> AutoMaterializePolicy:
        """Return the policy that means one condition."""
        return AutoMaterializePolicy(set(), None, automation_condition)

    @property
    def materialize_rules(self) -> Set[AutoMaterializeRule]:
        """The reasons to materialize."""
        return self._of(AutoMaterializeDecisionType.MATERIALIZE)

    @property
    def skip_rules(self) -> Set[AutoMaterializeRule]:
        """The reasons to wait."""
        return self._of(AutoMaterializeDecisionType.SKIP)

    @property
    def policy_type(self) -> AutoMaterializePolicyType:
        """Whether it follows updates of parents."""
        follows = AutoMaterializeRule.materialize_on_parent_updated() in self.rules
        return AutoMaterializePolicyType.EAGER if follows else AutoMaterializePolicyType.LAZY

    def with_rules(self, *rules_to_add: AutoMaterializeRule) -> AutoMaterializePolicy:
        """Return the policy with more rules; each replaces the one of its kind."""
        kinds = {type(rule) for rule in rules_to_add}
        kept = {rule for rule in self.rules if type(rule) not in kinds}
        return self._with(kept.union(rules_to_add))

    def without_rules(self, *rules_to_remove: AutoMaterializeRule) -> AutoMaterializePolicy:
        """Return the policy with fewer rules.

        Raises:
            ParameterCheckError: A rule is not in it.
        """
        unknown = [rule for rule in rules_to_remove if rule not in self.rules]
        if unknown:
            raise ParameterCheckError(
                f"An AutoMaterializePolicy cannot lose {unknown}, which it does not have. Its "
                f"rules are {_by_description(self.rules)}."
            )
        return self._with(self.rules.difference(rules_to_remove))

    def to_automation_condition(self) -> AutomationCondition:
        """Return what it means: some reason to materialize, none to wait, within the limit.

        Raises:
            InvalidDefinitionError: A rule has no condition, or there is no rule to materialize.
        """
        if self.asset_condition is not None:
            return self.asset_condition
        if not self.materialize_rules:
            raise InvalidDefinitionError(
                "An AutoMaterializePolicy without a rule to materialize never does anything. Add "
                "one, such as AutoMaterializeRule.materialize_on_missing()."
            )
        condition: AutomationCondition = _any_of(self.materialize_rules)
        if self.skip_rules:
            condition = condition & ~_any_of(self.skip_rules)
        limit = self.max_materializations_per_minute
        if limit is None:
            return condition
        beyond = BuiltinAutomationCondition(BeyondLimit(limit))
        return condition & ~beyond.with_label(f"beyond the limit of {limit} per minute")

    def _of(self, decision: AutoMaterializeDecisionType) -> Set[AutoMaterializeRule]:
        return {rule for rule in self.rules if rule.decision_type is decision}

    def _with(self, rules: Set[AutoMaterializeRule]) -> AutoMaterializePolicy:
        limit, condition = self.max_materializations_per_minute, self.asset_condition
        return AutoMaterializePolicy(rules, limit, condition)

    def _facts(self) -> tuple[object, ...]:
        return self.rules, self.max_materializations_per_minute, self.asset_condition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AutoMaterializePolicy) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def __repr__(self) -> str:
        return (
            f"AutoMaterializePolicy(rules={_by_description(self.rules)}, "
            f"max_materializations_per_minute={self.max_materializations_per_minute}, "
            f"asset_condition={self.asset_condition!r})"
        )


def _reasons_to_wait() -> Iterable[AutoMaterializeRule]:
    return (
        AutoMaterializeRule.skip_on_parent_outdated(),
        AutoMaterializeRule.skip_on_parent_missing(),
        AutoMaterializeRule.skip_on_required_but_nonexistent_parents(),
        AutoMaterializeRule.skip_on_backfill_in_progress(),
    )


def _by_description(rules: Iterable[AutoMaterializeRule]) -> list[AutoMaterializeRule]:
    return sorted(rules, key=lambda rule: rule.description)


def _any_of(rules: Iterable[AutoMaterializeRule]) -> BuiltinAutomationCondition:
    conditions = [rule.to_asset_condition() for rule in _by_description(rules)]
    return reduce(lambda left, right: left | right, conditions)
