"""Everything that the tool loads."""

import os

import penstock as dg
from warehouse import assets, checks, factories, jobs, schedules, sensors
from warehouse.resources import build_resources

defs = dg.Definitions.merge(
    dg.Definitions(
        assets=[
            *dg.load_assets_from_package_module(assets),
            *dg.load_assets_from_modules([factories]),
        ],
        asset_checks=[*dg.load_asset_checks_from_modules([checks]), *factories.checks],
        jobs=[jobs.orders_job, jobs.regions_job, jobs.housekeeping, sensors.upload_job],
        schedules=[
            schedules.orders_schedule,
            schedules.regions_schedule,
            schedules.rates_schedule,
            schedules.nightly,
        ],
        sensors=[
            sensors.new_uploads,
            sensors.after_orders,
            sensors.on_failure,
            sensors.after_success,
            sensors.automation,
        ],
        resources=build_resources(os.environ.get("WAREHOUSE_DATA", "/tmp/warehouse")),
    ),
    dg.Definitions(
        assets=[
            dg.AssetSpec("shop", group_name="sources", owners=["team:web"]),
            dg.AssetSpec("dashboard", deps=["daily_revenue"], group_name="external"),
        ]
    ),
)
