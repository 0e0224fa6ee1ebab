"""What Penstock loads: the assets, their checks, and where everything is."""

import os
from pathlib import Path

import penstock as dg
from glucose.assets import ALL_ASSETS
from glucose.checks import ALL_CHECKS
from glucose.days import PROJECT
from glucose.lake import DuckDBIOManager, ParquetIOManager
from glucose.resources import NightscoutResource

LAKE = Path(os.environ.get("GLUCOSE_LAKE") or PROJECT / ".lake").absolute()

defs = dg.Definitions(
    assets=ALL_ASSETS,
    asset_checks=ALL_CHECKS,
    resources={
        "nightscout": NightscoutResource(base_url=dg.EnvVar("NIGHTSCOUT_URL")),
        "parquet": ParquetIOManager(folder=str(LAKE)),
        "warehouse": DuckDBIOManager(database=str(LAKE / "gold.duckdb")),
    },
)
