"""`DagsterEventType`, and which kind of native event each type is recorded as.

Owns the names alone. Types that Penstock has no kind of its own for are recorded as `Remark`, which
names its type; so nothing that is reported loses its type.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from penstock.model.events import AnyEvent, Remark, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class DagsterEventType(StrEnum):
    """The event types of `spec/06`; the stored names of run events keep their old prefix."""

    STEP_OUTPUT = "STEP_OUTPUT"
    STEP_INPUT = "STEP_INPUT"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_START = "STEP_START"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    STEP_WORKER_STARTING = "STEP_WORKER_STARTING"
    STEP_WORKER_STARTED = "STEP_WORKER_STARTED"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    RESOURCE_INIT_STARTED = "RESOURCE_INIT_STARTED"
    RESOURCE_INIT_SUCCESS = "RESOURCE_INIT_SUCCESS"
    RESOURCE_INIT_FAILURE = "RESOURCE_INIT_FAILURE"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    ASSET_FAILED_TO_MATERIALIZE = "ASSET_FAILED_TO_MATERIALIZE"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    ASSET_CHECK_EVALUATION_PLANNED = "ASSET_CHECK_EVALUATION_PLANNED"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    ASSET_HEALTH_CHANGED = "ASSET_HEALTH_CHANGED"
    ASSET_WIPED = "ASSET_WIPED"
    RUN_ENQUEUED = "PIPELINE_ENQUEUED"
    RUN_DEQUEUED = "PIPELINE_DEQUEUED"
    RUN_STARTING = "PIPELINE_STARTING"
    RUN_START = "PIPELINE_START"
    RUN_SUCCESS = "PIPELINE_SUCCESS"
    RUN_FAILURE = "PIPELINE_FAILURE"
    RUN_CANCELING = "PIPELINE_CANCELING"
    RUN_CANCELED = "PIPELINE_CANCELED"
    PIPELINE_ENQUEUED = "PIPELINE_ENQUEUED"
    PIPELINE_DEQUEUED = "PIPELINE_DEQUEUED"
    PIPELINE_STARTING = "PIPELINE_STARTING"
    PIPELINE_START = "PIPELINE_START"
    PIPELINE_SUCCESS = "PIPELINE_SUCCESS"
    PIPELINE_FAILURE = "PIPELINE_FAILURE"
    PIPELINE_CANCELING = "PIPELINE_CANCELING"
    PIPELINE_CANCELED = "PIPELINE_CANCELED"
    RUN_SUSPENDED = "RUN_SUSPENDED"
    RUN_RESUMED = "RUN_RESUMED"
    OBJECT_STORE_OPERATION = "OBJECT_STORE_OPERATION"
    ASSET_STORE_OPERATION = "ASSET_STORE_OPERATION"
    LOADED_INPUT = "LOADED_INPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    ENGINE_EVENT = "ENGINE_EVENT"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    ALERT_START = "ALERT_START"
    ALERT_SUCCESS = "ALERT_SUCCESS"
    ALERT_FAILURE = "ALERT_FAILURE"
    LOGS_CAPTURED = "LOGS_CAPTURED"
    FRESHNESS_STATE_EVALUATION = "FRESHNESS_STATE_EVALUATION"
    FRESHNESS_STATE_CHANGE = "FRESHNESS_STATE_CHANGE"
    CODE_LOCATION_UPDATED = "CODE_LOCATION_UPDATED"


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
    "run_starting": DagsterEventType.RUN_STARTING,
    "run_started": DagsterEventType.RUN_START,
    "run_succeeded": DagsterEventType.RUN_SUCCESS,
    "run_failed": DagsterEventType.RUN_FAILURE,
    "run_canceling": DagsterEventType.RUN_CANCELING,
    "run_canceled": DagsterEventType.RUN_CANCELED,
    "lease_lost": DagsterEventType.RUN_SUSPENDED,
    "run_resumed": DagsterEventType.RUN_RESUMED,
    "logs_captured": DagsterEventType.LOGS_CAPTURED,
    "teardown_failed": DagsterEventType.ENGINE_EVENT,
    "freshness_judged": DagsterEventType.FRESHNESS_STATE_EVALUATION,
    "freshness_changed": DagsterEventType.FRESHNESS_STATE_CHANGE,
    "asset_wiped": DagsterEventType.ASSET_WIPED,
}
"""The type that each kind of native event is shown as; a `Remark` names its own."""

REMARK = kind_of(Remark())
"""The kind of what is recorded of types without a kind of their own."""

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
ASSET_TYPES = frozenset(
    {
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        DagsterEventType.ASSET_FAILED_TO_MATERIALIZE,
        DagsterEventType.ASSET_OBSERVATION,
    }
)
"""The types that may be asked for by asset."""

KIND_OF_TYPE: Mapping[DagsterEventType, str] = {
    **dict.fromkeys(DagsterEventType, REMARK),
    **{kind_type: kind for kind, kind_type in reversed(TYPE_OF_KIND.items())},
}


def type_of(event: AnyEvent) -> DagsterEventType:
    """Return the type that an event is shown as; ENGINE_EVENT where Dagster has no name for it."""
    if isinstance(event, Remark):
        return _TYPES.get(event.type, DagsterEventType.ENGINE_EVENT)
    return TYPE_OF_KIND.get(kind_of(event), DagsterEventType.ENGINE_EVENT)


def kinds_that_show(types: Collection[DagsterEventType]) -> Iterable[str]:
    """Return the kinds of native events that are shown as one of some types."""
    yield from (kind for kind, kind_type in TYPE_OF_KIND.items() if kind_type in types)
    own = frozenset(TYPE_OF_KIND.values()) - {DagsterEventType.ENGINE_EVENT}
    if not own.issuperset(types):
        yield REMARK


_TYPES: Mapping[str, DagsterEventType] = {each.value: each for each in DagsterEventType}
