"""Joining `Definitions`, and changing all that they hold.

Refuses to know how definitions are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.definition_arguments import Job
from penstock.define.definition_targets import retargeted, targeted_jobs
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.partitioned_schedule import UnresolvedPartitionedSchedule
from penstock.define.schedule import ScheduleDefinition
from penstock.define.sensor import SensorDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import InvariantViolationError
from penstock.model.metadata import normalize_metadata

ARGUMENTS: Final = (
    "assets",
    "schedules",
    "sensors",
    "jobs",
    "resources",
    "executor",
    "loggers",
    "asset_checks",
    "metadata",
    "component_tree",
)
"""The arguments of `Definitions`, which are its attributes as well."""

_LISTS: Final = ("assets", "schedules", "sensors", "jobs", "asset_checks")


def flat(things: Iterable[object]) -> list[object]:
    """Return things with lists among them opened."""
    found: list[object] = []
    for thing in things:
        if isinstance(thing, (list, tuple)):
            found.extend(flat(cast("list[object]", thing)))
        else:
            found.append(thing)
    return found


Arguments = Mapping[str, object]


def _list(arguments: Arguments, name: str) -> list[object]:
    return cast("list[object]", arguments[name])


def _table(arguments: Arguments, name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", arguments[name])


def merged(defs: Sequence[Arguments]) -> dict[str, object]:
    """Return the arguments of definitions that hold all that several hold.

    Args:
        defs: The arguments of each of the definitions.

    Raises:
        InvariantViolationError: Two of them give different resources or loggers the same key, or
            have different executors or component trees.
    """
    found: dict[str, object] = {
        name: [thing for each in defs for thing in _list(each, name)] for name in _LISTS
    }
    found["resources"] = _united([_table(each, "resources") for each in defs], "resources")
    found["loggers"] = _united([_table(each, "loggers") for each in defs], "loggers")
    found["executor"] = _only([each["executor"] for each in defs], "an executor")
    found["component_tree"] = _only([each["component_tree"] for each in defs], "a component_tree")
    found["metadata"] = {
        key: value for each in defs for key, value in _table(each, "metadata").items()
    }
    return found


def _united(tables: Sequence[Mapping[str, object]], what: str) -> dict[str, object]:
    found: dict[str, object] = {}
    owner: dict[str, int] = {}
    for number, table in enumerate(tables):
        for key, value in table.items():
            known = found.setdefault(key, value)
            if known is not value and known != value:
                raise InvariantViolationError(
                    f"The definitions at positions {owner[key]} and {number} disagree about "
                    f"'{key}' among their {what}. Give it once, or rename one of them."
                )
            owner.setdefault(key, number)
    return found


def _only(values: Sequence[object], what: str) -> object:
    first: int | None = None
    for number, value in enumerate(values):
        if value is None:
            continue
        if first is not None and values[first] != value:
            raise InvariantViolationError(
                f"The definitions at positions {first} and {number} disagree about {what}: each "
                "brings its own. Give only one."
            )
        first = number if first is None else first
    return None if first is None else values[first]


def with_metadata(
    defs: Arguments, update: Callable[[Mapping[str, object]], Mapping[str, object]]
) -> dict[str, object]:
    """Return the arguments of definitions whose members have other metadata."""
    found: dict[str, object] = {
        "assets": [_asset_with(thing, update) for thing in flat(_list(defs, "assets"))],
        "asset_checks": [_asset_with(thing, update) for thing in flat(_list(defs, "asset_checks"))],
    }
    jobs = _list(defs, "jobs")
    ticking = {name: _list(defs, name) for name in ("schedules", "sensors")}
    known = [*jobs, *targeted_jobs(each for things in ticking.values() for each in things)]
    replaced = {id(job): _replaced(job, update) for job in known}
    found["jobs"] = [replaced[id(job)] for job in jobs]
    for name, things in ticking.items():
        found[name] = [
            _replaced(retargeted(each, cast("Mapping[int, Job]", replaced)), update)
            for each in things
        ]
    return found


def _replaced(
    thing: object, update: Callable[[Mapping[str, object]], Mapping[str, object]]
) -> object:
    if isinstance(thing, (ScheduleDefinition, SensorDefinition)):
        return thing.with_attributes(metadata=update(thing.metadata))
    if isinstance(thing, UnresolvedPartitionedSchedule):
        return replace(thing, metadata=update(thing.metadata or {}))
    if isinstance(thing, UnresolvedAssetJob):
        facts = thing.facts
        return replace(
            thing, facts=replace(facts, metadata=normalize_metadata(update(facts.metadata)))
        )
    if isinstance(thing, JobDefinition):
        return thing.with_metadata(update(thing.metadata))
    return thing


def _asset_with(
    thing: object, update: Callable[[Mapping[str, object]], Mapping[str, object]]
) -> object:
    if isinstance(thing, AssetSpec):
        return thing.replace_attributes(metadata=update(thing.metadata))
    if isinstance(thing, SourceAsset):
        return thing.with_metadata(update(thing.raw_metadata))
    if not isinstance(thing, AssetsDefinition):
        return thing
    of_assets = {key: update(metadata) for key, metadata in thing.metadata_by_key.items()}
    of_checks = {check.key: update(check.metadata) for check in thing.check_specs}
    return thing.with_attributes(metadata_by_key={**of_assets, **of_checks})
