"""`evaluate_automation_conditions`: one tick over definitions and an instance, for tests."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from penstock.automation.context import AutomationResult, Condition
from penstock.automation.cursor import AutomationCursor
from penstock.automation.evaluate import TickResult, evaluate_tick
from penstock.automation.subset import EntityKey
from penstock.define.automation import conditions_of, freshness_policies_of
from penstock.define.definitions import Definitions
from penstock.errors import ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.partitions.context import partition_loading_context
from penstock.store.automation_facts import StoreFacts

_log = logging.getLogger("penstock.automation")


class EvaluateAutomationConditionsResult:
    """What one tick requests.

    Attributes:
        cursor: Hand it to the next call to go on from here.
        results: The answer of every condition, in the order of evaluation.
    """

    def __init__(self, tick: TickResult) -> None:
        self.cursor: AutomationCursor = tick.cursor
        self.results: list[AutomationResult] = list(tick.results.values())
        self._requested = tick.requested

    @property
    def total_requested(self) -> int:
        """How many partitions all conditions together are true for."""
        return sum(result.true_subset.size for result in self.results)

    def get_requested_partitions(self, asset_key: AssetKey) -> set[str | None]:
        """Return the partition keys requested of an asset; None is all of an unpartitioned one."""
        requested = self._requested.get(asset_key)
        return set(requested.partition_keys()) if requested is not None else set()

    def get_num_requested(self, asset_key: AssetKey) -> int:
        """Return how many partitions of an asset are requested."""
        return len(self.get_requested_partitions(asset_key))


def evaluate_automation_conditions(
    defs: Definitions | Sequence[object],
    instance: Instance,
    asset_selection: AssetSelection | None = None,
    evaluation_time: datetime | None = None,
    cursor: AutomationCursor | None = None,
) -> EvaluateAutomationConditionsResult:
    """Evaluate the automation conditions of definitions once, and request nothing.

    Args:
        defs: The definitions, or the assets and checks alone.
        instance: What has happened so far.
        asset_selection: The assets and checks to evaluate; all of them if None.
        evaluation_time: The time of the tick; UTC if it names no timezone, and now if None.
        cursor: The `cursor` of the result of the tick before; None on the first.

    Raises:
        ParameterCheckError: The cursor is something else.
        UsageError: The definitions or the selection do not fit together.

    Example:
        >>> import penstock as dg
        >>> @dg.asset(automation_condition=dg.AutomationCondition.missing())
        ... def orders(): ...
        >>> instance = dg.DagsterInstance.ephemeral()
        >>> evaluate_automation_conditions([orders], instance).total_requested
        1
    """
    if cursor is not None and not isinstance(cursor, AutomationCursor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(
            f"The cursor must be the `cursor` of an earlier result, not {cursor!r}."
        )
    loaded = (defs if isinstance(defs, Definitions) else Definitions(assets=defs)).load()
    graph = loaded.graph
    now = instance.clock.now() if evaluation_time is None else _seconds(evaluation_time)
    conditions = dict[EntityKey, Condition](conditions_of(loaded))
    if asset_selection is not None:
        conditions = _chosen(conditions, asset_selection, graph)
    moment = datetime.fromtimestamp(now, UTC)
    with partition_loading_context(effective_dt=moment, dynamic_partitions_store=instance):
        policies = freshness_policies_of(loaded)
        tick = evaluate_tick(
            graph,
            conditions,
            facts=StoreFacts(instance.store, graph, now=now, policies=policies),
            now=now,
            cursor=cursor,
            log=_log,
        )
    return EvaluateAutomationConditionsResult(tick)


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _chosen(
    conditions: dict[EntityKey, Condition], selection: AssetSelection, graph: AssetGraph
) -> dict[EntityKey, Condition]:
    keys = {*selection.resolve(graph), *selection.resolve_checks(graph)}
    return {key: condition for key, condition in conditions.items() if key in keys}
