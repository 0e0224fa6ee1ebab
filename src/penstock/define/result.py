"""What the body of an asset or a check returns: results, outputs and runless events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from penstock.define.spec import CoercibleToAsset, key_of
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DataVersion:
    """The version of an asset's data, as its maker names it."""

    value: str


class AssetCheckSeverity(Enum):
    """How bad a failed check is; only ERROR can block."""

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, init=False)
class AssetCheckResult:
    """The verdict of a check.

    Args:
        passed: Whether the data is as it should be.
        asset_key: The asset; needed only where the step evaluates several.
        check_name: The check; needed only where the step evaluates several.
        severity: How bad a failure is.
    """

    passed: bool
    asset_key: AssetKey | None
    check_name: str | None
    metadata: Mapping[str, MetadataUnion]
    severity: AssetCheckSeverity
    description: str | None

    def __init__(
        self,
        passed: bool,  # noqa: FBT001 - the public signature
        *,
        asset_key: CoercibleToAsset | None = None,
        check_name: str | None = None,
        metadata: Mapping[str, object] | None = None,
        severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
        description: str | None = None,
    ) -> None:
        if type(passed).__name__ not in ("bool", "bool_"):  # the second is numpy's
            raise InvalidDefinitionError(
                f"AssetCheckResult(passed=...) must be True or False, not {passed!r}."
            )
        put = object.__setattr__
        put(self, "passed", bool(passed))
        put(self, "asset_key", None if asset_key is None else key_of(asset_key))
        put(self, "check_name", check_name)
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "severity", severity)
        put(self, "description", description)


@dataclass(frozen=True, slots=True, init=False)
class MaterializeResult:
    """Says that an asset was made, without passing a value on.

    Args:
        asset_key: The asset; needed only where the step makes several.
        metadata: Facts about the data.
        check_results: Verdicts of the checks that the step declares.
        data_version: The data's version; derived from code and inputs if None.
        tags: Text to text, kept with the event.
    """

    asset_key: AssetKey | None
    metadata: Mapping[str, MetadataUnion]
    check_results: Sequence[AssetCheckResult]
    data_version: DataVersion | None
    tags: Mapping[str, str]

    def __init__(
        self,
        *,
        asset_key: CoercibleToAsset | None = None,
        metadata: Mapping[str, object] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "asset_key", None if asset_key is None else key_of(asset_key))
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "check_results", tuple(check_results or ()))
        put(self, "data_version", data_version)
        put(self, "tags", dict(tags or {}))


# No slots: `Output[int](...)` of typing sets an attribute, which a slotted frozen class answers
# with a TypeError instead of the AttributeError that typing expects (CPython 3.11).
@dataclass(frozen=True, init=False)
class Output(Generic[T]):
    """A value for an output, with facts about it.

    Args:
        value: The value, which the IO manager stores.
        output_name: The output; needed only where the step has several.
    """

    value: T
    output_name: str
    metadata: Mapping[str, MetadataUnion]
    data_version: DataVersion | None
    tags: Mapping[str, str]

    def __init__(
        self,
        value: T,
        output_name: str = "result",
        *,
        metadata: Mapping[str, object] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "value", value)
        put(self, "output_name", output_name)
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "data_version", data_version)
        put(self, "tags", dict(tags or {}))


@dataclass(frozen=True, slots=True, init=False)
class AssetMaterialization:
    """Says that an asset was made elsewhere, for `log_event` and `report_runless_asset_event`."""

    asset_key: AssetKey
    description: str | None
    metadata: Mapping[str, MetadataUnion]
    partition: str | None
    tags: Mapping[str, str]

    @property
    def is_observation(self) -> bool:
        """Whether nothing was made, only learned."""
        return False

    def __init__(
        self,
        asset_key: CoercibleToAsset,
        description: str | None = None,
        *,
        metadata: Mapping[str, object] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "asset_key", key_of(asset_key))
        put(self, "description", description)
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "partition", partition)
        put(self, "tags", dict(tags or {}))


class AssetObservation(AssetMaterialization):
    """Says that something was learned about an asset without making it."""

    __slots__ = ()

    @property
    def is_observation(self) -> bool:
        """Whether nothing was made, only learned."""
        return True


@dataclass(frozen=True, slots=True)
class AssetCheckEvaluation:
    """A recorded verdict of a check."""

    asset_key: AssetKey
    check_name: str
    passed: bool
    metadata: Mapping[str, MetadataUnion] = field(default_factory=dict[str, MetadataUnion])
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None
    partition: str | None = None
    blocking: bool = False

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check's identity."""
        return AssetCheckKey(self.asset_key, self.check_name)
