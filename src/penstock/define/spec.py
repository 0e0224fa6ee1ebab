"""`AssetSpec`, `AssetDep` and `AssetCheckSpec`: what is declared of an asset, without its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from penstock.base.tags import KIND_PREFIX
from penstock.base.text import listed
from penstock.define.attributes import (
    checked_group,
    checked_name,
    checked_owners,
    checked_tags,
    checked_type,
    kind_tags,
)
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.automation.legacy_form import PolicyForm
    from penstock.model.freshness import FreshnessPolicy, LegacyFreshnessPolicy

SYSTEM_METADATA_KEY_IO_MANAGER_KEY = "dagster/io_manager_key"
"""The metadata key that says which resource loads an asset that is made elsewhere."""

SYSTEM_METADATA_KEY_DAGSTER_TYPE = "dagster/dagster_type"
"""The metadata key that says of which type the value of an asset in a `specs=` list is."""

SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES = "dagster/auto_observe_interval_minutes"
"""The metadata key that says how often a source is observed."""


@runtime_checkable
class HasKey(Protocol):
    """A thing that stands for one asset."""

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        ...


CoercibleToAsset = AssetKey | str | Sequence[str] | HasKey


def key_of(thing: CoercibleToAsset) -> AssetKey:
    """Return the key that a key, text, parts, spec or asset stands for.

    Raises:
        ParameterCheckError: It stands for no asset, or for several.
    """
    if isinstance(thing, AssetKey):
        return thing
    if isinstance(thing, str):
        return key_of_text(thing)
    if isinstance(thing, (list, tuple)):
        return AssetKey(thing)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(thing, HasKey):
        return thing.key
    raise ParameterCheckError(f"{thing!r} is not an asset, an asset key or a spec.")


@lru_cache(maxsize=2**16)
def key_of_text(text: str) -> AssetKey:
    """Return the key that a text stands for, its parts separated by `/`.

    A text mostly comes again, as a dependency of others, and the same object is found in a dict
    without a comparison.
    """
    return AssetKey(text.split("/") if "/" in text else text)


@dataclass(frozen=True, slots=True, init=False)
class AssetDep:
    """A dependency on an upstream asset that loads no value.

    Args:
        asset: The upstream asset: a key, text (split at `/`), a spec or an asset.
        partition_mapping: How partitions correspond; None lets Penstock infer it.
        metadata: Facts about the dependency.
    """

    asset_key: AssetKey
    partition_mapping: PartitionMapping | None
    metadata: Mapping[str, object]

    def __init__(
        self,
        asset: CoercibleToAsset,
        *,
        partition_mapping: PartitionMapping | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "asset_key", key_of(asset))
        if partition_mapping is not None:
            checked_type(
                partition_mapping,
                PartitionMapping,
                argument="partition_mapping",
                of=f"AssetDep('{self.asset_key}')",
            )
        put(self, "partition_mapping", partition_mapping)
        put(self, "metadata", metadata or {})

    @staticmethod
    def from_coercible(arg: CoercibleToDep) -> AssetDep:
        """Return a dependency as it is, or one on an asset."""
        return arg if isinstance(arg, AssetDep) else AssetDep(arg)

    def __hash__(self) -> int:
        return hash(self.asset_key)


CoercibleToDep = CoercibleToAsset | AssetDep


@runtime_checkable
class HasKeys(Protocol):
    """A thing that stands for any number of assets."""

    @property
    def keys(self) -> set[AssetKey]:
        """The assets' keys."""
        ...


class CheckedDeps(list[AssetDep]):
    """Dependencies that `deps_of` has read already."""

    __slots__ = ()


def deps_of(things: Iterable[CoercibleToDep]) -> list[AssetDep]:
    """Read a `deps=` argument; identical duplicates collapse.

    An asset that makes several is a dependency on each of them. One text is one dependency, not
    one on each of its letters.

    Raises:
        InvariantViolationError: Two dependencies on one asset with different mappings.
    """
    if isinstance(things, CheckedDeps):
        return things
    if isinstance(things, str):
        things = (things,)
    found: dict[AssetKey, AssetDep] = {}
    for thing in things:
        if isinstance(thing, AssetDep):
            _add_dep(found, thing)
        elif isinstance(thing, (AssetKey, str, list, tuple)) or not isinstance(thing, HasKeys):
            _add_dep(found, AssetDep(cast("CoercibleToAsset", thing)))
        else:
            for key in sorted(thing.keys):
                _add_dep(found, AssetDep(key))
    return CheckedDeps(found.values())


def _add_dep(found: dict[AssetKey, AssetDep], dep: AssetDep) -> None:
    known = found.setdefault(dep.asset_key, dep)
    if known is not dep and known.partition_mapping != dep.partition_mapping:
        raise InvariantViolationError(
            f"Asset '{dep.asset_key}' is named twice as a dependency, with different partition "
            "mappings. Keep one of them."
        )


@dataclass(frozen=True, slots=True, init=False)
class AssetSpec:
    """What is declared of one asset.

    Args:
        key: The asset's key; text is split at `/`.
        deps: The assets that it depends on.
        description: What it is.
        metadata: Facts about the declaration; any Python value.
        skippable: Its step may end without producing it.
        group_name: Its group; `default` if None.
        code_version: Changes when the code's meaning does.
        automation_condition: When it is made without being asked for.
        owners: E-mail addresses, or team names as `team:x`.
        tags: Text to text.
        kinds: What it is made with, for icons and selections; kept as tags.
        partitions_def: How it is split.
        freshness_policy: How old its data may be.
        is_virtual: It holds no data of its own, like a view.
        legacy_freshness_policy: An older form of `freshness_policy`.

    Raises:
        InvalidDefinitionError: A group, tag or owner is malformed.
    """

    key: AssetKey
    deps: Sequence[AssetDep]
    description: str | None
    metadata: Mapping[str, object]
    skippable: bool
    group_name: str | None
    code_version: str | None
    automation_condition: AutomationCondition | None
    owners: Sequence[str]
    tags: Mapping[str, str]
    partitions_def: PartitionsDefinition | None
    freshness_policy: FreshnessPolicy | None
    is_virtual: bool
    legacy_freshness_policy: LegacyFreshnessPolicy | None

    def __init__(
        self,
        key: CoercibleToAsset,
        *,
        deps: Iterable[CoercibleToDep] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: AutomationCondition | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        freshness_policy: FreshnessPolicy | None = None,
        is_virtual: bool = False,
        legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
    ) -> None:
        name = key_of(key)
        if description is not None or code_version is not None or partitions_def is not None:
            _check_types(name, description, code_version, partitions_def)
        if metadata is not None:
            checked_type(metadata, Mapping, argument="metadata", of=f"Asset '{name}'")
        if automation_condition is not None:
            _check_condition(automation_condition, name)
        put = object.__setattr__
        put(self, "key", name)
        put(self, "deps", deps_of(deps) if deps else [])
        put(self, "description", description)
        put(self, "metadata", metadata or {})
        put(self, "skippable", skippable)
        put(self, "group_name", None if group_name is None else checked_group(group_name, name))
        put(self, "code_version", code_version)
        put(self, "automation_condition", automation_condition)
        put(self, "owners", checked_owners(owners, f"Asset '{name}'") if owners else [])
        put(self, "tags", _tags_of(name, tags, kinds) if tags or kinds else {})
        put(self, "partitions_def", partitions_def)
        put(self, "freshness_policy", freshness_policy)
        put(self, "is_virtual", is_virtual)
        put(self, "legacy_freshness_policy", legacy_freshness_policy)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def kinds(self) -> set[str]:
        """The kinds, read back from the tags."""
        return {t.removeprefix(KIND_PREFIX) for t in self.tags if t.startswith(KIND_PREFIX)}

    @property
    def auto_materialize_policy(self) -> PolicyForm | None:
        """The automation condition in its older form."""
        condition = self.automation_condition
        return None if condition is None else condition.as_auto_materialize_policy()

    @property
    def partition_mappings(self) -> Mapping[AssetKey, PartitionMapping]:
        """The declared partition mappings, by upstream asset."""
        return {
            dep.asset_key: dep.partition_mapping
            for dep in self.deps
            if dep.partition_mapping is not None
        }

    def to_manifest(self) -> Manifest:
        """Return what it declares, an asset that is made elsewhere, as data."""
        return Manifest(location="", assets=(describe_spec(self),))

    def replace_attributes(self, **changes: object) -> AssetSpec:
        """Return a spec with some attributes replaced.

        `kinds` replaces the kinds and `tags` the other tags. None takes an attribute away.

        Raises:
            TypeError: There is no attribute of that name.
            InvalidDefinitionError: A value is malformed.
        """
        unknown = sorted(set(changes) - {*AssetSpec.__slots__, "kinds"})
        if unknown:
            raise TypeError(f"AssetSpec has no attribute {listed(unknown)}.")
        values: dict[str, object] = {name: getattr(self, name) for name in AssetSpec.__slots__}
        if "kinds" in changes and "tags" not in changes:
            values["tags"] = {k: v for k, v in self.tags.items() if not k.startswith(KIND_PREFIX)}
        elif "tags" in changes and "kinds" not in changes:
            values["kinds"] = self.kinds
        values.update(changes)
        return AssetSpec(**values)  # pyright: ignore[reportArgumentType] - checked as it is made

    def _replace(self, **changes: object) -> AssetSpec:
        """Do what `replace_attributes` does: projects know it by the name of named tuples."""
        return self.replace_attributes(**changes)

    def merge_attributes(
        self,
        *,
        deps: Iterable[CoercibleToDep] = (),
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] = (),
    ) -> AssetSpec:
        """Return a spec with more dependencies, metadata, owners, tags or kinds."""
        return self.replace_attributes(
            deps=[*self.deps, *deps],
            metadata={**self.metadata, **(metadata or {})},
            owners=[*self.owners, *owners],
            tags={**self.tags, **(tags or {})},
            kinds={*self.kinds, *kinds},
        )

    def with_io_manager_key(self, io_manager_key: str) -> AssetSpec:
        """Return a spec that says which resource loads the asset's value."""
        return self.replace_attributes(
            metadata={**self.metadata, SYSTEM_METADATA_KEY_IO_MANAGER_KEY: io_manager_key}
        )


def describe_spec(
    spec: AssetSpec,
    *,
    deps: Iterable[AssetDependency] | None = None,
    node: str | None = None,
    output: str = "result",
    observed: bool = False,
) -> AssetNode:
    """Return a spec as a value of a manifest; without a node it is an external asset."""
    tags = spec.tags
    return AssetNode(
        key=spec.key,
        node=node,
        output=output,
        deps=tuple(deps) if deps is not None else tuple(_edge(dep) for dep in spec.deps),
        partitions=spec.partitions_def,
        group=spec.group_name or "default",
        description=spec.description,
        kinds=tuple(sorted(spec.kinds)) if tags else (),
        tags=_sorted_tags(tags) if tags else (),
        owners=tuple(spec.owners) if spec.owners else (),
        code_version=spec.code_version,
        skippable=spec.skippable,
        observed=observed,
    )


def _sorted_tags(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in tags.items() if not k.startswith(KIND_PREFIX)))


def _edge(dep: AssetDep) -> AssetDependency:
    return AssetDependency(dep.asset_key, dep.partition_mapping)


def _check_types(
    key: AssetKey, description: object, code_version: object, partitions: object
) -> None:
    of = f"Asset '{key}'"
    checked_type(description, str, argument="description", of=of)
    checked_type(code_version, str, argument="code_version", of=of)
    checked_type(partitions, PartitionsDefinition, argument="partitions_def", of=of)


def _check_condition(condition: object, key: AssetKey) -> None:
    if not hasattr(condition, "asks_job_roots"):
        raise ParameterCheckError(
            f"Asset '{key}': automation_condition must be an AutomationCondition, not "
            f"{condition!r}. Make one, like AutomationCondition.eager()."
        )


def _tags_of(
    key: AssetKey, tags: Mapping[str, str] | None, kinds: Iterable[str] | None
) -> dict[str, str]:
    found = checked_tags(tags, f"Asset '{key}'") if tags else {}
    if kinds:
        found.update(kind_tags(kinds, f"Asset '{key}'"))
    return found


@dataclass(frozen=True, slots=True, init=False)
class AssetCheckSpec:
    """What is declared of a check.

    Args:
        name: Unique among the checks of its asset.
        asset: The asset that it looks at.
        description: What it looks for.
        additional_deps: Other assets that it reads.
        blocking: A failure with severity ERROR keeps what depends on the asset from running.
        metadata: Facts about the declaration.
        automation_condition: When it is evaluated without being asked for.
        partitions_def: How it is split; like its asset if None.

    Raises:
        ParameterCheckError: The asset is among the additional dependencies.
    """

    name: str
    asset_key: AssetKey
    description: str | None
    additional_deps: Sequence[AssetDep]
    blocking: bool
    metadata: Mapping[str, object]
    automation_condition: AutomationCondition | None
    partitions_def: PartitionsDefinition | None

    def __init__(
        self,
        name: str,
        *,
        asset: CoercibleToAsset,
        description: str | None = None,
        additional_deps: Iterable[CoercibleToDep] | None = None,
        blocking: bool = False,
        metadata: Mapping[str, object] | None = None,
        automation_condition: AutomationCondition | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "name", checked_name(name))
        put(self, "asset_key", key_of(asset))
        put(self, "description", description)
        put(self, "additional_deps", deps_of(additional_deps or ()))
        put(self, "blocking", blocking)
        put(self, "metadata", metadata or {})
        put(self, "automation_condition", automation_condition)
        put(self, "partitions_def", partitions_def)
        if any(dep.asset_key == self.asset_key for dep in self.additional_deps):
            raise ParameterCheckError(
                f"The additional_deps of asset check '{name}' name '{self.asset_key}', the asset "
                "that it checks. Leave that out: it is a dependency already."
            )

    def __hash__(self) -> int:
        return hash((self.asset_key, self.name))

    @property
    def key(self) -> AssetCheckKey:
        """The check's identity."""
        return AssetCheckKey(self.asset_key, self.name)

    def get_python_identifier(self) -> str:
        """Return the name of the output that carries the check's verdict."""
        return f"{self.asset_key.to_python_identifier()}_{self.name}"

    def replace_attributes(self, **changes: object) -> AssetCheckSpec:
        """Return a spec with some attributes replaced; `key` replaces asset and name.

        Raises:
            TypeError: There is no attribute of that name.
        """
        values: dict[str, object] = {n: getattr(self, n) for n in AssetCheckSpec.__slots__}
        check_key = changes.pop("key", None)
        if isinstance(check_key, AssetCheckKey):
            values.update(name=check_key.name, asset_key=check_key.asset_key)
        values.update(changes)
        values["asset"] = values.pop("asset_key")
        return AssetCheckSpec(**values)  # pyright: ignore[reportArgumentType] - as it is made

    def with_metadata(self, metadata: Mapping[str, object]) -> AssetCheckSpec:
        """Return the spec with other metadata."""
        return self.replace_attributes(metadata=metadata)
