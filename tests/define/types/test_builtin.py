import typing

import pytest

import penstock as dg
from penstock.config.scalars import ANY, BOOL, FLOAT, INT, STRING
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.builtin import ALL_BUILTIN_TYPES, any_type, string_type
from penstock.define.types.definition import TypeKind
from penstock.errors import ParameterCheckError


def test_the_public_names_are_the_python_types_themselves():
    assert dg.Int is int
    assert dg.String is str
    assert dg.Float is float
    assert dg.Bool is bool
    assert dg.Any is typing.Any
    assert dg.Nothing is type(None)


@pytest.mark.parametrize(
    ("annotation", "name", "kind", "config_type"),
    [
        (dg.Any, "Any", TypeKind.ANY, ANY),
        (dg.Bool, "Bool", TypeKind.SCALAR, BOOL),
        (dg.Float, "Float", TypeKind.SCALAR, FLOAT),
        (dg.Int, "Int", TypeKind.SCALAR, INT),
        (dg.String, "String", TypeKind.SCALAR, STRING),
        (dg.Nothing, "Nothing", TypeKind.NOTHING, None),
    ],
)
def test_a_builtin_type(annotation, name, kind, config_type):
    found = resolve_runtime_type(annotation)

    assert found in ALL_BUILTIN_TYPES
    assert (found.key, found.unique_name, found.display_name) == (name, name, name)
    assert found.kind is kind
    assert found.config_type == config_type
    assert found.typing_type == annotation
    assert found.is_builtin
    assert found.inner_types == []


@pytest.mark.parametrize(
    ("annotation", "value", "passes"),
    [
        (int, 1, True),
        (int, True, True),
        (int, 1.0, False),
        (int, None, False),
        (bool, True, True),
        (bool, 1, False),
        (float, 1.0, True),
        (float, 1, False),
        (str, "a", True),
        (str, b"a", False),
        (dg.Any, None, True),
        (dg.Any, object(), True),
        (dg.Nothing, None, True),
        (dg.Nothing, 0, False),
        (dict, {}, True),
        (dict, [], False),
        (set, set(), True),
        (set, frozenset(), False),
        (tuple, (), True),
        (tuple, [], False),
        (list, [1, "a"], True),
        (list, (1,), False),
    ],
)
def test_what_a_builtin_type_accepts(annotation, value, passes):
    assert dg.check_dagster_type(annotation, value).success is passes


@pytest.mark.parametrize(
    ("annotation", "value", "description"),
    [
        (str, 1, "1 is no string: its type is int."),
        (int, "a", "'a' is no int: its type is str."),
        (bool, 1, "1 is no bool: its type is int."),
        (float, 1, "1 is no float: its type is int."),
        (dg.Nothing, 1, "The value is of type int; expected no value."),
    ],
)
def test_a_builtin_type_says_why_not(annotation, value, description):
    assert dg.check_dagster_type(annotation, value) == dg.TypeCheck(
        success=False, description=description
    )


def test_only_any_always_passes():
    assert [each.unique_name for each in ALL_BUILTIN_TYPES if each.always_passes] == ["Any"]


def test_several_outputs_go_to_inputs_of_any_and_of_nothing():
    assert {each.unique_name for each in ALL_BUILTIN_TYPES if each.supports_fan_in} == {
        "Any",
        "Nothing",
    }
    nothing, anything = resolve_runtime_type(dg.Nothing), resolve_runtime_type(dg.Any)
    assert anything.get_inner_type_for_fan_in() is anything
    assert nothing.get_inner_type_for_fan_in() is nothing
    assert nothing.is_nothing
    with pytest.raises(ParameterCheckError) as caught:
        resolve_runtime_type(int).get_inner_type_for_fan_in()
    assert str(caught.value) == "An input of type 'Int' takes one output only. Make it a List."


def test_types_of_ones_own_name_with_the_values_of_a_builtin_one():
    text, anything = string_type("Name", "of a person"), any_type("Thing")

    assert (text.key, text.description, text.is_builtin) == ("Name", "of a person", False)
    assert text.type_check(None, "Ada").success
    assert not text.type_check(None, 1).success
    assert (anything.key, anything.is_builtin, anything.always_passes) == ("Thing", False, True)
