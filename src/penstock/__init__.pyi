"""The public names, for type checkers and editors; `__init__.py` loads them lazily."""

from penstock.compat.events import DagsterEvent as DagsterEvent
from penstock.compat.events import DagsterEventType as DagsterEventType
from penstock.compat.events import EventLogEntry as EventLogEntry
from penstock.compat.events import EventLogRecord as EventLogRecord
from penstock.compat.events import EventRecordsFilter as EventRecordsFilter
from penstock.compat.runs import AssetPartitionStatus as AssetPartitionStatus
from penstock.compat.runs import DagsterRun as DagsterRun
from penstock.compat.runs import RunsFilter as RunsFilter
from penstock.config.env import EnvVar as EnvVar
from penstock.config.model import Config as Config
from penstock.config.model import PermissiveConfig as PermissiveConfig
from penstock.config.resource import ConfigurableIOManagerFactory as ConfigurableIOManagerFactory
from penstock.config.resource import ConfigurableResource as ConfigurableResource
from penstock.config.resource import ResourceDependency as ResourceDependency
from penstock.config.run_config import RunConfig as RunConfig
from penstock.define.asset import asset as asset
from penstock.define.asset import multi_asset as multi_asset
from penstock.define.check import asset_check as asset_check
from penstock.define.context import AssetCheckExecutionContext as AssetCheckExecutionContext
from penstock.define.context import AssetExecutionContext as AssetExecutionContext
from penstock.define.context import OpExecutionContext as OpExecutionContext
from penstock.define.context import build_asset_context as build_asset_context
from penstock.define.definitions import Definitions as Definitions
from penstock.define.io_manager import InputContext as InputContext
from penstock.define.io_manager import IOManager as IOManager
from penstock.define.io_manager import OutputContext as OutputContext
from penstock.define.job import JobDefinition as JobDefinition
from penstock.define.job import define_asset_job as define_asset_job
from penstock.define.modules import load_asset_checks_from_modules as load_asset_checks_from_modules
from penstock.define.modules import load_assets_from_modules as load_assets_from_modules
from penstock.define.node import AssetChecksDefinition as AssetChecksDefinition
from penstock.define.node import AssetsDefinition as AssetsDefinition
from penstock.define.pythonic import ConfigurableIOManager as ConfigurableIOManager
from penstock.define.result import AssetCheckEvaluation as AssetCheckEvaluation
from penstock.define.result import AssetCheckResult as AssetCheckResult
from penstock.define.result import AssetCheckSeverity as AssetCheckSeverity
from penstock.define.result import AssetMaterialization as AssetMaterialization
from penstock.define.result import AssetObservation as AssetObservation
from penstock.define.result import DataVersion as DataVersion
from penstock.define.result import MaterializeResult as MaterializeResult
from penstock.define.result import Output as Output
from penstock.define.spec import AssetCheckSpec as AssetCheckSpec
from penstock.define.spec import AssetDep as AssetDep
from penstock.define.spec import AssetIn as AssetIn
from penstock.define.spec import AssetOut as AssetOut
from penstock.define.spec import AssetSpec as AssetSpec
from penstock.errors import BugError as BugError
from penstock.errors import CheckFailedError as CheckFailedError
from penstock.errors import ExecutionInterruptedError as DagsterExecutionInterruptedError
from penstock.errors import ExecutionInterruptedError as ExecutionInterruptedError
from penstock.errors import Failure as Failure
from penstock.errors import HandleOutputError as HandleOutputError
from penstock.errors import HomeNotSetError as DagsterHomeNotSetError
from penstock.errors import HomeNotSetError as HomeNotSetError
from penstock.errors import InvalidConfigError as DagsterInvalidConfigError
from penstock.errors import InvalidConfigError as InvalidConfigError
from penstock.errors import InvalidDefinitionError as DagsterInvalidDefinitionError
from penstock.errors import InvalidDefinitionError as InvalidDefinitionError
from penstock.errors import InvalidDefinitionsError as InvalidDefinitionsError
from penstock.errors import InvalidInvocationError as DagsterInvalidInvocationError
from penstock.errors import InvalidInvocationError as InvalidInvocationError
from penstock.errors import InvalidMetadataError as DagsterInvalidMetadata
from penstock.errors import InvalidMetadataError as InvalidMetadataError
from penstock.errors import InvalidSelectionError as DagsterInvalidAssetSelectionError
from penstock.errors import InvalidSelectionError as InvalidSelectionError
from penstock.errors import InvalidSubsetError as DagsterInvalidSubsetError
from penstock.errors import InvalidSubsetError as InvalidSubsetError
from penstock.errors import InvariantViolationError as DagsterInvariantViolationError
from penstock.errors import InvariantViolationError as InvariantViolationError
from penstock.errors import LoadError as LoadError
from penstock.errors import LoadInputError as LoadInputError
from penstock.errors import NewerStoreError as NewerStoreError
from penstock.errors import OutageError as OutageError
from penstock.errors import PenstockError as DagsterError
from penstock.errors import PenstockError as PenstockError
from penstock.errors import ResourceFunctionError as DagsterResourceFunctionError
from penstock.errors import ResourceFunctionError as ResourceFunctionError
from penstock.errors import RetryRequested as RetryRequested
from penstock.errors import RunNotFoundError as DagsterRunNotFoundError
from penstock.errors import RunNotFoundError as RunNotFoundError
from penstock.errors import StepExecutionError as DagsterExecutionStepExecutionError
from penstock.errors import StepExecutionError as StepExecutionError
from penstock.errors import StepOutputNotFoundError as DagsterStepOutputNotFoundError
from penstock.errors import StepOutputNotFoundError as StepOutputNotFoundError
from penstock.errors import StoreFullError as StoreFullError
from penstock.errors import StoreUnavailableError as StoreUnavailableError
from penstock.errors import TypeCheckDidNotPass as DagsterTypeCheckDidNotPass
from penstock.errors import TypeCheckDidNotPass as TypeCheckDidNotPass
from penstock.errors import UnknownPartitionError as DagsterUnknownPartitionError
from penstock.errors import UnknownPartitionError as UnknownPartitionError
from penstock.errors import UnknownResourceError as DagsterUnknownResourceError
from penstock.errors import UnknownResourceError as UnknownResourceError
from penstock.errors import UsageError as UsageError
from penstock.errors import UserCodeExecutionError as DagsterUserCodeExecutionError
from penstock.errors import UserCodeExecutionError as UserCodeExecutionError
from penstock.execute.io_managers.filesystem import FilesystemIOManager as FilesystemIOManager
from penstock.execute.io_managers.memory import InMemoryIOManager as InMemoryIOManager
from penstock.execute.materialize import materialize as materialize
from penstock.execute.materialize import materialize_to_memory as materialize_to_memory
from penstock.execute.result import ExecuteInProcessResult as ExecuteInProcessResult
from penstock.graph.selection import AssetSelection as AssetSelection
from penstock.instance import Instance as DagsterInstance
from penstock.instance import Instance as Instance
from penstock.model.keys import AssetCheckKey as AssetCheckKey
from penstock.model.keys import AssetKey as AssetKey
from penstock.model.metadata import BoolMetadataValue as BoolMetadataValue
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
from penstock.partitions.definition import PartitionsDefinition as PartitionsDefinition
from penstock.partitions.mapping import AllPartitionMapping as AllPartitionMapping
from penstock.partitions.mapping import IdentityPartitionMapping as IdentityPartitionMapping
from penstock.partitions.mapping import LastPartitionMapping as LastPartitionMapping
from penstock.partitions.mapping import PartitionMapping as PartitionMapping
from penstock.partitions.mapping import TimeWindowPartitionMapping as TimeWindowPartitionMapping
from penstock.partitions.static import StaticPartitionsDefinition as StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition as DailyPartitionsDefinition
from penstock.partitions.time_window import HourlyPartitionsDefinition as HourlyPartitionsDefinition
from penstock.partitions.time_window import (
    MonthlyPartitionsDefinition as MonthlyPartitionsDefinition,
)
from penstock.partitions.time_window import (
    TimeWindowPartitionsDefinition as TimeWindowPartitionsDefinition,
)
from penstock.partitions.time_window import WeeklyPartitionsDefinition as WeeklyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange as PartitionKeyRange
from penstock.partitions.window import TimeWindow as TimeWindow

__version__: str
__all__ = [
    "AllPartitionMapping",
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
    "AssetKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOut",
    "AssetPartitionStatus",
    "AssetSelection",
    "AssetSpec",
    "AssetsDefinition",
    "BackfillPolicy",
    "Backoff",
    "BoolMetadataValue",
    "BugError",
    "CheckFailedError",
    "Config",
    "ConfigurableIOManager",
    "ConfigurableIOManagerFactory",
    "ConfigurableResource",
    "DagsterAssetMetadataValue",
    "DagsterError",
    "DagsterEvent",
    "DagsterEventType",
    "DagsterExecutionInterruptedError",
    "DagsterExecutionStepExecutionError",
    "DagsterHomeNotSetError",
    "DagsterInstance",
    "DagsterInvalidAssetSelectionError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidMetadata",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterJobMetadataValue",
    "DagsterResourceFunctionError",
    "DagsterRun",
    "DagsterRunMetadataValue",
    "DagsterRunNotFoundError",
    "DagsterRunStatus",
    "DagsterStepOutputNotFoundError",
    "DagsterTypeCheckDidNotPass",
    "DagsterUnknownPartitionError",
    "DagsterUnknownResourceError",
    "DagsterUserCodeExecutionError",
    "DailyPartitionsDefinition",
    "DataVersion",
    "Definitions",
    "EnvVar",
    "EventLogEntry",
    "EventLogRecord",
    "EventRecordsFilter",
    "ExecuteInProcessResult",
    "ExecutionInterruptedError",
    "Failure",
    "FilesystemIOManager",
    "FloatMetadataValue",
    "HandleOutputError",
    "HomeNotSetError",
    "HourlyPartitionsDefinition",
    "IOManager",
    "IdentityPartitionMapping",
    "InMemoryIOManager",
    "InputContext",
    "Instance",
    "IntMetadataValue",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidDefinitionsError",
    "InvalidInvocationError",
    "InvalidMetadataError",
    "InvalidSelectionError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "Jitter",
    "JobDefinition",
    "JsonMetadataValue",
    "LastPartitionMapping",
    "LoadError",
    "LoadInputError",
    "MarkdownMetadataValue",
    "MaterializeResult",
    "MetadataValue",
    "MonthlyPartitionsDefinition",
    "NewerStoreError",
    "NotebookMetadataValue",
    "NullMetadataValue",
    "OpExecutionContext",
    "OutageError",
    "Output",
    "OutputContext",
    "PartitionKeyRange",
    "PartitionMapping",
    "PartitionsDefinition",
    "PathMetadataValue",
    "PenstockError",
    "PermissiveConfig",
    "PoolMetadataValue",
    "PythonArtifactMetadataValue",
    "ResourceDependency",
    "ResourceFunctionError",
    "RetryPolicy",
    "RetryRequested",
    "RunConfig",
    "RunNotFoundError",
    "RunStatus",
    "RunsFilter",
    "StaticPartitionsDefinition",
    "StepExecutionError",
    "StepOutputNotFoundError",
    "StoreFullError",
    "StoreUnavailableError",
    "TableColumn",
    "TableColumnConstraints",
    "TableColumnDep",
    "TableColumnLineage",
    "TableColumnLineageMetadataValue",
    "TableConstraints",
    "TableMetadataValue",
    "TableRecord",
    "TableSchema",
    "TableSchemaMetadataValue",
    "TextMetadataValue",
    "TimeWindow",
    "TimeWindowPartitionMapping",
    "TimeWindowPartitionsDefinition",
    "TimestampMetadataValue",
    "TypeCheckDidNotPass",
    "UnknownPartitionError",
    "UnknownResourceError",
    "UrlMetadataValue",
    "UsageError",
    "UserCodeExecutionError",
    "WeeklyPartitionsDefinition",
    "asset",
    "asset_check",
    "build_asset_context",
    "define_asset_job",
    "load_asset_checks_from_modules",
    "load_assets_from_modules",
    "materialize",
    "materialize_to_memory",
    "multi_asset",
]
