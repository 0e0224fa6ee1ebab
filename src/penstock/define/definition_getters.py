"""The `get_…` methods of `Definitions`, which resolve what they find and warn where they must.

What they return is what the `resolve_…` methods return; new code calls those.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from penstock.base.warnings import user_stacklevel
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.definition_merge import flat
from penstock.define.definition_targets import targeted_jobs
from penstock.define.job import UnresolvedAssetJob
from penstock.define.spec import CoercibleToAsset, key_of

if TYPE_CHECKING:
    from penstock.define.definition_arguments import Job
    from penstock.define.job import JobDefinition
    from penstock.define.schedule import ScheduleDefinition
    from penstock.define.sensor import SensorDefinition

_ON_PURPOSE = "To load them on purpose, use"


class Resolving(Protocol):
    """What the getters ask of `Definitions`."""

    assets: list[object]
    asset_checks: list[object]
    jobs: list[Job]
    schedules: list[object]
    sensors: list[object]

    def resolve_assets_def(self, key: CoercibleToAsset) -> AssetsDefinition:
        """Return the definition that makes an asset."""
        ...

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return a job."""
        ...

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """Return the job of everything that can be executed."""
        ...

    def resolve_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return a schedule."""
        ...

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor."""
        ...


class ResolvingGetters:
    """The older getters of `Definitions`."""

    def get_assets_def(self: Resolving, key: CoercibleToAsset) -> AssetsDefinition:
        """Return the definition that makes an asset, without loading if it was passed as such.

        Warns if it was not; use `resolve_assets_def` then.

        Raises:
            InvariantViolationError: There is no such asset.
        """
        wanted = key_of(key)
        for thing in flat([*self.assets, *self.asset_checks]):
            if isinstance(thing, AssetsDefinition) and wanted in thing.keys:
                return thing
        _warn(
            f"Asset '{wanted}' was not passed as an AssetsDefinition, so get_assets_def loads the "
            f"definitions to find it. {_ON_PURPOSE} resolve_assets_def."
        )
        return self.resolve_assets_def(wanted)

    def get_job_def(self: Resolving, name: str) -> JobDefinition:
        """Return a job; warns unless it was passed to `jobs` as such.

        Raises:
            InvalidDefinitionError: There is no job of that name.
        """
        warning = _job_warning(name, self.jobs, self.schedules, self.sensors)
        if warning is not None:
            _warn(f"{warning} {_ON_PURPOSE} resolve_job_def.")
        return self.resolve_job_def(name)

    def get_implicit_global_asset_job_def(self: Resolving) -> JobDefinition:
        """Return the job of everything that can be executed; warns that it loads."""
        _warn(
            "get_implicit_global_asset_job_def loads the definitions. "
            f"{_ON_PURPOSE} resolve_implicit_global_asset_job_def."
        )
        return self.resolve_implicit_global_asset_job_def()

    def get_schedule_def(self: Resolving, name: str) -> ScheduleDefinition:
        """Return a schedule whose job has its resources; warns that it loads."""
        _warn(f"get_schedule_def loads the definitions. {_ON_PURPOSE} resolve_schedule_def.")
        return self.resolve_schedule_def(name)

    def get_sensor_def(self: Resolving, name: str) -> SensorDefinition:
        """Return a sensor whose jobs have their resources; warns that it loads."""
        _warn(f"get_sensor_def loads the definitions. {_ON_PURPOSE} resolve_sensor_def.")
        return self.resolve_sensor_def(name)


def _job_warning(
    name: str, jobs: Sequence[Job], schedules: Sequence[object], sensors: Sequence[object]
) -> str | None:
    """Return what to warn of when a job is got by name; None if it was passed as it is."""
    for job in jobs:
        if job.name != name:
            continue
        if isinstance(job, UnresolvedAssetJob):
            return f"get_job_def loads the definitions: '{name}' is a job of selected assets."
        return None
    if any(job.name == name for job in targeted_jobs(schedules)):
        return f"get_job_def loads the definitions: only a schedule names job '{name}'."
    if any(job.name == name for job in targeted_jobs(sensors)):
        return f"get_job_def loads the definitions: only a sensor names job '{name}'."
    return f"get_job_def loads the definitions: none of jobs= is called '{name}'."


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=user_stacklevel())
