"""The questions that conditions are made of: one frozen value for each, without children.

A new question is a class here and a builder in `condition`. Its fields are what the user chooses,
its `kind` on the wire is its name, and `true_of` answers it from the context. The rest -
intersecting with the candidates, the laws, the codec - is the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from penstock.automation.context import AutomationContext, AutomationResult, Times
from penstock.automation.facts import Update
from penstock.automation.subset import EntitySubset
from penstock.base.cron import cron_ticks_back
from penstock.base.zones import zone_named
from penstock.errors import InvariantViolationError
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetKey
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition


def kind_of(class_name: str) -> str:
    """Return the name on the wire of a class of this package: `RunInProgress`: run_in_progress."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


class Operand(msgspec.Struct, frozen=True, tag_field="kind", tag=kind_of):
    """A question about the partitions of one asset or check.

    Attributes:
        class_name: The name of the class that plays this part in Dagster.
        requires_cursor: Whether it remembers something from tick to tick.
    """

    class_name: ClassVar[str] = ""
    requires_cursor: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return kind_of(type(self).__name__)

    @property
    def description(self) -> str:
        """What it means, where the name does not say it."""
        return ""

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Answer for the candidates."""
        if context.candidate_subset.is_empty:
            return AutomationResult(context, context.candidate_subset)
        return AutomationResult(context, self.true_of(context))

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Return what it is true for; more than the candidates does no harm."""
        raise NotImplementedError


class Missing(Operand, frozen=True):
    """Never materialized, or never observed if nothing makes it."""

    class_name = "MissingAutomationCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts."""
        return context.asset_graph_view.facts.missing(context.candidate_subset)


class RunInProgress(Operand, frozen=True):
    """An unfinished run is still to make it."""

    class_name = "RunInProgressAutomationCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts."""
        return context.asset_graph_view.facts.run_in_progress(context.candidate_subset)


class BackfillInProgress(Operand, frozen=True):
    """An unfinished backfill is still to make it."""

    class_name = "BackfillInProgressAutomationCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts."""
        return context.asset_graph_view.facts.backfill_in_progress(context.candidate_subset)


class AnyRunInProgress(Operand, frozen=True):
    """An unfinished run is still to make it or any other part of the asset."""

    class_name = "SkipOnRunInProgressRule"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts about everything."""
        view, key = context.asset_graph_view, context.key
        every = view.get_full_subset(key=key)
        busy = view.facts.run_in_progress(every)
        return view.get_empty_subset(key=key) if busy.is_empty else every


class AnyBackfillInProgress(Operand, frozen=True):
    """An unfinished backfill is still to make it or any other part of the asset."""

    class_name = "SkipOnBackfillInProgressRule"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts about everything."""
        view, key = context.asset_graph_view, context.key
        every = view.get_full_subset(key=key)
        busy = view.facts.backfill_in_progress(every)
        return view.get_empty_subset(key=key) if busy.is_empty else every


class ExecutionFailed(Operand, frozen=True):
    """Failed when it was last tried."""

    class_name = "ExecutionFailedAutomationCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts."""
        return context.asset_graph_view.facts.execution_failed(context.candidate_subset)


class WillBeRequested(Operand, frozen=True):
    """This tick requests it, in a run that can also make the asset at the root."""

    class_name = "WillBeRequestedCondition"

    @property
    def description(self) -> str:
        """What it means."""
        return "Among what this tick requests"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Look at what was decided before, in topological order."""
        requested = context.request_subsets_by_key.get(context.key)
        together = requested is not None and context.asset_graph_view.runs_together(
            upstream=context.key, downstream=context.root_context.key
        )
        return requested if requested and together else context.get_empty_subset()


class NewlyRequested(Operand, frozen=True):
    """The tick before requested it."""

    class_name = "NewlyRequestedCondition"

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Answer with the time of the tick before."""
        before = context.get_previous_requested_subset(context.key) or context.get_empty_subset()
        times: Times | None = None
        if not before.is_empty and context.entity_cursor is not None:
            times = {context.entity_cursor.at: before}
        return AutomationResult(context, before, timing_metadata=times)


class NewlyUpdated(Operand, frozen=True):
    """Materialized, or observed if nothing makes it, since the last evaluation."""

    class_name = "NewlyUpdatedCondition"

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Answer with the times of the updates; on the first evaluation nothing is new."""
        cursor = context.entity_cursor
        if cursor is None or context.candidate_subset.is_empty:
            return AutomationResult(context, context.get_empty_subset())
        updates = context.asset_graph_view.facts.updates(context.key, cursor)
        latest = {update.partition: update.at for update in sorted(updates, key=_time_of)}
        moments: dict[float, list[str | None]] = {}
        for partition, at in latest.items():
            moments.setdefault(at, []).append(partition)
        times = {at: subset_of(context, keys) for at, keys in moments.items()}
        return AutomationResult(
            context, subset_of(context, list(latest)), timing_metadata=times or None
        )


class InitialEvaluation(Operand, frozen=True):
    """The condition at the root is evaluated for the first time, or its partition keys changed."""

    class_name = "InitialEvaluationCondition"
    requires_cursor = True

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Look for a cursor of the root with the same kind of keys."""
        root = context.root_context
        partitions = root.partitions_def
        grid = partitions.grid if partitions else None
        known = root.entity_cursor is not None and root.entity_cursor.grid == grid
        return context.get_empty_subset() if known else context.candidate_subset


class CodeVersionChanged(Operand, frozen=True):
    """The asset has another code version than at the last evaluation."""

    class_name = "CodeVersionChangedCondition"
    requires_cursor = True

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Compare with the version that is remembered."""
        key = context.key
        now = context.asset_graph.node(key).code_version if isinstance(key, AssetKey) else None
        changed = context.cursor is not None and context.cursor != now
        true = context.candidate_subset if changed else context.get_empty_subset()
        return AutomationResult(context, true, cursor=now)


class DataVersionChanged(Operand, frozen=True):
    """The data has another version than at the last evaluation."""

    class_name = "DataVersionChangedCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts; on the first evaluation nothing has changed."""
        cursor, key = context.entity_cursor, context.key
        if cursor is None or not isinstance(key, AssetKey):
            return context.get_empty_subset()
        return context.asset_graph_view.facts.data_version_changed(key, cursor)


class CronTickPassed(Operand, frozen=True):
    """A tick of a cron schedule lies between the last evaluation and this one."""

    cron_schedule: str
    cron_timezone: str = "UTC"
    class_name = "CronTickPassedCondition"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return (
            f"cron_tick_passed(cron_schedule={self.cron_schedule}, "
            f"cron_timezone={self.cron_timezone})"
        )

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Answer with the time of the tick; never true on the first evaluation."""
        cursor = context.entity_cursor
        ticks = cron_ticks_back(
            self.cron_schedule,
            end=context.asset_graph_view.now,
            zone=zone_named(self.cron_timezone),
        )
        at = next(ticks, None)
        if cursor is None or at is None or at < cursor.at:
            return AutomationResult(context, context.get_empty_subset())
        true = context.candidate_subset
        return AutomationResult(context, true, timing_metadata={at: true})


class InLatestTimeWindow(Operand, frozen=True):
    """In the newest time window; or in one that starts at most a delta before the end of it."""

    lookback_delta: timedelta | None = None
    class_name = "InLatestTimeWindowCondition"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        delta = self.lookback_delta
        return "in_latest_time_window" + (f"(lookback_timedelta={delta})" if delta else "")

    @property
    def description(self) -> str:
        """What it means."""
        if self.lookback_delta:
            return f"In a time window that starts at most {self.lookback_delta} before the last end"
        return "In the newest time window"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Compute it from the partitions alone; all of an asset that has no time windows."""
        partitions = context.partitions_def
        if isinstance(partitions, TimeWindowPartitionsDefinition):
            return EntitySubset(context.key, self._newest(partitions, context.evaluation_time))
        if (
            isinstance(partitions, MultiPartitionsDefinition)
            and partitions.has_time_window_dimension
        ):
            dimension = partitions.time_window_dimension.name
            newest = self._newest(partitions.time_window_partitions_def, context.evaluation_time)
            keys = partitions.get_multipartition_keys_with_dimension_values(
                dimension, list(newest), current_time=context.evaluation_time
            )
            return EntitySubset(context.key, partitions.subset_with_partition_keys(keys))
        return context.asset_graph_view.get_full_subset(key=context.key)

    def _newest(self, windows: TimeWindowPartitionsDefinition, now: datetime) -> PartitionsSubset:
        last = windows.get_last_partition_window(now)
        if last is None:
            return windows.empty_subset()
        start = last.end - self.lookback_delta if self.lookback_delta else last.start
        return windows.get_partition_subset_in_time_window(TimeWindow(start, last.end))


class FreshnessResult(Operand, frozen=True):
    """The asset's freshness policy puts it in this state."""

    state: FreshnessState
    class_name = "FreshnessResultCondition"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return f"freshness_result(state={self.state})"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts; a policy is about the whole asset."""
        view, key = context.asset_graph_view, context.key
        if isinstance(key, AssetKey) and view.facts.freshness(key) is self.state:
            return view.get_full_subset(key=key)
        return context.get_empty_subset()


class CheckResult(Operand, frozen=True):
    """The check looked at the latest materialization and found it right, or wrong."""

    passed: bool
    class_name = "CheckResultCondition"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return "check_passed" if self.passed else "check_failed"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts; of an asset nothing is true."""
        if isinstance(context.key, AssetKey):
            return context.get_empty_subset()
        facts = context.asset_graph_view.facts
        return facts.checked(context.candidate_subset, passed=self.passed)


class RequiredButNonexistentParents(Operand, frozen=True):
    """It needs a partition of another asset that does not exist."""

    class_name = "SkipOnRequiredButNonexistentParentsRule"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Compute it from the graph alone."""
        true, key = context.get_empty_subset(), context.key
        parents = context.asset_graph.parents(key) if isinstance(key, AssetKey) else ()
        for parent in parents:
            true = true | context.asset_graph_view.lacking(context.candidate_subset, parent)
        return true


class BeyondLimit(Operand, frozen=True):
    """More than `limit` partitions are candidates, and these are not among the newest."""

    limit: int
    class_name = "DiscardOnMaxMaterializationsExceededRule"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return f"beyond_limit(limit={self.limit})"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Keep the last candidates back."""
        value = context.candidate_subset.value
        if isinstance(value, bool):
            return context.get_empty_subset()
        return EntitySubset(context.key, value.first(max(0, len(value) - self.limit)))


class UserDefined(Operand, frozen=True):
    """A condition that is written in the user's code, known here by its name only."""

    class_name: ClassVar[str] = "UserDefined"
    type_name: str = ""
    text: str = ""

    @property
    def name(self) -> str:
        """The name of the user's class."""
        return self.type_name

    @property
    def description(self) -> str:
        """What the user's class says of itself."""
        return self.text

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Refuse: only the user's code can tell."""
        raise InvariantViolationError(
            f"The condition '{self.type_name}' of '{context.root_context.key}' is written in the "
            "user's code, which is not at hand here. Evaluate it where the definitions are loaded: "
            "AutomationConditionSensorDefinition(..., use_user_code_server=True)."
        )


def subset_of(context: AutomationContext, keys: Sequence[str | None]) -> EntitySubset:
    """Return those of some keys that exist; None is all of a thing without partitions."""
    partitions = context.partitions_def
    if partitions is None:
        return EntitySubset(context.key, value=bool(keys))
    known = [key for key in keys if key is not None and partitions.find(key) is not None]
    return EntitySubset(context.key, partitions.subset_with_partition_keys(known))


def _time_of(update: Update) -> float:
    return update.at
