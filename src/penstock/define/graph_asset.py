"""The decorators `graph_asset` and `graph_multi_asset`: assets that several ops make together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, overload

from penstock.define.asset_inputs import Function, checked_function, decorated_key
from penstock.define.asset_nodes import Placement, steps_of_node
from penstock.define.asset_ports import AssetIn, AssetOut, condition_of
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.docstring import description_of
from penstock.define.graph import GraphConfig, GraphDefinition, graph_of
from penstock.define.multi_asset import Common, finished
from penstock.define.ports import DEFAULT_OUTPUT, GraphIn, GraphOut
from penstock.define.spec import AssetCheckSpec, AssetDep, AssetSpec, CoercibleToAsset
from penstock.model.keys import AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import FreshnessPolicy, LegacyFreshnessPolicy


@overload
def graph_asset(compose_fn: Function) -> AssetsDefinition: ...


@overload
def graph_asset(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    config: GraphConfig | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    key: CoercibleToAsset | None = None,
    kinds: Iterable[str] | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> Callable[[Function], AssetsDefinition]: ...


def graph_asset(
    compose_fn: Function | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    config: GraphConfig | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    key: CoercibleToAsset | None = None,
    kinds: Iterable[str] | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> AssetsDefinition | Callable[[Function], AssetsDefinition]:
    """Declare an asset that a graph of ops makes.

    The body of the function connects ops, as that of `@graph` does, and returns the output of one
    of them: its value is the asset's. Parameters name upstream assets.

    Args:
        compose_fn: The function, where the decorator is used bare.
        name: The last part of the key.
        description: What the asset is; the docstring if None.
        ins: How parameters find their upstream assets, where the names do not say it.
        config: How config of the graph becomes that of its ops; a mapping is fixed config.
        key_prefix: Parts before the name.
        group_name: The group it is shown in.
        partitions_def: How the asset is split.
        hooks: What is called when one of its steps succeeds or fails.
        metadata: Facts about the declaration.
        tags: Text to text, for selections.
        owners: E-mail addresses, or team names as `team:x`.
        automation_condition: When it is made without being asked for.
        backfill_policy: How many partitions one run may make; one if None.
        resource_defs: Resources of this asset alone.
        check_specs: Checks that the graph evaluates itself.
        code_version: Changes when the meaning of the code does.
        key: The whole key; excludes `name` and `key_prefix`.
        kinds: What it is made with.
        freshness_policy: How old its data may be.
        legacy_freshness_policy: An older form of `freshness_policy`.
        auto_materialize_policy: An older form of `automation_condition`.

    Raises:
        InvalidDefinitionError: The arguments contradict each other or a name is malformed.
        ParameterCheckError: An op of the graph leads to no output.
    """

    def decorate(function: Function) -> AssetsDefinition:
        asset_key = decorated_key(
            checked_function(function),
            name=name,
            key=key,
            key_prefix=key_prefix,
            decorator="@graph_asset",
        )
        checks = tuple(check_specs or ())
        text = description or description_of(function)
        graph = _graph_of(
            function,
            name=asset_key.to_python_identifier(),
            description=text,
            ins=ins or {},
            outputs=(DEFAULT_OUTPUT,) if checks else None,
            checks=checks,
            config=config,
        )
        inputs, mappings = _inputs_of(graph, ins or {})
        spec = AssetSpec(
            asset_key,
            deps=_deps(inputs.values(), mappings),
            description=text,
            metadata=metadata,
            group_name=DEFAULT_GROUP if group_name is None else group_name,
            code_version=code_version,
            automation_condition=condition_of(automation_condition, auto_materialize_policy),
            owners=owners,
            tags=tags,
            kinds=kinds,
            partitions_def=partitions_def,
            freshness_policy=freshness_policy,
            legacy_freshness_policy=legacy_freshness_policy,
        )
        placement = Placement(
            specs=(spec,),
            inputs=inputs,
            outputs={DEFAULT_OUTPUT: asset_key},
            partitions=partitions_def,
            mappings=mappings,
            backfill_policy=backfill_policy,
            checks=checks,
            hooks=frozenset(hooks or ()),
        )
        steps, node = steps_of_node(graph, placement)
        return AssetsDefinition.of_node(steps, node=node, resource_defs=resource_defs)

    return decorate if compose_fn is None else decorate(compose_fn)


def graph_multi_asset(
    *,
    outs: Mapping[str, AssetOut],
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    group_name: str | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    config: GraphConfig | None = None,
) -> Callable[[Function], AssetsDefinition]:
    """Declare assets that a graph of ops makes, one for each of its outputs.

    Args:
        outs: The assets by output name, in the order in which a tuple is returned.
        name: The name of the graph; the function's if None.
        ins: How parameters find their upstream assets, where the names do not say it.
        partitions_def: How the assets are split.
        hooks: What is called when one of its steps succeeds or fails.
        backfill_policy: How many partitions one run may make; one if None.
        group_name: The group of the assets, none of which may name another.
        can_subset: Whether some can be made without the others.
        resource_defs: Resources of this graph alone.
        check_specs: Checks that the graph evaluates itself.
        config: How config of the graph becomes that of its ops; a mapping is fixed config.

    Raises:
        InvalidDefinitionError: The arguments contradict each other or a name is malformed.
        ParameterCheckError: An op of the graph leads to no output.
    """

    def decorate(function: Function) -> AssetsDefinition:
        known_as = name or checked_function(function).__name__
        checks = tuple(check_specs or ())
        graph = _graph_of(
            function,
            name=known_as,
            description=description_of(function),
            ins=ins or {},
            outputs=tuple(outs),
            checks=checks,
            config=config,
        )
        inputs, mappings = _inputs_of(graph, ins or {})
        deps = _deps(inputs.values(), mappings)
        owner = f"graph_multi_asset '{known_as}'"
        common = Common(owner, graph.description, partitions_def, group_name, None)
        specs = {n: finished(out.to_spec(n, deps=deps), common) for n, out in outs.items()}
        placement = Placement(
            specs=tuple(specs.values()),
            inputs=inputs,
            outputs={out_name: spec.key for out_name, spec in specs.items()},
            partitions=partitions_def,
            mappings=mappings,
            can_subset=can_subset,
            backfill_policy=backfill_policy,
            checks=checks,
            hooks=frozenset(hooks or ()),
        )
        steps, node = steps_of_node(graph, placement)
        return AssetsDefinition.of_node(steps, node=node, resource_defs=resource_defs)

    return decorate


def _graph_of(
    function: Function,
    *,
    name: str,
    description: str | None,
    ins: Mapping[str, AssetIn],
    outputs: Sequence[str] | None,
    checks: Sequence[AssetCheckSpec],
    config: GraphConfig | None,
) -> GraphDefinition:
    names = None
    if outputs is not None:
        names = (*outputs, *(check.get_python_identifier() for check in checks))
    return graph_of(
        function,
        decorator="graph_asset",
        name=name,
        description=description,
        ins={input_name: GraphIn() for input_name in ins},
        out=None if names is None else {output: GraphOut() for output in names},
        tags=None,
        config=config,
    )


def _inputs_of(
    graph: GraphDefinition, ins: Mapping[str, AssetIn]
) -> tuple[dict[str, AssetKey], dict[AssetKey, PartitionMapping]]:
    """Return the upstream assets by input, and their partition mappings where there are some."""
    keys = {d.name: AssetKey(d.name) for d in graph.input_defs}
    mappings: dict[AssetKey, PartitionMapping] = {}
    for name, declared in ins.items():
        keys[name] = declared.resolve(name)
        if declared.partition_mapping is not None:
            mappings[keys[name]] = declared.partition_mapping
    return keys, mappings


def _deps(
    keys: Iterable[AssetKey], mappings: Mapping[AssetKey, PartitionMapping]
) -> list[AssetDep]:
    return [AssetDep(key, partition_mapping=mappings.get(key)) for key in dict.fromkeys(keys)]
