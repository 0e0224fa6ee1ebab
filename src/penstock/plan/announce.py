"""What a run says of all that it means to do, before anything of it runs."""

from __future__ import annotations

from penstock.model.events import AssetPlanned, CheckPlanned
from penstock.model.run import RunSpec
from penstock.plan.plan import Plan


def planned(plan: Plan, spec: RunSpec) -> list[AssetPlanned | CheckPlanned]:
    """Return what a run says of the assets and checks that it means to make and to evaluate."""
    checks = [
        CheckPlanned(check.asset, check.name, step.key)
        for step in plan.steps
        for check in step.checks
    ]
    return [*planned_assets(plan, spec), *checks]


def planned_assets(plan: Plan, spec: RunSpec) -> list[AssetPlanned]:
    """Return what a run says of the assets that it means to make."""
    return [
        AssetPlanned(a.key, spec.partition if a.is_partitioned else None, step.key)
        for step in plan.steps
        for a in step.assets
    ]
