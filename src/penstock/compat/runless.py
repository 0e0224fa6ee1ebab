"""Events that are reported from outside any run, as the values that stores keep.

Shows what `report_runless_asset_event` accepts; most classes are those of `define/result.py`, known
here by their shape only, because the control plane must not see the layer of user code.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from penstock.compat.event_data import FreshnessStateChange, FreshnessStateEvaluation
from penstock.compat.event_forms import (
    AssetFact,
    CheckVerdict,
    native_materialization,
    native_observation,
    native_verdict,
)
from penstock.errors import InvariantViolationError
from penstock.model.events import FreshnessChanged, FreshnessJudged, RunEvent

RUNLESS_RUN_ID = ""
"""The id of the run of an event that belongs to none."""

RUNLESS_JOB_NAME = ""
"""The name of the job of such an event."""


@runtime_checkable
class RunlessAssetEvent(AssetFact, Protocol):
    """A materialization or an observation; `is_observation` tells which."""

    @property
    def is_observation(self) -> bool:
        """Whether nothing was made, only learned."""
        ...


RunlessEvent = RunlessAssetEvent | CheckVerdict | FreshnessStateEvaluation | FreshnessStateChange
"""What may be reported from outside any run."""


def to_native(event: RunlessEvent) -> RunEvent:
    """Return a reported event as the value that stores keep.

    Raises:
        InvariantViolationError: It is none that can be reported.
    """
    if isinstance(event, FreshnessStateEvaluation):
        return FreshnessJudged(event.key, event.freshness_state.value)
    if isinstance(event, FreshnessStateChange):
        before, since = event.previous_state.value, event.state_change_timestamp
        return FreshnessChanged(event.key, event.new_state.value, before, since)
    if hasattr(event, "is_observation"):
        made: RunlessAssetEvent = event  # pyright: ignore[reportAssignmentType] - told by its attribute
        return native_observation(made) if made.is_observation else native_materialization(made)
    if not hasattr(event, "check_name"):
        raise InvariantViolationError(
            f"{type(event).__name__} cannot be reported. Report an AssetMaterialization, an "
            "AssetObservation, an AssetCheckEvaluation, a FreshnessStateEvaluation or a "
            "FreshnessStateChange."
        )
    return native_verdict(event)  # pyright: ignore[reportArgumentType] - told by its attribute
