"""Which conditions and freshness policies definitions carry, by asset and check."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.automation.condition import AutomationCondition
from penstock.automation.subset import EntityKey
from penstock.define.loaded import LoadedDefinitions
from penstock.define.spec import AssetSpec
from penstock.model.freshness import FreshnessPolicy
from penstock.model.keys import AssetKey


def conditions_of(loaded: LoadedDefinitions) -> dict[EntityKey, AutomationCondition]:
    """Return the automation conditions by asset and check."""
    found: dict[EntityKey, AutomationCondition] = {
        spec.key: spec.automation_condition
        for spec in _specs(loaded)
        if spec.automation_condition is not None
    }
    for node in loaded.nodes.values():
        for check in node.checks:
            if check.automation_condition is not None:
                found[check.key] = check.automation_condition
    return found


def freshness_policies_of(loaded: LoadedDefinitions) -> dict[AssetKey, FreshnessPolicy]:
    """Return the freshness policies by asset."""
    policies = ((s.key, s.freshness_policy or s.legacy_freshness_policy) for s in _specs(loaded))
    return {key: policy for key, policy in policies if policy is not None}


def _specs(loaded: LoadedDefinitions) -> Iterator[AssetSpec]:
    for thing in loaded.declared:
        if isinstance(thing, AssetSpec):
            yield thing
    for node in loaded.nodes.values():
        for output in node.outputs:
            if output.spec is not None:
                yield output.spec
