"""The one deliberate hole in the layers: definitions that can run themselves.

`job.execute_in_process()` and its kin live on classes of this layer and need `penstock.execute`
above it. They go through here, by name and at call time, and nothing else does.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from penstock.model.keys import AssetKey

if TYPE_CHECKING:
    from penstock.define.loaded import LoadedDefinitions


class RunResult(Protocol):
    """What a finished run tells."""

    @property
    def success(self) -> bool:
        """Whether every step ended well."""
        ...

    @property
    def run_id(self) -> str:
        """The id of the run."""
        ...


def execute(
    loaded: LoadedDefinitions,
    *,
    assets: frozenset[AssetKey],
    job: str,
    run_config: Mapping[str, object] | None,
    instance: object,
    partition_key: str | None,
    raise_on_error: bool,
    tags: Mapping[str, str],
    resources: Mapping[str, object] | None,
) -> RunResult:
    """Run assets of loaded definitions in this process."""
    module = importlib.import_module("penstock.execute.materialize")
    result: RunResult = module.execute_loaded(
        loaded,
        assets=assets,
        job=job,
        run_config=run_config,
        instance=instance,
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
        resources=resources,
    )
    return result
