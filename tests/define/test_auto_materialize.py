"""Policies from before conditions: what they hold and what they mean."""

import pytest

from penstock.automation.codec import decode_condition, encode_condition
from penstock.automation.condition import AutomationCondition
from penstock.define.auto_materialize import AutoMaterializePolicy
from penstock.define.auto_materialize_rule import AutoMaterializeRule
from penstock.errors import InvalidDefinitionError, ParameterCheckError

RULE = AutoMaterializeRule


def test_eager_and_lazy_differ_in_their_reasons_to_materialize():
    eager, lazy = AutoMaterializePolicy.eager(), AutoMaterializePolicy.lazy()

    assert eager.skip_rules == lazy.skip_rules
    assert len(eager.skip_rules) == 4
    assert eager.materialize_rules - lazy.materialize_rules == {
        RULE.materialize_on_missing(),
        RULE.materialize_on_parent_updated(),
    }
    assert (eager.policy_type.value, lazy.policy_type.value) == ("EAGER", "LAZY")


def test_rules_are_added_by_kind_and_removed_by_value():
    policy = AutoMaterializePolicy.eager(max_materializations_per_minute=3)
    all_of = RULE.skip_on_backfill_in_progress(all_partitions=True)

    changed = policy.with_rules(all_of)
    assert len(changed.rules) == len(policy.rules)
    assert all_of in changed.rules
    assert changed.max_materializations_per_minute == 3
    assert all_of not in changed.without_rules(all_of).rules
    with pytest.raises(ParameterCheckError, match=r"cannot lose \[SkipOnBackfillInProgressRule"):
        policy.without_rules(all_of)


def test_a_policy_is_a_value():
    assert AutoMaterializePolicy.eager() == AutoMaterializePolicy.eager()
    assert hash(AutoMaterializePolicy.eager()) == hash(AutoMaterializePolicy.eager())
    assert AutoMaterializePolicy.eager() != AutoMaterializePolicy.eager(2)
    assert repr(AutoMaterializePolicy({RULE.materialize_on_missing()})) == (
        "AutoMaterializePolicy(rules=[MaterializeOnMissingRule()], "
        "max_materializations_per_minute=1, asset_condition=None)"
    )


def test_a_policy_has_rules_or_a_condition():
    missing = AutomationCondition.missing()
    with pytest.raises(ParameterCheckError, match="either rules or an asset_condition"):
        AutoMaterializePolicy(set())
    with pytest.raises(ParameterCheckError, match="either rules or an asset_condition"):
        AutoMaterializePolicy({RULE.materialize_on_missing()}, None, missing)
    with pytest.raises(ParameterCheckError, match="does not go with an asset_condition"):
        AutoMaterializePolicy(set(), 1, missing)
    with pytest.raises(ParameterCheckError, match=r"per_minute=0\) would never materialize"):
        AutoMaterializePolicy.eager(0)


def test_a_policy_means_a_reason_to_materialize_and_none_to_wait():
    policy = AutoMaterializePolicy(
        {
            RULE.materialize_on_missing(),
            RULE.materialize_on_parent_updated(),
            RULE.skip_on_parent_missing(),
            RULE.skip_on_run_in_progress(),
        }
    )

    condition = policy.to_automation_condition()
    made, wait, limit = condition.children
    assert [child.get_label() for child in made.children] == [
        "a parent was updated, and this asset did not follow",
        "never made so far",
    ]
    assert [child.get_label() for child in wait.children[0].children] == [
        "a parent is missing",
        "a run under way is to make some of the asset",
    ]
    assert limit.children[0].get_label() == "beyond the limit of 1 per minute"
    assert decode_condition(encode_condition(condition)) == condition


def test_a_policy_without_limit_has_no_part_for_it():
    policy = AutoMaterializePolicy({RULE.materialize_on_missing()}, None)

    assert policy.to_automation_condition() == RULE.materialize_on_missing().to_asset_condition()


def test_a_policy_that_stands_for_a_condition_means_it():
    condition = AutomationCondition.eager()

    policy = AutoMaterializePolicy.from_automation_condition(condition)
    assert policy.to_automation_condition() is condition


def test_a_policy_that_only_waits_means_nothing():
    with pytest.raises(InvalidDefinitionError, match="without a rule to materialize"):
        AutoMaterializePolicy({RULE.skip_on_parent_missing()}).to_automation_condition()
