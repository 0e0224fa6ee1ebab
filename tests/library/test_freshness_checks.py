from datetime import timedelta

import pytest

import penstock as dg
from penstock.base.clock import frozen_at
from penstock.errors import InvalidDefinitionError, ParameterCheckError

HOUR = timedelta(hours=1)
NOON = 1_718_452_800.0
"""2024-06-15 12:00 UTC."""


@dg.asset
def orders(): ...


@dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-06-01"))
def daily(): ...


def made_and_checked(checks, *, hours_ago):
    """Make `orders` some hours before noon, and evaluate the checks at noon."""
    with dg.DagsterInstance.ephemeral() as instance:
        with frozen_at(NOON - hours_ago * 3600):
            dg.materialize([orders], instance=instance)
        context = dg.build_asset_context(instance=instance)
        with frozen_at(NOON):
            [check] = checks
            return list(check.steps[0].function(_Everything(context, check)))


class _Everything:
    """The context of a run that evaluates all checks."""

    def __init__(self, context, check):
        self.instance = context.instance
        self.selected_asset_check_keys = check.check_keys


@pytest.mark.parametrize(("hours_ago", "passed"), [(0.5, True), (1, True), (2, False)])
def test_data_is_fresh_for_a_while(hours_ago, passed):
    checks = dg.build_last_update_freshness_checks(assets=[orders], lower_bound_delta=HOUR)

    [verdict] = made_and_checked(checks, hours_ago=hours_ago)

    assert verdict.passed is passed
    assert verdict.severity is dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize(("hours_ago", "passed"), [(3.5, True), (4, True), (4.5, False)])
def test_data_is_fresh_if_it_arrived_shortly_before_the_last_deadline(hours_ago, passed):
    checks = dg.build_last_update_freshness_checks(
        assets=[orders], lower_bound_delta=HOUR, deadline_cron="0 9 * * *"
    )

    [verdict] = made_and_checked(checks, hours_ago=hours_ago)

    assert verdict.passed is passed
    tick = dg.MetadataValue.timestamp(NOON - 3 * 3600)
    assert verdict.metadata["dagster/latest_cron_tick_timestamp"] == tick


def test_stale_data_tells_by_how_much():
    checks = dg.build_last_update_freshness_checks(assets=[orders], lower_bound_delta=HOUR)

    [verdict] = made_and_checked(checks, hours_ago=3)

    assert verdict.metadata["dagster/overdue_seconds"] == dg.MetadataValue.float(7200.0)
    assert verdict.description == (
        "Too old by 2h 0m: last updated 3h 0m ago. Update asset 'orders'."
    )


def test_what_was_never_made_is_not_fresh():
    checks = dg.build_last_update_freshness_checks(assets=["unknown"], lower_bound_delta=HOUR)

    [verdict] = made_and_checked(checks, hours_ago=1)

    assert (verdict.passed, verdict.description) == (
        False,
        "No update of asset 'unknown' is recorded. Materialize or observe it.",
    )


def test_the_last_partition_before_the_deadline_must_have_arrived():
    checks = dg.build_time_partition_freshness_checks(assets=[daily], deadline_cron="0 9 * * *")

    [verdict] = made_and_checked(checks, hours_ago=1)

    assert verdict.passed is False
    assert verdict.description == ("Partition 2024-06-14 was due by now. Materialize it.")


def test_assets_without_time_partitions_have_no_deadline_of_partitions():
    with pytest.raises(InvalidDefinitionError, match="Asset 'orders' has no time partitions"):
        dg.build_time_partition_freshness_checks(assets=[orders], deadline_cron="0 9 * * *")


def test_a_malformed_deadline_is_refused():
    with pytest.raises(ParameterCheckError, match="deadline_cron 'soon' is not a cron schedule"):
        dg.build_last_update_freshness_checks(
            assets=[orders], lower_bound_delta=HOUR, deadline_cron="soon"
        )


def test_a_sensor_asks_for_what_was_never_evaluated():
    checks = dg.build_last_update_freshness_checks(assets=[orders], lower_bound_delta=HOUR)
    sensor = dg.build_sensor_for_freshness_checks(freshness_checks=checks)

    with dg.DagsterInstance.ephemeral() as instance:
        asked = sensor(dg.build_sensor_context(instance=instance))

    assert list(asked.asset_check_keys) == [dg.AssetCheckKey(orders.key, "freshness_check")]


def test_a_sensor_takes_only_freshness_checks():
    check = dg.asset_check(asset=orders, name="ok")(lambda: True)

    with pytest.raises(ParameterCheckError, match="Check 'orders:ok' is not a freshness check"):
        dg.build_sensor_for_freshness_checks(freshness_checks=[check])
