"""What conditions request: histories of small graphs, and the laws of every condition."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_, or_

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.automation.condition import AutomationCondition
from penstock.automation.context import AutomationContext, AutomationResult
from penstock.automation.cursor import AutomationCursor
from penstock.automation.explain import explain
from penstock.errors import InvalidDefinitionError, InvariantViolationError
from penstock.graph.selection import AssetSelection
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode
from penstock.partitions.mapping import AllPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.testing.automation_history import AutomationHistory

AC = AutomationCondition
DAYS = DailyPartitionsDefinition(start_date="2024-01-01")
LETTERS = StaticPartitionsDefinition(["x", "y", "z"])
NOON = datetime(2024, 1, 5, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
FIRST, SECOND, THIRD = "2024-01-01", "2024-01-02", "2024-01-03"
LAST = "2024-01-04"


def asset(name: str, *deps: str, external: bool = False, **facts: object) -> AssetNode:
    return AssetNode(
        key=AssetKey(name),
        node=None if external else name,
        deps=tuple(AssetDependency(AssetKey(dep)) for dep in deps),
        **facts,  # pyright: ignore[reportArgumentType]
    )


def history(
    *nodes: AssetNode, checks: tuple[CheckNode, ...] = (), **conditions: AutomationCondition
) -> AutomationHistory:
    return AutomationHistory(
        manifest=Manifest(location="here", assets=nodes, checks=checks),
        conditions={AssetKey(name): condition for name, condition in conditions.items()},
        now=NOON,
    )


def test_eager_does_not_fire_for_what_was_missing_before():
    told = history(asset("a"), a=AC.eager())

    assert told.tick() == {}
    assert told.tick() == {}


def test_eager_fires_when_a_dependency_is_updated():
    told = history(asset("up"), asset("a", "up"), a=AC.eager())
    told.tick()
    told.make("up")

    assert told.tick() == {"a": [None]}
    assert told.tick() == {}


def test_eager_fires_in_one_tick_down_a_chain():
    told = history(
        asset("up"),
        asset("a", "up"),
        asset("b", "a"),
        asset("c", "b"),
        a=AC.eager(),
        b=AC.eager(),
        c=AC.eager(),
    )
    told.tick()
    told.make("up")

    assert told.tick() == {"a": [None], "b": [None], "c": [None]}


def test_a_cron_asset_takes_eager_ones_along_in_the_same_tick():
    told = history(
        asset("a"),
        asset("b", "a"),
        asset("c", "b"),
        a=AC.on_cron("0 * * * *"),
        b=AC.eager(),
        c=AC.eager(),
    )
    told.tick()
    told.now += HOUR

    assert told.tick() == {"a": [None], "b": [None], "c": [None]}


def test_eager_waits_for_missing_dependencies_and_remembers_why_it_wants_to_run():
    told = history(asset("up"), asset("other"), asset("a", "up", "other"), a=AC.eager())
    told.tick()
    told.make("up")

    assert told.tick() == {}
    told.make("other")
    assert told.tick() == {"a": [None]}


def test_eager_waits_for_what_is_in_progress():
    told = history(asset("up"), asset("a", "up"), a=AC.eager())
    told.tick()
    told.make("up")
    told.running.add((AssetKey("up"), None))

    assert told.tick() == {}
    told.running.clear()
    told.filling.add((AssetKey("a"), None))
    assert told.tick() == {}
    told.filling.clear()
    assert told.tick() == {"a": [None]}


def test_eager_ignores_an_update_by_a_run_that_made_the_asset_too():
    told = history(asset("up"), asset("a", "up"), a=AC.eager())
    told.tick()
    told.make("up", targets=["up", "a"])

    assert told.tick() == {}


def test_eager_fires_in_spite_of_a_failed_blocking_check():
    check = CheckNode(asset=AssetKey("up"), name="good", node="up_good", blocking=True)
    told = history(asset("up"), asset("a", "up"), checks=(check,), a=AC.eager())
    told.tick()
    told.make("up")
    told.check("up", "good", passed=False)

    assert told.tick() == {"a": [None]}


def test_eager_looks_at_the_newest_day_only():
    told = history(asset("up", partitions=DAYS), asset("a", "up", partitions=DAYS), a=AC.eager())
    told.tick()
    told.make(f"up@{FIRST}", f"up@{LAST}")

    assert told.tick() == {"a": [LAST]}


def test_eager_makes_a_new_day_once_it_has_ended():
    told = history(asset("a", partitions=DAYS), a=AC.eager())

    assert told.tick() == {}
    told.now += 24 * HOUR
    assert told.tick() == {"a": ["2024-01-05"]}


def test_on_missing_makes_only_what_is_added_later():
    told = history(asset("a", partitions=DAYS), a=AC.on_missing())

    assert told.tick() == {}
    told.now += 24 * HOUR
    assert told.tick() == {"a": ["2024-01-05"]}
    assert told.tick() == {}


def test_on_missing_waits_for_its_dependencies():
    told = history(
        asset("up", partitions=DAYS), asset("a", "up", partitions=DAYS), a=AC.on_missing()
    )
    told.tick()
    told.now += 24 * HOUR

    assert told.tick() == {}
    told.make("up@2024-01-05")
    assert told.tick() == {"a": ["2024-01-05"]}


def test_on_cron_fires_at_the_tick_without_dependencies():
    told = history(asset("a"), a=AC.on_cron("0 * * * *"))
    told.now += HOUR / 4

    assert told.tick() == {}
    told.now += HOUR / 2
    assert told.tick() == {}
    told.now += HOUR / 2
    assert told.tick() == {"a": [None]}
    told.now += 60
    assert told.tick() == {}


def test_on_cron_waits_for_every_dependency_to_be_updated_after_the_tick():
    told = history(asset("one"), asset("two"), asset("a", "one", "two"), a=AC.on_cron("0 * * * *"))
    told.now += HOUR / 2
    told.tick()
    told.make("one", "two")
    told.now += 60
    told.tick()
    told.now += HOUR / 2

    assert told.tick() == {}
    told.now += 60
    told.make("one")
    assert told.tick() == {}
    told.now += 60
    told.make("two")
    assert told.tick() == {"a": [None]}


def test_an_update_before_the_cron_tick_does_not_count_and_one_after_does():
    """Both fall between two evaluations; their times tell."""
    before = history(asset("up"), asset("a", "up"), a=AC.on_cron("0 * * * *"))
    before.now += HOUR - 120
    before.tick()
    before.now += 60
    before.make("up")
    before.now += 120
    after = history(asset("up"), asset("a", "up"), a=AC.on_cron("0 * * * *"))
    after.now += HOUR - 120
    after.tick()
    after.now += 150
    after.make("up")
    after.now += 30

    assert before.tick() == {}
    assert after.tick() == {"a": [None]}


def test_missing_holds_until_it_is_made():
    told = history(asset("a"), a=AC.missing())

    assert told.tick() == {"a": [None]}
    assert told.tick() == {"a": [None]}
    told.make("a")
    assert told.tick() == {}


def test_newly_true_holds_for_one_tick_also_for_the_first():
    told = history(asset("a"), a=AC.newly_missing())

    assert told.tick() == {"a": [None]}
    assert told.tick() == {}


def test_newly_updated_is_empty_at_first():
    told = history(asset("a"), a=AC.newly_updated())
    told.make("a")

    assert told.tick() == {}
    told.make("a")
    assert told.tick() == {"a": [None]}
    assert told.tick() == {}


def test_newly_requested_follows_a_request_by_one_tick():
    told = history(
        asset("a"), asset("b"), a=AC.newly_missing(), b=AC.asset_matches("a", AC.newly_requested())
    )

    assert told.tick() == {"a": [None]}
    assert told.tick() == {"b": [None]}
    assert told.tick() == {}


def test_the_first_evaluation_is_the_first_of_a_kind_of_partitions():
    told = history(asset("a", partitions=LETTERS), a=AC.initial_evaluation())

    assert told.tick() == {"a": ["x", "y", "z"]}
    assert told.tick() == {}
    told.manifest = Manifest(location="here", assets=(asset("a", partitions=DAYS),))
    assert told.tick() == {"a": [FIRST, SECOND, THIRD, LAST]}
    told.manifest = Manifest(location="here", assets=(asset("a"),))
    assert told.tick() == {"a": [None]}


def test_a_cron_tick_never_passes_on_the_first_evaluation():
    """A tick at the very moment of an evaluation counts for the next one, too."""
    told = history(asset("a"), a=AC.cron_tick_passed("0 * * * *"))

    assert told.tick() == {}
    told.now += 3 * HOUR
    assert told.tick() == {"a": [None]}
    told.now += 1
    assert told.tick() == {"a": [None]}
    told.now += 1
    assert told.tick() == {}


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (None, [LAST]),
        (timedelta(hours=24), [LAST]),
        (timedelta(hours=47), [LAST]),
        (timedelta(hours=48), [THIRD, LAST]),
        (timedelta(days=400), [FIRST, SECOND, THIRD, LAST]),
    ],
)
def test_the_latest_window_looks_back_from_its_end(delta, expected):
    told = history(asset("a", partitions=DAYS), a=AC.in_latest_time_window(delta))

    assert told.tick() == {"a": expected}


def test_a_delta_shorter_than_a_window_finds_none():
    told = history(asset("a", partitions=DAYS), a=AC.in_latest_time_window(timedelta(hours=12)))

    assert told.tick() == {}


def test_all_keys_of_the_newest_window_count_in_several_dimensions():
    grid = MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS})
    told = history(asset("a", partitions=grid), a=AC.in_latest_time_window())

    assert told.tick() == {"a": [f"{LAST}|x", f"{LAST}|y", f"{LAST}|z"]}


def test_everything_is_in_the_latest_window_without_windows():
    told = history(
        asset("a", partitions=LETTERS),
        asset("b"),
        a=AC.in_latest_time_window(),
        b=AC.in_latest_time_window(),
    )

    assert told.tick() == {"a": ["x", "y", "z"], "b": [None]}


def test_no_window_is_the_latest_before_the_first_has_ended():
    told = history(asset("a", partitions=DAYS), a=AC.in_latest_time_window())
    told.now = datetime(2024, 1, 1, 5, tzinfo=UTC).timestamp()

    assert told.tick() == {}


def test_versions_change_between_two_evaluations():
    told = history(
        asset("code", code_version="1"),
        asset("data"),
        code=AC.code_version_changed(),
        data=AC.data_version_changed(),
    )
    told.make("data", version="v1")

    assert told.tick() == {}
    told.manifest = Manifest(
        location="here", assets=(asset("code", code_version="2"), asset("data"))
    )
    told.make("data", version="v1")
    assert told.tick() == {"code": [None]}
    told.make("data", version="v2")
    assert told.tick() == {"data": [None]}
    assert told.tick() == {}


def test_states_are_asked_of_the_facts():
    told = history(
        asset("failed"),
        asset("stale"),
        asset("fresh"),
        asset("free"),
        failed=AC.execution_failed(),
        stale=AC.freshness_failed(),
        fresh=AC.freshness_passed() | AC.freshness_warned(),
        free=~AC.freshness_passed() & ~AC.freshness_warned() & ~AC.freshness_failed(),
    )
    told.failed.add((AssetKey("failed"), None))
    told.fresh = {
        AssetKey("stale"): FreshnessState.FAIL,
        AssetKey("fresh"): FreshnessState.WARN,
    }

    assert told.tick() == {"failed": [None], "stale": [None], "fresh": [None], "free": [None]}


def test_run_tags_are_asked_of_the_latest_run_or_of_all_new_ones():
    some = AC.any_new_update_has_run_tags(tag_keys={"manual"})
    every = AC.all_new_updates_have_run_tags(tag_values={"manual": "yes"})
    last = AC.executed_with_tags(tag_keys={"manual"}, tag_values={"who": "me"})
    told = history(asset("a"), asset("b"), asset("c"), asset("d"), a=some, b=every, c=last)
    told.make("c", tags={"manual": "no", "who": "me"})

    assert told.tick() == {"c": [None]}
    told.make("a", "b", "c", tags={"manual": "yes"})
    assert told.tick() == {"a": [None], "b": [None]}
    told.make("a", "b", tags={"manual": "yes"})
    told.make("a", "b")
    assert told.tick() == {"a": [None]}


def test_and_asks_each_operand_about_what_is_left():
    told = history(
        asset("a", partitions=DAYS),
        a=AC.in_latest_time_window() & AC.missing() & AC.execution_failed(),
    )

    result = told.evaluate().results[AssetKey("a")]
    asked = [child.context.candidate_subset.size for child in result.child_results]
    assert asked == [4, 1, 1]


def test_since_holds_from_the_trigger_to_the_reset():
    told = history(
        asset("a"),
        asset("b"),
        a=AC.asset_matches("b", AC.newly_updated()).since(AC.newly_updated()),
    )

    told.tick()
    told.make("b")
    assert told.tick() == {"a": [None]}
    assert told.tick() == {"a": [None]}
    told.make("a")
    assert told.tick() == {}
    told.make("b", "a")
    assert told.tick() == {}


def test_any_and_all_look_at_some_partition_of_a_dependency():
    told = history(
        asset("one", partitions=LETTERS),
        asset("two", partitions=LETTERS),
        asset("some", "one", "two", partitions=LETTERS),
        asset("every", "one", "two", partitions=LETTERS),
        asset("whole", "one", "two"),
        some=~AC.any_deps_match(AC.missing()),
        every=AC.all_deps_match(~AC.missing()),
        whole=AC.all_deps_match(~AC.missing()),
    )
    told.make("one@x", "two@x", "one@y", "two@z")

    assert told.tick() == {"some": ["x"], "every": ["x"], "whole": [None]}


def test_all_over_nothing_is_true_and_any_is_not():
    told = history(
        asset("a"),
        asset("b"),
        asset("c"),
        a=AC.all_deps_match(AC.missing()),
        b=AC.any_deps_match(AC.missing()),
        c=AC.all_checks_match(AC.check_passed()) & ~AC.any_checks_match(AC.check_passed()),
    )

    assert told.tick() == {"a": [None], "c": [None]}


def test_selections_choose_among_dependencies():
    deps = AC.any_deps_match(AC.missing())
    told = history(
        asset("one"),
        asset("two"),
        asset("a", "one", "two"),
        asset("b", "one", "two"),
        a=deps.allow(AssetSelection.assets("one", "unknown")),
        b=deps.ignore(AssetSelection.assets("two")),
    )
    told.make("two")

    assert told.tick() == {"a": [None], "b": [None]}
    told.make("one")
    assert told.tick() == {}


def test_checks_have_conditions_and_are_asked_about():
    good = CheckNode(asset=AssetKey("a"), name="good", node="a_good", blocking=True)
    fair = CheckNode(asset=AssetKey("a"), name="fair", node="a_fair")
    told = history(
        asset("a"),
        asset("b", "a"),
        checks=(good, fair),
        a=AC.any_checks_match(AC.check_failed()),
        b=AC.all_deps_blocking_checks_passed(),
    )
    told.conditions[AssetCheckKey(AssetKey("a"), "fair")] = AC.any_deps_updated()

    assert told.tick() == {}
    told.check("a", "good", passed=True)
    assert told.tick() == {"b": [None]}
    told.make("a")
    told.check("a", "fair", passed=False)
    assert told.tick() == {"a": [None], "a:fair": [None]}
    told.check("a", "good", passed=True)
    assert told.tick() == {"a": [None], "b": [None], "a:fair": [None]}


def test_conditions_further_down_can_be_asked_for_upstream():
    told = history(
        asset("root"),
        asset("middle", "root"),
        asset("end", "middle"),
        root=AC.any_downstream_conditions(),
        middle=AC.any_downstream_conditions(),
        end=AC.on_cron("0 * * * *"),
    )
    told.tick()
    told.now += HOUR

    assert told.tick() == {"root": [None], "middle": [None], "end": [None]}


def test_what_one_step_makes_together_is_requested_together():
    pair = (asset("a"), AssetNode(key=AssetKey("b"), node="a", output="b"))
    told = history(
        *pair, asset("c", "b"), a=AC.missing(), c=AC.any_deps_match(AC.will_be_requested())
    )

    assert told.tick() == {"a": [None], "b": [None], "c": [None]}
    told.manifest = Manifest(
        location="here",
        assets=told.manifest.assets,
        nodes=(StepNode(name="a", can_subset=True),),
    )
    assert told.tick() == {"a": [None]}


def test_a_request_counts_only_where_one_run_can_make_both():
    told = history(
        asset("days", partitions=DAYS),
        asset("same", "days", partitions=DAYS),
        asset("whole", "days"),
        asset("source", external=True),
        asset("reader", "source"),
        days=AC.missing(),
        same=AC.any_deps_match(AC.will_be_requested()),
        whole=AC.any_deps_match(AC.will_be_requested()),
        source=AC.missing(),
        reader=AC.any_deps_match(AC.will_be_requested()),
    )

    days = [FIRST, SECOND, THIRD, LAST]
    assert told.tick() == {"days": days, "same": days, "source": [None]}


def test_a_mapping_of_the_dependency_counts():
    mapped = AssetNode(
        key=AssetKey("a"),
        node="a",
        deps=(AssetDependency(AssetKey("up"), AllPartitionMapping()),),
        partitions=LETTERS,
    )
    told = history(asset("up", partitions=LETTERS), mapped, a=AC.any_deps_match(AC.missing()))
    told.make("up@x", "up@y")

    assert told.tick() == {"a": ["x", "y", "z"]}


def test_an_asset_may_read_its_own_past_partitions():
    told = history(asset("a", "a", partitions=LETTERS), a=AC.any_deps_match(AC.missing()))
    told.make("a@x")

    assert told.tick() == {"a": ["y", "z"]}


def test_conditions_of_unknown_assets_are_left_out():
    told = history(asset("a"), a=AC.missing(), gone=AC.missing())

    assert told.tick() == {"a": [None]}


def test_conditions_on_jobs_refuse_assets():
    told = history(asset("a"), a=AC.any_job_root_assets_match(AC.missing()))

    with pytest.raises(InvalidDefinitionError, match="'a' is not a job"):
        told.tick()


class Toggling(AutomationCondition):
    """True on every second tick."""

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        context.log.info("toggling %s", context.key)
        if context.cursor == "on":
            return AutomationResult(context, context.candidate_subset, cursor="off")
        return AutomationResult(context, context.get_empty_subset(), cursor="on")


class Waiting(AutomationCondition):
    """Asks another condition, asynchronously."""

    async def evaluate(self, context: AutomationContext) -> AutomationResult:  # pyright: ignore[reportIncompatibleMethodOverride]
        child = context.for_child_condition(AC.missing(), [0], context.candidate_subset)
        result = await child.evaluate_async()
        return AutomationResult(context, result.true_subset, child_results=[result])


class Wrong(AutomationCondition):
    def evaluate(self, context: AutomationContext) -> AutomationResult:
        return True  # pyright: ignore[reportReturnType]


def test_a_condition_of_a_user_remembers_its_cursor():
    told = history(asset("a"), a=Toggling())

    assert [told.tick() for _ in range(4)] == [{}, {"a": [None]}, {}, {"a": [None]}]


def test_a_condition_of_a_user_may_be_asynchronous():
    told = history(asset("a"), a=Waiting() & ~AC.in_progress())

    assert told.tick() == {"a": [None]}


def test_a_condition_of_a_user_returns_a_result():
    with pytest.raises(InvariantViolationError, match="'Wrong' returned True"):
        history(asset("a"), a=Wrong()).tick()


class Forgetful(AutomationCondition):
    """Reads a cursor that it does not keep."""

    @property
    def requires_cursor(self) -> bool:
        return False

    def evaluate(self, context: AutomationContext) -> AutomationResult:
        assert context.previous_true_subset is None
        return AutomationResult(context, context.get_empty_subset())


def test_a_cursor_that_is_not_kept_cannot_be_read():
    with pytest.raises(InvariantViolationError, match="does not keep one"):
        history(asset("a"), a=Forgetful()).tick()


GRAPH = (
    asset("source", external=True),
    asset("up", "source", partitions=LETTERS),
    asset("a", "up", partitions=LETTERS),
    asset("whole", "a"),
)
PARTS = ["source", "up@x", "up@y", "a@x", "a@z", "whole"]
LEAVES = [
    AC.missing(),
    AC.newly_updated(),
    AC.newly_requested(),
    AC.will_be_requested(),
    AC.initial_evaluation(),
    AC.in_progress(),
    AC.cron_tick_passed("0 * * * *"),
    AC.in_latest_time_window(),
    AC.data_version_changed(),
    AC.eager(),
    AC.on_missing(),
    AC.on_cron("0 * * * *"),
    AC.any_downstream_conditions(),
]
conditions = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: two[0] & two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] | two[1]),
        st.tuples(inner, inner).map(lambda two: two[0].since(two[1])),
        inner.map(lambda one: ~one),
        inner.map(lambda one: one.newly_true()),
        inner.map(AC.any_deps_match),
        inner.map(AC.all_deps_match),
        inner.map(lambda one: AC.asset_matches("up", one)),
    ),
    max_leaves=4,
)
steps = st.lists(st.one_of(st.sampled_from(PARTS), st.just("wait"), st.just("tick")), max_size=8)


def _told(story: list[str], chosen: dict[str, AutomationCondition]) -> list[AutomationResult]:
    told = history(*GRAPH, **chosen)
    results: list[AutomationResult] = []
    for step in [*story, "tick"]:
        if step == "wait":
            told.now += HOUR
        elif step == "tick":
            results += told.evaluate().results.values()
        else:
            told.make(step)
    return results


def _nodes(result: AutomationResult) -> list[AutomationResult]:
    return [result, *(node for child in result.child_results for node in _nodes(child))]


@settings(max_examples=60)
@given(story=steps, up=conditions, a=conditions, whole=conditions)
def test_every_answer_is_among_the_candidates(story, up, a, whole):
    for result in _told(story, {"up": up, "a": a, "whole": whole}):
        for node in _nodes(result):
            assert (node.true_subset - node.context.candidate_subset).is_empty


@settings(max_examples=60)
@given(story=steps, up=conditions, a=conditions, whole=conditions)
def test_the_same_history_gives_the_same_answers(story, up, a, whole):
    chosen = {"up": up, "a": a, "whole": whole}

    first, second = _told(story, chosen), _told(story, chosen)

    assert [repr(n) for r in first for n in _nodes(r)] == [
        repr(n) for r in second for n in _nodes(r)
    ]


@settings(max_examples=60)
@given(story=steps, up=conditions, a=conditions, whole=conditions)
def test_the_operators_are_the_algebra_of_sets(story, up, a, whole):
    for result in _told(story, {"up": up, "a": a, "whole": whole}):
        for node in _nodes(result):
            candidates, own = node.context.candidate_subset, node.true_subset
            below = [child.true_subset for child in node.child_results]
            if node.condition.name == "NOT":
                assert own == candidates - below[0]
            elif node.condition.name == "OR":
                assert own == reduce(or_, below)
            elif node.condition.name == "AND":
                assert own == reduce(and_, below)


@settings(max_examples=60)
@given(story=steps, up=conditions, a=conditions, whole=conditions)
def test_the_explanation_covers_every_node_that_was_asked(story, up, a, whole):
    for result in _told(story, {"up": up, "a": a, "whole": whole}):
        explained = explain(result)

        assert len(list(explained.lines())) == len(_nodes(result))
        assert explained.true_size == result.true_subset.size


@settings(max_examples=30)
@given(story=steps, up=conditions, a=conditions)
def test_a_cursor_that_went_through_the_store_is_as_good(story, up, a):
    told, kept = (history(*GRAPH, up=up, a=a) for _ in range(2))
    for step in ["tick", *story, "tick"]:
        for each in (told, kept):
            if step == "wait":
                each.now += HOUR
            elif step != "tick":
                each.make(step)
        if step == "tick":
            assert told.tick() == kept.tick()
            kept.cursor = msgspec.json.decode(
                msgspec.json.encode(kept.cursor), type=AutomationCursor
            )
