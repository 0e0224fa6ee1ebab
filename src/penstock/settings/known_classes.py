"""Dagster's names for pluggable classes, and ours that do the same.

So a `dagster.yaml` that names `dagster._core.launcher.DefaultRunLauncher` works where no Dagster is
installed. A class that is not in the table is imported from where the file says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from penstock.config.configurable_class import ConfigurableClassData

_OURS: Final = {
    "DefaultRunLauncher": "penstock.execute.launcher",
    "DefaultRunCoordinator": "penstock.execute.coordinators",
    "QueuedRunCoordinator": "penstock.execute.coordinators",
    "LocalArtifactStorage": "penstock.settings.artifact_storage",
    "LocalComputeLogManager": "penstock.store.compute_logs",
    "NoOpComputeLogManager": "penstock.store.compute_logs",
    "EnvFileLoader": "penstock.settings.secrets_loader",
    "PerProjectEnvFileLoader": "penstock.settings.secrets_loader",
    "UPathDefsStateStorage": "penstock.settings.definition_state",
    "DagsterDaemonScheduler": "penstock.settings.scheduler",
}
_RENAMED: Final = {"DagsterDaemonScheduler": "DaemonScheduler"}

SQLITE_CLASSES: Final = frozenset(
    {
        "DagsterSqliteStorage",
        "SqliteRunStorage",
        "SqliteEventLogStorage",
        "ConsolidatedSqliteEventLogStorage",
        "SqliteScheduleStorage",
    }
)
POSTGRES_CLASSES: Final = frozenset(
    {
        "DagsterPostgresStorage",
        "PostgresRunStorage",
        "PostgresEventLogStorage",
        "PostgresScheduleStorage",
    }
)

DEFAULT_PARTS: Final = {
    "local_artifact_storage": "LocalArtifactStorage",
    "compute_logs": "LocalComputeLogManager",
    "scheduler": "DagsterDaemonScheduler",
    "run_coordinator": "QueuedRunCoordinator",
    "run_launcher": "DefaultRunLauncher",
    "secrets": "PerProjectEnvFileLoader",
    "defs_state_storage": "UPathDefsStateStorage",
}
"""The class of each part for which the settings name none, under Dagster's name."""


def is_dagsters(data: ConfigurableClassData) -> bool:
    """Tell whether a class is said to be in Dagster or one of its libraries."""
    package = data.module_name.split(".")[0]
    return package == "dagster" or package.startswith("dagster_")


def at_home_here(data: ConfigurableClassData) -> ConfigurableClassData:
    """Return the class of ours that does what a class of Dagster does; else the one named."""
    module = _OURS.get(data.class_name)
    if module is None or not is_dagsters(data):
        return data
    name = _RENAMED.get(data.class_name, data.class_name)
    return replace(data, module_name=module, class_name=name)


def default_part(key: str, config_yaml: str = "{}") -> ConfigurableClassData:
    """Return the class of a part for which the settings name none."""
    return at_home_here(ConfigurableClassData("dagster", DEFAULT_PARTS[key], config_yaml))
