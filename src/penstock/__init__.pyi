"""The public names, for type checkers and editors; `__init__.py` loads them lazily."""

from penstock import components as components
from penstock import version as version
from penstock.automation.condition import AutomationCondition as AutomationCondition
from penstock.automation.context import AutomationContext as AutomationContext
from penstock.automation.context import AutomationResult as AutomationResult
from penstock.base.libraries import LibraryRegistry as DagsterLibraryRegistry
from penstock.base.libraries import LibraryRegistry as LibraryRegistry
from penstock.base.tags import MAX_RUNTIME_SECONDS_TAG as MAX_RUNTIME_SECONDS_TAG
from penstock.base.user_code import user_code_error_boundary as user_code_error_boundary
from penstock.base.warnings import BetaWarning as BetaWarning
from penstock.base.warnings import ConfigArgumentWarning as ConfigArgumentWarning
from penstock.base.warnings import PreviewWarning as PreviewWarning
from penstock.base.warnings import SupersessionWarning as SupersessionWarning
from penstock.base.warnings import deprecation_warning as deprecation_warning
from penstock.compat.asset_records import AssetPartitionStatus as AssetPartitionStatus
from penstock.compat.error_view import ErrorView as SerializableErrorInfo
from penstock.compat.event_entries import EventLogEntry as EventLogEntry
from penstock.compat.event_entries import EventLogRecord as EventLogRecord
from penstock.compat.event_filters import AssetRecordsFilter as AssetRecordsFilter
from penstock.compat.event_filters import EventRecordsFilter as EventRecordsFilter
from penstock.compat.event_filters import EventRecordsResult as EventRecordsResult
from penstock.compat.event_filters import RunShardedEventsCursor as RunShardedEventsCursor
from penstock.compat.event_filters import (
    RunStatusChangeRecordsFilter as RunStatusChangeRecordsFilter,
)
from penstock.compat.event_types import DagsterEventType as DagsterEventType
from penstock.compat.events import DagsterEvent as DagsterEvent
from penstock.compat.run_records import AssetJobKey as AssetJobKey
from penstock.compat.run_records import AssetOrCheckKey as AssetOrCheckKey
from penstock.compat.run_records import RunRecord as RunRecord
from penstock.compat.runs import DagsterRun as DagsterRun
from penstock.compat.runs import RunsFilter as RunsFilter
from penstock.compat.serialized import deserialize_value as deserialize_value
from penstock.compat.serialized import serialize_value as serialize_value
from penstock.compat.staleness import UNKNOWN_DATA_VERSION as UNKNOWN_DATA_VERSION
from penstock.compat.staleness import AssetKeyPartitionKey as AssetKeyPartitionKey
from penstock.compat.staleness import StaleCause as StaleCause
from penstock.compat.staleness import StaleCauseCategory as StaleCauseCategory
from penstock.compat.staleness import StaleStatus as StaleStatus
from penstock.compat.staleness import compute_logical_data_version as compute_logical_data_version
from penstock.compat.staleness import (
    extract_data_provenance_from_entry as extract_data_provenance_from_entry,
)
from penstock.compat.staleness import (
    extract_data_version_from_entry as extract_data_version_from_entry,
)
from penstock.config.alternatives import Noneable as Noneable
from penstock.config.alternatives import ScalarUnion as ScalarUnion
from penstock.config.alternatives import Selector as Selector
from penstock.config.configurable_class import ConfigurableClass as ConfigurableClass
from penstock.config.configurable_class import ConfigurableClassData as ConfigurableClassData
from penstock.config.enums import Enum as Enum
from penstock.config.enums import EnumValue as EnumValue
from penstock.config.env import EnvVar as EnvVar
from penstock.config.files import config_from_files as config_from_files
from penstock.config.files import config_from_pkg_resources as config_from_pkg_resources
from penstock.config.files import config_from_yaml_strings as config_from_yaml_strings
from penstock.config.mapping import ConfigMapping as ConfigMapping
from penstock.config.mapping import config_mapping as config_mapping
from penstock.config.model import Config as Config
from penstock.config.model import PermissiveConfig as PermissiveConfig
from penstock.config.resource import ConfigurableIOManagerFactory as ConfigurableIOManagerFactory
from penstock.config.resource import ConfigurableResource as ConfigurableResource
from penstock.config.resource import ResourceDependency as ResourceDependency
from penstock.config.resource_context import (
    IAttachDifferentObjectToOpContext as IAttachDifferentObjectToOpContext,
)
from penstock.config.resource_context import InitResourceContext as InitResourceContext
from penstock.config.run_config import RunConfig as RunConfig
from penstock.config.scalars import BoolSource as BoolSource
from penstock.config.scalars import IntSource as IntSource
from penstock.config.scalars import StringSource as StringSource
from penstock.config.schema import Array as Array
from penstock.config.schema import ConfigSchema as ConfigSchema
from penstock.config.schema import Field as Field
from penstock.config.schema import Map as Map
from penstock.config.schema import Permissive as Permissive
from penstock.config.schema import Shape as Shape
from penstock.define.asset import asset as asset
from penstock.define.asset_ports import AssetIn as AssetIn
from penstock.define.asset_ports import AssetOut as AssetOut
from penstock.define.asset_sensor import AssetSensorDefinition as AssetSensorDefinition
from penstock.define.asset_sensor import asset_sensor as asset_sensor
from penstock.define.assets_definition import AssetChecksDefinition as AssetChecksDefinition
from penstock.define.assets_definition import AssetsDefinition as AssetsDefinition
from penstock.define.auto_materialize import AutoMaterializePolicy as AutoMaterializePolicy
from penstock.define.auto_materialize_rule import (
    AutoMaterializeAssetPartitionsFilter as AutoMaterializeAssetPartitionsFilter,
)
from penstock.define.auto_materialize_rule import AutoMaterializeRule as AutoMaterializeRule
from penstock.define.automation_sensor import (
    AutomationConditionSensorDefinition as AutomationConditionSensorDefinition,
)
from penstock.define.binding import BindResourcesToJobs as BindResourcesToJobs
from penstock.define.binding import with_resources as with_resources
from penstock.define.check import asset_check as asset_check
from penstock.define.code_references import AnchorBasedFilePathMapping as AnchorBasedFilePathMapping
from penstock.define.code_references import FilePathMapping as FilePathMapping
from penstock.define.code_references import (
    link_code_references_to_git as link_code_references_to_git,
)
from penstock.define.code_references import (
    with_source_code_references as with_source_code_references,
)
from penstock.define.composition import PendingNodeInvocation as PendingNodeInvocation
from penstock.define.configured import configured as configured
from penstock.define.context import AssetCheckExecutionContext as AssetCheckExecutionContext
from penstock.define.context import AssetExecutionContext as AssetExecutionContext
from penstock.define.context import OpExecutionContext as OpExecutionContext
from penstock.define.context import OpExecutionContext as StepExecutionContext
from penstock.define.definitions import Definitions as Definitions
from penstock.define.dependency import DependencyDefinition as DependencyDefinition
from penstock.define.dependency import MultiDependencyDefinition as MultiDependencyDefinition
from penstock.define.dependency import NodeInvocation as NodeInvocation
from penstock.define.direct_context import build_asset_check_context as build_asset_check_context
from penstock.define.direct_context import build_asset_context as build_asset_context
from penstock.define.direct_context import build_op_context as build_op_context
from penstock.define.executor import ExecutorDefinition as ExecutorDefinition
from penstock.define.executor import ExecutorRequirement as ExecutorRequirement
from penstock.define.executor import InitExecutorContext as InitExecutorContext
from penstock.define.executor import executor as executor
from penstock.define.executor import (
    multiple_process_executor_requirements as multiple_process_executor_requirements,
)
from penstock.define.freshness import apply_freshness_policy as apply_freshness_policy
from penstock.define.graph import GraphDefinition as GraphDefinition
from penstock.define.graph import graph as graph
from penstock.define.graph_asset import graph_asset as graph_asset
from penstock.define.graph_asset import graph_multi_asset as graph_multi_asset
from penstock.define.hook import HookContext as HookContext
from penstock.define.hook import HookDefinition as HookDefinition
from penstock.define.hook import HookExecutionResult as HookExecutionResult
from penstock.define.hook import build_hook_context as build_hook_context
from penstock.define.hook import event_list_hook as event_list_hook
from penstock.define.hook import failure_hook as failure_hook
from penstock.define.hook import success_hook as success_hook
from penstock.define.input_manager import InputManager as InputManager
from penstock.define.input_manager import InputManagerDefinition as InputManagerDefinition
from penstock.define.input_manager import input_manager as input_manager
from penstock.define.io_context import InputContext as InputContext
from penstock.define.io_context import OutputContext as OutputContext
from penstock.define.io_manager import IOManager as IOManager
from penstock.define.io_manager import IOManagerDefinition as IOManagerDefinition
from penstock.define.io_manager import io_manager as io_manager
from penstock.define.job import JobDefinition as JobDefinition
from penstock.define.job import UnresolvedAssetJob as UnresolvedAssetJobDefinition
from penstock.define.job import define_asset_job as define_asset_job
from penstock.define.job import job as job
from penstock.define.job_config import validate_run_config as validate_run_config
from penstock.define.legacy_schedule import daily_schedule as daily_schedule
from penstock.define.legacy_schedule import hourly_schedule as hourly_schedule
from penstock.define.legacy_schedule import monthly_schedule as monthly_schedule
from penstock.define.legacy_schedule import weekly_schedule as weekly_schedule
from penstock.define.load_definitions import (
    load_definitions_from_current_module as load_definitions_from_current_module,
)
from penstock.define.load_definitions import (
    load_definitions_from_module as load_definitions_from_module,
)
from penstock.define.load_definitions import (
    load_definitions_from_modules as load_definitions_from_modules,
)
from penstock.define.load_definitions import (
    load_definitions_from_package_module as load_definitions_from_package_module,
)
from penstock.define.load_definitions import (
    load_definitions_from_package_name as load_definitions_from_package_name,
)
from penstock.define.logger import InitLoggerContext as InitLoggerContext
from penstock.define.logger import JsonLogFormatter as JsonLogFormatter
from penstock.define.logger import LoggerDefinition as LoggerDefinition
from penstock.define.logger import RunLogger as DagsterLogManager
from penstock.define.logger import build_init_logger_context as build_init_logger_context
from penstock.define.logger import colored_console_logger as colored_console_logger
from penstock.define.logger import default_loggers as default_loggers
from penstock.define.logger import default_system_loggers as default_system_loggers
from penstock.define.logger import get_dagster_logger as get_dagster_logger
from penstock.define.logger import json_console_logger as json_console_logger
from penstock.define.logger import logger as logger
from penstock.define.map_specs import map_asset_specs as map_asset_specs
from penstock.define.metadata_set import CodeReferencesMetadataSet as CodeReferencesMetadataSet
from penstock.define.metadata_set import NamespacedMetadataSet as NamespacedMetadataSet
from penstock.define.metadata_set import NamespacedTagSet as NamespacedTagSet
from penstock.define.metadata_set import StorageAddress as StorageAddress
from penstock.define.metadata_set import TableMetadataSet as TableMetadataSet
from penstock.define.metadata_set import UriMetadataSet as UriMetadataSet
from penstock.define.modules import (
    load_asset_checks_from_current_module as load_asset_checks_from_current_module,
)
from penstock.define.modules import load_asset_checks_from_modules as load_asset_checks_from_modules
from penstock.define.modules import (
    load_asset_checks_from_package_module as load_asset_checks_from_package_module,
)
from penstock.define.modules import (
    load_asset_checks_from_package_name as load_asset_checks_from_package_name,
)
from penstock.define.modules import (
    load_assets_from_current_module as load_assets_from_current_module,
)
from penstock.define.modules import load_assets_from_modules as load_assets_from_modules
from penstock.define.modules import (
    load_assets_from_package_module as load_assets_from_package_module,
)
from penstock.define.modules import load_assets_from_package_name as load_assets_from_package_name
from penstock.define.multi_asset import multi_asset as multi_asset
from penstock.define.multi_asset_sensor import (
    MultiAssetSensorDefinition as MultiAssetSensorDefinition,
)
from penstock.define.multi_asset_sensor import multi_asset_sensor as multi_asset_sensor
from penstock.define.multi_asset_sensor_context import (
    MultiAssetSensorEvaluationContext as MultiAssetSensorEvaluationContext,
)
from penstock.define.multi_asset_sensor_context import (
    build_multi_asset_sensor_context as build_multi_asset_sensor_context,
)
from penstock.define.multi_check import multi_asset_check as multi_asset_check
from penstock.define.observable import (
    multi_observable_source_asset as multi_observable_source_asset,
)
from penstock.define.observable import observable_source_asset as observable_source_asset
from penstock.define.op import OpDefinition as OpDefinition
from penstock.define.op import op as op
from penstock.define.own_executors import in_process_executor as in_process_executor
from penstock.define.own_executors import (
    multi_or_in_process_executor as multi_or_in_process_executor,
)
from penstock.define.own_executors import multiprocess_executor as multiprocess_executor
from penstock.define.own_executors import threads_executor as threads_executor
from penstock.define.partitioned_config import PartitionedConfig as PartitionedConfig
from penstock.define.partitioned_config import daily_partitioned_config as daily_partitioned_config
from penstock.define.partitioned_config import (
    dynamic_partitioned_config as dynamic_partitioned_config,
)
from penstock.define.partitioned_config import (
    hourly_partitioned_config as hourly_partitioned_config,
)
from penstock.define.partitioned_config import (
    monthly_partitioned_config as monthly_partitioned_config,
)
from penstock.define.partitioned_config import partitioned_config as partitioned_config
from penstock.define.partitioned_config import (
    static_partitioned_config as static_partitioned_config,
)
from penstock.define.partitioned_config import (
    weekly_partitioned_config as weekly_partitioned_config,
)
from penstock.define.partitioned_schedule import (
    build_schedule_from_partitioned_job as build_schedule_from_partitioned_job,
)
from penstock.define.paths import file_relative_path as file_relative_path
from penstock.define.ports import DynamicOut as DynamicOut
from penstock.define.ports import GraphIn as GraphIn
from penstock.define.ports import GraphOut as GraphOut
from penstock.define.ports import In as In
from penstock.define.ports import InputDefinition as InputDefinition
from penstock.define.ports import InputMapping as InputMapping
from penstock.define.ports import Out as Out
from penstock.define.ports import OutputDefinition as OutputDefinition
from penstock.define.ports import OutputMapping as OutputMapping
from penstock.define.pythonic import ConfigurableIOManager as ConfigurableIOManager
from penstock.define.pythonic import (
    ConfigurableLegacyIOManagerAdapter as ConfigurableLegacyIOManagerAdapter,
)
from penstock.define.reconstruct import ReconstructableJob as ReconstructableJob
from penstock.define.reconstruct import build_reconstructable_job as build_reconstructable_job
from penstock.define.reconstruct import reconstructable as reconstructable
from penstock.define.repository import RepositoryDefinition as RepositoryDefinition
from penstock.define.repository_data import RepositoryData as RepositoryData
from penstock.define.repository_decorator import (
    create_repository_using_definitions_args as create_repository_using_definitions_args,
)
from penstock.define.repository_decorator import definitions as definitions
from penstock.define.repository_decorator import repository as repository
from penstock.define.resource import ResourceDefinition as ResourceDefinition
from penstock.define.resource import ResourceParam as ResourceParam
from penstock.define.resource import make_values_resource as make_values_resource
from penstock.define.resource import resource as resource
from penstock.define.result import AssetCheckEvaluation as AssetCheckEvaluation
from penstock.define.result import AssetCheckResult as AssetCheckResult
from penstock.define.result import AssetCheckSeverity as AssetCheckSeverity
from penstock.define.result import AssetMaterialization as AssetMaterialization
from penstock.define.result import AssetObservation as AssetObservation
from penstock.define.result import DataProvenance as DataProvenance
from penstock.define.result import DataVersion as DataVersion
from penstock.define.result import DataVersionsByPartition as DataVersionsByPartition
from penstock.define.result import DynamicOutput as DynamicOutput
from penstock.define.result import ExpectationResult as ExpectationResult
from penstock.define.result import MaterializeResult as MaterializeResult
from penstock.define.result import ObserveResult as ObserveResult
from penstock.define.result import Output as Output
from penstock.define.run_failure_email import (
    make_email_on_run_failure_sensor as make_email_on_run_failure_sensor,
)
from penstock.define.run_request import RunRequest as RunRequest
from penstock.define.run_request import SensorResult as SensorResult
from penstock.define.run_request import SkipReason as SkipReason
from penstock.define.run_selectors import CodeLocationSelector as CodeLocationSelector
from penstock.define.run_selectors import JobSelector as JobSelector
from penstock.define.run_selectors import RepositorySelector as RepositorySelector
from penstock.define.run_status_context import RunFailureSensorContext as RunFailureSensorContext
from penstock.define.run_status_context import RunStatusSensorContext as RunStatusSensorContext
from penstock.define.run_status_context import (
    build_run_status_sensor_context as build_run_status_sensor_context,
)
from penstock.define.run_status_sensor import RunStatusSensorDefinition as RunStatusSensorDefinition
from penstock.define.run_status_sensor import run_failure_sensor as run_failure_sensor
from penstock.define.run_status_sensor import run_status_sensor as run_status_sensor
from penstock.define.schedule import DefaultScheduleStatus as DefaultScheduleStatus
from penstock.define.schedule import ScheduleDefinition as ScheduleDefinition
from penstock.define.schedule import schedule as schedule
from penstock.define.schedule_context import ScheduleEvaluationContext as ScheduleEvaluationContext
from penstock.define.schedule_context import build_schedule_context as build_schedule_context
from penstock.define.sensor import DefaultSensorStatus as DefaultSensorStatus
from penstock.define.sensor import SensorDefinition as SensorDefinition
from penstock.define.sensor import SensorReturnTypesUnion as SensorReturnTypesUnion
from penstock.define.sensor import sensor as sensor
from penstock.define.sensor_context import SensorEvaluationContext as SensorEvaluationContext
from penstock.define.sensor_context import build_sensor_context as build_sensor_context
from penstock.define.source_asset import SourceAsset as SourceAsset
from penstock.define.spec import AssetCheckSpec as AssetCheckSpec
from penstock.define.spec import AssetDep as AssetDep
from penstock.define.spec import AssetSpec as AssetSpec
from penstock.define.types.annotations import (
    make_python_type_usable_as_runtime_type as make_python_type_usable_as_dagster_type,
)
from penstock.define.types.annotations import (
    make_python_type_usable_as_runtime_type as make_python_type_usable_as_runtime_type,
)
from penstock.define.types.annotations import resolve_runtime_type as resolve_dagster_type
from penstock.define.types.annotations import usable_as_runtime_type as usable_as_dagster_type
from penstock.define.types.annotations import usable_as_runtime_type as usable_as_runtime_type
from penstock.define.types.builtin import Any as Any
from penstock.define.types.builtin import Bool as Bool
from penstock.define.types.builtin import Float as Float
from penstock.define.types.builtin import Int as Int
from penstock.define.types.builtin import Nothing as Nothing
from penstock.define.types.builtin import String as String
from penstock.define.types.check import check_runtime_type as check_dagster_type
from penstock.define.types.check import check_runtime_type as check_runtime_type
from penstock.define.types.definition import PythonObjectType as PythonObjectDagsterType
from penstock.define.types.definition import PythonObjectType as PythonObjectType
from penstock.define.types.definition import RuntimeType as DagsterType
from penstock.define.types.definition import RuntimeType as RuntimeType
from penstock.define.types.definition import TypeCheck as TypeCheck
from penstock.define.types.definition import TypeCheckContext as TypeCheckContext
from penstock.define.types.loader import TypeLoader as DagsterTypeLoader
from penstock.define.types.loader import TypeLoader as TypeLoader
from penstock.define.types.loader import TypeLoaderContext as DagsterTypeLoaderContext
from penstock.define.types.loader import TypeLoaderContext as TypeLoaderContext
from penstock.define.types.loader import type_loader as dagster_type_loader
from penstock.define.types.loader import type_loader as type_loader
from penstock.define.types.subscript import Dict as Dict
from penstock.define.types.subscript import List as List
from penstock.define.types.subscript import Optional as Optional
from penstock.define.types.subscript import Set as Set
from penstock.define.types.subscript import Tuple as Tuple
from penstock.errors import BugError as BugError
from penstock.errors import CheckFailedError as CheckFailedError
from penstock.errors import ConfigMappingFunctionError as ConfigMappingFunctionError
from penstock.errors import ConfigMappingFunctionError as DagsterConfigMappingFunctionError
from penstock.errors import DefinitionNotFoundError as DefinitionNotFoundError
from penstock.errors import EventLogInvalidForRunError as DagsterEventLogInvalidForRun
from penstock.errors import EventLogInvalidForRunError as EventLogInvalidForRunError
from penstock.errors import ExecutionInterruptedError as DagsterExecutionInterruptedError
from penstock.errors import ExecutionInterruptedError as ExecutionInterruptedError
from penstock.errors import Failure as Failure
from penstock.errors import HandleOutputError as DagsterExecutionHandleOutputError
from penstock.errors import HandleOutputError as HandleOutputError
from penstock.errors import HomeNotSetError as DagsterHomeNotSetError
from penstock.errors import HomeNotSetError as HomeNotSetError
from penstock.errors import HookExecutionError as HookExecutionError
from penstock.errors import InvalidConfigDefinitionError as DagsterInvalidConfigDefinitionError
from penstock.errors import (
    InvalidConfigDefinitionError as DagsterInvalidPythonicConfigDefinitionError,
)
from penstock.errors import InvalidConfigDefinitionError as InvalidConfigDefinitionError
from penstock.errors import InvalidConfigError as DagsterInvalidConfigError
from penstock.errors import InvalidConfigError as InvalidConfigError
from penstock.errors import InvalidDefinitionError as DagsterInvalidDefinitionError
from penstock.errors import InvalidDefinitionError as InvalidDefinitionError
from penstock.errors import InvalidDefinitionsError as InvalidDefinitionsError
from penstock.errors import InvalidInvocationError as DagsterInvalidInvocationError
from penstock.errors import InvalidInvocationError as InvalidInvocationError
from penstock.errors import InvalidMetadataError as DagsterInvalidMetadata
from penstock.errors import InvalidMetadataError as InvalidMetadataError
from penstock.errors import InvalidPropertyError as DagsterInvalidPropertyError
from penstock.errors import InvalidPropertyError as InvalidPropertyError
from penstock.errors import InvalidSelectionError as DagsterInvalidAssetSelectionError
from penstock.errors import InvalidSelectionError as InvalidSelectionError
from penstock.errors import InvalidSubsetError as DagsterInvalidSubsetError
from penstock.errors import InvalidSubsetError as InvalidSubsetError
from penstock.errors import InvariantViolationError as DagsterInvariantViolationError
from penstock.errors import InvariantViolationError as InvariantViolationError
from penstock.errors import LoadError as LoadError
from penstock.errors import LoadInputError as DagsterExecutionLoadInputError
from penstock.errors import LoadInputError as LoadInputError
from penstock.errors import MaxRetriesExceededError as DagsterMaxRetriesExceededError
from penstock.errors import MaxRetriesExceededError as MaxRetriesExceededError
from penstock.errors import NewerStoreError as NewerStoreError
from penstock.errors import OutageError as OutageError
from penstock.errors import ParameterCheckError as CheckError
from penstock.errors import ParameterCheckError as ParameterCheckError
from penstock.errors import PartitionExecutionError as PartitionExecutionError
from penstock.errors import PenstockError as DagsterError
from penstock.errors import PenstockError as PenstockError
from penstock.errors import PipesError as PipesError
from penstock.errors import PipesExecutionError as DagsterPipesExecutionError
from penstock.errors import PipesExecutionError as PipesExecutionError
from penstock.errors import ResourceFunctionError as DagsterResourceFunctionError
from penstock.errors import ResourceFunctionError as ResourceFunctionError
from penstock.errors import RetryRequested as RetryRequested
from penstock.errors import RunAlreadyExistsError as DagsterRunAlreadyExists
from penstock.errors import RunNotFoundError as DagsterRunNotFoundError
from penstock.errors import RunNotFoundError as RunNotFoundError
from penstock.errors import (
    RuntimeTypeInConfigError as DagsterInvalidDagsterTypeInPythonicConfigDefinitionError,
)
from penstock.errors import RuntimeTypeInConfigError as RuntimeTypeInConfigError
from penstock.errors import ScheduleExecutionError as ScheduleExecutionError
from penstock.errors import SensorExecutionError as SensorExecutionError
from penstock.errors import StepExecutionError as DagsterExecutionStepExecutionError
from penstock.errors import StepExecutionError as StepExecutionError
from penstock.errors import StepNotFoundError as DagsterExecutionStepNotFoundError
from penstock.errors import StepNotFoundError as StepNotFoundError
from penstock.errors import StepOutputNotFoundError as DagsterStepOutputNotFoundError
from penstock.errors import StepOutputNotFoundError as StepOutputNotFoundError
from penstock.errors import StoredValueNotFoundError as StoredValueNotFoundError
from penstock.errors import StoreFullError as StoreFullError
from penstock.errors import StoreUnavailableError as StoreUnavailableError
from penstock.errors import SubprocessError as DagsterSubprocessError
from penstock.errors import SubprocessError as SubprocessError
from penstock.errors import TypeCheckDidNotPass as DagsterTypeCheckDidNotPass
from penstock.errors import TypeCheckDidNotPass as TypeCheckDidNotPass
from penstock.errors import TypeCheckError as DagsterTypeCheckError
from penstock.errors import TypeCheckError as TypeCheckError
from penstock.errors import TypeLoadingError as DagsterTypeLoadingError
from penstock.errors import TypeLoadingError as TypeLoadingError
from penstock.errors import UnknownPartitionError as DagsterUnknownPartitionError
from penstock.errors import UnknownPartitionError as UnknownPartitionError
from penstock.errors import UnknownResourceError as DagsterUnknownResourceError
from penstock.errors import UnknownResourceError as UnknownResourceError
from penstock.errors import UnmetExecutorRequirementsError as DagsterUnmetExecutorRequirementsError
from penstock.errors import UnmetExecutorRequirementsError as UnmetExecutorRequirementsError
from penstock.errors import UnresolvableSelectionError as UnresolvableSelectionError
from penstock.errors import UsageError as UsageError
from penstock.errors import UserCodeExecutionError as DagsterUserCodeExecutionError
from penstock.errors import UserCodeExecutionError as UserCodeExecutionError
from penstock.execute.asset_value_loader import AssetValueLoader as AssetValueLoader
from penstock.execute.automation_tester import (
    EvaluateAutomationConditionsResult as EvaluateAutomationConditionsResult,
)
from penstock.execute.automation_tester import (
    evaluate_automation_conditions as evaluate_automation_conditions,
)
from penstock.execute.by_hand import build_init_resource_context as build_init_resource_context
from penstock.execute.by_hand import build_input_context as build_input_context
from penstock.execute.by_hand import build_output_context as build_output_context
from penstock.execute.by_hand import build_resources as build_resources
from penstock.execute.coordinators import DefaultRunCoordinator as DefaultRunCoordinator
from penstock.execute.coordinators import QueuedRunCoordinator as QueuedRunCoordinator
from penstock.execute.error_views import (
    serializable_error_info_from_exc_info as serializable_error_info_from_exc_info,
)
from penstock.execute.interrupt_signals import (
    raise_execution_interrupts as raise_execution_interrupts,
)
from penstock.execute.io_managers.configurable import FilesystemIOManager as FilesystemIOManager
from penstock.execute.io_managers.definitions import (
    custom_path_fs_io_manager as custom_path_fs_io_manager,
)
from penstock.execute.io_managers.definitions import fs_io_manager as fs_io_manager
from penstock.execute.io_managers.definitions import mem_io_manager as mem_io_manager
from penstock.execute.io_managers.memory import InMemoryIOManager as InMemoryIOManager
from penstock.execute.jobs import execute_job as execute_job
from penstock.execute.launcher import DefaultRunLauncher as DefaultRunLauncher
from penstock.execute.materialize import materialize as materialize
from penstock.execute.materialize import materialize_to_memory as materialize_to_memory
from penstock.execute.observe import observe as observe
from penstock.execute.plan_executor import PlanExecutor as Executor
from penstock.execute.reexecution import ReexecutionOptions as ReexecutionOptions
from penstock.execute.result import ExecuteInProcessResult as ExecuteInProcessResult
from penstock.execute.result import JobExecutionResult as JobExecutionResult
from penstock.execute.stale_status import StaleStatusResolver as StaleStatusResolver
from penstock.execute.step_launcher import StepLauncher as StepLauncher
from penstock.execute.step_refs import StepRunRef as StepRunRef
from penstock.execute.step_refs import (
    external_instance_from_step_run_ref as external_instance_from_step_run_ref,
)
from penstock.execute.step_refs import run_step_from_ref as run_step_from_ref
from penstock.execute.step_refs import step_context_to_step_run_ref as step_context_to_step_run_ref
from penstock.execute.step_refs import step_run_ref_to_step_context as step_run_ref_to_step_context
from penstock.graph.selection import AssetSelection as AssetSelection
from penstock.instance import Instance as DagsterInstance
from penstock.instance import Instance as Instance
from penstock.library.check_builders import (
    build_column_schema_change_checks as build_column_schema_change_checks,
)
from penstock.library.check_builders import (
    build_metadata_bounds_checks as build_metadata_bounds_checks,
)
from penstock.library.components.component import Component as Component
from penstock.library.components.component import ComponentTypeSpec as ComponentTypeSpec
from penstock.library.components.component import component_instance as component_instance
from penstock.library.components.component import template_var as template_var
from penstock.library.components.executable import FunctionComponent as FunctionComponent
from penstock.library.components.executable import PythonScriptComponent as PythonScriptComponent
from penstock.library.components.executable import UvRunComponent as UvRunComponent
from penstock.library.components.folder import DefinitionsComponent as DefinitionsComponent
from penstock.library.components.folder import DefsFolderComponent as DefsFolderComponent
from penstock.library.components.form import ComponentFormConfig as ComponentFormConfig
from penstock.library.components.load_context import ComponentLoadContext as ComponentLoadContext
from penstock.library.components.loading import build_component_defs as build_component_defs
from penstock.library.components.loading import build_defs_for_component as build_defs_for_component
from penstock.library.components.loading import component_defs as component_defs
from penstock.library.components.loading import (
    get_all_components_defs_within_project as get_all_components_defs_within_project,
)
from penstock.library.components.loading import (
    get_component_defs_within_project as get_component_defs_within_project,
)
from penstock.library.components.loading import load_defs as load_defs
from penstock.library.components.loading import load_from_defs_folder as load_from_defs_folder
from penstock.library.components.resolution import ResolutionContext as ResolutionContext
from penstock.library.components.resolvable import Model as Model
from penstock.library.components.resolvable import Resolvable as Resolvable
from penstock.library.components.resolver import Injected as Injected
from penstock.library.components.resolver import Resolver as Resolver
from penstock.library.components.scaffolding import Scaffolder as Scaffolder
from penstock.library.components.scaffolding import ScaffoldRequest as ScaffoldRequest
from penstock.library.components.scaffolding import scaffold_component as scaffold_component
from penstock.library.components.scaffolding import scaffold_with as scaffold_with
from penstock.library.components.specs import AssetAttributesModel as AssetAttributesModel
from penstock.library.components.specs import ResolvedAssetCheckSpec as ResolvedAssetCheckSpec
from penstock.library.components.specs import ResolvedAssetKey as ResolvedAssetKey
from penstock.library.components.specs import ResolvedAssetSpec as ResolvedAssetSpec
from penstock.library.components.sql import SqlComponent as SqlComponent
from penstock.library.components.sql import TemplatedSqlComponent as TemplatedSqlComponent
from penstock.library.components.state import StateBackedComponent as StateBackedComponent
from penstock.library.components.tree import ComponentTree as ComponentTree
from penstock.library.compute_logs import UPathComputeLogManager as UPathComputeLogManager
from penstock.library.declarative.load import load_assets_from_yaml as load_assets_from_yaml
from penstock.library.declarative.load import (
    load_definitions_from_yaml as load_definitions_from_yaml,
)
from penstock.library.file_manager import FileHandle as FileHandle
from penstock.library.file_manager import FileManager as FileManager
from penstock.library.file_manager import LocalFileHandle as LocalFileHandle
from penstock.library.file_manager import LocalFileManager as LocalFileManager
from penstock.library.file_manager import local_file_manager as local_file_manager
from penstock.library.freshness_checks import (
    build_last_update_freshness_checks as build_last_update_freshness_checks,
)
from penstock.library.freshness_checks import (
    build_time_partition_freshness_checks as build_time_partition_freshness_checks,
)
from penstock.library.freshness_sensor import (
    build_sensor_for_freshness_checks as build_sensor_for_freshness_checks,
)
from penstock.library.io_managers.db import DbClient as DbClient
from penstock.library.io_managers.db import DbIOManager as DbIOManager
from penstock.library.io_managers.db import DbTypeHandler as DbTypeHandler
from penstock.library.io_managers.table import TablePartitionDimension as TablePartitionDimension
from penstock.library.io_managers.table import TableSlice as TableSlice
from penstock.library.io_managers.upath import UPathIOManager as UPathIOManager
from penstock.library.pipes.client import PipesClient as PipesClient
from penstock.library.pipes.client import (
    PipesClientCompletedInvocation as PipesClientCompletedInvocation,
)
from penstock.library.pipes.composite_reader import (
    PipesCompositeMessageReader as PipesCompositeMessageReader,
)
from penstock.library.pipes.context_data import (
    context_data_of as build_external_execution_context_data,
)
from penstock.library.pipes.file_readers import PipesFileMessageReader as PipesFileMessageReader
from penstock.library.pipes.file_readers import (
    PipesTempFileMessageReader as PipesTempFileMessageReader,
)
from penstock.library.pipes.injectors import PipesEnvContextInjector as PipesEnvContextInjector
from penstock.library.pipes.injectors import PipesFileContextInjector as PipesFileContextInjector
from penstock.library.pipes.injectors import (
    PipesTempFileContextInjector as PipesTempFileContextInjector,
)
from penstock.library.pipes.logs import PipesChunkedLogReader as PipesChunkedLogReader
from penstock.library.pipes.logs import PipesLogReader as PipesLogReader
from penstock.library.pipes.messages import PipesExecutionResult as PipesExecutionResult
from penstock.library.pipes.messages import PipesMessageHandler as PipesMessageHandler
from penstock.library.pipes.polling_readers import (
    PipesBlobStoreMessageReader as PipesBlobStoreMessageReader,
)
from penstock.library.pipes.polling_readers import (
    PipesThreadedMessageReader as PipesThreadedMessageReader,
)
from penstock.library.pipes.ports import PipesContextInjector as PipesContextInjector
from penstock.library.pipes.ports import PipesMessageReader as PipesMessageReader
from penstock.library.pipes.session import PipesSession as PipesSession
from penstock.library.pipes.session import open_pipes_session as open_pipes_session
from penstock.library.pipes.subprocess import PipesSubprocessClient as PipesSubprocessClient
from penstock.library.pipes.wire import COMPOSITE_WRITERS_KEY as PIPES_COMPOSITE_WRITERS_KEY
from penstock.library.pipes.wire import PipesExtras as PipesExtras
from penstock.library.pipes.wire import PipesLaunchedData as PipesLaunchedData
from penstock.library.pipes.wire import PipesParams as PipesParams
from penstock.library.upath_files import UPathFileHandle as UPathFileHandle
from penstock.library.upath_files import UPathFileManager as UPathFileManager
from penstock.library.upath_files import upath_file_manager as upath_file_manager
from penstock.model.code_reference import LocalFileCodeReference as LocalFileCodeReference
from penstock.model.code_reference import UrlCodeReference as UrlCodeReference
from penstock.model.freshness import FreshnessPolicy as FreshnessPolicy
from penstock.model.freshness import LegacyFreshnessPolicy as LegacyFreshnessPolicy
from penstock.model.keys import AssetCheckKey as AssetCheckKey
from penstock.model.keys import AssetKey as AssetKey
from penstock.model.metadata import BoolMetadataValue as BoolMetadataValue
from penstock.model.metadata import (
    CodeLocationReconstructionMetadataValue as CodeLocationReconstructionMetadataValue,
)
from penstock.model.metadata import CodeReferencesMetadataValue as CodeReferencesMetadataValue
from penstock.model.metadata import DagsterAssetMetadataValue as DagsterAssetMetadataValue
from penstock.model.metadata import DagsterJobMetadataValue as DagsterJobMetadataValue
from penstock.model.metadata import DagsterRunMetadataValue as DagsterRunMetadataValue
from penstock.model.metadata import FloatMetadataValue as FloatMetadataValue
from penstock.model.metadata import IntMetadataValue as IntMetadataValue
from penstock.model.metadata import JsonMetadataValue as JsonMetadataValue
from penstock.model.metadata import MarkdownMetadataValue as MarkdownMetadataValue
from penstock.model.metadata import MetadataValue as MetadataValue
from penstock.model.metadata import NotebookMetadataValue as NotebookMetadataValue
from penstock.model.metadata import NullMetadataValue as NullMetadataValue
from penstock.model.metadata import PathMetadataValue as PathMetadataValue
from penstock.model.metadata import PoolMetadataValue as PoolMetadataValue
from penstock.model.metadata import PythonArtifactMetadataValue as PythonArtifactMetadataValue
from penstock.model.metadata import (
    TableColumnLineageMetadataValue as TableColumnLineageMetadataValue,
)
from penstock.model.metadata import TableMetadataValue as TableMetadataValue
from penstock.model.metadata import TableSchemaMetadataValue as TableSchemaMetadataValue
from penstock.model.metadata import TextMetadataValue as TextMetadataValue
from penstock.model.metadata import TimestampMetadataValue as TimestampMetadataValue
from penstock.model.metadata import UrlMetadataValue as UrlMetadataValue
from penstock.model.retry import Backoff as Backoff
from penstock.model.retry import Jitter as Jitter
from penstock.model.retry import RetryPolicy as RetryPolicy
from penstock.model.run import RunStatus as DagsterRunStatus
from penstock.model.run import RunStatus as RunStatus
from penstock.model.table import TableColumn as TableColumn
from penstock.model.table import TableColumnConstraints as TableColumnConstraints
from penstock.model.table import TableColumnDep as TableColumnDep
from penstock.model.table import TableColumnLineage as TableColumnLineage
from penstock.model.table import TableConstraints as TableConstraints
from penstock.model.table import TableRecord as TableRecord
from penstock.model.table import TableSchema as TableSchema
from penstock.partitions.backfill_policy import BackfillPolicy as BackfillPolicy
from penstock.partitions.backfill_policy import BackfillPolicyType as BackfillPolicyType
from penstock.partitions.cadence import ScheduleType as ScheduleType
from penstock.partitions.context import DynamicPartitionsStore as DynamicPartitionsStore
from penstock.partitions.context import PartitionLoadingContext as PartitionLoadingContext
from penstock.partitions.context import TemporalContext as TemporalContext
from penstock.partitions.context import partition_loading_context as partition_loading_context
from penstock.partitions.definition import PartitionsDefinition as PartitionsDefinition
from penstock.partitions.dimensions import (
    PartitionDimensionDefinition as PartitionDimensionDefinition,
)
from penstock.partitions.dynamic import AddDynamicPartitionsRequest as AddDynamicPartitionsRequest
from penstock.partitions.dynamic import (
    DeleteDynamicPartitionsRequest as DeleteDynamicPartitionsRequest,
)
from penstock.partitions.dynamic import DynamicPartitionsDefinition as DynamicPartitionsDefinition
from penstock.partitions.mapping_base import PartitionMapping as PartitionMapping
from penstock.partitions.mapping_base import UpstreamPartitionsResult as UpstreamPartitionsResult
from penstock.partitions.mapping_keys import AllPartitionMapping as AllPartitionMapping
from penstock.partitions.mapping_keys import IdentityPartitionMapping as IdentityPartitionMapping
from penstock.partitions.mapping_keys import LastPartitionMapping as LastPartitionMapping
from penstock.partitions.mapping_keys import (
    SpecificPartitionsPartitionMapping as SpecificPartitionsPartitionMapping,
)
from penstock.partitions.mapping_keys import StaticPartitionMapping as StaticPartitionMapping
from penstock.partitions.mapping_multi import DimensionPartitionMapping as DimensionPartitionMapping
from penstock.partitions.mapping_multi import MultiPartitionMapping as MultiPartitionMapping
from penstock.partitions.mapping_multi import (
    MultiToSingleDimensionPartitionMapping as MultiToSingleDimensionPartitionMapping,
)
from penstock.partitions.mapping_time import (
    TimeWindowPartitionMapping as TimeWindowPartitionMapping,
)
from penstock.partitions.multi import MultiPartitionsDefinition as MultiPartitionsDefinition
from penstock.partitions.multi_key import MultiPartitionKey as MultiPartitionKey
from penstock.partitions.paging import PaginatedResults as PaginatedResults
from penstock.partitions.static import StaticPartitionsDefinition as StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset as PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition as DailyPartitionsDefinition
from penstock.partitions.time_window import HourlyPartitionsDefinition as HourlyPartitionsDefinition
from penstock.partitions.time_window import (
    MonthlyPartitionsDefinition as MonthlyPartitionsDefinition,
)
from penstock.partitions.time_window import WeeklyPartitionsDefinition as WeeklyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange as PartitionKeyRange
from penstock.partitions.window import TimeWindow as TimeWindow
from penstock.partitions.window_definition import (
    TimeWindowPartitionsDefinition as TimeWindowPartitionsDefinition,
)
from penstock.settings.artifact_storage import LocalArtifactStorage as LocalArtifactStorage
from penstock.settings.definition_state import DefsStateStorage as DefsStateStorage
from penstock.settings.definition_state import UPathDefsStateStorage as UPathDefsStateStorage
from penstock.settings.instance_ref import InstanceRef as InstanceRef
from penstock.settings.run_coordinator import RunCoordinator as RunCoordinator
from penstock.settings.run_coordinator import SubmitRunContext as SubmitRunContext
from penstock.settings.run_launcher import LaunchRunContext as LaunchRunContext
from penstock.settings.run_launcher import RunLauncher as RunLauncher
from penstock.settings.scheduler import DaemonScheduler as DaemonScheduler
from penstock.settings.scheduler import DaemonScheduler as DagsterDaemonScheduler
from penstock.settings.scheduler import Scheduler as Scheduler
from penstock.settings.secrets_loader import EnvFileLoader as EnvFileLoader
from penstock.settings.secrets_loader import PerProjectEnvFileLoader as PerProjectEnvFileLoader
from penstock.settings.secrets_loader import SecretsLoader as SecretsLoader
from penstock.store.compute_log_manager import CapturedLogManager as CapturedLogManager
from penstock.store.compute_log_manager import CapturedLogSubscription as CapturedLogSubscription
from penstock.store.compute_log_manager import ComputeLogManager as ComputeLogManager
from penstock.store.compute_logs import LocalComputeLogManager as LocalComputeLogManager
from penstock.store.compute_logs import NoOpComputeLogManager as NoOpComputeLogManager
from penstock.store.log_values import CapturedLogContext as CapturedLogContext
from penstock.store.log_values import CapturedLogData as CapturedLogData
from penstock.store.log_values import CapturedLogMetadata as CapturedLogMetadata
from penstock.store.log_values import ComputeIOType as ComputeIOType
from penstock.testing.instances import instance_for_test as instance_for_test
from penstock.version import __version__ as __version__

__all__ = [
    "MAX_RUNTIME_SECONDS_TAG",
    "PIPES_COMPOSITE_WRITERS_KEY",
    "UNKNOWN_DATA_VERSION",
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
    "CapturedLogContext",
    "CapturedLogData",
    "CapturedLogManager",
    "CapturedLogMetadata",
    "CapturedLogSubscription",
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
    "ComputeIOType",
    "ComputeLogManager",
    "Config",
    "ConfigArgumentWarning",
    "ConfigMapping",
    "ConfigMappingFunctionError",
    "ConfigSchema",
    "ConfigurableClass",
    "ConfigurableClassData",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableLegacyIOManagerAdapter",
    "ConfigurableResource",
    "DaemonScheduler",
    "DagsterAssetMetadataValue",
    "DagsterConfigMappingFunctionError",
    "DagsterDaemonScheduler",
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
    "DagsterRunAlreadyExists",
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
    "DefaultRunCoordinator",
    "DefaultRunLauncher",
    "DefaultScheduleStatus",
    "DefaultSensorStatus",
    "DefinitionNotFoundError",
    "Definitions",
    "DefinitionsComponent",
    "DefsFolderComponent",
    "DefsStateStorage",
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
    "EnvFileLoader",
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
    "InstanceRef",
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
    "LaunchRunContext",
    "LegacyFreshnessPolicy",
    "LibraryRegistry",
    "List",
    "LoadError",
    "LoadInputError",
    "LocalArtifactStorage",
    "LocalComputeLogManager",
    "LocalFileCodeReference",
    "LocalFileHandle",
    "LocalFileManager",
    "LoggerDefinition",
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
    "NoOpComputeLogManager",
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
    "PerProjectEnvFileLoader",
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
    "QueuedRunCoordinator",
    "ReconstructableJob",
    "ReexecutionOptions",
    "RepositoryData",
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
    "RunCoordinator",
    "RunFailureSensorContext",
    "RunLauncher",
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
    "Scheduler",
    "SecretsLoader",
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
    "StepLauncher",
    "StepNotFoundError",
    "StepOutputNotFoundError",
    "StepRunRef",
    "StorageAddress",
    "StoreFullError",
    "StoreUnavailableError",
    "StoredValueNotFoundError",
    "String",
    "StringSource",
    "SubmitRunContext",
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
    "UPathComputeLogManager",
    "UPathDefsStateStorage",
    "UPathFileHandle",
    "UPathFileManager",
    "UPathIOManager",
    "UnknownPartitionError",
    "UnknownResourceError",
    "UnmetExecutorRequirementsError",
    "UnresolvableSelectionError",
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
    "external_instance_from_step_run_ref",
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
    "run_step_from_ref",
    "scaffold_component",
    "scaffold_with",
    "schedule",
    "sensor",
    "serializable_error_info_from_exc_info",
    "serialize_value",
    "static_partitioned_config",
    "step_context_to_step_run_ref",
    "step_run_ref_to_step_context",
    "success_hook",
    "template_var",
    "threads_executor",
    "type_loader",
    "upath_file_manager",
    "usable_as_dagster_type",
    "usable_as_runtime_type",
    "user_code_error_boundary",
    "validate_run_config",
    "weekly_partitioned_config",
    "weekly_schedule",
    "with_resources",
    "with_source_code_references",
]
