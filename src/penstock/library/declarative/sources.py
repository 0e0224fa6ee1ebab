"""Looking at the files of declared sources, outside any run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from penstock.base.tags import DATA_VERSION_TAG
from penstock.define.result import AssetObservation
from penstock.execute.versions import observed_version
from penstock.instance import Instance
from penstock.library.declarative import content
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataValue

PATH_METADATA = "penstock/path"
"""The metadata of a declared asset that says where its data is."""


def observe_sources(
    sources: Mapping[AssetKey, Mapping[str, object]], instance: Instance
) -> list[AssetKey]:
    """Record what the files of sources hold now; return those that hold something new.

    Args:
        sources: The metadata of assets that are made elsewhere; those without a file are left out.
        instance: Where it is recorded.
    """
    changed: list[AssetKey] = []
    for key, metadata in sources.items():
        path = metadata.get(PATH_METADATA)
        version = content.version_of(Path(path)) if isinstance(path, str) else None
        if version is not None and version != observed_version(instance.store, key, None):
            instance.report_runless_asset_event(observation(key, Path(str(path)), version))
            changed.append(key)
    return changed


def observation(
    key: AssetKey, path: Path, version: str, *, partition: str | None = None
) -> AssetObservation:
    """Return what is learned by looking at the file of a source."""
    return AssetObservation(
        key,
        metadata={
            "path": MetadataValue.path(str(path)),
            "size": content.size_of(path),
            "modified": MetadataValue.timestamp(path.stat().st_mtime),
        },
        partition=partition,
        tags={DATA_VERSION_TAG: version},
    )
