"""`@graph`: calls in a body become nodes, edges and mappings; what makes no sense is refused."""

from __future__ import annotations

import pytest

from penstock.define.dependency import DependencyDefinition, NodeHandle
from penstock.define.graph import GraphDefinition, graph
from penstock.define.io_manager import IOManager
from penstock.define.op import op
from penstock.define.ports import DynamicOut, GraphIn, GraphOut, In, Out
from penstock.define.types.builtin import Nothing
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.model.retry import RetryPolicy


@op
def one():
    return 1


@op
def add(x, y=0):
    return x + y


@op(out={"a": Out(), "b": Out()})
def two():
    return 1, 2


@op(out=DynamicOut())
def many(): ...


def test_a_node_that_is_used_again_gets_a_number() -> None:
    @graph
    def chain():
        add(add(add(one())))

    assert chain.node_names() == ["one", "add", "add_2", "add_3"]


def test_aliases_tags_and_policies_belong_to_the_place() -> None:
    policy = RetryPolicy(max_retries=3)

    @graph
    def placed():
        one.tag({"size": 3}).alias("first").with_retry_policy(policy)()
        one()

    first, second = placed.nodes
    assert ("first", {"size": "3"}, policy) == (first.name, first.tags, first.retry_policy)
    assert (second.name, second.tags, second.retry_policy) == ("one", {}, None)


def test_inputs_and_outputs_are_mapped_in_order() -> None:
    @graph(ins={"right": GraphIn("the right one")}, out={"sum": GraphOut(), "first": GraphOut()})
    def both(left, right):
        a, _ = two()
        return {"sum": add(left, y=right), "first": a}

    assert [i.name for i in both.input_defs] == ["left", "right"]
    assert both.input_defs[1].description == "the right one"
    assert [(m.graph_output_name, m.mapped_node_name) for m in both.output_mappings] == [
        ("sum", "add"),
        ("first", "two"),
    ]


def test_the_type_of_an_input_is_that_of_where_it_goes() -> None:
    @op
    def number(x: int): ...

    @op(ins={"start": In(Nothing)})
    def waits(): ...

    @graph
    def same(x):
        number(x)
        number(x)

    @graph
    def mixed(x):
        number(x)
        waits(x)

    assert same.input_defs[0].dagster_type.display_name == "Int"
    assert mixed.input_defs[0].dagster_type.is_any


def test_two_different_ops_of_one_name_are_refused() -> None:
    other = op(name="one")(lambda: 2)

    with pytest.raises(
        InvalidDefinitionError, match="two different ops or graphs are called 'one'"
    ):

        @graph
        def conflict():
            one()
            other()


def test_an_alias_that_is_taken_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="two calls that both name their node 'x'"):

        @graph
        def taken():
            one.alias("x")()
            one.alias("x")()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1, "constants come from config"),
        (one, "Add the parentheses"),
        ([1], "got a list whose item 0 is of type 'int'"),
    ],
)
def test_only_outputs_and_inputs_can_be_passed(value: object, why: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=why):

        @graph
        def wrong():
            add(value)


def test_several_outputs_are_not_passed_as_one() -> None:
    with pytest.raises(InvalidDefinitionError, match="tuple of several outputs"):

        @graph
        def wrong():
            add(two())


def test_an_output_is_not_a_value() -> None:
    with pytest.raises(InvariantViolationError, match="unpacked or looped over"):

        @graph
        def iterates():
            for _ in one():
                pass

    with pytest.raises(InvariantViolationError, match="item 0 was taken"):

        @graph
        def indexes():
            one()[0]

    with pytest.raises(InvariantViolationError, match="came after the call"):

        @graph
        def late():
            one().alias("x")


def test_a_node_that_is_prepared_and_not_called_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="prepares op 'one'") as caught:

        @graph
        def forgets():
            one.alias("a").tag({"x": "y"})
            one.alias("b")

    assert len(caught) == 2


def test_a_parameter_that_goes_nowhere_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="takes 'x' and passes it to no node"):

        @graph
        def unused(x):
            one()


def test_outputs_must_come_from_nodes() -> None:
    with pytest.raises(
        InvalidDefinitionError, match="declares output 'b', but its function returns nothing"
    ):
        graph(out={"a": GraphOut(), "b": GraphOut()})(lambda: {"a": one()})
    with pytest.raises(InvalidDefinitionError, match="something for 'a', but its only outputs are"):
        graph(lambda: {"a": one()})
    with pytest.raises(InvalidDefinitionError, match="of type 'int' that no node made"):
        graph(lambda: 5)


def test_a_dynamic_output_is_mapped_or_collected() -> None:
    with pytest.raises(InvalidDefinitionError, match="Unpack it with"):

        @graph
        def direct():
            add(many())

    with pytest.raises(InvalidDefinitionError, match="a dynamic output has to be collected"):

        @graph
        def listed():
            add([many()])


def test_an_explicit_graph_is_checked() -> None:
    def edges(**inputs: DependencyDefinition) -> GraphDefinition:
        return GraphDefinition("g", node_defs=[one, add], dependencies={"add": inputs})

    assert edges(x=DependencyDefinition("one")).node_names() == ["add", "one"]
    with pytest.raises(
        InvalidDefinitionError, match="leads to 'z' of op 'add', which has no such input"
    ):
        edges(z=DependencyDefinition("one"))
    with pytest.raises(InvalidDefinitionError, match="bound to an output of 'two', but no node"):
        edges(x=DependencyDefinition("two"))
    with pytest.raises(InvalidDefinitionError, match="an output 'b', which node 'one' lacks"):
        edges(x=DependencyDefinition("one", "b"))
    with pytest.raises(InvalidDefinitionError, match="waits for itself"):
        edges(x=DependencyDefinition("add"))
    with pytest.raises(ParameterCheckError, match="node_defs takes a list of ops and graphs"):
        GraphDefinition("g", node_defs=one)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidDefinitionError, match="node_defs holds 'one', which is neither"):
        GraphDefinition("g", node_defs=["one"])  # pyright: ignore[reportArgumentType]


def test_an_io_manager_gives_the_value_of_an_output_without_one() -> None:
    class Ready(IOManager):
        def handle_output(self, context, obj):
            raise AssertionError

        def load_input(self, context):
            return (context.upstream_output.step_key, 3)

    taken = []

    @op(out=Out(Nothing))
    def written_by_others(): ...

    @op(out=Out(Nothing))
    def take(value):
        taken.append(value)

    @graph
    def both():
        take(written_by_others())

    both.to_job().execute_in_process(resources={"io_manager": Ready()})

    assert taken == [("written_by_others", 3)]


def test_positions_beyond_the_parameters_are_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="Pass the others by name"):

        @graph
        def wrong():
            add(one(), one(), one())

    with pytest.raises(InvalidInvocationError, match="given twice"):

        @graph
        def twice():
            add(one(), x=one())


def test_a_node_is_found_by_its_handle() -> None:
    @graph
    def inner(x):
        return add(x)

    @graph
    def outer():
        inner(one())

    assert outer.get_node(NodeHandle.from_string("inner.add")).name == "add"
    assert {"one", "inner", "inner.add"} == {str(h) for h in outer.iterate_node_handles()}
    with pytest.raises(ParameterCheckError, match="Did you mean 'inner'"):
        outer.node_named("iner")


def test_a_graph_is_not_called_by_hand() -> None:
    @graph
    def simple():
        one()

    with pytest.raises(InvariantViolationError, match="execute_in_process"):
        simple()
