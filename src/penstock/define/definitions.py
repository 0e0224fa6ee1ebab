"""`Definitions`: everything that a code location declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from penstock.base.text import did_you_mean
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.loaded import LoadedDefinitions, flatten, load
from penstock.errors import (
    InvalidDefinitionError,
    InvalidDefinitionsError,
    InvalidSubsetError,
    InvariantViolationError,
)
from penstock.graph.asset_graph import AssetGraph


class Definitions:
    """Everything that a code location declares.

    Construction never fails on contradictions between definitions; loading does, with one error
    that lists every problem.

    Args:
        assets: Decorated functions, `AssetSpec`s for assets made elsewhere, and lists of them.
        asset_checks: Checks.
        jobs: Jobs from `define_asset_job`.
        resources: Resources by key. `io_manager` is always there unless it is given.
    """

    def __init__(
        self,
        assets: Iterable[object] | None = None,
        *,
        asset_checks: Iterable[object] | None = None,
        jobs: Iterable[UnresolvedAssetJob] | None = None,
        resources: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        self.assets = list(assets or ())
        self.asset_checks = list(asset_checks or ())
        self.jobs = list(jobs or ())
        self.resources: dict[str, object] = dict(resources or {})
        self.metadata: dict[str, object] = dict(metadata or {})
        self._loaded: LoadedDefinitions | None = None

    def load(self, location: str = "local") -> LoadedDefinitions:
        """Check the definitions against each other and gather them; done once.

        Raises:
            InvalidDefinitionsError: Listing every problem.
        """
        if self._loaded is None or self._loaded.location != location:
            self._loaded = load(
                flatten([*self.assets, *self.asset_checks]),
                resources=self.resources,
                location=location,
                jobs=[(job.name, str(job.selection)) for job in self.jobs],
            )
        return self._loaded

    @staticmethod
    def validate_loadable(defs: Definitions) -> None:
        """Make sure that the definitions are sound, the selections of their jobs included.

        Raises:
            InvalidDefinitionsError: Listing every problem.
        """
        loaded = defs.load()
        faults: list[str] = []
        for job in defs.jobs:
            try:
                JobDefinition(job, loaded)
            except InvalidSubsetError as error:
                faults.append(f"Job '{job.name}': {error}")
        if faults:
            raise InvalidDefinitionsError(faults)

    def resolve_asset_graph(self) -> AssetGraph:
        """Return the graph of all assets."""
        return self.load().graph

    get_asset_graph = resolve_asset_graph

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return a declared job with its selection resolved.

        Raises:
            InvalidDefinitionError: There is no job of that name.
        """
        for job in self.jobs:
            if job.name == name:
                return JobDefinition(job, self.load())
        near = did_you_mean(name, [job.name for job in self.jobs])
        raise InvalidDefinitionError(f"There is no job '{name}'.{near}")

    get_job_def = resolve_job_def

    @staticmethod
    def merge(*defs: Definitions) -> Definitions:
        """Join several definitions into one.

        Raises:
            InvariantViolationError: Two of them give different resources the same key.
        """
        resources: dict[str, object] = {}
        owner: dict[str, int] = {}
        for number, each in enumerate(defs):
            for key, value in each.resources.items():
                if key in resources and resources[key] is not value and resources[key] != value:
                    raise InvariantViolationError(
                        f"Definitions objects {owner[key]} and {number} have different resources "
                        f"with same key '{key}'"
                    )
                resources.setdefault(key, value)
                owner.setdefault(key, number)
        return Definitions(
            [a for d in defs for a in d.assets],
            asset_checks=[c for d in defs for c in d.asset_checks],
            jobs=[j for d in defs for j in d.jobs],
            resources=resources,
            metadata={k: v for d in defs for k, v in d.metadata.items()},
        )
