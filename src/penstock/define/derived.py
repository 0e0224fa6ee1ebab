"""Definitions of assets made of other ones: a part of the assets, other keys, other attributes.

Nothing is changed in place. Refuses to know how a definition is made in the first place, or called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from penstock.define import rewriting
from penstock.define.declared import BackingNode, DeclaredAssets, Subset
from penstock.define.spec import AssetSpec
from penstock.define.step import StepDefinition
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import LegacyFreshnessPolicy


class DerivableAssets(DeclaredAssets):
    """A definition of assets that others can be made of."""

    __slots__ = ()

    @classmethod
    def _of(
        cls,
        steps: tuple[StepDefinition, ...],
        resource_defs: Mapping[str, object],
        node: BackingNode | None = None,
        subset: Subset | None = None,
    ) -> Self:
        new = cls.__new__(cls)
        new.steps = steps
        new.resource_defs = resource_defs
        new.external = ()
        new.node = node
        new.subset = subset
        return new

    def subset_for(
        self,
        selected_asset_keys: AbstractSet[AssetKey],
        selected_asset_check_keys: AbstractSet[AssetCheckKey] | None = None,
    ) -> Self:
        """Return the definition with a part of its assets and checks.

        Args:
            selected_asset_keys: The assets; others than its own do not count.
            selected_asset_check_keys: The checks; those of the selected assets if None.

        Raises:
            ParameterCheckError: It cannot make some of its assets without the others.
        """
        keys = self.keys & selected_asset_keys
        if selected_asset_check_keys is None:
            checks = {c.key for c in self.check_specs if c.asset_key in keys}
        else:
            checks = self.check_keys & selected_asset_check_keys
        if keys == self.keys and checks == self.check_keys:
            return self
        if not self.can_subset:
            raise ParameterCheckError(
                f"A part of '{self.label}' was selected, but it has can_subset=False, so its "
                "assets are only made together. Select all of them, or give it can_subset=True."
            )
        subset = Subset(frozenset(keys), frozenset(checks))
        return self._of(self.steps, self.resource_defs, self.node, subset)

    def with_attributes(
        self,
        *,
        asset_key_replacements: Mapping[AssetKey, AssetKey] | None = None,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        legacy_freshness_policy: LegacyFreshnessPolicy
        | Mapping[AssetKey, LegacyFreshnessPolicy]
        | None = None,
        automation_condition: AutomationCondition
        | Mapping[AssetKey, AutomationCondition]
        | None = None,
        backfill_policy: BackfillPolicy | None = None,
        hook_defs: AbstractSet[HookDefinition] | None = None,
        metadata_by_key: Mapping[AssetKey | AssetCheckKey, Mapping[str, object]] | None = None,
    ) -> Self:
        """Return the definition with other keys or attributes.

        Keys are replaced last, so the attributes are given by the keys that it has now.

        Args:
            asset_key_replacements: New keys by old ones; upstream assets can be among them.
            group_names_by_key: Groups of assets that are in none.
            tags_by_key: Tags that replace the old ones.
            legacy_freshness_policy: For assets that have none.
            automation_condition: For assets that have none.
            backfill_policy: In place of the old one.
            hook_defs: Added to the old ones.
            metadata_by_key: Added to the metadata of assets, in place of that of checks.

        Raises:
            InvalidDefinitionError: An asset is in a group or has a condition already.
        """
        specs = self.all_specs()
        made = self
        if group_names_by_key:
            made = made._map(rewriting.grouped(specs, group_names_by_key))
        if tags_by_key:
            made = made._map(rewriting.tagged(tags_by_key))
        if legacy_freshness_policy is not None:
            made = made._map(rewriting.fresh(specs, legacy_freshness_policy))
        if automation_condition is not None:
            made = made._map(rewriting.automated(specs, automation_condition))
        if metadata_by_key:
            made = made._with_metadata(metadata_by_key)
        if backfill_policy is not None:
            policy = backfill_policy
            made = made._map_steps(lambda step: replace(step, backfill_policy=policy))
        if hook_defs:
            made = made.with_hooks(hook_defs)
        return made._renamed(asset_key_replacements or {})

    def _with_metadata(
        self, metadata: Mapping[AssetKey | AssetCheckKey, Mapping[str, object]]
    ) -> Self:
        assets = {key: value for key, value in metadata.items() if isinstance(key, AssetKey)}
        checks = {key: value for key, value in metadata.items() if isinstance(key, AssetCheckKey)}
        made = self._map(rewriting.with_metadata(assets))
        return made._map_steps(lambda step: rewriting.change_checks(step, checks))

    def _renamed(self, renames: rewriting.Renames) -> Self:
        if not renames:
            return self
        made = self._map_steps(lambda step: rewriting.rename_step(step, renames))
        made.external = tuple(rewriting.rename_spec(spec, renames) for spec in self.external)
        made.node = None if self.node is None else self.node.renamed(renames)
        made.subset = None if self.subset is None else self.subset.renamed(renames)
        return made

    def _map_steps(self, change: Callable[[StepDefinition], StepDefinition]) -> Self:
        steps = tuple(change(step) for step in self.steps)
        made = self._of(steps, self.resource_defs, self.node, self.subset)
        made.external = self.external
        return made

    def _map(self, change: Callable[[AssetSpec], AssetSpec]) -> Self:
        made = self._map_steps(lambda step: rewriting.change_specs(step, change))
        made.external = tuple(change(spec) for spec in self.external)
        return made

    def map_asset_specs(self, fn: Callable[[AssetSpec], AssetSpec]) -> Self:
        """Return the definition with each spec replaced by what a function makes of it.

        Raises:
            InvalidDefinitionError: The function changes a key.
            ParameterCheckError: It returns no spec, or drops a dependency whose value is loaded.
        """
        arguments = [
            entry.asset
            for step in self.steps
            for entry in step.inputs
            if entry.asset is not None and not entry.is_nothing
        ]
        return self._map(rewriting.mapped(fn, arguments))

    def with_hooks(self, hook_defs: AbstractSet[HookDefinition]) -> Self:
        """Return the definition with more hooks on its steps."""
        added = frozenset(hook_defs)
        return self._map_steps(lambda step: replace(step, hooks=step.hooks | added))

    def with_resource_defs(self, resource_defs: Mapping[str, object]) -> Self:
        """Return the definition with resources of its own."""
        made = self._map_steps(lambda step: step)
        made.resource_defs = resource_defs
        return made
