import pytest

import penstock as dg
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.definition import TypeKind
from penstock.errors import (
    InvalidDefinitionError,
    InvalidMetadataError,
    InvariantViolationError,
    ParameterCheckError,
)


class Orders:
    pass


def always(_context, _value):
    return True


def test_a_type_without_a_key_is_known_by_its_name():
    orders = dg.DagsterType(always, name="Orders", description="of one day", metadata={"n": 1})

    assert orders.key == "Orders"
    assert orders.unique_name == "Orders"
    assert orders.display_name == "Orders"
    assert orders.has_unique_name
    assert orders.description == "of one day"
    assert orders.metadata == {"n": dg.MetadataValue.int(1)}
    assert orders.kind is TypeKind.REGULAR
    assert orders.inner_types == []
    assert orders.loader is None
    assert not orders.is_builtin
    assert not orders.always_passes


def test_a_type_with_only_a_key_has_no_unique_name():
    orders = dg.DagsterType(always, key="orders")

    assert not orders.has_unique_name
    assert orders.display_name == "orders"
    with pytest.raises(ParameterCheckError) as caught:
        orders.unique_name  # noqa: B018
    assert str(caught.value) == "The type 'orders' has no unique name. Use its display_name or key."


def test_a_type_has_a_key_or_a_name():
    with pytest.raises(ParameterCheckError) as caught:
        dg.DagsterType(always)

    assert str(caught.value) == "A DagsterType must have a key or a name. Give it one."


@pytest.mark.parametrize(
    "check", [lambda _value: True, lambda _a, _b, _c: True, lambda *, context, value: True]
)
def test_a_check_takes_a_context_and_a_value(check):
    with pytest.raises(InvalidDefinitionError, match="must take 2 arguments"):
        dg.DagsterType(check, name="Orders")


def test_a_check_may_be_a_method_and_may_have_defaults():
    class Rules:
        def check(self, _context, value):
            return value == 1

    assert dg.DagsterType(Rules().check, name="One").type_check(None, 1).success
    assert dg.DagsterType(lambda *args: True, name="Any1").type_check(None, 1).success
    assert dg.DagsterType(lambda _c, v, least=0: v > least, name="More").type_check(None, 1).success


def test_what_is_not_a_check_or_loader_is_refused():
    with pytest.raises(ParameterCheckError, match="must be a function, not 5"):
        dg.DagsterType(5, name="Orders")
    with pytest.raises(ParameterCheckError, match="must be a DagsterTypeLoader, not 5"):
        dg.DagsterType(always, name="Orders", loader=5)


def test_a_check_answers_by_a_bool_or_a_verdict():
    verdict = dg.TypeCheck(success=False, description="empty", metadata={"rows": 0})

    assert dg.DagsterType(lambda _c, _v: True, name="A").type_check(None, 1) == dg.TypeCheck(True)
    assert dg.DagsterType(lambda _c, _v: False, name="A").type_check(None, 1) == dg.TypeCheck(False)
    assert dg.DagsterType(lambda _c, _v: verdict, name="A").type_check(None, 1) is verdict


@pytest.mark.parametrize("answer", ["foo", None, 1])
def test_any_other_answer_breaks_the_rules(answer):
    bad = dg.DagsterType(lambda _c, _v: answer, name="Bad")

    with pytest.raises(InvariantViolationError) as caught:
        bad.type_check(None, 1)

    assert str(caught.value) == (
        "The check of type 'Bad' must return True, False or a TypeCheck; it returned"
        f" {answer!r}, which is a {type(answer).__name__}."
    )


def test_a_verdict_is_true_or_false():
    with pytest.raises(ParameterCheckError) as caught:
        dg.TypeCheck(1)

    assert str(caught.value) == "TypeCheck(success=...) must be True or False, not 1."


def test_the_booleans_of_numpy_are_verdicts():
    bool_ = type("bool_", (), {"__bool__": lambda self: False})

    assert dg.TypeCheck(bool_()) == dg.TypeCheck(success=False)
    assert not dg.DagsterType(lambda _c, _v: bool_(), name="A").type_check(None, 1).success


def test_metadata_of_a_verdict_becomes_typed():
    assert dg.TypeCheck(True, metadata={"rows": 3}).metadata == {"rows": dg.MetadataValue.int(3)}
    with pytest.raises(InvalidMetadataError, match="rows"):
        dg.TypeCheck(True, metadata={"rows": object()})


def test_a_python_class_as_a_type_checks_for_instances():
    orders = dg.PythonObjectDagsterType(Orders)

    assert orders.unique_name == "Orders"
    assert orders.typing_type is Orders
    assert orders.type_check(None, Orders()).success
    assert orders.type_check(None, 5) == dg.TypeCheck(
        success=False, description="The value is of type int; expected Orders."
    )


def test_several_classes_as_a_type_check_for_instances_of_any():
    number = dg.PythonObjectDagsterType((int, float))

    assert number.unique_name == "Union[int, float]"
    assert number.typing_type == int | float
    assert number.type_check(None, 1.5).success
    assert not number.type_check(None, "a").success


@pytest.mark.parametrize(
    ("given", "key", "name"),
    [
        ({"key": "k"}, "k", "Orders"),
        ({"name": "n"}, "n", "n"),
        ({"key": "k", "name": "n"}, "k", "n"),
    ],
)
def test_key_and_name_of_a_class_default_to_each_other(given, key, name):
    orders = dg.PythonObjectDagsterType(Orders, **given)

    assert (orders.key, orders.unique_name) == (key, name)


@pytest.mark.parametrize("wrong", [5, (int, 5), (), list[int]])
def test_only_classes_make_a_type_of_python_objects(wrong):
    with pytest.raises(ParameterCheckError, match="takes a class or a tuple of classes"):
        dg.PythonObjectDagsterType(wrong)


def test_a_subclass_of_a_type_gives_its_own_arguments():
    class Bar(dg.PythonObjectDagsterType):
        def __init__(self):
            super().__init__(Orders, name="Bar", description="A bar.")

    bar = Bar()

    assert bar.description == "A bar."
    assert bar.type_check(None, Orders()).success


def test_types_of_one_class_and_key_are_equal():
    one, two = dg.DagsterType(always, name="A"), dg.DagsterType(always, name="A")

    assert one == two
    assert hash(one) == hash(two)
    assert one != dg.DagsterType(always, name="B")
    assert one != dg.PythonObjectDagsterType(Orders, name="A")


def test_a_type_is_no_config_schema():
    with pytest.raises(InvalidDefinitionError, match="type of inputs and outputs"):
        dg.Field(dg.PythonObjectDagsterType(Orders))
    with pytest.raises(InvalidDefinitionError, match="Noneable"):
        dg.Field(dg.List[int])
    with pytest.raises(InvalidDefinitionError, match="Noneable"):
        dg.Field(dg.Optional)
    with pytest.raises(InvalidDefinitionError, match="Noneable"):
        dg.Field(dg.List)


def test_a_check_whose_parameters_cannot_be_read_is_accepted():
    assert dg.DagsterType(max, name="Odd").key == "Odd"


def test_any_is_told_apart_by_its_kind():
    assert resolve_runtime_type(dg.Any).is_any
    assert not resolve_runtime_type(int).is_any
