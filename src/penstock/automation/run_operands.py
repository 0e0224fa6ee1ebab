"""The questions about runs: which one made something, and with which tags; and all questions."""

from __future__ import annotations

from penstock.automation.context import AutomationContext
from penstock.automation.facts import RunTagFilter, Update
from penstock.automation.operands import (
    AnyBackfillInProgress,
    AnyRunInProgress,
    BackfillInProgress,
    BeyondLimit,
    CheckResult,
    CodeVersionChanged,
    CronTickPassed,
    DataVersionChanged,
    ExecutionFailed,
    FreshnessResult,
    InitialEvaluation,
    InLatestTimeWindow,
    Missing,
    NewlyRequested,
    NewlyUpdated,
    Operand,
    RequiredButNonexistentParents,
    RunInProgress,
    UserDefined,
    WillBeRequested,
    kind_of,
    subset_of,
)
from penstock.automation.subset import EntitySubset

Tags = tuple[tuple[str, str], ...]


class ExecutedWithRootTarget(Operand, frozen=True):
    """The latest run that made it was also asked to make the asset at the root."""

    class_name = "LatestRunExecutedWithRootTargetCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts; an asset that reads itself was never made together with itself."""
        root = context.root_context.key
        if context.key == root:
            return context.get_empty_subset()
        return context.asset_graph_view.facts.made_together(context.candidate_subset, root)


class _Tagged(Operand, frozen=True):
    """What is asked about the tags of runs."""

    tag_keys: tuple[str, ...] | None = None
    tag_values: Tags | None = None

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        asked: list[str] = []
        if self.tag_keys is not None:
            asked.append(f"tag_keys={{{','.join(self.tag_keys)}}}")
        if self.tag_values is not None:
            asked.append(f"tag_values={{{','.join(f'{k}:{v}' for k, v in self.tag_values)}}}")
        return kind_of(type(self).__name__) + (f"({', '.join(asked)})" if asked else "")

    @property
    def wanted(self) -> RunTagFilter:
        """The tags that are asked for."""
        return RunTagFilter(
            tag_keys=frozenset(self.tag_keys) if self.tag_keys is not None else None,
            tag_values=dict(self.tag_values) if self.tag_values is not None else None,
        )


class ExecutedWithTags(_Tagged, frozen=True):
    """The latest run that made it has these tags."""

    class_name = "LatestRunExecutedWithTagsCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Ask the facts."""
        facts = context.asset_graph_view.facts
        return facts.made_with_tags(context.candidate_subset, self.wanted)


class AnyNewUpdateHasRunTags(_Tagged, frozen=True):
    """Of the runs that made it since the last evaluation, some have these tags."""

    class_name = "AnyNewUpdateHasRunTagsCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Look at the updates of each partition."""
        wanted = self.wanted
        found = _new_updates(context)
        return subset_of(
            context, [p for p, us in found.items() if any(wanted.matches(u.tags) for u in us)]
        )


class AllNewUpdatesHaveRunTags(_Tagged, frozen=True):
    """There are runs that made it since the last evaluation, and all have these tags."""

    class_name = "AllNewUpdatesHaveRunTagsCondition"

    def true_of(self, context: AutomationContext) -> EntitySubset:
        """Look at the updates of each partition."""
        wanted = self.wanted
        found = _new_updates(context)
        return subset_of(
            context, [p for p, us in found.items() if all(wanted.matches(u.tags) for u in us)]
        )


BuiltinOperand = (
    Missing
    | RunInProgress
    | BackfillInProgress
    | AnyRunInProgress
    | AnyBackfillInProgress
    | ExecutionFailed
    | WillBeRequested
    | NewlyRequested
    | NewlyUpdated
    | InitialEvaluation
    | CodeVersionChanged
    | DataVersionChanged
    | CronTickPassed
    | InLatestTimeWindow
    | FreshnessResult
    | CheckResult
    | ExecutedWithRootTarget
    | ExecutedWithTags
    | AnyNewUpdateHasRunTags
    | AllNewUpdatesHaveRunTags
    | RequiredButNonexistentParents
    | BeyondLimit
    | UserDefined
)
"""Every question, as the wire knows them."""


def _new_updates(context: AutomationContext) -> dict[str | None, list[Update]]:
    found: dict[str | None, list[Update]] = {}
    if context.entity_cursor is None:
        return found
    for update in context.asset_graph_view.facts.updates(context.key, context.entity_cursor):
        found.setdefault(update.partition, []).append(update)
    return found
