"""Penstock: declare the data that should exist; it is planned, run, recorded and explained.

Every public name is here, and is loaded when it is first used, so `import penstock` costs next to
nothing. `_HOMES` says where each native name lives; `_ALIASES` gives the names that users of
Dagster know.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {
    "define.asset": "asset multi_asset",
    "define.check": "asset_check",
    "define.context": "AssetExecutionContext AssetCheckExecutionContext OpExecutionContext "
    "build_asset_context",
    "define.definitions": "Definitions",
    "define.io_manager": "IOManager InputContext OutputContext",
    "define.job": "define_asset_job JobDefinition",
    "define.modules": "load_assets_from_modules load_asset_checks_from_modules",
    "define.node": "AssetsDefinition AssetChecksDefinition",
    "define.pythonic": "ConfigurableIOManager",
    "define.result": "AssetCheckEvaluation AssetCheckResult AssetCheckSeverity "
    "AssetMaterialization AssetObservation DataVersion MaterializeResult Output",
    "define.spec": "AssetCheckSpec AssetDep AssetIn AssetOut AssetSpec",
    "config.env": "EnvVar",
    "config.model": "Config PermissiveConfig",
    "config.resource": "ConfigurableIOManagerFactory ConfigurableResource ResourceDependency",
    "config.run_config": "RunConfig",
    "execute.io_managers.filesystem": "FilesystemIOManager",
    "execute.io_managers.memory": "InMemoryIOManager",
    "execute.materialize": "materialize materialize_to_memory",
    "execute.result": "ExecuteInProcessResult",
    "graph.selection": "AssetSelection",
    "instance": "Instance",
    "model.keys": "AssetCheckKey AssetKey",
    "model.metadata": "MetadataValue BoolMetadataValue DagsterAssetMetadataValue "
    "DagsterJobMetadataValue DagsterRunMetadataValue FloatMetadataValue IntMetadataValue "
    "JsonMetadataValue MarkdownMetadataValue NotebookMetadataValue NullMetadataValue "
    "PathMetadataValue PoolMetadataValue PythonArtifactMetadataValue TableMetadataValue "
    "TableSchemaMetadataValue TableColumnLineageMetadataValue TextMetadataValue "
    "TimestampMetadataValue UrlMetadataValue",
    "model.table": "TableColumn TableColumnConstraints TableColumnDep TableColumnLineage "
    "TableConstraints TableRecord TableSchema",
    "model.retry": "Backoff Jitter RetryPolicy",
    "model.run": "RunStatus",
    "compat.events": "EventLogEntry EventLogRecord EventRecordsFilter",
    "compat.runs": "AssetPartitionStatus RunsFilter",
    "partitions.backfill_policy": "BackfillPolicy",
    "partitions.definition": "PartitionsDefinition",
    "partitions.mapping": "AllPartitionMapping IdentityPartitionMapping LastPartitionMapping "
    "PartitionMapping TimeWindowPartitionMapping",
    "partitions.static": "StaticPartitionsDefinition",
    "partitions.time_window": "DailyPartitionsDefinition HourlyPartitionsDefinition "
    "MonthlyPartitionsDefinition TimeWindowPartitionsDefinition WeeklyPartitionsDefinition",
    "partitions.window": "PartitionKeyRange TimeWindow",
    "errors": "PenstockError UsageError InvalidDefinitionError InvalidDefinitionsError "
    "InvalidConfigError InvalidInvocationError InvalidMetadataError InvalidSubsetError "
    "InvalidSelectionError InvariantViolationError UnknownPartitionError UnknownResourceError "
    "StepOutputNotFoundError TypeCheckDidNotPass RunNotFoundError HomeNotSetError LoadError "
    "UserCodeExecutionError StepExecutionError ResourceFunctionError LoadInputError "
    "HandleOutputError Failure RetryRequested CheckFailedError OutageError StoreUnavailableError "
    "StoreFullError NewerStoreError BugError ExecutionInterruptedError",
}

_ALIASES = {
    "DagsterInstance": "instance:Instance",
    "DagsterRunStatus": "model.run:RunStatus",
    "DagsterRun": "compat.runs:DagsterRun",
    "DagsterEvent": "compat.events:DagsterEvent",
    "DagsterEventType": "compat.events:DagsterEventType",
    "DagsterError": "errors:PenstockError",
    "DagsterExecutionInterruptedError": "errors:ExecutionInterruptedError",
    "DagsterExecutionStepExecutionError": "errors:StepExecutionError",
    "DagsterHomeNotSetError": "errors:HomeNotSetError",
    "DagsterInvalidConfigError": "errors:InvalidConfigError",
    "DagsterInvalidDefinitionError": "errors:InvalidDefinitionError",
    "DagsterInvalidInvocationError": "errors:InvalidInvocationError",
    "DagsterInvalidMetadata": "errors:InvalidMetadataError",
    "DagsterInvalidSubsetError": "errors:InvalidSubsetError",
    "DagsterInvalidAssetSelectionError": "errors:InvalidSelectionError",
    "DagsterInvariantViolationError": "errors:InvariantViolationError",
    "DagsterResourceFunctionError": "errors:ResourceFunctionError",
    "DagsterRunNotFoundError": "errors:RunNotFoundError",
    "DagsterStepOutputNotFoundError": "errors:StepOutputNotFoundError",
    "DagsterTypeCheckDidNotPass": "errors:TypeCheckDidNotPass",
    "DagsterUnknownPartitionError": "errors:UnknownPartitionError",
    "DagsterUnknownResourceError": "errors:UnknownResourceError",
    "DagsterUserCodeExecutionError": "errors:UserCodeExecutionError",
}

_PLACES = {
    **{name: (home, name) for home, names in _HOMES.items() for name in names.split()},
    **{alias: (path.split(":")[0], path.split(":")[1]) for alias, path in _ALIASES.items()},
}

__all__ = sorted(_PLACES)  # pyright: ignore[reportUnsupportedDunderAll] - the stub lists them


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'penstock' has no attribute '{name}'")
    module, attribute = place
    value: object = getattr(importlib.import_module(f"penstock.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *_PLACES])
