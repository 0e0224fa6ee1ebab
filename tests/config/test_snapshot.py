import json

import pytest

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.enums import Enum, EnumValue
from penstock.config.evaluate import evaluate_config
from penstock.config.model import Config
from penstock.config.scalars import IntSource
from penstock.config.schema import Array, Field, Map, Permissive, Shape
from penstock.config.snapshot import config_schema_snapshot, example_config, print_config_type


class Limits(Config):
    """How much."""

    rows: int = 10
    name: str


MODE = Enum("Mode", [EnumValue("fast", description="Hurry"), EnumValue("slow")])


@pytest.mark.parametrize(
    ("schema", "printed"),
    [
        (int, "Int"),
        ([[int]], "[[Int]]"),
        (Noneable([Noneable(int)]), "[Int?]?"),
        ({str: [int]}, "{ [String]: [Int] }"),
        (Map(str, float, key_label_name="day"), "{ [day: String]: Float }"),
        ({"b": Field(int, is_required=False), "a": str}, "{ a: String, b?: Int }"),
        (Permissive(), "{ }"),
        (MODE, "Mode"),
        (IntSource, "(Int | { env: String })"),
        (ScalarUnion(int, {"a": str}), "(Int | { a: String })"),
        (Selector({"a": int}), "{ a: Int }"),
    ],
)
def test_a_type_is_written_on_one_line(schema, printed):
    assert print_config_type(schema, with_lines=False) == printed


def test_a_type_is_written_with_a_line_for_each_field():
    assert print_config_type({"one": {str: {"two": [int]}}, "three": int}) == (
        "{\n  one: {\n    [String]: {\n      two: [Int]\n    }\n  }\n  three: Int\n}"
    )


def test_a_snapshot_describes_each_type_once():
    schema = Shape({"a": Field(MODE, description="How"), "b": Array(MODE)}, description="Both")

    snapshot = config_schema_snapshot(schema)

    assert snapshot == {
        "root": schema.key,
        "types": {
            schema.key: {
                "kind": "STRICT_SHAPE",
                "description": "Both",
                "fields": [
                    {
                        "name": "a",
                        "type_key": "Mode",
                        "is_required": True,
                        "is_secret": False,
                        "default": None,
                        "description": "How",
                    },
                    {
                        "name": "b",
                        "type_key": "Array.Mode",
                        "is_required": True,
                        "is_secret": False,
                        "default": None,
                        "description": None,
                    },
                ],
            },
            "Array.Mode": {"kind": "ARRAY", "type_param_keys": ["Mode"]},
            "Mode": {
                "kind": "ENUM",
                "given_name": "Mode",
                "enum_values": [
                    {"value": "fast", "description": "Hurry"},
                    {"value": "slow", "description": None},
                ],
            },
        },
    }


def test_a_snapshot_of_a_class_is_json_with_its_fields():
    snapshot = json.loads(json.dumps(config_schema_snapshot({"limits": Limits})))

    described = next(t for t in snapshot["types"].values() if t.get("description") == "How much.")
    assert [(f["name"], f["default"], f["is_required"]) for f in described["fields"]] == [
        ("rows", "10", False),
        ("name", None, True),
    ]


@pytest.mark.parametrize(
    ("schema", "minimal", "complete"),
    [
        ({"a": int, "b": Field(str, default_value="x")}, {"a": 0}, {"a": 0, "b": "x"}),
        ({"l": Limits}, {"l": {"name": "..."}}, {"l": {"rows": 10, "name": "..."}}),
        (Selector({"a": int, "b": str}), {"a": 0}, {"a": 0}),
        ({"a": [int], "m": MODE, "k": {str: int}}, *[{"a": [], "m": "fast", "k": {}}] * 2),
        ({"a": Noneable(int)}, {}, {"a": None}),
    ],
)
def test_an_example_is_config_that_fits(schema, minimal, complete):
    assert example_config(schema) == minimal
    assert example_config(schema, complete=True) == complete
    assert evaluate_config(schema, minimal).success
    assert evaluate_config(schema, complete).success
