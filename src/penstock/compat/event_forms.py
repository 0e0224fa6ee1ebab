"""From what users report to what stores keep: the native event of a type and its data.

The way back is `event_contents.specific_data`. A type that has no native event becomes a `Remark`
that names the type. Metadata is taken as it is given: values of `model.metadata`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol, runtime_checkable

import msgspec

from penstock.base.tags import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    INPUT_DATA_VERSION_TAG_PREFIX,
)
from penstock.compat.error_view import ErrorView
from penstock.compat.event_data import (
    AssetCheckEvaluationPlanned,
    AssetFailedToMaterializeData,
    AssetMaterializationPlannedData,
    AssetObservationData,
    AssetWipedData,
    EngineEventData,
    FreshnessStateChange,
    FreshnessStateEvaluation,
    HandledOutputData,
    HookErroredData,
    JobFailureData,
    LoadedInputData,
    StepExpectationResultData,
    StepFailureData,
    StepInputData,
    StepMaterializationData,
    StepOutputData,
    StepRetryData,
    StepSuccessData,
)
from penstock.compat.event_types import DagsterEventType
from penstock.model import events as native
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata

_NO_ERROR = native.ErrorInfo("Exception", "")


class AssetFact(Protocol):
    """What a materialization or an observation says, whoever's class it is."""

    @property
    def asset_key(self) -> AssetKey:
        """The asset that it is about."""
        ...

    @property
    def partition(self) -> str | None:
        """The partition that it is about."""
        ...

    @property
    def description(self) -> str | None:
        """What it says, for people."""
        ...

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about the data."""
        ...

    @property
    def tags(self) -> Mapping[str, str] | None:
        """Text to text, kept with the event."""
        ...


@runtime_checkable
class CheckVerdict(Protocol):
    """What a check says of an asset, whoever's class it is."""

    @property
    def asset_key(self) -> AssetKey:
        """The asset that was checked."""
        ...

    @property
    def check_name(self) -> str:
        """The name of the check."""
        ...

    @property
    def passed(self) -> bool:
        """Whether the data is as it should be."""
        ...

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """Facts about the data."""
        ...

    @property
    def severity(self) -> Enum:
        """How bad a failure is."""
        ...

    @property
    def description(self) -> str | None:
        """What it says, for people."""
        ...

    @property
    def partition(self) -> str | None:
        """The partition that was checked."""
        ...

    @property
    def blocking(self) -> bool:
        """Whether a failure keeps what depends on the asset from running."""
        ...


def native_event(
    event_type: DagsterEventType,
    data: object,
    *,
    step: str | None = None,
    message: str | None = None,
) -> native.RunEvent:
    """Return the event that stores keep of a type with its data.

    Args:
        event_type: The type.
        data: What is particular to it; a class of `event_data`, or None.
        step: The step that it is of.
        message: The event in words; kept where the type has no words of its own.
    """
    if isinstance(data, EngineEventData):
        return msgspec.structs.replace(_engine(data, event_type, step), message=message or "")
    if isinstance(data, JobFailureData):
        return native.RunFailed(data.failure_reason or message or "", _info(data.error))
    made = _of_asset(data, step) or _of_step(data, step or "") or _bare(event_type, step, message)
    return made or native.Remark(message or "", type=event_type.value, step=step, level=20)


def native_materialization(fact: AssetFact, *, step: str | None = None) -> native.AssetMaterialized:
    """Return what a materialization says as stores keep it."""
    tags = dict(fact.tags or {})
    return native.AssetMaterialized(
        asset=fact.asset_key,
        partition=fact.partition,
        step=step,
        metadata=normalize_metadata(fact.metadata),
        data_version=tags.pop(DATA_VERSION_TAG, ""),
        code_version=tags.pop(CODE_VERSION_TAG, None),
        inputs=_taken_inputs(tags),
        tags=tags,
        description=fact.description,
    )


def _taken_inputs(tags: dict[str, str]) -> dict[str, str]:
    """Take the versions of the data that something was made of out of its tags."""
    if not tags:
        return {}
    prefix = f"{INPUT_DATA_VERSION_TAG_PREFIX}/"
    taken: dict[str, str] = {}
    for name in [name for name in tags if name.startswith(prefix)]:
        upstream = AssetKey.from_user_string(name.removeprefix(prefix))
        taken[upstream.to_escaped_user_string()] = tags.pop(name)
    return taken


def tags_of(event: native.AssetMaterialized | native.AssetObserved) -> dict[str, str]:
    """Return the tags of an event, among them those that say of which versions it is."""
    tags = dict(event.tags)
    if event.data_version:
        tags[DATA_VERSION_TAG] = event.data_version
    if isinstance(event, native.AssetObserved):
        return tags
    if event.code_version is not None:
        tags[CODE_VERSION_TAG] = event.code_version
    for text, version in event.inputs.items():
        upstream = AssetKey.from_escaped_user_string(text).to_user_string()
        tags[f"{INPUT_DATA_VERSION_TAG_PREFIX}/{upstream}"] = version
    return tags


def native_observation(fact: AssetFact, *, step: str | None = None) -> native.AssetObserved:
    """Return what an observation says as stores keep it."""
    tags = dict(fact.tags or {})
    return native.AssetObserved(
        asset=fact.asset_key,
        partition=fact.partition,
        step=step,
        metadata=normalize_metadata(fact.metadata),
        data_version=tags.pop(DATA_VERSION_TAG, ""),
        tags=tags,
        description=fact.description,
    )


def native_verdict(verdict: CheckVerdict, *, step: str | None = None) -> native.CheckEvaluated:
    """Return the verdict of a check as stores keep it."""
    return native.CheckEvaluated(
        asset=verdict.asset_key,
        name=verdict.check_name,
        passed=verdict.passed,
        partition=verdict.partition,
        step=step,
        severity=str(verdict.severity.value),
        blocking=verdict.blocking,
        metadata=normalize_metadata(verdict.metadata),
        description=verdict.description,
    )


def _bare(
    event_type: DagsterEventType, step: str | None, message: str | None
) -> native.RunEvent | None:
    """Return the event of a type that needs no data."""
    of_run = _OF_RUN.get(event_type)
    if of_run is not None:
        return of_run(message or "")
    of_step = _OF_STEP.get(event_type)
    return None if of_step is None or step is None else of_step(step)


_OF_RUN: Mapping[DagsterEventType, Callable[[str], native.RunEvent]] = {
    DagsterEventType.RUN_ENQUEUED: lambda _: native.RunQueued(),
    DagsterEventType.RUN_STARTING: lambda _: native.RunStarting(),
    DagsterEventType.RUN_START: lambda _: native.RunStarted(),
    DagsterEventType.RUN_SUCCESS: lambda _: native.RunSucceeded(),
    DagsterEventType.RUN_FAILURE: lambda message: native.RunFailed(message),
    DagsterEventType.RUN_CANCELING: lambda message: native.RunCanceling(message),
    DagsterEventType.RUN_CANCELED: lambda _: native.RunCanceled(),
    DagsterEventType.RUN_SUSPENDED: lambda message: native.LeaseLost(reason=message),
    DagsterEventType.RUN_RESUMED: lambda _: native.RunResumed(),
}

_OF_STEP: Mapping[DagsterEventType, Callable[[str], native.RunEvent]] = {
    DagsterEventType.STEP_START: native.StepStarted,
    DagsterEventType.STEP_SUCCESS: native.StepSucceeded,
    DagsterEventType.STEP_SKIPPED: native.StepSkipped,
    DagsterEventType.STEP_RESTARTED: lambda step: native.StepRestarted(step, 2),
    DagsterEventType.STEP_FAILURE: lambda step: native.StepFailed(step, _NO_ERROR),
    DagsterEventType.STEP_UP_FOR_RETRY: lambda step: native.StepUpForRetry(step, _NO_ERROR),
    DagsterEventType.HOOK_COMPLETED: lambda step: native.HookCompleted(step, ""),
    DagsterEventType.HOOK_SKIPPED: lambda step: native.HookSkipped(step, ""),
}


def _info(error: ErrorView | None) -> native.ErrorInfo | None:
    return None if error is None else error.info


def _of_asset(data: object, step: str | None) -> native.RunEvent | None:
    match data:
        case StepMaterializationData():
            return native_materialization(data.materialization, step=step)
        case AssetObservationData():
            return native_observation(data.asset_observation, step=step)
        case AssetMaterializationPlannedData():
            return native.AssetPlanned(data.asset_key, data.partition, step)
        case AssetFailedToMaterializeData():
            return native.AssetFailed(data.asset_key, data.partition, step, data.reason)
        case AssetCheckEvaluationPlanned():
            return native.CheckPlanned(data.asset_key, data.check_name, step)
        case AssetWipedData(asset_key=key, partition_keys=keys):
            return native.AssetWiped(key, None if keys is None else tuple(keys))
        case FreshnessStateEvaluation():
            return native.FreshnessJudged(data.key, data.freshness_state.value)
        case FreshnessStateChange():
            before, since = data.previous_state.value, data.state_change_timestamp
            return native.FreshnessChanged(data.key, data.new_state.value, before, since)
        case _:
            return native_verdict(data, step=step) if isinstance(data, CheckVerdict) else None


def _of_step(data: object, step: str) -> native.RunEvent | None:
    match data:
        case StepFailureData():
            return native.StepFailed(step, _info(data.error) or _NO_ERROR)
        case StepRetryData():
            error = _info(data.error) or _NO_ERROR
            return native.StepUpForRetry(step, error, delay=data.seconds_to_wait or 0.0)
        case StepSuccessData():
            return native.StepSucceeded(step, took=data.duration_ms / 1000)
        case HookErroredData():
            return native.HookErrored(step, "", _info(data.error) or _NO_ERROR)
        case StepExpectationResultData(expectation_result=said):
            metadata = dict(said.metadata)
            return native.ExpectationJudged(
                step, said.success, said.label, said.description, metadata
            )
        case _:
            return _of_value(data, step)


def _of_value(data: object, step: str) -> native.RunEvent | None:
    match data:
        case HandledOutputData():
            return native.OutputStored(
                step, data.output_name, dict(data.metadata), data.mapping_key
            )
        case LoadedInputData():
            return native.InputLoaded(
                step,
                data.input_name,
                metadata=dict(data.metadata),
                manager=data.manager_key,
                source=data.upstream_step_key,
                output=data.upstream_output_name,
            )
        case StepOutputData(step_output_handle=place):
            return native.OutputProduced(
                step or place.step_key,
                place.output_name,
                place.mapping_key,
                metadata=dict(data.metadata),
                version=data.version,
            )
        case StepInputData():
            return native.InputTaken(step, data.input_name, native.TypeVerdict("Any"))
        case _:
            return None


def _engine(data: EngineEventData, of: DagsterEventType, step: str | None) -> native.Remark:
    started = () if data.marker_start is None else (f"start:{data.marker_start}",)
    ended = () if data.marker_end is None else (f"end:{data.marker_end}",)
    return native.Remark(
        type=of.value,
        step=step,
        level=20 if data.error is None else 40,
        metadata=dict(data.metadata),
        error=_info(data.error),
        marks=(*started, *ended),
    )
