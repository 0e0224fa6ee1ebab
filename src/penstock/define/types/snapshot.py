"""A type as plain data, for the manifest."""

from __future__ import annotations

from penstock.define.types.definition import RuntimeType


def type_snapshot(runtime_type: RuntimeType) -> dict[str, object]:
    """Describe a type by values that can be written as JSON.

    The types it is made of are named by their keys; describe each of `inner_types` beside it.
    """
    return {
        "kind": runtime_type.kind.value,
        "key": runtime_type.key,
        "name": runtime_type.unique_name if runtime_type.has_unique_name else None,
        "display_name": runtime_type.display_name,
        "description": runtime_type.description,
        "is_builtin": runtime_type.is_builtin,
        "type_param_keys": runtime_type.type_param_keys,
        "loader_schema_key": runtime_type.loader_schema_key,
        "required_resource_keys": sorted(runtime_type.required_resource_keys),
    }
