"""`RepositoryDefinition`: definitions under a name, the older form of a code location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.implicit_job import IMPLICIT_ASSET_JOB_NAME
from penstock.define.names import checked_node_name
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion

if TYPE_CHECKING:
    from penstock.define.definition_graph import DefinedAssetGraph
    from penstock.define.engine import ValueLoader
    from penstock.define.job import JobDefinition
    from penstock.define.schedule import ScheduleDefinition
    from penstock.define.sensor import SensorDefinition

SINGLETON_REPOSITORY_NAME = "__repository__"


class Held(Protocol):
    """What a repository asks of the `Definitions` that it holds."""

    metadata: dict[str, MetadataUnion]
    resources: dict[str, object]
    schedules: list[object]
    sensors: list[object]

    def load(self) -> object:
        """Make sure that everything is sound."""
        ...

    def resolve_asset_graph(self) -> DefinedAssetGraph:
        """Return the graph of all assets."""
        ...

    def resolve_all_job_defs(self) -> Sequence[JobDefinition]:
        """Return every job."""
        ...

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return a job."""
        ...

    def has_implicit_global_asset_job_def(self) -> bool:
        """Tell whether anything can be executed."""
        ...

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """Return the job of everything that can be executed."""
        ...

    def resolve_implicit_job_def_def_for_assets(
        self, asset_keys: Iterable[AssetKey]
    ) -> JobDefinition | None:
        """Return the job that makes some assets."""
        ...

    def resolve_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return a schedule."""
        ...

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor."""
        ...

    def load_asset_value(
        self,
        asset_key: AssetKey,
        *,
        python_type: type | None = None,
        instance: object = None,
        partition_key: str | None = None,
    ) -> object:
        """Load the value of an asset."""
        ...

    def get_asset_value_loader(self, instance: object = None) -> ValueLoader:
        """Return what loads values of assets."""
        ...


class RepositoryDefinition:
    """Definitions under a name.

    Args:
        definitions: What it holds.
        name: Its name.
        description: What it is.
    """

    def __init__(
        self,
        definitions: Held,
        *,
        name: str = SINGLETON_REPOSITORY_NAME,
        description: str | None = None,
    ) -> None:
        self.name: str = checked_node_name(name)
        self.description = description
        self.definitions = definitions

    def __call__(self) -> Self:
        """Return itself: what `@repository` decorates may still be called."""
        return self

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about it."""
        return self.definitions.metadata

    @property
    def asset_graph(self) -> DefinedAssetGraph:
        """The graph of all assets."""
        return self.definitions.resolve_asset_graph()

    @property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition]:
        """The definitions by asset."""
        return self.asset_graph.assets_defs_by_key

    @property
    def asset_checks_defs_by_key(self) -> Mapping[AssetCheckKey, AssetsDefinition]:
        """The definitions by the checks that they evaluate."""
        return self.asset_graph.asset_checks_defs_by_key

    def get_top_level_resources(self) -> Mapping[str, object]:
        """Return the resources by key."""
        return self.definitions.resources

    def get_all_jobs(self) -> Sequence[JobDefinition]:
        """Return every job, the one that is not declared included."""
        return self.definitions.resolve_all_job_defs()

    @property
    def job_names(self) -> Sequence[str]:
        """The names of all jobs."""
        return [job.name for job in self.get_all_jobs()]

    def has_job(self, name: str) -> bool:
        """Tell whether there is a job of that name."""
        return name in self.job_names

    def get_job(self, name: str) -> JobDefinition:
        """Return a job.

        Raises:
            InvalidDefinitionError: There is no job of that name.
        """
        return self.definitions.resolve_job_def(name)

    def has_implicit_global_asset_job_def(self) -> bool:
        """Tell whether there is any asset or check to execute."""
        return self.definitions.has_implicit_global_asset_job_def()

    def get_implicit_global_asset_job_def(self) -> JobDefinition:
        """Return the job of everything that can be executed."""
        return self.definitions.resolve_implicit_global_asset_job_def()

    def get_implicit_asset_job_names(self) -> Sequence[str]:
        """Return the names of the jobs that are not declared."""
        return [IMPLICIT_ASSET_JOB_NAME] if self.has_implicit_global_asset_job_def() else []

    def get_implicit_job_def_for_assets(
        self, asset_keys: Iterable[AssetKey]
    ) -> JobDefinition | None:
        """Return the job that makes some assets without being declared; None if none can."""
        return self.definitions.resolve_implicit_job_def_def_for_assets(asset_keys)

    @property
    def schedule_defs(self) -> Sequence[object]:
        """The schedules, each once."""
        return list({id(each): each for each in self.definitions.schedules}.values())

    def has_schedule_def(self, name: str) -> bool:
        """Tell whether there is a schedule of that name."""
        return any(getattr(each, "name", None) == name for each in self.schedule_defs)

    def get_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return a schedule."""
        return self.definitions.resolve_schedule_def(name)

    @property
    def sensor_defs(self) -> Sequence[object]:
        """The sensors, each once."""
        return list({id(each): each for each in self.definitions.sensors}.values())

    def has_sensor_def(self, name: str) -> bool:
        """Tell whether there is a sensor of that name."""
        return any(getattr(each, "name", None) == name for each in self.sensor_defs)

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor."""
        return self.definitions.resolve_sensor_def(name)

    def load_all_definitions(self) -> None:
        """Make sure that everything in it is sound."""
        self.definitions.load()

    def get_asset_value_loader(self, instance: object = None) -> ValueLoader:
        """Return what loads values of assets, and keeps resources open in between."""
        return self.definitions.get_asset_value_loader(instance)

    def load_asset_value(
        self,
        asset_key: AssetKey,
        *,
        python_type: type | None = None,
        instance: object = None,
        partition_key: str | None = None,
    ) -> object:
        """Load the value of an asset; see `Definitions.load_asset_value`."""
        return self.definitions.load_asset_value(
            asset_key, python_type=python_type, instance=instance, partition_key=partition_key
        )

    def __repr__(self) -> str:
        return f"RepositoryDefinition('{self.name}')"
