"""Conditions as values: how they are built, joined, changed, compared and printed."""

from datetime import timedelta

import pytest

from penstock.automation.condition import AutomationCondition, BuiltinAutomationCondition
from penstock.automation.context import AutomationContext, AutomationResult
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.graph.selection import AssetSelection

AC = AutomationCondition
A, B, C = AC.missing(), AC.newly_updated(), AC.execution_failed()


class Always(AutomationCondition):
    def evaluate(self, context: AutomationContext) -> AutomationResult:
        return AutomationResult(context, context.candidate_subset)


def outline(condition: AutomationCondition, depth: int = 0) -> list[str]:
    own = f"{'  ' * depth}{condition.name}"
    label = condition.get_label()
    lines = [f"{own} = {label}" if label else own]
    for child in condition.children:
        lines += outline(child, depth + 1)
    return lines


def test_eager_waits_for_news_and_for_nothing_to_hinder():
    assert outline(AC.eager()) == [
        "AND = eager",
        "  in_latest_time_window",
        "  SINCE",
        "    OR",
        "      NEWLY_TRUE = newly_missing",
        "        missing",
        "      ANY_DEPS_MATCH = any_deps_updated",
        "        OR",
        "          AND = newly_updated_without_root",
        "            newly_updated",
        "            NOT",
        "              executed_with_root_target",
        "          will_be_requested",
        "    OR = handled",
        "      newly_requested",
        "      newly_updated",
        "      initial_evaluation",
        "  NOT",
        "    ANY_DEPS_MATCH = any_deps_missing",
        "      AND",
        "        missing",
        "        NOT",
        "          will_be_requested",
        "  NOT",
        "    ANY_DEPS_MATCH = any_deps_in_progress",
        "      OR = in_progress",
        "        run_in_progress",
        "        backfill_in_progress",
        "  NOT",
        "    OR = in_progress",
        "      run_in_progress",
        "      backfill_in_progress",
    ]


def test_on_cron_waits_for_all_dependencies_after_each_tick():
    cron = "cron_tick_passed(cron_schedule=0 * * * *, cron_timezone=Europe/Rome)"

    assert outline(AC.on_cron("0 * * * *", "Europe/Rome")) == [
        "AND = on_cron(0 * * * *, Europe/Rome)",
        "  in_latest_time_window",
        "  SINCE",
        f"    {cron}",
        "    OR = handled",
        "      newly_requested",
        "      newly_updated",
        "      initial_evaluation",
        "  ALL_DEPS_MATCH = all_deps_updated_since_cron(0 * * * *, Europe/Rome)",
        "    OR",
        "      SINCE",
        "        newly_updated",
        f"        {cron}",
        "      will_be_requested",
    ]


def test_on_missing_waits_for_new_partitions():
    assert outline(AC.on_missing()) == [
        "AND = on_missing",
        "  in_latest_time_window",
        "  SINCE = missing_since_last_handled",
        "    NEWLY_TRUE",
        "      missing",
        "    OR = handled",
        "      newly_requested",
        "      newly_updated",
        "      initial_evaluation",
        "  NOT",
        "    ANY_DEPS_MATCH = any_deps_missing",
        "      AND",
        "        missing",
        "        NOT",
        "          will_be_requested",
    ]


@pytest.mark.parametrize(
    ("condition", "name", "label"),
    [
        (AC.missing(), "missing", None),
        (AC.run_in_progress(), "run_in_progress", None),
        (AC.backfill_in_progress(), "backfill_in_progress", None),
        (AC.in_progress(), "OR", "in_progress"),
        (AC.execution_failed(), "execution_failed", None),
        (AC.check_passed(), "check_passed", None),
        (AC.check_failed(), "check_failed", None),
        (AC.initial_evaluation(), "initial_evaluation", None),
        (AC.in_latest_time_window(), "in_latest_time_window", None),
        (
            AC.in_latest_time_window(timedelta(hours=48)),
            "in_latest_time_window(lookback_timedelta=2 days, 0:00:00)",
            None,
        ),
        (AC.will_be_requested(), "will_be_requested", None),
        (AC.newly_updated(), "newly_updated", None),
        (AC.newly_requested(), "newly_requested", None),
        (AC.executed_with_root_target(), "executed_with_root_target", None),
        (
            AC.executed_with_tags(tag_keys={"b", "a"}, tag_values={"x": "y"}),
            "executed_with_tags(tag_keys={a,b}, tag_values={x:y})",
            None,
        ),
        (
            AC.all_new_updates_have_run_tags(tag_keys={"a"}),
            "all_new_updates_have_run_tags(tag_keys={a})",
            None,
        ),
        (
            AC.any_new_update_has_run_tags(tag_values={"z": "1", "b": "2"}),
            "any_new_update_has_run_tags(tag_values={b:2,z:1})",
            None,
        ),
        (AC.code_version_changed(), "code_version_changed", None),
        (AC.data_version_changed(), "data_version_changed", None),
        (AC.freshness_passed(), "freshness_result(state=FreshnessState.PASS)", "freshness_passed"),
        (AC.freshness_warned(), "freshness_result(state=FreshnessState.WARN)", "freshness_warned"),
        (AC.freshness_failed(), "freshness_result(state=FreshnessState.FAIL)", "freshness_failed"),
        (AC.newly_missing(), "NEWLY_TRUE", "newly_missing"),
        (AC.any_deps_updated(), "ANY_DEPS_MATCH", "any_deps_updated"),
        (AC.any_deps_missing(), "ANY_DEPS_MATCH", "any_deps_missing"),
        (AC.any_deps_in_progress(), "ANY_DEPS_MATCH", "any_deps_in_progress"),
        (
            AC.all_deps_blocking_checks_passed(),
            "ALL_DEPS_MATCH",
            "all_deps_blocking_checks_passed",
        ),
        (AC.any_checks_match(A), "ANY_CHECKS_MATCH", None),
        (AC.all_checks_match(A, blocking_only=True), "ALL_CHECKS_MATCH(blocking_only=True)", None),
        (
            AC.any_job_root_assets_match(A),
            "ANY_JOB_ROOT_ASSETS_MATCH",
            "any_job_root_assets_match(missing)",
        ),
        (
            AC.all_job_root_assets_match(AC.eager()),
            "ALL_JOB_ROOT_ASSETS_MATCH",
            "all_job_root_assets_match(eager)",
        ),
        (AC.asset_matches(["raw", "orders"], A), "raw/orders", None),
        (AC.any_downstream_conditions(), "ANY_DOWNSTREAM_CONDITIONS", None),
    ],
)
def test_each_condition_is_named_for_explanations(condition, name, label):
    assert (condition.name, condition.get_label()) == (name, label)


def test_a_condition_says_in_words_what_its_name_does_not():
    assert AC.in_latest_time_window().description == "In the newest time window"
    assert AC.will_be_requested().description == "Among what this tick requests"
    assert (A & B).description == "All of"
    assert (A | B).description == "Any of"
    assert (~A).description == "Not"


def test_equal_conditions_are_equal_and_have_equal_hashes():
    assert (A & ~B).since(C) == (AC.missing() & ~AC.newly_updated()).since(C)
    assert hash((A & ~B).since(C)) == hash((AC.missing() & ~AC.newly_updated()).since(C))
    assert A != B
    assert A.with_label("x") != A
    assert A != "missing"


def test_a_condition_is_printed_as_nested_calls():
    assert str(A.since(~B).with_label("old")) == (
        "SinceCondition(label='old', trigger_condition=MissingAutomationCondition(label=None), "
        "reset_condition=NotAutomationCondition(label=None, "
        "operand=NewlyUpdatedCondition(label=None)))"
    )
    assert str(A & B) == (
        "AndAutomationCondition(label=None, operands=[MissingAutomationCondition(label=None), "
        "NewlyUpdatedCondition(label=None)])"
    )


def test_unlabelled_conjunctions_and_disjunctions_are_opened():
    named = (A & B).with_label("named")

    assert (A & B) & (C & A) == A & B & C & A
    assert list((named & C).children) == [named, C]
    assert list((C & named).children) == [C, named]
    assert list(((A | B) | (B | C)).children) == [A, B, B, C]
    assert list(((A & B) | C).children) == [A & B, C]


def test_since_last_handled_is_reset_by_requests_updates_and_the_first_evaluation():
    handled = (AC.newly_requested() | AC.newly_updated() | AC.initial_evaluation()).with_label(
        "handled"
    )

    assert A.since_last_handled() == A.since(handled)


def test_without_drops_an_operand_and_keeps_the_label():
    condition = (A & B & C).with_label("mine")

    assert condition.without(AC.newly_updated()) == (A & C).with_label("mine")


@pytest.mark.parametrize(
    ("condition", "removed", "message"),
    [
        (A & B & C, AC.in_progress(), "'in_progress' cannot be left out, as it is not"),
        (A | B, A, "cannot be left out, as it is not one of"),
        (A, A, "cannot be left out, as it is not one of"),
        (A & B, A, "is one condition, and '&' joins two or more"),
    ],
)
def test_without_needs_an_operand_of_a_conjunction_of_three(condition, removed, message):
    with pytest.raises(ParameterCheckError, match=message):
        condition.without(removed)


def test_replace_finds_parts_by_value_name_and_label():
    labelled = B.with_label("news")

    assert (A & labelled | C).replace(A, C) == C & labelled | C
    assert (A & labelled).replace("missing", C) == C & labelled
    assert (A & labelled).replace("news", C) == A & C
    assert AC.any_deps_match(A).replace(A, C) == AC.any_deps_match(C)
    assert A.since(B).replace(B, C) == A.since(C)
    assert (~A).replace("NOT", C) == C
    assert AC.asset_matches("x", A).replace(A, C) == AC.asset_matches("x", C)
    assert (A & B).replace("nowhere", C) == A & B


def test_replace_keeps_the_label_of_what_it_changes():
    changed = AC.eager().replace("newly_updated", AC.data_version_changed())

    assert changed.get_label() == "eager"
    assert changed != AC.eager()


def test_replace_does_not_look_inside_newly_true_and_checks():
    assert AC.newly_missing().replace("missing", C) == AC.newly_missing()
    assert AC.any_checks_match(A).replace(A, C) == AC.any_checks_match(A)


@pytest.mark.parametrize("method", ["allow", "ignore"])
def test_filters_reach_dependencies_through_the_tree(method):
    selection = AssetSelection.assets("a")

    def filtered(condition: BuiltinAutomationCondition) -> BuiltinAutomationCondition:
        return getattr(condition, method)(selection)

    deps, checks = AC.any_deps_match(C), AC.all_checks_match(C)
    assert filtered(A & deps | ~checks) == A & filtered(deps) | ~filtered(checks)
    assert filtered(deps.since(A)) == filtered(deps).since(A)
    assert filtered(deps.newly_true()) == deps.newly_true()
    assert filtered(A) == A
    assert filtered(deps).name == f'ANY_DEPS_MATCH({method}_selection=key:"a")'


def test_repeated_filters_add_up():
    twice = AC.any_deps_match(A).allow(AssetSelection.assets("a")).allow(AssetSelection.groups("g"))

    assert twice.name == 'ANY_DEPS_MATCH(allow_selection=group:"g" or key:"a")'


def test_filters_want_a_selection():
    with pytest.raises(ParameterCheckError, match="filtered with an AssetSelection, not 'a'"):
        AC.eager().allow("a")  # pyright: ignore[reportArgumentType]


def test_dependencies_can_be_seen_through_virtual_assets():
    seen = AC.any_deps_match(A).resolve_through_virtual()

    assert seen.name == "ANY_DEPS_MATCH(resolves_virtual_deps=True)"
    assert seen.resolve_through_virtual(value=False) == AC.any_deps_match(A)
    assert AC.any_checks_match(A).resolve_through_virtual() == AC.any_checks_match(A)


@pytest.mark.parametrize("text", ["", "* * *", "0 0 30 2 *", "61 * * * *", "0 0 * * * *"])
def test_a_cron_condition_needs_a_schedule(text):
    with pytest.raises(ParameterCheckError, match="is not a cron schedule"):
        AC.cron_tick_passed(text)
    with pytest.raises(ParameterCheckError, match="is not a cron schedule"):
        AC.on_cron(text)


def test_a_cron_condition_needs_a_timezone():
    with pytest.raises(InvalidDefinitionError, match="There is no timezone 'Mars/Base'"):
        AC.on_cron("@daily", "Mars/Base")


def test_the_fingerprint_tells_trees_apart_but_not_labels():
    assert (A & B).get_unique_id() == (A & B).with_label("x").get_unique_id()
    assert (A & B).get_unique_id() != (B & A).get_unique_id()
    assert (A & B).get_unique_id() != (A | B).get_unique_id()


def test_a_node_remembers_by_place_unless_it_sees_everything():
    here, there = ({"parent_unique_id": "p", "index": n} for n in (0, 1))

    assert A.get_node_unique_id(**here) != A.get_node_unique_id(**there)
    assert A.since(B).get_node_unique_id(**here) == A.since(B).get_node_unique_id(**there)
    assert A.newly_true().get_node_unique_id() != B.newly_true().get_node_unique_id()


def test_a_filter_does_not_change_what_dependencies_remember_by():
    deps = AC.any_deps_match(A)

    assert deps.allow(AssetSelection.all()).get_node_unique_id() == deps.get_node_unique_id()


def test_conditions_of_users_join_with_the_others():
    condition = Always() & AC.eager()

    assert condition.children[0].name == "Always"
    assert not condition.is_serializable
    assert AC.eager().is_serializable
    assert Always().requires_cursor


def test_a_subclass_without_evaluate_says_what_it_lacks():
    class Nothing(AutomationCondition):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing has no evaluate\(context\)"):
        Nothing().evaluate(None)  # pyright: ignore[reportArgumentType]


def test_annotations_may_name_the_kind_of_key():
    class Keyed(AutomationCondition["AssetKey"]):
        pass

    assert issubclass(Keyed, AutomationCondition)
    assert AutomationContext["AssetKey"].__origin__ is AutomationContext
    assert AutomationResult["AssetKey"].__origin__ is AutomationResult


def test_the_older_form_stands_for_the_condition():
    policy = AC.eager().as_auto_materialize_policy()

    assert policy.to_automation_condition() == AC.eager()


def test_equal_builders_share_one_value():
    assert AC.eager() is AC.eager()
    assert AC.on_cron("@daily") is AC.on_cron("@daily")
