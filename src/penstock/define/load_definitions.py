"""`load_definitions_from_*`: everything that modules declare, as one `Definitions`."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from types import ModuleType

from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.definitions import Definitions
from penstock.define.executor import ExecutorDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.logger import LoggerDefinition
from penstock.define.modules import (
    calling_module,
    load_assets_from_modules,
    members_of,
    modules_of,
)
from penstock.define.schedule import ScheduleDefinition
from penstock.define.sensor import SensorDefinition


def load_definitions_from_modules(
    modules: Iterable[ModuleType],
    resources: Mapping[str, object] | None = None,
    loggers: Mapping[str, LoggerDefinition] | None = None,
    executor: ExecutorDefinition | None = None,
) -> Definitions:
    """Return everything that modules have as attributes, alone or in lists, as one `Definitions`.

    Args:
        modules: The modules.
        resources: The resources by key.
        loggers: The loggers by key.
        executor: What runs the steps.

    Raises:
        InvalidDefinitionError: Two definitions are of the same asset.
    """
    searched = list(modules)
    found = [value for _, value in members_of(searched)]
    return Definitions(
        assets=load_assets_from_modules(searched, include_specs=True),
        asset_checks=[each for each in found if isinstance(each, AssetChecksDefinition)],
        jobs=[each for each in found if isinstance(each, (JobDefinition, UnresolvedAssetJob))],
        schedules=[each for each in found if isinstance(each, ScheduleDefinition)],
        sensors=[each for each in found if isinstance(each, SensorDefinition)],
        resources=resources,
        loggers=loggers,
        executor=executor,
    )


def load_definitions_from_module(
    module: ModuleType,
    resources: Mapping[str, object] | None = None,
    loggers: Mapping[str, LoggerDefinition] | None = None,
    executor: ExecutorDefinition | None = None,
) -> Definitions:
    """Return everything that a module declares; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([module], resources, loggers, executor)


def load_definitions_from_current_module(
    resources: Mapping[str, object] | None = None,
    loggers: Mapping[str, LoggerDefinition] | None = None,
    executor: ExecutorDefinition | None = None,
) -> Definitions:
    """Return everything that the module declares that this is called in."""
    return load_definitions_from_modules([calling_module()], resources, loggers, executor)


def load_definitions_from_package_module(
    package_module: ModuleType,
    resources: Mapping[str, object] | None = None,
    loggers: Mapping[str, LoggerDefinition] | None = None,
    executor: ExecutorDefinition | None = None,
) -> Definitions:
    """Return everything that a package and all below it declare."""
    modules = modules_of(package_module)
    return load_definitions_from_modules(modules, resources, loggers, executor)


def load_definitions_from_package_name(
    package_name: str,
    resources: Mapping[str, object] | None = None,
    loggers: Mapping[str, LoggerDefinition] | None = None,
    executor: ExecutorDefinition | None = None,
) -> Definitions:
    """Return everything that a package of that name and all below it declare."""
    modules = modules_of(importlib.import_module(package_name))
    return load_definitions_from_modules(modules, resources, loggers, executor)
