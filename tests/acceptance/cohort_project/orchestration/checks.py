"""Validation as asset checks."""

import penstock as dg
from orchestration.assets import encounter_summary, silver_encounters
from orchestration.resources import PlatformResource


@dg.asset_check(asset=silver_encounters, blocking=True)
def kinds_are_tidy(platform: PlatformResource) -> dg.AssetCheckResult:
    kinds = {str(row["kind"]) for row in platform.platform().read("silver/encounters")}
    untidy = sorted(kind for kind in kinds if kind != kind.strip().lower())
    return dg.AssetCheckResult(passed=not untidy, metadata={"untidy": untidy})


@dg.asset_check(asset=encounter_summary)
def minutes_add_up(platform: PlatformResource) -> dg.AssetCheckResult:
    lake = platform.platform()
    silver = {row["kind"] for row in lake.read("silver/encounters")}
    gold = {row["kind"] for row in lake.read("gold/encounter_summary")}
    return dg.AssetCheckResult(passed=gold <= silver, severity=dg.AssetCheckSeverity.WARN)
