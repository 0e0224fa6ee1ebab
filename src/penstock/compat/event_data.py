"""What is particular to one type of event: views with the attributes that users of Dagster read.

Each class shows a part of a native event of `model.events`; none of them is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penstock.compat.error_view import ErrorView
from penstock.model import events as native
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, MetadataValue

Metadata = Mapping[str, MetadataUnion]


def _no_metadata() -> Metadata:
    return {}


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
    """An asset that was made.

    Attributes:
        materialization: What was said of it.
        asset_lineage: Accepted; what it was made of is told by the graph of assets.
    """

    materialization: Materialization
    asset_lineage: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class AssetObservationData:
    """An asset that something was learned about."""

    asset_observation: Materialization


@dataclass(frozen=True, slots=True)
class AssetMaterializationPlannedData:
    """An asset that the run means to make; a run for many partitions names them one by one."""

    asset_key: AssetKey
    partition: str | None = None
    partitions_subset: object = None


@dataclass(frozen=True, slots=True)
class AssetFailedToMaterializeData:
    """An asset that the run meant to make, and did not."""

    asset_key: AssetKey
    partition: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AssetCheckEvaluationPlanned:
    """A check that the run means to evaluate."""

    asset_key: AssetKey
    check_name: str
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class AssetWipedData:
    """What was hidden of an asset: some of its partitions, or everything."""

    asset_key: AssetKey
    partition_keys: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class FreshnessStateEvaluation:
    """The freshness of an asset was evaluated."""

    key: AssetKey
    freshness_state: FreshnessState


@dataclass(frozen=True, slots=True)
class FreshnessStateChange:
    """The freshness of an asset is another one than before.

    Attributes:
        key: The asset.
        new_state: How fresh it is now.
        previous_state: How fresh it was.
        state_change_timestamp: Since when, in seconds since the Unix epoch.
    """

    key: AssetKey
    new_state: FreshnessState
    previous_state: FreshnessState
    state_change_timestamp: float


@dataclass(frozen=True, slots=True)
class HookErroredData:
    """Why a hook failed."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class JobFailureData:
    """Why a run failed.

    Attributes:
        error: What was raised.
        failure_reason: The reason in words.
        first_step_failure_event: The event of the first step that failed; a `DagsterEvent`.
    """

    error: ErrorView | None
    failure_reason: str | None = None
    first_step_failure_event: object = None


@dataclass(frozen=True, slots=True)
class RunEnqueuedData:
    """Whence the job of a queued run is, if anybody said."""

    code_location_name: str | None = None
    repository_name: str | None = None


@dataclass(frozen=True, slots=True)
class ComputeLogsCaptureData:
    """Where the output of steps is kept.

    Attributes:
        file_key: The last part of the key of the log, after the run and `compute_logs`.
        step_keys: The steps that it is of.
        external_url: A page that shows it, where it is kept elsewhere.
        external_stdout_url: A page that shows standard output.
        external_stderr_url: A page that shows standard error.
        shell_cmd: Commands that print it.
    """

    file_key: str
    step_keys: Sequence[str]
    external_url: str | None = None
    external_stdout_url: str | None = None
    external_stderr_url: str | None = None
    shell_cmd: object = None

    @property
    def log_key(self) -> str:
        """The same as `file_key`."""
        return self.file_key


@dataclass(frozen=True, slots=True)
class JobCanceledData:
    """Why a run was canceled."""

    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class EngineEventData:
    """What else happened; facts for people.

    Attributes:
        metadata: The facts.
        error: What went wrong.
        marker_start: The name of what begins here, for timelines.
        marker_end: The name of what ends here.
    """

    metadata: Metadata = field(default_factory=_no_metadata)
    error: ErrorView | None = None
    marker_start: str | None = None
    marker_end: str | None = None

    @staticmethod
    def engine_error(error: ErrorView) -> EngineEventData:
        """Return the facts of an error."""
        return EngineEventData(error=error)

    @staticmethod
    def in_process(pid: int, step_keys_to_execute: Sequence[str] | None = None) -> EngineEventData:
        """Return the facts of a process that runs steps itself."""
        return EngineEventData(metadata=_process(pid, step_keys_to_execute))

    @staticmethod
    def multiprocess(
        pid: int, step_keys_to_execute: Sequence[str] | None = None
    ) -> EngineEventData:
        """Return the facts of a process that starts others for steps."""
        return EngineEventData(metadata=_process(pid, step_keys_to_execute))


def _process(pid: int, steps: Sequence[str] | None) -> Metadata:
    named = {} if steps is None else {"step_keys": MetadataValue.text(str(list(steps)))}
    return {"pid": MetadataValue.text(str(pid)), **named}


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
    | AssetFailedToMaterializeData
    | AssetCheckEvaluationPlanned
    | AssetWipedData
    | FreshnessStateEvaluation
    | FreshnessStateChange
    | native.CheckEvaluated
    | HookErroredData
    | JobFailureData
    | RunEnqueuedData
    | ComputeLogsCaptureData
    | JobCanceledData
    | EngineEventData
)
