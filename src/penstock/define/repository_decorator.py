"""The decorators `repository` and `definitions`, and definitions made from arguments by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast, overload

from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.definition_merge import flat
from penstock.define.definitions import Definitions
from penstock.define.graph import GraphDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.partitioned_schedule import UnresolvedPartitionedSchedule
from penstock.define.repository import SINGLETON_REPOSITORY_NAME, RepositoryDefinition
from penstock.define.repository_data import RepositoryData
from penstock.define.schedule import ScheduleDefinition
from penstock.define.sensor import SensorDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError, InvariantViolationError

RepositoryFunction = Callable[
    [], Sequence[object] | Mapping[str, Mapping[str, object]] | RepositoryData
]


class LazyDefinitions:
    """A function that makes `Definitions` when a code location is loaded.

    Attributes:
        has_context: Whether the function takes the context of the load.
    """

    def __init__(self, function: Callable[..., Definitions]) -> None:
        self.function = function
        self.has_context: bool = bool(inspect.signature(function).parameters)
        self.__doc__ = function.__doc__

    def __call__(self, context: object = None) -> Definitions:
        """Make the definitions.

        Raises:
            InvariantViolationError: The function returned something else.
        """
        made = self.function(context) if self.has_context else self.function()
        if not isinstance(made, Definitions):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvariantViolationError(
                f"The function '{self.function.__name__}' is decorated with @definitions, but "
                f"returned {made!r}. It must return Definitions."
            )
        return made


def definitions(fn: Callable[..., Definitions]) -> LazyDefinitions:
    """Mark a function as the one that makes the definitions of its module.

    Args:
        fn: Takes nothing, or the context of the load; returns `Definitions`.

    Raises:
        InvalidDefinitionError: It takes more.

    Example:
        >>> @definitions
        ... def defs() -> Definitions:
        ...     return Definitions()
        >>> defs()
        Definitions(0 assets, 0 checks, 0 jobs, 0 schedules, 0 sensors, 0 resources)
    """
    if len(inspect.signature(fn).parameters) > 1:
        raise InvalidDefinitionError(
            f"'{fn.__name__}' is decorated with @definitions, so it takes the context of the load "
            "or nothing, but it has more parameters. Remove them."
        )
    return LazyDefinitions(fn)


@overload
def repository(definitions_fn: RepositoryFunction) -> RepositoryDefinition: ...


@overload
def repository(
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    default_executor_def: object = None,
    default_logger_defs: Mapping[str, object] | None = None,
    top_level_resources: Mapping[str, object] | None = None,
) -> Callable[[RepositoryFunction], RepositoryDefinition]: ...


def repository(
    definitions_fn: RepositoryFunction | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    default_executor_def: object = None,
    default_logger_defs: Mapping[str, object] | None = None,
    top_level_resources: Mapping[str, object] | None = None,
) -> RepositoryDefinition | Callable[[RepositoryFunction], RepositoryDefinition]:
    """Declare a repository: a function that returns a list of definitions. `Definitions` is newer.

    Args:
        definitions_fn: The function, where the decorator is used bare.
        name: Its name; the function's if None.
        description: What it is; the docstring if None.
        metadata: Facts about it.
        default_executor_def: What runs the steps of jobs that say nothing else.
        default_logger_defs: Loggers by key, of jobs that say nothing else.
        top_level_resources: Resources by key.

    Raises:
        InvalidDefinitionError: The function returns something that cannot be in a repository.
    """

    def decorate(function: RepositoryFunction) -> RepositoryDefinition:
        known_as = name or function.__name__
        returned: object = function()
        resources = top_level_resources
        if isinstance(returned, RepositoryData):
            resources = {**returned.get_top_level_resources(), **(resources or {})}
            returned = _things_of(returned)
        made = Definitions(
            **_sorted_out(returned, known_as),
            resources=resources,
            executor=default_executor_def,
            loggers=default_logger_defs,  # pyright: ignore[reportArgumentType] - checked there
            metadata=metadata,
        )
        return RepositoryDefinition(
            made, name=known_as, description=description or function.__doc__
        )

    return decorate if definitions_fn is None else decorate(definitions_fn)


def _things_of(data: RepositoryData) -> list[object]:
    """Return everything that is in a repository, each once."""
    things: list[object] = [
        *data.get_all_jobs(),
        *data.get_all_schedules(),
        *data.get_all_sensors(),
        *data.get_assets_defs_by_key().values(),
        *data.get_source_assets_by_key().values(),
        *data.get_asset_checks_defs_by_key().values(),
    ]
    return list({id(thing): thing for thing in things}.values())


def _sorted_out(returned: object, name: str) -> dict[str, list[object]]:
    if isinstance(returned, Mapping):
        tables = cast("Mapping[str, Mapping[str, object]]", returned)
        things = [thing for table in tables.values() for thing in table.values()]
    elif isinstance(returned, (list, tuple)):
        things = flat(cast("list[object]", returned))
    else:
        raise InvalidDefinitionError(
            f"The function of repository '{name}' returned {returned!r}. Return a list of "
            "definitions."
        )
    found: dict[str, list[object]] = {
        "assets": [],
        "asset_checks": [],
        "jobs": [],
        "schedules": [],
        "sensors": [],
    }
    for thing in things:
        found[_kind_of(thing, name)].append(thing)
    return found


def _kind_of(thing: object, name: str) -> str:
    if isinstance(thing, AssetChecksDefinition):
        return "asset_checks"
    if isinstance(thing, (AssetsDefinition, AssetSpec, SourceAsset)):
        return "assets"
    if isinstance(thing, (JobDefinition, UnresolvedAssetJob, GraphDefinition)):
        return "jobs"
    if isinstance(thing, (ScheduleDefinition, UnresolvedPartitionedSchedule)):
        return "schedules"
    if isinstance(thing, SensorDefinition):
        return "sensors"
    raise InvalidDefinitionError(
        f"The function of repository '{name}' returned, among others, {thing!r} of type "
        f"{type(thing).__name__}. Return assets, checks, jobs, schedules and sensors only."
    )


def create_repository_using_definitions_args(
    name: str = SINGLETON_REPOSITORY_NAME,
    assets: Iterable[object] | None = None,
    schedules: Iterable[object] | None = None,
    sensors: Iterable[object] | None = None,
    jobs: Iterable[object] | None = None,
    resources: Mapping[str, object] | None = None,
    executor: object = None,
    loggers: Mapping[str, object] | None = None,
    asset_checks: Iterable[object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> RepositoryDefinition:
    """Make a named repository of the arguments of `Definitions`."""
    made = Definitions(
        assets=assets,
        schedules=schedules,
        sensors=sensors,
        jobs=jobs,
        resources=resources,
        executor=executor,
        loggers=loggers,  # pyright: ignore[reportArgumentType] - checked there
        asset_checks=asset_checks,
        metadata=metadata,
    )
    return RepositoryDefinition(made, name=name)
