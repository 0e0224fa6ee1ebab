"""`AssetsDefinition` and `AssetChecksDefinition`: the public faces of code that makes assets.

A definition holds the steps that are executed, or specs alone for assets that are made elsewhere.
What can be asked of it is in `declared`; how steps come about is in `asset`, `multi_asset` and
`asset_nodes`. Refuses to know how steps are run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

import msgspec

from penstock.define import asset_nodes
from penstock.define.asset_op import op_of
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.composition import current
from penstock.define.context import OpExecutionContext
from penstock.define.declared import BackingNode, Subset
from penstock.define.derived import DerivableAssets
from penstock.define.op import OpDefinition
from penstock.define.op_call import call_op
from penstock.define.source_asset import SourceAsset, source_of
from penstock.define.spec import AssetCheckSpec, AssetSpec, CoercibleToAsset, key_of
from penstock.define.step import StepDefinition
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.dependency import NodeDefinition
    from penstock.define.graph import GraphDefinition
    from penstock.define.hook import HookDefinition


class AssetExecutionType(Enum):
    """What running the code of assets does."""

    OBSERVATION = "OBSERVATION"
    MATERIALIZATION = "MATERIALIZATION"
    UNEXECUTABLE = "UNEXECUTABLE"


class AssetsDefinition(DerivableAssets):
    """The assets that one function or graph makes, or that are made elsewhere.

    Most are made by `@asset` and its kin. Calling one calls its function. Two definitions are equal
    only if they are the same object.

    Args:
        specs: The assets, where nothing here makes them, or what is declared of those that do.
        node_def: The op or graph that makes them.
        keys_by_input_name: The upstream assets by input name; the names are the keys if None.
        keys_by_output_name: The assets by output name; the names are the keys if None.
        partitions_def: How the assets are split.
        partition_mappings: How partitions correspond, by upstream asset.
        asset_deps: What each asset depends on; all that is read if None.
        can_subset: Whether some can be made without the others.
        resource_defs: Resources of this definition alone.
        group_names_by_key: The groups by asset.
        metadata_by_key: The metadata by asset.
        tags_by_key: The tags by asset.
        descriptions_by_key: The descriptions by asset.
        owners_by_key: The owners by asset.
        backfill_policy: How many partitions one run may make; one if None.
        check_specs: Checks that the op or graph evaluates itself.
        hook_defs: What is called when a step succeeds or fails.
        execution_type: Whether the op or graph makes the assets or observes them; it makes them
            if None. Without code it changes nothing.

    Raises:
        ParameterCheckError: Neither specs nor an op or graph, or arguments that contradict it.
    """

    __slots__ = ("__weakref__", "_op")

    _op: OpDefinition

    def __init__(
        self,
        *,
        specs: Sequence[AssetSpec] | None = None,
        node_def: NodeDefinition | None = None,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        partition_mappings: Mapping[AssetKey, PartitionMapping] | None = None,
        asset_deps: Mapping[AssetKey, AbstractSet[AssetKey]] | None = None,
        can_subset: bool = False,
        resource_defs: Mapping[str, object] | None = None,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        metadata_by_key: Mapping[AssetKey, Mapping[str, object]] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        descriptions_by_key: Mapping[AssetKey, str] | None = None,
        owners_by_key: Mapping[AssetKey, Sequence[str]] | None = None,
        backfill_policy: BackfillPolicy | None = None,
        check_specs: Sequence[AssetCheckSpec] | None = None,
        hook_defs: AbstractSet[HookDefinition] | None = None,
        execution_type: AssetExecutionType | None = None,
    ) -> None:
        if execution_type is AssetExecutionType.UNEXECUTABLE and node_def is not None:
            raise ParameterCheckError(
                "AssetsDefinition: execution_type UNEXECUTABLE means that there is no code, but "
                "node_def is some. Give specs alone."
            )
        self.resource_defs: Mapping[str, object] = resource_defs or {}
        self.external: tuple[AssetSpec, ...] = ()
        self.subset: Subset | None = None
        if node_def is None:
            needs_code = (keys_by_input_name, keys_by_output_name, backfill_policy, can_subset)
            if specs is None:
                raise ParameterCheckError(
                    "AssetsDefinition got neither node_def nor specs, so there are no assets in "
                    "it. Give node_def for assets that code makes, or specs for those made "
                    "elsewhere."
                )
            if any(needs_code):
                raise ParameterCheckError(
                    "AssetsDefinition(specs=...) without node_def declares assets that are made "
                    "elsewhere, so it takes no inputs, outputs, backfill_policy or can_subset."
                )
            self.steps: tuple[StepDefinition, ...] = ()
            self.node = None
            self.external = tuple(_with_group(spec) for spec in specs)
            return
        self.steps, self.node = asset_nodes.steps_of_node(
            node_def,
            asset_nodes.Placement(
                specs=specs,
                inputs=keys_by_input_name,
                outputs=keys_by_output_name,
                partitions=partitions_def,
                mappings=partition_mappings or {},
                deps=asset_deps,
                can_subset=can_subset,
                backfill_policy=backfill_policy,
                checks=tuple(check_specs or ()),
                hooks=frozenset(hook_defs or ()),
                attributes={
                    "group_name": group_names_by_key or {},
                    "metadata": metadata_by_key or {},
                    "tags": tags_by_key or {},
                    "description": descriptions_by_key or {},
                    "owners": owners_by_key or {},
                },
            ),
        )
        if execution_type is AssetExecutionType.OBSERVATION:
            self.steps = tuple(msgspec.structs.replace(s, observes=True) for s in self.steps)

    @property
    def execution_type(self) -> AssetExecutionType:
        """What running its code does."""
        if not self.steps:
            return AssetExecutionType.UNEXECUTABLE
        if self.is_observable:
            return AssetExecutionType.OBSERVATION
        return AssetExecutionType.MATERIALIZATION

    @classmethod
    def of_step(
        cls, step: StepDefinition, *, resource_defs: Mapping[str, object] | None = None
    ) -> Self:
        """Make the definition of a function."""
        return cls._of((step,), resource_defs or {})

    @classmethod
    def of_node(
        cls,
        steps: Sequence[StepDefinition],
        *,
        node: BackingNode,
        resource_defs: Mapping[str, object] | None = None,
    ) -> Self:
        """Make the definition of an op or a graph, given as the steps that it is executed as."""
        return cls._of(tuple(steps), resource_defs or {}, node)

    @classmethod
    def of_source(cls, source: SourceAsset) -> AssetsDefinition:
        """Make the definition of an asset in the older form."""
        step = source.observing_step()
        if step is not None:
            return AssetsDefinition._of((step,), source.resource_defs)
        return AssetsDefinition(specs=[source.spec], resource_defs=source.resource_defs)

    @staticmethod
    def from_graph(
        graph_def: GraphDefinition,
        *,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        key_prefix: str | Sequence[str] | None = None,
        internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        partition_mappings: Mapping[str, PartitionMapping] | None = None,
        resource_defs: Mapping[str, object] | None = None,
        group_name: str | None = None,
        group_names_by_output_name: Mapping[str, str | None] | None = None,
        descriptions_by_output_name: Mapping[str, str] | None = None,
        metadata_by_output_name: Mapping[str, Mapping[str, object] | None] | None = None,
        tags_by_output_name: Mapping[str, Mapping[str, str] | None] | None = None,
        automation_conditions_by_output_name: Mapping[str, AutomationCondition | None]
        | None = None,
        backfill_policy: BackfillPolicy | None = None,
        can_subset: bool = False,
        check_specs: Sequence[AssetCheckSpec] | None = None,
        owners_by_output_name: Mapping[str, Sequence[str]] | None = None,
        code_versions_by_output_name: Mapping[str, str | None] | None = None,
        auto_materialize_policies_by_output_name: Mapping[str, object] | None = None,
        hook_defs: AbstractSet[HookDefinition] | None = None,
    ) -> AssetsDefinition:
        """Make assets of the outputs of a graph.

        Args:
            graph_def: The graph.
            keys_by_input_name: The upstream assets by input name; the names if None.
            keys_by_output_name: The assets by output name; the names if None, or the name of the
                graph for a single output called 'result'.
            key_prefix: Put before the keys of the assets.
            internal_asset_deps: For each output, the assets that it depends on.
            partitions_def: How the assets are split.
            partition_mappings: How partitions correspond, by input name.
            resource_defs: Resources of this definition alone.
            group_name: The group of the assets.
            group_names_by_output_name: The groups by output; excludes `group_name`.
            descriptions_by_output_name: The descriptions by output.
            metadata_by_output_name: The metadata by output.
            tags_by_output_name: The tags by output.
            automation_conditions_by_output_name: The automation conditions by output.
            backfill_policy: How many partitions one run may make; one if None.
            can_subset: Whether some can be made without the others.
            check_specs: Checks that the graph evaluates itself.
            owners_by_output_name: The owners by output.
            code_versions_by_output_name: The code versions by output.
            auto_materialize_policies_by_output_name: An older form of the conditions.
            hook_defs: What is called when a step succeeds or fails.

        Raises:
            ParameterCheckError: A node of the graph leads to no output.
        """
        conditions = asset_nodes.conditions_of(
            automation_conditions_by_output_name, auto_materialize_policies_by_output_name
        )
        steps, node = asset_nodes.steps_of_named(
            graph_def,
            asset_nodes.Naming(
                inputs=keys_by_input_name or {},
                outputs=keys_by_output_name or {},
                prefix=key_prefix,
                deps=internal_asset_deps,
                partitions=partitions_def,
                mappings=partition_mappings or {},
                group=group_name,
                can_subset=can_subset,
                backfill_policy=backfill_policy,
                checks=tuple(check_specs or ()),
                hooks=frozenset(hook_defs or ()),
                attributes={
                    "group_name": group_names_by_output_name or {},
                    "description": descriptions_by_output_name or {},
                    "metadata": metadata_by_output_name or {},
                    "tags": tags_by_output_name or {},
                    "automation_condition": conditions,
                    "owners": owners_by_output_name or {},
                    "code_version": code_versions_by_output_name or {},
                },
            ),
        )
        return AssetsDefinition._of(steps, resource_defs or {}, node)

    @staticmethod
    def from_op(
        op_def: OpDefinition,
        *,
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        keys_by_output_name: Mapping[str, AssetKey] | None = None,
        key_prefix: str | Sequence[str] | None = None,
        internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        partition_mappings: Mapping[str, PartitionMapping] | None = None,
        group_name: str | None = None,
        group_names_by_output_name: Mapping[str, str | None] | None = None,
        descriptions_by_output_name: Mapping[str, str] | None = None,
        metadata_by_output_name: Mapping[str, Mapping[str, object] | None] | None = None,
        tags_by_output_name: Mapping[str, Mapping[str, str] | None] | None = None,
        automation_conditions_by_output_name: Mapping[str, AutomationCondition | None]
        | None = None,
        backfill_policy: BackfillPolicy | None = None,
        can_subset: bool = False,
        auto_materialize_policies_by_output_name: Mapping[str, object] | None = None,
        hook_defs: AbstractSet[HookDefinition] | None = None,
    ) -> AssetsDefinition:
        """Make assets of the outputs of an op; see `from_graph`."""
        conditions = asset_nodes.conditions_of(
            automation_conditions_by_output_name, auto_materialize_policies_by_output_name
        )
        steps, node = asset_nodes.steps_of_named(
            op_def,
            asset_nodes.Naming(
                inputs=keys_by_input_name or {},
                outputs=keys_by_output_name or {},
                prefix=key_prefix,
                deps=internal_asset_deps,
                partitions=partitions_def,
                mappings=partition_mappings or {},
                group=group_name,
                can_subset=can_subset,
                backfill_policy=backfill_policy,
                checks=(),
                hooks=frozenset(hook_defs or ()),
                attributes={
                    "group_name": group_names_by_output_name or {},
                    "description": descriptions_by_output_name or {},
                    "metadata": metadata_by_output_name or {},
                    "tags": tags_by_output_name or {},
                    "automation_condition": conditions,
                },
            ),
        )
        return AssetsDefinition._of(steps, {}, node)

    @property
    def op(self) -> OpDefinition:
        """The function as an op; the op that it was made of.

        Raises:
            ParameterCheckError: It was made of a graph, or is made elsewhere.
        """
        node = self.node_def
        if not isinstance(node, OpDefinition):
            raise ParameterCheckError(f"'{self.label}' is not made by an op.")
        return node

    @property
    def node_def(self) -> NodeDefinition | None:
        """The op or graph that makes the assets; None if they are made elsewhere."""
        if self.node is not None:
            return self.node.definition
        if not self.steps:
            return None
        if not hasattr(self, "_op"):
            self._op = op_of(
                self.steps[0],
                inputs=self.node_keys_by_input_name,
                checks=self.node_check_specs_by_output_name,
            )
        return self._op

    def to_source_asset(self, key: CoercibleToAsset | None = None) -> SourceAsset:
        """Return one of the assets as another code location would declare it.

        Args:
            key: The asset; the only one if None.

        Raises:
            ParameterCheckError: It does not make that asset, or makes several.
        """
        if key is None and len(self.keys) != 1:
            raise ParameterCheckError(
                f"'{self.label}' holds {len(self.keys)} assets, so to_source_asset cannot tell "
                "which one is meant. Name it with key=."
            )
        wanted = self.key if key is None else key_of(key)
        manager = self.get_io_manager_key_for_asset_key(wanted)
        return source_of(self.specs_by_key[wanted], manager, self.resource_defs)

    def to_source_assets(self) -> Sequence[SourceAsset]:
        """Return the assets as another code location would declare them."""
        return [self.to_source_asset(spec.key) for spec in self.specs]

    @staticmethod
    def coerce_to_checks_def(definition: AssetsDefinition) -> AssetChecksDefinition:
        """Return a definition that has checks only as one of checks."""
        if isinstance(definition, AssetChecksDefinition):
            return definition
        return AssetChecksDefinition._of(definition.steps, definition.resource_defs)

    @property
    def unique_id(self) -> str:
        """Eight digits that tell it from other definitions."""
        keys = [str(key) for key in sorted(spec.key for spec in self.all_specs())]
        keys.extend(sorted(check.key.to_user_string() for check in self.all_checks()))
        return hashlib.blake2b("\n".join(keys).encode(), digest_size=4).hexdigest()

    def __call__(self, *args: object, **kwargs: object) -> Any:  # values of nodes, or results
        """Call the function by hand, or in the body of a graph as a node of it.

        By hand it returns what the body returned.

        Raises:
            InvalidInvocationError: An argument is missing, or one is too many.
            InvalidDefinitionError: There is no function to call.
        """
        if self.node is not None:
            return self.node.definition(*args, **kwargs)
        if not self.steps:
            raise InvalidDefinitionError(f"'{self.key}' is made elsewhere, so it is not callable.")
        for value in (*args[:1], *kwargs.values()):
            if isinstance(value, OpExecutionContext):
                value.of_assets(self)
        if self.resource_defs and current() is None:
            return call_op(self.op, args, kwargs, resource_defs=self.resource_defs)
        return self.op(*args, **kwargs)

    def __repr__(self) -> str:
        kind = type(self).__name__
        keys = [str(key) for key in sorted(self.keys)] or [
            check.key.to_user_string() for check in self.check_specs
        ]
        return f"{kind}({', '.join(keys)})"


class AssetChecksDefinition(AssetsDefinition):
    """The checks that one function evaluates in a step of its own."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name of the one check; of the function if it evaluates several."""
        checks = self.check_specs
        return checks[0].name if len(checks) == 1 else self.steps[0].name

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the one check looks at."""
        return self.check_key.asset_key


def _with_group(spec: AssetSpec) -> AssetSpec:
    return spec if spec.group_name else spec.replace_attributes(group_name=DEFAULT_GROUP)
