"""`observe`: look at assets that are made elsewhere, here and now, from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.config.run_config import RunConfig
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.source_asset import SourceAsset
from penstock.errors import InvalidInvocationError
from penstock.execute.materialize import materialize
from penstock.execute.result import ExecuteInProcessResult
from penstock.instance import Instance
from penstock.model.keys import AssetKey

Observable = AssetsDefinition | SourceAsset


def observe(
    assets: Sequence[Observable],
    run_config: Mapping[str, object] | RunConfig | None = None,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,  # noqa: FBT001, FBT002 - the public signature
    tags: Mapping[str, str] | None = None,
) -> ExecuteInProcessResult:
    """Observe assets in this process, and return what happened.

    Args:
        assets: The assets; each has a function that observes it.
        run_config: Config of the run.
        instance: Where the run is recorded; an ephemeral instance if None.
        resources: Resources by key.
        partition_key: The partition to look at.
        raise_on_error: Whether to raise what user code raised.
        tags: Tags of the run.

    Raises:
        InvalidInvocationError: One of the assets cannot be observed.
    """
    keys: list[AssetKey] = []
    for asset in assets:
        if not asset.is_observable:
            raise InvalidInvocationError(
                f"{asset!r} cannot be observed: it has no observing function. Declare it with "
                "@observable_source_asset."
            )
        keys += [asset.key] if isinstance(asset, SourceAsset) else sorted(asset.keys)
    return materialize(
        assets,
        run_config=run_config,
        instance=instance,
        resources=resources,
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
        selection=keys,
    )
