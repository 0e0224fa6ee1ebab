"""`AutoMaterializeRule`: reasons to materialize an asset, or to wait, from before conditions.

Each rule stands for a condition, which `to_asset_condition` returns; one has no such meaning, and
says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from penstock.automation.condition import AutomationCondition, BuiltinAutomationCondition
from penstock.automation.operands import (
    AnyBackfillInProgress,
    AnyRunInProgress,
    RequiredButNonexistentParents,
)
from penstock.base.cron import is_valid_cron_string
from penstock.base.zones import zone_named
from penstock.errors import InvalidDefinitionError, ParameterCheckError


class AutoMaterializeDecisionType(Enum):
    """What follows when a rule applies."""

    MATERIALIZE = "MATERIALIZE"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class AutoMaterializeAssetPartitionsFilter:
    """Which updates of a parent count: those of runs with these tags."""

    latest_run_required_tags: Mapping[str, str] | None = None

    @property
    def description(self) -> str:
        """What it asks, in words."""
        return f"made by a run with the tags {self.latest_run_required_tags}"

    def __hash__(self) -> int:
        return hash(frozenset((self.latest_run_required_tags or {}).items()))


class AutoMaterializeRule:
    """A reason to materialize, or to wait. Make one with the functions below."""

    __slots__ = ()

    @property
    def decision_type(self) -> AutoMaterializeDecisionType:
        """What follows when it applies."""
        return AutoMaterializeDecisionType.SKIP

    @property
    def description(self) -> str:
        """When it applies, in words."""
        raise NotImplementedError

    def to_asset_condition(self) -> BuiltinAutomationCondition:
        """Return the condition that is true when it applies, labelled with its description."""
        return self._condition().with_label(self.description)

    def _condition(self) -> BuiltinAutomationCondition:
        raise NotImplementedError

    @staticmethod
    def materialize_on_required_for_freshness() -> MaterializeOnRequiredForFreshnessRule:
        """Materialize what is stale by its freshness policy."""
        return MaterializeOnRequiredForFreshnessRule()

    @staticmethod
    def materialize_on_cron(
        cron_schedule: str,
        timezone: str = "UTC",
        all_partitions: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> MaterializeOnCronRule:
        """Materialize after each tick of a cron schedule: the newest partition, or all.

        Raises:
            ParameterCheckError: The schedule is not valid.
        """
        return MaterializeOnCronRule(cron_schedule, timezone, all_partitions)

    @staticmethod
    def materialize_on_parent_updated(
        updated_parent_filter: AutoMaterializeAssetPartitionsFilter | None = None,
    ) -> MaterializeOnParentUpdatedRule:
        """Materialize when a parent was updated, perhaps only by runs with certain tags."""
        return MaterializeOnParentUpdatedRule(updated_parent_filter)

    @staticmethod
    def materialize_on_missing() -> MaterializeOnMissingRule:
        """Materialize what was never materialized."""
        return MaterializeOnMissingRule()

    @staticmethod
    def skip_on_parent_missing() -> SkipOnParentMissingRule:
        """Wait while a parent is missing."""
        return SkipOnParentMissingRule()

    @staticmethod
    def skip_on_parent_outdated() -> SkipOnParentOutdatedRule:
        """Wait while a parent has not taken in the newest data of its own parents."""
        return SkipOnParentOutdatedRule()

    @staticmethod
    def skip_on_not_all_parents_updated(
        require_update_for_all_parent_partitions: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> SkipOnNotAllParentsUpdatedRule:
        """Wait until every parent was updated since the asset was made."""
        return SkipOnNotAllParentsUpdatedRule(require_update_for_all_parent_partitions)

    @staticmethod
    def skip_on_not_all_parents_updated_since_cron(
        cron_schedule: str, timezone: str = "UTC"
    ) -> SkipOnNotAllParentsUpdatedSinceCronRule:
        """Wait until every parent was updated since the last tick of a cron schedule."""
        return SkipOnNotAllParentsUpdatedSinceCronRule(cron_schedule, timezone)

    @staticmethod
    def skip_on_required_but_nonexistent_parents() -> SkipOnRequiredButNonexistentParentsRule:
        """Leave out what needs partitions of a parent that do not exist."""
        return SkipOnRequiredButNonexistentParentsRule()

    @staticmethod
    def skip_on_backfill_in_progress(
        all_partitions: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> SkipOnBackfillInProgressRule:
        """Wait for a backfill that is to make the partition, or any partition of the asset."""
        return SkipOnBackfillInProgressRule(all_partitions)

    @staticmethod
    def skip_on_run_in_progress() -> SkipOnRunInProgressRule:
        """Wait for a run that is to make any part of the asset."""
        return SkipOnRunInProgressRule()


class _MaterializeRule(AutoMaterializeRule):
    __slots__ = ()

    @property
    def decision_type(self) -> AutoMaterializeDecisionType:
        return AutoMaterializeDecisionType.MATERIALIZE


@dataclass(frozen=True, slots=True)
class MaterializeOnRequiredForFreshnessRule(_MaterializeRule):
    """Materialize what is stale by its freshness policy."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "stale by its freshness policy"

    def _condition(self) -> BuiltinAutomationCondition:
        return AutomationCondition.freshness_failed()


@dataclass(frozen=True, slots=True)
class MaterializeOnCronRule(_MaterializeRule):
    """Materialize after each tick of a cron schedule."""

    cron_schedule: str
    timezone: str = "UTC"
    all_partitions: bool = False

    def __post_init__(self) -> None:
        _check_cron(self.cron_schedule, self.timezone)

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return (
            f"cron schedule '{self.cron_schedule}' ({self.timezone}) ticked, and nothing was made "
            "for it"
        )

    def _condition(self) -> BuiltinAutomationCondition:
        tick = AutomationCondition.cron_tick_passed(self.cron_schedule, self.timezone)
        due = tick.since(_handled())
        return due if self.all_partitions else AutomationCondition.in_latest_time_window() & due


@dataclass(frozen=True, slots=True)
class MaterializeOnParentUpdatedRule(_MaterializeRule):
    """Materialize when a parent was updated."""

    updated_parent_filter: AutoMaterializeAssetPartitionsFilter | None = None

    @property
    def description(self) -> str:
        """When it applies, in words."""
        chosen = self.updated_parent_filter
        text = "a parent was updated, and this asset did not follow"
        return f"{text}; updates count if {chosen.description}" if chosen else text

    def _condition(self) -> BuiltinAutomationCondition:
        chosen = self.updated_parent_filter
        if chosen is None or not chosen.latest_run_required_tags:
            return AutomationCondition.any_deps_updated().since(_handled())
        tagged = AutomationCondition.newly_updated() & AutomationCondition.executed_with_tags(
            tag_values=chosen.latest_run_required_tags
        )
        coming = AutomationCondition.will_be_requested()
        return AutomationCondition.any_deps_match(tagged | coming).since(_handled())


@dataclass(frozen=True, slots=True)
class MaterializeOnMissingRule(_MaterializeRule):
    """Materialize what was never materialized."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "never made so far"

    def _condition(self) -> BuiltinAutomationCondition:
        return AutomationCondition.newly_missing().since(_handled())


@dataclass(frozen=True, slots=True)
class SkipOnParentMissingRule(AutoMaterializeRule):
    """Wait while a parent is missing."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "a parent is missing"

    def _condition(self) -> BuiltinAutomationCondition:
        return AutomationCondition.any_deps_missing()


@dataclass(frozen=True, slots=True)
class SkipOnParentOutdatedRule(AutoMaterializeRule):
    """Wait while a parent has not taken in the newest data of its own parents."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "a parent is behind its own parents"

    def _condition(self) -> BuiltinAutomationCondition:
        updated = AutomationCondition.newly_updated()
        behind = AutomationCondition.any_deps_match(updated).since(updated)
        coming = AutomationCondition.will_be_requested()
        return AutomationCondition.any_deps_match(behind & ~coming)


@dataclass(frozen=True, slots=True)
class SkipOnNotAllParentsUpdatedRule(AutoMaterializeRule):
    """Wait until every parent was updated since the asset was made."""

    require_update_for_all_parent_partitions: bool = False

    @property
    def description(self) -> str:
        """When it applies, in words."""
        if self.require_update_for_all_parent_partitions:
            return "some partition of a parent is older than this asset"
        return "some parent is older than this asset"

    def _condition(self) -> BuiltinAutomationCondition:
        raise InvalidDefinitionError(
            "AutoMaterializeRule.skip_on_not_all_parents_updated() compares each parent with the "
            "asset itself, which no automation condition does. Use "
            "AutomationCondition.all_deps_updated_since_cron(...), or on_cron(...), instead."
        )


@dataclass(frozen=True, slots=True)
class SkipOnNotAllParentsUpdatedSinceCronRule(AutoMaterializeRule):
    """Wait until every parent was updated since the last tick of a cron schedule."""

    cron_schedule: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        _check_cron(self.cron_schedule, self.timezone)

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return (
            f"cron schedule '{self.cron_schedule}' ({self.timezone}) ticked, and some parent was "
            "not updated after it"
        )

    def _condition(self) -> BuiltinAutomationCondition:
        return ~AutomationCondition.all_deps_updated_since_cron(self.cron_schedule, self.timezone)


@dataclass(frozen=True, slots=True)
class SkipOnRequiredButNonexistentParentsRule(AutoMaterializeRule):
    """Leave out what needs partitions of a parent that do not exist."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "needs partitions that a parent does not have"

    def _condition(self) -> BuiltinAutomationCondition:
        return BuiltinAutomationCondition(RequiredButNonexistentParents())


@dataclass(frozen=True, slots=True)
class SkipOnBackfillInProgressRule(AutoMaterializeRule):
    """Wait for a backfill."""

    all_partitions: bool = False

    @property
    def description(self) -> str:
        """When it applies, in words."""
        if self.all_partitions:
            return "a backfill under way is to make some of the asset"
        return "a backfill under way is to make it"

    def _condition(self) -> BuiltinAutomationCondition:
        if self.all_partitions:
            return BuiltinAutomationCondition(AnyBackfillInProgress())
        return AutomationCondition.backfill_in_progress()


@dataclass(frozen=True, slots=True)
class SkipOnRunInProgressRule(AutoMaterializeRule):
    """Wait for a run."""

    @property
    def description(self) -> str:
        """When it applies, in words."""
        return "a run under way is to make some of the asset"

    def _condition(self) -> BuiltinAutomationCondition:
        return BuiltinAutomationCondition(AnyRunInProgress())


def _handled() -> BuiltinAutomationCondition:
    return AutomationCondition.newly_requested() | AutomationCondition.newly_updated()


def _check_cron(cron_schedule: str, timezone: str) -> None:
    if not is_valid_cron_string(cron_schedule):
        raise ParameterCheckError(
            f"{cron_schedule!r} is not a cron schedule. Write five fields, as in '0 9 * * 1-5'."
        )
    zone_named(timezone)
