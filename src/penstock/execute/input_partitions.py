"""Which partitions of an asset an input of a step stands for."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.define.step import StepDefinition, StepInput
from penstock.execute.facts import RunFacts
from penstock.partitions.mapping import infer_mapping, upstream_keys


def input_partitions(facts: RunFacts, step: StepDefinition, entry: StepInput) -> Sequence[str]:
    """Return the upstream partitions that a parameter stands for, in order."""
    graph, asset = facts.loaded.graph, entry.asset
    upstream = graph.node(asset).partitions if asset is not None and graph.has(asset) else None
    if upstream is None:
        return ()
    definition = facts.partitions_told(step)
    mapping = entry.mapping or infer_mapping(upstream, definition)
    found: dict[str, None] = {}
    of_job = (facts.spec.partition,) if definition is not None and step.is_op else (None,)
    for key in facts.partition_keys(step) or of_job:
        wanted = upstream_keys(
            mapping, key, downstream_def=definition, upstream_def=upstream, now=None
        )
        found.update(dict.fromkeys(wanted))
    return list(found)
