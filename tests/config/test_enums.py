from enum import Enum as PythonEnum

import pytest

from penstock.config.enums import Enum, EnumValue
from penstock.config.evaluate import evaluate_config
from penstock.config.schema import Field
from penstock.errors import InvalidDefinitionError, ParameterCheckError


class Colour(PythonEnum):
    RED = "r"
    BLUE = 2


def test_a_name_becomes_the_python_value():
    mode = Enum("Mode", [EnumValue("fast", python_value=9), EnumValue("slow")])

    assert [evaluate_config(mode, name).value for name in ("fast", "slow")] == [9, "slow"]


def test_a_python_enum_is_given_by_name():
    assert evaluate_config(Enum.from_python_enum(Colour), "BLUE").value is Colour.BLUE
    assert evaluate_config(Enum.from_python_enum_direct_values(Colour), "RED").value == "r"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("r", "root: found text 'r'; expected one of 'RED' or 'BLUE'."),
        ("BLU", "root: found text 'BLU'; expected one of 'RED' or 'BLUE'. Did you mean 'BLUE'?"),
        (2, "root: found the integer 2; expected one of 'RED' or 'BLUE'."),
        (None, "root: found null; expected one of 'RED' or 'BLUE'."),
    ],
)
def test_anything_but_a_name_is_told(value, told):
    result = evaluate_config(Enum.from_python_enum(Colour), value)

    assert [str(error) for error in result.errors] == [told]


def test_post_process_refuses_an_unknown_name():
    with pytest.raises(
        ParameterCheckError, match=r"Enum 'Colour' has no choice 'x'; it has 'RED' and 'BLUE'."
    ):
        Enum.from_python_enum(Colour).post_process("x")


def test_the_default_of_an_enum_is_its_name():
    with pytest.raises(InvalidDefinitionError) as caught:
        Field(Enum.from_python_enum(Colour), default_value=Colour.RED)

    assert str(caught.value) == (
        "Field: the default of enum 'Colour' is written as config, so give the name and not the"
        " member <Colour.RED: 'r'>. The names are 'RED' and 'BLUE'."
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Enum("E", ["a"]),
        lambda: Enum("E", [EnumValue("a"), EnumValue("a")]),
        lambda: EnumValue(3),
        lambda: Enum.from_python_enum("E"),
    ],
)
def test_choices_are_distinct_enum_values(make):
    with pytest.raises(ParameterCheckError):
        make()
