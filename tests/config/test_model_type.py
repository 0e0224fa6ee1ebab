import enum
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import Field as PydanticField
from pydantic import field_validator

from penstock.config.alternatives import Noneable
from penstock.config.config_type import ConfigTypeKind
from penstock.config.env import EnvVar
from penstock.config.evaluate import evaluate_config
from penstock.config.model import Config, PermissiveConfig
from penstock.config.model_type import ModelType
from penstock.config.resource import ConfigurableResource, ResourceDependency
from penstock.config.scalars import ANY, FLOAT, BoolSource, IntSource, StringSource
from penstock.config.schema import Array, Field, Map, Permissive, as_field
from penstock.config.snapshot import print_config_type
from penstock.define.types.definition import RuntimeType
from penstock.errors import (
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvalidDefinitionError,
    RuntimeTypeInConfigError,
)


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Inner(Config):
    """How far."""

    days: int = 3


class Cat(Config):
    kind: Literal["cat"] = "cat"
    meows: int


class Dog(Config):
    kind: Literal["dog"] = "dog"
    barks: int = 1


class Whole(Config):
    """All kinds of fields."""

    text: Annotated[str, PydanticField(description="Some text")]
    count: int = 3
    dry: bool = True
    ratio: float = 1.0
    maybe: Optional[int]  # noqa: UP045 - as users write it
    items: list[int]
    levels: dict[str, float]
    numbered: dict[int, str]
    open_: dict = PydanticField(alias="open")
    made: list = PydanticField(default_factory=list)
    colour: Colour = Colour.BLUE
    mode: Literal["p", "q"] = "p"
    inner: Inner
    inners: list[Inner] = []
    anything: Any = None
    token: str = PydanticField(EnvVar("TOKEN"), json_schema_extra={"dagster__is_secret": True})


FULL = {"text": "x", "items": [1], "levels": {"a": 1}, "numbered": {1: "x"}, "open": {}}


def test_the_fields_of_a_class_are_described():
    fields = Whole.to_fields_dict()

    assert {
        name: (f.config_type, f.is_required, f.default_value if f.default_provided else "none")
        for name, f in fields.items()
        if name not in {"colour", "mode"}
    } == {
        "text": (StringSource, True, "none"),
        "count": (IntSource, False, 3),
        "dry": (BoolSource, False, True),
        "ratio": (FLOAT, False, 1.0),
        "maybe": (Noneable(IntSource), False, None),
        "items": (Array(IntSource), True, "none"),
        "levels": (Map(str, FLOAT), True, "none"),
        "numbered": (Map(int, StringSource), True, "none"),
        "open": (Permissive(), True, "none"),
        "made": (Array(ANY), False, "none"),
        "inner": (ModelType(Inner, within=(Whole,)), False, {"days": 3}),
        "inners": (Array(ModelType(Inner, within=(Whole,))), False, []),
        "anything": (ANY, False, None),
        "token": (StringSource, False, {"env": "TOKEN"}),
    }
    assert fields["text"].description == "Some text"
    assert (fields["token"].is_secret, fields["text"].is_secret) == (True, False)
    assert (fields["colour"].default_value, fields["mode"].default_value) == ("BLUE", "p")
    assert str(fields["mode"].config_type) == "Literal['p', 'q']"


def test_a_class_stands_for_a_shape_with_its_docstring():
    field = as_field(Inner)

    assert (field.config_type.kind, field.config_type.description, field.is_required) == (
        ConfigTypeKind.STRICT_SHAPE,
        "How far.",
        False,
    )
    assert as_field(PermissiveConfig).config_type.kind == ConfigTypeKind.PERMISSIVE_SHAPE


def test_classes_that_differ_have_keys_that_differ():
    keys = {ModelType(model).key for model in (Inner, Cat, Dog, Whole)}

    assert len(keys) == 4


def test_reading_makes_an_object_of_the_class():
    read = evaluate_config({"c": Whole}, {"c": FULL}, environ={"TOKEN": "t"}).value

    assert type(read["c"]) is Whole
    assert read["c"].model_dump(by_alias=True) == {
        **Whole(**FULL, inner=Inner(), token="t").model_dump(by_alias=True),
    }


def test_the_schema_of_a_class_gives_a_dict_by_the_keys_of_config():
    schema = Whole.to_config_schema()

    assert schema.resolve({**FULL, "colour": "RED"}, environ={"TOKEN": "t"}).value == {
        **FULL,
        "count": 3,
        "dry": True,
        "ratio": 1.0,
        "maybe": None,
        "made": [],
        "colour": Colour.RED,
        "mode": "p",
        "inner": {"days": 3},
        "inners": [],
        "anything": None,
        "token": "t",
    }


@pytest.mark.parametrize(
    "written", [{"cat": {"meows": 2}}, {"kind": "cat", "meows": 2}, Cat(meows=2)]
)
def test_a_tagged_union_is_given_by_its_tag(written):
    class Owner(Config):
        pet: Cat | Dog = PydanticField(discriminator="kind")

    assert evaluate_config(Owner, {"pet": written}).value == Owner(pet=Cat(meows=2))
    assert Owner(pet=written) == Owner(pet=Cat(meows=2))
    assert print_config_type(Owner) == (
        "{\n"
        "  pet: {\n"
        "    cat: {\n"
        "      meows: (Int | { env: String })\n"
        "    }\n"
        "    dog?: {\n"
        "      barks?: (Int | { env: String })\n"
        "    }\n"
        "  }\n"
        "}"
    )


def test_an_alternative_with_defaults_only_needs_nothing_behind_its_tag():
    class Owner(Config):
        pet: Cat | Dog = PydanticField(discriminator="kind")

    assert evaluate_config(Owner, {"pet": {"dog": None}}).value == Owner(pet=Dog())


def test_a_class_inside_itself_is_shown_as_open():
    class Tree(Config):
        children: list["Tree"] = []

    assert print_config_type(Tree, with_lines=False) == "{ children?: [{ }] }"
    assert evaluate_config(Tree, {"children": [{"children": []}]}).value == Tree(
        children=[Tree(children=[])]
    )


def test_a_default_that_does_not_fit_the_annotation_may_be_null():
    class Loose(Config):
        ratio: float = None

    assert Loose.to_fields_dict()["ratio"].config_type == Noneable(FLOAT)
    assert evaluate_config(Loose, {}).value.ratio is None


def test_a_field_of_ours_in_a_class_is_a_mistake():
    class Mixed(Config):
        text: str = Field(str)

    with pytest.raises(InvalidDefinitionError) as caught:
        as_field(Mixed)

    assert str(caught.value) == (
        "'Mixed.text' has a penstock Field as its default. In a Config or a resource write"
        " pydantic's Field; penstock's Field is for schemas written as dicts."
    )


def test_a_constraint_is_told_as_a_problem_of_config():
    class Bounded(Config):
        rows: int = PydanticField(ge=1)

    result = Bounded.to_config_schema().resolve({"rows": 0})

    assert [str(error) for error in result.errors] == [
        "root:rows: found the integer 0; expected a value greater than or equal to 1."
    ]
    with pytest.raises(InvalidConfigError, match="The config of 'Bounded' does not fit"):
        Bounded.to_config_schema().resolve_or_raise({"rows": 0})


class Opaque:
    pass


DAY = RuntimeType(lambda _, value: isinstance(value, int), name="Day")


def test_a_field_without_a_form_in_config_is_refused_as_a_schema():
    class Wrong(Config):
        inner: Opaque

    assert isinstance(Wrong(inner=Opaque()).inner, Opaque)
    with pytest.raises(InvalidConfigDefinitionError, match="Field 'inner' of 'Wrong'"):
        as_field(Wrong)


def test_a_resource_with_such_a_field_is_refused_when_it_is_made():
    class Wrong(ConfigurableResource):
        inner: Opaque

    class Right(ConfigurableResource):
        inner: ResourceDependency[Opaque]

    with pytest.raises(InvalidConfigDefinitionError, match="Field 'inner' of 'Wrong'"):
        Wrong(inner=Opaque())
    with pytest.raises(InvalidConfigDefinitionError, match="Field 'inner' of 'Wrong'"):
        Wrong.configure_at_launch()
    assert isinstance(Right(inner=Opaque()).inner, Opaque)


def test_a_type_of_inputs_and_outputs_is_refused_as_that_of_a_field():
    with pytest.raises(RuntimeTypeInConfigError, match="Field 'day' of 'Wrong'"):

        class Wrong(Config):
            day: DAY = 3


def test_defaults_are_not_validated():
    class Inner(Config):
        name: Optional[str] = None  # noqa: UP045 - as users write it

        @field_validator("name")
        @classmethod
        def refused(cls, value: object) -> object:
            raise ValueError("given")

    class Outer(Config):
        inner: Inner

    field = as_field(Outer)

    assert evaluate_config(field, field.default_value).value == Outer(inner=Inner())
    assert not evaluate_config(field, {"inner": {"name": "a"}}).success
