"""What schedules and sensors run: what `job=`, `jobs=`, `target=` and `job_name=` accept.

Owns the one shape that all of these become, `AutomationTarget`. Assets become a job of their own,
which has no name that anybody chose.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.graph import GraphDefinition
from penstock.define.job import (
    JobDefinition,
    UnresolvedAssetJob,
    define_asset_job,
    job_of_graph,
)
from penstock.errors import InvalidDefinitionError, ParameterCheckError, PenstockError
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection

ExecutableJob = JobDefinition | UnresolvedAssetJob
CoercibleToJob = ExecutableJob | GraphDefinition
CoercibleToTarget = CoercibleToAssetSelection | ExecutableJob

ANONYMOUS_PREFIX = "__anonymous_asset_job_"


@dataclass(frozen=True, slots=True)
class AutomationTarget:
    """A job that a schedule or a sensor runs.

    Attributes:
        job_name: The name of the job.
        job_def: The job; None if only its name was given.
        assets_defs: The definitions of assets, where these were given instead of a job.
    """

    job_name: str
    job_def: ExecutableJob | None = None
    assets_defs: tuple[AssetsDefinition, ...] = ()

    @property
    def given(self) -> list[object]:
        """The objects that were given, for those who gather definitions."""
        return [*self.assets_defs, *([] if self.job_def is None else [self.job_def])]

    @property
    def is_anonymous(self) -> bool:
        """Whether it was made of assets, so that nobody chose its name."""
        return self.job_name.startswith(ANONYMOUS_PREFIX)

    @property
    def assets(self) -> AssetSelection | None:
        """The assets of a job of assets."""
        job = self.job_def
        return job.selection if isinstance(job, UnresolvedAssetJob) else None


def target_of_job(job: CoercibleToJob, *, of: str) -> AutomationTarget:
    """Return a job, or a graph as a job, as a target.

    Raises:
        ParameterCheckError: It is neither.
    """
    if isinstance(job, GraphDefinition):
        warnings.warn(
            f"{of} takes the graph '{job.name}' for a job, which is deprecated. Pass its to_job().",
            DeprecationWarning,
            stacklevel=4,
        )
        job = job_of_graph(job)
    if not isinstance(job, (JobDefinition, UnresolvedAssetJob)):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(
            f"{of}: {job!r} of type {type(job).__name__} is not a job. Give what @job or "
            "define_asset_job returned."
        )
    return AutomationTarget(job.name, job)


def target_of(target: CoercibleToTarget, *, name: str) -> AutomationTarget:
    """Return what was given as `target=`.

    Args:
        target: A job, or anything that is a selection of assets.
        name: The name of the schedule or sensor; a job of assets is named after it.

    Raises:
        ParameterCheckError: It is neither.
        InvalidSelectionError: It is a text that is no selection.
    """
    if isinstance(target, (JobDefinition, UnresolvedAssetJob)):
        return AutomationTarget(target.name, target)
    selection = selection_of(target, of=f"target of '{name}'")
    job = define_asset_job(f"{ANONYMOUS_PREFIX}{name}", selection)
    return AutomationTarget(job.name, job, _definitions_in(target))


def _definitions_in(target: object) -> tuple[AssetsDefinition, ...]:
    items = [target]
    if isinstance(target, (list, tuple)):
        items = list(cast("Sequence[object]", target))
    return tuple(item for item in items if isinstance(item, AssetsDefinition))


def selection_of(selection: CoercibleToAssetSelection, *, of: str) -> AssetSelection:
    """Return a selection of assets.

    Raises:
        ParameterCheckError: It cannot be one.
        InvalidSelectionError: It is a text that is no selection.
    """
    try:
        return AssetSelection.from_coercible(selection)
    except PenstockError:
        raise
    except (TypeError, AttributeError, ValueError) as error:
        raise ParameterCheckError(
            f"Invalid {of}: {selection!r} of type {type(selection).__name__}. Give a job, an "
            "AssetSelection, its text, or assets or their keys."
        ) from error


def targets_of(
    *,
    of: str,
    name: str,
    job_name: str | None,
    job: CoercibleToJob | None,
    jobs: Sequence[CoercibleToJob] | None,
    target: CoercibleToTarget | None,
    others: Iterable[object] = (),
) -> tuple[AutomationTarget, ...]:
    """Return the targets that some arguments name; none if none of them is given.

    Args:
        of: The kind of definition, for messages.
        name: The name of the definition.
        job_name: A job by name.
        job: A job.
        jobs: Jobs.
        target: A job, or assets.
        others: Further arguments that exclude the former, each None if it was not given.

    Raises:
        InvalidDefinitionError: More than one is given.
        ParameterCheckError: One of them is not what it should be.
    """
    given = [each for each in (job_name, job, jobs, target, *others) if each is not None]
    if len(given) > 1:
        words = "'job', 'job_name' and 'target'"
        if of != "ScheduleDefinition":
            words = "'job', 'jobs', 'job_name', 'target' and 'asset_selection'"
        raise InvalidDefinitionError(
            f"{of} '{name}' is told in {len(given)} ways what to run. Keep one of {words}."
        )
    if job_name is not None:
        return (AutomationTarget(job_name),)
    if job is not None:
        return (target_of_job(job, of=of),)
    if jobs is not None:
        return tuple(target_of_job(each, of=of) for each in jobs)
    if target is not None:
        return (target_of(target, name=name),)
    return ()
