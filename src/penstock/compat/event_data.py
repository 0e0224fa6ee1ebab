"""What is particular to one type of event: views with the attributes that users of Dagster read.

Each class shows a part of a native event of `model.events`; none of them is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from traceback import TracebackException

from penstock import errors
from penstock.model import events as native
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion

Metadata = Mapping[str, MetadataUnion]


def _no_metadata() -> Metadata:
    return {}


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An exception as data; a view of `ErrorInfo`.

    Attributes:
        info: What was recorded of it.
        has_own_name: Whether its class is called as `__name__` has it, for code that compares
            with the class; as Dagster has it otherwise.
    """

    info: native.ErrorInfo
    has_own_name: bool = False

    @property
    def message(self) -> str:
        """The class and the message, as the last line of a traceback has them."""
        return f"{self.cls_name}: {self.info.message}\n"

    @property
    def cls_name(self) -> str:
        """The name of the exception's class, as Dagster has it where the class is Penstock's."""
        if self.has_own_name:
            return self.info.kind
        return _DAGSTER_NAMES.get(self.info.kind, self.info.kind)

    @property
    def stack(self) -> list[str]:
        """The traceback's lines, from the user's first frame on."""
        return self.info.stack.splitlines(keepends=True)

    @property
    def cause(self) -> ErrorView | None:
        """The exception that it was raised from."""
        cause = self.info.cause
        return None if cause is None else ErrorView(cause, has_own_name=self.has_own_name)

    @property
    def context(self) -> ErrorView | None:
        """The exception that was being handled when it was raised; `from None` hides that."""
        return self.cause

    @classmethod
    def from_traceback(cls, tb_exc: TracebackException) -> ErrorView:
        """Return the view of an exception that was captured with its traceback."""
        return cls(_captured(tb_exc), has_own_name=True)

    def to_string(self) -> str:
        """Return the message and the traceback as text."""
        return f"{self.message}\nStack Trace:\n{self.info.stack}"

    def __str__(self) -> str:
        """Return the text of the exception and of those that it was raised from."""
        if self.cause is None:
            return self.to_string()
        return f"{self.to_string()}\nIt was caused by:\n{self.cause}"


def _captured(error: TracebackException) -> native.ErrorInfo:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return native.ErrorInfo(
        kind=error.exc_type.__qualname__,
        message=str(error),
        stack="".join(error.stack.format()),
        cause=None if cause is None else _captured(cause),
    )


@dataclass(frozen=True, slots=True)
class TypeCheckData:
    """What a type said about a value."""

    success: bool
    label: str
    description: str | None = None
    metadata: Metadata = field(default_factory=_no_metadata)


@dataclass(frozen=True, slots=True)
class StepInputData:
    """A value that was passed to an input."""

    input_name: str
    type_check_data: TypeCheckData | None


@dataclass(frozen=True, slots=True)
class StepHandle:
    """The place of a step in its job."""

    key: str

    def to_key(self) -> str:
        """Return the step's key."""
        return self.key

    @property
    def node_handle(self) -> str:
        """The names that lead to the op, joined by dots."""
        return self.key.partition("[")[0]


@dataclass(frozen=True, slots=True)
class StepOutputHandle:
    """The place of a value: a step's output, and the mapping key of a dynamic one."""

    step_key: str
    output_name: str = "result"
    mapping_key: str | None = None


@dataclass(frozen=True, slots=True)
class StepOutputData:
    """A value that an output produced."""

    step_output_handle: StepOutputHandle
    type_check_data: TypeCheckData | None
    version: str | None = None
    metadata: Metadata = field(default_factory=_no_metadata)

    @property
    def output_name(self) -> str:
        """The output's name."""
        return self.step_output_handle.output_name

    @property
    def mapping_key(self) -> str | None:
        """The mapping key of a dynamic output's value."""
        return self.step_output_handle.mapping_key


@dataclass(frozen=True, slots=True)
class UserFailureData:
    """What user code said with `Failure`."""

    label: str
    description: str | None
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class StepFailureData:
    """Why a step failed."""

    error: ErrorView
    user_failure_data: UserFailureData | None = None

    @property
    def error_display_string(self) -> str:
        """The error as text for people."""
        return self.error.to_string()


@dataclass(frozen=True, slots=True)
class StepRetryData:
    """Why a step is tried again, and after how many seconds."""

    error: ErrorView
    seconds_to_wait: float


@dataclass(frozen=True, slots=True)
class StepSuccessData:
    """How long a step took, in milliseconds."""

    duration_ms: float


@dataclass(frozen=True, slots=True)
class HandledOutputData:
    """A value that an IO manager stored."""

    output_name: str
    metadata: Metadata = field(default_factory=_no_metadata)
    mapping_key: str | None = None
    manager_key: str = "io_manager"


@dataclass(frozen=True, slots=True)
class LoadedInputData:
    """A value that an IO manager loaded."""

    input_name: str
    manager_key: str = "io_manager"
    upstream_output_name: str | None = None
    upstream_step_key: str | None = None
    metadata: Metadata = field(default_factory=dict[str, MetadataUnion])


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """Whether the data was as user code expects it."""

    success: bool
    label: str | None
    description: str | None
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class StepExpectationResultData:
    """The result of an expectation."""

    expectation_result: ExpectationView


@dataclass(frozen=True, slots=True)
class Materialization:
    """What a materialization or an observation says; a view of `AssetMaterialized`."""

    asset_key: AssetKey
    partition: str | None
    metadata: Metadata
    tags: Mapping[str, str]
    description: str | None

    @property
    def label(self) -> str:
        """The asset's key, its parts joined by spaces."""
        return " ".join(self.asset_key.path)


@dataclass(frozen=True, slots=True)
class StepMaterializationData:
    """An asset that was made."""

    materialization: Materialization


@dataclass(frozen=True, slots=True)
class AssetObservationData:
    """An asset that something was learned about."""

    asset_observation: Materialization


@dataclass(frozen=True, slots=True)
class AssetMaterializationPlannedData:
    """An asset that the run means to make."""

    asset_key: AssetKey
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class HookErroredData:
    """Why a hook failed."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class JobFailureData:
    """Why a run failed."""

    error: ErrorView | None
    failure_reason: str


@dataclass(frozen=True, slots=True)
class EngineEventData:
    """What else happened; facts for people."""

    metadata: Metadata = field(default_factory=_no_metadata)
    error: ErrorView | None = None


SpecificData = (
    StepInputData
    | StepOutputData
    | StepFailureData
    | StepRetryData
    | StepSuccessData
    | HandledOutputData
    | LoadedInputData
    | StepExpectationResultData
    | StepMaterializationData
    | AssetObservationData
    | AssetMaterializationPlannedData
    | native.CheckEvaluated
    | HookErroredData
    | JobFailureData
    | EngineEventData
)


def step_error(info: native.ErrorInfo, step: str | None = None) -> ErrorView:
    """Return why a step failed: what user code raised is the cause of the step's own error.

    Args:
        info: What was raised.
        step: The step; None where it is not known.
    """
    if info.kind in _FRAMEWORK:
        return ErrorView(info)
    words = f"Error occurred while executing {'a step' if step is None else f'step {step!r}'}"
    return ErrorView(native.ErrorInfo("StepExecutionError", words, "", info))


_FRAMEWORK = frozenset(
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and each is not errors.ParameterCheckError
)

_DAGSTER_NAMES: Mapping[str, str] = {
    "EventLogInvalidForRunError": "DagsterEventLogInvalidForRun",
    "ExecutionInterruptedError": "DagsterExecutionInterruptedError",
    "HandleOutputError": "DagsterExecutionHandleOutputError",
    "InvalidMetadataError": "DagsterInvalidMetadata",
    "InvalidSelectionError": "DagsterInvalidAssetSelectionError",
    "LoadInputError": "DagsterExecutionLoadInputError",
    "PenstockError": "DagsterError",
    "StepExecutionError": "DagsterExecutionStepExecutionError",
    "StepNotFoundError": "DagsterExecutionStepNotFoundError",
    **{
        name: f"Dagster{name}"
        for name in (
            "ConfigMappingFunctionError",
            "HomeNotSetError",
            "InvalidConfigDefinitionError",
            "InvalidConfigError",
            "InvalidDefinitionError",
            "InvalidInvocationError",
            "InvalidPropertyError",
            "InvalidSubsetError",
            "InvariantViolationError",
            "MaxRetriesExceededError",
            "PipesExecutionError",
            "ResourceFunctionError",
            "RunNotFoundError",
            "StepOutputNotFoundError",
            "SubprocessError",
            "TypeCheckDidNotPass",
            "TypeCheckError",
            "TypeLoadingError",
            "UnknownPartitionError",
            "UnknownResourceError",
            "UnmetExecutorRequirementsError",
            "UserCodeExecutionError",
        )
    },
}
"""The names of errors in Dagster, for those that users compare `cls_name` with."""


def specific_data(event: native.AnyEvent, *, is_implied: bool = False) -> SpecificData | None:
    """Return what is particular to an event; None where nothing is.

    Args:
        event: The native event.
        is_implied: Whether a stored value is shown as an output, or a loaded one as an input.
    """
    match event:
        case native.StepFailed():
            return StepFailureData(step_error(event.error, event.step), _user_failure(event))
        case native.StepUpForRetry():
            return StepRetryData(step_error(event.error, event.step), event.delay)
        case native.StepSucceeded():
            return StepSuccessData(event.took * 1000)
        case native.StepCanceled():
            interrupted = native.ErrorInfo("ExecutionInterruptedError", "The step was cancelled.")
            return StepFailureData(ErrorView(interrupted))
        case native.RunFailed():
            error = step_error(event.error) if event.error is not None else None
            return JobFailureData(error, event.reason)
        case _:
            return _of_data(event, is_implied=is_implied)


def _of_data(event: native.AnyEvent, *, is_implied: bool) -> SpecificData | None:
    match event:
        case native.InputTaken():
            return StepInputData(event.name, _verdict(event.verdict))
        case native.InputLoaded() if is_implied:
            return StepInputData(event.name, _verdict(None))
        case native.InputLoaded():
            return LoadedInputData(
                event.name, event.manager, event.output, event.source, event.metadata
            )
        case native.OutputProduced():
            handle = StepOutputHandle(event.step, event.name, event.mapping_key)
            return StepOutputData(handle, _verdict(event.verdict), event.version, event.metadata)
        case native.OutputStored() if is_implied:
            handle = StepOutputHandle(event.step, event.name, event.mapping_key)
            return StepOutputData(handle, _verdict(None))
        case native.OutputStored():
            return HandledOutputData(event.name, event.metadata, event.mapping_key)
        case native.HookErrored():
            return HookErroredData(ErrorView(event.error))
        case native.ExpectationJudged():
            view = ExpectationView(event.passed, event.label, event.description, event.metadata)
            return StepExpectationResultData(view)
        case _:
            return _of_asset(event)


def _of_asset(event: native.AnyEvent) -> SpecificData | None:
    match event:
        case native.AssetMaterialized():
            return StepMaterializationData(materialization_of(event))
        case native.AssetObserved():
            return AssetObservationData(materialization_of(event))
        case native.AssetPlanned():
            return AssetMaterializationPlannedData(event.asset, event.partition)
        case native.CheckEvaluated():
            return event
        case _:
            return None


def _verdict(verdict: native.TypeVerdict | None) -> TypeCheckData:
    if verdict is None:
        return TypeCheckData(success=True, label="Any")
    return TypeCheckData(verdict.passed, verdict.type, verdict.description, verdict.metadata)


def _user_failure(event: native.StepFailed) -> UserFailureData | None:
    if event.error.kind != "Failure" and not event.metadata:
        return None
    return UserFailureData("intentional-failure", event.error.message or None, event.metadata)


def materialization_of(
    event: native.AssetMaterialized | native.AssetObserved,
) -> Materialization:
    """Return what a materialization or an observation says."""
    version = {"dagster/data_version": event.data_version} if event.data_version else {}
    return Materialization(
        event.asset,
        event.partition,
        event.metadata,
        {**event.tags, **version},
        event.description,
    )
