"""`DagsterEvent`: a view of `model.events.StoredEvent`; lines of the log are `event_entries`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from msgspec.structs import replace

from penstock.compat.event_contents import engine_data_of, materialization_of, specific_data
from penstock.compat.event_data import (
    AssetObservationData,
    ComputeLogsCaptureData,
    EngineEventData,
    JobFailureData,
    Materialization,
    RunEnqueuedData,
    SpecificData,
    StepExpectationResultData,
    StepFailureData,
    StepHandle,
    StepInputData,
    StepMaterializationData,
    StepOutputData,
    StepRetryData,
    StepSuccessData,
)
from penstock.compat.event_forms import native_event
from penstock.compat.event_text import describe_event
from penstock.compat.event_types import (
    HOOK_TYPES,
    RUN_TYPES,
    STEP_TYPES,
    DagsterEventType,
    type_of,
)
from penstock.errors import ParameterCheckError
from penstock.model import events as native
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.node_handle import NodeHandle


@dataclass(frozen=True, init=False)
class DagsterEvent:
    """An event of a run; a view of a native event, or one that is to be reported.

    Attributes:
        stored: The native event with its place in the log; 0 where it has none yet.
        shown_as: A type that it implies and that has no native event where there is nothing to
            tell: a stored value was an output before, and a loaded one becomes an input.
        job_name: The job of its run; None where that is not known.
    """

    stored: StoredEvent
    shown_as: DagsterEventType | None
    job_name: str | None = field(compare=False)

    def __init__(
        self,
        stored: StoredEvent | str | None = None,
        shown_as: DagsterEventType | str | None = None,
        *,
        event_type_value: str = DagsterEventType.ENGINE_EVENT.value,
        job_name: str | None = None,
        step_key: str | None = None,
        event_specific_data: object = None,
        message: str | None = None,
        **_more: object,
    ) -> None:
        """Make an event; of a stored one, or of what is to be reported.

        Args:
            stored: The native event that it shows; all else is ignored then but `shown_as`. A text
                is the type of an event to report, and the job of its run comes second.
            shown_as: A type that the event implies.
            event_type_value: The stored name of the type.
            job_name: The job of its run, where it is known.
            step_key: The step that it is of.
            event_specific_data: What is particular to its type.
            message: The event in words.
            **_more: Accepted: the other fields of Dagster's events, that runs know.
        """
        if not isinstance(stored, StoredEvent):
            if stored is not None:
                event_type_value, job_name = stored, shown_as or job_name
            shown_as = None
            event_type = DagsterEventType(event_type_value)
            event = native_event(event_type, event_specific_data, step=step_key, message=message)
            stored = StoredEvent(id=0, run=None, at=0.0, event=event)
        object.__setattr__(self, "stored", stored)
        object.__setattr__(self, "shown_as", shown_as)
        object.__setattr__(self, "job_name", job_name)

    @property
    def native(self) -> native.AnyEvent:
        """The native event."""
        return self.stored.event

    @property
    def event_type(self) -> DagsterEventType:
        """The type of the event; ENGINE_EVENT for a kind that Dagster has no name for."""
        if self.shown_as is not None:
            return self.shown_as
        return type_of(self.stored.event)

    @property
    def event_type_value(self) -> str:
        """The stored name of the type."""
        return self.event_type.value

    @property
    def event_specific_data(self) -> SpecificData | None:
        """What is particular to this type of event."""
        return specific_data(self.stored.event, is_implied=self.shown_as is not None)

    @property
    def logging_tags(self) -> Mapping[str, str]:
        """What says where it is from: the run, its job, the step and its op."""
        step = self.step_key
        tags = {
            "run_id": self.stored.run,
            "job_name": self.job_name,
            "step_key": step,
            "op_name": None if step is None else self.node_name,
        }
        return {name: value for name, value in tags.items() if value}

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
    def logs_captured_data(self) -> ComputeLogsCaptureData:
        """Where the output of the step is kept."""
        return cast("ComputeLogsCaptureData", self._data(ComputeLogsCaptureData))

    @property
    def run_enqueued_data(self) -> RunEnqueuedData:
        """Whence the job of a queued run is."""
        return cast("RunEnqueuedData", self._data(RunEnqueuedData))

    @property
    def job_failure_data(self) -> JobFailureData:
        """Why the run failed."""
        data = cast("JobFailureData", self._data(JobFailureData))
        event = self.stored.event
        if not isinstance(event, native.RunFailed) or event.first_failed is None:
            return data
        assert event.error is not None
        failed = native.StepFailed(event.first_failed, event.error)
        first = DagsterEvent(replace(self.stored, id=0, event=failed), job_name=self.job_name)
        return dataclasses.replace(data, first_step_failure_event=first)

    @property
    def engine_event_data(self) -> EngineEventData:
        """Facts about what else happened."""
        event = self.stored.event
        return engine_data_of(event) if isinstance(event, native.Remark) else EngineEventData()

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
