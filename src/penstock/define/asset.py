"""The decorator `asset`: one asset that a function makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, overload

from penstock.define.asset_inputs import (
    Function,
    checked_function,
    checked_policies,
    checked_self_dependency,
    decorated_key,
    hints_of,
    inputs_of,
    op_tags_of,
    output_type,
    own_checks,
    resource_keys_of,
    whole_deps,
)
from penstock.define.asset_ports import UNTYPED, AssetIn, condition_of
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.docstring import description_of
from penstock.define.signature import read_signature
from penstock.define.spec import (
    AssetCheckSpec,
    AssetSpec,
    CoercibleToAsset,
    CoercibleToDep,
)
from penstock.define.step import DEFAULT_IO_MANAGER, NO_VALUE, StepDefinition, StepOutput
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import FreshnessPolicy, LegacyFreshnessPolicy


@overload
def asset(compute_fn: Function) -> AssetsDefinition: ...


@overload
def asset(
    compute_fn: Function,
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    io_manager_def: object = None,
    io_manager_key: str | None = None,
    dagster_type: object = UNTYPED,
    partitions_def: PartitionsDefinition | None = None,
    op_tags: Mapping[str, object] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    key: CoercibleToAsset | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
    is_virtual: bool = False,
    compute_kind: str | None = None,
    non_argument_deps: Iterable[CoercibleToDep] | None = None,
    auto_materialize_policy: object = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
) -> AssetsDefinition: ...


@overload
def asset(
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    io_manager_def: object = None,
    io_manager_key: str | None = None,
    dagster_type: object = UNTYPED,
    partitions_def: PartitionsDefinition | None = None,
    op_tags: Mapping[str, object] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    key: CoercibleToAsset | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
    is_virtual: bool = False,
    compute_kind: str | None = None,
    non_argument_deps: Iterable[CoercibleToDep] | None = None,
    auto_materialize_policy: object = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
) -> Callable[[Function], AssetsDefinition]: ...


def asset(
    compute_fn: Function | None = None,
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    io_manager_def: object = None,
    io_manager_key: str | None = None,
    dagster_type: object = UNTYPED,
    partitions_def: PartitionsDefinition | None = None,
    op_tags: Mapping[str, object] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    key: CoercibleToAsset | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
    is_virtual: bool = False,
    compute_kind: str | None = None,
    non_argument_deps: Iterable[CoercibleToDep] | None = None,
    auto_materialize_policy: object = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
) -> AssetsDefinition | Callable[[Function], AssetsDefinition]:
    """Declare an asset that a function makes.

    The key is `key`, or `key_prefix` and `name`; the name is the function's if none is given. A
    parameter names an upstream asset whose value is loaded, unless it is the context (the first
    parameter), `config`, or annotated with a resource class.

    Args:
        compute_fn: The function, where the decorator is used bare.
        name: The last part of the key.
        key_prefix: Parts before the name.
        ins: How parameters find their upstream assets, where the names do not say it.
        deps: Upstream assets whose values are not loaded.
        metadata: Facts about the declaration; any Python value.
        tags: Text to text, for selections.
        description: What the asset is; the docstring if None.
        config_schema: The type of the config, where it is not annotated.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this asset alone.
        hooks: What is called when its step succeeds or fails.
        io_manager_def: The IO manager itself, in place of a key.
        io_manager_key: The resource that stores the value.
        dagster_type: What the value is checked against; the return annotation if not given.
        partitions_def: How the asset is split.
        op_tags: Facts about the step, for executors and people.
        group_name: The group it is shown in.
        output_required: False lets the function end without making the asset.
        automation_condition: When it is made without being asked for.
        freshness_policy: How old its data may be.
        backfill_policy: How many partitions one run may make; one if None.
        retry_policy: Whether and when a failed step is tried again.
        code_version: Changes when the meaning of the code does.
        key: The whole key; excludes `name` and `key_prefix`.
        check_specs: Checks that the function evaluates itself.
        owners: E-mail addresses, or team names as `team:x`.
        kinds: What it is made with.
        pool: The concurrency pool that its step takes a slot of.
        is_virtual: It holds no data of its own, like a view.
        compute_kind: An older form of `kinds`.
        non_argument_deps: An older form of `deps`.
        auto_materialize_policy: An older form of `automation_condition`.
        legacy_freshness_policy: An older form of `freshness_policy`.

    Raises:
        InvalidDefinitionError: The arguments contradict each other or a name is malformed.
        ParameterCheckError: An argument has the wrong type.

    Example:
        >>> @asset(group_name="raw")
        ... def orders() -> list[int]:
        ...     return [1, 2, 3]
        >>> orders.key
        AssetKey(['orders'])
    """

    def decorate(function: Function) -> AssetsDefinition:
        named = checked_function(function)
        asset_key = decorated_key(
            named, name=name, key=key, key_prefix=key_prefix, decorator="@asset"
        )
        owner = f"Asset '{asset_key}'"
        hints, signature = hints_of(function), read_signature(function)
        inputs = inputs_of(signature, ins, hints=hints, owner=owner)
        manager, resources = _manager(asset_key, io_manager_key, io_manager_def, resource_defs)
        text = description or (description_of(function) if function.__doc__ else None)
        spec = AssetSpec(
            asset_key,
            deps=whole_deps(inputs, deps or non_argument_deps, owner=owner),
            description=text,
            metadata=metadata,
            skippable=not output_required,
            group_name=DEFAULT_GROUP if group_name is None else group_name,
            code_version=code_version,
            automation_condition=condition_of(automation_condition, auto_materialize_policy),
            owners=owners,
            tags=tags,
            kinds=kinds,
            partitions_def=partitions_def,
            freshness_policy=freshness_policy,
            is_virtual=is_virtual,
            legacy_freshness_policy=legacy_freshness_policy,
        )
        checked_self_dependency(spec, partitions_def)
        keys = resource_keys_of(signature, required_resource_keys, resource_defs, owner=owner)
        step = StepDefinition(
            name=asset_key.to_python_identifier(),
            function=function,
            signature=signature,
            inputs=inputs,
            outputs=(_output(spec, manager, dagster_type, hints.get("return", NO_VALUE)),),
            checks=own_checks(check_specs, (asset_key,), owner=owner) if check_specs else (),
            resource_keys=keys,
            partitions=partitions_def,
            retry=retry_policy,
            backfill_policy=backfill_policy,
            pool=pool,
            config_schema=signature.config_schema if config_schema is None else config_schema,
            hooks=checked_policies(backfill_policy, retry_policy, hooks, owner=owner),
            tags=_tags(op_tags, compute_kind, kinds, owner),
            description=text,
            code_version=code_version,
        )
        return AssetsDefinition.of_step(step, resource_defs=resources)

    return decorate if compute_fn is None else decorate(compute_fn)


def _output(spec: AssetSpec, manager: str, declared: object, hint: object) -> StepOutput:
    value_type, is_nothing = output_type(declared, hint)
    return StepOutput(
        name="result",
        spec=spec,
        has_own_deps=True,
        manager=manager,
        returns_nothing=is_nothing,
        is_required=not spec.skippable,
        type=value_type,
        metadata=spec.metadata,
    )


def _tags(
    op_tags: Mapping[str, object] | None,
    compute_kind: str | None,
    kinds: Iterable[str] | None,
    owner: str,
) -> Mapping[str, str]:
    if compute_kind is not None and kinds is not None:
        raise InvalidDefinitionError(
            f"{owner} has both compute_kind and kinds. Put the kind among kinds, and leave "
            "compute_kind out."
        )
    return op_tags_of(op_tags, compute_kind, owner=owner)


def _manager(
    asset_key: AssetKey,
    key: str | None,
    definition: object,
    resource_defs: Mapping[str, object] | None,
) -> tuple[str, Mapping[str, object]]:
    """Return the key of the IO manager and the resources that come with the asset."""
    if definition is None:
        return key or DEFAULT_IO_MANAGER, resource_defs or {}
    if key is not None:
        raise ParameterCheckError(
            f"Asset '{asset_key}' names its IO manager twice, by io_manager_key and by "
            "io_manager_def. Keep one."
        )
    own = f"{asset_key.to_python_identifier()}__io_manager"
    return own, {**(resource_defs or {}), own: definition}
