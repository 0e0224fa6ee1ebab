"""What a definition of assets declares, as seen from outside: keys, attributes, inputs, outputs.

Everything here is a view of the steps, or of the specs of assets that are made elsewhere. Refuses
to know how a definition is made, changed or called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.describe import describe_steps
from penstock.define.spec import (
    SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES,
    SYSTEM_METADATA_KEY_IO_MANAGER_KEY,
    AssetCheckSpec,
    AssetSpec,
    describe_spec,
)
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition, StepOutput
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import Manifest
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping, infer_mapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.automation.legacy_form import PolicyForm
    from penstock.define.dependency import NodeDefinition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import FreshnessPolicy, LegacyFreshnessPolicy


@dataclass(frozen=True, slots=True)
class BackingNode:
    """The op or graph that a definition was made of, and where its assets are on it.

    Attributes:
        definition: The op or graph.
        inputs: The assets by input name.
        outputs: The assets by output name.
    """

    definition: NodeDefinition
    inputs: Mapping[str, AssetKey]
    outputs: Mapping[str, AssetKey]

    def renamed(self, renames: Mapping[AssetKey, AssetKey]) -> BackingNode:
        """Return the node with the keys of its assets replaced."""
        return BackingNode(
            self.definition,
            {name: renames.get(key, key) for name, key in self.inputs.items()},
            {name: renames.get(key, key) for name, key in self.outputs.items()},
        )


@dataclass(frozen=True, slots=True)
class Subset:
    """What was selected of a definition that can make some of its assets without the others."""

    keys: frozenset[AssetKey]
    checks: frozenset[AssetCheckKey]

    def renamed(self, renames: Mapping[AssetKey, AssetKey]) -> Subset:
        """Return the subset with keys replaced."""
        checks = (
            AssetCheckKey(renames.get(key.asset_key, key.asset_key), key.name)
            for key in self.checks
        )
        return Subset(frozenset(renames.get(k, k) for k in self.keys), frozenset(checks))


class DeclaredAssets:
    """The views of a definition of assets.

    Attributes:
        steps: What is executed; empty for assets that are made elsewhere.
        resource_defs: The resources that came with the definition.
        node: The op or graph that it was made of; None for a function.
        subset: What was selected of it; None for all.
    """

    __slots__ = ("external", "node", "resource_defs", "steps", "subset")

    steps: tuple[StepDefinition, ...]
    resource_defs: Mapping[str, object]
    external: tuple[AssetSpec, ...]
    node: BackingNode | None
    subset: Subset | None

    # What it makes

    @property
    def name(self) -> str:
        """The name of the function, op or graph."""
        if self.node is not None:
            return self.node.definition.name
        return self.steps[0].name if self.steps else self.key.to_python_identifier()

    def _asset_outputs(self) -> Iterable[StepOutput]:
        return (o for step in self.steps for o in step.outputs if o.spec is not None)

    def all_specs(self) -> Sequence[AssetSpec]:
        """Return the specs of all assets, whether selected or not."""
        if not self.steps:
            return self.external
        return [o.spec for step in self.steps for o in step.outputs if o.spec is not None]

    @property
    def specs(self) -> Sequence[AssetSpec]:
        """The specs of the assets that are selected: all of them, unless it is a subset."""
        if self.subset is None:
            return list(self.all_specs())
        return [spec for spec in self.all_specs() if spec.key in self.subset.keys]

    @property
    def specs_by_key(self) -> Mapping[AssetKey, AssetSpec]:
        """The specs of the assets by key."""
        return {spec.key: spec for spec in self.specs}

    @property
    def keys(self) -> set[AssetKey]:
        """The keys of the assets."""
        return {spec.key for spec in self.specs}

    @property
    def has_keys(self) -> bool:
        """Whether it has any asset; a definition of checks has none."""
        return bool(self.specs)

    @property
    def key(self) -> AssetKey:
        """The key of the one asset.

        Raises:
            ParameterCheckError: There are several, or none.
        """
        specs = self.specs
        if len(specs) != 1:
            keys = ", ".join(f"'{spec.key}'" for spec in specs) or "none"
            raise ParameterCheckError(
                f"'{self.label}' has no single asset key to return; its keys are: {keys}. Use "
                ".keys."
            )
        return specs[0].key

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return self.steps[0].name if self.steps else "external assets"

    def get_asset_spec(self, key: AssetKey | None = None) -> AssetSpec:
        """Return the spec of one asset; the only one if no key is given.

        Raises:
            KeyError: It does not make that asset.
        """
        return self.specs_by_key[key or self.key]

    @property
    def asset_and_check_keys(self) -> set[AssetKey | AssetCheckKey]:
        """The keys of the assets and of the checks."""
        return {*self.keys, *self.check_keys}

    @property
    def asset_deps(self) -> Mapping[AssetKey, set[AssetKey]]:
        """What each asset depends on; those that are not selected are there as well."""
        return {spec.key: {d.asset_key for d in spec.deps} for spec in self.all_specs()}

    @property
    def dependency_keys(self) -> set[AssetKey]:
        """The keys of all upstream assets."""
        found = {dep.asset_key for spec in self.specs for dep in spec.deps}
        if not self.has_keys:
            found.update(self.keys_by_input_name.values())
        return found

    def to_manifest(self) -> Manifest:
        """Return the assets and checks that are selected, as data."""
        if not self.steps:
            return Manifest(location="", assets=tuple(describe_spec(spec) for spec in self.specs))
        whole = describe_steps(self.steps)
        if self.subset is None:
            return whole
        kept, checked = self.keys, self.check_keys
        return Manifest(
            location="",
            assets=tuple(asset for asset in whole.assets if asset.key in kept),
            checks=tuple(c for c in whole.checks if AssetCheckKey(c.asset, c.name) in checked),
            nodes=whole.nodes,
        )

    # Attributes of the assets

    @property
    def group_names_by_key(self) -> Mapping[AssetKey, str]:
        """The groups by asset."""
        return {spec.key: spec.group_name or DEFAULT_GROUP for spec in self.specs}

    @property
    def descriptions_by_key(self) -> Mapping[AssetKey, str]:
        """The descriptions by asset, where there is one."""
        return {spec.key: spec.description for spec in self.specs if spec.description}

    @property
    def metadata_by_key(self) -> Mapping[AssetKey, Mapping[str, object]]:
        """The declared metadata by asset."""
        return {spec.key: spec.metadata for spec in self.specs}

    @property
    def tags_by_key(self) -> Mapping[AssetKey, Mapping[str, str]]:
        """The tags by asset."""
        return {spec.key: spec.tags for spec in self.specs}

    @property
    def owners_by_key(self) -> Mapping[AssetKey, Sequence[str]]:
        """The owners by asset."""
        return {spec.key: spec.owners for spec in self.specs}

    @property
    def code_versions_by_key(self) -> Mapping[AssetKey, str | None]:
        """The code versions by asset."""
        return {spec.key: spec.code_version for spec in self.specs}

    @property
    def automation_conditions_by_key(self) -> Mapping[AssetKey, AutomationCondition]:
        """The automation conditions by asset, where there is one."""
        return {s.key: s.automation_condition for s in self.specs if s.automation_condition}

    @property
    def auto_materialize_policies_by_key(self) -> Mapping[AssetKey, PolicyForm]:
        """The automation conditions by asset in their older form, where there is one."""
        found = {spec.key: spec.auto_materialize_policy for spec in self.specs}
        return {key: policy for key, policy in found.items() if policy is not None}

    @property
    def freshness_policies_by_key(self) -> Mapping[AssetKey, FreshnessPolicy]:
        """The freshness policies by asset, where there is one."""
        return {s.key: s.freshness_policy for s in self.specs if s.freshness_policy}

    @property
    def legacy_freshness_policies_by_key(self) -> Mapping[AssetKey, LegacyFreshnessPolicy]:
        """The older freshness policies by asset, where there is one."""
        return {s.key: s.legacy_freshness_policy for s in self.specs if s.legacy_freshness_policy}

    @property
    def auto_observe_interval_minutes(self) -> float | None:
        """How often it is observed, in minutes."""
        found = [
            spec.metadata.get(SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES)
            for spec in self.specs
        ]
        return next((float(value) for value in found if isinstance(value, (int, float))), None)

    # Checks

    def all_checks(self) -> Sequence[AssetCheckSpec]:
        """Return the specs of all checks, whether selected or not."""
        return [check for step in self.steps for check in step.checks]

    @property
    def check_specs(self) -> Sequence[AssetCheckSpec]:
        """The checks that its code evaluates, as far as they are selected."""
        if self.subset is None:
            return list(self.all_checks())
        return [check for check in self.all_checks() if check.key in self.subset.checks]

    @property
    def check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks that its code evaluates."""
        return {check.key for check in self.check_specs}

    @property
    def has_check_keys(self) -> bool:
        """Whether its code evaluates any check."""
        return bool(self.check_specs)

    @property
    def check_key(self) -> AssetCheckKey:
        """The key of the one check.

        Raises:
            ParameterCheckError: There are several, or none.
        """
        checks = self.check_specs
        if len(checks) != 1:
            raise ParameterCheckError(
                f"'{self.label}' has no single check key to return, since it has {len(checks)} "
                "checks. Use .check_keys."
            )
        return checks[0].key

    def get_spec_for_check_key(self, asset_check_key: AssetCheckKey) -> AssetCheckSpec:
        """Return the spec of a check.

        Raises:
            KeyError: Its code does not evaluate that check.
        """
        return {check.key: check for check in self.check_specs}[asset_check_key]

    @property
    def check_specs_by_output_name(self) -> Mapping[str, AssetCheckSpec]:
        """The selected checks by the names of the outputs that carry their verdicts."""
        return {check.get_python_identifier(): check for check in self.check_specs}

    @property
    def node_check_specs_by_output_name(self) -> Mapping[str, AssetCheckSpec]:
        """All checks by the names of the outputs that carry their verdicts."""
        return {check.get_python_identifier(): check for check in self.all_checks()}

    # Inputs and outputs

    @property
    def keys_by_output_name(self) -> Mapping[str, AssetKey]:
        """The selected assets by output name."""
        selected = self.keys
        return {n: key for n, key in self.node_keys_by_output_name.items() if key in selected}

    @property
    def node_keys_by_output_name(self) -> Mapping[str, AssetKey]:
        """All assets by output name."""
        if self.node is not None:
            return self.node.outputs
        return {o.name: o.spec.key for o in self._asset_outputs() if o.spec is not None}

    @property
    def keys_by_input_name(self) -> Mapping[str, AssetKey]:
        """The upstream assets by input name; those without a parameter are named by their key.

        Where some assets can be made without the others, the ones that others of the same
        definition depend on count as inputs, because they may be.
        """
        found = dict(self.node_keys_by_input_name)
        if self.subset is None:
            return found
        wanted = {dep.asset_key for spec in self.specs for dep in spec.deps}
        return {name: key for name, key in found.items() if key in wanted}

    @property
    def node_keys_by_input_name(self) -> Mapping[str, AssetKey]:
        """The upstream assets of all assets by input name."""
        if self.node is not None:
            return self.node.inputs
        found: dict[str, AssetKey] = {}
        for step in self.steps:
            found.update({i.name: i.asset for i in step.inputs if i.asset is not None})
        known = set(found.values())
        own = set[AssetKey]() if self.can_subset else {spec.key for spec in self.all_specs()}
        deps = [d.asset_key for spec in self.all_specs() for d in spec.deps]
        deps.extend(dep.asset_key for step in self.steps for dep in step.deps)
        for key in deps:
            if key not in known and key not in own:
                found[key.to_python_identifier()] = key
        return found

    @property
    def input_names(self) -> Iterable[str]:
        """The names of the inputs."""
        return self.keys_by_input_name.keys()

    def get_output_name_for_asset_key(self, key: AssetKey) -> str:
        """Return the name of the output that carries an asset.

        Raises:
            ParameterCheckError: It does not make that asset.
        """
        for name, found in self.node_keys_by_output_name.items():
            if found == key:
                return name
        raise self._not_made(key)

    def _not_made(self, key: AssetKey) -> ParameterCheckError:
        made = ", ".join(f"'{k}'" for k in sorted(self.keys)) or "no assets"
        return ParameterCheckError(f"'{self.label}' does not make asset '{key}'. It makes {made}.")

    def get_io_manager_key_for_asset_key(self, key: AssetKey) -> str:
        """Return the resource that stores and loads an asset.

        Raises:
            ParameterCheckError: It does not make that asset.
        """
        for output in self._asset_outputs():
            if output.spec is not None and output.spec.key == key:
                return output.manager
        for spec in self.external:
            if spec.key == key:
                return str(
                    spec.metadata.get(SYSTEM_METADATA_KEY_IO_MANAGER_KEY, DEFAULT_IO_MANAGER)
                )
        raise self._not_made(key)

    # Execution

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """The partitions of the assets; where they differ, those of the first that has some."""
        for step in self.steps:
            if step.partitions is not None:
                return step.partitions
        found = (spec.partitions_def for spec in self.all_specs())
        return next((definition for definition in found if definition is not None), None)

    @property
    def backfill_policy(self) -> BackfillPolicy | None:
        """How many partitions one run may make."""
        return self.steps[0].backfill_policy if self.steps else None

    @property
    def can_subset(self) -> bool:
        """Whether some of the assets can be made without the others."""
        return bool(self.steps) and self.steps[0].can_subset

    @property
    def is_subset(self) -> bool:
        """Whether some of the assets or checks were left out."""
        return self.subset is not None

    @property
    def hook_defs(self) -> AbstractSet[HookDefinition]:
        """The hooks of the steps."""
        return frozenset(hook for step in self.steps for hook in step.hooks)

    @property
    def required_resource_keys(self) -> set[str]:
        """The resources that the code, its hooks, inputs and outputs ask for."""
        found: set[str] = set()
        for step in self.steps:
            found |= step.resource_keys
            found |= {o.manager for o in step.outputs if not o.returns_nothing}
            found |= {entry.manager for entry in step.inputs if entry.manager}
            found |= {key for hook in step.hooks for key in hook.required_resource_keys}
        for value in self.resource_defs.values():
            found |= set(getattr(value, "required_resource_keys", ()))
        return found

    @property
    def is_executable(self) -> bool:
        """Whether there is code to run."""
        return bool(self.steps)

    @property
    def is_external(self) -> bool:
        """Whether nothing here makes the assets."""
        return not self.is_materializable and self.has_keys

    @property
    def is_materializable(self) -> bool:
        """Whether its code makes the assets."""
        return bool(self.steps) and not self.is_observable and self.has_keys

    @property
    def is_observable(self) -> bool:
        """Whether its code observes the assets."""
        return any(step.observes for step in self.steps)

    # Partition mappings

    def get_partition_mapping(self, in_asset_key: AssetKey) -> PartitionMapping | None:
        """Return the declared mapping to an upstream asset; None where it is inferred."""
        for spec in self.specs:
            for dep in spec.deps:
                if dep.asset_key == in_asset_key and dep.partition_mapping is not None:
                    return dep.partition_mapping
        return None

    def infer_partition_mapping(
        self,
        asset_key: AssetKey,
        upstream_asset_key: AssetKey,
        upstream_partitions_def: PartitionsDefinition | None,
    ) -> PartitionMapping:
        """Return the mapping to an upstream asset: the declared or the inferred one."""
        declared = self.get_partition_mapping(upstream_asset_key)
        if declared is not None:
            return declared
        return infer_mapping(upstream_partitions_def, self.specs_by_key[asset_key].partitions_def)
