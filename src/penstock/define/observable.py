"""Decorators of functions that look at assets which are made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, overload

from penstock.define.asset_inputs import (
    Function,
    checked_function,
    decorated_key,
    own_checks,
    resource_keys_of,
)
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.attributes import checked_name
from penstock.define.docstring import description_of
from penstock.define.multi_asset import Common, finished
from penstock.define.signature import read_signature
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetCheckSpec, AssetSpec, CoercibleToAsset
from penstock.define.step import StepDefinition, StepOutput
from penstock.errors import InvalidDefinitionError
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import LegacyFreshnessPolicy


@overload
def observable_source_asset(observe_fn: Function) -> SourceAsset: ...


@overload
def observable_source_asset(
    *,
    key: CoercibleToAsset | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    auto_observe_interval_minutes: float | None = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
) -> Callable[[Function], SourceAsset]: ...


def observable_source_asset(
    observe_fn: Function | None = None,
    *,
    key: CoercibleToAsset | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    auto_observe_interval_minutes: float | None = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
) -> SourceAsset | Callable[[Function], SourceAsset]:
    """Declare an asset that is made elsewhere and that a function looks at.

    The function returns a `DataVersion`, `DataVersionsByPartition` or an `ObserveResult`.

    Args:
        observe_fn: The function, where the decorator is used bare.
        key: The whole key; excludes `name` and `key_prefix`.
        name: The last part of the key; the function's name if None.
        key_prefix: Parts before the name.
        metadata: Facts about the declaration.
        io_manager_key: The resource that loads the value.
        io_manager_def: The IO manager itself, in place of a key.
        description: What it is; the docstring if None.
        group_name: The group it is shown in.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this asset alone.
        partitions_def: How it is split.
        automation_condition: When it is observed without being asked for.
        op_tags: Facts about the observing step.
        tags: Text to text, for selections.
        hooks: What is called when its step succeeds or fails.
        auto_observe_interval_minutes: How often it is observed.
        legacy_freshness_policy: How old its data may be, in the older form.

    Raises:
        InvalidDefinitionError: The arguments contradict each other or a name is malformed.
    """

    def decorate(function: Function) -> SourceAsset:
        return SourceAsset(
            decorated_key(
                checked_function(function),
                name=name,
                key=key,
                key_prefix=key_prefix,
                decorator="@observable_source_asset",
            ),
            metadata=metadata,
            io_manager_key=io_manager_key,
            io_manager_def=io_manager_def,
            description=description or description_of(function),
            partitions_def=partitions_def,
            group_name=group_name,
            resource_defs=resource_defs,
            observe_fn=function,
            op_tags=op_tags,
            auto_observe_interval_minutes=auto_observe_interval_minutes,
            legacy_freshness_policy=legacy_freshness_policy,
            automation_condition=automation_condition,
            tags=tags,
            required_resource_keys=required_resource_keys,
            hooks=hooks,
        )

    return decorate if observe_fn is None else decorate(observe_fn)


def multi_observable_source_asset(
    *,
    specs: Sequence[AssetSpec],
    name: str | None = None,
    description: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    can_subset: bool = False,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    group_name: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
) -> Callable[[Function], AssetsDefinition]:
    """Declare assets that are made elsewhere and that one function looks at.

    The function yields an `ObserveResult` for each of the assets that it looked at.

    Args:
        specs: The assets.
        name: The name of the step; the function's if None.
        description: What the function does; the docstring if None.
        partitions_def: How the assets are split.
        can_subset: Whether some can be observed without the others.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this function alone.
        group_name: The group of the assets, none of which may name another.
        check_specs: Checks that the function evaluates itself.

    Raises:
        InvalidDefinitionError: The function takes inputs.
    """

    def decorate(function: Function) -> AssetsDefinition:
        step_name = checked_name(name or checked_function(function).__name__)
        owner = f"multi_observable_source_asset '{step_name}'"
        signature = read_signature(function)
        if signature.inputs:
            raise InvalidDefinitionError(
                f"{owner}: the observing function takes '{signature.inputs[0]}', but assets that "
                "are made elsewhere have no inputs. Take the context and resources only."
            )
        common = Common(owner, None, partitions_def, group_name, None)
        outputs = tuple(
            StepOutput(
                name=spec.key.to_python_identifier(),
                spec=finished(spec.replace_attributes(skippable=True), common),
                has_own_deps=True,
                returns_nothing=True,
                is_required=False,
            )
            for spec in specs
        )
        checks = own_checks(check_specs or (), [spec.key for spec in specs], owner=owner)
        step = StepDefinition(
            name=step_name,
            function=function,
            signature=signature,
            outputs=outputs,
            checks=checks,
            resource_keys=resource_keys_of(
                signature, required_resource_keys, resource_defs, owner=owner
            ),
            partitions=partitions_def,
            can_subset=can_subset,
            config_schema=signature.config_schema,
            observes=True,
            description=description or description_of(function),
        )
        return AssetsDefinition.of_step(step, resource_defs=resource_defs)

    return decorate
