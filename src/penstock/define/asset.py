"""The decorators `asset` and `multi_asset`."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import overload

from penstock.define.node import (
    DEFAULT_IO_MANAGER,
    AssetsDefinition,
    NodeDefinition,
    NodeInput,
    NodeOutput,
)
from penstock.define.result import MaterializeResult
from penstock.define.signature import Signature, read_signature
from penstock.define.spec import (
    AssetCheckSpec,
    AssetDep,
    AssetIn,
    AssetOut,
    AssetSpec,
    CoercibleToAsset,
    CoercibleToDep,
    checked_name,
    deps_of,
    key_of,
)
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition

Function = Callable[..., object]


@overload
def asset(compute_fn: Function) -> AssetsDefinition: ...


@overload
def asset(
    *,
    name: str | None = None,
    key: CoercibleToAsset | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    partitions_def: PartitionsDefinition | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
) -> Callable[[Function], AssetsDefinition]: ...


def asset(
    compute_fn: Function | None = None,
    *,
    name: str | None = None,
    key: CoercibleToAsset | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    partitions_def: PartitionsDefinition | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
) -> AssetsDefinition | Callable[[Function], AssetsDefinition]:
    """Declare an asset that a function makes.

    The key is `key`, or `key_prefix` and `name`; the name is the function's if none is given. A
    parameter names an upstream asset whose value is loaded, unless it is the context (the first
    parameter), `config`, or annotated with a resource class.

    Args:
        compute_fn: The function, where the decorator is used bare.
        name: The last part of the key.
        key: The whole key; excludes `name` and `key_prefix`.
        key_prefix: Parts before the name.
        ins: How parameters find their upstream assets, where the names do not say it.
        deps: Upstream assets whose values are not loaded.
        metadata: Facts about the declaration; any Python value.
        tags: Text to text, for selections.
        description: What the asset is; the docstring if None.
        config_schema: The type of the config, where it is not annotated.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this asset alone.
        io_manager_key: The resource that stores the value.
        io_manager_def: The IO manager itself, in place of a key.
        partitions_def: How the asset is split.
        group_name: The group it is shown in.
        output_required: False lets the function end without making the asset.
        backfill_policy: How many partitions one run may make; one if None.
        retry_policy: Whether and when a failed step is tried again.
        code_version: Changes when the meaning of the code does.
        check_specs: Checks that the function evaluates itself.
        owners: E-mail addresses, or team names as `team:x`.
        kinds: What it is made with.
        pool: The concurrency pool that its step takes a slot of.

    Raises:
        InvalidDefinitionError: The arguments contradict each other or a name is malformed.

    Example:
        >>> @asset(group_name="raw")
        ... def orders() -> list[int]:
        ...     return [1, 2, 3]
        >>> orders.key
        AssetKey(['orders'])
    """

    def decorate(function: Function) -> AssetsDefinition:
        asset_key = _key_of(function, name=name, key=key, key_prefix=key_prefix)
        signature = read_signature(function, nothing_types=(MaterializeResult,))
        prefix = asset_key.parts[:-1] if key_prefix is not None else ()
        inputs = _inputs(signature, ins or {}, owner=f"Asset '{asset_key}'", default_prefix=prefix)
        if io_manager_def is not None and io_manager_key is not None:
            raise InvalidDefinitionError(
                f"Asset '{asset_key}' has both io_manager_key and io_manager_def. Keep one."
            )
        own = dict(resource_defs or {})
        manager = io_manager_key or DEFAULT_IO_MANAGER
        if io_manager_def is not None:
            manager = f"{asset_key.to_python_identifier()}__io_manager"
            own[manager] = io_manager_def
        spec = AssetSpec(
            asset_key,
            deps=deps,
            description=description or function.__doc__,
            metadata=metadata,
            skippable=not output_required,
            group_name=group_name,
            code_version=code_version,
            owners=owners,
            tags=tags,
            kinds=kinds,
            partitions_def=partitions_def,
        )
        node = NodeDefinition(
            name=asset_key.to_python_identifier(),
            function=function,
            signature=signature,
            inputs=inputs,
            outputs=(
                NodeOutput(
                    name="result",
                    spec=spec,
                    manager=manager,
                    returns_nothing=signature.returns_nothing,
                ),
            ),
            deps=spec.deps,
            checks=tuple(check_specs or ()),
            resource_keys=frozenset(required_resource_keys or ()).union(signature.resources),
            partitions=partitions_def,
            retry=retry_policy,
            backfill_policy=backfill_policy,
            pool=pool,
            config_schema=config_schema or signature.config,
        )
        return AssetsDefinition(node, resource_defs=own)

    return decorate if compute_fn is None else decorate(compute_fn)


def multi_asset(
    *,
    outs: Mapping[str, AssetOut] | None = None,
    specs: Sequence[AssetSpec] | None = None,
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    can_subset: bool = False,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    group_name: str | None = None,
    code_version: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
) -> Callable[[Function], AssetsDefinition]:
    """Declare several assets that one function makes.

    With `specs`, an asset that the body does not mention counts as made unless it is skippable;
    with `outs`, the body must produce each required output.

    Args:
        outs: The assets by output name; excludes `specs`.
        specs: The assets; no values are passed on.
        name: The name of the step; the function's if None.
        ins: How parameters find their upstream assets, where the names do not say it.
        deps: Upstream assets of each of the assets, whose values are not loaded.
        description: What the function does; the assets have descriptions of their own.
        config_schema: The type of the config, where it is not annotated.
        required_resource_keys: Resources for `context.resources`.
        resource_defs: Resources of this function alone.
        internal_asset_deps: For each output, the assets that it depends on, some of which may be
            made by the function itself.
        partitions_def: How the assets are split.
        can_subset: Whether some can be made without the others; `context.selected_asset_keys`
            says which.
        backfill_policy: How many partitions one run may make; one if None.
        retry_policy: Whether and when a failed step is tried again.
        group_name: The group of the assets, none of which may name another.
        code_version: The version of the assets that name none.
        check_specs: Checks that the function evaluates itself.
        pool: The concurrency pool that its step takes a slot of.

    Raises:
        InvalidDefinitionError: Both or neither of `outs` and `specs`, or a malformed name.
    """
    if (outs is None) == (specs is None):
        raise InvalidDefinitionError("multi_asset needs either outs= or specs=.")

    def decorate(function: Function) -> AssetsDefinition:
        node_name = checked_name(name or function.__name__)
        signature = read_signature(function, nothing_types=(MaterializeResult,))
        inputs = _inputs(signature, ins or {}, owner=f"multi_asset '{node_name}'")
        common = deps_of(deps or ())
        outputs = [
            NodeOutput(
                name=out_name,
                spec=_finish(spec, partitions_def, group_name, code_version),
                manager=manager,
                returns_nothing=nothing,
            )
            for out_name, spec, manager, nothing in _outputs(
                outs, specs, common, internal_asset_deps or {}
            )
        ]
        node = NodeDefinition(
            name=node_name,
            function=function,
            signature=signature,
            inputs=inputs,
            outputs=tuple(outputs),
            deps=common,
            checks=tuple(check_specs or ()),
            resource_keys=frozenset(required_resource_keys or ()).union(signature.resources),
            partitions=partitions_def or outputs[0].spec.partitions_def if outputs else None,
            retry=retry_policy,
            backfill_policy=backfill_policy,
            can_subset=can_subset,
            pool=pool,
            emits_implicitly=specs is not None,
            config_schema=config_schema or signature.config,
        )
        return AssetsDefinition(node, resource_defs=resource_defs)

    return decorate


def _outputs(
    outs: Mapping[str, AssetOut] | None,
    specs: Sequence[AssetSpec] | None,
    common: tuple[AssetDep, ...],
    internal: Mapping[str, set[AssetKey]],
) -> Iterable[tuple[str, AssetSpec, str, bool]]:
    if specs is not None:
        for spec in specs:
            merged = spec.merge_attributes(deps=[d for d in common if d not in spec.deps])
            yield spec.key.to_python_identifier(), merged if common else spec, "io_manager", True
        return
    for out_name, out in (outs or {}).items():
        wanted = internal.get(out_name)
        deps = common if wanted is None else deps_of(sorted(wanted))
        yield out_name, out.to_spec(out_name, deps=deps), out.io_manager_key, False


def _finish(
    spec: AssetSpec,
    partitions: PartitionsDefinition | None,
    group: str | None,
    code_version: str | None,
) -> AssetSpec:
    if group is not None and spec.group_name is not None:
        raise InvalidDefinitionError(
            f"Asset '{spec.key}' has group '{spec.group_name}', and its multi_asset has group "
            f"'{group}'. Keep one."
        )
    changes: dict[str, object] = {}
    if partitions is not None:
        changes["partitions_def"] = partitions
    if group is not None:
        changes["group_name"] = group
    if code_version is not None and spec.code_version is None:
        changes["code_version"] = code_version
    return spec.replace_attributes(**changes) if changes else spec


def _key_of(
    function: Function,
    *,
    name: str | None,
    key: CoercibleToAsset | None,
    key_prefix: str | Sequence[str] | None,
) -> AssetKey:
    if key is not None:
        if name is not None or key_prefix is not None:
            raise InvalidDefinitionError(
                f"Asset '{key_of(key)}' has key together with name or key_prefix. Keep the key."
            )
        return key_of(key)
    last = name or function.__name__
    if last == "<lambda>" or keyword.iskeyword(last):
        raise InvalidDefinitionError(f"'{last}' cannot name an asset. Give name=... to it.")
    checked_name(last)
    if key_prefix is None:
        return AssetKey(last)
    prefix = [key_prefix] if isinstance(key_prefix, str) else list(key_prefix)
    return AssetKey([*(checked_name(part) for part in prefix), last])


def _inputs(
    signature: Signature,
    ins: Mapping[str, AssetIn],
    *,
    owner: str,
    default_prefix: Sequence[str] = (),
) -> tuple[NodeInput, ...]:
    names = list(signature.inputs)
    unknown = [n for n in ins if n not in names]
    if unknown and not signature.takes_any:
        raise InvalidDefinitionError(
            f"{owner} has ins for '{unknown[0]}', which is not a parameter of its function."
        )
    found: list[NodeInput] = []
    for name in [*names, *unknown]:
        declared = ins.get(name)
        if declared is None:
            found.append(NodeInput(name=name, key=AssetKey([*default_prefix, name])))
            continue
        found.append(
            NodeInput(
                name=name,
                key=declared.resolve(name, default_prefix=default_prefix),
                mapping=declared.partition_mapping,
                manager=declared.input_manager_key,
                metadata=declared.metadata,
            )
        )
    return tuple(found)
