"""A sensor that has freshness checks evaluated when their answer may have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.base.tags import FRESH_UNTIL_METADATA_KEY
from penstock.compat.check_records import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)
from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.run_request import RunRequest, SkipReason
from penstock.define.sensor import DefaultSensorStatus, SensorDefinition
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.errors import ParameterCheckError
from penstock.graph.selection import AssetSelection
from penstock.instance import Instance
from penstock.library.check_targets import last_update
from penstock.library.freshness_checks import FRESHNESS_PARAMS
from penstock.model.events import CheckEvaluated
from penstock.model.keys import AssetCheckKey
from penstock.model.metadata import FloatMetadataValue, TimestampMetadataValue


def build_sensor_for_freshness_checks(
    *,
    freshness_checks: Sequence[AssetChecksDefinition],
    minimum_interval_seconds: int | None = None,
    name: str = "freshness_checks_sensor",
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    tags: Mapping[str, object] | None = None,
) -> SensorDefinition:
    """Return a sensor that asks for freshness checks which are due.

    A check is due if it was never evaluated, if it passed for a time that is over, or if it failed
    and its asset was updated since.

    Args:
        freshness_checks: Checks of `build_last_update_freshness_checks` and its kin.
        minimum_interval_seconds: The least time between two looks; 30 if None.
        name: The name of the sensor.
        default_status: Whether it is on before anybody turns it on.
        tags: Tags of the runs.

    Raises:
        ParameterCheckError: There is no check, or one is not of freshness.
    """
    keys = _checked_keys(freshness_checks)

    def evaluate(context: SensorEvaluationContext) -> RunRequest | SkipReason:
        instance = context.instance
        due = [key for key in keys if _is_due(instance, key)]
        if not due:
            return SkipReason("No freshness checks need evaluation")
        return RunRequest(asset_check_keys=due, tags=tags)

    return SensorDefinition(
        name=name,
        evaluation_fn=evaluate,
        minimum_interval_seconds=minimum_interval_seconds,
        description="Evaluates freshness checks when their answer may have changed.",
        asset_selection=AssetSelection.checks(*freshness_checks),
        default_status=default_status,
    )


def _checked_keys(checks: Sequence[AssetChecksDefinition]) -> list[AssetCheckKey]:
    specs = [spec for check in checks for spec in check.check_specs]
    if not specs:
        raise ParameterCheckError("build_sensor_for_freshness_checks got no checks. Name some.")
    for spec in specs:
        if FRESHNESS_PARAMS not in spec.metadata:
            raise ParameterCheckError(
                f"Check '{spec.key.to_user_string()}' is not a freshness check: it has no metadata "
                f"'{FRESHNESS_PARAMS}'. Give checks of build_last_update_freshness_checks or "
                "build_time_partition_freshness_checks."
            )
    return [spec.key for spec in specs]


def _is_due(instance: Instance, key: AssetCheckKey) -> bool:
    summary = instance.get_asset_check_summary_records([key])[key]
    verdict = summary.last_completed_check_execution_record
    if verdict is None or verdict.evaluation is None:
        return not _is_under_way(instance, summary.last_check_execution_record)
    if verdict.evaluation.passed:
        until = _fresh_until(verdict.evaluation)
        return until is None or instance.clock.now() > until
    updated = last_update(instance, key.asset_key)
    return updated is not None and updated > verdict.create_timestamp


def _is_under_way(instance: Instance, newest: AssetCheckExecutionRecord | None) -> bool:
    """Tell whether a run means to evaluate a check, and has not ended."""
    if newest is None or newest.status is not AssetCheckExecutionRecordStatus.PLANNED:
        return False
    run = instance.get_run_by_id(newest.run_id)
    return run is None or not run.is_finished


def _fresh_until(verdict: CheckEvaluated) -> float | None:
    value = verdict.metadata.get(FRESH_UNTIL_METADATA_KEY)
    return value.value if isinstance(value, TimestampMetadataValue | FloatMetadataValue) else None
