"""Rules from before conditions: their words, and the conditions that they stand for."""

import pytest

from penstock.automation.condition import AutomationCondition
from penstock.define.auto_materialize_rule import (
    AutoMaterializeAssetPartitionsFilter,
    AutoMaterializeRule,
)
from penstock.errors import InvalidDefinitionError, ParameterCheckError

RULE, AC = AutoMaterializeRule, AutomationCondition
TAGGED = AutoMaterializeAssetPartitionsFilter(latest_run_required_tags={"k": "v"})
HANDLED = AC.newly_requested() | AC.newly_updated()


@pytest.mark.parametrize(
    ("rule", "decision", "description"),
    [
        (RULE.materialize_on_missing(), "MATERIALIZE", "never made so far"),
        (
            RULE.materialize_on_cron("0 9 * * *", timezone="Europe/Rome"),
            "MATERIALIZE",
            "cron schedule '0 9 * * *' (Europe/Rome) ticked, and nothing was made for it",
        ),
        (
            RULE.materialize_on_parent_updated(updated_parent_filter=TAGGED),
            "MATERIALIZE",
            "a parent was updated, and this asset did not follow; updates count if made by a run "
            "with the tags {'k': 'v'}",
        ),
        (
            RULE.materialize_on_required_for_freshness(),
            "MATERIALIZE",
            "stale by its freshness policy",
        ),
        (RULE.skip_on_parent_missing(), "SKIP", "a parent is missing"),
        (RULE.skip_on_parent_outdated(), "SKIP", "a parent is behind its own parents"),
        (
            RULE.skip_on_not_all_parents_updated(),
            "SKIP",
            "some parent is older than this asset",
        ),
        (
            RULE.skip_on_not_all_parents_updated(require_update_for_all_parent_partitions=True),
            "SKIP",
            "some partition of a parent is older than this asset",
        ),
        (
            RULE.skip_on_not_all_parents_updated_since_cron("@daily"),
            "SKIP",
            "cron schedule '@daily' (UTC) ticked, and some parent was not updated after it",
        ),
        (
            RULE.skip_on_required_but_nonexistent_parents(),
            "SKIP",
            "needs partitions that a parent does not have",
        ),
        (RULE.skip_on_backfill_in_progress(), "SKIP", "a backfill under way is to make it"),
        (
            RULE.skip_on_backfill_in_progress(all_partitions=True),
            "SKIP",
            "a backfill under way is to make some of the asset",
        ),
        (RULE.skip_on_run_in_progress(), "SKIP", "a run under way is to make some of the asset"),
    ],
)
def test_a_rule_says_what_it_decides_and_when(rule, decision, description):
    assert (rule.decision_type.value, rule.description) == (decision, description)


@pytest.mark.parametrize(
    ("rule", "condition"),
    [
        (RULE.materialize_on_missing(), AC.newly_missing().since(HANDLED)),
        (RULE.materialize_on_parent_updated(), AC.any_deps_updated().since(HANDLED)),
        (
            RULE.materialize_on_cron("@daily"),
            AC.in_latest_time_window() & AC.cron_tick_passed("@daily").since(HANDLED),
        ),
        (
            RULE.materialize_on_cron("@daily", all_partitions=True),
            AC.cron_tick_passed("@daily").since(HANDLED),
        ),
        (
            RULE.materialize_on_parent_updated(TAGGED),
            AC.any_deps_match(
                AC.newly_updated() & AC.executed_with_tags(tag_values={"k": "v"})
                | AC.will_be_requested()
            ).since(HANDLED),
        ),
        (RULE.materialize_on_required_for_freshness(), AC.freshness_failed()),
        (RULE.skip_on_parent_missing(), AC.any_deps_missing()),
        (RULE.skip_on_backfill_in_progress(), AC.backfill_in_progress()),
        (
            RULE.skip_on_not_all_parents_updated_since_cron("@daily"),
            ~AC.all_deps_updated_since_cron("@daily"),
        ),
    ],
)
def test_a_rule_stands_for_a_condition(rule, condition):
    assert rule.to_asset_condition() == condition.with_label(rule.description)


def test_a_rule_that_no_condition_expresses_says_so():
    with pytest.raises(InvalidDefinitionError, match=r"Use AutomationCondition\.all_deps_updated"):
        RULE.skip_on_not_all_parents_updated().to_asset_condition()


def test_a_rule_with_a_schedule_needs_a_valid_one():
    with pytest.raises(ParameterCheckError, match="'often' is not a cron schedule"):
        RULE.materialize_on_cron("often")
    with pytest.raises(ParameterCheckError, match="'often' is not a cron schedule"):
        RULE.skip_on_not_all_parents_updated_since_cron("often")
    with pytest.raises(InvalidDefinitionError, match="There is no timezone 'Mars/Base'"):
        RULE.materialize_on_cron("@daily", "Mars/Base")


def test_rules_and_filters_are_values():
    assert RULE.materialize_on_missing() == RULE.materialize_on_missing()
    assert RULE.materialize_on_missing() != RULE.skip_on_parent_missing()
    assert len({RULE.materialize_on_missing(), RULE.materialize_on_missing()}) == 1
    assert hash(TAGGED) == hash(AutoMaterializeAssetPartitionsFilter({"k": "v"}))
