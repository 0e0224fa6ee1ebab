"""A config type written down: as JSON for the manifest and the UI, as text, as an example.

Owns the JSON form. It describes types by reference, so that a type that occurs often is there once.
"""

from __future__ import annotations

from typing import cast

from penstock.config.alternatives import ScalarUnion
from penstock.config.config_type import ConfigType, ConfigTypeKind
from penstock.config.entries import Entry, Fields
from penstock.config.enums import Enum
from penstock.config.scalars import SourceType
from penstock.config.schema import ConfigSchema, Field, as_config_type


def config_schema_snapshot(schema: ConfigSchema) -> dict[str, object]:
    """Describe a config type and those that it is made of.

    Returns:
        `root`: the key of the type. `types`: by key, each with its `kind`, and if it has them
        `given_name`, `description`, `fields` (name, `type_key`, `is_required`, `is_secret`,
        `default` as JSON text, `description`), `enum_values` and `type_param_keys`.
    """
    root = as_config_type(schema)
    types: dict[str, object] = {}
    waiting = [root]
    while waiting:
        each = waiting.pop()
        key = each.key
        if key not in types:
            types[key] = _described(each)
            waiting += parts_of(each)
    return {"root": root.key, "types": types}


def parts_of(config_type: ConfigType) -> tuple[ConfigType, ...]:
    """Return the types that a type is made of, in the order in which they are written."""
    return config_type.inner_types()


def print_config_type(schema: ConfigSchema, *, with_lines: bool = True) -> str:
    """Write a config type as text.

    Args:
        schema: Anything accepted as a schema.
        with_lines: Whether each field has a line of its own.

    Example:
        >>> print_config_type({"rows": int, "days": [str]}, with_lines=False)
        '{ days: [String], rows: Int }'
    """
    return as_config_type(schema).printed("\n" if with_lines else ", ")


def example_config(schema: ConfigSchema, *, complete: bool = False) -> object:
    """Return config to begin with.

    Args:
        schema: Anything accepted as a schema.
        complete: Whether fields that may be left out are there too, with their defaults.
    """
    config_type = schema.config_type if isinstance(schema, Field) else as_config_type(schema)
    return _completed(config_type) if complete else config_type.example()


def _completed(config_type: ConfigType) -> object:
    fields = fields_of_type(config_type)
    if fields is None or config_type.kind is ConfigTypeKind.SELECTOR:
        return config_type.example()
    return {name: _completed_entry(each) for name, each in fields.items()}


def _completed_entry(each: Entry) -> object:
    if each.default_provided and fields_of_type(each.config_type) is None:
        return each.default_value
    return _completed(each.config_type)


def fields_of_type(config_type: ConfigType) -> Fields | None:
    """Return the declared fields of a type; None for a type without named fields."""
    fields: object = getattr(config_type, "fields", None)
    return None if fields is None else cast("Fields", fields)


def _described(config_type: ConfigType) -> dict[str, object]:
    described: dict[str, object] = {
        "kind": config_type.kind.value,
        "given_name": config_type.given_name,
        "description": config_type.description,
    }
    fields = fields_of_type(config_type)
    if fields is not None:
        described["fields"] = [_described_field(name, each) for name, each in fields.items()]
    elif parts_of(config_type):
        described["type_param_keys"] = [part.key for part in parts_of(config_type)]
    if isinstance(config_type, Enum):
        described["enum_values"] = [
            {"value": each.config_value, "description": each.description}
            for each in config_type.enum_values
        ]
    if isinstance(config_type, ScalarUnion | SourceType):
        described["accepts"] = str(config_type)
    return {name: value for name, value in described.items() if value is not None}


def _described_field(name: str, each: Entry) -> dict[str, object]:
    return {
        "name": name,
        "type_key": each.config_type.key,
        "is_required": each.is_required,
        "is_secret": each.is_secret,
        "default": each.default_value_as_json_str if each.default_provided else None,
        "description": each.description,
    }
