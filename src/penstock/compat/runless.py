"""Events that are reported from outside any run, as the values that stores keep.

Shows what `report_runless_asset_event` accepts; the classes are those of `define/result.py`, known
here by their shape only, because the control plane must not see the layer of user code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Protocol, runtime_checkable

from penstock.errors import InvariantViolationError
from penstock.model.events import AssetMaterialized, AssetObserved, CheckEvaluated, RunEvent
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion


@runtime_checkable
class RunlessAssetEvent(Protocol):
    """A materialization or an observation; `is_observation` tells which."""

    @property
    def asset_key(self) -> AssetKey:
        """The asset that it is about."""
        ...

    @property
    def is_observation(self) -> bool:
        """Whether nothing was made, only learned."""
        ...

    @property
    def description(self) -> str | None:
        """What it says, for people."""
        ...

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about the data."""
        ...

    @property
    def partition(self) -> str | None:
        """The partition that it is about."""
        ...

    @property
    def tags(self) -> Mapping[str, str]:
        """Text to text, kept with the event."""
        ...


@runtime_checkable
class RunlessCheckEvent(Protocol):
    """A verdict of a check."""

    @property
    def asset_key(self) -> AssetKey:
        """The asset that it is about."""
        ...

    @property
    def check_name(self) -> str:
        """The name of the check."""
        ...

    @property
    def passed(self) -> bool:
        """Whether the data is as it should be."""
        ...

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about the data."""
        ...

    @property
    def severity(self) -> Enum:
        """How bad a failure is."""
        ...

    @property
    def description(self) -> str | None:
        """What it says, for people."""
        ...

    @property
    def partition(self) -> str | None:
        """The partition that it is about."""
        ...

    @property
    def blocking(self) -> bool:
        """Whether a failure keeps what depends on the asset from running."""
        ...


RunlessEvent = RunlessAssetEvent | RunlessCheckEvent
"""What may be reported from outside any run."""


def to_native(event: RunlessEvent) -> RunEvent:
    """Return a reported event as the value that stores keep.

    Raises:
        InvariantViolationError: It is none that can be reported.
    """
    if hasattr(event, "is_observation"):
        return _asset_event(event)  # pyright: ignore[reportArgumentType] - told by its attribute
    if not hasattr(event, "check_name"):
        raise InvariantViolationError(
            f"{type(event).__name__} cannot be reported. Report an AssetMaterialization, an "
            "AssetObservation or an AssetCheckEvaluation."
        )
    return _check_event(event)  # pyright: ignore[reportArgumentType] - told by its attribute


def _asset_event(event: RunlessAssetEvent) -> AssetMaterialized | AssetObserved:
    kind = AssetObserved if event.is_observation else AssetMaterialized
    tags = dict(event.tags)
    return kind(
        asset=event.asset_key,
        partition=event.partition,
        metadata=dict(event.metadata),
        data_version=tags.pop("dagster/data_version", ""),
        tags=tags,
        description=event.description,
    )


def _check_event(event: RunlessCheckEvent) -> CheckEvaluated:
    return CheckEvaluated(
        asset=event.asset_key,
        name=event.check_name,
        passed=event.passed,
        partition=event.partition,
        severity=str(event.severity.value),
        blocking=event.blocking,
        metadata=dict(event.metadata),
        description=event.description,
    )
