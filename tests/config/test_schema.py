import typing

import pytest

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.evaluate import evaluate_config
from penstock.config.model import Config
from penstock.config.model_type import ModelType
from penstock.config.scalars import ANY, INT, STRING
from penstock.config.schema import Array, Field, Map, Permissive, Shape, as_config_type, as_field
from penstock.errors import (
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvalidDefinitionError,
    ParameterCheckError,
)


class Limits(Config):
    rows: int = 10


class Named:
    """Something that stands for a config type, as a built-in type does."""

    config_type = INT


class Unnamed:
    config_type = None


@pytest.mark.parametrize(
    ("schema", "config_type"),
    [
        (None, ANY),
        (typing.Any, ANY),
        (int, INT),
        (dict, Permissive()),
        (list, Array(ANY)),
        ([int], Array(INT)),
        ({str: int}, Map(str, int)),
        ({"a": int}, Shape({"a": Field(int)})),
        ({}, Shape({})),
        (Named(), INT),
        (Limits, ModelType(Limits)),
        ({str: Limits}, Map(STRING, ModelType(Limits))),
    ],
)
def test_what_users_write_becomes_a_config_type(schema, config_type):
    assert as_config_type(schema) == config_type


@pytest.mark.parametrize(
    "schema",
    ["text", 5, set, tuple, object, [int, str], [], {5: int}, {list: int}, Unnamed()],
)
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(InvalidDefinitionError, match=r"config schema"):
        Field(schema)


@pytest.mark.parametrize(
    "schema",
    [typing.List[int], list[int], dict[str, int], typing.Optional[int]],  # noqa: UP006, UP045
)
def test_annotations_are_no_schemas_and_the_message_says_what_to_write(schema):
    with pytest.raises(InvalidDefinitionError, match=r"write \[int\] for a list"):
        as_field(schema)


def test_a_wrong_schema_inside_a_dict_is_told_with_its_place():
    with pytest.raises(InvalidConfigDefinitionError) as caught:
        as_field({"a": {"b": "text"}})

    assert str(caught.value) == (
        "Wrong config schema at ':b' of {'b': 'text'}: 'text' is not a config schema. A schema is a"
        " Python type like int, a config type like Noneable(int), a Field, a Config class, or a"
        " dict or list of these."
    )


def test_none_inside_a_dict_is_no_schema():
    with pytest.raises(InvalidConfigDefinitionError, match="None is not a schema"):
        as_field({"a": None})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Field(Shape),
        lambda: Field(int, default_value=1, is_required=True),
        lambda: Field(int, is_required="yes"),
        lambda: Field(int, description=3),
        lambda: Map("text", int),
        lambda: Map(Noneable(str), int),
        lambda: Shape([int]),
        lambda: Shape({3: int}),
        lambda: ScalarUnion([int], {"a": int}),
        lambda: ScalarUnion(int, int),
    ],
)
def test_wrong_arguments_are_refused(make):
    with pytest.raises(ParameterCheckError):
        make()


@pytest.mark.parametrize(
    ("config", "is_required", "default"),
    [
        (int, True, "none"),
        (list, True, "none"),
        (dict, False, {}),
        ({}, False, {}),
        (Noneable(int), False, None),
        ({"a": Noneable(int)}, False, {"a": None}),
        ({"a": Field(int, is_required=False)}, False, {}),
        ({"a": int}, True, "none"),
        ({"a": {"b": Field(int, default_value=3)}}, False, {"a": {"b": 3}}),
        (Selector({"a": dict}), False, {"a": {}}),
        (Selector({"a": dict, "b": dict}), True, "none"),
        (Limits, False, {"rows": 10}),
    ],
)
def test_a_field_is_required_unless_leaving_it_out_means_something(config, is_required, default):
    field = Field(config)

    found = field.default_value if field.default_provided else "none"
    assert (field.is_required, found) == (is_required, default)


def test_a_field_that_need_not_be_there_has_no_default_of_its_own():
    field = Field(Noneable(int), is_required=False)

    assert (field.is_required, field.default_provided) == (False, False)


def test_asking_for_a_default_that_is_not_there_is_an_error():
    with pytest.raises(ParameterCheckError, match="has no default value"):
        Field(int).default_value  # noqa: B018 - the access raises


def test_the_default_is_told_as_json():
    assert Field({"a": int}, default_value={"a": 1}).default_value_as_json_str == '{"a": 1}'


def test_a_default_must_fit():
    with pytest.raises(InvalidConfigError) as caught:
        Field({"a": int}, default_value={"a": "x"})

    assert str(caught.value) == (
        "The default_value of the Field does not fit. root:a: found text 'x'; expected an integer."
    )


def test_equal_parts_make_equal_types_with_equal_keys():
    one, two = (
        Shape({"a": int, "b": Field(str, default_value="x")}),
        as_config_type({"a": Field(int), "b": Field(str, default_value="x")}),
    )

    assert (one == two, one.key == two.key, hash(one) == hash(two)) == (True, True, True)
    assert Shape({"a": int}).key != Shape({"a": str}).key
    assert Array(Noneable(int)).key == "Array.Noneable.Int"


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ({"x": 1}, {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ({"a": 1, "x": 2}, "root:x: 'x' and 'a' are the same field. Give only one of them."),
    ],
)
def test_an_alias_names_the_same_field(value, outcome):
    result = evaluate_config(Shape({"a": int}, field_aliases={"a": "x"}), value)

    assert (result.value if result.success else str(result.errors[0])) == outcome


def test_a_field_shows_its_type_and_default():
    assert repr(Field({"a": int}, default_value={"a": 1})) == (
        "Field({ a: Int }, default_value={'a': 1}, is_required=False)"
    )
