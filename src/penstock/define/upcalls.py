"""The one deliberate hole in the layers: definitions that can run themselves.

`job.execute_in_process()` and its kin live on classes of this layer and need `penstock.execute`
above it. They go through here, by name and at call time, and nothing else does.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from penstock.model.keys import AssetKey

if TYPE_CHECKING:
    from penstock.config.run_config import RunConfig
    from penstock.define.graph import GraphDefinition
    from penstock.define.job import JobDefinition
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


def job_of_graph(graph: GraphDefinition, **arguments: object) -> JobDefinition:
    """Make a job of a graph: the job's module knows graphs, and not the other way round."""
    module = importlib.import_module("penstock.define.job")
    made: JobDefinition = module.job_of_graph(graph, **arguments)
    return made


def ephemeral_instance() -> object:
    """Return an instance in memory, for a context built by hand."""
    module = importlib.import_module("penstock.instance")
    return module.Instance.ephemeral()


def execute_job_in_process(
    job: JobDefinition,
    *,
    run_config: Mapping[str, object] | RunConfig | None,
    instance: object,
    partition_key: str | None,
    raise_on_error: bool,
    op_selection: Sequence[str] | None,
    asset_selection: Sequence[AssetKey] | None,
    run_id: str | None,
    input_values: Mapping[str, object] | None,
    tags: Mapping[str, str],
    resources: Mapping[str, object] | None,
) -> RunResult:
    """Run a job in this process."""
    module = importlib.import_module("penstock.execute.jobs")
    result: RunResult = module.execute_in_process(
        job,
        run_config=run_config,
        instance=instance,
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        op_selection=op_selection,
        asset_selection=asset_selection,
        run_id=run_id,
        input_values=input_values,
        tags=tags,
        resources=resources,
    )
    return result


class ValueLoader(Protocol):
    """What loads stored values of assets, one after another."""

    def __enter__(self) -> ValueLoader:
        """Keep IO managers open until the end of the block."""
        ...

    def __exit__(self, *details: object) -> None:
        """Release the IO managers."""
        ...

    def load_asset_value(
        self,
        asset_key: AssetKey,
        *,
        python_type: object = None,
        partition_key: str | None = None,
        input_definition_metadata: Mapping[str, object] | None = None,
        resource_config: Mapping[str, object] | None = None,
    ) -> object:
        """Load the value of an asset."""
        ...


def asset_value_loader(loaded: LoadedDefinitions, instance: object) -> ValueLoader:
    """Return what loads stored values of assets, outside a run."""
    module = importlib.import_module("penstock.execute.asset_value_loader")
    loader: ValueLoader = module.AssetValueLoader(loaded, instance)
    return loader
