import json
import logging
import pickle
import typing

import pytest

import penstock as dg
from penstock.config.evaluate import evaluate_config
from penstock.config.scalars import STRING
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.check import load_from_config
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    TypeLoadingError,
)

CONTEXT = dg.DagsterTypeLoaderContext(run_id="r", log=logging.getLogger("t"), resources=object())


class Orders:
    def __init__(self, path=""):
        self.path = path


def load(annotation, config):
    """Read config against the loader's schema and build the value, as a run does."""
    type_ = resolve_runtime_type(annotation)
    read = evaluate_config(type_.loader.schema_type, config)
    if not read.success:
        raise InvalidConfigError("; ".join(str(error) for error in read.errors))
    return load_from_config(type_, CONTEXT, read.value)


@pytest.mark.parametrize(
    ("annotation", "config", "value"),
    [
        (int, 5, 5),
        (int, {"value": 5}, 5),
        (str, "a", "a"),
        (bool, {"value": False}, False),
        (typing.Any, {"value": [1]}, [1]),
        (typing.Any, {"value": None}, None),
        (dict, {"a": {"b": 1}}, {"a": {"b": 1}}),
        (list, [{"value": 1}], [1]),
        (list[int], [1, {"value": 3}], [1, 3]),
        (set[int], [1, 2], {1, 2}),
        (tuple[int, str], [{"value": 1}, "a"], (1, "a")),
        (tuple[int, str], [1], (1,)),
        (tuple[int], [1, 2], (1, 2)),
        (typing.Optional[int], None, None),  # noqa: UP045
        (typing.Optional[int], {"value": 5}, 5),  # noqa: UP045
        (dict[str, int], {"a": {"value": 1}, "b": 2}, {"a": 1, "b": 2}),
        (dict[str, list[int]], {"a": [1, 2]}, {"a": [1, 2]}),
    ],
)
def test_config_becomes_a_value(annotation, config, value):
    assert load(annotation, config) == value


@pytest.mark.parametrize(
    ("annotation", "config"),
    [
        (int, "a"),
        (int, None),
        (int, {"a": 1}),
        (int, {"value": "a"}),
        (int, {"value": 1, "json": {"path": "x"}}),
        (int, {"json": "x"}),
        (typing.Any, 5),
        (typing.Any, {"a": 1}),
        (dict, 5),
        (list, [1]),
        (list[int], {"value": 1}),
        (set[int], {1, 2}),
        (dict[str, int], {"a": "b"}),
        (dict[str, typing.Any], {"a": 1}),
        (typing.Optional[int], {"value": None}),  # noqa: UP045
    ],
)
def test_config_that_cannot_become_a_value_does_not_fit(annotation, config):
    with pytest.raises(InvalidConfigError):
        load(annotation, config)


def test_a_value_is_read_from_a_file(tmp_path):
    (tmp_path / "v.json").write_text(json.dumps({"value": 5, "more": 1}))
    (tmp_path / "v.pickle").write_bytes(pickle.dumps([7]))

    assert load(int, {"json": {"path": str(tmp_path / "v.json")}}) == 5
    assert load(typing.Any, {"pickle": {"path": str(tmp_path / "v.pickle")}}) == [7]


@pytest.mark.parametrize("content", ["5", "[]", '{"a": 5}'])
def test_a_json_file_without_a_value_fails_the_loading(tmp_path, content):
    path = tmp_path / "v.json"
    path.write_text(content)

    with pytest.raises(TypeLoadingError, match="must hold a JSON object with the key 'value'"):
        load(int, {"json": {"path": str(path)}})


def test_a_missing_file_fails_the_loading(tmp_path):
    with pytest.raises(TypeLoadingError) as caught:
        load(int, {"json": {"path": str(tmp_path / "none.json")}})

    assert isinstance(caught.value.user_exception, FileNotFoundError)


@pytest.mark.parametrize(
    "annotation",
    [
        dg.Nothing,
        set,
        tuple,
        object,
        Orders,
        list[Orders],
        dict[str, Orders],
        dict[int, int],
        tuple[int, Orders],
        typing.Optional[Orders],  # noqa: UP045
    ],
)
def test_types_whose_values_cannot_be_written_in_config_have_no_loader(annotation):
    type_ = resolve_runtime_type(annotation)

    assert type_.loader is None
    assert type_.loader_schema_key is None
    with pytest.raises(InvalidDefinitionError, match="has no loader"):
        load_from_config(type_, CONTEXT, 1)


def test_a_function_becomes_a_loader():
    @dg.dagster_type_loader({"path": str}, required_resource_keys={"disk"})
    def read_orders(context, config):
        return Orders(f"{context.run_id}/{config['path']}")

    type_ = dg.PythonObjectDagsterType(Orders, loader=read_orders)

    assert isinstance(read_orders, dg.DagsterTypeLoader)
    assert read_orders.required_resource_keys() == {"disk"}
    assert load(type_, {"path": "x"}).path == "r/x"
    assert load(dg.List[type_], [{"path": "x"}])[0].path == "r/x"
    assert dg.List[type_].loader.required_resource_keys() == {"disk"}
    assert type_.loader_schema_key == read_orders.schema_type.key
    with pytest.raises(InvalidConfigError):
        load(type_, {"q": "x"})


def test_a_class_becomes_a_loader():
    class ByPath(dg.DagsterTypeLoader):
        @property
        def schema_type(self):
            return dg.Array(str)

        def construct_from_config_value(self, _context, config_value):
            return Orders("/".join(config_value))

    type_ = dg.PythonObjectDagsterType(Orders, loader=ByPath())

    assert load(type_, ["a", "b"]).path == "a/b"
    assert type_.loader.required_resource_keys() == frozenset()


def test_a_loader_that_builds_nothing_gives_the_config_itself():
    class Text(dg.DagsterTypeLoader):
        @property
        def schema_type(self):
            return STRING

    assert load(dg.DagsterType(lambda _c, _v: True, name="T", loader=Text()), "a") == "a"


def test_a_loader_says_what_config_it_accepts():
    with pytest.raises(TypeError, match="schema_type"):
        dg.DagsterTypeLoader()


def test_a_loader_that_raises_is_the_fault_of_user_code():
    @dg.dagster_type_loader(str)
    def broken(_context, _config):
        raise ValueError("boo")

    type_ = dg.PythonObjectDagsterType(Orders, loader=broken)

    with pytest.raises(TypeLoadingError) as caught:
        load_from_config(type_, CONTEXT, "x")

    assert str(caught.value) == "The loader of type 'Orders' raised ValueError: boo"
    assert isinstance(caught.value.user_exception, ValueError)


@pytest.mark.parametrize(
    "function", [lambda config: 1, lambda: 1, lambda ctx, config: 1, lambda *args: 1]
)
def test_the_first_parameter_of_a_loader_is_the_context(function):
    with pytest.raises(InvalidDefinitionError, match="no first parameter 'context'"):
        dg.dagster_type_loader(str)(function)


def test_the_second_parameter_of_a_loader_is_the_config():
    with pytest.raises(InvalidDefinitionError, match="no parameter for the config"):
        dg.dagster_type_loader(str)(lambda _: 1)


@pytest.mark.parametrize("schema", [5, dg.Field(str)])
def test_a_loader_accepts_a_config_schema_only(schema):
    with pytest.raises(InvalidDefinitionError, match="config schema"):
        dg.dagster_type_loader(schema)
