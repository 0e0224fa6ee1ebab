"""Which partitions of an asset an input of a step stands for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from penstock.base.text import listed
from penstock.define.step import StepDefinition, StepInput
from penstock.errors import InvariantViolationError
from penstock.execute.facts import RunFacts
from penstock.partitions.mapping import UpstreamPartitionsResult, infer_mapping, needed_upstream

_SHOWN = 3


def input_partitions(facts: RunFacts, step: StepDefinition, entry: StepInput) -> Sequence[str]:
    """Return the upstream partitions that a parameter stands for, in order.

    Raises:
        InvariantViolationError: Some that are needed do not exist.
    """
    graph, asset = facts.loaded.graph, entry.asset
    upstream = graph.node(asset).partitions if asset is not None and graph.has(asset) else None
    if upstream is None:
        return ()
    definition = facts.partitions_told(step)
    keys = facts.partition_keys(step)
    if not keys and definition is not None and step.is_op and facts.spec.partition is not None:
        keys = (facts.spec.partition,)
    result = needed_upstream(
        entry.mapping or infer_mapping(upstream, definition),
        keys or None,
        downstream_def=definition,
        upstream_def=upstream,
        now=None,
    )
    _check_complete(result, step=step, entry=entry, keys=keys)
    return list(result.partitions_subset)


def _check_complete(
    result: UpstreamPartitionsResult, *, step: StepDefinition, entry: StepInput, keys: Sequence[str]
) -> None:
    lacking = result.required_but_nonexistent_subset
    if lacking.is_empty:
        return
    more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    missing = listed(list(islice(lacking, _SHOWN))) + more
    made = f"'{keys[0]}'" if len(keys) == 1 else f"'{keys[0]}' to '{keys[-1]}'"
    raise InvariantViolationError(
        f"Partition {made} of step '{step.name}' takes partitions that asset '{entry.asset}' does "
        f"not have: {missing}. Wait until it has them, run another partition, or give the "
        "dependency a partition_mapping that does without them."
    )
