from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, Optional

import pytest
from pydantic import BaseModel, Field

from penstock.config.annotations import (
    choose_model,
    container_in,
    expected_words,
    item_annotation,
    keys_of,
    members,
    takes_variable,
)


class Colour(Enum):
    RED = "r"
    BLUE = "b"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    meows: int = Field(default=0, alias="meow_count")


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    barks: int = 0


def test_members_look_through_unions_and_annotated():
    assert members(Annotated[int | None, "x"] | str) == (int, type(None), str)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "an integer"),
        (Optional[str], "text or null"),  # noqa: UP045
        (list[int], "a list"),
        (dict[str, int], "a mapping"),
        (Colour, "one of 'RED' or 'BLUE'"),
        (Literal["a"], "'a'"),
        (Path, "a path"),
        (Cat, "a mapping"),
        (complex, "a value of type 'complex'"),
    ],
)
def test_an_annotation_is_said_in_words(annotation, words):
    assert expected_words(annotation) == words


def test_scalars_take_variables_and_containers_do_not():
    taking = [t for t in (str, int | None, bool, Colour, Literal["a"]) if takes_variable(t)]

    assert taking == [str, int | None, bool, Colour, Literal["a"]]
    assert not any(takes_variable(t) for t in (dict[str, str], list[str], Cat, object))


def test_the_item_type_of_lists_tuples_and_mappings():
    assert item_annotation(list[int] | None, of_mapping=False) is int
    assert item_annotation(tuple[int, str], of_mapping=False, index=1) is str
    assert item_annotation(tuple[int, ...], of_mapping=False, index=9) is int
    assert item_annotation(dict[str, bool], of_mapping=True) is bool
    assert item_annotation(dict, of_mapping=True) is object


def test_the_container_a_list_becomes():
    assert container_in(tuple[int, ...]) is tuple
    assert container_in(set[int] | None) is set
    assert container_in(list[int]) is None


def test_a_field_has_its_name_and_its_alias_as_keys():
    assert keys_of(Cat) == {"kind": "kind", "meows": "meows", "meow_count": "meows"}


def test_a_model_is_chosen_by_tag_by_selector_or_by_keys():
    assert choose_model((Cat, Dog), {"kind": "dog"}) == (Dog, {"kind": "dog"})
    assert choose_model((Cat, Dog), {"dog": {"barks": 1}}) == (Dog, {"barks": 1, "kind": "dog"})
    assert choose_model((Cat, Dog), {"barks": 1}) == (Dog, {"barks": 1})
    assert choose_model((Cat, Dog), {"moos": 1}) is None
