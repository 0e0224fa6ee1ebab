"""Checks of how old data is: against a window or a deadline, for assets and for time partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from penstock.base.cron import cron_ticks, cron_ticks_back, is_valid_cron_string
from penstock.base.tags import FRESH_UNTIL_METADATA_KEY
from penstock.base.text import duration
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.result import AssetCheckResult, AssetCheckSeverity
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetCheckSpec
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.instance import Instance
from penstock.library.check_targets import CheckedAsset, asset_keys, checks_of, last_update
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataValue
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.time_window import TimeWindowPartitionsDefinition

FRESHNESS_CHECK: Final = "freshness_check"
FRESHNESS_PARAMS: Final = "dagster/freshness_params"
_DESCRIPTION: Final = "Fails where the asset was not updated in time."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When data must have arrived.

    Attributes:
        cron: The schedule of the deadlines; None means at all times.
        timezone: The zone that the schedule is in.
    """

    cron: str | None
    timezone: str

    def last(self, now: float) -> float:
        """Return the last deadline that has passed; now, if every moment is one."""
        if self.cron is None:
            return now
        return float(next(cron_ticks_back(self.cron, end=now, zone=ZoneInfo(self.timezone))))

    def next(self, now: float) -> float | None:
        """Return the deadline after a time; None if every moment is one."""
        if self.cron is None:
            return None
        return float(next(cron_ticks(self.cron, start=now + 1, zone=ZoneInfo(self.timezone))))


def _checked_deadline(cron: str | None, timezone: str) -> Deadline:
    if cron is not None and not is_valid_cron_string(cron):
        raise ParameterCheckError(
            f"deadline_cron '{cron}' is not a cron schedule of five fields, like '0 9 * * *'."
        )
    return Deadline(cron=cron, timezone=timezone)


def build_last_update_freshness_checks(
    *,
    assets: Sequence[CheckedAsset],
    lower_bound_delta: timedelta,
    deadline_cron: str | None = None,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Return checks that fail where an asset was not made or observed lately.

    Without a deadline, the last update must be at most `lower_bound_delta` ago. With one, it must
    be at most that long before the last deadline that has passed. An asset without any update
    fails.

    Args:
        assets: The assets.
        lower_bound_delta: How old the data may be.
        deadline_cron: When it must have arrived.
        timezone: The zone of the deadline.
        severity: How bad old data is.
        blocking: Whether it keeps what depends on the asset from running.

    Raises:
        ParameterCheckError: The schedule is malformed.
    """
    deadline = _checked_deadline(deadline_cron, timezone)
    params: dict[str, object] = {
        "timezone": timezone,
        "lower_bound_delta_seconds": lower_bound_delta.total_seconds(),
    }
    if deadline_cron is not None:
        params["deadline_cron"] = deadline_cron

    def evaluate(key: AssetKey, instance: Instance) -> AssetCheckResult:
        now = instance.clock.now()
        tick = deadline.last(now)
        bound = tick - lower_bound_delta.total_seconds()
        updated = last_update(instance, key)
        passed = updated is not None and updated >= bound
        metadata: dict[str, object] = {
            FRESHNESS_PARAMS: MetadataValue.json(params),
            "dagster/freshness_lower_bound_timestamp": MetadataValue.timestamp(bound),
        }
        if deadline_cron is not None:
            metadata["dagster/latest_cron_tick_timestamp"] = MetadataValue.timestamp(tick)
        if updated is not None:
            metadata["dagster/last_updated_timestamp"] = MetadataValue.timestamp(updated)
        if passed and updated is not None:
            until = deadline.next(now) or updated + lower_bound_delta.total_seconds()
            metadata[FRESH_UNTIL_METADATA_KEY] = MetadataValue.timestamp(until)
        if updated is not None and not passed:
            metadata["dagster/overdue_seconds"] = MetadataValue.float(bound - updated)
        if updated is None:
            why = f"No update of asset '{key}' is recorded. Materialize or observe it."
        elif passed:
            why = f"In time: last updated {duration(now - updated)} ago."
        else:
            why = (
                f"Too old by {duration(bound - updated)}: last updated "
                f"{duration(now - updated)} ago. Update asset '{key}'."
            )
        return AssetCheckResult(
            passed=passed,
            asset_key=key,
            check_name=FRESHNESS_CHECK,
            severity=severity,
            description=why,
            metadata=metadata,
        )

    specs = _specs(asset_keys(assets), params, blocking=blocking)
    return checks_of(specs, evaluate, name=FRESHNESS_CHECK)


def _specs(
    keys: Sequence[AssetKey], params: Mapping[str, object], *, blocking: bool
) -> list[AssetCheckSpec]:
    return [
        AssetCheckSpec(
            FRESHNESS_CHECK,
            asset=key,
            description=_DESCRIPTION,
            blocking=blocking,
            metadata={FRESHNESS_PARAMS: MetadataValue.json(params)},
        )
        for key in keys
    ]


def build_time_partition_freshness_checks(
    *,
    assets: Sequence[CheckedAsset],
    deadline_cron: str,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Return checks that fail where the newest time partition did not arrive by its deadline.

    It is the last partition that had ended at the last deadline that has passed.

    Args:
        assets: Definitions of assets with time partitions.
        deadline_cron: When a partition must have arrived.
        timezone: The zone of the deadline.
        severity: How bad a missing partition is.
        blocking: Whether it keeps what depends on the asset from running.

    Raises:
        InvalidDefinitionError: An asset has no time partitions, or is not given as its definition.
        ParameterCheckError: The schedule is malformed.
    """
    deadline = _checked_deadline(deadline_cron, timezone)
    params = {"timezone": timezone, "deadline_cron": deadline_cron}
    keys = asset_keys(assets)
    split = _time_partitions(assets)

    def evaluate(key: AssetKey, instance: Instance) -> AssetCheckResult:
        now = instance.clock.now()
        tick = deadline.last(now)
        partition = split[key].get_last_partition_key(datetime.fromtimestamp(tick, UTC))
        arrived = partition is not None and partition in instance.get_materialized_partitions(key)
        if partition is None:
            why = "No partition was due yet."
        elif arrived:
            why = f"Partition {partition} has arrived."
        else:
            why = f"Partition {partition} was due by now. Materialize it."
        metadata: dict[str, object] = {
            FRESHNESS_PARAMS: MetadataValue.json(params),
            "dagster/latest_cron_tick_timestamp": MetadataValue.timestamp(tick),
        }
        until = deadline.next(now)
        if arrived and until is not None:
            metadata[FRESH_UNTIL_METADATA_KEY] = MetadataValue.timestamp(until)
        return AssetCheckResult(
            passed=arrived or partition is None,
            asset_key=key,
            check_name=FRESHNESS_CHECK,
            severity=severity,
            description=why,
            metadata=metadata,
        )

    return checks_of(_specs(keys, params, blocking=blocking), evaluate, name=FRESHNESS_CHECK)


def _time_partitions(
    assets: Sequence[CheckedAsset],
) -> Mapping[AssetKey, TimeWindowPartitionsDefinition]:
    split: dict[AssetKey, PartitionsDefinition | None] = {}
    for asset in assets:
        if isinstance(asset, AssetsDefinition):
            split.update({spec.key: spec.partitions_def for spec in asset.specs})
        elif isinstance(asset, SourceAsset):
            split[asset.key] = asset.partitions_def
        else:
            raise InvalidDefinitionError(
                f"{asset!r} does not say how the asset is split. Give its definition to "
                "build_time_partition_freshness_checks."
            )
    found: dict[AssetKey, TimeWindowPartitionsDefinition] = {}
    for key, definition in split.items():
        if not isinstance(definition, TimeWindowPartitionsDefinition):
            raise InvalidDefinitionError(
                f"Asset '{key}' has no time partitions. Use build_last_update_freshness_checks."
            )
        found[key] = definition
    return found
