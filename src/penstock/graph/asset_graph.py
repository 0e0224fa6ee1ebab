"""`AssetGraph`: who feeds whom, answered from a dense index over a manifest.

Assets are integers inside, in definition order, and keys at the edges. A key that something depends
on and nobody declares is an implicit external asset. An edge from an asset to itself (a partition
that reads an earlier one) is not an edge of the graph; it stays visible in the node's `deps`.
Refuses to know about partitions, runs and what has been materialized. Every method is linear in the
graph and iterative, so depth does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol, runtime_checkable

from penstock.base.dag import find_cycle, topological_order
from penstock.base.text import did_you_mean
from penstock.errors import InvalidDefinitionError, InvalidSubsetError, ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetNode, CheckNode, Manifest, StepNode


@runtime_checkable
class DeclaresAssets(Protocol):
    """A definition that can tell which assets and checks it declares."""

    def to_manifest(self) -> Manifest:
        """Return what it declares, as data."""
        ...


class AssetGraph:
    """The assets of a manifest and their edges.

    Args:
        manifest: What a code location declares. Of assets that share a key, the first counts.

    Example:
        >>> from penstock.model.manifest import AssetDependency, AssetNode, Manifest
        >>> a, b = AssetKey("a"), AssetKey("b")
        >>> nodes = (AssetNode(key=b, node="b", deps=(AssetDependency(key=a),)),)
        >>> graph = AssetGraph(Manifest(location="here", assets=nodes))
        >>> graph.parents(b) == (a,), graph.external_keys == {a}
        (True, True)
    """

    sources: Sequence[object] = ()
    """The definitions that the graph was made of, where it was made of some."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self._nodes: list[AssetNode] = []
        self._index: dict[AssetKey, int] = {}
        for node in manifest.assets:
            self._add(node)
        for node in manifest.assets:
            for dependency in node.deps:
                if dependency.key not in self._index:
                    self._add(AssetNode(key=dependency.key))
        self._parents = tuple([self._numbers_of_deps(n) for n in self._nodes])
        children: list[list[int]] = [[] for _ in self._nodes]
        for number, parents in enumerate(self._parents):
            for parent in parents:
                children[parent].append(number)
        self._children = tuple(tuple(numbers) for numbers in children)

    @staticmethod
    def of(source: AssetGraph | Manifest | Iterable[AssetNode | DeclaresAssets]) -> AssetGraph:
        """Make a graph of a manifest, or of assets alone; a graph is returned as it is.

        Raises:
            ParameterCheckError: One of them declares no assets.
        """
        if isinstance(source, AssetGraph):
            return source
        return AssetGraph(source if isinstance(source, Manifest) else _joined(source))

    @staticmethod
    def from_assets(assets: Iterable[AssetNode | DeclaresAssets]) -> AssetGraph:
        """Make the graph of assets and checks alone.

        Raises:
            ParameterCheckError: One of them declares no assets.
        """
        sources = tuple(assets)
        graph = AssetGraph(_joined(sources))
        graph.sources = sources
        return graph

    def _add(self, node: AssetNode) -> None:
        if node.key not in self._index:
            self._index[node.key] = len(self._nodes)
            self._nodes.append(node)

    def _numbers_of_deps(self, node: AssetNode) -> tuple[int, ...]:
        if not node.deps:
            return ()
        index = self._index
        numbers = dict.fromkeys([index[dep.key] for dep in node.deps])
        numbers.pop(index[node.key], None)
        return tuple(numbers)

    @property
    def parent_numbers(self) -> tuple[tuple[int, ...], ...]:
        """The places in `keys` of what each asset reads, itself excepted."""
        return self._parents

    def share(self, other: AssetGraph) -> None:
        """Take over what another graph of the same manifest has worked out."""
        self.__dict__.update(other.__dict__)

    @cached_property
    def keys(self) -> tuple[AssetKey, ...]:
        """Every asset: the declared ones in definition order, then the implicit external ones."""
        return tuple(node.key for node in self._nodes)

    @cached_property
    def executable_keys(self) -> frozenset[AssetKey]:
        """The assets that some step makes."""
        return frozenset(n.key for n in self._nodes if n.node is not None)

    @cached_property
    def materializable_keys(self) -> frozenset[AssetKey]:
        """The assets that some step makes and does not observe only."""
        return frozenset(n.key for n in self._nodes if n.node is not None and not n.observed)

    @property
    def materializable_asset_keys(self) -> frozenset[AssetKey]:
        """The same as `materializable_keys`, under the name that selections in code ask for."""
        return self.materializable_keys

    @cached_property
    def external_keys(self) -> frozenset[AssetKey]:
        """The assets that no step makes, declared or only depended on."""
        return frozenset(n.key for n in self._nodes if n.node is None)

    def get_all_asset_keys(self) -> frozenset[AssetKey]:
        """Return every asset's key, external ones included."""
        return frozenset(self.keys)

    def has(self, key: AssetKey) -> bool:
        """Tell whether the graph knows the asset."""
        return key in self._index

    def node(self, key: AssetKey) -> AssetNode:
        """Return what is declared of an asset.

        Raises:
            InvalidSubsetError: There is no such asset.
        """
        return self._nodes[self._number(key)]

    def parents(self, key: AssetKey) -> tuple[AssetKey, ...]:
        """Return the assets that `key` reads, itself excepted, in declared order."""
        return self._keys_of(self._parents[self._number(key)])

    def children(self, key: AssetKey) -> tuple[AssetKey, ...]:
        """Return the assets that read `key`, itself excepted, in definition order."""
        return self._keys_of(self._children[self._number(key)])

    def topological_keys(self) -> tuple[AssetKey, ...]:
        """Return every asset after all that it reads; deterministic.

        Raises:
            InvalidDefinitionError: The assets form a cycle; the message shows it.
        """
        order = topological_order(self._parents)
        if order is None:
            cycle = find_cycle(self._parents) or []
            path = cycle_text([k.to_user_string() for k in self._keys_of(cycle)])
            raise InvalidDefinitionError(
                f"The assets form a cycle: {path}. Remove one of these dependencies."
            )
        return self._keys_of(order)

    @cached_property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The keys of all checks."""
        return frozenset(self._checks)

    def checks_of(self, key: AssetKey) -> tuple[CheckNode, ...]:
        """Return the checks of an asset, in definition order; of an unknown asset none."""
        return self._checks_by_asset.get(key, ())

    def check(self, key: AssetCheckKey) -> CheckNode:
        """Return what is declared of a check.

        Raises:
            InvalidSubsetError: There is no such check.
        """
        found = self._checks.get(key)
        if found is None:
            text = key.to_user_string()
            known = [k.to_user_string() for k in self._checks]
            raise InvalidSubsetError(f"There is no check '{text}'.{did_you_mean(text, known)}")
        return found

    def step(self, name: str) -> StepNode:
        """Return the declared limits of a step; a step that nobody describes has none."""
        return self._steps.get(name) or StepNode(name=name)

    def steps_of_unit(self, unit: str) -> tuple[StepNode, ...]:
        """Return the steps of a graph that assets are made by, in definition order."""
        return self._steps_by_unit.get(unit, ())

    def assets_of_step(self, name: str) -> tuple[AssetNode, ...]:
        """Return the assets that a step makes, in definition order."""
        return self._assets_by_step.get(name, ())

    def checks_of_step(self, name: str) -> tuple[CheckNode, ...]:
        """Return the checks that a step evaluates, in definition order."""
        return self._checks_by_step.get(name, ())

    @cached_property
    def _steps(self) -> dict[str, StepNode]:
        return {step.name: step for step in self.manifest.nodes}

    @cached_property
    def _steps_by_unit(self) -> dict[str, tuple[StepNode, ...]]:
        found: dict[str, list[StepNode]] = {}
        for step in self.manifest.nodes:
            if step.unit is not None:
                found.setdefault(step.unit, []).append(step)
        return {unit: tuple(steps) for unit, steps in found.items()}

    @cached_property
    def _checks(self) -> dict[AssetCheckKey, CheckNode]:
        return {AssetCheckKey(c.asset, c.name): c for c in self.manifest.checks}

    @cached_property
    def _checks_by_asset(self) -> dict[AssetKey, tuple[CheckNode, ...]]:
        found: dict[AssetKey, list[CheckNode]] = {}
        for check in self.manifest.checks:
            found.setdefault(check.asset, []).append(check)
        return {key: tuple(checks) for key, checks in found.items()}

    @cached_property
    def _checks_by_step(self) -> dict[str, tuple[CheckNode, ...]]:
        found: dict[str, list[CheckNode]] = {}
        for check in self.manifest.checks:
            found.setdefault(check.node, []).append(check)
        return {name: tuple(checks) for name, checks in found.items()}

    @cached_property
    def _assets_by_step(self) -> dict[str, tuple[AssetNode, ...]]:
        found: dict[str, list[AssetNode]] = {}
        for node in self._nodes:
            if node.node is not None:
                found.setdefault(node.node, []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def _keys_of(self, numbers: Sequence[int]) -> tuple[AssetKey, ...]:
        return tuple(self._nodes[n].key for n in numbers)

    def _number(self, key: AssetKey) -> int:
        number = self._index.get(key)
        if number is None:
            raise unknown_assets([key], self.keys)
        return number


def _joined(parts: Iterable[AssetNode | DeclaresAssets]) -> Manifest:
    assets: list[AssetNode] = []
    checks: list[CheckNode] = []
    steps: list[StepNode] = []
    for part in parts:
        if isinstance(part, AssetNode):
            assets.append(part)
            continue
        if not isinstance(part, DeclaresAssets):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"{part!r} declares no assets. Give functions decorated with @asset, @multi_asset "
                "or @asset_check, SourceAssets or AssetSpecs."
            )
        declared = part.to_manifest()
        assets.extend(declared.assets)
        checks.extend(declared.checks)
        steps.extend(declared.nodes)
    return Manifest(location="", assets=tuple(assets), checks=tuple(checks), nodes=tuple(steps))


def unknown_assets(missing: Sequence[AssetKey], known: Iterable[AssetKey]) -> InvalidSubsetError:
    """Return the error that names assets which do not exist, each with its nearest spellings."""
    spellings = [key.to_user_string() for key in known]
    lines = [
        f"There is no asset '{key}'.{did_you_mean(key.to_user_string(), spellings)}"
        for key in missing
    ]
    if not spellings:
        lines.append("No assets are defined.")
    return InvalidSubsetError("\n".join(lines))


def cycle_text(needing: Sequence[str]) -> str:
    """Write a cycle along the flow of data, `a → b → a`; each name given needs the next one."""
    flow = list(reversed(needing))
    start = flow.index(min(flow))
    turned = flow[start:] + flow[:start]
    return " → ".join([*turned, turned[0]])
