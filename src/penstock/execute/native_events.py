"""Events that user code tells of, as the native events of its run."""

from __future__ import annotations

from penstock.base.tags import text_tags
from penstock.define.result import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from penstock.define.scope import Event
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    ExpectationJudged,
    RunEvent,
)
from penstock.model.metadata import normalize_metadata


def native_event(event: Event, step: str) -> RunEvent:
    """Return the native form of an event that a step tells of."""
    match event:
        case AssetObservation():
            return AssetObserved(
                asset=event.asset_key,
                partition=event.partition,
                step=step,
                metadata=dict(normalize_metadata(event.metadata)),
                data_version=event.tags.get("dagster/data_version", ""),
                tags=text_tags(event.tags),
                description=event.description,
            )
        case AssetMaterialization():
            return AssetMaterialized(
                asset=event.asset_key,
                partition=event.partition,
                step=step,
                metadata=dict(normalize_metadata(event.metadata)),
                data_version=event.tags.get("dagster/data_version", ""),
                tags=text_tags(event.tags),
                description=event.description,
            )
        case AssetCheckEvaluation():
            return CheckEvaluated(
                asset=event.asset_key,
                name=event.check_name,
                passed=event.passed,
                partition=event.partition,
                step=step,
                severity=event.severity.value,
                blocking=event.blocking,
                metadata=dict(normalize_metadata(event.metadata)),
                description=event.description,
            )
        case ExpectationResult():
            return ExpectationJudged(
                step,
                event.success,
                event.label,
                event.description,
                dict(normalize_metadata(event.metadata)),
            )
