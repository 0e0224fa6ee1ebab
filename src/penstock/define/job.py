"""`define_asset_job` and the jobs made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penstock.define import upcalls
from penstock.define.loaded import LoadedDefinitions
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.model.keys import AssetKey


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedAssetJob:
    """A job over a selection that is resolved when the definitions are loaded."""

    name: str
    selection: AssetSelection
    config: Mapping[str, object] | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def define_asset_job(
    name: str,
    selection: CoercibleToAssetSelection | None = None,
    *,
    config: Mapping[str, object] | None = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> UnresolvedAssetJob:
    """Declare a job that makes the assets of a selection.

    Args:
        name: The job's name.
        selection: An `AssetSelection`, its text, or keys or assets; every asset if None.
        config: The run config that its runs begin with.
        description: What the job is for.
        tags: Tags of its runs.
    """
    chosen = AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection)
    return UnresolvedAssetJob(
        name=name,
        selection=chosen,
        config=config,
        description=description,
        tags=dict(tags or {}),
    )


class JobDefinition:
    """A job whose selection is resolved."""

    def __init__(self, job: UnresolvedAssetJob, loaded: LoadedDefinitions) -> None:
        self._job = job
        self.loaded = loaded
        self.asset_keys: frozenset[AssetKey] = job.selection.resolve(loaded.graph)

    @property
    def name(self) -> str:
        """The job's name."""
        return self._job.name

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of its runs."""
        return self._job.tags

    def execute_in_process(
        self,
        run_config: Mapping[str, object] | None = None,
        *,
        instance: object = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        tags: Mapping[str, str] | None = None,
        resources: Mapping[str, object] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
    ) -> upcalls.RunResult:
        """Run the job here and now.

        Args:
            run_config: Config of this run.
            instance: Where to record it; an ephemeral instance if None.
            partition_key: The partition to run for.
            raise_on_error: Whether to raise what user code raised.
            tags: Tags of this run. `dagster/asset_partition_range_start` and `_end` ask for a
                range of partitions.
            resources: Resources that take the place of the declared ones.
            asset_selection: The assets to make, instead of all of the job.
        """
        return upcalls.execute(
            self.loaded,
            assets=self.asset_keys if asset_selection is None else frozenset(asset_selection),
            job=self.name,
            run_config=run_config if run_config is not None else self._job.config,
            instance=instance,
            partition_key=partition_key,
            raise_on_error=raise_on_error,
            tags={**self.tags, **(tags or {})},
            resources=resources,
        )
