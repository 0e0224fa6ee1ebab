"""`@op`: inputs, outputs and config as read from a function."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import penstock as dg
from penstock.define.op import OpDefinition, op
from penstock.define.ports import DynamicOut, In, Out
from penstock.define.result import DynamicOutput, Output
from penstock.define.types.builtin import Nothing
from penstock.errors import (
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)


class Api(dg.ConfigurableResource):
    url: str


class Limit(dg.Config):
    rows: int


def types_of(definition: OpDefinition) -> list[tuple[str, str]]:
    return [(o.name, o.dagster_type.display_name) for o in definition.output_defs]


def test_parameters_are_inputs_with_their_types_and_defaults() -> None:
    @op
    def add(context, left: int, right: int = 2) -> int:
        return left + right

    left, right = add.input_defs
    assert (
        left.name,
        left.dagster_type.display_name,
        left.has_default_value,
    ) == ("left", "Int", False)
    assert (right.name, right.dagster_type.display_name, right.default_value) == ("right", "Int", 2)
    assert types_of(add) == [("result", "Int")]


def test_declared_inputs_come_first_and_calls_follow_the_parameters() -> None:
    @op(ins={"b": In(description="second")})
    def both(a, b): ...

    assert [i.name for i in both.input_defs] == ["b", "a"]
    assert list(both.positional_inputs) == ["a", "b"]


def test_a_nothing_input_has_no_parameter() -> None:
    @op(ins={"start": In(Nothing)})
    def go(): ...

    assert go.input_defs[0].is_nothing
    with pytest.raises(InvalidDefinitionError, match="takes the parameter 'start', but its input"):

        @op(ins={"start": In(Nothing)})
        def wrong(start): ...


def test_a_declared_input_needs_a_parameter_or_kwargs() -> None:
    with pytest.raises(
        InvalidDefinitionError, match="has ins for 'x', which its function cannot receive"
    ):

        @op(ins={"x": In()})
        def lacks(): ...

    @op(ins={"x": In()})
    def takes_any(**kwargs): ...

    assert takes_any.has_input("x")


@pytest.mark.parametrize("name", ["a-b", "a b", "", "input", "class", "context"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidDefinitionError, match="not a valid name"):
        OpDefinition(lambda _context, _inputs: None, name)


def test_a_tuple_annotation_types_several_outputs() -> None:
    @op(out={"a": Out(), "b": Out()})
    def two() -> tuple[int, str]:
        return 1, "x"

    assert types_of(two) == [("a", "Int"), ("b", "String")]


def test_an_annotation_that_does_not_fit_several_outputs_is_refused() -> None:
    with pytest.raises(InvariantViolationError, match="has 3 entries"):

        @op(out={"a": Out(), "b": Out()})
        def three() -> tuple[int, int, int]:
            return 1, 2, 3

    with pytest.raises(InvariantViolationError, match="returns a tuple"):

        @op(out={"a": Out(), "b": Out()})
        def one() -> int:
            return 1


def test_the_annotation_of_a_generator_says_nothing_of_the_output() -> None:
    @op
    def produces() -> Iterator[Output[int]]:
        yield Output(1)

    assert types_of(produces) == [("result", "Any")]


def test_a_list_of_dynamic_outputs_makes_the_output_dynamic() -> None:
    @op
    def many() -> list[DynamicOutput[int]]:
        return []

    assert (
        many.output_defs[0].is_dynamic,
        many.output_defs[0].dagster_type.display_name,
    ) == (True, "Int")
    with pytest.raises(InvariantViolationError, match="DynamicOutput"):

        @op
        def wrong() -> DynamicOutput[int]:
            return DynamicOutput(1, "a")


def test_outputs_are_wrapped_types_and_none_is_nothing() -> None:
    @op
    def wrapped() -> Output[int]:
        return Output(1)

    @op
    def nothing() -> None: ...

    assert types_of(wrapped) == [("result", "Int")]
    assert types_of(nothing) == [("result", "Nothing")]


def test_docstrings_describe_the_op_its_inputs_and_its_output() -> None:
    @op
    def described(x):
        """Double.

        Args:
            x: What to double.

        Returns:
            Twice as much.
        """

    assert described.description is not None
    assert described.description.startswith("Double.")
    assert described.input_defs[0].description == "What to double."
    assert described.output_defs[0].description == "Twice as much."


def test_a_default_that_is_not_of_its_plain_type_is_refused() -> None:
    with pytest.raises(
        InvalidDefinitionError, match="'x' is of type Int, which its own default_value"
    ):

        @op
        def wrong(x: int = "text"): ...  # pyright: ignore[reportArgumentType]


def test_resources_are_asked_for_in_one_way_only() -> None:
    with pytest.raises(ParameterCheckError, match="Use one way"):

        @op(required_resource_keys={"db"})
        def both(api: Api): ...


def test_config_is_declared_once() -> None:
    with pytest.raises(ParameterCheckError, match="config_schema"):

        @op(config_schema={"rows": int})
        def twice(config: Limit): ...

    with pytest.raises(InvalidConfigDefinitionError):

        @op(config_schema="nope")
        def unreadable(_context): ...


def test_tags_are_text_or_json() -> None:
    @op(tags={"text": "yes", "data": {"ok": 1}})
    def tagged(): ...

    assert tagged.tags == {"text": "yes", "data": '{"ok": 1}'}
    with pytest.raises(InvalidDefinitionError, match="of type 'object', which has no JSON form"):
        op(name="k", tags={"bad": object()})(lambda: None)
    with pytest.raises(InvalidDefinitionError, match="read back as something else"):
        op(name="k", tags={"bad": (1, 2)})(lambda: None)


def test_a_pool_has_no_spaces() -> None:
    with pytest.raises(InvalidDefinitionError, match="pool"):
        op(name="k", pool="my pool")(lambda: None)


def test_a_configured_op_takes_the_config_of_its_function() -> None:
    @op(config_schema={"rows": int})
    def load(context):
        return context.op_config["rows"]

    fixed = load.configured({"rows": 3}, name="load_three")
    mapped = load.configured(
        lambda config: {"rows": config["n"]}, name="load_n", config_schema={"n": int}
    )

    assert fixed(dg.build_op_context()) == 3
    assert mapped(dg.build_op_context(op_config={"n": 5})) == 5
    assert load.name == "load"


def test_a_raw_op_takes_a_mapping_of_inputs() -> None:
    def add_one(_context, inputs):
        yield Output(inputs["x"] + 1)

    raw = OpDefinition(add_one, "raw", ins={"x": In(int)})

    assert [output.value for output in raw(None, 2)] == [3]
    assert DynamicOut().is_dynamic
