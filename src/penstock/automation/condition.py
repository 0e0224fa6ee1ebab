"""`AutomationCondition`: when an asset or check is to be made, as a value.

Owns the builders and the ways to join conditions. What the leaves ask is in `operands`, how they
are joined in `operators`, what every built one can do in `tree`. A condition is immutable, equal to
one that is built equally, hashable and printable. Conditions that users write themselves are
subclasses with an `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import timedelta
from functools import lru_cache
from types import GenericAlias
from typing import ParamSpec, cast

from penstock.automation import neighbors as around
from penstock.automation import operands as ask
from penstock.automation import operators as join
from penstock.automation import run_operands as runs
from penstock.automation.legacy_form import PolicyForm, policy_of
from penstock.automation.operands import Operand
from penstock.automation.shape import ConditionShape
from penstock.automation.tree import BuiltTree
from penstock.base.cron import is_valid_cron_string
from penstock.base.zones import zone_named
from penstock.errors import ParameterCheckError
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetKey, CoercibleToAssetKey

P = ParamSpec("P")


def _shared(
    build: Callable[P, BuiltinAutomationCondition],
) -> Callable[P, BuiltinAutomationCondition]:
    """Build each condition once: it is immutable, and thousands of assets may carry it."""
    return cast("Callable[P, BuiltinAutomationCondition]", lru_cache(maxsize=256)(build))


class AutomationCondition(ConditionShape):
    """When an asset or check is to be made.

    Build one with the functions below, and join them with `&`, `|` and `~`; or write a subclass
    whose `evaluate(context)` returns an `AutomationResult`.

    Example:
        >>> weekly = AutomationCondition.on_cron("0 0 * * 1")
        >>> (weekly & ~AutomationCondition.any_deps_missing()).name
        'AND'
        >>> weekly.get_label()
        'on_cron(0 0 * * 1, UTC)'
    """

    __slots__ = ()

    def __class_getitem__(cls, item: object) -> GenericAlias:
        """Accept a kind of key, as annotations may carry one."""
        return GenericAlias(cls, item)

    @property
    def children(self) -> Sequence[AutomationCondition]:
        """The conditions that it is made of."""
        return ()

    @property
    def asks_job_roots(self) -> bool:
        """Whether it can be the condition of a job: some part asks about the job's root assets.

        One that is written by a user can ask about anything.
        """
        return True

    def __and__(self, other: AutomationCondition) -> BuiltinAutomationCondition:
        return _joined(join.And(), self, other)

    def __or__(self, other: AutomationCondition) -> BuiltinAutomationCondition:
        return _joined(join.Or(), self, other)

    def __invert__(self) -> BuiltinAutomationCondition:
        return _over(join.Not(), self)

    def since(self, reset_condition: AutomationCondition) -> BuiltinAutomationCondition:
        """Be true from the tick on which this one is, until the tick on which the other one is."""
        return _over(join.Since(), self, reset_condition)

    def since_last_handled(self) -> BuiltinAutomationCondition:
        """Be true from then on until the target is requested, updated, or given this condition."""
        handled = (
            AutomationCondition.newly_requested()
            | AutomationCondition.newly_updated()
            | AutomationCondition.initial_evaluation()
        )
        return self.since(handled.with_label("handled"))

    def newly_true(self) -> BuiltinAutomationCondition:
        """Be true on the tick on which this one becomes so."""
        return _over(join.NewlyTrue(), self)

    def replace(
        self, old: AutomationCondition | str, new: AutomationCondition
    ) -> AutomationCondition:
        """Put another condition in the place of one that is `old`, or is so named or labelled."""
        return new if self._is(old) else self

    def as_auto_materialize_policy(self) -> PolicyForm:
        """Return the older form of the same wish, an `AutoMaterializePolicy`."""
        return policy_of(self)

    def _is(self, wanted: AutomationCondition | str) -> bool:
        if isinstance(wanted, str):
            return wanted in (self.name, self.get_label())
        return wanted == self

    @staticmethod
    def asset_matches(
        key: CoercibleToAssetKey, condition: AutomationCondition
    ) -> BuiltinAutomationCondition:
        """Be true where the condition is true for a certain other asset."""
        return _over(around.EntityMatches(AssetKey.from_coercible(key)), condition)

    @staticmethod
    def any_deps_match(condition: AutomationCondition) -> BuiltinAutomationCondition:
        """Be true where, of some dependency, some corresponding partition fulfils the condition."""
        return _over(around.AnyDepsMatch(), condition)

    @staticmethod
    def all_deps_match(condition: AutomationCondition) -> BuiltinAutomationCondition:
        """Be true where, of each dependency, some corresponding partition fulfils the condition."""
        return _over(around.AllDepsMatch(), condition)

    @staticmethod
    def any_checks_match(
        condition: AutomationCondition,
        blocking_only: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> BuiltinAutomationCondition:
        """Be true where some check of the asset, or some blocking one, fulfils the condition."""
        return _over(around.AnyChecksMatch(blocking_only=blocking_only), condition)

    @staticmethod
    def all_checks_match(
        condition: AutomationCondition,
        blocking_only: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> BuiltinAutomationCondition:
        """Be true where every check of the asset, or every blocking one, fulfils the condition."""
        return _over(around.AllChecksMatch(blocking_only=blocking_only), condition)

    @staticmethod
    def any_job_root_assets_match(condition: AutomationCondition) -> BuiltinAutomationCondition:
        """Be true for a job with a root asset that fulfils the condition."""
        label = f"any_job_root_assets_match({condition.get_label() or condition.name})"
        return _over(around.AnyJobRootAssetsMatch(), condition).with_label(label)

    @staticmethod
    def all_job_root_assets_match(condition: AutomationCondition) -> BuiltinAutomationCondition:
        """Be true for a job whose root assets, every one, fulfil the condition."""
        label = f"all_job_root_assets_match({condition.get_label() or condition.name})"
        return _over(around.AllJobRootAssetsMatch(), condition).with_label(label)

    @staticmethod
    def missing() -> BuiltinAutomationCondition:
        """Be true for what was never materialized or, if nothing makes it, never observed."""
        return _leaf(ask.Missing())

    @staticmethod
    def run_in_progress() -> BuiltinAutomationCondition:
        """Be true for what an unfinished run is still to make."""
        return _leaf(ask.RunInProgress())

    @staticmethod
    def backfill_in_progress() -> BuiltinAutomationCondition:
        """Be true for what an unfinished backfill is still to make."""
        return _leaf(ask.BackfillInProgress())

    @staticmethod
    def execution_failed() -> BuiltinAutomationCondition:
        """Be true for what failed when it was last tried."""
        return _leaf(ask.ExecutionFailed())

    @staticmethod
    @_shared
    def in_progress() -> BuiltinAutomationCondition:
        """Be true for what an unfinished run or backfill is still to make."""
        running, filling = ask.RunInProgress(), ask.BackfillInProgress()
        return (_leaf(running) | _leaf(filling)).with_label("in_progress")

    @staticmethod
    def check_passed() -> BuiltinAutomationCondition:
        """Be true for a check that found the latest materialization right."""
        return _leaf(ask.CheckResult(passed=True))

    @staticmethod
    def check_failed() -> BuiltinAutomationCondition:
        """Be true for a check that found the latest materialization wrong."""
        return _leaf(ask.CheckResult(passed=False))

    @staticmethod
    def initial_evaluation() -> BuiltinAutomationCondition:
        """Be true on the first evaluation."""
        return _leaf(ask.InitialEvaluation())

    @staticmethod
    def in_latest_time_window(
        lookback_delta: timedelta | None = None,
    ) -> BuiltinAutomationCondition:
        """Be true for the newest time window, or for all within a delta of its end."""
        return _leaf(ask.InLatestTimeWindow(lookback_delta or None))

    @staticmethod
    def will_be_requested() -> BuiltinAutomationCondition:
        """Be true for what this tick requests."""
        return _leaf(ask.WillBeRequested())

    @staticmethod
    def newly_updated() -> BuiltinAutomationCondition:
        """Be true for what was updated since the last evaluation."""
        return _leaf(ask.NewlyUpdated())

    @staticmethod
    def newly_requested() -> BuiltinAutomationCondition:
        """Be true for what the tick before requested."""
        return _leaf(ask.NewlyRequested())

    @staticmethod
    def executed_with_root_target() -> BuiltinAutomationCondition:
        """Be true where the latest run was also asked for the asset that is evaluated."""
        return _leaf(runs.ExecutedWithRootTarget())

    @staticmethod
    def executed_with_tags(
        *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> BuiltinAutomationCondition:
        """Be true where the latest run has all these tags."""
        return _leaf(runs.ExecutedWithTags(_sorted(tag_keys), _pairs(tag_values)))

    @staticmethod
    def all_new_updates_have_run_tags(
        *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> BuiltinAutomationCondition:
        """Be true where all updates since the last evaluation come from runs with these tags."""
        return _leaf(runs.AllNewUpdatesHaveRunTags(_sorted(tag_keys), _pairs(tag_values)))

    @staticmethod
    def any_new_update_has_run_tags(
        *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> BuiltinAutomationCondition:
        """Be true where some update since the last evaluation comes from a run with these tags."""
        return _leaf(runs.AnyNewUpdateHasRunTags(_sorted(tag_keys), _pairs(tag_values)))

    @staticmethod
    def code_version_changed() -> BuiltinAutomationCondition:
        """Be true if the asset's code version has changed since the last evaluation."""
        return _leaf(ask.CodeVersionChanged())

    @staticmethod
    def data_version_changed() -> BuiltinAutomationCondition:
        """Be true for what has had another data version since the last evaluation."""
        return _leaf(ask.DataVersionChanged())

    @staticmethod
    def cron_tick_passed(
        cron_schedule: str, cron_timezone: str = "UTC"
    ) -> BuiltinAutomationCondition:
        """Be true if a tick of a cron schedule lies between the last evaluation and this one.

        Raises:
            ParameterCheckError: The schedule is not valid.
            InvalidDefinitionError: There is no such timezone.
        """
        if not is_valid_cron_string(cron_schedule):
            raise ParameterCheckError(
                f"{cron_schedule!r} is not a cron schedule. Write five fields, as in "
                "'0 9 * * 1-5', or a word like '@daily'."
            )
        zone_named(cron_timezone)
        return _leaf(ask.CronTickPassed(cron_schedule, cron_timezone))

    @staticmethod
    def freshness_passed() -> BuiltinAutomationCondition:
        """Be true if the asset is fresh by its policy."""
        return _leaf(ask.FreshnessResult(FreshnessState.PASS)).with_label("freshness_passed")

    @staticmethod
    def freshness_warned() -> BuiltinAutomationCondition:
        """Be true if the asset is about to be stale by its policy."""
        return _leaf(ask.FreshnessResult(FreshnessState.WARN)).with_label("freshness_warned")

    @staticmethod
    def freshness_failed() -> BuiltinAutomationCondition:
        """Be true if the asset is stale by its policy."""
        return _leaf(ask.FreshnessResult(FreshnessState.FAIL)).with_label("freshness_failed")

    @staticmethod
    def newly_missing() -> BuiltinAutomationCondition:
        """Be true on the tick on which something is seen to be missing."""
        return AutomationCondition.missing().newly_true().with_label("newly_missing")

    @staticmethod
    @_shared
    def any_deps_updated() -> BuiltinAutomationCondition:
        """Be true where a dependency was updated, not by a run for the target, or is requested."""
        made = AutomationCondition.newly_updated()
        apart = made & ~AutomationCondition.executed_with_root_target()
        return AutomationCondition.any_deps_match(
            apart.with_label("newly_updated_without_root") | AutomationCondition.will_be_requested()
        ).with_label("any_deps_updated")

    @staticmethod
    @_shared
    def any_deps_missing() -> BuiltinAutomationCondition:
        """Be true where a dependency is missing and not requested on this tick."""
        return AutomationCondition.any_deps_match(
            AutomationCondition.missing() & ~AutomationCondition.will_be_requested()
        ).with_label("any_deps_missing")

    @staticmethod
    @_shared
    def any_deps_in_progress() -> BuiltinAutomationCondition:
        """Be true where a dependency is still to be made by an unfinished run or backfill."""
        running = AutomationCondition.in_progress()
        return AutomationCondition.any_deps_match(running).with_label("any_deps_in_progress")

    @staticmethod
    @_shared
    def all_deps_blocking_checks_passed() -> BuiltinAutomationCondition:
        """Be true where all blocking checks of all dependencies passed, or are requested now."""
        passed = AutomationCondition.check_passed() | AutomationCondition.will_be_requested()
        checks = AutomationCondition.all_checks_match(passed, blocking_only=True)
        return AutomationCondition.all_deps_match(
            checks.with_label("all_blocking_checks_passed")
        ).with_label("all_deps_blocking_checks_passed")

    @staticmethod
    @_shared
    def all_deps_updated_since_cron(
        cron_schedule: str, cron_timezone: str = "UTC"
    ) -> BuiltinAutomationCondition:
        """Be true where each dependency was updated since the last cron tick, or is requested."""
        tick = AutomationCondition.cron_tick_passed(cron_schedule, cron_timezone)
        return AutomationCondition.all_deps_match(
            AutomationCondition.newly_updated().since(tick)
            | AutomationCondition.will_be_requested()
        ).with_label(f"all_deps_updated_since_cron({cron_schedule}, {cron_timezone})")

    @staticmethod
    @_shared
    def eager() -> BuiltinAutomationCondition:
        """Be true if a dependency was updated or something new is missing, and nothing hinders.

        Missing or unfinished dependencies hinder, and a run that is to make it already. Of time
        windows only the newest counts. What was missing before it had this condition stays so.
        """
        news = AutomationCondition.newly_missing() | AutomationCondition.any_deps_updated()
        return (
            AutomationCondition.in_latest_time_window()
            & news.since_last_handled()
            & ~AutomationCondition.any_deps_missing()
            & ~AutomationCondition.any_deps_in_progress()
            & ~AutomationCondition.in_progress()
        ).with_label("eager")

    @staticmethod
    @_shared
    def on_cron(cron_schedule: str, cron_timezone: str = "UTC") -> BuiltinAutomationCondition:
        """Be true once after each cron tick, when all dependencies were updated since then.

        Of time windows only the newest counts.

        Raises:
            ParameterCheckError: The schedule is not valid.
        """
        tick = AutomationCondition.cron_tick_passed(cron_schedule, cron_timezone)
        return (
            AutomationCondition.in_latest_time_window()
            & tick.since_last_handled()
            & AutomationCondition.all_deps_updated_since_cron(cron_schedule, cron_timezone)
        ).with_label(f"on_cron({cron_schedule}, {cron_timezone})")

    @staticmethod
    @_shared
    def on_missing() -> BuiltinAutomationCondition:
        """Be true for partitions that are added later, once their dependencies are there."""
        new = AutomationCondition.missing().newly_true().since_last_handled()
        return (
            AutomationCondition.in_latest_time_window()
            & new.with_label("missing_since_last_handled")
            & ~AutomationCondition.any_deps_missing()
        ).with_label("on_missing")

    @staticmethod
    def any_downstream_conditions() -> BuiltinAutomationCondition:
        """Be true where some condition of an asset further down would be."""
        return _over(around.AnyDownstreamConditions())


class BuiltinAutomationCondition(BuiltTree, AutomationCondition):
    """A condition that is built in: an operand without children, or an operator over some.

    Attributes:
        node: What it asks, or how it joins its children.
        children: The conditions that it joins.
        label: The name that it was given.
    """

    __slots__ = ()

    @property
    def children(self) -> Sequence[AutomationCondition]:
        """The conditions that it joins."""
        return cast("Sequence[AutomationCondition]", self._children)

    @property
    def asks_job_roots(self) -> bool:
        """Whether it, or a part of it, asks about the root assets of a job."""
        roots = (around.AnyJobRootAssetsMatch, around.AllJobRootAssetsMatch)
        return isinstance(self._node, roots) or any(c.asks_job_roots for c in self.children)

    @property
    def operands(self) -> Sequence[AutomationCondition]:
        """The conditions that it joins."""
        return self.children

    def replace(
        self, old: AutomationCondition | str, new: AutomationCondition
    ) -> AutomationCondition:
        """Put another condition in the place of each part that is `old`, or is so called."""
        if self._is(old):
            return new
        if isinstance(self._node, Operand) or not self._node.replaces:
            return self
        return self.rebuilt(self._node, [child.replace(old, new) for child in self.children])


def _leaf(node: Operand) -> BuiltinAutomationCondition:
    return BuiltinAutomationCondition(node)


def _over(node: join.Operator, *children: AutomationCondition) -> BuiltinAutomationCondition:
    return BuiltinAutomationCondition(node, children)


def _joined(
    node: join.And | join.Or, left: AutomationCondition, right: AutomationCondition
) -> BuiltinAutomationCondition:
    """Join two conditions; unlabelled ones of the same kind among them are opened."""
    flat: list[AutomationCondition] = []
    for each in (left, right):
        same = isinstance(each, BuiltinAutomationCondition) and each.node == node
        flat.extend(each.children if same and each.get_label() is None else (each,))
    return BuiltinAutomationCondition(node, flat)


def _sorted(keys: Set[str] | None) -> tuple[str, ...] | None:
    return None if keys is None else tuple(sorted(keys))


def _pairs(values: Mapping[str, str] | None) -> runs.Tags | None:
    return None if values is None else tuple(sorted(values.items()))
