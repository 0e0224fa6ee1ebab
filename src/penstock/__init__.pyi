"""The public names, for type checkers and editors; `__init__.py` loads them lazily."""

from penstock.automation.condition import AutomationCondition as AutomationCondition
from penstock.automation.context import AutomationContext as AutomationContext, AutomationResult as AutomationResult
from penstock.base.libraries import LibraryRegistry as DagsterLibraryRegistry, LibraryRegistry as LibraryRegistry
from penstock.base.tags import MAX_RUNTIME_SECONDS_TAG as MAX_RUNTIME_SECONDS_TAG
from penstock.base.user_code import user_code_error_boundary as user_code_error_boundary
from penstock.base.warnings import BetaWarning as BetaWarning, ConfigArgumentWarning as ConfigArgumentWarning, PreviewWarning as PreviewWarning, SupersessionWarning as SupersessionWarning, deprecation_warning as deprecation_warning
from penstock.compat.event_data import ErrorView as SerializableErrorInfo
from penstock.compat.event_queries import AssetRecordsFilter as AssetRecordsFilter, EventRecordsResult as EventRecordsResult, RunShardedEventsCursor as RunShardedEventsCursor, RunStatusChangeRecordsFilter as RunStatusChangeRecordsFilter
from penstock.compat.events import DagsterEvent as DagsterEvent, DagsterEventType as DagsterEventType, EventLogEntry as EventLogEntry, EventLogRecord as EventLogRecord, EventRecordsFilter as EventRecordsFilter
from penstock.compat.run_records import AssetJobKey as AssetJobKey, AssetOrCheckKey as AssetOrCheckKey, RunRecord as RunRecord
from penstock.compat.runs import AssetPartitionStatus as AssetPartitionStatus, DagsterRun as DagsterRun, RunsFilter as RunsFilter
from penstock.compat.serialized import deserialize_value as deserialize_value, serialize_value as serialize_value
from penstock.compat.staleness import AssetKeyPartitionKey as AssetKeyPartitionKey, StaleCause as StaleCause, StaleCauseCategory as StaleCauseCategory, StaleStatus as StaleStatus, UNKNOWN_DATA_VERSION as UNKNOWN_DATA_VERSION, compute_logical_data_version as compute_logical_data_version, extract_data_provenance_from_entry as extract_data_provenance_from_entry, extract_data_version_from_entry as extract_data_version_from_entry
from penstock.config.alternatives import Noneable as Noneable, ScalarUnion as ScalarUnion, Selector as Selector
from penstock.config.enums import Enum as Enum, EnumValue as EnumValue
from penstock.config.env import EnvVar as EnvVar
from penstock.config.files import config_from_files as config_from_files, config_from_pkg_resources as config_from_pkg_resources, config_from_yaml_strings as config_from_yaml_strings
from penstock.config.mapping import ConfigMapping as ConfigMapping, config_mapping as config_mapping
from penstock.config.model import Config as Config, PermissiveConfig as PermissiveConfig
from penstock.config.resource import ConfigurableIOManagerFactory as ConfigurableIOManagerFactory, ConfigurableResource as ConfigurableResource, ResourceDependency as ResourceDependency
from penstock.config.resource_context import IAttachDifferentObjectToOpContext as IAttachDifferentObjectToOpContext, InitResourceContext as InitResourceContext
from penstock.config.run_config import RunConfig as RunConfig
from penstock.config.scalars import BoolSource as BoolSource, IntSource as IntSource, StringSource as StringSource
from penstock.config.schema import Array as Array, ConfigSchema as ConfigSchema, Field as Field, Map as Map, Permissive as Permissive, Shape as Shape
from penstock.define.asset import asset as asset
from penstock.define.asset_ports import AssetIn as AssetIn, AssetOut as AssetOut
from penstock.define.asset_sensor import AssetSensorDefinition as AssetSensorDefinition, asset_sensor as asset_sensor
from penstock.define.assets_definition import AssetChecksDefinition as AssetChecksDefinition, AssetsDefinition as AssetsDefinition
from penstock.define.auto_materialize import AutoMaterializePolicy as AutoMaterializePolicy
from penstock.define.auto_materialize_rule import AutoMaterializeAssetPartitionsFilter as AutoMaterializeAssetPartitionsFilter, AutoMaterializeRule as AutoMaterializeRule
from penstock.define.automation_sensor import AutomationConditionSensorDefinition as AutomationConditionSensorDefinition
from penstock.define.binding import BindResourcesToJobs as BindResourcesToJobs, with_resources as with_resources
from penstock.define.check import asset_check as asset_check
from penstock.define.check_context import build_asset_check_context as build_asset_check_context
from penstock.define.code_references import AnchorBasedFilePathMapping as AnchorBasedFilePathMapping, FilePathMapping as FilePathMapping, link_code_references_to_git as link_code_references_to_git, with_source_code_references as with_source_code_references
from penstock.define.composition import PendingNodeInvocation as PendingNodeInvocation
from penstock.define.configured import configured as configured
from penstock.define.context import AssetCheckExecutionContext as AssetCheckExecutionContext, AssetExecutionContext as AssetExecutionContext, OpExecutionContext as OpExecutionContext, OpExecutionContext as StepExecutionContext, build_asset_context as build_asset_context, build_op_context as build_op_context
from penstock.define.definitions import Definitions as Definitions
from penstock.define.dependency import DependencyDefinition as DependencyDefinition, MultiDependencyDefinition as MultiDependencyDefinition, NodeInvocation as NodeInvocation
from penstock.define.executor import ExecutorDefinition as ExecutorDefinition, ExecutorRequirement as ExecutorRequirement, InitExecutorContext as InitExecutorContext, executor as executor, in_process_executor as in_process_executor, multi_or_in_process_executor as multi_or_in_process_executor, multiple_process_executor_requirements as multiple_process_executor_requirements, multiprocess_executor as multiprocess_executor
from penstock.define.freshness import apply_freshness_policy as apply_freshness_policy
from penstock.define.graph import GraphDefinition as GraphDefinition, graph as graph
from penstock.define.graph_asset import graph_asset as graph_asset, graph_multi_asset as graph_multi_asset
from penstock.define.hook import HookContext as HookContext, HookDefinition as HookDefinition, HookExecutionResult as HookExecutionResult, build_hook_context as build_hook_context, event_list_hook as event_list_hook, failure_hook as failure_hook, success_hook as success_hook
from penstock.define.input_manager import InputManager as InputManager, InputManagerDefinition as InputManagerDefinition, input_manager as input_manager
from penstock.define.io_context import InputContext as InputContext, OutputContext as OutputContext
from penstock.define.io_manager import IOManager as IOManager, IOManagerDefinition as IOManagerDefinition, io_manager as io_manager
from penstock.define.job import JobDefinition as JobDefinition, UnresolvedAssetJob as UnresolvedAssetJobDefinition, define_asset_job as define_asset_job, job as job
from penstock.define.job_config import validate_run_config as validate_run_config
from penstock.define.legacy_schedule import daily_schedule as daily_schedule, hourly_schedule as hourly_schedule, monthly_schedule as monthly_schedule, weekly_schedule as weekly_schedule
from penstock.define.load_definitions import load_definitions_from_current_module as load_definitions_from_current_module, load_definitions_from_module as load_definitions_from_module, load_definitions_from_modules as load_definitions_from_modules, load_definitions_from_package_module as load_definitions_from_package_module, load_definitions_from_package_name as load_definitions_from_package_name
from penstock.define.logger import InitLoggerContext as InitLoggerContext, JsonLogFormatter as JsonLogFormatter, LoggerDefinition as LoggerDefinition, RunLogger as DagsterLogManager, build_init_logger_context as build_init_logger_context, colored_console_logger as colored_console_logger, default_loggers as default_loggers, default_system_loggers as default_system_loggers, get_dagster_logger as get_dagster_logger, json_console_logger as json_console_logger, logger as logger
from penstock.define.map_specs import map_asset_specs as map_asset_specs
from penstock.define.metadata_set import CodeReferencesMetadataSet as CodeReferencesMetadataSet, NamespacedMetadataSet as NamespacedMetadataSet, NamespacedTagSet as NamespacedTagSet, StorageAddress as StorageAddress, TableMetadataSet as TableMetadataSet, UriMetadataSet as UriMetadataSet
from penstock.define.modules import load_asset_checks_from_current_module as load_asset_checks_from_current_module, load_asset_checks_from_modules as load_asset_checks_from_modules, load_asset_checks_from_package_module as load_asset_checks_from_package_module, load_asset_checks_from_package_name as load_asset_checks_from_package_name, load_assets_from_current_module as load_assets_from_current_module, load_assets_from_modules as load_assets_from_modules, load_assets_from_package_module as load_assets_from_package_module, load_assets_from_package_name as load_assets_from_package_name
from penstock.define.multi_asset import multi_asset as multi_asset
from penstock.define.multi_asset_sensor import MultiAssetSensorDefinition as MultiAssetSensorDefinition, multi_asset_sensor as multi_asset_sensor
from penstock.define.multi_asset_sensor_context import MultiAssetSensorEvaluationContext as MultiAssetSensorEvaluationContext, build_multi_asset_sensor_context as build_multi_asset_sensor_context
from penstock.define.multi_check import multi_asset_check as multi_asset_check
from penstock.define.observable import multi_observable_source_asset as multi_observable_source_asset, observable_source_asset as observable_source_asset
from penstock.define.op import OpDefinition as OpDefinition, op as op
from penstock.define.partitioned_config import PartitionedConfig as PartitionedConfig, daily_partitioned_config as daily_partitioned_config, dynamic_partitioned_config as dynamic_partitioned_config, hourly_partitioned_config as hourly_partitioned_config, monthly_partitioned_config as monthly_partitioned_config, partitioned_config as partitioned_config, static_partitioned_config as static_partitioned_config, weekly_partitioned_config as weekly_partitioned_config
from penstock.define.partitioned_schedule import build_schedule_from_partitioned_job as build_schedule_from_partitioned_job
from penstock.define.paths import file_relative_path as file_relative_path
from penstock.define.ports import DynamicOut as DynamicOut, GraphIn as GraphIn, GraphOut as GraphOut, In as In, InputDefinition as InputDefinition, InputMapping as InputMapping, Out as Out, OutputDefinition as OutputDefinition, OutputMapping as OutputMapping
from penstock.define.pythonic import ConfigurableIOManager as ConfigurableIOManager, ConfigurableLegacyIOManagerAdapter as ConfigurableLegacyIOManagerAdapter
from penstock.define.reconstruct import ReconstructableJob as ReconstructableJob, build_reconstructable_job as build_reconstructable_job, reconstructable as reconstructable
from penstock.define.repository import RepositoryDefinition as RepositoryDefinition
from penstock.define.repository_decorator import create_repository_using_definitions_args as create_repository_using_definitions_args, definitions as definitions, repository as repository
from penstock.define.resource import ResourceDefinition as ResourceDefinition, ResourceParam as ResourceParam, make_values_resource as make_values_resource, resource as resource
from penstock.define.result import AssetCheckEvaluation as AssetCheckEvaluation, AssetCheckResult as AssetCheckResult, AssetCheckSeverity as AssetCheckSeverity, AssetMaterialization as AssetMaterialization, AssetObservation as AssetObservation, DataProvenance as DataProvenance, DataVersion as DataVersion, DataVersionsByPartition as DataVersionsByPartition, DynamicOutput as DynamicOutput, ExpectationResult as ExpectationResult, MaterializeResult as MaterializeResult, ObserveResult as ObserveResult, Output as Output
from penstock.define.run_failure_email import make_email_on_run_failure_sensor as make_email_on_run_failure_sensor
from penstock.define.run_request import RunRequest as RunRequest, SensorResult as SensorResult, SkipReason as SkipReason
from penstock.define.run_selectors import CodeLocationSelector as CodeLocationSelector, JobSelector as JobSelector, RepositorySelector as RepositorySelector
from penstock.define.run_status_context import RunFailureSensorContext as RunFailureSensorContext, RunStatusSensorContext as RunStatusSensorContext, build_run_status_sensor_context as build_run_status_sensor_context
from penstock.define.run_status_sensor import RunStatusSensorDefinition as RunStatusSensorDefinition, run_failure_sensor as run_failure_sensor, run_status_sensor as run_status_sensor
from penstock.define.schedule import DefaultScheduleStatus as DefaultScheduleStatus, ScheduleDefinition as ScheduleDefinition, schedule as schedule
from penstock.define.schedule_context import ScheduleEvaluationContext as ScheduleEvaluationContext, build_schedule_context as build_schedule_context
from penstock.define.sensor import DefaultSensorStatus as DefaultSensorStatus, SensorDefinition as SensorDefinition, SensorReturnTypesUnion as SensorReturnTypesUnion, sensor as sensor
from penstock.define.sensor_context import SensorEvaluationContext as SensorEvaluationContext, build_sensor_context as build_sensor_context
from penstock.define.source_asset import SourceAsset as SourceAsset
from penstock.define.spec import AssetCheckSpec as AssetCheckSpec, AssetDep as AssetDep, AssetSpec as AssetSpec
from penstock.define.types.annotations import make_python_type_usable_as_runtime_type as make_python_type_usable_as_dagster_type, make_python_type_usable_as_runtime_type as make_python_type_usable_as_runtime_type, resolve_runtime_type as resolve_dagster_type, usable_as_runtime_type as usable_as_dagster_type, usable_as_runtime_type as usable_as_runtime_type
from penstock.define.types.builtin import Any as Any, Bool as Bool, Float as Float, Int as Int, Nothing as Nothing, String as String
from penstock.define.types.check import check_runtime_type as check_dagster_type, check_runtime_type as check_runtime_type
from penstock.define.types.definition import PythonObjectType as PythonObjectDagsterType, PythonObjectType as PythonObjectType, RuntimeType as DagsterType, RuntimeType as RuntimeType, TypeCheck as TypeCheck, TypeCheckContext as TypeCheckContext
from penstock.define.types.loader import TypeLoader as DagsterTypeLoader, TypeLoader as TypeLoader, TypeLoaderContext as DagsterTypeLoaderContext, TypeLoaderContext as TypeLoaderContext, type_loader as dagster_type_loader, type_loader as type_loader
from penstock.define.types.subscript import Dict as Dict, List as List, Optional as Optional, Set as Set, Tuple as Tuple
from penstock.errors import BugError as BugError, CheckFailedError as CheckFailedError, ConfigMappingFunctionError as ConfigMappingFunctionError, ConfigMappingFunctionError as DagsterConfigMappingFunctionError, EventLogInvalidForRunError as DagsterEventLogInvalidForRun, EventLogInvalidForRunError as EventLogInvalidForRunError, ExecutionInterruptedError as DagsterExecutionInterruptedError, ExecutionInterruptedError as ExecutionInterruptedError, Failure as Failure, HandleOutputError as DagsterExecutionHandleOutputError, HandleOutputError as HandleOutputError, HomeNotSetError as DagsterHomeNotSetError, HomeNotSetError as HomeNotSetError, HookExecutionError as HookExecutionError, InvalidConfigDefinitionError as DagsterInvalidConfigDefinitionError, InvalidConfigDefinitionError as DagsterInvalidPythonicConfigDefinitionError, InvalidConfigDefinitionError as InvalidConfigDefinitionError, InvalidConfigError as DagsterInvalidConfigError, InvalidConfigError as InvalidConfigError, InvalidDefinitionError as DagsterInvalidDefinitionError, InvalidDefinitionError as InvalidDefinitionError, InvalidDefinitionsError as InvalidDefinitionsError, InvalidInvocationError as DagsterInvalidInvocationError, InvalidInvocationError as InvalidInvocationError, InvalidMetadataError as DagsterInvalidMetadata, InvalidMetadataError as InvalidMetadataError, InvalidPropertyError as DagsterInvalidPropertyError, InvalidPropertyError as InvalidPropertyError, InvalidSelectionError as DagsterInvalidAssetSelectionError, InvalidSelectionError as InvalidSelectionError, InvalidSubsetError as DagsterInvalidSubsetError, InvalidSubsetError as InvalidSubsetError, InvariantViolationError as DagsterInvariantViolationError, InvariantViolationError as InvariantViolationError, LoadError as LoadError, LoadInputError as DagsterExecutionLoadInputError, LoadInputError as LoadInputError, MaxRetriesExceededError as DagsterMaxRetriesExceededError, MaxRetriesExceededError as MaxRetriesExceededError, NewerStoreError as NewerStoreError, OutageError as OutageError, ParameterCheckError as CheckError, ParameterCheckError as ParameterCheckError, PartitionExecutionError as PartitionExecutionError, PenstockError as DagsterError, PenstockError as PenstockError, PipesError as PipesError, PipesExecutionError as DagsterPipesExecutionError, PipesExecutionError as PipesExecutionError, ResourceFunctionError as DagsterResourceFunctionError, ResourceFunctionError as ResourceFunctionError, RetryRequested as RetryRequested, RunNotFoundError as DagsterRunNotFoundError, RunNotFoundError as RunNotFoundError, RuntimeTypeInConfigError as DagsterInvalidDagsterTypeInPythonicConfigDefinitionError, RuntimeTypeInConfigError as RuntimeTypeInConfigError, ScheduleExecutionError as ScheduleExecutionError, SensorExecutionError as SensorExecutionError, StepExecutionError as DagsterExecutionStepExecutionError, StepExecutionError as StepExecutionError, StepNotFoundError as DagsterExecutionStepNotFoundError, StepNotFoundError as StepNotFoundError, StepOutputNotFoundError as DagsterStepOutputNotFoundError, StepOutputNotFoundError as StepOutputNotFoundError, StoreFullError as StoreFullError, StoreUnavailableError as StoreUnavailableError, StoredValueNotFoundError as StoredValueNotFoundError, SubprocessError as DagsterSubprocessError, SubprocessError as SubprocessError, TypeCheckDidNotPass as DagsterTypeCheckDidNotPass, TypeCheckDidNotPass as TypeCheckDidNotPass, TypeCheckError as DagsterTypeCheckError, TypeCheckError as TypeCheckError, TypeLoadingError as DagsterTypeLoadingError, TypeLoadingError as TypeLoadingError, UnknownPartitionError as DagsterUnknownPartitionError, UnknownPartitionError as UnknownPartitionError, UnknownResourceError as DagsterUnknownResourceError, UnknownResourceError as UnknownResourceError, UnmetExecutorRequirementsError as DagsterUnmetExecutorRequirementsError, UnmetExecutorRequirementsError as UnmetExecutorRequirementsError, UsageError as UsageError, UserCodeExecutionError as DagsterUserCodeExecutionError, UserCodeExecutionError as UserCodeExecutionError
from penstock.execute.asset_value_loader import AssetValueLoader as AssetValueLoader
from penstock.execute.automation_tester import EvaluateAutomationConditionsResult as EvaluateAutomationConditionsResult, evaluate_automation_conditions as evaluate_automation_conditions
from penstock.execute.by_hand import build_init_resource_context as build_init_resource_context, build_input_context as build_input_context, build_output_context as build_output_context, build_resources as build_resources
from penstock.execute.error_views import serializable_error_info_from_exc_info as serializable_error_info_from_exc_info
from penstock.execute.interrupt_signals import raise_execution_interrupts as raise_execution_interrupts
from penstock.execute.io_managers.configurable import FilesystemIOManager as FilesystemIOManager
from penstock.execute.io_managers.definitions import custom_path_fs_io_manager as custom_path_fs_io_manager, fs_io_manager as fs_io_manager, mem_io_manager as mem_io_manager
from penstock.execute.io_managers.memory import InMemoryIOManager as InMemoryIOManager
from penstock.execute.jobs import execute_job as execute_job
from penstock.execute.materialize import materialize as materialize, materialize_to_memory as materialize_to_memory
from penstock.execute.observe import observe as observe
from penstock.execute.protocol import Executor as Executor
from penstock.execute.reexecution import ReexecutionOptions as ReexecutionOptions
from penstock.execute.result import ExecuteInProcessResult as ExecuteInProcessResult, JobExecutionResult as JobExecutionResult
from penstock.execute.stale_status import StaleStatusResolver as StaleStatusResolver
from penstock.graph.selection import AssetSelection as AssetSelection
from penstock.instance import Instance as DagsterInstance, Instance as Instance
from penstock.library.check_builders import build_column_schema_change_checks as build_column_schema_change_checks, build_metadata_bounds_checks as build_metadata_bounds_checks
from penstock.library.components.component import Component as Component, ComponentTypeSpec as ComponentTypeSpec, component_instance as component_instance, template_var as template_var
from penstock.library.components.executable import FunctionComponent as FunctionComponent, PythonScriptComponent as PythonScriptComponent, UvRunComponent as UvRunComponent
from penstock.library.components.folder import DefinitionsComponent as DefinitionsComponent, DefsFolderComponent as DefsFolderComponent
from penstock.library.components.form import ComponentFormConfig as ComponentFormConfig
from penstock.library.components.load_context import ComponentLoadContext as ComponentLoadContext
from penstock.library.components.loading import build_component_defs as build_component_defs, build_defs_for_component as build_defs_for_component, component_defs as component_defs, get_all_components_defs_within_project as get_all_components_defs_within_project, get_component_defs_within_project as get_component_defs_within_project, load_defs as load_defs, load_from_defs_folder as load_from_defs_folder
from penstock.library.components.resolution import ResolutionContext as ResolutionContext
from penstock.library.components.resolvable import Model as Model, Resolvable as Resolvable
from penstock.library.components.resolver import Injected as Injected, Resolver as Resolver
from penstock.library.components.scaffolding import ScaffoldRequest as ScaffoldRequest, Scaffolder as Scaffolder, scaffold_component as scaffold_component, scaffold_with as scaffold_with
from penstock.library.components.specs import AssetAttributesModel as AssetAttributesModel, ResolvedAssetCheckSpec as ResolvedAssetCheckSpec, ResolvedAssetKey as ResolvedAssetKey, ResolvedAssetSpec as ResolvedAssetSpec
from penstock.library.components.sql import SqlComponent as SqlComponent, TemplatedSqlComponent as TemplatedSqlComponent
from penstock.library.components.state import StateBackedComponent as StateBackedComponent
from penstock.library.components.tree import ComponentTree as ComponentTree
from penstock.library.declarative.load import load_assets_from_yaml as load_assets_from_yaml, load_definitions_from_yaml as load_definitions_from_yaml
from penstock.library.file_manager import FileHandle as FileHandle, FileManager as FileManager, LocalFileHandle as LocalFileHandle, LocalFileManager as LocalFileManager, local_file_manager as local_file_manager
from penstock.library.freshness_checks import build_last_update_freshness_checks as build_last_update_freshness_checks, build_time_partition_freshness_checks as build_time_partition_freshness_checks
from penstock.library.freshness_sensor import build_sensor_for_freshness_checks as build_sensor_for_freshness_checks
from penstock.library.io_managers.db import DbClient as DbClient, DbIOManager as DbIOManager, DbTypeHandler as DbTypeHandler
from penstock.library.io_managers.table import TablePartitionDimension as TablePartitionDimension, TableSlice as TableSlice
from penstock.library.io_managers.upath import UPathIOManager as UPathIOManager
from penstock.library.pipes.client import PipesClient as PipesClient, PipesClientCompletedInvocation as PipesClientCompletedInvocation
from penstock.library.pipes.composite_reader import PipesCompositeMessageReader as PipesCompositeMessageReader
from penstock.library.pipes.context_data import context_data_of as build_external_execution_context_data
from penstock.library.pipes.file_readers import PipesFileMessageReader as PipesFileMessageReader, PipesTempFileMessageReader as PipesTempFileMessageReader
from penstock.library.pipes.injectors import PipesEnvContextInjector as PipesEnvContextInjector, PipesFileContextInjector as PipesFileContextInjector, PipesTempFileContextInjector as PipesTempFileContextInjector
from penstock.library.pipes.logs import PipesChunkedLogReader as PipesChunkedLogReader, PipesLogReader as PipesLogReader
from penstock.library.pipes.messages import PipesExecutionResult as PipesExecutionResult, PipesMessageHandler as PipesMessageHandler
from penstock.library.pipes.polling_readers import PipesBlobStoreMessageReader as PipesBlobStoreMessageReader, PipesThreadedMessageReader as PipesThreadedMessageReader
from penstock.library.pipes.ports import PipesContextInjector as PipesContextInjector, PipesMessageReader as PipesMessageReader
from penstock.library.pipes.session import PipesSession as PipesSession, open_pipes_session as open_pipes_session
from penstock.library.pipes.subprocess import PipesSubprocessClient as PipesSubprocessClient
from penstock.library.pipes.wire import COMPOSITE_WRITERS_KEY as PIPES_COMPOSITE_WRITERS_KEY, PipesExtras as PipesExtras, PipesLaunchedData as PipesLaunchedData, PipesParams as PipesParams
from penstock.model.code_reference import LocalFileCodeReference as LocalFileCodeReference, UrlCodeReference as UrlCodeReference
from penstock.model.freshness import FreshnessPolicy as FreshnessPolicy, LegacyFreshnessPolicy as LegacyFreshnessPolicy
from penstock.model.keys import AssetCheckKey as AssetCheckKey, AssetKey as AssetKey
from penstock.model.metadata import BoolMetadataValue as BoolMetadataValue, CodeLocationReconstructionMetadataValue as CodeLocationReconstructionMetadataValue, CodeReferencesMetadataValue as CodeReferencesMetadataValue, DagsterAssetMetadataValue as DagsterAssetMetadataValue, DagsterJobMetadataValue as DagsterJobMetadataValue, DagsterRunMetadataValue as DagsterRunMetadataValue, FloatMetadataValue as FloatMetadataValue, IntMetadataValue as IntMetadataValue, JsonMetadataValue as JsonMetadataValue, MarkdownMetadataValue as MarkdownMetadataValue, MetadataValue as MetadataValue, NotebookMetadataValue as NotebookMetadataValue, NullMetadataValue as NullMetadataValue, PathMetadataValue as PathMetadataValue, PoolMetadataValue as PoolMetadataValue, PythonArtifactMetadataValue as PythonArtifactMetadataValue, TableColumnLineageMetadataValue as TableColumnLineageMetadataValue, TableMetadataValue as TableMetadataValue, TableSchemaMetadataValue as TableSchemaMetadataValue, TextMetadataValue as TextMetadataValue, TimestampMetadataValue as TimestampMetadataValue, UrlMetadataValue as UrlMetadataValue
from penstock.model.retry import Backoff as Backoff, Jitter as Jitter, RetryPolicy as RetryPolicy
from penstock.model.run import RunStatus as DagsterRunStatus, RunStatus as RunStatus
from penstock.model.table import TableColumn as TableColumn, TableColumnConstraints as TableColumnConstraints, TableColumnDep as TableColumnDep, TableColumnLineage as TableColumnLineage, TableConstraints as TableConstraints, TableRecord as TableRecord, TableSchema as TableSchema
from penstock.partitions.backfill_policy import BackfillPolicy as BackfillPolicy, BackfillPolicyType as BackfillPolicyType
from penstock.partitions.cadence import ScheduleType as ScheduleType
from penstock.partitions.context import DynamicPartitionsStore as DynamicPartitionsStore, PartitionLoadingContext as PartitionLoadingContext, TemporalContext as TemporalContext, partition_loading_context as partition_loading_context
from penstock.partitions.definition import PartitionsDefinition as PartitionsDefinition
from penstock.partitions.dynamic import AddDynamicPartitionsRequest as AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest as DeleteDynamicPartitionsRequest, DynamicPartitionsDefinition as DynamicPartitionsDefinition
from penstock.partitions.mapping_base import PartitionMapping as PartitionMapping, UpstreamPartitionsResult as UpstreamPartitionsResult
from penstock.partitions.mapping_keys import AllPartitionMapping as AllPartitionMapping, IdentityPartitionMapping as IdentityPartitionMapping, LastPartitionMapping as LastPartitionMapping, SpecificPartitionsPartitionMapping as SpecificPartitionsPartitionMapping, StaticPartitionMapping as StaticPartitionMapping
from penstock.partitions.mapping_multi import DimensionPartitionMapping as DimensionPartitionMapping, MultiPartitionMapping as MultiPartitionMapping, MultiToSingleDimensionPartitionMapping as MultiToSingleDimensionPartitionMapping
from penstock.partitions.mapping_time import TimeWindowPartitionMapping as TimeWindowPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition as MultiPartitionsDefinition, PartitionDimensionDefinition as PartitionDimensionDefinition
from penstock.partitions.multi_key import MultiPartitionKey as MultiPartitionKey
from penstock.partitions.paging import PaginatedResults as PaginatedResults
from penstock.partitions.static import StaticPartitionsDefinition as StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset as PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition as DailyPartitionsDefinition, HourlyPartitionsDefinition as HourlyPartitionsDefinition, MonthlyPartitionsDefinition as MonthlyPartitionsDefinition, WeeklyPartitionsDefinition as WeeklyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange as PartitionKeyRange, TimeWindow as TimeWindow
from penstock.partitions.window_definition import TimeWindowPartitionsDefinition as TimeWindowPartitionsDefinition
from penstock.testing.instances import instance_for_test as instance_for_test

__version__: str
__all__ = [
    "AddDynamicPartitionsRequest",
    "AllPartitionMapping",
    "AnchorBasedFilePathMapping",
    "Any",
    "Array",
    "AssetAttributesModel",
    "AssetCheckEvaluation",
    "AssetCheckExecutionContext",
    "AssetCheckKey",
    "AssetCheckResult",
    "AssetCheckSeverity",
    "AssetCheckSpec",
    "AssetChecksDefinition",
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetJobKey",
    "AssetKey",
    "AssetKeyPartitionKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOrCheckKey",
    "AssetOut",
    "AssetPartitionStatus",
    "AssetRecordsFilter",
    "AssetSelection",
    "AssetSensorDefinition",
    "AssetSpec",
    "AssetValueLoader",
    "AssetsDefinition",
    "AutoMaterializeAssetPartitionsFilter",
    "AutoMaterializePolicy",
    "AutoMaterializeRule",
    "AutomationCondition",
    "AutomationConditionSensorDefinition",
    "AutomationContext",
    "AutomationResult",
    "BackfillPolicy",
    "BackfillPolicyType",
    "Backoff",
    "BetaWarning",
    "BindResourcesToJobs",
    "Bool",
    "BoolMetadataValue",
    "BoolSource",
    "BugError",
    "CheckError",
    "CheckFailedError",
    "CodeLocationReconstructionMetadataValue",
    "CodeLocationSelector",
    "CodeReferencesMetadataSet",
    "CodeReferencesMetadataValue",
    "Component",
    "ComponentFormConfig",
    "ComponentLoadContext",
    "ComponentTree",
    "ComponentTypeSpec",
    "Config",
    "ConfigArgumentWarning",
    "ConfigMapping",
    "ConfigMappingFunctionError",
    "ConfigSchema",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableLegacyIOManagerAdapter",
    "ConfigurableResource",
    "DagsterAssetMetadataValue",
    "DagsterConfigMappingFunctionError",
    "DagsterError",
    "DagsterEvent",
    "DagsterEventLogInvalidForRun",
    "DagsterEventType",
    "DagsterExecutionHandleOutputError",
    "DagsterExecutionInterruptedError",
    "DagsterExecutionLoadInputError",
    "DagsterExecutionStepExecutionError",
    "DagsterExecutionStepNotFoundError",
    "DagsterHomeNotSetError",
    "DagsterInstance",
    "DagsterInvalidAssetSelectionError",
    "DagsterInvalidConfigDefinitionError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDagsterTypeInPythonicConfigDefinitionError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidMetadata",
    "DagsterInvalidPropertyError",
    "DagsterInvalidPythonicConfigDefinitionError",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterJobMetadataValue",
    "DagsterLibraryRegistry",
    "DagsterLogManager",
    "DagsterMaxRetriesExceededError",
    "DagsterPipesExecutionError",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterRunMetadataValue",
    "DagsterRunNotFoundError",
    "DagsterRunStatus",
    "DagsterStepOutputNotFoundError",
    "DagsterSubprocessError",
    "DagsterType",
    "DagsterTypeCheckDidNotPass",
    "DagsterTypeCheckError",
    "DagsterTypeLoader",
    "DagsterTypeLoaderContext",
    "DagsterTypeLoadingError",
    "DagsterUnknownPartitionError",
    "DagsterUnknownResourceError",
    "DagsterUnmetExecutorRequirementsError",
    "DagsterUserCodeExecutionError",
    "DailyPartitionsDefinition",
    "DataProvenance",
    "DataVersion",
    "DataVersionsByPartition",
    "DbClient",
    "DbIOManager",
    "DbTypeHandler",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "Definitions",
    "DefinitionsComponent",
    "DefsFolderComponent",
    "DeleteDynamicPartitionsRequest",
    "DependencyDefinition",
    "Dict",
    "DimensionPartitionMapping",
    "DynamicOut",
    "DynamicOutput",
    "DynamicPartitionsDefinition",
    "DynamicPartitionsStore",
    "Enum",
    "EnumValue",
    "EnvVar",
    "EvaluateAutomationConditionsResult",
    "EventLogEntry",
    "EventLogInvalidForRunError",
    "EventLogRecord",
    "EventRecordsFilter",
    "EventRecordsResult",
    "ExecuteInProcessResult",
    "ExecutionInterruptedError",
    "Executor",
    "ExecutorDefinition",
    "ExecutorRequirement",
    "ExpectationResult",
    "Failure",
    "Field",
    "FileHandle",
    "FileManager",
    "FilePathMapping",
    "FilesystemIOManager",
    "Float",
    "FloatMetadataValue",
    "FreshnessPolicy",
    "FunctionComponent",
    "GraphDefinition",
    "GraphIn",
    "GraphOut",
    "HandleOutputError",
    "HomeNotSetError",
    "HookContext",
    "HookDefinition",
    "HookExecutionError",
    "HookExecutionResult",
    "HourlyPartitionsDefinition",
    "IAttachDifferentObjectToOpContext",
    "IOManager",
    "IOManagerDefinition",
    "IdentityPartitionMapping",
    "In",
    "InMemoryIOManager",
    "InitExecutorContext",
    "InitLoggerContext",
    "InitResourceContext",
    "Injected",
    "InputContext",
    "InputDefinition",
    "InputManager",
    "InputManagerDefinition",
    "InputMapping",
    "Instance",
    "Int",
    "IntMetadataValue",
    "IntSource",
    "InvalidConfigDefinitionError",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidDefinitionsError",
    "InvalidInvocationError",
    "InvalidMetadataError",
    "InvalidPropertyError",
    "InvalidSelectionError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "Jitter",
    "JobDefinition",
    "JobExecutionResult",
    "JobSelector",
    "JsonLogFormatter",
    "JsonMetadataValue",
    "LastPartitionMapping",
    "LegacyFreshnessPolicy",
    "LibraryRegistry",
    "List",
    "LoadError",
    "LoadInputError",
    "LocalFileCodeReference",
    "LocalFileHandle",
    "LocalFileManager",
    "LoggerDefinition",
    "MAX_RUNTIME_SECONDS_TAG",
    "Map",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MaxRetriesExceededError",
    "MetadataValue",
    "Model",
    "MonthlyPartitionsDefinition",
    "MultiAssetSensorDefinition",
    "MultiAssetSensorEvaluationContext",
    "MultiDependencyDefinition",
    "MultiPartitionKey",
    "MultiPartitionMapping",
    "MultiPartitionsDefinition",
    "MultiToSingleDimensionPartitionMapping",
    "NamespacedMetadataSet",
    "NamespacedTagSet",
    "NewerStoreError",
    "NodeInvocation",
    "Noneable",
    "NotebookMetadataValue",
    "Nothing",
    "NullMetadataValue",
    "ObserveResult",
    "OpDefinition",
    "OpExecutionContext",
    "Optional",
    "Out",
    "OutageError",
    "Output",
    "OutputContext",
    "OutputDefinition",
    "OutputMapping",
    "PIPES_COMPOSITE_WRITERS_KEY",
    "PaginatedResults",
    "ParameterCheckError",
    "PartitionDimensionDefinition",
    "PartitionExecutionError",
    "PartitionKeyRange",
    "PartitionLoadingContext",
    "PartitionMapping",
    "PartitionedConfig",
    "PartitionsDefinition",
    "PartitionsSubset",
    "PathMetadataValue",
    "PendingNodeInvocation",
    "PenstockError",
    "Permissive",
    "PermissiveConfig",
    "PipesBlobStoreMessageReader",
    "PipesChunkedLogReader",
    "PipesClient",
    "PipesClientCompletedInvocation",
    "PipesCompositeMessageReader",
    "PipesContextInjector",
    "PipesEnvContextInjector",
    "PipesError",
    "PipesExecutionError",
    "PipesExecutionResult",
    "PipesExtras",
    "PipesFileContextInjector",
    "PipesFileMessageReader",
    "PipesLaunchedData",
    "PipesLogReader",
    "PipesMessageHandler",
    "PipesMessageReader",
    "PipesParams",
    "PipesSession",
    "PipesSubprocessClient",
    "PipesTempFileContextInjector",
    "PipesTempFileMessageReader",
    "PipesThreadedMessageReader",
    "PoolMetadataValue",
    "PreviewWarning",
    "PythonArtifactMetadataValue",
    "PythonObjectDagsterType",
    "PythonObjectType",
    "PythonScriptComponent",
    "ReconstructableJob",
    "ReexecutionOptions",
    "RepositoryDefinition",
    "RepositorySelector",
    "ResolutionContext",
    "Resolvable",
    "ResolvedAssetCheckSpec",
    "ResolvedAssetKey",
    "ResolvedAssetSpec",
    "Resolver",
    "ResourceDefinition",
    "ResourceDependency",
    "ResourceFunctionError",
    "ResourceParam",
    "RetryPolicy",
    "RetryRequested",
    "RunConfig",
    "RunFailureSensorContext",
    "RunNotFoundError",
    "RunRecord",
    "RunRequest",
    "RunShardedEventsCursor",
    "RunStatus",
    "RunStatusChangeRecordsFilter",
    "RunStatusSensorContext",
    "RunStatusSensorDefinition",
    "RunsFilter",
    "RuntimeType",
    "RuntimeTypeInConfigError",
    "ScaffoldRequest",
    "Scaffolder",
    "ScalarUnion",
    "ScheduleDefinition",
    "ScheduleEvaluationContext",
    "ScheduleExecutionError",
    "ScheduleType",
    "Selector",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorExecutionError",
    "SensorResult",
    "SensorReturnTypesUnion",
    "SerializableErrorInfo",
    "Set",
    "Shape",
    "SkipReason",
    "SourceAsset",
    "SpecificPartitionsPartitionMapping",
    "SqlComponent",
    "StaleCause",
    "StaleCauseCategory",
    "StaleStatus",
    "StaleStatusResolver",
    "StateBackedComponent",
    "StaticPartitionMapping",
    "StaticPartitionsDefinition",
    "StepExecutionContext",
    "StepExecutionError",
    "StepNotFoundError",
    "StepOutputNotFoundError",
    "StorageAddress",
    "StoreFullError",
    "StoreUnavailableError",
    "StoredValueNotFoundError",
    "String",
    "StringSource",
    "SubprocessError",
    "SupersessionWarning",
    "TableColumn",
    "TableColumnConstraints",
    "TableColumnDep",
    "TableColumnLineage",
    "TableColumnLineageMetadataValue",
    "TableConstraints",
    "TableMetadataSet",
    "TableMetadataValue",
    "TablePartitionDimension",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TableSlice",
    "TemplatedSqlComponent",
    "TemporalContext",
    "TextMetadataValue",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "TimestampMetadataValue",
    "Tuple",
    "TypeCheck",
    "TypeCheckContext",
    "TypeCheckDidNotPass",
    "TypeCheckError",
    "TypeLoader",
    "TypeLoaderContext",
    "TypeLoadingError",
    "UNKNOWN_DATA_VERSION",
    "UPathIOManager",
    "UnknownPartitionError",
    "UnknownResourceError",
    "UnmetExecutorRequirementsError",
    "UnresolvedAssetJobDefinition",
    "UpstreamPartitionsResult",
    "UriMetadataSet",
    "UrlCodeReference",
    "UrlMetadataValue",
    "UsageError",
    "UserCodeExecutionError",
    "UvRunComponent",
    "WeeklyPartitionsDefinition",
    "apply_freshness_policy",
    "asset",
    "asset_check",
    "asset_sensor",
    "build_asset_check_context",
    "build_asset_context",
    "build_column_schema_change_checks",
    "build_component_defs",
    "build_defs_for_component",
    "build_external_execution_context_data",
    "build_hook_context",
    "build_init_logger_context",
    "build_init_resource_context",
    "build_input_context",
    "build_last_update_freshness_checks",
    "build_metadata_bounds_checks",
    "build_multi_asset_sensor_context",
    "build_op_context",
    "build_output_context",
    "build_reconstructable_job",
    "build_resources",
    "build_run_status_sensor_context",
    "build_schedule_context",
    "build_schedule_from_partitioned_job",
    "build_sensor_context",
    "build_sensor_for_freshness_checks",
    "build_time_partition_freshness_checks",
    "check_dagster_type",
    "check_runtime_type",
    "colored_console_logger",
    "component_defs",
    "component_instance",
    "compute_logical_data_version",
    "config_from_files",
    "config_from_pkg_resources",
    "config_from_yaml_strings",
    "config_mapping",
    "configured",
    "create_repository_using_definitions_args",
    "custom_path_fs_io_manager",
    "dagster_type_loader",
    "daily_partitioned_config",
    "daily_schedule",
    "default_loggers",
    "default_system_loggers",
    "define_asset_job",
    "definitions",
    "deprecation_warning",
    "deserialize_value",
    "dynamic_partitioned_config",
    "evaluate_automation_conditions",
    "event_list_hook",
    "execute_job",
    "executor",
    "extract_data_provenance_from_entry",
    "extract_data_version_from_entry",
    "failure_hook",
    "file_relative_path",
    "fs_io_manager",
    "get_all_components_defs_within_project",
    "get_component_defs_within_project",
    "get_dagster_logger",
    "graph",
    "graph_asset",
    "graph_multi_asset",
    "hourly_partitioned_config",
    "hourly_schedule",
    "in_process_executor",
    "input_manager",
    "instance_for_test",
    "io_manager",
    "job",
    "json_console_logger",
    "link_code_references_to_git",
    "load_asset_checks_from_current_module",
    "load_asset_checks_from_modules",
    "load_asset_checks_from_package_module",
    "load_asset_checks_from_package_name",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "load_assets_from_yaml",
    "load_definitions_from_current_module",
    "load_definitions_from_module",
    "load_definitions_from_modules",
    "load_definitions_from_package_module",
    "load_definitions_from_package_name",
    "load_definitions_from_yaml",
    "load_defs",
    "load_from_defs_folder",
    "local_file_manager",
    "logger",
    "make_email_on_run_failure_sensor",
    "make_python_type_usable_as_dagster_type",
    "make_python_type_usable_as_runtime_type",
    "make_values_resource",
    "map_asset_specs",
    "materialize",
    "materialize_to_memory",
    "mem_io_manager",
    "monthly_partitioned_config",
    "monthly_schedule",
    "multi_asset",
    "multi_asset_check",
    "multi_asset_sensor",
    "multi_observable_source_asset",
    "multi_or_in_process_executor",
    "multiple_process_executor_requirements",
    "multiprocess_executor",
    "observable_source_asset",
    "observe",
    "op",
    "open_pipes_session",
    "partition_loading_context",
    "partitioned_config",
    "raise_execution_interrupts",
    "reconstructable",
    "repository",
    "resolve_dagster_type",
    "resource",
    "run_failure_sensor",
    "run_status_sensor",
    "scaffold_component",
    "scaffold_with",
    "schedule",
    "sensor",
    "serializable_error_info_from_exc_info",
    "serialize_value",
    "static_partitioned_config",
    "success_hook",
    "template_var",
    "type_loader",
    "usable_as_dagster_type",
    "usable_as_runtime_type",
    "user_code_error_boundary",
    "validate_run_config",
    "weekly_partitioned_config",
    "weekly_schedule",
    "with_resources",
    "with_source_code_references",
]
