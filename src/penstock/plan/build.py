"""From a graph and a choice of assets to a plan: one step for each unit of user code touched.

Owns which steps there are, their order and what each waits for. Refuses to know partitions: a plan
is the same for every partition. A step waits for the steps that make what it reads, as far as they
are part of the run, and for the blocking checks of those assets where the checks are steps of their
own. The same choice always gives the same plan, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from penstock.base.dag import find_cycle, topological_order
from penstock.base.text import listed
from penstock.errors import InvalidDefinitionError, InvalidSubsetError
from penstock.graph.asset_graph import AssetGraph, cycle_text, unknown_assets
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetNode, CheckNode, Manifest
from penstock.plan.plan import Need, Plan, PlannedAsset, PlannedCheck, Step


class _Draft:
    """A step while the plan is being built."""

    __slots__ = ("assets", "checks", "name", "needs", "number")

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.assets: list[AssetNode] = []
        self.checks: list[CheckNode] = []
        self.needs: dict[int, dict[str | None, None]] = {}

    def wait_for(self, maker: _Draft, output: str | None) -> None:
        if maker is not self:
            self.needs.setdefault(maker.number, {})[output] = None


def build_plan(
    source: Manifest | AssetGraph,
    assets: AbstractSet[AssetKey],
    *,
    checks: AbstractSet[AssetCheckKey] | None = None,
) -> Plan:
    """Plan a run of some assets and checks.

    Args:
        source: The definitions.
        assets: What to materialize; external assets among them give no step.
        checks: What to check; None means every check of `assets`.

    Raises:
        InvalidSubsetError: An asset or check does not exist, or a step that cannot make a part of
            its assets is only partly chosen.
        InvalidDefinitionError: Steps that make several assets wait for each other.
    """
    graph = AssetGraph.of(source)
    missing = sorted(key for key in assets if not graph.has(key))
    if missing:
        raise unknown_assets(missing, graph.keys)
    drafts = _drafts(graph, assets, _chosen_checks(graph, assets, checks))
    for draft in drafts.values():
        _refuse_part(draft, graph)
    _connect(graph, drafts)
    return Plan(steps=_ordered(graph, list(drafts.values())))


def _chosen_checks(
    graph: AssetGraph,
    assets: AbstractSet[AssetKey],
    checks: AbstractSet[AssetCheckKey] | None,
) -> list[CheckNode]:
    if checks is None:
        found = [c for c in graph.manifest.checks if c.asset in assets]
        return _with_inseparable(graph, found)
    unknown = sorted((k for k in checks if k not in graph.check_keys), key=str)
    for key in unknown:
        graph.check(key)
    chosen = [c for c in graph.manifest.checks if AssetCheckKey(c.asset, c.name) in checks]
    for check in chosen:
        if check.inline and check.asset not in assets:
            raise InvalidSubsetError(
                f"Check '{check.name}' of asset '{check.asset}' is evaluated by the step that "
                f"makes the asset. Select '{check.asset}' too."
            )
    return chosen


def _with_inseparable(graph: AssetGraph, checks: Sequence[CheckNode]) -> list[CheckNode]:
    """Add the checks that are evaluated by the same call as a chosen one, of whatever asset."""
    found = {(c.asset, c.name): c for c in checks}
    for check in checks:
        if not check.inline and not graph.step(check.node).can_subset:
            for other in graph.checks_of_step(check.node):
                found.setdefault((other.asset, other.name), other)
    return list(found.values())


def _drafts(
    graph: AssetGraph, assets: AbstractSet[AssetKey], checks: Iterable[CheckNode]
) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}

    def draft(name: str) -> _Draft:
        if name not in drafts:
            drafts[name] = _Draft(len(drafts), name)
        return drafts[name]

    for node in graph.manifest.assets:
        if node.node is not None and node.key in assets:
            draft(node.node).assets.append(node)
    for check in checks:
        draft(check.node).checks.append(check)
    return drafts


def _refuse_part(draft: _Draft, graph: AssetGraph) -> None:
    made = graph.assets_of_step(draft.name)
    if graph.step(draft.name).can_subset:
        return
    if draft.assets and len(draft.assets) < len(made):
        chosen = {node.key for node in draft.assets}
        rest = [n.key.to_user_string() for n in made if n.key not in chosen]
        some = [n.key.to_user_string() for n in draft.assets]
        raise InvalidSubsetError(
            f"Selected only {listed(some)} of node '{draft.name}', which also makes "
            f"{listed(rest)}; it cannot be subset. Select them all, or declare it with "
            "can_subset=True."
        )
    evaluated = [c for c in graph.checks_of_step(draft.name) if not c.inline]
    standalone = [c for c in draft.checks if not c.inline]
    if standalone and len(standalone) < len(evaluated):
        names = [f"{c.asset}:{c.name}" for c in evaluated if c not in standalone]
        some = [f"{c.asset}:{c.name}" for c in standalone]
        raise InvalidSubsetError(
            f"Selected only {listed(some)} of node '{draft.name}', which also evaluates "
            f"{listed(names)}; it cannot be subset. Select them all, or declare it with "
            "can_subset=True."
        )


def _connect(graph: AssetGraph, drafts: Mapping[str, _Draft]) -> None:
    makers = {node.key: (d, node) for d in drafts.values() for node in d.assets}
    guards: dict[AssetKey, list[_Draft]] = {}
    standalone = ((d, c) for d in drafts.values() for c in d.checks if not c.inline)
    for draft, check in standalone:
        if check.asset in makers:
            _wait_for_asset(draft, makers[check.asset])
        if check.blocking:
            guards.setdefault(check.asset, []).append(draft)
    for draft, node in makers.values():
        for parent in graph.parents(node.key):
            if parent in makers:
                _wait_for_asset(draft, makers[parent])
            for guard in guards.get(parent, ()):
                draft.wait_for(guard, None)


def _wait_for_asset(draft: _Draft, maker: tuple[_Draft, AssetNode]) -> None:
    step, node = maker
    draft.wait_for(step, node.output if node.skippable else None)


def _ordered(graph: AssetGraph, drafts: Sequence[_Draft]) -> tuple[Step, ...]:
    needs = [tuple(draft.needs) for draft in drafts]
    order = topological_order(needs)
    if order is None:
        path = cycle_text([drafts[n].name for n in find_cycle(needs) or []])
        raise InvalidDefinitionError(
            f"These steps wait for each other: {path}. A step that makes several assets runs once, "
            "so it cannot both feed and follow another. Split it, or select fewer assets."
        )
    position = {number: place for place, number in enumerate(order)}
    return tuple(_step(graph, drafts[number], position) for number in order)


def _step(graph: AssetGraph, draft: _Draft, position: Mapping[int, int]) -> Step:
    needs: list[Need] = []
    for number in sorted(draft.needs, key=position.__getitem__):
        named = sorted(output for output in draft.needs[number] if output is not None)
        needs.extend(Need(position[number], output) for output in named or (None,))
    return Step(
        key=draft.name,
        node=draft.name,
        needs=tuple(needs),
        assets=tuple(
            [PlannedAsset(n.key, n.output, n.partitions is not None) for n in draft.assets]
        ),
        checks=tuple(PlannedCheck(c.asset, c.name, blocking=c.blocking) for c in draft.checks),
        retry=graph.step(draft.name).retry,
    )
