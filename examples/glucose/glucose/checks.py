"""What must hold for the assets; a blocking check stops everything downstream.

The rules are in `glucose.rules`, as functions of tables; here they are tied to assets.
"""

import penstock as dg
from glucose import rules
from glucose.assets import (
    glucose_bronze,
    glucose_daily,
    glucose_entries,
    glucose_hourly,
    glucose_silver,
)
from glucose.table import Table


def _result(
    finding: rules.Finding, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=finding.failed == 0,
        severity=severity,
        description=finding.explanation,
        metadata={"failed_rows": finding.failed, "rows": finding.rows},
    )


@dg.asset_check(asset=glucose_entries, blocking=True)
def entries_are_complete(glucose_entries: Table) -> dg.AssetCheckResult:
    """Every entry has an id, a date and a type."""
    return _result(rules.entries_are_complete(glucose_entries))


@dg.asset_check(asset=glucose_bronze, blocking=True)
def ids_are_unique(glucose_bronze: Table) -> dg.AssetCheckResult:
    """No person has the same entry twice."""
    return _result(rules.ids_are_unique(glucose_bronze))


@dg.asset_check(asset=glucose_silver, blocking=True)
def readings_are_plausible(glucose_silver: Table) -> dg.AssetCheckResult:
    """Every reading lies within what the sensor can show."""
    return _result(rules.readings_are_plausible(glucose_silver))


@dg.asset_check(asset=glucose_daily)
def ranges_add_up(glucose_daily: Table) -> dg.AssetCheckResult:
    """The shares of the five ranges make 100 percent."""
    return _result(rules.ranges_add_up(glucose_daily))


@dg.asset_check(asset=glucose_daily)
def days_are_covered(glucose_daily: Table) -> dg.AssetCheckResult:
    """Each person's day has at least 70 percent of its readings; only a warning."""
    return _result(rules.days_are_covered(glucose_daily), dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset=glucose_hourly)
def percentiles_ascend(glucose_hourly: Table) -> dg.AssetCheckResult:
    """A higher percentile is never a lower value."""
    return _result(rules.percentiles_ascend(glucose_hourly))


ALL_CHECKS = [
    entries_are_complete,
    ids_are_unique,
    readings_are_plausible,
    ranges_add_up,
    days_are_covered,
    percentiles_ascend,
]
