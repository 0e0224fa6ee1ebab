"""The job that every code location has without declaring it: all that can be executed."""

from __future__ import annotations

from typing import Final, Self

from penstock.define.job import AssetJobDefinition, UnresolvedAssetJob, define_asset_job
from penstock.define.loaded import LoadedDefinitions
from penstock.graph.selection import AssetSelection
from penstock.partitions.definition import PartitionsDefinition

IMPLICIT_ASSET_JOB_NAME: Final = "__ASSET_JOB"
"""The name of the job; no other job may have it."""


class ImplicitAssetJob(AssetJobDefinition):
    """The job of every asset that can be executed; they may be split in different ways."""

    def __new__(cls, *_: object) -> Self:
        """Make the job itself, and not the one that its declaration would become."""
        return object.__new__(cls)

    @staticmethod
    def of(loaded: LoadedDefinitions) -> ImplicitAssetJob:
        """Make the job of loaded definitions."""
        declared = define_asset_job(IMPLICIT_ASSET_JOB_NAME, AssetSelection.all())
        return ImplicitAssetJob(declared, loaded)

    def __init__(  # pyright: ignore[reportInconsistentConstructor] - as JobDefinition
        self, job: UnresolvedAssetJob, loaded: LoadedDefinitions
    ) -> None:
        super().__init__(job, loaded)
        self._keys = loaded.graph.executable_keys

    def _common_partitions(self) -> PartitionsDefinition | None:
        graph = self._loaded.graph
        definitions = {graph.node(key).partitions for key in graph.executable_keys}
        definitions.discard(None)
        return definitions.pop() if len(definitions) == 1 else None
