"""`DagsterEvent`, `EventLogEntry` and `EventLogRecord`: views of `model.events.StoredEvent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from penstock.compat.event_data import (
    AssetObservationData,
    EngineEventData,
    JobFailureData,
    Materialization,
    SpecificData,
    StepExpectationResultData,
    StepFailureData,
    StepHandle,
    StepInputData,
    StepMaterializationData,
    StepOutputData,
    StepRetryData,
    StepSuccessData,
    materialization_of,
    specific_data,
)
from penstock.compat.event_text import describe_event, level_of_event
from penstock.errors import ParameterCheckError
from penstock.model import events as native
from penstock.model.events import StoredEvent, kind_of
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.node_handle import NodeHandle


class DagsterEventType(StrEnum):
    """The event types of `spec/06`; the stored names of run events keep their old prefix."""

    STEP_START = "STEP_START"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    LOADED_INPUT = "LOADED_INPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    ASSET_FAILED_TO_MATERIALIZE = "ASSET_FAILED_TO_MATERIALIZE"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    ASSET_CHECK_EVALUATION_PLANNED = "ASSET_CHECK_EVALUATION_PLANNED"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    RUN_ENQUEUED = "PIPELINE_ENQUEUED"
    RUN_START = "PIPELINE_START"
    RUN_SUCCESS = "PIPELINE_SUCCESS"
    RUN_FAILURE = "PIPELINE_FAILURE"
    RUN_CANCELING = "PIPELINE_CANCELING"
    RUN_CANCELED = "PIPELINE_CANCELED"
    RUN_SUSPENDED = "RUN_SUSPENDED"
    RUN_RESUMED = "RUN_RESUMED"
    LOGS_CAPTURED = "LOGS_CAPTURED"
    ENGINE_EVENT = "ENGINE_EVENT"


TYPE_OF_KIND: Mapping[str, DagsterEventType] = {
    "step_started": DagsterEventType.STEP_START,
    "step_succeeded": DagsterEventType.STEP_SUCCESS,
    "step_failed": DagsterEventType.STEP_FAILURE,
    "step_skipped": DagsterEventType.STEP_SKIPPED,
    "step_up_for_retry": DagsterEventType.STEP_UP_FOR_RETRY,
    "step_restarted": DagsterEventType.STEP_RESTARTED,
    "step_canceled": DagsterEventType.STEP_FAILURE,
    "input_loaded": DagsterEventType.LOADED_INPUT,
    "input_taken": DagsterEventType.STEP_INPUT,
    "output_produced": DagsterEventType.STEP_OUTPUT,
    "expectation_judged": DagsterEventType.STEP_EXPECTATION_RESULT,
    "hook_completed": DagsterEventType.HOOK_COMPLETED,
    "hook_errored": DagsterEventType.HOOK_ERRORED,
    "hook_skipped": DagsterEventType.HOOK_SKIPPED,
    "output_stored": DagsterEventType.HANDLED_OUTPUT,
    "asset_materialized": DagsterEventType.ASSET_MATERIALIZATION,
    "asset_planned": DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    "check_planned": DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
    "asset_failed": DagsterEventType.ASSET_FAILED_TO_MATERIALIZE,
    "asset_observed": DagsterEventType.ASSET_OBSERVATION,
    "check_evaluated": DagsterEventType.ASSET_CHECK_EVALUATION,
    "run_queued": DagsterEventType.RUN_ENQUEUED,
    "run_started": DagsterEventType.RUN_START,
    "run_succeeded": DagsterEventType.RUN_SUCCESS,
    "run_failed": DagsterEventType.RUN_FAILURE,
    "run_canceling": DagsterEventType.RUN_CANCELING,
    "run_canceled": DagsterEventType.RUN_CANCELED,
    "lease_lost": DagsterEventType.RUN_SUSPENDED,
    "run_resumed": DagsterEventType.RUN_RESUMED,
    "logs_captured": DagsterEventType.LOGS_CAPTURED,
    "teardown_failed": DagsterEventType.ENGINE_EVENT,
}

HOOK_TYPES = frozenset(
    {
        DagsterEventType.HOOK_COMPLETED,
        DagsterEventType.HOOK_ERRORED,
        DagsterEventType.HOOK_SKIPPED,
    }
)
STEP_TYPES = frozenset(
    {
        *(kind for kind in DagsterEventType if kind.name.startswith("STEP_")),
        DagsterEventType.HANDLED_OUTPUT,
        DagsterEventType.LOADED_INPUT,
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.ASSET_CHECK_EVALUATION,
    }
)
RUN_TYPES = frozenset(kind for kind in DagsterEventType if kind.name.startswith("RUN_"))

KIND_OF_TYPE: Mapping[DagsterEventType, str] = {
    kind_type: kind for kind, kind_type in reversed(TYPE_OF_KIND.items())
}


@dataclass(frozen=True, slots=True)
class DagsterEvent:
    """An event of a run; a view of a native event.

    Attributes:
        stored: The native event with its place in the log.
        shown_as: A type that it implies and that has no native event where there is nothing to
            tell: a stored value was an output before, and a loaded one becomes an input.
    """

    stored: StoredEvent
    shown_as: DagsterEventType | None = None

    @property
    def native(self) -> native.AnyEvent:
        """The native event."""
        return self.stored.event

    @property
    def event_type(self) -> DagsterEventType:
        """The type of the event; ENGINE_EVENT for a kind that Dagster has no name for."""
        if self.shown_as is not None:
            return self.shown_as
        return TYPE_OF_KIND.get(kind_of(self.stored.event), DagsterEventType.ENGINE_EVENT)

    @property
    def event_type_value(self) -> str:
        """The stored name of the type."""
        return self.event_type.value

    @property
    def event_specific_data(self) -> SpecificData | None:
        """What is particular to this type of event."""
        return specific_data(self.stored.event, is_implied=self.shown_as is not None)

    @property
    def timestamp(self) -> float:
        """When it was recorded, in seconds since the Unix epoch."""
        return self.stored.at

    @property
    def step_key(self) -> str | None:
        """The step that the event is of."""
        return getattr(self.stored.event, "step", None)

    @property
    def step_handle(self) -> StepHandle | None:
        """The place of the step; None outside any."""
        return None if self.step_key is None else StepHandle(self.step_key)

    @property
    def node_handle(self) -> NodeHandle | None:
        """The place of the op that the step runs; None outside any step."""
        handle = self.step_handle
        return None if handle is None else NodeHandle.from_string(handle.node_handle)

    @property
    def node_name(self) -> str:
        """The name of the op that the step runs.

        Raises:
            ParameterCheckError: The event is not of a step.
        """
        if self.step_key is None:
            raise ParameterCheckError(f"The event {self.event_type_value} is not of a step.")
        return self.step_key.partition("[")[0].rpartition(".")[2]

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that the event is about."""
        return getattr(self.stored.event, "asset", None)

    @property
    def partition(self) -> str | None:
        """The partition that the event is about."""
        return getattr(self.stored.event, "partition", None)

    @property
    def is_step_event(self) -> bool:
        """Whether it tells what a step does; what its hooks do does not count."""
        return self.step_key is not None and self.event_type in STEP_TYPES

    @property
    def is_step_start(self) -> bool:
        """Whether an attempt of a step began."""
        return self.event_type is DagsterEventType.STEP_START

    @property
    def is_step_success(self) -> bool:
        """Whether a step ended well."""
        return self.event_type is DagsterEventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step failed for good."""
        return self.event_type is DagsterEventType.STEP_FAILURE

    @property
    def is_step_skipped(self) -> bool:
        """Whether a step did not run, because of an output that was not produced."""
        return self.event_type is DagsterEventType.STEP_SKIPPED

    @property
    def is_step_up_for_retry(self) -> bool:
        """Whether a step is to be tried again."""
        return self.event_type is DagsterEventType.STEP_UP_FOR_RETRY

    @property
    def is_step_restarted(self) -> bool:
        """Whether a step is tried again."""
        return self.event_type is DagsterEventType.STEP_RESTARTED

    @property
    def is_successful_output(self) -> bool:
        """Whether an output was produced."""
        return self.event_type is DagsterEventType.STEP_OUTPUT

    @property
    def is_handled_output(self) -> bool:
        """Whether a value was stored."""
        return self.event_type is DagsterEventType.HANDLED_OUTPUT

    @property
    def is_loaded_input(self) -> bool:
        """Whether a value was loaded."""
        return self.event_type is DagsterEventType.LOADED_INPUT

    @property
    def is_step_materialization(self) -> bool:
        """Whether an asset was made."""
        return self.event_type is DagsterEventType.ASSET_MATERIALIZATION

    @property
    def is_asset_observation(self) -> bool:
        """Whether something was learned about an asset."""
        return self.event_type is DagsterEventType.ASSET_OBSERVATION

    @property
    def is_asset_materialization_planned(self) -> bool:
        """Whether an asset is meant to be made."""
        return self.event_type is DagsterEventType.ASSET_MATERIALIZATION_PLANNED

    @property
    def is_asset_check_evaluation(self) -> bool:
        """Whether a check gave its verdict."""
        return self.event_type is DagsterEventType.ASSET_CHECK_EVALUATION

    @property
    def is_expectation_result(self) -> bool:
        """Whether an expectation was judged."""
        return self.event_type is DagsterEventType.STEP_EXPECTATION_RESULT

    @property
    def is_hook_event(self) -> bool:
        """Whether it is of a hook."""
        return self.event_type in HOOK_TYPES

    @property
    def is_engine_event(self) -> bool:
        """Whether it is of a kind that Dagster has no name for."""
        return self.event_type is DagsterEventType.ENGINE_EVENT

    @property
    def is_job_success(self) -> bool:
        """Whether the run ended well."""
        return self.event_type is DagsterEventType.RUN_SUCCESS

    @property
    def is_job_failure(self) -> bool:
        """Whether the run failed."""
        return self.event_type is DagsterEventType.RUN_FAILURE

    is_run_failure = is_job_failure

    @property
    def is_job_event(self) -> bool:
        """Whether it is of the run as a whole."""
        return self.step_key is None and self.event_type in RUN_TYPES

    @property
    def is_failure(self) -> bool:
        """Whether something failed."""
        return self.is_step_failure or self.is_job_failure

    @property
    def materialization(self) -> Materialization:
        """What was made or observed."""
        event = self._of(native.AssetMaterialized, native.AssetObserved)
        assert isinstance(event, (native.AssetMaterialized, native.AssetObserved))
        return materialization_of(event)

    @property
    def step_materialization_data(self) -> StepMaterializationData:
        """What was made."""
        return StepMaterializationData(self.materialization)

    @property
    def asset_observation_data(self) -> AssetObservationData:
        """What was observed."""
        return AssetObservationData(self.materialization)

    @property
    def asset_check_evaluation_data(self) -> native.CheckEvaluated:
        """The verdict of a check."""
        event = self._of(native.CheckEvaluated)
        assert isinstance(event, native.CheckEvaluated)
        return event

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check that gave its verdict."""
        verdict = self.asset_check_evaluation_data
        return AssetCheckKey(verdict.asset, verdict.name)

    @property
    def step_failure_data(self) -> StepFailureData:
        """Why the step failed."""
        return cast("StepFailureData", self._data(StepFailureData))

    @property
    def step_retry_data(self) -> StepRetryData:
        """Why the step is tried again."""
        return cast("StepRetryData", self._data(StepRetryData))

    @property
    def step_success_data(self) -> StepSuccessData:
        """How long the step took."""
        return cast("StepSuccessData", self._data(StepSuccessData))

    @property
    def step_output_data(self) -> StepOutputData:
        """What the output produced."""
        return cast("StepOutputData", self._data(StepOutputData))

    @property
    def step_input_data(self) -> StepInputData:
        """What was passed to the input."""
        return cast("StepInputData", self._data(StepInputData))

    @property
    def step_expectation_result_data(self) -> StepExpectationResultData:
        """The result of the expectation."""
        return cast("StepExpectationResultData", self._data(StepExpectationResultData))

    @property
    def job_failure_data(self) -> JobFailureData:
        """Why the run failed."""
        return cast("JobFailureData", self._data(JobFailureData))

    @property
    def engine_event_data(self) -> EngineEventData:
        """Facts about what else happened."""
        return EngineEventData()

    @property
    def message(self) -> str:
        """The event in words."""
        return describe_event(self.stored.event)

    def _data(self, kind: type[SpecificData]) -> SpecificData:
        data = self.event_specific_data
        if not isinstance(data, kind):
            raise ParameterCheckError(
                f"The event {self.event_type_value} has no {kind.__name__}; see its event_type."
            )
        return data

    def _of(self, *kinds: type[native.RunEvent]) -> native.AnyEvent:
        if not isinstance(self.stored.event, kinds):
            raise ParameterCheckError(
                f"The event {self.event_type_value} does not tell of that; see its event_type."
            )
        return self.stored.event


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """A line of the event log; a view of `StoredEvent`, maybe as a type that it implies."""

    stored: StoredEvent
    shown_as: DagsterEventType | None = None

    @property
    def dagster_event(self) -> DagsterEvent | None:
        """The event, unless the line is a message of user code."""
        if isinstance(self.stored.event, native.LogLine):
            return None
        return DagsterEvent(self.stored, self.shown_as)

    @property
    def run_id(self) -> str:
        """The id of the run; empty outside any run."""
        return self.stored.run or ""

    @property
    def timestamp(self) -> float:
        """When it was recorded, in seconds since the Unix epoch."""
        return self.stored.at

    @property
    def step_key(self) -> str | None:
        """The step that it is of."""
        return getattr(self.stored.event, "step", None)

    @property
    def level(self) -> int:
        """How much it matters, as a number of Python's logging module."""
        return level_of_event(self.stored.event)

    @property
    def asset_materialization(self) -> Materialization | None:
        """What was made, if something was."""
        event = self.stored.event
        return materialization_of(event) if isinstance(event, native.AssetMaterialized) else None

    @property
    def asset_observation(self) -> Materialization | None:
        """What was observed, if something was."""
        event = self.stored.event
        return materialization_of(event) if isinstance(event, native.AssetObserved) else None

    @property
    def message(self) -> str:
        """The line in words."""
        return describe_event(self.stored.event)

    user_message = message


@dataclass(frozen=True, slots=True)
class EventLogRecord:
    """A line of the event log with its id; a view of `StoredEvent`."""

    storage_id: int
    event_log_entry: EventLogEntry

    @property
    def run_id(self) -> str:
        """The id of the run; empty outside any run."""
        return self.event_log_entry.run_id

    @property
    def timestamp(self) -> float:
        """When it was recorded, in seconds since the Unix epoch."""
        return self.event_log_entry.timestamp

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that it is about."""
        return getattr(self.event_log_entry.stored.event, "asset", None)

    @property
    def partition_key(self) -> str | None:
        """The partition that it is about."""
        return getattr(self.event_log_entry.stored.event, "partition", None)

    @property
    def asset_materialization(self) -> Materialization | None:
        """What was made, if something was."""
        return self.event_log_entry.asset_materialization
