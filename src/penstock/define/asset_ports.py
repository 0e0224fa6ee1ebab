"""`AssetIn` and `AssetOut`: how the parameters and results of a function correspond to assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from penstock.define.attributes import checked_kinds
from penstock.define.spec import AssetSpec, CoercibleToAsset, CoercibleToDep, key_of
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.model.freshness import FreshnessPolicy, LegacyFreshnessPolicy


@dataclass(frozen=True, slots=True)
class AssetIn:
    """How a parameter of an asset function finds its upstream asset.

    Attributes:
        key: The upstream asset; the parameter's name if None.
        metadata: Facts for the IO manager that loads the value.
        key_prefix: Put before the parameter's name; excludes `key`.
        input_manager_key: The resource that loads it, instead of the upstream's IO manager.
        partition_mapping: How partitions correspond; None lets Penstock infer it.
        dagster_type: What the value is checked against; `Nothing` loads none.
    """

    key: CoercibleToAsset | None = None
    metadata: Mapping[str, object] | None = None
    key_prefix: str | Sequence[str] | None = None
    input_manager_key: str | None = None
    partition_mapping: PartitionMapping | None = None
    dagster_type: object = None

    def __post_init__(self) -> None:
        if self.key is not None:
            object.__setattr__(self, "key", key_of(self.key))
            _exclude_prefix("AssetIn", self.key, self.key_prefix)

    @staticmethod
    def from_coercible(coercible: AssetIn | CoercibleToAsset) -> AssetIn:
        """Return it as it is, or one for the asset that is given."""
        return coercible if isinstance(coercible, AssetIn) else AssetIn(key_of(coercible))

    def resolve(self, parameter: str) -> AssetKey:
        """Return the key of the upstream asset for a parameter of this name."""
        if self.key is not None:
            return key_of(self.key)
        return AssetKey(parameter).with_prefix(self.key_prefix or ())


def _exclude_prefix(what: str, key: CoercibleToAsset, prefix: object) -> None:
    if prefix is not None:
        raise ParameterCheckError(
            f"{what} for '{key_of(key)}' has a key_prefix beside its key, which is whole without "
            "it. Keep the key."
        )


UNTYPED = object()
"""Stands for "no type was given", because None is one."""


@dataclass(frozen=True, slots=True)
class AssetOut:
    """One output of a `multi_asset` that carries an asset.

    Attributes:
        key_prefix: Put before the output's name; excludes `key`.
        key: The asset's key; the output's name if None.
        dagster_type: What the value is checked against; `Nothing` stores none.
        is_required: False lets the step end without it.
        io_manager_key: The resource that stores it.
        backfill_policy: How many partitions one run may make; all outputs agree on it.
    """

    key_prefix: str | Sequence[str] | None = None
    key: CoercibleToAsset | None = None
    dagster_type: object = UNTYPED
    description: str | None = None
    is_required: bool = True
    io_manager_key: str = "io_manager"
    metadata: Mapping[str, object] | None = None
    group_name: str | None = None
    code_version: str | None = None
    automation_condition: AutomationCondition | None = None
    backfill_policy: BackfillPolicy | None = None
    owners: Sequence[str] | None = None
    tags: Mapping[str, str] | None = None
    kinds: Iterable[str] | None = None
    freshness_policy: FreshnessPolicy | None = None
    is_virtual: bool = False
    legacy_freshness_policy: LegacyFreshnessPolicy | None = None
    auto_materialize_policy: object = None
    spec: AssetSpec | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.io_manager_key is None:  # pyright: ignore[reportUnnecessaryComparison]
            put(self, "io_manager_key", "io_manager")
        if self.key is not None:
            put(self, "key", key_of(self.key))
            _exclude_prefix("AssetOut", self.key, self.key_prefix)
        if self.kinds is not None:
            checked_kinds(self.kinds, "AssetOut")
        if self.auto_materialize_policy is not None:
            condition = condition_of(self.automation_condition, self.auto_materialize_policy)
            put(self, "automation_condition", condition)

    @staticmethod
    def from_spec(
        spec: AssetSpec,
        dagster_type: object = UNTYPED,
        *,
        is_required: bool = True,
        io_manager_key: str = "io_manager",
        backfill_policy: BackfillPolicy | None = None,
    ) -> AssetOut:
        """Make an output that carries the asset of a spec.

        Raises:
            InvalidDefinitionError: The spec has dependencies, which an output cannot have.
        """
        if spec.deps:
            raise InvalidDefinitionError(
                f"The spec of '{spec.key}' has deps, which an AssetOut cannot hold. Use "
                "internal_asset_deps= of the multi_asset."
            )
        return AssetOut(
            dagster_type=dagster_type,
            is_required=is_required,
            io_manager_key=io_manager_key,
            backfill_policy=backfill_policy,
            spec=spec,
        )

    def to_spec(self, name: str, *, deps: Iterable[CoercibleToDep] = ()) -> AssetSpec:
        """Return the spec of the asset that an output of this name carries."""
        if self.spec is not None:
            return self.spec.replace_attributes(deps=deps, skippable=not self.is_required)
        if self.key is not None:
            key = key_of(self.key)
        else:
            key = AssetKey(name).with_prefix(self.key_prefix or ())
        return AssetSpec(
            key,
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name,
            code_version=self.code_version,
            automation_condition=self.automation_condition,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
            freshness_policy=self.freshness_policy,
            is_virtual=self.is_virtual,
            legacy_freshness_policy=self.legacy_freshness_policy,
        )


class _Policy(Protocol):
    """What an auto-materialize policy can do: say the condition that it stands for."""

    def to_automation_condition(self) -> AutomationCondition: ...


def condition_of(
    condition: AutomationCondition | None, policy: object
) -> AutomationCondition | None:
    """Return the condition of an `automation_condition=` or an `auto_materialize_policy=`.

    Raises:
        InvariantViolationError: Both are given.
    """
    if policy is None:
        return condition
    if condition is not None:
        raise InvariantViolationError(
            "An automation_condition and an auto_materialize_policy say the same of an asset, and "
            "both are given. Keep the condition."
        )
    return cast("_Policy", policy).to_automation_condition()
