"""Graphs flattened to steps: names, needs, fan-in, dynamic mapping, retries, hooks and tags."""

from __future__ import annotations

import pytest

from penstock.define.compile import Place, compile_graph, compile_op
from penstock.define.graph import graph
from penstock.define.hook import success_hook
from penstock.define.op import op
from penstock.define.ports import DynamicOut, In
from penstock.define.types.builtin import Nothing
from penstock.errors import InvalidDefinitionError
from penstock.model.manifest import StepNeed
from penstock.model.retry import RetryPolicy


@op
def one():
    return 1


@op
def add(x, y=0):
    return x + y


@op(out=DynamicOut())
def many(): ...


@op(out=DynamicOut())
def many_more(x): ...


@graph
def twice(x):
    return add(add(x))


def needs_of(made: object) -> dict[str, tuple[StepNeed, ...]]:
    return {step.name: step.needs for step in made.steps}


def overs_of(made: object) -> dict[str, Place | None]:
    return {step.name: step.over for step in made.steps}


def test_an_op_in_a_graph_is_named_by_its_path() -> None:
    @graph
    def outer(y):
        return add(twice(one()), y)

    made = compile_graph(outer)

    assert {
        "one": (),
        "twice.add": (StepNeed("one", "result", "x"),),
        "twice.add_2": (StepNeed("twice.add", "result", "x"),),
        "add": (StepNeed("twice.add_2", "result", "x"),),
    } == needs_of(made)
    assert made.inputs == {"y": (("add", "y"),)}
    assert made.outputs == {"result": ("add", "result")}


def test_a_prefix_comes_before_all_names() -> None:
    made = compile_graph(twice, prefix="asset")

    assert [step.name for step in made.steps] == ["asset.add", "asset.add_2"]
    assert made.inputs == {"x": (("asset.add", "x"),)}
    assert made.outputs == {"result": ("asset.add_2", "result")}


def test_fan_in_keeps_the_order_of_the_list() -> None:
    @graph
    def inner(given):
        return add([one.alias("z")(), given, one.alias("a")()])

    @graph
    def outer():
        inner(one())

    assert (
        StepNeed("inner.z", "result", "x", "fan_in"),
        StepNeed("one", "result", "x", "fan_in"),
        StepNeed("inner.a", "result", "x", "fan_in"),
    ) == needs_of(compile_graph(outer))["inner.add"]


def test_a_nothing_input_is_a_need_of_its_name() -> None:
    @op(ins={"start": In(Nothing)})
    def go(): ...

    @graph
    def ordered():
        go(start=[one(), one()])

    made = compile_graph(ordered)

    assert (
        StepNeed("one", "result", "start", "fan_in"),
        StepNeed("one_2", "result", "start", "fan_in"),
    ) == needs_of(made)["go"]
    assert made.steps[-1].inputs[0].is_nothing


def test_steps_after_a_dynamic_output_run_for_each_value_until_it_is_collected() -> None:
    @graph
    def dynamic():
        mapped = many().map(twice)
        add.alias("all")(mapped.collect())

    made = compile_graph(dynamic)

    assert overs_of(made) == {
        "many": None,
        "twice.add": ("many", "result"),
        "twice.add_2": ("many", "result"),
        "all": None,
    }
    assert (StepNeed("twice.add_2", "result", "x", "collect"),) == needs_of(made)["all"]


def test_what_is_not_connected_to_a_dynamic_output_runs_once() -> None:
    @graph
    def inner(x):
        add(x)
        one()

    @graph
    def dynamic():
        many().map(inner)

    assert overs_of(compile_graph(dynamic)) == {
        "many": None,
        "inner.add": ("many", "result"),
        "inner.one": None,
    }


def test_a_graph_can_give_a_dynamic_output() -> None:
    @graph
    def inner():
        return many()

    @graph
    def outer():
        inner().map(add)

    assert overs_of(compile_graph(outer)) == {"inner.many": None, "add": ("inner.many", "result")}


def test_a_step_follows_one_dynamic_output_only() -> None:
    @graph
    def nested():
        many().map(lambda x: many.alias("b")().map(lambda y: add(x, y)))

    with pytest.raises(InvalidDefinitionError, match="'add' would run once for each value of"):
        compile_graph(nested)

    @graph
    def deep():
        many().map(lambda x: many_more(x).map(add))

    with pytest.raises(InvalidDefinitionError, match="'add' would run once for each value of"):
        compile_graph(deep)


def test_the_nearest_retry_policy_counts() -> None:
    of_op, of_place, of_job = (RetryPolicy(max_retries=n) for n in (1, 2, 3))
    patient = op(name="patient", retry_policy=of_op)(lambda: None)

    @graph
    def policies():
        patient()
        patient.alias("placed").with_retry_policy(of_place)()
        one()

    made = compile_graph(policies, retry=of_job)

    assert {"patient": of_op, "placed": of_place, "one": of_job} == {
        step.name: step.retry for step in made.steps
    }


def test_hooks_of_job_graph_and_place_are_united() -> None:
    hooks = {name: success_hook(name=name)(lambda context: None) for name in ("job", "g", "op")}

    @graph
    def inner():
        one.with_hooks({hooks["op"]})()

    @graph
    def outer():
        inner.with_hooks({hooks["g"]})()

    (step,) = compile_graph(outer, hooks=frozenset({hooks["job"]})).steps

    assert frozenset(hooks.values()) == step.hooks


def test_tags_of_the_place_win() -> None:
    tagged = op(name="tagged", tags={"a": "1", "b": "1"})(lambda: None)

    @graph
    def outer():
        tagged.tag({"b": "2"})()

    assert compile_graph(outer).steps[0].tags == {"a": "1", "b": "2"}


def test_an_op_by_itself_is_one_step() -> None:
    step = compile_op(add, name="sum")

    assert (
        step.name,
        tuple(entry.name for entry in step.inputs),
        step.is_op,
    ) == ("sum", ("x", "y"), True)
