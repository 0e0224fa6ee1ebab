"""Metadata that an external process reports, as metadata values.

On the wire a fact is `{"raw_value": ..., "type": ...}`; the type `__infer__` means that the value
says itself what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from penstock.errors import InvalidMetadataError
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, MetadataValue, normalize_metadata
from penstock.model.table import (
    TableColumn,
    TableColumnDep,
    TableColumnLineage,
    TableRecord,
    TableSchema,
)

INFER = "__infer__"


def metadata_of(external: Mapping[str, object] | None) -> dict[str, MetadataUnion]:
    """Make metadata values of what was reported.

    Raises:
        InvalidMetadataError: A fact is of an unknown type, or does not fit its type.
    """
    return {key: _value_of(key, fact) for key, fact in (external or {}).items()}


def _value_of(key: str, fact: object) -> MetadataUnion:
    if not isinstance(fact, Mapping) or set(cast("Mapping[str, object]", fact)) != {
        "raw_value",
        "type",
    }:
        raise InvalidMetadataError(
            f"Metadata '{key}' of an external process is {fact!r}. Send a value with its type, as "
            'in {"raw_value": "a", "type": "text"}.'
        )
    parts = cast("Mapping[str, Any]", fact)
    kind, raw = parts["type"], parts["raw_value"]
    if kind == INFER:
        return normalize_metadata({key: raw})[key]
    make = _MAKERS.get(kind)
    if make is None:
        raise InvalidMetadataError(
            f"Metadata '{key}' of an external process has the unknown type '{kind}'. Known are "
            f"{', '.join(sorted(_MAKERS))}."
        )
    try:
        return make(raw)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidMetadataError(
            f"Metadata '{key}' of an external process is no {kind}: {raw!r} ({error})."
        ) from error


def _schema(raw: object) -> TableSchema:
    if isinstance(raw, list):
        return TableSchema([_column(column) for column in cast("list[object]", raw)])
    return msgspec.convert(raw, TableSchema)


def _column(raw: object) -> TableColumn:
    return msgspec.convert(raw, TableColumn)


def _table(raw: Mapping[str, Any]) -> MetadataUnion:
    records = [TableRecord(record) for record in raw["records"]]
    schema = raw.get("schema")
    return MetadataValue.table(records, None if schema is None else _schema(schema))


def _lineage(raw: Mapping[str, Any]) -> MetadataUnion:
    return MetadataValue.column_lineage(
        TableColumnLineage(
            {
                column: [
                    TableColumnDep(AssetKey.from_user_string(dep["asset_key"]), dep["column_name"])
                    for dep in deps
                ]
                for column, deps in raw["deps_by_column"].items()
            }
        )
    )


_MAKERS: Mapping[str, Callable[[Any], MetadataUnion]] = {
    "text": MetadataValue.text,
    "url": MetadataValue.url,
    "path": MetadataValue.path,
    "notebook": MetadataValue.notebook,
    "json": MetadataValue.json,
    "md": MetadataValue.md,
    "float": MetadataValue.float,
    "int": MetadataValue.int,
    "bool": MetadataValue.bool,
    "dagster_run": MetadataValue.dagster_run,
    "asset": lambda raw: MetadataValue.asset(AssetKey.from_escaped_user_string(raw)),
    "null": lambda _: MetadataValue.null(),
    "table": _table,
    "table_schema": lambda raw: MetadataValue.table_schema(_schema(raw)),
    "table_column_lineage": _lineage,
    "timestamp": MetadataValue.timestamp,
}
