"""What a condition is given when it is evaluated, and what it gives back.

Owns `AutomationContext`, `AutomationResult` and the little that both need to know of a condition.
One context is about one node of a condition's tree, on one asset or check, in one tick.
"""

from __future__ import annotations

import inspect
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import GenericAlias
from typing import Protocol, cast

from penstock.automation.cursor import EntityCursor, NodeCursor
from penstock.automation.subset import EntityKey, EntitySubset, restored
from penstock.automation.view import AutomationView, Log
from penstock.base.clock import Instant
from penstock.errors import InvariantViolationError
from penstock.graph.asset_graph import AssetGraph
from penstock.partitions.definition import PartitionsDefinition

Times = Mapping[Instant, EntitySubset]
"""When what became true: for each moment, the partitions of that moment."""


class Condition(Protocol):
    """What evaluation needs to know of a condition."""

    @property
    def name(self) -> str:
        """What it is called in an explanation."""
        ...

    @property
    def description(self) -> str:
        """What it means, in words; may be empty."""
        ...

    @property
    def children(self) -> Sequence[Condition]:
        """The conditions that it is made of."""
        ...

    @property
    def requires_cursor(self) -> bool:
        """Whether it remembers something from tick to tick."""
        ...

    @property
    def is_serializable(self) -> bool:
        """Whether it can be evaluated without the user's code."""
        ...

    def get_label(self) -> str | None:
        """Return the user's name for it."""
        ...

    def get_node_unique_id(
        self, *, parent_unique_id: str | None, index: int | None, target_key: EntityKey | None
    ) -> str:
        """Return the name under which it remembers."""
        ...

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        """Return the partitions, among the candidates, for which it is true."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AutomationContext:
    """One node of a condition, about to be evaluated.

    Attributes:
        evaluation_id: The number of the tick.
        condition: The node.
        condition_unique_ids: The names under which it may remember something, best first.
        candidate_subset: The partitions that are asked about.
        asset_graph_view: The graph, the facts and the time.
        conditions: The condition of every asset and check that has one.
        entity_cursor: What is remembered of the asset or check at the root.
        parent_context: The node above; None at the root.
    """

    evaluation_id: int
    condition: Condition
    condition_unique_ids: tuple[str, ...]
    candidate_subset: EntitySubset
    asset_graph_view: AutomationView
    conditions: Mapping[EntityKey, Condition]
    entity_cursor: EntityCursor | None = None
    parent_context: AutomationContext | None = None

    def __class_getitem__(cls, item: object) -> GenericAlias:
        """Accept a kind of key, as annotations may carry one."""
        return GenericAlias(cls, item)

    @property
    def key(self) -> EntityKey:
        """The asset or check that the candidates belong to."""
        return self.candidate_subset.key

    @property
    def asset_graph(self) -> AssetGraph:
        """The assets and checks, and their edges."""
        return self.asset_graph_view.asset_graph

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """The partitions of the asset; None without partitions and for a check."""
        return self.asset_graph_view.partitions_of(self.key)

    @property
    def root_context(self) -> AutomationContext:
        """The context of the whole condition."""
        context = self
        while context.parent_context is not None:
            context = context.parent_context
        return context

    @property
    def request_subsets_by_key(self) -> Mapping[EntityKey, EntitySubset]:
        """What this tick has decided to request so far."""
        return self.asset_graph_view.requested

    @property
    def log(self) -> Log:
        """Where the condition may write."""
        return self.asset_graph_view.log.getChild(type(self.condition).__name__)

    @property
    def evaluation_time(self) -> datetime:
        """The time of the tick, the same for all conditions, in UTC."""
        return self.asset_graph_view.effective_dt

    @property
    def previous_evaluation_time(self) -> datetime | None:
        """The time of the last evaluation of the root; None on the first."""
        cursor = self.entity_cursor
        return datetime.fromtimestamp(cursor.at, UTC) if cursor else None

    @property
    def max_storage_id(self) -> int | None:
        """The newest event that the tick takes into account."""
        return self.asset_graph_view.last_event_id

    @property
    def previous_max_storage_id(self) -> int | None:
        """The newest event that the last evaluation took into account."""
        return self.entity_cursor.event if self.entity_cursor else None

    @property
    def cursor(self) -> str | None:
        """The text that the condition returned as its cursor at the last evaluation."""
        node = self.node_cursor
        return node.state if node else None

    @property
    def node_cursor(self) -> NodeCursor | None:
        """All that the node remembers; None on its first evaluation.

        Raises:
            InvariantViolationError: The condition says that it does not remember anything.
        """
        if not self.condition.requires_cursor:
            raise InvariantViolationError(
                f"The condition '{self.condition.name}' read its cursor, but does not keep one. "
                "Let its property `requires_cursor` return True."
            )
        if self.entity_cursor is None:
            return None
        nodes = self.entity_cursor.nodes
        return next((nodes[i] for i in self.condition_unique_ids if i in nodes), None)

    @property
    def previous_true_subset(self) -> EntitySubset | None:
        """What the node answered at the last evaluation."""
        node = self.node_cursor
        return restored(self.key, self.partitions_def, node.true) if node else None

    @property
    def previous_candidate_subset(self) -> EntitySubset | None:
        """What the node was asked about at the last evaluation."""
        node = self.node_cursor
        return restored(self.key, self.partitions_def, node.candidates) if node else None

    @property
    def remembered_subset(self) -> EntitySubset | None:
        """The subset that the node itself chose to remember."""
        node = self.node_cursor
        if node is None or node.remembered is None:
            return None
        return restored(self.key, self.partitions_def, node.remembered)

    def get_empty_subset(self) -> EntitySubset:
        """Return the subset of the key with nothing in it."""
        return self.asset_graph_view.get_empty_subset(key=self.key)

    def get_previous_requested_subset(self, key: EntityKey) -> EntitySubset | None:
        """Return what the tick before requested of an asset or check, if it has a condition."""
        cursor = self.asset_graph_view.cursor.of(key)
        if cursor is None:
            return None
        return restored(key, self.asset_graph_view.partitions_of(key), cursor.requested)

    def for_child_condition(
        self,
        child_condition: Condition,
        child_indices: Sequence[int | None],
        candidate_subset: EntitySubset,
    ) -> AutomationContext:
        """Return the context of a condition below this one.

        Args:
            child_condition: The condition below.
            child_indices: Its places among the children, best first; None is any place.
            candidate_subset: What it is asked about.
        """
        foreign = candidate_subset.key != self.root_context.key
        ids = (
            child_condition.get_node_unique_id(
                parent_unique_id=parent,
                index=index,
                target_key=candidate_subset.key if foreign else None,
            )
            for parent in self.condition_unique_ids
            for index in child_indices
        )
        return replace(
            self,
            condition=child_condition,
            condition_unique_ids=tuple(ids),
            candidate_subset=candidate_subset,
            parent_context=self,
        )

    def child_result(
        self, child: Condition, index: int | None, candidates: EntitySubset
    ) -> AutomationResult:
        """Evaluate a condition below this one."""
        return self.for_child_condition(child, [index], candidates).evaluate()

    def evaluate(self) -> AutomationResult:
        """Evaluate the node.

        Raises:
            InvariantViolationError: A condition written by a user returns something else than an
                `AutomationResult`.
        """
        result: object = self.condition.evaluate(self)
        if inspect.iscoroutine(result):
            result = _finished(cast("Coroutine[object, object, object]", result))
        if not isinstance(result, AutomationResult):
            raise InvariantViolationError(
                f"The condition '{self.condition.name}' returned {result!r}. Return "
                "AutomationResult(context, true_subset=...)."
            )
        return result

    async def evaluate_async(self) -> AutomationResult:
        """Evaluate the node, for conditions that are written with `async`."""
        return self.evaluate()


def _finished(coroutine: Coroutine[object, object, object]) -> object:
    """Run a coroutine that waits for other conditions only, which never pause."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("object", stop.value)
    coroutine.close()
    raise InvariantViolationError(
        "An asynchronous condition waited for something else than other conditions. A tick is a "
        "computation over facts: read what the condition needs before it is evaluated."
    )


class AutomationResult:
    """What a condition makes of its candidates.

    Args:
        context: The context that was evaluated.
        true_subset: The partitions for which the condition is true.
        cursor: A text that `context.cursor` returns at the next evaluation.
        child_results: The results of the conditions below, in order.
        structured_cursor: A subset to remember, instead of a text.
        metadata: Facts for the explanation.
        timing_metadata: When the partitions became true, where that is known.

    Raises:
        InvariantViolationError: Both kinds of cursor are given.
    """

    __slots__ = (
        "child_results",
        "context",
        "cursor",
        "metadata",
        "structured_cursor",
        "timing_metadata",
        "true_subset",
    )

    def __init__(
        self,
        context: AutomationContext,
        true_subset: EntitySubset,
        cursor: str | None = None,
        child_results: Sequence[AutomationResult] | None = None,
        *,
        structured_cursor: EntitySubset | None = None,
        metadata: Mapping[str, object] | None = None,
        timing_metadata: Times | None = None,
    ) -> None:
        if cursor is not None and structured_cursor is not None:
            raise InvariantViolationError(
                "An AutomationResult has a cursor and a structured_cursor. Keep one of them."
            )
        self.context: AutomationContext = context
        self.true_subset: EntitySubset = true_subset & context.candidate_subset
        self.cursor: str | None = cursor
        self.child_results: tuple[AutomationResult, ...] = tuple(child_results or ())
        self.structured_cursor: EntitySubset | None = structured_cursor
        self.metadata: dict[str, object] = dict(metadata or {})
        self.timing_metadata: Times | None = timing_metadata

    def __class_getitem__(cls, item: object) -> GenericAlias:
        """Accept a kind of key, as annotations may carry one."""
        return GenericAlias(cls, item)

    @property
    def key(self) -> EntityKey:
        """The asset or check that the answer is about."""
        return self.true_subset.key

    @property
    def condition(self) -> Condition:
        """The condition that was evaluated."""
        return self.context.condition

    @property
    def condition_unique_id(self) -> str:
        """The name under which the node remembers."""
        return self.context.condition_unique_ids[0]

    def node_cursors(self) -> dict[str, NodeCursor]:
        """Return what this node and all below it remember, by their names."""
        found: dict[str, NodeCursor] = {}
        if self.condition.requires_cursor:
            kept = self.structured_cursor
            found[self.condition_unique_id] = NodeCursor(
                true=self.true_subset.stored(),
                candidates=self.context.candidate_subset.stored(),
                state=self.cursor,
                remembered=kept.stored() if kept is not None else None,
            )
        for child in self.child_results:
            found.update(child.node_cursors())
        return found

    def __repr__(self) -> str:
        return f"AutomationResult({self.condition.name}, true={self.true_subset})"
