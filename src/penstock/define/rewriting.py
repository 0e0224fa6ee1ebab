"""Steps and specs with other keys or attributes: what `with_attributes` and its kin do to them.

Pure functions from values to values. A key is replaced wherever it stands: in outputs, inputs,
dependencies and checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec.structs import replace

from penstock.base.text import listed
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.spec import AssetCheckSpec, AssetDep, AssetSpec
from penstock.define.step import StepDefinition
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.model.freshness import LegacyFreshnessPolicy

Renames = Mapping[AssetKey, AssetKey]
V = TypeVar("V")


def rename_deps(deps: Iterable[AssetDep], renames: Renames) -> list[AssetDep]:
    """Return dependencies on the renamed assets."""
    return [
        AssetDep(
            renames[dep.asset_key],
            partition_mapping=dep.partition_mapping,
            metadata=dep.metadata,
        )
        if dep.asset_key in renames
        else dep
        for dep in deps
    ]


def rename_spec(spec: AssetSpec, renames: Renames) -> AssetSpec:
    """Return a spec with its own key and those of its dependencies replaced."""
    if spec.key not in renames and not any(d.asset_key in renames for d in spec.deps):
        return spec
    return spec.replace_attributes(
        key=renames.get(spec.key, spec.key), deps=rename_deps(spec.deps, renames)
    )


def rename_check(check: AssetCheckSpec, renames: Renames) -> AssetCheckSpec:
    """Return a check of the renamed asset."""
    deps = check.additional_deps
    if check.asset_key not in renames and not any(d.asset_key in renames for d in deps):
        return check
    return check.replace_attributes(
        asset_key=renames.get(check.asset_key, check.asset_key),
        additional_deps=rename_deps(deps, renames),
    )


def rename_step(step: StepDefinition, renames: Renames) -> StepDefinition:
    """Return a step with keys replaced wherever they stand; it keeps its name."""
    if not renames:
        return step
    inputs = (
        replace(entry, asset=renames[entry.asset])
        if entry.asset is not None and entry.asset in renames
        else entry
        for entry in step.inputs
    )
    outputs = (
        output if output.spec is None else replace(output, spec=rename_spec(output.spec, renames))
        for output in step.outputs
    )
    return replace(
        step,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        deps=tuple(rename_deps(step.deps, renames)),
        checks=tuple(rename_check(check, renames) for check in step.checks),
    )


def change_specs(step: StepDefinition, change: Callable[[AssetSpec], AssetSpec]) -> StepDefinition:
    """Return a step with other specs on its outputs, which share their partitions with it."""
    outputs = tuple(
        output if output.spec is None else replace(output, spec=change(output.spec))
        for output in step.outputs
    )
    specs = [output.spec for output in outputs if output.spec is not None]
    split = [spec.partitions_def for spec in specs if spec.partitions_def is not None]
    if not specs:
        return step
    return replace(step, outputs=outputs, partitions=split[0] if split else None)


def change_checks(
    step: StepDefinition, metadata: Mapping[AssetCheckKey, Mapping[str, object]]
) -> StepDefinition:
    """Return a step whose checks have other metadata."""
    checks = tuple(
        check.with_metadata(metadata[check.key]) if check.key in metadata else check
        for check in step.checks
    )
    return replace(step, checks=checks)


def grouped(specs: Sequence[AssetSpec], groups: Mapping[AssetKey, str]) -> Renaming:
    """Return what puts assets into groups.

    Raises:
        InvalidDefinitionError: One of them is in another group already.
    """
    taken = [
        str(spec.key)
        for spec in specs
        if spec.group_name not in (None, DEFAULT_GROUP) and spec.key in groups
    ]
    if taken:
        raise InvalidDefinitionError(
            f"A group_name was given to assets that have one: {listed(taken)}. Leave the group out "
            "in one of the two places."
        )
    return _setter("group_name", groups)


Renaming = Callable[[AssetSpec], AssetSpec]


def _setter(attribute: str, values: Mapping[AssetKey, object]) -> Renaming:
    def change(spec: AssetSpec) -> AssetSpec:
        if spec.key not in values:
            return spec
        return spec.replace_attributes(**{attribute: values[spec.key]})

    return change


def tagged(tags: Mapping[AssetKey, Mapping[str, str]]) -> Renaming:
    """Return what replaces the tags of assets."""
    return _setter("tags", tags)


def with_metadata(metadata: Mapping[AssetKey, Mapping[str, object]]) -> Renaming:
    """Return what adds to the metadata of assets."""

    def change(spec: AssetSpec) -> AssetSpec:
        if spec.key not in metadata:
            return spec
        return spec.replace_attributes(metadata={**spec.metadata, **metadata[spec.key]})

    return change


def _by_key(value: V | Mapping[AssetKey, V], specs: Sequence[AssetSpec]) -> Mapping[AssetKey, V]:
    if isinstance(value, Mapping):
        return cast("Mapping[AssetKey, V]", value)
    return {spec.key: value for spec in specs}


def _refuse_existing(specs: Sequence[AssetSpec], attribute: str, keys: Iterable[AssetKey]) -> None:
    wanted = set(keys)
    taken = [str(s.key) for s in specs if s.key in wanted and getattr(s, attribute) is not None]
    if taken:
        raise InvalidDefinitionError(
            f"{attribute} was given to assets that have one: {listed(taken)}. Leave it out in one "
            "of the two places."
        )


def automated(
    specs: Sequence[AssetSpec],
    condition: AutomationCondition | Mapping[AssetKey, AutomationCondition],
) -> Renaming:
    """Return what gives assets an automation condition.

    Raises:
        InvalidDefinitionError: One of them has one already.
    """
    values = _by_key(condition, specs)
    _refuse_existing(specs, "automation_condition", values)
    return _setter("automation_condition", values)


def fresh(
    specs: Sequence[AssetSpec],
    policy: LegacyFreshnessPolicy | Mapping[AssetKey, LegacyFreshnessPolicy],
) -> Renaming:
    """Return what gives assets an older freshness policy.

    Raises:
        InvalidDefinitionError: One of them has one already.
    """
    values = _by_key(policy, specs)
    _refuse_existing(specs, "legacy_freshness_policy", values)
    return _setter("legacy_freshness_policy", values)


def mapped(
    change: Callable[[AssetSpec], AssetSpec], arguments: Iterable[AssetKey]
) -> Callable[[AssetSpec], AssetSpec]:
    """Return a user's function on specs, with what it must not change held against it.

    Args:
        change: The function.
        arguments: The upstream assets whose values the body receives.
    """
    needed = set(arguments)

    def checked(spec: AssetSpec) -> AssetSpec:
        changed = change(spec)
        if not isinstance(changed, AssetSpec):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ParameterCheckError(
                f"The function given to map_asset_specs returned {changed!r} for '{spec.key}'. It "
                "must return an AssetSpec."
            )
        if changed.key != spec.key:
            raise InvalidDefinitionError(
                f"The function given to map_asset_specs gave asset '{spec.key}' the key "
                f"'{changed.key}'. It may change all else, but must keep the key."
            )
        kept = {dep.asset_key for dep in changed.deps}
        lost = sorted(d.asset_key for d in spec.deps if d.asset_key in needed - kept)
        if lost:
            raise ParameterCheckError(
                f"The function given to map_asset_specs dropped '{lost[0]}' from the deps of asset "
                f"'{spec.key}', whose function takes its value as an argument. Keep it in deps."
            )
        return changed

    return checked
