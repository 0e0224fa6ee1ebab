"""What is particular to a native event, as the views of `event_data`."""

from __future__ import annotations

from penstock.compat.error_view import ErrorView, step_error
from penstock.compat.event_data import (
    AssetCheckEvaluationPlanned,
    AssetFailedToMaterializeData,
    AssetMaterializationPlannedData,
    AssetObservationData,
    AssetWipedData,
    ComputeLogsCaptureData,
    EngineEventData,
    ExpectationView,
    FreshnessStateChange,
    FreshnessStateEvaluation,
    HandledOutputData,
    HookErroredData,
    JobFailureData,
    LoadedInputData,
    Materialization,
    RunEnqueuedData,
    SpecificData,
    StepExpectationResultData,
    StepFailureData,
    StepInputData,
    StepMaterializationData,
    StepOutputData,
    StepOutputHandle,
    StepRetryData,
    StepSuccessData,
    TypeCheckData,
    UserFailureData,
)
from penstock.compat.event_forms import tags_of
from penstock.model import events as native
from penstock.model.freshness import FreshnessState


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
        case native.RunQueued():
            return RunEnqueuedData(event.location or None, event.repository or None)
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
        case native.LogsCaptured():
            return ComputeLogsCaptureData(
                event.file_key,
                (event.step,),
                event.external_url,
                event.external_stdout_url,
                event.external_stderr_url,
            )
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
        case native.AssetFailed():
            return AssetFailedToMaterializeData(event.asset, event.partition, event.reason)
        case native.CheckPlanned():
            return AssetCheckEvaluationPlanned(event.asset, event.name)
        case native.CheckEvaluated():
            return event
        case native.AssetWiped():
            return AssetWipedData(event.asset, event.partitions)
        case native.Remark():
            return engine_data_of(event)
        case _:
            return _of_freshness(event)


def _of_freshness(event: native.AnyEvent) -> SpecificData | None:
    match event:
        case native.FreshnessJudged():
            return FreshnessStateEvaluation(event.asset, FreshnessState(event.state))
        case native.FreshnessChanged():
            before = FreshnessState(event.before)
            return FreshnessStateChange(
                event.asset, FreshnessState(event.state), before, event.since
            )
        case _:
            return None


def engine_data_of(event: native.Remark) -> EngineEventData:
    """Return the facts of a remark, with the names of what begins and ends with it."""
    marks = {name.partition(":")[0]: name.partition(":")[2] for name in event.marks}
    error = None if event.error is None else ErrorView(event.error)
    return EngineEventData(event.metadata, error, marks.get("start"), marks.get("end"))


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
    return Materialization(
        event.asset, event.partition, event.metadata, tags_of(event), event.description
    )
