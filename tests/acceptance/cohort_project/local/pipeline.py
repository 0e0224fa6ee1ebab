"""The command line without dependencies: every cohort, one table after the other."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.gold import summarize
from local.platform import LocalLitePlatform
from local.transforms import to_silver


def run_pipeline(platform: LocalLitePlatform, cohorts: list[str]) -> None:
    """Make bronze, silver and gold of cohorts."""
    for cohort in cohorts:
        bronze = platform.landed(cohort)
        platform.merge("bronze/encounters", bronze, on=("encounter",))
        silver = to_silver(bronze)
        platform.merge("silver/encounters", silver, on=("encounter",))
        gold = summarize(silver, cohort)
        platform.merge("gold/encounter_summary", gold, on=("cohort", "kind"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("landing", type=Path)
    parser.add_argument("cohorts", nargs="+")
    given = parser.parse_args()
    run_pipeline(LocalLitePlatform(given.root, given.landing), given.cohorts)
