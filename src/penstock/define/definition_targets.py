"""What schedules, sensors and jobs name that nobody lists: their targets are definitions too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.graph import GraphDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob


@runtime_checkable
class HasTargets(Protocol):
    """A schedule or a sensor: it knows what it starts."""

    @property
    def targeted(self) -> Sequence[object]:
        """The jobs and assets that it was declared with, as the objects that were given."""
        ...


def targeted_assets(things: Iterable[object]) -> list[AssetsDefinition]:
    """Return the definitions of assets that things name as their targets."""
    found: dict[int, AssetsDefinition] = {}
    for thing in things:
        for target in _targets(thing):
            if isinstance(target, AssetsDefinition):
                found[id(target)] = target
    return list(found.values())


def targeted_jobs(things: Iterable[object]) -> list[JobDefinition | UnresolvedAssetJob]:
    """Return the jobs that schedules and sensors name; a graph becomes a job."""
    found: dict[int, JobDefinition | UnresolvedAssetJob] = {}
    for thing in things:
        for target in _targets(thing):
            if isinstance(target, GraphDefinition):
                found[id(target)] = target.to_job()
            elif isinstance(target, (JobDefinition, UnresolvedAssetJob)):
                found[id(target)] = target
    return list(found.values())


def _targets(thing: object) -> Sequence[object]:
    return thing.targeted if isinstance(thing, HasTargets) else ()
