"""Collecting definitions from modules and packages."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, cast

from penstock.define.asset_ports import condition_of
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.rewriting import rename_spec
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.model.freshness import LegacyFreshnessPolicy

LoadedAsset = AssetsDefinition | SourceAsset | AssetSpec
Prefix = str | Sequence[str]


def calling_module() -> ModuleType:
    """Return the module that called the function which called this one.

    Raises:
        InvariantViolationError: It is not among the imported ones.
    """
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] - the way to a caller
    module = sys.modules.get(str(frame.f_globals.get("__name__")))
    if module is None:
        raise InvariantViolationError(
            "The current module is not known here. Use load_assets_from_modules([module])."
        )
    return module


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Return a package and all modules below it, imported."""
    infos = pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}.")
    return [package, *(importlib.import_module(info.name) for info in infos)]


def members_of(modules: Iterable[ModuleType]) -> list[tuple[str, object]]:
    """Return what modules have as attributes, alone or in lists, each once, with its place."""
    found: dict[int, tuple[str, object]] = {}
    for module in dict.fromkeys(modules):
        for name, value in list(vars(module).items()):
            listed = isinstance(value, (list, tuple))
            members = cast("Iterable[object]", value) if listed else (value,)
            for member in members:
                found.setdefault(id(member), (f"{module.__name__}:{name}", member))
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What loading does to the assets that it finds."""

    group: str | None
    prefix: Prefix | None
    source_prefix: Prefix | None
    condition: AutomationCondition | None
    policy: BackfillPolicy | None
    freshness: LegacyFreshnessPolicy | None


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: Prefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: Prefix | None = None,
    include_specs: bool = False,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> Sequence[LoadedAsset]:
    """Return the assets that modules have as attributes, alone or in lists; each once.

    Args:
        modules: The modules.
        group_name: The group of the assets, none of which may name another.
        key_prefix: Put before the keys of the assets; dependencies among them follow.
        automation_condition: For assets that have none.
        backfill_policy: For assets that have none.
        source_key_prefix: Put before the keys of `SourceAsset`s; dependencies on them follow.
        include_specs: Whether bare `AssetSpec`s are assets as well.
        legacy_freshness_policy: For assets that have none.
        auto_materialize_policy: An older form of `automation_condition`.

    Raises:
        InvalidDefinitionError: Two definitions are of the same asset.
    """
    changes = _Changes(
        group=group_name,
        prefix=_checked_prefix(key_prefix, "key_prefix"),
        source_prefix=_checked_prefix(source_key_prefix, "source_key_prefix"),
        condition=condition_of(automation_condition, auto_materialize_policy),
        policy=backfill_policy,
        freshness=legacy_freshness_policy,
    )
    found: list[tuple[str, LoadedAsset]] = []
    for place, value in members_of(modules):
        if isinstance(value, AssetChecksDefinition):
            continue
        if isinstance(value, (AssetsDefinition, SourceAsset)) or (
            include_specs and isinstance(value, AssetSpec)
        ):
            found.append((place, value))
    _refuse_collisions(found)
    return _changed([value for _, value in found], changes)


def load_assets_from_current_module(
    group_name: str | None = None,
    key_prefix: Prefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: Prefix | None = None,
    include_specs: bool = False,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> Sequence[LoadedAsset]:
    """Return the assets of the module that this is called in; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        [calling_module()],
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        legacy_freshness_policy=legacy_freshness_policy,
        auto_materialize_policy=auto_materialize_policy,
    )


def load_assets_from_package_module(
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: Prefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: Prefix | None = None,
    include_specs: bool = False,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> Sequence[LoadedAsset]:
    """Return the assets of a package and all below it; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        modules_of(package_module),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        legacy_freshness_policy=legacy_freshness_policy,
        auto_materialize_policy=auto_materialize_policy,
    )


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: Prefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: Prefix | None = None,
    include_specs: bool = False,
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    auto_materialize_policy: object = None,
) -> Sequence[LoadedAsset]:
    """Return the assets of a package of that name; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        modules_of(importlib.import_module(package_name)),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        legacy_freshness_policy=legacy_freshness_policy,
        auto_materialize_policy=auto_materialize_policy,
    )


def _checked_prefix(prefix: object, argument: str) -> Prefix | None:
    if prefix is None or isinstance(prefix, (str, list, tuple)):
        return prefix  # pyright: ignore[reportUnknownVariableType] - its parts are checked as keys
    raise ParameterCheckError(f"{argument} is text or a list of texts, not {prefix!r}.")


def _keys_of(value: LoadedAsset) -> Iterable[AssetKey]:
    return value.keys if isinstance(value, AssetsDefinition) else (value.key,)


def _refuse_collisions(found: Sequence[tuple[str, LoadedAsset]]) -> None:
    places: dict[AssetKey, list[tuple[str, LoadedAsset]]] = {}
    for place, value in found:
        for key in _keys_of(value):
            places.setdefault(key, []).append((place, value))
    for key, twice in places.items():
        if len(twice) > 1 and any(value != twice[0][1] for _, value in twice):
            where = ", ".join(place for place, _ in twice)
            raise InvalidDefinitionError(
                f"Asset '{key}' has more than one definition: {where}. Rename one of them."
            )


def _changed(found: Sequence[LoadedAsset], changes: _Changes) -> list[LoadedAsset]:
    renames: dict[AssetKey, AssetKey] = {}
    for value in found:
        own = changes.source_prefix if isinstance(value, SourceAsset) else changes.prefix
        if own is not None:
            renames.update({key: key.with_prefix(own) for key in _keys_of(value)})
    return [_change(value, renames, changes) for value in found]


def _change(
    value: LoadedAsset, renames: Mapping[AssetKey, AssetKey], changes: _Changes
) -> LoadedAsset:
    if isinstance(value, SourceAsset):
        return value.with_attributes(key=renames.get(value.key), group_name=changes.group)
    if isinstance(value, AssetSpec):
        return _change_spec(rename_spec(value, renames), changes)
    bare = {s.key for s in value.specs if s.automation_condition is None}
    undated = {s.key for s in value.specs if s.legacy_freshness_policy is None}
    condition, freshness = changes.condition, changes.freshness
    return value.with_attributes(
        asset_key_replacements=renames,
        group_names_by_key=dict.fromkeys(value.keys, changes.group) if changes.group else None,
        automation_condition=dict.fromkeys(bare, condition) if condition is not None else None,
        legacy_freshness_policy=dict.fromkeys(undated, freshness) if freshness else None,
        backfill_policy=None if value.backfill_policy is not None else changes.policy,
    )


def _change_spec(spec: AssetSpec, changes: _Changes) -> AssetSpec:
    if changes.group is not None and spec.group_name not in (None, changes.group):
        raise InvalidDefinitionError(
            f"Asset '{spec.key}' is in group '{spec.group_name}', so group_name='{changes.group}' "
            "cannot be for all that was found. Leave it out in one of the two places."
        )
    return spec.replace_attributes(
        group_name=changes.group or spec.group_name,
        automation_condition=spec.automation_condition or changes.condition,
        legacy_freshness_policy=spec.legacy_freshness_policy or changes.freshness,
    )


def load_asset_checks_from_modules(
    modules: Iterable[ModuleType], asset_key_prefix: Prefix | None = None
) -> Sequence[AssetChecksDefinition]:
    """Return the checks that modules have as attributes, alone or in lists; each once.

    Args:
        modules: The modules.
        asset_key_prefix: Put before the keys of the assets that are looked at.
    """
    prefix = _checked_prefix(asset_key_prefix, "asset_key_prefix")
    found = [value for _, value in members_of(modules) if isinstance(value, AssetChecksDefinition)]
    seen: set[AssetCheckKey] = set()
    for check in found:
        for key in check.check_keys:
            if key in seen:
                raise InvalidDefinitionError(
                    f"Check '{key.to_user_string()}' has more than one definition. Rename one of "
                    "them."
                )
            seen.add(key)
    if prefix is None:
        return found
    keys = {key for check in found for key in check.keys_by_input_name.values()}
    renames = {key: key.with_prefix(prefix) for key in keys}
    return [check.with_attributes(asset_key_replacements=renames) for check in found]


def load_asset_checks_from_current_module(
    asset_key_prefix: Prefix | None = None,
) -> Sequence[AssetChecksDefinition]:
    """Return the checks of the module that this is called in."""
    return load_asset_checks_from_modules([calling_module()], asset_key_prefix)


def load_asset_checks_from_package_module(
    package_module: ModuleType, asset_key_prefix: Prefix | None = None
) -> Sequence[AssetChecksDefinition]:
    """Return the checks of a package and all below it."""
    return load_asset_checks_from_modules(modules_of(package_module), asset_key_prefix)


def load_asset_checks_from_package_name(
    package_name: str, asset_key_prefix: Prefix | None = None
) -> Sequence[AssetChecksDefinition]:
    """Return the checks of a package of that name and all below it."""
    package = importlib.import_module(package_name)
    return load_asset_checks_from_modules(modules_of(package), asset_key_prefix)
