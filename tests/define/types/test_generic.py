import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as dg
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.definition import TypeKind
from penstock.errors import InvalidDefinitionError, ParameterCheckError

LISTS = dg.List[dg.Optional[dg.Int]]


@pytest.mark.parametrize(
    ("type_", "key", "shown", "kind", "annotation"),
    [
        (dg.List[int], "List.Int", "[Int]", TypeKind.LIST, typing.List[int]),  # noqa: UP006
        (
            dg.Optional[int],
            "Optional.Int",
            "Int?",
            TypeKind.NULLABLE,
            typing.Optional[int],  # noqa: UP045
        ),
        (
            dg.Dict[str, int],
            "TypedPythonDict.String.Int",
            "Dict[String,Int]",
            TypeKind.REGULAR,
            typing.Dict[str, int],  # noqa: UP006
        ),
        (dg.Set[int], "TypedPythonSet.Int", "Set[Int]", TypeKind.REGULAR, typing.Set[int]),  # noqa: UP006
        (
            dg.Tuple[int, str],
            "TypedPythonTupleInt.String",
            "Tuple[Int,String]",
            TypeKind.REGULAR,
            typing.Tuple[int, str],  # noqa: UP006
        ),
        (LISTS, "List.Optional.Int", "[Int?]", TypeKind.LIST, typing.List[int | None]),  # noqa: UP006
    ],
)
def test_a_type_made_of_others_says_what_it_is_made_of(type_, key, shown, kind, annotation):
    assert (type_.key, type_.display_name, type_.kind) == (key, shown, kind)
    assert type_.typing_type == annotation
    assert not type_.has_unique_name
    assert not type_.is_builtin


@pytest.mark.parametrize(
    ("type_", "fits", "misfits"),
    [
        (dg.List[int], [[], [1]], [None, (1,), ["a"], [None]]),
        (LISTS, [[], [1], [None]], [None, ["a"]]),
        (dg.Optional[int], [None, 1], ["a"]),
        (dg.Dict[str, int], [{}, {"a": 1}], [[], {1: 1}, {"a": "b"}]),
        (dg.Set[int], [set(), {1}], [[], {"a"}, frozenset({1})]),
        (dg.Tuple[int, str], [(1, "a")], [[1, "a"], (1,), (1, 2), (1, "a", 3)]),
        (dg.Dict[str, dg.List[int]], [{"a": [1]}], [{"a": ["b"]}, {"a": 1}]),
        (dg.List[dg.Any], [[], [None, "a"]], ["a"]),
    ],
)
def test_the_container_and_every_part_must_fit(type_, fits, misfits):
    assert [dg.check_dagster_type(type_, value).success for value in fits] == [True] * len(fits)
    assert [dg.check_dagster_type(type_, v).success for v in misfits] == [False] * len(misfits)


@pytest.mark.parametrize(
    ("type_", "value", "description"),
    [
        (dg.List[int], "x", "'x' is no list: its type is str."),
        (dg.List[int], [1, "x"], "'x' is no int: its type is str."),
        (dg.Dict[str, int], [], "The value is of type list; expected a dict."),
        (dg.Set[int], [], "The value is of type list; expected a set."),
        (dg.Tuple[int], [], "The value is of type list; expected a tuple."),
        (
            dg.Tuple[int, int],
            (1,),
            "The tuple has 1 items; Tuple[Int,Int] has 2.",
        ),
    ],
)
def test_the_verdict_names_the_first_misfit(type_, value, description):
    assert dg.check_dagster_type(type_, value).description == description


def test_the_verdict_of_a_part_is_the_verdict_of_the_whole():
    verdict = dg.TypeCheck(success=False, description="empty", metadata={"rows": 0})
    never = dg.DagsterType(lambda _context, _value: verdict, name="Never")

    assert dg.check_dagster_type(dg.List[never], [1]) is verdict
    assert dg.check_dagster_type(dg.Optional[never], 1) is verdict
    assert dg.check_dagster_type(dg.Dict[str, never], {"a": 1}) is verdict
    assert dg.check_dagster_type(dg.Set[never], {1}) is verdict
    assert dg.check_dagster_type(dg.Tuple[never], (1,)) is verdict


def test_the_types_that_a_type_is_made_of_at_any_depth():
    deep = dg.Dict[str, dg.Dict[str, dg.List[int]]]

    assert [each.key for each in deep.inner_types] == [
        "String",
        "TypedPythonDict.String.List.Int",
        "List.Int",
        "Int",
    ]
    assert deep.type_param_keys == ["String", "TypedPythonDict.String.List.Int"]


def test_parts_bring_the_resources_that_their_checks_need():
    needs = dg.DagsterType(lambda _c, _v: True, name="N", required_resource_keys={"db"})

    assert dg.List[needs].required_resource_keys == {"db"}
    assert dg.Dict[str, dg.Optional[needs]].required_resource_keys == {"db"}


def test_several_outputs_go_to_a_list():
    assert dg.List[int].supports_fan_in
    assert dg.List[int].get_inner_type_for_fan_in() == resolve_runtime_type(int)
    assert dg.Optional[dg.List[int]].get_inner_type_for_fan_in() == resolve_runtime_type(int)
    assert not dg.Optional[int].supports_fan_in
    assert not dg.Set[int].supports_fan_in


@pytest.mark.parametrize("name", [dg.List, dg.Optional])
def test_nothing_has_no_list_and_no_option(name):
    with pytest.raises(InvalidDefinitionError, match="Nothing cannot be wrapped"):
        name[dg.Nothing]


@pytest.mark.parametrize("name", [dg.Set, dg.Tuple])
def test_nothing_is_no_part_of_a_set_or_tuple(name):
    with pytest.raises(ParameterCheckError, match="List for fan-in"):
        name[dg.Nothing]


@given(st.recursive(st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3)))
def test_an_optional_type_accepts_none_and_what_its_inner_type_accepts(value):
    inner = dg.List[dg.Optional[int]]

    expected = value is None or dg.check_dagster_type(inner, value).success

    assert dg.check_dagster_type(dg.Optional[inner], value).success is expected
