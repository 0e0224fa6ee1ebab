"""`AssetSpec`, `AssetDep` and their kin: what is declared of an asset, without its code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from penstock.base.text import listed
from penstock.errors import InvalidDefinitionError, InvariantViolationError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

KIND_TAG = "dagster/kind/"

_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_GROUP = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
_TAG_KEY = re.compile(r"([A-Za-z0-9_\-.]{1,63}/)?[A-Za-z0-9_\-./]{1,63}")


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
        InvalidDefinitionError: It stands for no asset, or for several.
    """
    if isinstance(thing, (AssetKey, str, list, tuple)):
        return AssetKey.from_coercible(thing)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(thing, HasKey):
        return thing.key
    raise InvalidDefinitionError(f"{thing!r} is not an asset, an asset key or a spec.")


@dataclass(frozen=True, slots=True, init=False)
class AssetDep:
    """A dependency on an upstream asset that loads no value.

    Args:
        asset: The upstream asset: a key, text (split at `/`), a spec or an asset.
        partition_mapping: How partitions correspond; None lets Penstock infer it.
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
        object.__setattr__(self, "asset_key", key_of(asset))
        object.__setattr__(self, "partition_mapping", partition_mapping)
        object.__setattr__(self, "metadata", dict(metadata or {}))


CoercibleToDep = CoercibleToAsset | AssetDep


def deps_of(things: Iterable[CoercibleToDep]) -> tuple[AssetDep, ...]:
    """Read a `deps=` argument; identical duplicates collapse.

    Raises:
        InvariantViolationError: Two dependencies on one asset with different mappings.
    """
    found: dict[AssetKey, AssetDep] = {}
    for thing in things:
        dep = thing if isinstance(thing, AssetDep) else AssetDep(thing)
        known = found.setdefault(dep.asset_key, dep)
        if known.partition_mapping != dep.partition_mapping:
            raise InvariantViolationError(
                f"Cannot set a dependency on asset '{dep.asset_key}' more than once: "
                "its partition mappings differ. Keep one of them."
            )
    return tuple(found.values())


@dataclass(frozen=True, slots=True, init=False)
class AssetSpec:
    """What is declared of one asset.

    Args:
        key: The asset's key; text is split at `/`.
        deps: The assets that it depends on.
        group_name: Its group; `default` if None.
        tags: Text to text.
        kinds: What it is made with, for icons and selections; kept as tags.
        owners: E-mail addresses, or team names as `team:x`.
        code_version: Changes when the code's meaning does.
        skippable: Its step may end without producing it.

    Raises:
        InvalidDefinitionError: A group, tag or owner is malformed.
    """

    key: AssetKey
    deps: tuple[AssetDep, ...]
    description: str | None
    metadata: Mapping[str, object]
    skippable: bool
    group_name: str | None
    code_version: str | None
    owners: tuple[str, ...]
    tags: Mapping[str, str]
    partitions_def: PartitionsDefinition | None

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
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        name = key_of(key)
        put = object.__setattr__
        put(self, "key", name)
        put(self, "deps", deps_of(deps) if deps else ())
        put(self, "description", description)
        put(self, "metadata", metadata or {})
        put(self, "skippable", skippable)
        put(self, "group_name", None if group_name is None else checked_group(group_name, name))
        put(self, "code_version", code_version)
        put(self, "owners", checked_owners(owners, name) if owners else ())
        put(self, "tags", checked_tags(tags, kinds, name) if tags or kinds else {})
        put(self, "partitions_def", partitions_def)

    @property
    def kinds(self) -> set[str]:
        """The kinds, read back from the tags."""
        return {t.removeprefix(KIND_TAG) for t in self.tags if t.startswith(KIND_TAG)}

    def replace_attributes(self, **changes: object) -> AssetSpec:
        """Return a spec with some attributes replaced; `kinds` replaces the kind tags.

        Raises:
            InvalidDefinitionError: There is no attribute of that name, or a value is malformed.
        """
        unknown = sorted(set(changes) - {*AssetSpec.__slots__, "kinds"})
        if unknown:
            raise InvalidDefinitionError(f"AssetSpec has no attribute {listed(unknown)}.")
        values: dict[str, object] = {name: getattr(self, name) for name in AssetSpec.__slots__}
        if "kinds" in changes:
            values["tags"] = {k: v for k, v in self.tags.items() if not k.startswith(KIND_TAG)}
        values.update(changes)
        return AssetSpec(**values)  # pyright: ignore[reportArgumentType] - checked as it is made

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
            deps=(*self.deps, *deps),
            metadata={**self.metadata, **(metadata or {})},
            owners=(*self.owners, *owners),
            tags={**self.tags, **checked_tags(tags, kinds, self.key)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetIn:
    """How a parameter of an asset function finds its upstream asset.

    Attributes:
        key: The upstream asset; the parameter's name if None.
        key_prefix: Put before the parameter's name; excludes `key`.
        input_manager_key: The resource that loads it, instead of the upstream's IO manager.
        partition_mapping: How partitions correspond; None lets Penstock infer it.
    """

    key: CoercibleToAsset | None = None
    key_prefix: str | Sequence[str] | None = None
    input_manager_key: str | None = None
    partition_mapping: PartitionMapping | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    dagster_type: object = None

    def __post_init__(self) -> None:
        if self.key is not None and self.key_prefix is not None:
            raise InvalidDefinitionError(
                f"AssetIn has key '{key_of(self.key)}' together with key_prefix. Keep the key."
            )

    def resolve(self, parameter: str, *, default_prefix: Sequence[str] = ()) -> AssetKey:
        """Return the key of the upstream asset for a parameter of this name."""
        if self.key is not None:
            return key_of(self.key)
        if self.key_prefix is not None:
            return AssetKey(parameter).with_prefix(self.key_prefix)
        return AssetKey([*default_prefix, parameter])


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetOut:
    """One output of a `multi_asset` that carries an asset.

    Attributes:
        key: The asset's key; the output's name if None.
        key_prefix: Put before the output's name; excludes `key`.
        is_required: False lets the step end without it.
        io_manager_key: The resource that stores it.
    """

    key: CoercibleToAsset | None = None
    key_prefix: str | Sequence[str] | None = None
    is_required: bool = True
    io_manager_key: str = "io_manager"
    description: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    group_name: str | None = None
    code_version: str | None = None
    owners: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    kinds: Iterable[str] = ()
    dagster_type: object = None

    def __post_init__(self) -> None:
        if self.key is not None and self.key_prefix is not None:
            raise InvalidDefinitionError(
                f"AssetOut has key '{key_of(self.key)}' together with key_prefix. Keep the key."
            )

    def to_spec(self, name: str, *, deps: Iterable[CoercibleToDep] = ()) -> AssetSpec:
        """Return the spec of the asset that an output of this name carries."""
        key = key_of(self.key) if self.key is not None else AssetKey(name)
        if self.key is None and self.key_prefix:
            key = key.with_prefix(self.key_prefix)
        return AssetSpec(
            key,
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name,
            code_version=self.code_version,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
        )


@dataclass(frozen=True, slots=True, init=False)
class AssetCheckSpec:
    """What is declared of a check that an asset's own step evaluates.

    Args:
        name: Unique among the checks of its asset.
        asset: The asset that it looks at.
        blocking: A failure with severity ERROR keeps what depends on the asset from running.
    """

    name: str
    asset_key: AssetKey
    description: str | None
    blocking: bool
    metadata: Mapping[str, object]

    def __init__(
        self,
        name: str,
        *,
        asset: CoercibleToAsset,
        description: str | None = None,
        blocking: bool = False,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "name", checked_name(name))
        put(self, "asset_key", key_of(asset))
        put(self, "description", description)
        put(self, "blocking", blocking)
        put(self, "metadata", dict(metadata or {}))

    @property
    def key(self) -> AssetCheckKey:
        """The check's identity."""
        return AssetCheckKey(self.asset_key, self.name)


_RESERVED = frozenset(
    [
        "context",
        "conf",
        "config",
        "meta",
        "arg_dict",
        "input_arg_dict",
        "output_arg_dict",
        "int",
        "str",
        "float",
        "bool",
        "input",
        "output",
        "type",
    ]
)


def checked_name(name: str) -> str:
    """Return a name of an asset, check or node.

    Raises:
        InvalidDefinitionError: It has characters other than letters, digits, `_`, `-` and `.`.
    """
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidDefinitionError(
            f"'{name}' is not a valid name. Use letters, digits, '_', '-' and '.', and no word "
            "that Penstock reserves."
        )
    return name


def checked_group(group: str, key: AssetKey) -> str:
    """Return a group name, or raise InvalidDefinitionError naming the asset."""
    if not _GROUP.fullmatch(group):
        raise InvalidDefinitionError(
            f"Asset '{key}' has the group '{group}', which is not valid. Use letters, digits and "
            "'_', in segments separated by '/'."
        )
    return group


def checked_owners(owners: Sequence[str], key: AssetKey) -> tuple[str, ...]:
    """Return owners, or raise InvalidDefinitionError naming the asset and the owner."""
    for owner in owners:
        if not (owner.startswith("team:") and len(owner) > 5) and "@" not in owner:
            raise InvalidDefinitionError(
                f"Asset '{key}' has the invalid owner '{owner}'. An owner must be an email address "
                "or a team name prefixed with 'team:'."
            )
    return tuple(owners)


def checked_tags(
    tags: Mapping[str, str] | None, kinds: Iterable[str] | None, key: AssetKey
) -> dict[str, str]:
    """Return tags with the kinds among them, or raise InvalidDefinitionError naming the asset."""
    found = dict(tags or {})
    for tag, value in found.items():
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidDefinitionError(
                f"Asset '{key}': Tag values must be strings, but tag '{tag}' is {value!r}."
            )
        if not _TAG_KEY.fullmatch(tag):
            raise InvalidDefinitionError(
                f"Asset '{key}' has the invalid tag key '{tag}'. Use up to 63 letters, digits, "
                "'_', '-' and '.', with at most one '/' after a namespace."
            )
    found.update({f"{KIND_TAG}{kind}": "" for kind in kinds or ()})
    return found
