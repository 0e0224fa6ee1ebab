"""The schema of `penstock.yaml` as JSON Schema, for editors.

Generated from `schema.py`; the copy in `penstock.schema.json` beside it is what editors load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.config_type import ConfigType
from penstock.config.entries import Entry
from penstock.config.enums import Enum
from penstock.config.scalars import BOOL, FLOAT, INT, STRING, SourceType
from penstock.config.schema import Array, Map, Permissive, Shape
from penstock.settings.schema import KEYS

Node = dict[str, object]

ADDRESS: Final = "https://json-schema.org/draft/2020-12/schema"

_SCALARS: Final[Mapping[str, str]] = {
    STRING.name: "string",
    INT.name: "integer",
    FLOAT.name: "number",
    BOOL.name: "boolean",
}
_VARIABLE: Final[Node] = {
    "type": "object",
    "properties": {"env": {"type": "string", "description": "Name of an environment variable."}},
    "required": ["env"],
    "additionalProperties": False,
}


def json_schema() -> Node:
    """Return the schema of the whole file."""
    properties: Node = {}
    for name, key in KEYS.items():
        description = f"{key.field.description or ''} {key.effect}".strip()
        properties[name] = {**_node(key.field.config_type), "description": description}
    return {
        "$schema": ADDRESS,
        "title": "penstock.yaml",
        "description": "Settings of a Penstock instance.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _node(config_type: ConfigType) -> Node:
    """Return the schema of one type."""
    match config_type:
        case SourceType(scalar_type=scalar):
            return {"anyOf": [_node(scalar), _VARIABLE]}
        case Noneable(inner_type=inner):
            return {"anyOf": [_node(inner), {"type": "null"}]}
        case ScalarUnion(scalar_type=scalar, non_scalar_type=other):
            return {"anyOf": [_node(scalar), _node(other)]}
        case Array(inner_type=inner):
            return {"type": "array", "items": _node(inner)}
        case Map(inner_type=inner):
            return {"type": "object", "additionalProperties": _node(inner)}
        case Enum():
            return {"enum": list(config_type.names)}
        case Selector():
            return _mapping(config_type.fields) | {"minProperties": 1, "maxProperties": 1}
        case Shape() | Permissive():
            return _mapping(config_type.fields, is_open=isinstance(config_type, Permissive))
        case _:
            named = _SCALARS.get(config_type.given_name or "")
            return {} if named is None else {"type": named}


def _mapping(fields: Mapping[str, Entry], *, is_open: bool = False) -> Node:
    properties: Node = {}
    for name, each in fields.items():
        node = _node(each.config_type)
        if each.description:
            node = {**node, "description": each.description}
        if each.default_provided and not each.is_required:
            node = {**node, "default": each.default_value}
        properties[name] = node
    found: Node = {"type": "object", "additionalProperties": is_open}
    if properties:
        found["properties"] = properties
    required = [name for name, each in fields.items() if each.is_required]
    return {**found, "required": required} if required else found
