"""From schedules and sensors to what a manifest says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from penstock.base.codec import encode_sorted
from penstock.define.asset_sensor import AssetSensorDefinition
from penstock.define.automation_sensor import AutomationConditionSensorDefinition
from penstock.define.multi_asset_sensor import MultiAssetSensorDefinition
from penstock.define.run_status_sensor import RunStatusSensorDefinition
from penstock.define.schedule import DefaultScheduleStatus, ScheduleDefinition
from penstock.define.sensor import DefaultSensorStatus, SensorDefinition
from penstock.graph.selection import AssetSelection
from penstock.model.manifest import ScheduleNode, SensorNode
from penstock.model.metadata import MetadataUnion


def describe_schedule(schedule: ScheduleDefinition) -> ScheduleNode:
    """Return what a manifest says of a schedule."""
    target = schedule.target
    cron = schedule.cron_schedule
    assets = target.assets if target is not None and target.is_anonymous else None
    return ScheduleNode(
        name=schedule.name,
        crons=(cron,) if isinstance(cron, str) else tuple(cron),
        timezone=schedule.execution_timezone or "UTC",
        job=None if target is None else target.job_name,
        selection=None if assets is None else str(assets),
        running=schedule.default_status is DefaultScheduleStatus.RUNNING,
        description=schedule.description,
        tags=_pairs(schedule.tags),
        owners=tuple(schedule.owners or ()),
        metadata=_digest(schedule.metadata),
    )


def describe_sensor(sensor: SensorDefinition) -> SensorNode:
    """Return what a manifest says of a sensor."""
    is_automation = isinstance(sensor, AutomationConditionSensorDefinition)
    selection = _selection(sensor)
    return SensorNode(
        name=sensor.name,
        kind=sensor.sensor_type.value,
        jobs=tuple(target.job_name for target in sensor.targets),
        selection=None if selection is None else str(selection),
        interval=sensor.minimum_interval_seconds,
        running=sensor.default_status is DefaultSensorStatus.RUNNING,
        watches=_watched(sensor),
        emit_backfills=sensor.emit_backfills if is_automation else True,
        run_tags=_pairs(sensor.run_tags) if is_automation else (),
        description=sensor.description,
        tags=_pairs(sensor.tags),
        owners=tuple(sensor.owners or ()),
        metadata=_digest(sensor.metadata),
    )


def _selection(sensor: SensorDefinition) -> AssetSelection | None:
    if sensor.asset_selection is not None:
        return sensor.asset_selection
    anonymous = [target.assets for target in sensor.targets if target.is_anonymous]
    return next(iter(anonymous), None)


def _watched(sensor: SensorDefinition) -> tuple[str, ...]:
    match sensor:
        case AssetSensorDefinition(asset_key=key):
            return (str(key),)
        case MultiAssetSensorDefinition():
            watched = sensor.monitored_assets
            if isinstance(watched, AssetSelection):
                return (str(watched),)
            return tuple(str(key) for key in watched)
        case RunStatusSensorDefinition(run_status=status):
            return (status.value,)
        case _:
            return ()


def _pairs(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(tags.items()))


def _digest(metadata: Mapping[str, MetadataUnion]) -> str:
    """Return 16 hex digits that differ between metadata that differs; empty for none."""
    if not metadata:
        return ""
    texts = {key: repr(value) for key, value in metadata.items()}
    return hashlib.blake2b(encode_sorted(texts), digest_size=8).hexdigest()
