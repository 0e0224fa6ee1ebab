"""From definitions to a manifest: everything declared, without the callables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from penstock.automation.codec import encode_condition
from penstock.automation.condition import AutomationCondition
from penstock.base.codec import encode_sorted
from penstock.define.spec import AssetSpec, describe_spec
from penstock.define.step import StepDefinition, StepOutput
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode


def describe_step(step: StepDefinition) -> StepNode:
    """Return a unit of user code as a value of a manifest."""
    policy = step.backfill_policy
    return StepNode(
        name=step.name,
        retry=step.retry,
        pool=step.pool,
        can_subset=step.can_subset,
        single_run=policy is not None and policy.max_partitions_per_run is None,
        needs=step.needs,
        unit=step.unit,
        reads=tuple(i.asset for i in step.inputs if i.asset is not None) if step.unit else (),
        over=step.over,
        tags=tuple(step.tags.items()),
    )


def describe_node(
    node: StepDefinition,
) -> tuple[StepNode, list[AssetNode], list[CheckNode]]:
    """Return a unit of user code as the values of a manifest, with what it makes and checks."""
    assets = [
        _describe_output(node, output, output.spec)
        for output in node.outputs
        if output.spec is not None
    ]
    checks = [
        CheckNode(
            asset=check.asset_key,
            name=check.name,
            node=node.name,
            blocking=check.blocking,
            inline=not node.is_check,
            description=check.description,
        )
        for check in node.checks
    ]
    return describe_step(node), assets, checks


def describe_steps(steps: Iterable[StepDefinition]) -> Manifest:
    """Return units of user code as a manifest of their own."""
    described = [describe_node(step) for step in steps]
    return Manifest(
        location="",
        assets=tuple(asset for _, assets, _ in described for asset in assets),
        checks=tuple(check for _, _, checks in described for check in checks),
        nodes=tuple(step for step, _, _ in described),
    )


def _describe_output(node: StepDefinition, output: StepOutput, spec: AssetSpec) -> AssetNode:
    deps = {dep.asset_key: dep.partition_mapping for dep in spec.deps}
    for entry in () if output.has_own_deps or node.unit else node.inputs:
        if entry.asset is not None:
            # The mapping of `ins` wins over that of `deps`: the value is what is loaded by it.
            deps[entry.asset] = entry.mapping or deps.get(entry.asset)
    return describe_asset(
        spec,
        deps=[AssetDependency(key, mapping) for key, mapping in deps.items()],
        node=node.name,
        output=output.name,
        observed=node.observes,
    )


def describe_asset(
    spec: AssetSpec,
    *,
    deps: Iterable[AssetDependency] | None = None,
    node: str | None = None,
    output: str = "result",
    observed: bool = False,
) -> AssetNode:
    """Return a spec as a value of a manifest, with its condition and its freshness policy."""
    asset = describe_spec(spec, deps=deps, node=node, output=output, observed=observed)
    freshness = spec.freshness_policy
    if spec.automation_condition is None and freshness is None and not spec.is_virtual:
        return asset
    return msgspec.structs.replace(
        asset,
        automation=_encoded(spec.automation_condition) if spec.automation_condition else None,
        freshness=encode_sorted(freshness.spec()).decode() if freshness is not None else None,
        virtual=spec.is_virtual,
    )


@lru_cache(maxsize=1024)
def _encoded(condition: AutomationCondition) -> str:
    return encode_condition(condition).decode()


def missing_resource(node: StepDefinition, key: str, known: Iterable[str]) -> str:
    """Say that a unit asks for a resource that nobody provides."""
    what = _what(node)
    listed = ", ".join(f"'{k}'" for k in sorted(known)) or "none"
    return (
        f"Resource '{key}', which {what} requires, is missing. "
        f"Provided: {listed}. Add it to Definitions(resources={{'{key}': ...}})."
    )


def dangling_input(node: StepDefinition, parameter: str, key: AssetKey, near: str) -> str:
    """Say that a parameter names an asset that nobody declares."""
    return (
        f"Nothing declares asset '{key}', whose value parameter '{parameter}' of {_what(node)} "
        f"takes.{near} Declare the asset, or an AssetSpec if it is made elsewhere."
    )


def _what(node: StepDefinition) -> str:
    if node.is_check:
        return f"check '{node.checks[0].name}' of asset '{node.checks[0].asset_key}'"
    made = [output.spec.key for output in node.outputs if output.spec is not None]
    return f"asset '{made[0]}'" if made else f"'{node.name}'"
