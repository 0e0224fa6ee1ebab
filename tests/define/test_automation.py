"""Conditions and freshness policies are found wherever definitions carry them."""

from datetime import timedelta

import penstock as dg
from penstock.define.automation import conditions_of, freshness_policies_of

EAGER, MISSING = dg.AutomationCondition.eager(), dg.AutomationCondition.missing()
DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=1))


@dg.asset(automation_condition=EAGER, freshness_policy=DAILY)
def made() -> None: ...


@dg.asset
def plain() -> None: ...


@dg.asset_check(asset=made, automation_condition=MISSING)
def good() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


SOURCE = dg.AssetSpec("source", freshness_policy=DAILY, automation_condition=MISSING)
LOADED = dg.Definitions(assets=[made, plain, SOURCE], asset_checks=[good]).load()


def test_conditions_are_found_on_assets_specs_and_checks():
    assert conditions_of(LOADED) == {
        made.key: EAGER,
        SOURCE.key: MISSING,
        dg.AssetCheckKey(made.key, "good"): MISSING,
    }


def test_freshness_policies_are_found_on_assets_and_specs():
    assert freshness_policies_of(LOADED) == {made.key: DAILY, SOURCE.key: DAILY}


def test_the_older_forms_count_too():
    policy = dg.AutoMaterializePolicy.eager()
    lag = dg.LegacyFreshnessPolicy(maximum_lag_minutes=5)

    @dg.asset(auto_materialize_policy=policy, legacy_freshness_policy=lag)
    def old() -> None: ...

    loaded = dg.Definitions(assets=[old]).load()
    assert conditions_of(loaded) == {old.key: policy.to_automation_condition()}
    assert freshness_policies_of(loaded) == {old.key: lag}
