"""Operators that look beyond the partitions they are asked about: at dependencies, checks, assets.

The operand is evaluated elsewhere, on the partitions that correspond through the edge's mapping,
and the answer is mapped back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from penstock.automation.context import AutomationContext, AutomationResult, Condition, Times
from penstock.automation.identity import hashed
from penstock.automation.operands import kind_of
from penstock.automation.operators import (
    And,
    Children,
    NewlyTrue,
    Not,
    Operator,
    OperatorType,
    Or,
    Since,
    union,
)
from penstock.automation.subset import EntityKey, EntitySubset
from penstock.errors import InvalidDefinitionError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetCheckKey, AssetKey


class EntityMatches(Operator, frozen=True):
    """The operand is true for the corresponding partitions of a certain asset."""

    key: AssetKey
    class_name = "EntityMatchesCondition"

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        return self.key.to_user_string()

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Ask there and map the answer back."""
        return elsewhere(context, self.key, children[0])


class OverNeighbors(Operator, frozen=True):
    """The operand over several assets or checks around the one that is evaluated.

    Selections are kept as text, which is their canonical form, so that a condition stays a value.
    """

    allow_selection: str | None = None
    ignore_selection: str | None = None
    filters = True

    @property
    def identity(self) -> str:
        """What it is called in names to remember by; who is chosen does not matter there."""
        return kind_of(type(self).__name__).upper()

    @property
    def name(self) -> str:
        """What it is called in an explanation, with what was chosen."""
        chosen = ",".join(self._choices())
        return self.identity + (f"({chosen})" if chosen else "")

    def _choices(self) -> Iterable[str]:
        if self.allow_selection is not None:
            yield f"allow_selection={self.allow_selection}"
        if self.ignore_selection is not None:
            yield f"ignore_selection={self.ignore_selection}"

    def neighbors(self, context: AutomationContext) -> Sequence[EntityKey]:
        """Return the assets or checks that are asked, in order."""
        raise NotImplementedError

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Ask each neighbor about what corresponds to the candidates, and join the answers."""
        results = [
            context.child_result(_Elsewhere(key, children[0]), None, context.candidate_subset)
            for key in self.neighbors(context)
        ]
        if self.operator_type == "or":
            times = _joined(r.timing_metadata for r in results if r.timing_metadata)
            true = union(context, results)
            return AutomationResult(context, true, child_results=results, timing_metadata=times)
        true = context.candidate_subset
        for result in results:
            true = true & result.true_subset
        return AutomationResult(context, true, child_results=results)


class OverDeps(OverNeighbors, frozen=True):
    """The operand over what the asset, or the check, depends on."""

    resolves_virtual_deps: bool = False

    def _choices(self) -> Iterable[str]:
        yield from super()._choices()
        if self.resolves_virtual_deps:
            yield "resolves_virtual_deps=True"

    def neighbors(self, context: AutomationContext) -> Sequence[EntityKey]:
        """Return the assets that the key reads, itself included if it reads its own past."""
        graph, key = context.asset_graph, context.key
        if isinstance(key, AssetCheckKey):
            deps = {key.asset_key}
        else:
            deps = {dependency.key for dependency in graph.node(key).deps}
        if self.allow_selection is not None:
            deps &= AssetSelection.from_string(self.allow_selection).resolve(graph)
        if self.ignore_selection is not None:
            deps -= AssetSelection.from_string(self.ignore_selection).resolve(graph)
        return sorted(deps)


class AnyDepsMatch(OverDeps, frozen=True):
    """For some dependency, the operand is true for some corresponding partition."""

    class_name = "AnyDepsCondition"
    operator_type: ClassVar[OperatorType] = "or"


class AllDepsMatch(OverDeps, frozen=True):
    """For each dependency, the operand is true for some corresponding partition."""

    class_name = "AllDepsCondition"
    operator_type: ClassVar[OperatorType] = "and"


class _OverChecks(OverNeighbors, frozen=True):
    """The operand over the checks of the asset."""

    blocking_only: bool = False
    replaces = False

    def _choices(self) -> Iterable[str]:
        if self.blocking_only:
            yield "blocking_only=True"
        yield from super()._choices()

    def neighbors(self, context: AutomationContext) -> Sequence[EntityKey]:
        """Return the checks of the asset; a check has none."""
        graph, key = context.asset_graph, context.key
        checks = graph.checks_of(key) if isinstance(key, AssetKey) else ()
        found = {
            AssetCheckKey(check.asset, check.name)
            for check in checks
            if check.blocking or not self.blocking_only
        }
        if self.allow_selection is not None:
            found &= AssetSelection.from_string(self.allow_selection).resolve_checks(graph)
        if self.ignore_selection is not None:
            found -= AssetSelection.from_string(self.ignore_selection).resolve_checks(graph)
        return sorted(found, key=AssetCheckKey.to_user_string)


class AnyChecksMatch(_OverChecks, frozen=True):
    """The operand is true for some check of the asset."""

    class_name = "AnyChecksCondition"
    operator_type: ClassVar[OperatorType] = "or"


class AllChecksMatch(_OverChecks, frozen=True):
    """The operand is true for every check of the asset."""

    class_name = "AllChecksCondition"
    operator_type: ClassVar[OperatorType] = "and"


class _OverJob(Operator, frozen=True):
    """The operand over the assets of a job that read no other asset of it."""

    replaces = False

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Refuse: neither an asset nor a check has root assets."""
        raise InvalidDefinitionError(
            f"'{context.root_context.key}' is not a job, but its automation condition asks for the "
            f"root assets of one ({self.name}). Give this condition to a job."
        )


class AnyJobRootAssetsMatch(_OverJob, frozen=True):
    """The operand is true for some root asset of the job."""

    class_name = "AnyJobRootAssetsMatchCondition"
    operator_type: ClassVar[OperatorType] = "or"


class AllJobRootAssetsMatch(_OverJob, frozen=True):
    """The operand is true for every root asset of the job."""

    class_name = "AllJobRootAssetsMatchCondition"
    operator_type: ClassVar[OperatorType] = "and"


class AnyDownstreamConditions(Operator, frozen=True):
    """Some condition of an asset further down is true here."""

    class_name = "AnyDownstreamConditionsCondition"
    fields: ClassVar[tuple[str, ...]] = ()

    @property
    def description(self) -> str:
        """What it means."""
        return "What anything downstream waits for"

    def evaluate(self, context: AutomationContext, children: Children) -> AutomationResult:
        """Evaluate each distinct condition below here, except those that this one is part of."""
        results = [
            context.child_result(_For(tuple(keys), condition), index, context.candidate_subset)
            for index, (condition, keys) in enumerate(_conditions_below(context))
            if condition not in _around(context)
        ]
        return AutomationResult(context, union(context, results), child_results=results)


BuiltinOperator = (
    And
    | Or
    | Not
    | Since
    | NewlyTrue
    | EntityMatches
    | AnyDepsMatch
    | AllDepsMatch
    | AnyChecksMatch
    | AllChecksMatch
    | AnyJobRootAssetsMatch
    | AllJobRootAssetsMatch
    | AnyDownstreamConditions
)
"""Every operator, as the wire knows them."""


@dataclass(frozen=True, slots=True)
class _Inserted:
    """A node that evaluation adds above a condition, so that its explanation says where it was."""

    operand: Condition

    @property
    def description(self) -> str:
        return ""

    @property
    def requires_cursor(self) -> bool:
        return False

    @property
    def is_serializable(self) -> bool:
        return self.operand.is_serializable

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def children(self) -> Sequence[Condition]:
        return (self.operand,)

    def get_label(self) -> str | None:
        return None

    def get_node_unique_id(
        self, *, parent_unique_id: str | None, index: int | None, target_key: EntityKey | None
    ) -> str:
        return hashed(parent_unique_id, index, self.name)


@dataclass(frozen=True, slots=True, init=False)
class _Elsewhere(_Inserted):
    """A condition, asked about another asset or check."""

    key: EntityKey

    def __init__(self, key: EntityKey, operand: Condition) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "operand", operand)

    @property
    def name(self) -> str:
        return self.key.to_user_string()

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        return elsewhere(context, self.key, self.operand)


@dataclass(frozen=True, slots=True, init=False)
class _For(_Inserted):
    """A condition of assets further down, asked about this one."""

    keys: tuple[AssetKey, ...]

    def __init__(self, keys: tuple[AssetKey, ...], operand: Condition) -> None:
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "operand", operand)

    @property
    def name(self) -> str:
        return ", ".join(key.to_user_string() for key in self.keys)

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        result = context.child_result(self.operand, 0, context.candidate_subset)
        return AutomationResult(context, result.true_subset, child_results=[result])


def elsewhere(context: AutomationContext, key: EntityKey, operand: Condition) -> AutomationResult:
    """Evaluate a condition on the corresponding partitions of another asset or check."""
    view, own = context.asset_graph_view, context.key
    below = (
        isinstance(own, AssetKey)
        and key != own
        and (
            own in context.asset_graph.parents(key)
            if isinstance(key, AssetKey)
            else key.asset_key == own
        )
    )
    go, back = (view.downstream, view.upstream) if below else (view.upstream, view.downstream)
    result = context.child_result(operand, 0, go(context.candidate_subset, key))
    times = result.timing_metadata
    return AutomationResult(
        context,
        back(result.true_subset, own),
        child_results=[result],
        timing_metadata={at: back(part, own) for at, part in times.items()} if times else None,
    )


def _joined(all_times: Iterable[Times]) -> Times | None:
    joined: dict[float, EntitySubset] = {}
    for times in all_times:
        for at, part in times.items():
            joined[at] = joined[at] | part if at in joined else part
    return joined or None


def _around(context: AutomationContext) -> list[Condition]:
    found = [context.condition]
    at = context
    while at.parent_context is not None:
        at = at.parent_context
        found.append(at.condition)
    return found


def _conditions_below(context: AutomationContext) -> list[tuple[Condition, list[AssetKey]]]:
    """Return the distinct conditions of all assets further down, with whose they are."""
    key = context.key
    below = _descendants(context.asset_graph, key) if isinstance(key, AssetKey) else ()
    found: dict[Condition, list[AssetKey]] = {}
    for asset in sorted(below):
        condition = context.conditions.get(asset)
        if condition is not None:
            found.setdefault(condition, []).append(asset)
    return list(found.items())


def _descendants(graph: AssetGraph, key: AssetKey) -> set[AssetKey]:
    found: set[AssetKey] = set()
    waiting = [key]
    while waiting:
        for child in graph.children(waiting.pop()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
