"""The decorator `asset_check`: one check in a step of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from penstock.base.text import listed
from penstock.define.asset_inputs import (
    Function,
    checked_function,
    hints_of,
    inputs_of,
    op_tags_of,
    resource_keys_of,
)
from penstock.define.asset_ports import AssetIn
from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.attributes import checked_type
from penstock.define.docstring import description_of
from penstock.define.signature import read_signature
from penstock.define.spec import (
    AssetCheckSpec,
    AssetDep,
    CoercibleToAsset,
    CoercibleToDep,
    deps_of,
    key_of,
)
from penstock.define.step import StepDefinition, StepInput
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition


def asset_check(
    *,
    asset: CoercibleToAsset,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    additional_ins: Mapping[str, AssetIn] | None = None,
    additional_deps: Iterable[CoercibleToDep] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config_schema: object = None,
    compute_kind: str | None = None,
    op_tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    metadata: Mapping[str, object] | None = None,
    automation_condition: AutomationCondition | None = None,
    pool: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> Callable[[Function], AssetChecksDefinition]:
    """Declare a check of an asset that a function evaluates in a step of its own.

    The step runs after the asset in the same run. A parameter other than the context, `config` and
    resources receives the asset's value. The function returns an `AssetCheckResult`, or a bool.

    Args:
        asset: The asset that it looks at.
        name: Unique among the checks of the asset; the function's name if None.
        description: What it looks for; the docstring if None.
        blocking: A failure with severity ERROR keeps what depends on the asset from running.
        additional_ins: Parameters that receive values of other assets.
        additional_deps: Other assets that it waits for.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this check alone.
        config_schema: The type of the config, where it is not annotated.
        compute_kind: What it is evaluated with.
        op_tags: Facts about the step, for executors and people.
        retry_policy: Whether and when a check that raised is tried again.
        metadata: Facts about the declaration.
        automation_condition: When it is evaluated without being asked for.
        pool: The concurrency pool that its step takes a slot of.
        partitions_def: How the check is split; like its asset if None.

    Raises:
        InvalidDefinitionError: A name is malformed, or parameters and assets do not fit.

    Example:
        >>> @asset_check(asset="orders")
        ... def has_rows(orders: list[int]) -> bool:
        ...     return len(orders) > 0
        >>> has_rows.check_key.to_user_string()
        'orders:has_rows'
    """
    target = key_of(asset)

    def decorate(function: Function) -> AssetChecksDefinition:
        known_as = name or checked_function(function).__name__
        owner = f"Check '{known_as}' of asset '{target}'"
        checked_type(blocking, bool, argument="blocking", of=owner)
        extra = deps_of(additional_deps or ())
        ins = _all_ins(target, additional_ins or {}, extra, owner)
        signature = read_signature(function)
        text = description or description_of(function)
        spec = AssetCheckSpec(
            known_as,
            asset=target,
            description=text,
            additional_deps=[
                *extra,
                *(_dep(n, each) for n, each in (additional_ins or {}).items()),
            ],
            blocking=blocking,
            metadata=metadata,
            automation_condition=automation_condition,
            partitions_def=partitions_def,
        )
        ins = _with_target(target, ins, signature.inputs, owner)
        inputs = inputs_of(signature, ins, hints=hints_of(function), owner=owner)
        step = StepDefinition(
            name=spec.get_python_identifier(),
            function=function,
            signature=signature,
            inputs=inputs,
            deps=check_deps((spec,), inputs),
            checks=(spec,),
            resource_keys=resource_keys_of(
                signature, required_resource_keys, resource_defs, owner=owner
            ),
            partitions=partitions_def,
            retry=retry_policy,
            pool=pool,
            is_check=True,
            config_schema=signature.config_schema if config_schema is None else config_schema,
            tags=op_tags_of(op_tags, compute_kind, owner=owner),
            description=text,
        )
        return AssetChecksDefinition.of_step(step, resource_defs=resource_defs)

    return decorate


def _dep(parameter: str, declared: AssetIn) -> AssetDep:
    return AssetDep(declared.resolve(parameter), partition_mapping=declared.partition_mapping)


def _all_ins(
    target: AssetKey, ins: Mapping[str, AssetIn], deps: Sequence[AssetDep], owner: str
) -> Mapping[str, AssetIn]:
    for where, keys in (
        ("additional_deps", [dep.asset_key for dep in deps]),
        ("additional_ins", [declared.resolve(name) for name, declared in ins.items()]),
    ):
        if target in keys:
            raise InvalidDefinitionError(
                f"{owner}: `{where}` lists '{target}' too, the very asset of the check. Remove it "
                "from there: the check runs after it anyway."
            )
    return ins


def _with_target(
    target: AssetKey, ins: Mapping[str, AssetIn], parameters: Sequence[str], owner: str
) -> Mapping[str, AssetIn]:
    """Return the inputs with the parameter that receives the asset's own value among them."""
    for name in ins:
        if name not in parameters:
            raise InvalidDefinitionError(
                f"{owner}: its function takes no parameter '{name}', for which additional_ins has "
                "an entry. Add the parameter, or remove the entry."
            )
    left = [name for name in parameters if name not in ins]
    if len(left) > 1:
        raise InvalidDefinitionError(
            f"{owner}: its function takes {listed(left)}, but only one parameter can receive the "
            "value of the checked asset. Say in additional_ins which assets the others are for."
        )
    return {**ins, **{name: AssetIn(target) for name in left}}


def check_deps(
    specs: Sequence[AssetCheckSpec], inputs: Sequence[StepInput]
) -> tuple[AssetDep, ...]:
    """Return every asset that a step of checks waits for, those of its inputs included."""
    found: dict[AssetKey, AssetDep] = {}
    for spec in specs:
        found.setdefault(spec.asset_key, AssetDep(spec.asset_key))
        for dep in spec.additional_deps:
            found.setdefault(dep.asset_key, dep)
    for entry in inputs:
        if entry.asset is not None:
            found.setdefault(entry.asset, AssetDep(entry.asset, partition_mapping=entry.mapping))
    return tuple(found.values())
