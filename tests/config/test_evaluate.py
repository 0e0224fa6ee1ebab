from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.configured import definition_schema
from penstock.config.enums import Enum, EnumValue
from penstock.config.evaluate import evaluate_config, validate_config
from penstock.config.model import Config
from penstock.config.problems import ProblemReason
from penstock.config.scalars import IntSource, StringSource
from penstock.config.schema import Array, Field, Map, Permissive, Shape
from penstock.errors import InvalidConfigError


class Window(Config):
    days: int
    label: Optional[str]  # noqa: UP045 - as users write it


MODE = Enum("Mode", [EnumValue("fast"), EnumValue("slow")])

_scalars = st.sampled_from([int, str, float, bool, MODE, Window])


def _with(inner):
    names = st.sampled_from(["a", "b", "c"])
    return st.one_of(
        inner.map(Noneable),
        inner.map(Array),
        inner.map(lambda t: Map(str, t)),
        st.dictionaries(names, inner, max_size=3).map(Shape),
        st.dictionaries(names, inner, max_size=2).map(Permissive),
        st.dictionaries(names, inner, min_size=1, max_size=2).map(Selector),
        inner.map(lambda t: ScalarUnion(str, [t])),
        inner.map(lambda t: Shape({"a": Field(t, is_required=False)})),
    )


SCHEMAS = st.recursive(_scalars, _with, max_leaves=6)
PLAIN_SCHEMAS = st.recursive(st.sampled_from([int, str, float, bool, MODE]), _with, max_leaves=6)

KEYS = st.sampled_from(["a", "b", "c", "days", "label", "env", "d"])
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=3),
        st.just("fast"),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


@given(SCHEMAS, VALUES)
def test_reading_never_raises_and_either_succeeds_or_says_why(schema, value):
    result = evaluate_config(schema, value, environ={})

    assert result.success is (not result.errors)


@given(PLAIN_SCHEMAS, VALUES)
def test_what_was_read_is_config_that_reads_as_itself(schema, value):
    once = evaluate_config(schema, value, environ={})

    if once.success:
        twice = evaluate_config(schema, once.value, environ={})
        assert (twice.success, twice.value) == (True, once.value)


@given(SCHEMAS, VALUES)
def test_what_can_be_read_passes_the_check_and_reading_changes_no_input(schema, value):
    before = repr(value)

    read, checked = evaluate_config(schema, value, environ={}), validate_config(schema, value)

    assert repr(value) == before
    assert checked.success or not read.success


def test_every_problem_is_told_with_its_place():
    schema = {"a": int, "b": {"c": [str]}, "m": Field(MODE, default_value="fast")}

    with pytest.raises(InvalidConfigError) as caught:
        definition_schema(schema, owner="op 'o'").resolve_or_raise(
            {"b": {"c": ["x", 1], "d": 2}, "m": "fats"}, at="root:ops:o:config"
        )

    assert str(caught.value) == (
        "The config of op 'o' does not fit, for 4 reasons:\n"
        "  1. root:ops:o:config:a: found nothing; expected an integer. For example:"
        ' {"a": 0}\n'
        "  2. root:ops:o:config:b:d: found an unknown field; expected one of the fields 'c'.\n"
        "  3. root:ops:o:config:b:c[1]: found the integer 1; expected text.\n"
        "  4. root:ops:o:config:m: found text 'fats'; expected one of 'fast' or 'slow'. Did you"
        " mean 'fast'?"
    )
    assert [error.reason for error in caught.value.errors] == [
        ProblemReason.MISSING_REQUIRED_FIELD,
        ProblemReason.FIELD_NOT_DEFINED,
        ProblemReason.RUNTIME_TYPE_MISMATCH,
        ProblemReason.RUNTIME_TYPE_MISMATCH,
    ]
    assert caught.value.errors[0].path == "root:ops:o:config:a"


@pytest.mark.parametrize(
    ("schema", "value", "read"),
    [
        ({"a": Noneable(int)}, {}, {"a": None}),
        ({"a": Field(int, is_required=False)}, {}, {}),
        ({"a": Field(Noneable(int), is_required=False)}, {}, {}),
        ({"a": {"b": Field(int, default_value=3)}}, {}, {"a": {"b": 3}}),
        (
            {"a": Field({"b": int, "c": Field(int, default_value=3)}, default_value={"b": 1})},
            {},
            {"a": {"b": 1, "c": 3}},
        ),
        ({"s": Field(StringSource, default_value={"env": "X"})}, {}, {"s": "from X"}),
        (Permissive({"a": Field(int, default_value=3)}), {"z": [1]}, {"a": 3, "z": [1]}),
        ({int: {"a": str}}, {1: {"a": "x"}}, {1: {"a": "x"}}),
        (Selector({"a": {"b": Field(int, default_value=1)}}), {}, {"a": {"b": 1}}),
        (Selector({"a": dict, "b": int}), {"a": None}, {"a": {}}),
        (Selector({"a": Noneable(int), "b": int}), {"a": None}, {"a": None}),
        (ScalarUnion(int, {"a": str}), 3, 3),
        (ScalarUnion(int, {"a": str}), {"a": "x"}, {"a": "x"}),
        ({"w": Window}, {"w": {"days": 2}}, {"w": Window(days=2, label=None)}),
    ],
)
def test_what_is_left_out_is_filled_in(schema, value, read):
    result = evaluate_config(schema, value, environ={"X": "from X"})

    assert (result.errors, result.value) == ((), read)


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"a": int}, None, "root: found null; expected a mapping like { a: Int }."),
        ({"a": int}, [1], "root: found a list; expected a mapping like { a: Int }."),
        (
            {"alpha": int},
            {"alpha": 1, "alpa": 2},
            "root:alpa: found an unknown field; expected one of the fields 'alpha'."
            " Did you mean 'alpha'?",
        ),
        ({}, {"a": 1}, "root:a: found an unknown field; expected no field."),
        ([int], None, "root: found null; expected a list like [Int]."),
        ([int], (1,), "root: found a list; expected a list like [Int]."),
        ([int], [1, "x"], "root[1]: found text 'x'; expected an integer."),
        ({str: int}, {1: 1}, "root:1:key: found the integer 1; expected text."),
        ({str: int}, {"k": "x"}, "root:k: found text 'x'; expected an integer."),
        (
            {str: int},
            3,
            "root: found the integer 3; expected a mapping like { [String]: Int }.",
        ),
        (
            Selector({"a": int, "b": int}),
            {},
            "root: found none; expected exactly one of 'a' or 'b'.",
        ),
        (
            Selector({"a": int, "b": int}),
            {"a": 1, "b": 2},
            "root: found 'a' and 'b'; expected exactly one of 'a' or 'b'.",
        ),
        (
            Selector({"a": int, "b": int}),
            {"c": 1},
            "root:c: found an unknown field; expected one of the fields 'a' and 'b'.",
        ),
        (Selector({"a": int}), {"a": None}, "root:a: found null; expected an integer."),
        (
            {"w": Window},
            {"w": {"days": "2", "lable": "x"}},
            "root:w:lable: found an unknown field; expected one of the fields 'days' and 'label'."
            " Did you mean 'label'?",
        ),
        ({"w": Window}, {"w": 3}, "root:w: found the integer 3; expected a mapping."),
        (
            {"port": IntSource},
            {"port": {"env": "UNSET"}},
            "root:port: the environment variable 'UNSET' is not set. Set it to an integer.",
        ),
    ],
)
def test_the_first_problem_is_told_in_these_words(schema, value, told):
    result = evaluate_config(schema, value, environ={})

    assert str(result.errors[0]) == told


def test_a_class_in_a_schema_tells_its_problems_with_the_others():
    result = evaluate_config({"w": Window, "n": int}, {"w": {"days": "2"}, "n": "x"}, environ={})

    assert [str(error) for error in result.errors] == [
        "root:w:days: found text '2'; expected an integer.",
        "root:n: found text 'x'; expected an integer.",
    ]


def test_variables_of_the_process_are_read_when_none_are_given(monkeypatch):
    monkeypatch.setenv("PENSTOCK_TEST_PORT", "8080")

    assert evaluate_config(IntSource, {"env": "PENSTOCK_TEST_PORT"}).value == 8080
