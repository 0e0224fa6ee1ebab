"""Penstock: declare the data that should exist; it is planned, run, recorded and explained.

Every public name is here, and is loaded when it is first used, so `import penstock` costs next to
nothing. `_HOMES` says where each native name lives; `_ALIASES` gives the names that users of
Dagster know.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from penstock.version import __version__ as __version__

_HOMES = {
    "automation.condition": "AutomationCondition",
    "automation.context": "AutomationContext AutomationResult",
    "define.auto_materialize": "AutoMaterializePolicy",
    "define.auto_materialize_rule": "AutoMaterializeAssetPartitionsFilter AutoMaterializeRule",
    "define.freshness": "apply_freshness_policy",
    "model.freshness": "FreshnessPolicy LegacyFreshnessPolicy",
    "define.asset": "asset",
    "define.asset_ports": "AssetIn AssetOut",
    "define.multi_asset": "multi_asset",
    "define.graph_asset": "graph_asset graph_multi_asset",
    "define.source_asset": "SourceAsset",
    "define.observable": "observable_source_asset multi_observable_source_asset",
    "define.map_specs": "map_asset_specs",
    "define.code_references": "with_source_code_references link_code_references_to_git "
    "AnchorBasedFilePathMapping FilePathMapping",
    "define.check": "asset_check",
    "define.multi_check": "multi_asset_check",
    "define.repository": "RepositoryDefinition",
    "define.repository_data": "RepositoryData",
    "define.repository_decorator": "create_repository_using_definitions_args definitions "
    "repository",
    "define.binding": "BindResourcesToJobs with_resources",
    "library.freshness_checks": "build_last_update_freshness_checks "
    "build_time_partition_freshness_checks",
    "library.freshness_sensor": "build_sensor_for_freshness_checks",
    "library.check_builders": "build_column_schema_change_checks build_metadata_bounds_checks",
    "model.code_reference": "LocalFileCodeReference UrlCodeReference",
    "define.metadata_set": "NamespacedMetadataSet NamespacedTagSet TableMetadataSet UriMetadataSet "
    "CodeReferencesMetadataSet StorageAddress",
    "define.context": "AssetExecutionContext AssetCheckExecutionContext OpExecutionContext",
    "define.direct_context": "build_asset_check_context build_asset_context build_op_context",
    "define.definitions": "Definitions",
    "base.tags": "MAX_RUNTIME_SECONDS_TAG",
    "base.user_code": "user_code_error_boundary",
    "define.paths": "file_relative_path",
    "define.executor": "ExecutorDefinition ExecutorRequirement InitExecutorContext executor "
    "multiple_process_executor_requirements",
    "define.own_executors": "in_process_executor multi_or_in_process_executor "
    "multiprocess_executor threads_executor",
    "define.logger": "InitLoggerContext JsonLogFormatter LoggerDefinition "
    "build_init_logger_context "
    "colored_console_logger default_loggers default_system_loggers get_dagster_logger "
    "json_console_logger logger",
    "execute.jobs": "execute_job",
    "execute.reexecution": "ReexecutionOptions",
    "execute.step_launcher": "StepLauncher",
    "execute.step_refs": "StepRunRef external_instance_from_step_run_ref run_step_from_ref "
    "step_context_to_step_run_ref step_run_ref_to_step_context",
    "testing.instances": "instance_for_test",
    "define.io_manager": "IOManager IOManagerDefinition io_manager",
    "define.io_context": "InputContext OutputContext",
    "define.input_manager": "InputManager InputManagerDefinition input_manager",
    "define.resource": "ResourceDefinition ResourceParam make_values_resource resource",
    "store.compute_log_manager": "CapturedLogManager CapturedLogSubscription ComputeLogManager",
    "store.compute_logs": "LocalComputeLogManager NoOpComputeLogManager",
    "store.log_values": "CapturedLogContext CapturedLogData CapturedLogMetadata ComputeIOType",
    "library.compute_logs": "UPathComputeLogManager",
    "library.upath_files": "UPathFileHandle UPathFileManager upath_file_manager",
    "library.file_manager": "FileHandle FileManager LocalFileHandle LocalFileManager "
    "local_file_manager",
    "define.op": "op OpDefinition",
    "define.graph": "graph GraphDefinition",
    "define.ports": "In Out DynamicOut GraphIn GraphOut InputMapping OutputMapping "
    "InputDefinition OutputDefinition",
    "define.dependency": "NodeInvocation DependencyDefinition MultiDependencyDefinition",
    "define.composition": "PendingNodeInvocation",
    "define.hook": "HookContext HookDefinition HookExecutionResult success_hook failure_hook "
    "build_hook_context event_list_hook",
    "define.run_request": "RunRequest SensorResult SkipReason",
    "define.schedule": "schedule DefaultScheduleStatus ScheduleDefinition",
    "define.schedule_context": "ScheduleEvaluationContext build_schedule_context",
    "define.legacy_schedule": "daily_schedule hourly_schedule monthly_schedule weekly_schedule",
    "define.partitioned_schedule": "build_schedule_from_partitioned_job",
    "define.sensor": "sensor DefaultSensorStatus SensorDefinition SensorReturnTypesUnion",
    "define.sensor_context": "SensorEvaluationContext build_sensor_context",
    "define.asset_sensor": "asset_sensor AssetSensorDefinition",
    "define.multi_asset_sensor": "multi_asset_sensor MultiAssetSensorDefinition",
    "define.multi_asset_sensor_context": "MultiAssetSensorEvaluationContext "
    "build_multi_asset_sensor_context",
    "define.run_status_sensor": "run_failure_sensor run_status_sensor RunStatusSensorDefinition",
    "define.run_status_context": "RunFailureSensorContext RunStatusSensorContext "
    "build_run_status_sensor_context",
    "define.run_failure_email": "make_email_on_run_failure_sensor",
    "define.run_selectors": "CodeLocationSelector JobSelector RepositorySelector",
    "define.automation_sensor": "AutomationConditionSensorDefinition",
    "define.reconstruct": "reconstructable build_reconstructable_job ReconstructableJob",
    "define.job_config": "validate_run_config",
    "define.job": "define_asset_job job JobDefinition",
    "define.modules": "load_assets_from_modules load_assets_from_current_module "
    "load_assets_from_package_module load_assets_from_package_name "
    "load_asset_checks_from_modules load_asset_checks_from_current_module "
    "load_asset_checks_from_package_module load_asset_checks_from_package_name",
    "define.load_definitions": "load_definitions_from_module load_definitions_from_modules "
    "load_definitions_from_current_module load_definitions_from_package_module "
    "load_definitions_from_package_name",
    "define.assets_definition": "AssetsDefinition AssetChecksDefinition",
    "define.pythonic": "ConfigurableIOManager ConfigurableLegacyIOManagerAdapter",
    "config.resource_context": "IAttachDifferentObjectToOpContext InitResourceContext",
    "define.result": "DynamicOutput ExpectationResult AssetCheckEvaluation AssetCheckResult "
    "AssetCheckSeverity "
    "AssetMaterialization AssetObservation DataProvenance DataVersion DataVersionsByPartition "
    "MaterializeResult ObserveResult Output",
    "define.spec": "AssetCheckSpec AssetDep AssetSpec",
    "config.alternatives": "Noneable ScalarUnion Selector",
    "define.configured": "configured",
    "config.enums": "Enum EnumValue",
    "config.env": "EnvVar",
    "config.files": "config_from_files config_from_pkg_resources config_from_yaml_strings",
    "config.mapping": "ConfigMapping config_mapping",
    "config.model": "Config PermissiveConfig",
    "config.resource": "ConfigurableIOManagerFactory ConfigurableResource ResourceDependency",
    "config.run_config": "RunConfig",
    "config.scalars": "BoolSource IntSource StringSource",
    "config.schema": "Array ConfigSchema Field Map Permissive Shape",
    "define.types.annotations": "make_python_type_usable_as_runtime_type usable_as_runtime_type",
    "define.types.builtin": "Any Bool Float Int Nothing String",
    "define.types.check": "check_runtime_type",
    "define.types.definition": "PythonObjectType RuntimeType TypeCheck TypeCheckContext",
    "define.types.loader": "TypeLoader TypeLoaderContext type_loader",
    "define.types.subscript": "Dict List Optional Set Tuple",
    "execute.automation_tester": "EvaluateAutomationConditionsResult "
    "evaluate_automation_conditions",
    "execute.asset_value_loader": "AssetValueLoader",
    "execute.by_hand": "build_init_resource_context build_input_context build_output_context "
    "build_resources",
    "execute.io_managers.configurable": "FilesystemIOManager",
    "execute.io_managers.definitions": "custom_path_fs_io_manager fs_io_manager mem_io_manager",
    "execute.io_managers.memory": "InMemoryIOManager",
    "library.io_managers.db": "DbClient DbIOManager DbTypeHandler",
    "library.io_managers.table": "TablePartitionDimension TableSlice",
    "library.io_managers.upath": "UPathIOManager",
    "execute.materialize": "materialize materialize_to_memory",
    "execute.result": "ExecuteInProcessResult JobExecutionResult",
    "graph.selection": "AssetSelection",
    "instance": "Instance",
    "library.components.component": "Component ComponentTypeSpec component_instance template_var",
    "library.components.executable": "FunctionComponent PythonScriptComponent UvRunComponent",
    "library.components.folder": "DefinitionsComponent DefsFolderComponent",
    "library.components.form": "ComponentFormConfig",
    "library.components.load_context": "ComponentLoadContext",
    "library.components.loading": "build_component_defs build_defs_for_component component_defs "
    "get_all_components_defs_within_project get_component_defs_within_project load_defs "
    "load_from_defs_folder",
    "library.components.resolution": "ResolutionContext",
    "library.components.resolvable": "Model Resolvable",
    "library.components.resolver": "Injected Resolver",
    "library.components.scaffolding": "ScaffoldRequest Scaffolder scaffold_component scaffold_with",
    "library.components.specs": "AssetAttributesModel ResolvedAssetCheckSpec ResolvedAssetKey "
    "ResolvedAssetSpec",
    "library.components.sql": "SqlComponent TemplatedSqlComponent",
    "library.components.state": "StateBackedComponent",
    "library.components.tree": "ComponentTree",
    "library.declarative.load": "load_assets_from_yaml load_definitions_from_yaml",
    "model.keys": "AssetCheckKey AssetKey",
    "model.metadata": "MetadataValue BoolMetadataValue DagsterAssetMetadataValue "
    "DagsterJobMetadataValue DagsterRunMetadataValue FloatMetadataValue IntMetadataValue "
    "JsonMetadataValue MarkdownMetadataValue NotebookMetadataValue NullMetadataValue "
    "PathMetadataValue PoolMetadataValue PythonArtifactMetadataValue TableMetadataValue "
    "TableSchemaMetadataValue TableColumnLineageMetadataValue TextMetadataValue "
    "TimestampMetadataValue UrlMetadataValue CodeReferencesMetadataValue "
    "CodeLocationReconstructionMetadataValue",
    "model.table": "TableColumn TableColumnConstraints TableColumnDep TableColumnLineage "
    "TableConstraints TableRecord TableSchema",
    "model.retry": "Backoff Jitter RetryPolicy",
    "model.run": "RunStatus",
    "compat.event_entries": "EventLogEntry EventLogRecord",
    "compat.runs": "RunsFilter",
    "compat.asset_records": "AssetPartitionStatus",
    "define.partitioned_config": "PartitionedConfig daily_partitioned_config "
    "dynamic_partitioned_config hourly_partitioned_config monthly_partitioned_config "
    "partitioned_config static_partitioned_config weekly_partitioned_config",
    "partitions.backfill_policy": "BackfillPolicy BackfillPolicyType",
    "partitions.cadence": "ScheduleType",
    "partitions.context": "DynamicPartitionsStore PartitionLoadingContext TemporalContext "
    "partition_loading_context",
    "partitions.definition": "PartitionsDefinition",
    "partitions.dynamic": "AddDynamicPartitionsRequest DeleteDynamicPartitionsRequest "
    "DynamicPartitionsDefinition",
    "partitions.mapping_base": "PartitionMapping UpstreamPartitionsResult",
    "partitions.mapping_keys": "AllPartitionMapping IdentityPartitionMapping LastPartitionMapping "
    "SpecificPartitionsPartitionMapping StaticPartitionMapping",
    "partitions.mapping_multi": "DimensionPartitionMapping MultiPartitionMapping "
    "MultiToSingleDimensionPartitionMapping",
    "partitions.mapping_time": "TimeWindowPartitionMapping",
    "partitions.dimensions": "PartitionDimensionDefinition",
    "partitions.multi": "MultiPartitionsDefinition",
    "partitions.multi_key": "MultiPartitionKey",
    "partitions.paging": "PaginatedResults",
    "partitions.static": "StaticPartitionsDefinition",
    "partitions.subset": "PartitionsSubset",
    "partitions.time_window": "DailyPartitionsDefinition HourlyPartitionsDefinition "
    "MonthlyPartitionsDefinition WeeklyPartitionsDefinition",
    "partitions.window": "PartitionKeyRange TimeWindow",
    "partitions.window_definition": "TimeWindowPartitionsDefinition",
    "errors": "PenstockError UsageError InvalidDefinitionError InvalidDefinitionsError "
    "DefinitionNotFoundError InvalidConfigError InvalidInvocationError InvalidMetadataError "
    "InvalidSubsetError InvalidSelectionError UnresolvableSelectionError "
    "InvariantViolationError StoredValueNotFoundError UnknownPartitionError UnknownResourceError "
    "StepOutputNotFoundError TypeCheckDidNotPass RunNotFoundError HomeNotSetError LoadError "
    "UserCodeExecutionError StepExecutionError ResourceFunctionError LoadInputError "
    "HandleOutputError TypeCheckError TypeLoadingError ConfigMappingFunctionError "
    "HookExecutionError "
    "ScheduleExecutionError SensorExecutionError PartitionExecutionError "
    "InvalidConfigDefinitionError RuntimeTypeInConfigError InvalidPropertyError "
    "ParameterCheckError "
    "UnmetExecutorRequirementsError StepNotFoundError Failure RetryRequested CheckFailedError "
    "OutageError StoreUnavailableError "
    "StoreFullError NewerStoreError BugError ExecutionInterruptedError EventLogInvalidForRunError "
    "PipesError PipesExecutionError SubprocessError MaxRetriesExceededError",
    "library.pipes.client": "PipesClient PipesClientCompletedInvocation",
    "library.pipes.subprocess": "PipesSubprocessClient",
    "library.pipes.session": "PipesSession open_pipes_session",
    "library.pipes.messages": "PipesExecutionResult PipesMessageHandler",
    "library.pipes.ports": "PipesContextInjector PipesMessageReader",
    "library.pipes.injectors": "PipesEnvContextInjector PipesFileContextInjector "
    "PipesTempFileContextInjector",
    "library.pipes.file_readers": "PipesFileMessageReader PipesTempFileMessageReader",
    "library.pipes.polling_readers": "PipesBlobStoreMessageReader PipesThreadedMessageReader",
    "library.pipes.composite_reader": "PipesCompositeMessageReader",
    "library.pipes.logs": "PipesChunkedLogReader PipesLogReader",
    "library.pipes.wire": "PipesLaunchedData",
    "execute.interrupt_signals": "raise_execution_interrupts",
    "base.warnings": "BetaWarning ConfigArgumentWarning PreviewWarning SupersessionWarning "
    "deprecation_warning",
    "base.libraries": "LibraryRegistry",
    "compat.run_records": "AssetJobKey AssetOrCheckKey RunRecord",
    "compat.event_filters": "AssetRecordsFilter EventRecordsFilter EventRecordsResult "
    "RunShardedEventsCursor RunStatusChangeRecordsFilter",
    "compat.serialized": "deserialize_value serialize_value",
    "execute.observe": "observe",
    "execute.stale_status": "StaleStatusResolver",
    "compat.staleness": "AssetKeyPartitionKey StaleCause StaleCauseCategory StaleStatus "
    "UNKNOWN_DATA_VERSION compute_logical_data_version extract_data_provenance_from_entry "
    "extract_data_version_from_entry",
    "execute.error_views": "serializable_error_info_from_exc_info",
    "config.configurable_class": "ConfigurableClass ConfigurableClassData",
    "settings.instance_ref": "InstanceRef",
    "settings.artifact_storage": "LocalArtifactStorage",
    "settings.run_launcher": "LaunchRunContext RunLauncher",
    "settings.run_coordinator": "RunCoordinator SubmitRunContext",
    "settings.scheduler": "DaemonScheduler Scheduler",
    "settings.secrets_loader": "EnvFileLoader PerProjectEnvFileLoader SecretsLoader",
    "settings.definition_state": "DefsStateStorage UPathDefsStateStorage",
    "execute.coordinators": "DefaultRunCoordinator QueuedRunCoordinator",
    "execute.launcher": "DefaultRunLauncher",
}

_ALIASES = {
    "UnresolvedAssetJobDefinition": "define.job:UnresolvedAssetJob",
    "DagsterLogManager": "define.logger:RunLogger",
    "Executor": "execute.plan_executor:PlanExecutor",
    "DagsterInstance": "instance:Instance",
    "DagsterDaemonScheduler": "settings.scheduler:DaemonScheduler",
    "DagsterRunStatus": "model.run:RunStatus",
    "DagsterRun": "compat.runs:DagsterRun",
    "DagsterEvent": "compat.events:DagsterEvent",
    "DagsterEventType": "compat.event_types:DagsterEventType",
    "DagsterError": "errors:PenstockError",
    "DagsterType": "define.types.definition:RuntimeType",
    "DagsterTypeLoader": "define.types.loader:TypeLoader",
    "DagsterTypeLoaderContext": "define.types.loader:TypeLoaderContext",
    "PythonObjectDagsterType": "define.types.definition:PythonObjectType",
    "resolve_dagster_type": "define.types.annotations:resolve_runtime_type",
    "check_dagster_type": "define.types.check:check_runtime_type",
    "dagster_type_loader": "define.types.loader:type_loader",
    "make_python_type_usable_as_dagster_type": "define.types.annotations:"
    "make_python_type_usable_as_runtime_type",
    "usable_as_dagster_type": "define.types.annotations:usable_as_runtime_type",
    "CheckError": "errors:ParameterCheckError",
    "DagsterConfigMappingFunctionError": "errors:ConfigMappingFunctionError",
    "DagsterExecutionHandleOutputError": "errors:HandleOutputError",
    "DagsterExecutionLoadInputError": "errors:LoadInputError",
    "DagsterExecutionStepNotFoundError": "errors:StepNotFoundError",
    "DagsterInvalidConfigDefinitionError": "errors:InvalidConfigDefinitionError",
    "DagsterInvalidPythonicConfigDefinitionError": "errors:InvalidConfigDefinitionError",
    "DagsterInvalidDagsterTypeInPythonicConfigDefinitionError": "errors:RuntimeTypeInConfigError",
    "DagsterInvalidPropertyError": "errors:InvalidPropertyError",
    "DagsterTypeCheckError": "errors:TypeCheckError",
    "DagsterTypeLoadingError": "errors:TypeLoadingError",
    "DagsterUnmetExecutorRequirementsError": "errors:UnmetExecutorRequirementsError",
    "DagsterExecutionInterruptedError": "errors:ExecutionInterruptedError",
    "DagsterExecutionStepExecutionError": "errors:StepExecutionError",
    "DagsterHomeNotSetError": "errors:HomeNotSetError",
    "DagsterPipesExecutionError": "errors:PipesExecutionError",
    "DagsterLibraryRegistry": "base.libraries:LibraryRegistry",
    "SerializableErrorInfo": "compat.error_view:ErrorView",
    "StepExecutionContext": "define.context:OpExecutionContext",
    "DagsterSubprocessError": "errors:SubprocessError",
    "DagsterMaxRetriesExceededError": "errors:MaxRetriesExceededError",
    "DagsterEventLogInvalidForRun": "errors:EventLogInvalidForRunError",
    "PIPES_COMPOSITE_WRITERS_KEY": "library.pipes.wire:COMPOSITE_WRITERS_KEY",
    "build_external_execution_context_data": "library.pipes.context_data:context_data_of",
    "PipesParams": "library.pipes.wire:PipesParams",
    "PipesExtras": "library.pipes.wire:PipesExtras",
    "DagsterInvalidConfigError": "errors:InvalidConfigError",
    "DagsterInvalidDefinitionError": "errors:InvalidDefinitionError",
    "DagsterInvalidInvocationError": "errors:InvalidInvocationError",
    "DagsterInvalidMetadata": "errors:InvalidMetadataError",
    "DagsterInvalidSubsetError": "errors:InvalidSubsetError",
    "DagsterInvalidAssetSelectionError": "errors:InvalidSelectionError",
    "DagsterInvariantViolationError": "errors:InvariantViolationError",
    "DagsterResourceFunctionError": "errors:ResourceFunctionError",
    "DagsterRunNotFoundError": "errors:RunNotFoundError",
    "DagsterRunAlreadyExists": "errors:RunAlreadyExistsError",
    "DagsterStepOutputNotFoundError": "errors:StepOutputNotFoundError",
    "DagsterTypeCheckDidNotPass": "errors:TypeCheckDidNotPass",
    "DagsterUnknownPartitionError": "errors:UnknownPartitionError",
    "DagsterUnknownResourceError": "errors:UnknownResourceError",
    "DagsterUserCodeExecutionError": "errors:UserCodeExecutionError",
}

_MODULES = ("components", "version")

_PLACES = {
    **{name: (home, name) for home, names in _HOMES.items() for name in names.split()},
    **{alias: (path.split(":")[0], path.split(":")[1]) for alias, path in _ALIASES.items()},
}

__all__ = sorted(_PLACES)  # pyright: ignore[reportUnsupportedDunderAll] - the stub lists them


class _Public(ModuleType):
    """A module whose public names are not hidden by subpackages: `graph` is the decorator."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, but let no subpackage that was imported take a public name."""
        if name not in _PLACES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Public


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name in _MODULES:
        return importlib.import_module(f"penstock.{name}")
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
