"""One tick, in full: every condition is evaluated on all partitions, with no memory but the cursor.

This is the meaning of conditions. A faster evaluation must give the same answers. Assets come after
all that they read, and their checks after them, so a condition sees what was decided above it on
the same tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from penstock.automation.context import AutomationContext, AutomationResult, Condition
from penstock.automation.cursor import AutomationCursor, EntityCursor, entity_text
from penstock.automation.explain import Explanation, explain
from penstock.automation.facts import AutomationFacts
from penstock.automation.subset import EntityKey, EntitySubset
from penstock.automation.view import AutomationView, Log, SilentLog
from penstock.base.clock import Instant
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What one tick decided.

    Attributes:
        requested: What is to be made; nothing that is empty.
        cursor: What the next tick starts from.
        results: The answer of every condition.
    """

    requested: Mapping[EntityKey, EntitySubset]
    cursor: AutomationCursor
    results: Mapping[EntityKey, AutomationResult]

    @property
    def explanations(self) -> Mapping[EntityKey, Explanation]:
        """Why each thing with a condition was requested, or was not."""
        return {key: explain(result) for key, result in self.results.items()}


def evaluate_tick(
    graph: AssetGraph,
    conditions: Mapping[EntityKey, Condition],
    *,
    facts: AutomationFacts,
    now: Instant,
    cursor: AutomationCursor | None = None,
    log: Log | None = None,
) -> TickResult:
    """Decide what to request at a time.

    Args:
        graph: The assets and checks.
        conditions: The conditions by asset or check; those that the graph does not know are left
            out.
        facts: What has happened.
        now: The time of the tick.
        cursor: What the tick before left; None on the first.
        log: Where conditions written by users may write.
    """
    before = cursor or AutomationCursor()
    view = AutomationView(
        asset_graph=graph, facts=facts, now=now, cursor=before, log=log or SilentLog()
    )
    results: dict[EntityKey, AutomationResult] = {}
    for key in _in_order(graph):
        condition = conditions.get(key)
        if condition is None:
            continue
        results[key] = _context(view, key, condition, conditions).evaluate()
        _request(view, results[key].true_subset)
    return TickResult(
        requested={key: part for key, part in view.requested.items() if not part.is_empty},
        cursor=AutomationCursor(
            evaluation=before.evaluation + 1,
            entities={entity_text(key): _remembered(view, r) for key, r in results.items()},
        ),
        results=results,
    )


def _in_order(graph: AssetGraph) -> Iterator[EntityKey]:
    for key in graph.topological_keys():
        yield key
        for check in graph.checks_of(key):
            yield AssetCheckKey(check.asset, check.name)


def _context(
    view: AutomationView,
    key: EntityKey,
    condition: Condition,
    conditions: Mapping[EntityKey, Condition],
) -> AutomationContext:
    own = condition.get_node_unique_id(parent_unique_id=None, index=None, target_key=None)
    return AutomationContext(
        evaluation_id=view.cursor.evaluation,
        condition=condition,
        condition_unique_ids=(own,),
        candidate_subset=view.get_full_subset(key=key),
        asset_graph_view=view,
        conditions=conditions,
        entity_cursor=view.cursor.of(key),
    )


def _request(view: AutomationView, subset: EntitySubset) -> None:
    """Note a request, also for what the same step makes if it cannot make a part."""
    _add(view, subset)
    if subset.is_empty or not isinstance(subset.key, AssetKey):
        return
    step = view.asset_graph.node(subset.key).node
    if step is None or view.asset_graph.step(step).can_subset:
        return
    for neighbor in view.asset_graph.assets_of_step(step):
        same = neighbor.partitions == view.partitions_of(subset.key)
        if neighbor.key != subset.key and same:
            _add(view, EntitySubset(neighbor.key, subset.value))


def _add(view: AutomationView, subset: EntitySubset) -> None:
    known = view.requested.get(subset.key)
    view.requested[subset.key] = subset if known is None else known | subset


def _remembered(view: AutomationView, result: AutomationResult) -> EntityCursor:
    partitions = view.partitions_of(result.key)
    return EntityCursor(
        requested=view.requested[result.key].stored(),
        at=view.now,
        event=view.last_event_id,
        grid=partitions.grid if partitions else None,
        nodes=result.node_cursors(),
    )
