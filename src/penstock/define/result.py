"""What the body of an asset or a check returns: results, outputs and runless events."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from penstock.define.spec import CoercibleToAsset, key_of
from penstock.define.values import NO_VALUE
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.model.asset_state import AssetCheckEvaluationTargetMaterializationData
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion, MetadataValue, normalize_metadata

if TYPE_CHECKING:
    import typing_extensions

    # So that the bare name is complete in an annotation; `typing` has defaults from 3.13 on.
    T = typing_extensions.TypeVar("T", default=object)
else:
    T = TypeVar("T")
R = TypeVar("R")


def _with_metadata(result: R, metadata: Mapping[str, object]) -> R:
    """Return a result with other metadata and everything else as it is."""
    made = copy.copy(result)
    object.__setattr__(made, "metadata", normalize_metadata(metadata))
    return made


_WORD = re.compile(r"\w+")


def _key_of_event(asset: CoercibleToAsset) -> AssetKey:
    """Return the key of an event's asset; text like a path has a part for each of its words."""
    if isinstance(asset, str) and not asset.isidentifier():
        return AssetKey(_WORD.findall(asset) or asset)
    return key_of(asset)


@dataclass(frozen=True, slots=True)
class DataVersion:
    """The version of an asset's data, as its maker names it."""

    value: str


@dataclass(frozen=True, slots=True, init=False)
class DataVersionsByPartition:
    """The versions of an observed asset's partitions.

    Args:
        data_versions_by_partition: A version, or its text, for each partition that was looked at.
    """

    data_versions_by_partition: Mapping[str, DataVersion]

    def __init__(self, data_versions_by_partition: Mapping[str, str | DataVersion]) -> None:
        versions = {
            partition: version if isinstance(version, DataVersion) else DataVersion(version)
            for partition, version in data_versions_by_partition.items()
        }
        object.__setattr__(self, "data_versions_by_partition", versions)


@dataclass(frozen=True, slots=True)
class DataProvenance:
    """What a version of an asset's data was made of.

    Attributes:
        code_version: The version of the code that made it.
        input_data_versions: The versions of the data that it was made of.
        input_storage_ids: The events that told of those; None where there was none.
        is_user_provided: Whether the version was given, not derived.
    """

    code_version: str
    input_data_versions: Mapping[AssetKey, DataVersion]
    input_storage_ids: Mapping[AssetKey, int | None]
    is_user_provided: bool


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

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return it with other metadata."""
        return _with_metadata(self, metadata)


class _AssetResult:
    """What a body says of one asset: common to making and observing it."""

    asset_key: AssetKey | None
    metadata: Mapping[str, MetadataUnion]
    check_results: Sequence[AssetCheckResult]
    data_version: DataVersion | None
    tags: Mapping[str, str]

    def __init__(
        self,
        asset_key: CoercibleToAsset | None = None,
        metadata: Mapping[str, object] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        wrong = [r for r in check_results or () if not isinstance(r, AssetCheckResult)]  # pyright: ignore[reportUnnecessaryIsInstance]
        if wrong:
            raise ParameterCheckError(
                f"{type(self).__name__}: check_results holds {wrong[0]!r}, which is not an "
                "AssetCheckResult."
            )
        put = object.__setattr__
        put(self, "asset_key", None if asset_key is None else key_of(asset_key))
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "check_results", tuple(check_results or ()))
        put(self, "data_version", data_version)
        put(self, "tags", dict(tags or {}))

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return it with other metadata."""
        return _with_metadata(self, metadata)

    def check_result_named(self, check_name: str) -> AssetCheckResult:
        """Return the result of one of its checks.

        Raises:
            InvariantViolationError: It has none of that name.
        """
        for result in self.check_results:
            if result.check_name == check_name:
                return result
        raise InvariantViolationError(f"There is no result of a check named '{check_name}'.")


# No slots: `MaterializeResult[int](...)` of typing sets an attribute, which a slotted frozen class
# answers with a TypeError instead of the AttributeError that typing expects (CPython 3.11).
@dataclass(frozen=True, init=False)
class MaterializeResult(_AssetResult, Generic[T]):
    """Says that an asset was made, with its value or without.

    Args:
        asset_key: The asset; needed only where the step makes several.
        metadata: Facts about the data.
        check_results: Verdicts of the checks that the step declares.
        data_version: The data's version; derived from code and inputs if None.
        tags: Text to text, kept with the event.
        value: The value, which the IO manager stores; without it nothing is stored.
    """

    asset_key: AssetKey | None
    metadata: Mapping[str, MetadataUnion]
    check_results: Sequence[AssetCheckResult]
    data_version: DataVersion | None
    tags: Mapping[str, str]
    value: T | object

    def __init__(
        self,
        asset_key: CoercibleToAsset | None = None,
        metadata: Mapping[str, object] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        value: T | object = NO_VALUE,
    ) -> None:
        super().__init__(asset_key, metadata, check_results, data_version, tags)
        object.__setattr__(self, "value", value)


@dataclass(frozen=True, init=False)
class ObserveResult(_AssetResult):
    """Says that something was learned about an asset that is made elsewhere.

    Args:
        asset_key: The asset; needed only where the step observes several.
        metadata: Facts about the data.
        check_results: Verdicts of the checks that the step declares.
        data_version: The version that the data has.
        tags: Text to text, kept with the event.
    """

    asset_key: AssetKey | None
    metadata: Mapping[str, MetadataUnion]
    check_results: Sequence[AssetCheckResult]
    data_version: DataVersion | None
    tags: Mapping[str, str]


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
        metadata: Mapping[str, object] | None = None,
        data_version: DataVersion | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "value", value)
        put(self, "output_name", output_name)
        put(self, "metadata", normalize_metadata(metadata or {}))
        put(self, "data_version", data_version)
        put(self, "tags", dict(tags or {}))

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return it with other metadata."""
        return _with_metadata(self, metadata)


_MAPPING_KEY = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, init=False)
class DynamicOutput(Generic[T]):
    """One of the values of a dynamic output.

    Args:
        value: The value, which the IO manager stores.
        mapping_key: Names the value among those of the output, and the steps that run for it.
        output_name: The output; needed only where the step has several.
        metadata: Facts about the value.

    Raises:
        InvalidDefinitionError: The mapping key has characters other than letters, digits and `_`.
    """

    value: T
    mapping_key: str
    output_name: str
    metadata: Mapping[str, MetadataUnion]

    def __init__(
        self,
        value: T,
        mapping_key: str,
        output_name: str = "result",
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        if not isinstance(mapping_key, str) or not _MAPPING_KEY.fullmatch(mapping_key):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise InvalidDefinitionError(
                f"{mapping_key!r} is not a valid mapping_key. Use letters, digits and '_'."
            )
        put = object.__setattr__
        put(self, "value", value)
        put(self, "mapping_key", mapping_key)
        put(self, "output_name", output_name)
        put(self, "metadata", normalize_metadata(metadata or {}))


@dataclass(frozen=True, slots=True, init=False)
class AssetMaterialization:
    """Says that an asset was made elsewhere, for `log_event` and `report_runless_asset_event`."""

    asset_key: AssetKey
    description: str | None
    metadata: Mapping[str, MetadataUnion]
    partition: str | None
    tags: Mapping[str, str]

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return it with other metadata."""
        return _with_metadata(self, metadata)

    @classmethod
    def file(
        cls,
        path: str,
        description: str | None = None,
        asset_key: CoercibleToAsset | None = None,
    ) -> Self:
        """Say that a file was written.

        Args:
            path: Where the file is.
            description: What is in it.
            asset_key: The asset that the file is; made of the path if None.
        """
        return cls(asset_key or path, description, {"path": MetadataValue.path(path)})

    @property
    def label(self) -> str:
        """The asset's key, its parts joined by spaces."""
        return " ".join(self.asset_key.path)

    @property
    def is_observation(self) -> bool:
        """Whether nothing was made, only learned."""
        return False

    def __init__(
        self,
        asset_key: CoercibleToAsset,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "asset_key", _key_of_event(asset_key))
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
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None
    partition: str | None = None
    blocking: bool = False
    target_materialization_data: AssetCheckEvaluationTargetMaterializationData | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", normalize_metadata(self.metadata))

    def with_metadata(self, metadata: Mapping[str, object]) -> Self:
        """Return it with other metadata."""
        return _with_metadata(self, metadata)

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check's identity."""
        return AssetCheckKey(self.asset_key, self.check_name)


@dataclass(frozen=True, init=False)
class ExpectationResult:
    """Says whether an expectation of an op about its data held; prefer `AssetCheckResult`.

    Args:
        success: Whether it held.
        label: What was expected, in short.
        description: What was expected, for people.
        metadata: Facts about it.
    """

    success: bool
    label: str | None
    description: str | None
    metadata: Mapping[str, MetadataUnion]

    def __init__(
        self,
        success: bool,  # noqa: FBT001 - the public signature
        label: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "success", success)
        put(self, "label", label)
        put(self, "description", description)
        put(self, "metadata", normalize_metadata(metadata or {}))
