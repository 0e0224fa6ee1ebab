"""`StaleStatus` and `StaleCause`: why what is stored of an asset is out of date, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from penstock.base.tags import (
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    INPUT_EVENT_POINTER_TAG_PREFIX,
)
from penstock.compat.event_entries import EventLogEntry
from penstock.define.result import DataProvenance, DataVersion
from penstock.graph.staleness import default_data_version
from penstock.model.events import AssetMaterialized, AssetObserved
from penstock.model.keys import AssetKey

UNKNOWN_DATA_VERSION = DataVersion("UNKNOWN")
"""Stands for the version of data of which none is known."""


class StaleStatus(Enum):
    """Where a partition of an asset stands."""

    MISSING = "MISSING"
    STALE = "STALE"
    FRESH = "FRESH"


class StaleCauseCategory(Enum):
    """What changed since the data was made."""

    CODE = "CODE"
    DEPENDENCIES = "DEPENDENCIES"
    DATA = "DATA"


class AssetKeyPartitionKey(NamedTuple):
    """One partition of an asset; None is the partition of an asset without."""

    asset_key: AssetKey
    partition_key: str | None = None


@dataclass(frozen=True, slots=True, init=False)
class StaleCause:
    """One reason why an asset is stale.

    Attributes:
        key: What is stale, or what changed.
        category: The kind of change.
        reason: The change in words.
        dependency: The upstream asset that is to blame, if one is.
        children: What changed there.
    """

    key: AssetKeyPartitionKey
    category: StaleCauseCategory
    reason: str
    dependency: AssetKeyPartitionKey | None
    children: tuple[StaleCause, ...]

    def __init__(
        self,
        key: AssetKey | AssetKeyPartitionKey,
        category: StaleCauseCategory,
        reason: str,
        dependency: AssetKey | AssetKeyPartitionKey | None = None,
        children: Sequence[StaleCause] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "key", _whole(key))
        put(self, "category", category)
        put(self, "reason", reason)
        put(self, "dependency", None if dependency is None else _whole(dependency))
        put(self, "children", tuple(children or ()))

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is stale, or that changed."""
        return self.key.asset_key

    @property
    def partition_key(self) -> str | None:
        """The partition of it."""
        return self.key.partition_key

    def __lt__(self, other: StaleCause) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[str, str, int, str]:
        place = list(StaleCauseCategory).index(self.category)
        escaped = self.key.asset_key.to_escaped_user_string()
        return escaped, self.key.partition_key or "", place, self.reason


def _whole(key: AssetKey | AssetKeyPartitionKey) -> AssetKeyPartitionKey:
    return AssetKeyPartitionKey(key) if isinstance(key, AssetKey) else key


def compute_logical_data_version(
    code_version: str, input_data_versions: dict[AssetKey, DataVersion]
) -> DataVersion:
    """Return the version of data that user code did not version itself.

    Args:
        code_version: The version of the code that made it.
        input_data_versions: The versions of the data that it was made of.
    """
    inputs = {
        key.to_escaped_user_string(): version.value for key, version in input_data_versions.items()
    }
    if UNKNOWN_DATA_VERSION in input_data_versions.values():
        return UNKNOWN_DATA_VERSION
    return DataVersion(default_data_version(code_version, inputs, ""))


def extract_data_version_from_entry(entry: EventLogEntry) -> DataVersion | None:
    """Return the version that a materialization or an observation tells; None if none."""
    event = entry.stored.event
    if isinstance(event, (AssetMaterialized, AssetObserved)) and event.data_version:
        return DataVersion(event.data_version)
    return None


def extract_data_provenance_from_entry(entry: EventLogEntry) -> DataProvenance | None:
    """Return what a materialization says that its data was made of; None of another event."""
    event = entry.stored.event
    if not isinstance(event, AssetMaterialized):
        return None
    versions = {
        AssetKey.from_escaped_user_string(text): DataVersion(version)
        for text, version in event.inputs.items()
    }
    return DataProvenance(
        code_version=event.code_version or "",
        input_data_versions={key: version for key, version in versions.items() if version.value},
        input_storage_ids={key: _pointer(event, key) for key in versions},
        is_user_provided=event.tags.get(DATA_VERSION_IS_USER_PROVIDED_TAG) == "true",
    )


def _pointer(event: AssetMaterialized, upstream: AssetKey) -> int | None:
    """Return the event of an upstream asset that user code says it read; None if it says none."""
    told = str(event.tags.get(f"{INPUT_EVENT_POINTER_TAG_PREFIX}/{upstream.to_user_string()}", ""))
    return int(told) if told.isdecimal() else None
