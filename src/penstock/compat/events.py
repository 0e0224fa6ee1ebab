"""`DagsterEvent`, `EventLogEntry` and `EventLogRecord`: views of `model.events.StoredEvent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from penstock.model import events as native
from penstock.model.events import StoredEvent, kind_of
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion


class DagsterEventType(StrEnum):
    """The event types of `spec/06`; the stored names of run events keep their old prefix."""

    STEP_START = "STEP_START"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    LOADED_INPUT = "LOADED_INPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    ASSET_FAILED_TO_MATERIALIZE = "ASSET_FAILED_TO_MATERIALIZE"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
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
    "output_stored": DagsterEventType.HANDLED_OUTPUT,
    "asset_materialized": DagsterEventType.ASSET_MATERIALIZATION,
    "asset_planned": DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
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
}

KIND_OF_TYPE: Mapping[DagsterEventType, str] = {
    kind_type: kind for kind, kind_type in reversed(TYPE_OF_KIND.items())
}


@dataclass(frozen=True, slots=True)
class Materialization:
    """What a materialization or an observation says; a view of `AssetMaterialized`."""

    asset_key: AssetKey
    partition: str | None
    metadata: Mapping[str, MetadataUnion]
    tags: Mapping[str, str]
    description: str | None


@dataclass(frozen=True, slots=True)
class DagsterEvent:
    """An event of a run; a view of a native event."""

    stored: StoredEvent

    @property
    def native(self) -> native.AnyEvent:
        """The native event."""
        return self.stored.event

    @property
    def event_type(self) -> DagsterEventType:
        """The type of the event; ENGINE_EVENT for a kind that Dagster has no name for."""
        return TYPE_OF_KIND.get(kind_of(self.stored.event), DagsterEventType.ENGINE_EVENT)

    @property
    def event_type_value(self) -> str:
        """The stored name of the type."""
        return self.event_type.value

    @property
    def step_key(self) -> str | None:
        """The step that the event is of."""
        return getattr(self.stored.event, "step", None)

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that the event is about."""
        return getattr(self.stored.event, "asset", None)

    @property
    def partition(self) -> str | None:
        """The partition that the event is about."""
        return getattr(self.stored.event, "partition", None)

    @property
    def is_step_success(self) -> bool:
        """Whether a step ended well."""
        return self.event_type is DagsterEventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step failed for good."""
        return self.event_type is DagsterEventType.STEP_FAILURE

    @property
    def is_step_materialization(self) -> bool:
        """Whether an asset was made."""
        return self.event_type is DagsterEventType.ASSET_MATERIALIZATION

    @property
    def materialization(self) -> Materialization:
        """What was made."""
        event = self.stored.event
        assert isinstance(event, (native.AssetMaterialized, native.AssetObserved))
        return _materialization(event)

    @property
    def asset_check_evaluation_data(self) -> native.CheckEvaluated:
        """The verdict of a check."""
        assert isinstance(self.stored.event, native.CheckEvaluated)
        return self.stored.event

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check that gave its verdict."""
        verdict = self.asset_check_evaluation_data
        return AssetCheckKey(verdict.asset, verdict.name)

    @property
    def message(self) -> str:
        """The event in words."""
        return describe_event(self.stored.event)


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """A line of the event log; a view of `StoredEvent`."""

    stored: StoredEvent

    @property
    def dagster_event(self) -> DagsterEvent | None:
        """The event, unless the line is a message of user code."""
        if isinstance(self.stored.event, native.LogLine):
            return None
        return DagsterEvent(self.stored)

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
    def asset_materialization(self) -> Materialization | None:
        """What was made, if something was."""
        event = self.stored.event
        return _materialization(event) if isinstance(event, native.AssetMaterialized) else None

    @property
    def asset_observation(self) -> Materialization | None:
        """What was observed, if something was."""
        event = self.stored.event
        return _materialization(event) if isinstance(event, native.AssetObserved) else None

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


@dataclass(frozen=True, slots=True)
class EventRecordsFilter:
    """Which records to return: of one type and, if given, one asset and some partitions.

    Cursors are ids, exclusive on both ends.
    """

    event_type: DagsterEventType
    asset_key: AssetKey | None = None
    asset_partitions: tuple[str, ...] | None = None
    after_cursor: int | None = None
    before_cursor: int | None = None


def _materialization(event: native.AssetMaterialized | native.AssetObserved) -> Materialization:
    return Materialization(
        event.asset,
        event.partition,
        event.metadata,
        {**event.tags, "dagster/data_version": event.data_version},
        event.description,
    )


def describe_event(event: native.AnyEvent) -> str:
    """Say an event in words, on one line."""
    match event:
        case native.LogLine(message=message):
            return message
        case (
            native.StepFailed(step=step, error=error)
            | native.StepUpForRetry(step=step, error=error)
        ):
            return f"{kind_of(event)} {step}: {error.first_line()}"
        case native.RunFailed(reason=reason):
            return f"run_failed: {reason}"
        case native.CheckEvaluated(name=name, passed=passed):
            return f"check {name} {'passed' if passed else 'failed'}"
        case _:
            subject = getattr(event, "asset", None) or getattr(event, "step", None) or ""
            partition = getattr(event, "partition", None)
            return " ".join(str(p) for p in (kind_of(event), subject, partition or "") if p)
