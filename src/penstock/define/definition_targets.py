"""What schedules, sensors and jobs name that nobody lists: their targets are definitions too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, cast, runtime_checkable

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.partitioned_schedule import UnresolvedPartitionedSchedule
from penstock.define.schedule import ScheduleDefinition
from penstock.define.sensor import SensorDefinition
from penstock.define.targets import AutomationTarget


@runtime_checkable
class NamesAssets(Protocol):
    """A target or a job that was declared with definitions of assets."""

    @property
    def assets_defs(self) -> Sequence[AssetsDefinition]:
        """The definitions that it was given."""
        ...


def targeted_assets(things: Iterable[object]) -> list[AssetsDefinition]:
    """Return the definitions of assets that things name as what they run."""
    found: dict[int, AssetsDefinition] = {}
    for thing in things:
        for place in (thing, *_targets(thing), *(t.job_def for t in _targets(thing))):
            if isinstance(place, NamesAssets):
                found.update({id(made): made for made in place.assets_defs})
    return list(found.values())


def targeted_jobs(things: Iterable[object]) -> list[JobDefinition | UnresolvedAssetJob]:
    """Return the jobs that schedules and sensors name; one made of bare assets is a job too."""
    found: dict[int, JobDefinition | UnresolvedAssetJob] = {}
    for thing in things:
        if isinstance(thing, UnresolvedPartitionedSchedule):
            found[id(thing.job)] = thing.job
        jobs = (target.job_def for target in _targets(thing))
        found.update({id(job): job for job in jobs if job is not None})
    return list(found.values())


def _targets(thing: object) -> Sequence[AutomationTarget]:
    if isinstance(thing, SensorDefinition):
        return thing.targets
    if isinstance(thing, ScheduleDefinition):
        return () if thing.target is None else (thing.target,)
    return ()


def equipped_sensor(
    sensor: SensorDefinition, equip: Callable[[JobDefinition], JobDefinition]
) -> SensorDefinition:
    """Return a sensor with its jobs equipped; as it is if it names one by name only."""
    jobs = [target.job_def for target in sensor.targets]
    known = [equip(job) for job in jobs if isinstance(job, JobDefinition)]
    return sensor.with_updated_jobs(known) if known and len(known) == len(jobs) else sensor


def equipped_schedule(
    schedule: ScheduleDefinition, equip: Callable[[JobDefinition], JobDefinition]
) -> ScheduleDefinition:
    """Return a schedule with its job equipped; as it is if it names one by name only."""
    known = [job for job in targeted_jobs([schedule]) if isinstance(job, JobDefinition)]
    return schedule.with_updated_job(equip(known[0])) if known else schedule


def retargeted(thing: object, jobs: Mapping[int, JobDefinition | UnresolvedAssetJob]) -> object:
    """Return a schedule or sensor that names other jobs in place of some.

    Args:
        thing: The schedule or sensor.
        jobs: The jobs to name, by the identity of those that they stand for.
    """
    if isinstance(thing, UnresolvedPartitionedSchedule):
        return replace(thing, job=cast("UnresolvedAssetJob", jobs.get(id(thing.job), thing.job)))
    named = [target.job_def for target in _targets(thing)]
    known = [jobs.get(id(job), job) for job in named if job is not None]
    if not known or len(known) != len(named):
        return thing
    if isinstance(thing, SensorDefinition):
        return thing.with_updated_jobs(known)
    return cast("ScheduleDefinition", thing).with_updated_job(known[0])
