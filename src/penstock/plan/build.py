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
from penstock.model.manifest import AssetNode, CheckNode, Manifest, NeedKind, StepNode
from penstock.plan.divide import divide
from penstock.plan.plan import Need, Plan, PlannedAsset, PlannedCheck, Step


class _Draft:
    """A step while the plan is being built; `needs` is in the order of declaration."""

    __slots__ = ("assets", "checks", "key", "needs", "number", "step")

    def __init__(self, number: int, step: StepNode, key: str | None = None) -> None:
        self.number = number
        self.step = step
        self.key = key or step.name
        self.assets: list[AssetNode] = []
        self.checks: list[CheckNode] = []
        self.needs: dict[_Needed, None] = {}

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def unit(self) -> str:
        return self.step.unit or self.step.name

    def wait_for(
        self,
        maker: _Draft,
        output: str | None,
        taken_by: str | None = None,
        kind: NeedKind = "one",
    ) -> None:
        if maker is not self:
            self.needs[maker.number, output, taken_by, kind] = None


_Needed = tuple[int, str | None, str | None, NeedKind]


def build_job_plan(steps: Sequence[StepNode], *, selected: AbstractSet[str] | None = None) -> Plan:
    """Plan a run of a job that has steps of its own.

    Args:
        steps: The job's steps.
        selected: The names of those to run; None means all. An input that a step left out would
            have fed gets its value from run config.

    Raises:
        InvalidDefinitionError: The steps wait for each other.
    """
    chosen = [step for step in steps if selected is None or step.name in selected]
    drafts = {step.name: _Draft(number, step) for number, step in enumerate(chosen)}
    for draft in drafts.values():
        _connect_inside(draft, drafts)
    order = topological_order(_numbers_needed(drafts.values()))
    return Plan(steps=_ordered(list(drafts.values()), order))


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
    for unit in _units(drafts.values()):
        _refuse_part(unit, graph)
    _add_inner_steps(graph, drafts)
    _connect(graph, drafts)
    order = topological_order(_numbers_needed(drafts.values()))
    if order is None:
        drafts = _divided(graph, drafts)
        _connect(graph, drafts)
        order = topological_order(_numbers_needed(drafts.values()))
    return Plan(steps=_ordered(list(drafts.values()), order))


def check_parts(
    graph: AssetGraph, assets: AbstractSet[AssetKey], checks: AbstractSet[AssetCheckKey]
) -> None:
    """Check that no step is chosen in part that cannot do a part of what it makes and checks.

    Raises:
        InvalidSubsetError: One is.
    """
    if len(assets) < len(graph.executable_keys) or len(checks) < len(graph.check_keys):
        chosen = [c for c in graph.manifest.checks if AssetCheckKey(c.asset, c.name) in checks]
        for unit in _units(_drafts(graph, assets, chosen).values()):
            _refuse_part(unit, graph)


def _numbers_needed(drafts: Iterable[_Draft]) -> list[tuple[int, ...]]:
    return [tuple(dict.fromkeys([need[0] for need in draft.needs])) for draft in drafts]


def _divided(graph: AssetGraph, drafts: Mapping[str, _Draft]) -> dict[str, _Draft]:
    """Run steps that can make a part of their assets more than once, where they wait in a circle.

    A check that the step evaluates goes with its asset, or with the first part.
    """
    steps = {node.key: draft.name for draft in drafts.values() for node in draft.assets}
    divisible = {
        draft.name
        for draft in drafts.values()
        if draft.step.can_subset and draft.step.unit is None and len(draft.assets) > 1
    }
    parts = divide(steps, {key: graph.parents(key) for key in steps}, divisible)
    found: dict[str, _Draft] = {}
    for draft in drafts.values():
        numbers = {parts[node.key] for node in draft.assets} if parts else {0}
        for number in sorted(numbers or {0}):
            key = draft.name if number == 0 else f"{draft.name}_{number + 1}"
            made = _Draft(len(found), draft.step, key)
            made.assets = [n for n in draft.assets if not parts or parts[n.key] == number]
            keys = {node.key for node in made.assets}
            others = {node.key for node in draft.assets} - keys
            made.checks = [
                c
                for c in draft.checks
                if c.asset in keys or (number == 0 and c.asset not in others)
            ]
            found[key] = made
    return found


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
        if check.inline and check.asset not in assets and not graph.step(check.node).can_subset:
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
            drafts[name] = _Draft(len(drafts), graph.step(name))
        return drafts[name]

    for node in graph.manifest.assets:
        if node.node is not None and node.key in assets:
            draft(node.node).assets.append(node)
    for check in checks:
        draft(check.node).checks.append(check)
    return drafts


def _units(drafts: Iterable[_Draft]) -> list[list[_Draft]]:
    """Group drafts by what can only be selected as a whole."""
    found: dict[str, list[_Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.unit, []).append(draft)
    return list(found.values())


def _refuse_part(unit: Sequence[_Draft], graph: AssetGraph) -> None:
    step, name = unit[0].step, unit[0].unit
    if step.can_subset:
        return
    chosen = [node for draft in unit for node in draft.assets]
    steps = [step] if step.unit is None else graph.steps_of_unit(step.unit)
    made = [node for inner in steps for node in graph.assets_of_step(inner.name)]
    if chosen and len(chosen) < len(made):
        keys = {node.key for node in chosen}
        rest = [n.key.to_user_string() for n in made if n.key not in keys]
        some = [n.key.to_user_string() for n in chosen]
        raise InvalidSubsetError(
            f"Selected only {listed(some)} of node '{name}', which also makes "
            f"{listed(rest)}; it cannot be subset. Select them all, or declare it with "
            "can_subset=True."
        )
    for draft in unit:
        _refuse_part_of_checks(draft, graph)


def _refuse_part_of_checks(draft: _Draft, graph: AssetGraph) -> None:
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


def _add_inner_steps(graph: AssetGraph, drafts: dict[str, _Draft]) -> None:
    """Add the steps of graphs that make no asset themselves.

    A graph that is chosen as a whole runs as a whole; of another one, what its assets need.
    """
    for unit in _units(drafts.values()):
        name = unit[0].step.unit
        if name is None:
            continue
        steps = {step.name: step for step in graph.steps_of_unit(name)}
        made = sum(
            len(graph.assets_of_step(step)) + len(graph.checks_of_step(step)) for step in steps
        )
        is_whole = sum(len(draft.assets) + len(draft.checks) for draft in unit) == made
        wanted = [*steps] if is_whole else [draft.name for draft in unit]
        while wanted:
            step = steps[wanted.pop()]
            drafts.setdefault(step.name, _Draft(len(drafts), step))
            wanted += [need.step for need in step.needs if need.step not in drafts]


def _connect(graph: AssetGraph, drafts: Mapping[str, _Draft]) -> None:
    makers = {node.key: (d, node) for d in drafts.values() for node in d.assets}
    guards: dict[AssetKey, list[_Draft]] = {}
    standalone = ((d, c) for d in drafts.values() for c in d.checks if not c.inline)
    for draft, check in standalone:
        if check.asset in makers:
            _wait_for_asset(draft, makers[check.asset])
        if check.blocking:
            guards.setdefault(check.asset, []).append(draft)
    for draft in drafts.values():
        if draft.step.needs:
            _connect_inside(draft, drafts)
        for parent in _parents(graph, draft):
            if parent in makers:
                _wait_for_asset(draft, makers[parent])
            for guard in guards.get(parent, ()):
                draft.wait_for(guard, None)


def _parents(graph: AssetGraph, draft: _Draft) -> Iterable[AssetKey]:
    """Return the assets that a step waits for, made by the run or not.

    In a graph, each step waits for what it reads; what no step of it reads, its first steps wait
    for.
    """
    unit = draft.step.unit
    if unit is None:
        return [parent for node in draft.assets for parent in graph.parents(node.key)]
    if draft.step.needs:
        return draft.step.reads
    steps = graph.steps_of_unit(unit)
    made = [node.key for step in steps for node in graph.assets_of_step(step.name)]
    read = {key for step in steps for key in step.reads}
    unread = [p for key in made for p in graph.parents(key) if p not in read and p not in made]
    return [*draft.step.reads, *unread]


def _connect_inside(draft: _Draft, drafts: Mapping[str, _Draft]) -> None:
    for need in draft.step.needs:
        maker = drafts.get(need.step)
        if maker is not None:
            draft.wait_for(maker, need.output, need.input, need.kind)


def _wait_for_asset(draft: _Draft, maker: tuple[_Draft, AssetNode]) -> None:
    step, node = maker
    draft.wait_for(step, node.output if node.skippable else None)


def _ordered(drafts: Sequence[_Draft], order: Sequence[int] | None) -> tuple[Step, ...]:
    if order is None:
        circle = find_cycle(_numbers_needed(drafts)) or []
        path = cycle_text([drafts[n].name for n in circle])
        raise InvalidDefinitionError(
            f"These steps wait for each other: {path}. A step that makes several assets runs once, "
            "so it cannot both feed and follow another. Split it, or select fewer assets."
        )
    position = {number: place for place, number in enumerate(order)}
    places = {drafts[number].key: place for number, place in position.items()}
    return tuple(_step(drafts[number], position, places) for number in order)


def _step(draft: _Draft, position: Mapping[int, int], places: Mapping[str, int]) -> Step:
    over = draft.step.over
    is_template = over is not None and over[0] in places
    return Step(
        key=f"{draft.key}[?]" if is_template else draft.key,
        node=draft.name,
        needs=tuple(_needs(draft, position)) if draft.needs else (),
        assets=tuple(
            [PlannedAsset(n.key, n.output, n.partitions is not None) for n in draft.assets]
        ),
        checks=tuple(PlannedCheck(c.asset, c.name, blocking=c.blocking) for c in draft.checks),
        retry=draft.step.retry,
        over=(places[over[0]], over[1]) if over is not None and is_template else None,
    )


def _needs(draft: _Draft, position: Mapping[int, int]) -> Iterable[Need]:
    """Return what a step needs: in the order of declaration where it takes values, for lists."""
    takes_values = any(taken_by is not None for _, _, taken_by, _ in draft.needs)
    named = {number for number, output, _, _ in draft.needs if output is not None}
    found = [
        Need(position[number], output, taken_by, kind)
        for number, output, taken_by, kind in draft.needs
        if output is not None or number not in named
    ]
    return found if takes_values else sorted(found, key=lambda n: (n.step, n.output or ""))
