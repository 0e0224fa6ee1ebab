import json

import penstock as dg
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.snapshot import type_snapshot


def test_a_type_as_plain_data():
    type_ = dg.DagsterType(
        lambda _c, _v: True,
        key="orders",
        name="Orders",
        description="of a day",
        required_resource_keys={"b", "a"},
    )

    assert type_snapshot(type_) == {
        "kind": "REGULAR",
        "key": "orders",
        "name": "Orders",
        "display_name": "Orders",
        "description": "of a day",
        "is_builtin": False,
        "type_param_keys": [],
        "loader_schema_key": None,
        "required_resource_keys": ["a", "b"],
    }


def test_a_type_made_of_others_names_them_by_key():
    found = type_snapshot(dg.Dict[str, int])

    assert found["name"] is None
    assert found["type_param_keys"] == ["String", "Int"]
    assert found["loader_schema_key"] == dg.Dict[str, int].loader.schema_type.key
    assert json.loads(json.dumps(found)) == found


def test_a_builtin_type_as_plain_data():
    found = type_snapshot(resolve_runtime_type(dg.Nothing))

    assert (found["kind"], found["name"], found["is_builtin"]) == ("NOTHING", "Nothing", True)
