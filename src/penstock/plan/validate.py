"""Everything that is wrong with a manifest, found in one pass and said in one list.

Owns the wording. Refuses to raise: the caller decides what a problem means. The order is stable:
names that collide, then dependencies that go in circles, then partitions that do not fit.
A check on an asset that nobody declares is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penstock.base.dag import find_cycle
from penstock.errors import InvalidDefinitionError
from penstock.graph.asset_graph import AssetGraph, cycle_text
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetNode, CheckNode, Manifest
from penstock.partitions.mapping import infer_mapping
from penstock.partitions.self_reference import reads_earlier_partitions


def problems(manifest: Manifest, graph: AssetGraph | None = None) -> list[str]:
    """Return every problem of a manifest, one sentence or two for each.

    Args:
        manifest: What was declared.
        graph: The graph of its assets, where there is one already.
    """
    return [
        *_duplicate_assets(manifest),
        *_duplicate_checks(manifest),
        *_duplicate_steps(manifest),
        *_self_dependencies(manifest),
        *_cycles(graph or AssetGraph(manifest)),
        *_unrelated_partitions(manifest),
    ]


def _duplicate_assets(manifest: Manifest) -> Iterator[str]:
    first: dict[AssetKey, AssetNode] = {}
    for node in manifest.assets:
        earlier = first.setdefault(node.key, node)
        if earlier is not node:
            yield (
                f"Asset '{node.key}' is defined twice: by {_maker(earlier)} and by "
                f"{_maker(node)}. Rename one of them."
            )


def _maker(node: AssetNode) -> str:
    return f"node '{node.node}'" if node.node is not None else "an external asset"


def _duplicate_checks(manifest: Manifest) -> Iterator[str]:
    first: dict[tuple[AssetKey, str], CheckNode] = {}
    for check in manifest.checks:
        earlier = first.setdefault((check.asset, check.name), check)
        if earlier is not check:
            yield (
                f"Check '{check.name}' of asset '{check.asset}' is defined twice: by node "
                f"'{earlier.node}' and by node '{check.node}'. Rename one of them."
            )


def _duplicate_steps(manifest: Manifest) -> Iterator[str]:
    seen: set[str] = set()
    for step in manifest.nodes:
        if step.name in seen:
            yield f"Two nodes are called '{step.name}'. Rename one of them."
        seen.add(step.name)


def _self_dependencies(manifest: Manifest) -> Iterator[str]:
    for node in manifest.assets:
        for dependency in node.deps:
            if dependency.key == node.key and not reads_earlier_partitions(
                node.partitions, dependency.mapping
            ):
                yield (
                    f"Asset '{node.key}' depends on itself. Only an asset with time partitions "
                    "can, through TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)."
                )


def _cycles(graph: AssetGraph) -> Iterator[str]:
    """Name cycles one after another; those that share an edge with a named one are left out."""
    needs = [list(numbers) for numbers in graph.parent_numbers]
    while (cycle := find_cycle(needs)) is not None:
        path = cycle_text([graph.keys[n].to_user_string() for n in cycle])
        yield f"The assets form a cycle: {path}. Remove one of these dependencies."
        for node, needed in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            needs[node].remove(needed)


def _unrelated_partitions(manifest: Manifest) -> Iterator[str]:
    nodes: Mapping[AssetKey, AssetNode] = {n.key: n for n in manifest.assets}
    for node in manifest.assets:
        for dependency in node.deps:
            upstream = nodes.get(dependency.key)
            if upstream is None or upstream.partitions is None or dependency.key == node.key:
                continue
            mapping = dependency.mapping or infer_mapping(upstream.partitions, node.partitions)
            try:
                mapping.check(upstream.partitions, node.partitions)
            except InvalidDefinitionError as error:
                yield f"Asset '{node.key}' cannot read asset '{upstream.key}': {error}"
