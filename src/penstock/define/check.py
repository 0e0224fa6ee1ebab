"""The decorator `asset_check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from penstock.define.node import AssetChecksDefinition, NodeDefinition, NodeInput
from penstock.define.signature import read_signature
from penstock.define.spec import (
    AssetCheckSpec,
    AssetIn,
    CoercibleToAsset,
    CoercibleToDep,
    deps_of,
    key_of,
)
from penstock.errors import InvalidDefinitionError
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition


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
    retry_policy: RetryPolicy | None = None,
    metadata: Mapping[str, object] | None = None,
    pool: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> Callable[[Callable[..., object]], AssetChecksDefinition]:
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
        retry_policy: Whether and when a check that raised is tried again.
        metadata: Facts about the declaration.
        pool: The concurrency pool that its step takes a slot of.
        partitions_def: How the check is split; like its asset if None.

    Raises:
        InvalidDefinitionError: A name is malformed, or `additional_ins` names no parameter.
    """
    target = key_of(asset)

    def decorate(function: Callable[..., object]) -> AssetChecksDefinition:
        signature = read_signature(function)
        spec = AssetCheckSpec(
            name or function.__name__,
            asset=target,
            description=description or function.__doc__,
            blocking=blocking,
            metadata=metadata,
        )
        node = NodeDefinition(
            name=f"{target.to_python_identifier()}_{spec.name}",
            function=function,
            signature=signature,
            inputs=_inputs(spec, signature.inputs, additional_ins or {}),
            deps=deps_of([target, *(additional_deps or ())]),
            checks=(spec,),
            resource_keys=frozenset(required_resource_keys or ()).union(signature.resources),
            partitions=partitions_def,
            retry=retry_policy,
            pool=pool,
            is_check=True,
            config_schema=config_schema or signature.config,
        )
        return AssetChecksDefinition(node, resource_defs=resource_defs)

    return decorate


def _inputs(
    check: AssetCheckSpec, names: Sequence[str], ins: Mapping[str, AssetIn]
) -> tuple[NodeInput, ...]:
    for name in ins:
        if name not in names:
            raise InvalidDefinitionError(
                f"Check '{check.name}' of asset '{check.asset_key}' has additional_ins for "
                f"'{name}', which is not a parameter of its function."
            )
    return tuple(
        NodeInput(
            name=name,
            key=ins[name].resolve(name),
            mapping=ins[name].partition_mapping,
            manager=ins[name].input_manager_key,
            metadata=ins[name].metadata,
        )
        if name in ins
        else NodeInput(name=name, key=check.asset_key)
        for name in names
    )
