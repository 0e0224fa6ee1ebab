"""Keys, specs, partitions and policies as files declare them, and changes to specs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, InstanceOf

from penstock.define.spec import AssetCheckSpec, AssetSpec
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import Model, Resolvable, resolve_fields
from penstock.library.components.resolver import Injected, Resolver
from penstock.model.keys import AssetKey
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

# Called as pydantic shows it; for type checkers it is no class.
_INSTANCE = cast("Callable[[], object]", InstanceOf)()


def _key(context: ResolutionContext, key: object) -> object:
    found = context.resolve_value(key, as_type=object)
    return AssetKey.from_user_string(found) if isinstance(found, str) else found


ResolvedAssetKey = Annotated[
    AssetKey,
    Resolver(_key, model_field_type=str, description="The asset's key, its parts split at '/'."),
    _INSTANCE,
]
"""An asset key that a file writes as text."""


class HourlyPartitionsDefinitionModel(Resolvable, Model):
    """Hours from a start on."""

    type: Literal["hourly"] = "hourly"
    start_date: str
    end_date: str | None = None
    timezone: str | None = None
    minute_offset: int = 0


class DailyPartitionsDefinitionModel(Resolvable, Model):
    """Days from a start on."""

    type: Literal["daily"] = "daily"
    start_date: str
    end_date: str | None = None
    timezone: str | None = None
    minute_offset: int = 0
    hour_offset: int = 0


class WeeklyPartitionsDefinitionModel(Resolvable, Model):
    """Weeks from a start on."""

    type: Literal["weekly"] = "weekly"
    start_date: str
    end_date: str | None = None
    timezone: str | None = None
    minute_offset: int = 0
    hour_offset: int = 0
    day_offset: int = 0


class TimeWindowPartitionsDefinitionModel(Resolvable, Model):
    """Windows between the ticks of a cron schedule."""

    type: Literal["time_window"] = "time_window"
    start_date: str
    end_date: str | None = None
    timezone: str | None = None
    fmt: str
    cron_schedule: str


class StaticPartitionsDefinitionModel(Resolvable, Model):
    """Partitions by name."""

    type: Literal["static"] = "static"
    partition_keys: Sequence[str]


_PARTITIONS: Mapping[str, Callable[..., PartitionsDefinition]] = {
    "hourly": HourlyPartitionsDefinition,
    "daily": DailyPartitionsDefinition,
    "weekly": WeeklyPartitionsDefinition,
}


def resolve_partitions_def(context: ResolutionContext, model: object) -> object:
    """Return the partitions that a file declares."""
    if not isinstance(model, BaseModel):
        return model
    given = cast("dict[str, object]", context.resolve_value(model.model_dump(), as_type=dict))
    kind = given.pop("type")
    if kind == "static":
        return StaticPartitionsDefinition(cast("list[str]", given["partition_keys"]))
    if kind == "time_window":
        start, end = given.pop("start_date"), given.pop("end_date")
        windows = cast("Callable[..., PartitionsDefinition]", TimeWindowPartitionsDefinition)
        return windows(start=start, end=end, **given)
    return _PARTITIONS[str(kind)](**given)


class SingleRunBackfillPolicyModel(Resolvable, Model):
    """One run for all partitions of a backfill."""

    type: Literal["single_run"] = "single_run"


class MultiRunBackfillPolicyModel(Resolvable, Model):
    """Several runs, each for so many partitions."""

    type: Literal["multi_run"] = "multi_run"
    max_partitions_per_run: int = 1


def resolve_backfill_policy(context: ResolutionContext, model: object) -> object:
    """Return the backfill policy that a file declares."""
    if isinstance(model, MultiRunBackfillPolicyModel):
        return BackfillPolicy.multi_run(model.max_partitions_per_run)
    return BackfillPolicy.single_run() if isinstance(model, BaseModel) else model


class OpSpec(Model, Resolvable):
    """What is declared of the step that makes assets."""

    name: str | None = None
    tags: dict[str, Any] | None = None
    description: str | None = None
    pool: str | None = None
    backfill_policy: Annotated[
        Any,
        Resolver(
            resolve_backfill_policy,
            model_field_type=SingleRunBackfillPolicyModel | MultiRunBackfillPolicyModel | None,
        ),
    ] = None


def _tags(context: ResolutionContext, tags: object) -> dict[str, str]:
    found = cast("Mapping[str, object]", context.resolve_value(tags, as_type=object))
    return {key: _tag_text(value) for key, value in found.items()}


def _tag_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _nothing() -> dict[str, Any]:
    return {}


def _no_tags() -> dict[str, str]:
    return {}


@dataclass(kw_only=True)
class SharedSpecFields(Resolvable):
    """What files may say of an asset beside its key."""

    deps: Annotated[
        Sequence[ResolvedAssetKey] | None,
        Resolver.default(
            description="The keys of the assets that it depends on.",
            examples=[["raw/orders"]],
        ),
    ] = None
    description: Annotated[
        str | None, Resolver.default(description="What the asset is, for people.")
    ] = None
    metadata: Annotated[
        Mapping[str, Any], Resolver.default(description="Facts about the declaration.")
    ] = field(default_factory=_nothing)
    group_name: Annotated[
        str | None, Resolver.default(description="Its group; 'default' if there is none.")
    ] = None
    skippable: Annotated[
        bool | None,
        Resolver.default(description="Whether its step may end without making it."),
    ] = None
    code_version: Annotated[
        str | None,
        Resolver.default(description="Changes when the meaning of the code does.", examples=["3"]),
    ] = None
    owners: Annotated[
        Sequence[str] | None,
        Resolver.default(
            description="E-mail addresses, or team names as 'team:x'.",
            examples=[["team:analytics"]],
        ),
    ] = None
    tags: Annotated[
        Mapping[str, str],
        Resolver(
            _tags,
            model_field_type=Mapping[str, str | int | float | bool],
            description="Text to text, for selections.",
            examples=[{"tier": "gold"}],
        ),
    ] = field(default_factory=_no_tags)
    kinds: Annotated[
        Sequence[str],
        Resolver.default(description="What it is made with.", examples=[["duckdb"]]),
    ] = ()
    automation_condition: Annotated[
        Any,
        Resolver.default(
            model_field_type=str | None,
            description="When it is made by itself, as a template.",
            examples=["{{ dg.AutomationCondition.eager() }}"],
        ),
    ] = None
    partitions_def: Annotated[
        Any,
        Resolver(
            resolve_partitions_def,
            description="How it is split.",
            model_field_type=HourlyPartitionsDefinitionModel
            | DailyPartitionsDefinitionModel
            | WeeklyPartitionsDefinitionModel
            | TimeWindowPartitionsDefinitionModel
            | StaticPartitionsDefinitionModel
            | None,
        ),
    ] = None
    freshness_policy: Annotated[
        Any,
        Resolver.default(
            model_field_type=str | None, description="How fresh it has to be, as a template."
        ),
    ] = None


@dataclass(kw_only=True)
class AssetSpecKwargs(SharedSpecFields):
    """What files say of a whole asset."""

    key: ResolvedAssetKey


@dataclass(kw_only=True)
class AssetSpecUpdateKwargs(SharedSpecFields):
    """What files may change of an asset that a component declares."""

    key: ResolvedAssetKey | None = None
    key_prefix: Annotated[
        str | Sequence[str] | None,
        Resolver.default(description="What is put before the key."),
    ] = None


@dataclass(kw_only=True)
class AssetsDefUpdateKwargs(SharedSpecFields):
    """What files may change of an asset after it was made: anything but its key."""


def _spec(context: ResolutionContext, model: object) -> object:
    if not isinstance(model, BaseModel):
        return model
    return AssetSpec(**resolve_fields(model, AssetSpecKwargs, context))  # pyright: ignore[reportArgumentType, reportCallIssue] - the names are those of AssetSpec


ResolvedAssetSpec = Annotated[
    AssetSpec, Resolver(_spec, model_field_type=AssetSpecKwargs.model()), _INSTANCE
]
"""An asset spec that a file declares."""


@dataclass(kw_only=True)
class AssetCheckSpecKwargs(Resolvable):
    """What files say of a check."""

    name: str
    asset: ResolvedAssetKey
    additional_deps: Sequence[ResolvedAssetKey] | None = None
    description: str | None = None
    blocking: bool = False
    metadata: Mapping[str, Any] | None = None
    automation_condition: Injected[Any] | None = None


def _check_spec(context: ResolutionContext, model: object) -> object:
    if not isinstance(model, BaseModel):
        return model
    return AssetCheckSpec(**resolve_fields(model, AssetCheckSpecKwargs, context))  # pyright: ignore[reportArgumentType, reportCallIssue] - the names are those of AssetCheckSpec


ResolvedAssetCheckSpec = Annotated[
    AssetCheckSpec,
    Resolver(_check_spec, model_field_type=AssetCheckSpecKwargs.model()),
    _INSTANCE,
]
"""A check spec that a file declares."""

AssetAttributesModel: type[BaseModel] = AssetSpecUpdateKwargs.model()
"""The model of what files may change of an asset."""


def _changes(context: ResolutionContext, model: object) -> object:
    if not isinstance(model, BaseModel):
        return model
    return resolve_fields(model, AssetsDefUpdateKwargs, context)


ResolvedAssetAttributes = Annotated[
    Mapping[str, Any], Resolver(_changes, model_field_type=AssetsDefUpdateKwargs.model())
]
"""Changes of an asset that a file declares, by attribute."""
