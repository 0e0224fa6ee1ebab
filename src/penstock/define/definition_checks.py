"""What definitions must be before they can be loaded: of different names, and split alike.

Everything about the graph of assets is found later, in `plan/validate.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.definition_arguments import Job
from penstock.define.implicit_job import IMPLICIT_ASSET_JOB_NAME
from penstock.define.loaded import Declared
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetKey


def checked_names(jobs: Iterable[Job], ticking: Iterable[object]) -> None:
    """Make sure that jobs, schedules and sensors have names of their own.

    Args:
        jobs: The jobs.
        ticking: The schedules and sensors, which share one set of names.

    Raises:
        InvalidDefinitionError: A name is there twice, or is reserved.
    """
    named = list(jobs)
    _refuse_repeated(named, "job")
    _refuse_repeated(ticking, "schedule or sensor")
    if any(job.name == IMPLICIT_ASSET_JOB_NAME for job in named):
        raise InvalidDefinitionError(
            f"A job is named '{IMPLICIT_ASSET_JOB_NAME}', which is kept for the job that makes "
            "all assets. Rename it."
        )


def _refuse_repeated(things: Iterable[object], what: str) -> None:
    seen: dict[str, object] = {}
    for thing in things:
        name = str(getattr(thing, "name", ""))
        known = seen.setdefault(name, thing)
        if known is not thing and known != thing:
            raise InvalidDefinitionError(
                f"{what.capitalize()} '{name}' is defined twice. Rename one of them."
            )


def checked_partitions(declared: Iterable[Declared]) -> None:
    """Make sure that checks with partitions of their own are split like their assets.

    Raises:
        InvalidDefinitionError: One is not.
    """
    split = [
        (spec, spec.partitions_def)
        for thing in declared
        if isinstance(thing, AssetChecksDefinition)
        for spec in thing.check_specs
        if spec.partitions_def is not None
    ]
    assets = _specs_by_key(declared if split else ())
    for check, partitions in split:
        asset = assets.get(check.asset_key)
        if asset is not None and asset.partitions_def != partitions:
            raise InvalidDefinitionError(
                f"Check '{check.name}' is not split into the same partitions as its asset "
                f"'{check.asset_key}'. Give it the asset's partitions_def, or none."
            )


def _specs_by_key(declared: Iterable[Declared]) -> Mapping[AssetKey, AssetSpec]:
    found: dict[AssetKey, AssetSpec] = {}
    for thing in declared:
        specs = thing.specs if isinstance(thing, AssetsDefinition) else (thing,)
        found.update({spec.key: spec for spec in specs})
    return found
