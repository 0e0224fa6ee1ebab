"""A run for each cohort whose file lands."""

from pathlib import Path

import penstock as dg
from orchestration.partitions import cohorts
from orchestration.resources import PlatformResource

medallion = dg.define_asset_job("medallion", selection="*")


@dg.sensor(job=medallion, minimum_interval_seconds=60)
def landed_cohorts(context: dg.SensorEvaluationContext, platform: PlatformResource):
    landed = sorted(path.stem for path in Path(platform.landing).glob("*.json"))
    known = [cohort for cohort in landed if cohort in cohorts.get_partition_keys()]
    if not known:
        return dg.SkipReason("No cohort has landed")
    return [dg.RunRequest(run_key=cohort, partition_key=cohort) for cohort in known]
