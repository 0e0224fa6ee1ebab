"""Everything that the tool loads."""

import penstock as dg
from orchestration import assets, checks
from orchestration.resources import PlatformResource
from orchestration.sensors import landed_cohorts, medallion

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets]),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
    jobs=[medallion],
    sensors=[landed_cohorts],
    resources={
        "platform": PlatformResource(
            root=dg.EnvVar("ENCOUNTERS_ROOT"), landing=dg.EnvVar("ENCOUNTERS_LANDING")
        )
    },
)
