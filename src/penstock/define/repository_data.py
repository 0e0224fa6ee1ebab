"""`RepositoryData`: what is in a repository, as a class of functions that `@repository` may return.

A subclass says what there is when it is asked. It is asked once, when the repository is made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, TypeVar

from penstock.base.text import did_you_mean
from penstock.errors import DefinitionNotFoundError

if TYPE_CHECKING:
    from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
    from penstock.define.job import JobDefinition
    from penstock.define.schedule import ScheduleDefinition
    from penstock.define.sensor import SensorDefinition
    from penstock.define.source_asset import SourceAsset
    from penstock.model.keys import AssetCheckKey, AssetKey

T = TypeVar("T")


class RepositoryData(ABC):
    """What is in a repository.

    Example:
        ```python
        class Everything(dg.RepositoryData):
            def get_all_jobs(self):
                return [my_job]

            def get_top_level_resources(self):
                return {}

            def get_env_vars_by_top_level_resource(self):
                return {}


        @dg.repository
        def everything():
            return Everything()
        ```
    """

    @abstractmethod
    def get_all_jobs(self) -> Sequence[JobDefinition]:
        """Return the jobs."""

    @abstractmethod
    def get_top_level_resources(self) -> Mapping[str, object]:
        """Return the resources, by key."""

    @abstractmethod
    def get_env_vars_by_top_level_resource(self) -> Mapping[str, AbstractSet[str]]:
        """Return the environment variables that each resource reads; nothing asks for them."""

    def get_all_schedules(self) -> Sequence[ScheduleDefinition]:
        """Return the schedules."""
        return ()

    def get_all_sensors(self) -> Sequence[SensorDefinition]:
        """Return the sensors."""
        return ()

    def get_assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition]:
        """Return the assets that are made, by key."""
        return {}

    def get_source_assets_by_key(self) -> Mapping[AssetKey, SourceAsset]:
        """Return the assets that are made elsewhere, by key."""
        return {}

    def get_asset_checks_defs_by_key(self) -> Mapping[AssetCheckKey, AssetChecksDefinition]:
        """Return the checks, by key."""
        return {}

    def get_asset_job_nodes(self) -> Sequence[object]:
        """Return the jobs that are parts of the asset graph; there are none."""
        return ()

    def get_component_tree(self) -> object:
        """Return the components that the definitions were made of; None if there are none."""
        return None

    def load_all_definitions(self) -> None:
        """Make everything that is made when it is first asked for."""
        self.get_all_jobs()
        self.get_all_schedules()
        self.get_all_sensors()
        self.get_source_assets_by_key()

    def get_job_names(self) -> Sequence[str]:
        """Return the names of the jobs."""
        return [job.name for job in self.get_all_jobs()]

    def has_job(self, job_name: str) -> bool:
        """Tell whether there is a job of a name."""
        return job_name in self.get_job_names()

    def get_job(self, job_name: str) -> JobDefinition:
        """Return a job.

        Raises:
            DefinitionNotFoundError: There is none of that name.
        """
        return _named("job", job_name, {each.name: each for each in self.get_all_jobs()})

    def get_schedule_names(self) -> Sequence[str]:
        """Return the names of the schedules."""
        return [schedule.name for schedule in self.get_all_schedules()]

    def has_schedule(self, schedule_name: str) -> bool:
        """Tell whether there is a schedule of a name."""
        return schedule_name in self.get_schedule_names()

    def get_schedule(self, schedule_name: str) -> ScheduleDefinition:
        """Return a schedule.

        Raises:
            DefinitionNotFoundError: There is none of that name.
        """
        found = {each.name: each for each in self.get_all_schedules()}
        return _named("schedule", schedule_name, found)

    def get_sensor_names(self) -> Sequence[str]:
        """Return the names of the sensors."""
        return [sensor.name for sensor in self.get_all_sensors()]

    def has_sensor(self, sensor_name: str) -> bool:
        """Tell whether there is a sensor of a name."""
        return sensor_name in self.get_sensor_names()

    def get_sensor(self, sensor_name: str) -> SensorDefinition:
        """Return a sensor.

        Raises:
            DefinitionNotFoundError: There is none of that name.
        """
        return _named("sensor", sensor_name, {each.name: each for each in self.get_all_sensors()})


def _named(kind: str, name: str, found: Mapping[str, T]) -> T:
    if name not in found:
        raise DefinitionNotFoundError(
            f"The repository has no {kind} '{name}'.{did_you_mean(name, found)}"
        )
    return found[name]
