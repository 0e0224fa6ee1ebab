import collections.abc
import enum
import inspect
import typing

import pytest
from pydantic import BaseModel

import penstock as dg
from penstock.define.result import DynamicOutput
from penstock.define.types.annotations import (
    check_distinct_names,
    resolve_input_annotation,
    resolve_output_annotation,
    resolve_runtime_type,
)
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)

T = typing.TypeVar("T")


class Orders:
    pass


class Row(typing.TypedDict):
    n: int


class Model(BaseModel):
    n: int


class Color(enum.Enum):
    RED = 1


class Closes(typing.Protocol):
    def close(self) -> None: ...


class Box(typing.Generic[T]):
    pass


@pytest.mark.parametrize(
    ("annotation", "key"),
    [
        (None, "Any"),
        (typing.Any, "Any"),
        (int, "Int"),
        (type(None), "Nothing"),
        (list, "List.Any"),
        (typing.List, "List.Any"),  # noqa: UP006
        (list[int], "List.Int"),
        (typing.List[int], "List.Int"),  # noqa: UP006
        (typing.Sequence, "List.Any"),
        (collections.abc.Sequence[int], "List.Int"),
        (dict, "PythonDict"),
        (typing.Dict, "PythonDict"),  # noqa: UP006
        (dict[str, int], "TypedPythonDict.String.Int"),
        (typing.Mapping, "PythonDict"),
        (collections.abc.Mapping[str, int], "TypedPythonDict.String.Int"),
        (set, "PythonSet"),
        (set[int], "TypedPythonSet.Int"),
        (tuple, "PythonTuple"),
        (typing.Tuple, "PythonTuple"),  # noqa: UP006
        (tuple[int, str], "TypedPythonTupleInt.String"),
        (typing.Optional[int], "Optional.Int"),  # noqa: UP045
        (int | None, "Optional.Int"),
        (None | int, "Optional.Int"),
        (typing.Optional[list[int]], "Optional.List.Int"),  # noqa: UP045
        (dict[str, list[dict[int, int]]], "TypedPythonDict.String.List.TypedPythonDict.Int.Int"),
        (bytes, "_TypeHintInferred[builtins.bytes]"),
        (object, "_TypeHintInferred[builtins.object]"),
        (collections.abc.Iterable, "_TypeHintInferred[collections.abc.Iterable]"),
        (dg.Output, "Any"),
        (dg.Output[int], "Int"),
        (dg.Output[list[int]], "List.Int"),
        (dg.Output[None], "Nothing"),
        (list[dg.Output[int]], "List.Int"),
        (dg.MaterializeResult, "Any"),
        (dg.MaterializeResult[int], "Int"),
        (dg.ObserveResult, "Nothing"),
        (list[DynamicOutput], "Any"),
        (list[DynamicOutput[int]], "Int"),
    ],
)
def test_the_type_that_an_annotation_stands_for(annotation, key):
    assert resolve_runtime_type(annotation).key == key


@pytest.mark.parametrize("python_type", [Orders, Model, Color, Box])
def test_a_class_stands_for_its_instances(python_type):
    found = resolve_runtime_type(python_type)

    assert found.key == f"_TypeHintInferred[{python_type.__module__}.{python_type.__name__}]"
    assert found.display_name == python_type.__name__
    assert found.typing_type is python_type
    assert not found.has_unique_name
    assert not found.type_check(None, "text").success


def test_a_typed_dict_stands_for_dicts():
    assert dg.check_dagster_type(Row, {"n": 1}).success
    assert not dg.check_dagster_type(Row, 1).success


def test_a_protocol_that_cannot_be_asked_accepts_everything():
    assert dg.check_dagster_type(Closes, 1).success


def test_object_needs_no_check():
    assert resolve_runtime_type(object).always_passes


@pytest.mark.parametrize(
    "annotation",
    [
        typing.Union[int, str],  # noqa: UP007
        int | str | None,
        typing.Literal["a"],
        typing.NewType("Id", int),
        T,
        list[T],
        typing.Callable[[int], str],
        collections.abc.Iterator[int],
        tuple[int, ...],
        typing.Tuple[()],  # noqa: UP006
        frozenset[int],
        Box[int],
        typing.Annotated[int, "x"],
        type[int],
        "int",
        5,
        lambda x: x,
        dg.Shape({"a": int}),
    ],
)
def test_other_annotations_stand_for_no_type(annotation):
    with pytest.raises(InvalidDefinitionError, match="is not a type for an input or output"):
        resolve_runtime_type(annotation)


def test_the_refusal_of_a_union_says_what_to_write():
    with pytest.raises(InvalidDefinitionError) as caught:
        resolve_runtime_type(int | str)

    assert str(caught.value) == (
        "int | str is not a type for an input or output. Use a class, a DagsterType, or a list,"
        " dict, set, tuple or Optional of these. Of unions, only one type or None can be:"
        " Optional[int]. For several classes, make a PythonObjectDagsterType((int, str))."
    )


@pytest.mark.parametrize("instance", [[int], {"a": int}])
def test_an_instance_in_place_of_a_class_is_refused(instance):
    with pytest.raises(InvalidDefinitionError, match="did you give an instance"):
        resolve_runtime_type(instance)


def test_a_class_of_types_is_refused():
    with pytest.raises(ParameterCheckError, match="is a class of types, not a type"):
        resolve_runtime_type(dg.PythonObjectDagsterType)


@pytest.mark.parametrize("annotation", [DynamicOutput, DynamicOutput[int]])
def test_dynamic_outputs_come_in_lists(annotation):
    with pytest.raises(InvariantViolationError, match="can only be used in a list"):
        resolve_output_annotation(annotation)


def test_an_annotation_is_resolved_once():
    assert resolve_runtime_type(dict[str, Orders]) is resolve_runtime_type(dict[str, Orders])


def test_an_input_without_annotation_takes_anything_and_none_is_nothing():
    assert resolve_input_annotation(inspect.Parameter.empty, parameter="x").key == "Any"
    assert resolve_input_annotation(None, parameter="x").key == "Nothing"
    assert resolve_output_annotation(inspect.Parameter.empty).key == "Any"
    assert resolve_output_annotation(None).key == "Nothing"


def test_a_wrong_annotation_names_the_place():
    with pytest.raises(InvalidDefinitionError, match=r"annotation of parameter 'x'.*ins="):
        resolve_input_annotation(int | str, parameter="x")
    with pytest.raises(InvalidDefinitionError, match=r"the return annotation.*out="):
        resolve_output_annotation(int | str)


def test_a_declared_class_stands_for_its_type():
    @dg.usable_as_dagster_type
    class A:
        pass

    @dg.usable_as_dagster_type()
    class B:
        pass

    @dg.usable_as_dagster_type(name="Sea", description="deep")
    class C:
        pass

    @dg.usable_as_dagster_type("Depth")
    class D:
        pass

    assert resolve_runtime_type(A).unique_name == "A"
    assert resolve_runtime_type(B).unique_name == "B"
    assert resolve_runtime_type(C).unique_name == "Sea"
    assert resolve_runtime_type(C).description == "deep"
    assert resolve_runtime_type(D).unique_name == "Depth"
    assert resolve_runtime_type(list[A]).key == "List.A"
    assert dg.check_dagster_type(C, C()).success


def test_a_subclass_of_a_declared_class_is_not_declared():
    @dg.usable_as_dagster_type
    class Parent:
        pass

    class Child(Parent):
        pass

    assert not resolve_runtime_type(Child).has_unique_name


def test_a_class_stands_for_one_type():
    class A:
        pass

    first = dg.PythonObjectDagsterType(A, name="First")
    dg.make_python_type_usable_as_dagster_type(A, first)
    dg.make_python_type_usable_as_dagster_type(A, first)

    with pytest.raises(InvalidDefinitionError) as caught:
        dg.make_python_type_usable_as_dagster_type(A, dg.PythonObjectDagsterType(A))
    assert str(caught.value) == (
        "The class 'A' already stands for the type 'First'. It was declared before, and a class"
        " stands for one type only."
    )


def test_a_class_is_declared_before_it_is_used():
    class Late:
        pass

    resolve_runtime_type(Late)

    with pytest.raises(InvalidDefinitionError, match="used as an annotation before"):
        dg.usable_as_dagster_type(Late)


def test_a_builtin_class_keeps_its_type():
    with pytest.raises(InvalidDefinitionError, match="It is built in"):
        dg.make_python_type_usable_as_dagster_type(int, dg.PythonObjectDagsterType(int, name="I"))


def test_only_classes_are_declared_and_only_as_types():
    with pytest.raises(ParameterCheckError, match="'x' is not a class"):
        dg.make_python_type_usable_as_dagster_type("x", dg.PythonObjectDagsterType(int))
    with pytest.raises(ParameterCheckError, match="'x' is not a DagsterType"):
        dg.make_python_type_usable_as_dagster_type(Orders, "x")
    with pytest.raises(ParameterCheckError, match="decorates a class"):
        dg.usable_as_dagster_type("N")(lambda: None)


def test_two_types_of_one_name_do_not_go_together():
    one = dg.DagsterType(lambda _c, _v: True, name="Foo")
    two = dg.DagsterType(lambda _c, _v: False, name="Foo")

    assert check_distinct_names([one, dg.List[one]]) == {"Foo": one}
    with pytest.raises(InvalidDefinitionError, match="Two different types are both named 'Foo'"):
        check_distinct_names([one, dg.List[two]])
