"""Plans of runs that repeat a part of another: what runs, and where the rest is taken from."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import RunId
from penstock.errors import InvalidSubsetError, InvariantViolationError, StepNotFoundError
from penstock.model.events import AnyEvent, StepSkipped, StepSucceeded
from penstock.model.manifest import NeedKind
from penstock.plan.again import (
    ParentFacts,
    PastRun,
    parent_facts,
    plan_again,
    select_steps,
    unfinished_steps,
)
from penstock.plan.plan import Inherited, Need, Plan, Step

R1, R2, R3 = RunId("r1"), RunId("r2"), RunId("r3")
CHAIN = Plan(
    (
        Step("a", "a"),
        Step("b", "b", (Need(0, "result", "x"),)),
        Step("c", "c", (Need(1, "result", "x"), Need(0, "result", "y"))),
    )
)
MAPPED = Plan(
    (
        Step("split", "split"),
        Step("double[?]", "double", (Need(0, "out", "x"),), over=(0, "out")),
        Step("show[?]", "show", (Need(1, "result", "x"),), over=(0, "out")),
        Step("total", "total", (Need(2, "result", "xs", "collect"),)),
    )
)
FAN = Plan(
    (
        Step("a", "a"),
        Step("b", "b"),
        Step("join", "join", (Need(0, "x", "xs", "fan_in"), Need(1, "x", "xs", "fan_in"))),
    )
)


def facts(plan: Plan, *events: AnyEvent) -> ParentFacts:
    return parent_facts([PastRun(R1, plan, events)])


def ended(*steps: str) -> list[AnyEvent]:
    return [StepSucceeded(step) for step in steps]


def split(*keys: str) -> StepSucceeded:
    return StepSucceeded("split", mapped={"out": keys})


def test_what_does_not_run_again_is_taken_from_the_parent():
    parent = facts(CHAIN, *ended("a", "b", "c"))

    plan = plan_again(CHAIN, selected={"c"}, parent=parent)

    taken = (
        Inherited("x", "b", "result", run=R1, place=0),
        Inherited("y", "a", "result", run=R1, place=0),
    )
    assert plan == Plan((Step("c", "c", inherited=taken),))


def test_what_runs_again_is_waited_for():
    parent = facts(CHAIN, *ended("a", "b", "c"))

    plan = plan_again(CHAIN, selected={"b", "c"}, parent=parent)

    assert plan == Plan(
        (
            Step("b", "b", inherited=(Inherited("x", "a", "result", run=R1),)),
            Step(
                "c",
                "c",
                (Need(0, "result", "x"),),
                inherited=(Inherited("y", "a", "result", run=R1, place=1),),
            ),
        )
    )


def test_what_nobody_made_is_named_in_the_plan():
    parent = facts(CHAIN, *ended("a"))

    plan = plan_again(CHAIN, selected={"c"}, parent=parent)

    assert plan.steps[0].inherited == (
        Inherited("x", "b", "result", run=None),
        Inherited("y", "a", "result", run=R1),
    )


def test_an_order_without_a_value_is_forgotten_where_the_first_does_not_run_again():
    ordered = Plan((Step("a", "a"), Step("b", "b", (Need(0),))))

    plan = plan_again(ordered, selected={"b"}, parent=facts(ordered, *ended("a")))

    assert plan == Plan((Step("b", "b"),))


def test_a_list_leaves_out_what_was_not_produced():
    parent = facts(FAN, StepSucceeded("a", skipped=("x",)), StepSucceeded("b"))

    plan = plan_again(FAN, selected={"join"}, parent=parent)

    assert plan.steps[0].inherited == (Inherited("xs", "b", "x", kind="fan_in", run=R1),)


def test_a_list_without_any_entry_names_one_that_is_absent():
    plan = plan_again(FAN, selected={"join"}, parent=facts(FAN))

    assert plan.steps[0].inherited == (Inherited("xs", "a", "x", kind="fan_in", run=None),)


def test_one_copy_runs_alone():
    parent = facts(MAPPED, split("p", "q"), *ended("double[p]", "double[q]"))

    plan = plan_again(MAPPED, selected={"show[q]"}, parent=parent)

    taken = Inherited("x", "double[q]", "result", run=R1)
    assert plan == Plan((Step("show[q]", "show", inherited=(taken,)),))


def test_a_template_becomes_its_copies_where_its_producer_does_not_run_again():
    parent = facts(MAPPED, split("p", "q"))

    plan = plan_again(MAPPED, selected={"double[?]", "show[?]", "total"}, parent=parent)

    assert plan == Plan(
        (
            Step("double[p]", "double", inherited=(Inherited("x", "split", "out", "p", run=R1),)),
            Step("double[q]", "double", inherited=(Inherited("x", "split", "out", "q", run=R1),)),
            Step("show[p]", "show", (Need(0, "result", "x"),)),
            Step("show[q]", "show", (Need(1, "result", "x"),)),
            Step(
                "total",
                "total",
                (Need(2, "result", "xs", "fan_in"), Need(3, "result", "xs", "fan_in")),
            ),
        )
    )


def test_a_template_stays_one_where_its_producer_runs_again():
    parent = facts(MAPPED, split("p"), *ended("double[p]", "show[p]", "total"))

    plan = plan_again(MAPPED, selected={"split", "double[?]"}, parent=parent)

    assert plan == Plan(MAPPED.steps[:2])


def test_copies_of_this_run_and_of_the_parent_are_collected_in_order():
    made = ended("double[p]", "show[p]", "double[q]", "double[r]", "show[r]")
    parent = facts(MAPPED, split("p", "q", "r"), *made)

    plan = plan_again(MAPPED, selected={"show[q]", "total"}, parent=parent)

    assert plan.steps[1] == Step(
        "total",
        "total",
        (Need(0, "result", "xs", "fan_in"),),
        inherited=(
            Inherited("xs", "show[p]", "result", kind="collect", run=R1, place=0),
            Inherited("xs", "show[r]", "result", kind="collect", run=R1, place=1),
        ),
    )


def test_no_value_is_an_empty_list_again():
    parent = facts(MAPPED, split(), *ended("total"))

    plan = plan_again(MAPPED, selected={"total"}, parent=parent)

    assert plan == Plan((Step("total", "total"),))


def test_values_that_are_collected_at_once_are_taken_by_mapping_key():
    direct = Plan((MAPPED.steps[0], Step("all", "all", (Need(0, "out", "xs", "collect"),))))

    plan = plan_again(direct, selected={"all"}, parent=facts(direct, split("p", "q")))

    assert plan.steps[0].inherited == (
        Inherited("xs", "split", "out", "p", "collect", R1),
        Inherited("xs", "split", "out", "q", "collect", R1),
    )


@pytest.mark.parametrize(
    ("selected", "error", "message"),
    [
        ({"shwo[p]"}, StepNotFoundError, "Did you mean 'show[p]'"),
        ({"split", "double[p]"}, StepNotFoundError, "Choose 'double[?]'."),
        ({"split", "show[?]"}, InvariantViolationError, "Choose 'double[?]' too."),
    ],
)
def test_what_cannot_run_is_refused_by_name(selected, error, message):
    parent = facts(MAPPED, split("p"), *ended("double[p]", "show[p]"))

    with pytest.raises(error) as refused:
        plan_again(MAPPED, selected=selected, parent=parent)

    assert message in str(refused.value)


def test_copies_of_nothing_are_refused():
    with pytest.raises(InvariantViolationError, match="Choose 'split' too"):
        plan_again(MAPPED, selected={"double[?]"}, parent=facts(MAPPED))


@pytest.mark.parametrize(
    ("queries", "expected"),
    [
        (["b"], {"b"}),
        (["*c"], {"a", "b", "c"}),
        (["+c", "a"], {"a", "b", "c"}),
        (["b+"], {"b", "c"}),
        (["*"], {"a", "b", "c"}),
    ],
)
def test_steps_are_selected_by_queries(queries, expected):
    assert select_steps(CHAIN, queries, parent=facts(CHAIN)) == expected


@pytest.mark.parametrize(
    ("queries", "expected"),
    [
        (["double[p]"], {"double[p]"}),
        (["double[p]+"], {"double[p]", "show[p]"}),
        (["double[p]*"], {"double[p]", "show[p]", "total"}),
        (["+show[q]"], {"double[q]", "show[q]"}),
        (["double[?]*"], {"double[?]", "show[?]", "total"}),
        (["*total"], {"split", "double[?]", "show[?]", "total"}),
        (["*"], {"split", "double[?]", "show[?]", "total"}),
    ],
)
def test_copies_are_selected_by_queries(queries, expected):
    parent = facts(MAPPED, split("p", "q"))

    assert select_steps(MAPPED, queries, parent=parent) == expected


def test_a_query_without_a_step_is_refused_with_near_names():
    with pytest.raises(
        StepNotFoundError, match=r"no step duble\[\?\] to run again\..*Did you mean"
    ):
        select_steps(MAPPED, ["duble[?]"], parent=facts(MAPPED))


def test_a_query_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidSubsetError):
        select_steps(CHAIN, ["a b"], parent=facts(CHAIN))


def test_a_run_goes_on_with_what_failed_and_what_waited_for_it():
    assert unfinished_steps(CHAIN, facts(CHAIN, *ended("a"))) == {"b", "c"}


def test_a_run_goes_on_with_the_copies_that_failed():
    parent = facts(MAPPED, split("p", "q"), *ended("double[p]", "double[q]", "show[p]"))

    assert unfinished_steps(MAPPED, parent) == {"show[q]", "total"}


def test_a_run_goes_on_with_templates_where_their_producer_failed():
    every = {"split", "double[?]", "show[?]", "total"}

    assert unfinished_steps(MAPPED, facts(MAPPED)) == every


def test_a_run_does_not_go_on_with_what_would_be_skipped():
    branches = Plan(
        (
            Step("switch", "switch"),
            Step("late", "late"),
            Step("left", "left", (Need(0, "l", "x"), Need(1, "result", "y"))),
            Step("right", "right", (Need(0, "r", "x"), Need(1, "result", "y"))),
            Step("after", "after", (Need(3, "result", "x"),)),
        )
    )
    parent = facts(branches, StepSucceeded("switch", skipped=("r",)))

    assert unfinished_steps(branches, parent) == {"late", "left"}


def test_skipped_steps_are_finished():
    parent = facts(CHAIN, StepSucceeded("a", skipped=("result",)), StepSkipped("b"), *ended())

    assert unfinished_steps(CHAIN, parent) == set()


def test_what_the_parent_had_taken_itself_is_taken_from_the_run_that_made_it():
    first = PastRun(R1, MAPPED, (split("p", "q"), *ended("double[p]", "double[q]", "show[p]")))
    second_plan = plan_again(MAPPED, selected={"show[q]", "total"}, parent=parent_facts([first]))
    second = PastRun(R2, second_plan, tuple(ended("show[q]")))

    parent = parent_facts([first, second])

    assert unfinished_steps(MAPPED, parent) == {"total"}
    assert plan_again(MAPPED, selected={"total"}, parent=parent).steps[0].inherited == (
        Inherited("xs", "show[p]", "result", kind="collect", run=R1),
        Inherited("xs", "show[q]", "result", kind="collect", run=R2),
    )


def test_what_the_parent_was_to_make_itself_is_not_taken_from_an_earlier_run():
    runs = [
        PastRun(R1, MAPPED, (split("p"), *ended("double[p]", "show[p]", "total"))),
        PastRun(R2, MAPPED, (split("p"),)),
    ]

    parent = parent_facts(runs)

    assert dict(parent.made) == {"split": R2}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw plans of plain steps, with single inputs, lists and bare orders."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 8))):
        upstream = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        kinds = {n: draw(st.sampled_from([*get_args(NeedKind)[:2], None])) for n in upstream}
        needs = tuple(
            Need(n)
            if kind is None
            else Need(n, "result", f"{kind}{n if kind == 'one' else ''}", kind)
            for n, kind in sorted(kinds.items())
        )
        steps.append(Step(f"s{number}", f"s{number}", needs))
    return Plan(tuple(steps))


@given(plans())
def test_the_whole_plan_again_is_the_plan_itself(plan):
    every = {step.key for step in plan.steps}

    assert plan_again(plan, selected=every, parent=facts(plan)) == plan


@given(plans(), st.data())
def test_needs_are_closed(plan, data):
    names = [step.key for step in plan.steps]
    chosen = set(data.draw(st.lists(st.sampled_from(names), unique=True)))
    made = data.draw(st.lists(st.sampled_from(names), unique=True))

    again = plan_again(plan, selected=chosen, parent=facts(plan, *ended(*made)))

    assert [step.key for step in again.steps] == [name for name in names if name in chosen]
    for number, step in enumerate(again.steps):
        assert all(need.step < number for need in step.needs)
        assert all(value.step not in chosen for value in step.inherited)
        assert all((value.run is not None) == (value.step in made) for value in step.inherited)
        assert all(0 <= value.place <= len(step.needs) for value in step.inherited)


@given(st.lists(st.sampled_from("abcdef"), unique=True))
def test_the_whole_plan_with_templates_again_is_the_plan_itself(keys):
    every = {step.key for step in MAPPED.steps}

    assert plan_again(MAPPED, selected=every, parent=facts(MAPPED, split(*keys))) == MAPPED
