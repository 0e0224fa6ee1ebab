"""Metadata values as text for a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from penstock.base.text import counted
from penstock.model.metadata import (
    BoolMetadataValue,
    CodeReferencesMetadataValue,
    DagsterJobMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JsonMetadataValue,
    MetadataUnion,
    PythonArtifactMetadataValue,
    TableColumnLineageMetadataValue,
    TableMetadataValue,
    TableSchemaMetadataValue,
    TimestampMetadataValue,
)


def render(value: MetadataUnion) -> str:
    """Write a value as one line of text for a terminal."""
    return " ".join(_rendered(value).split())


def _rendered(value: MetadataUnion) -> str:
    match value:
        case IntMetadataValue(value=int(number)):
            return f"{number:,}"
        case FloatMetadataValue(value=float(number)):
            return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,}"
        case BoolMetadataValue(value=bool(truth)):
            return "yes" if truth else "no"
        case JsonMetadataValue():
            return json.dumps(value.data, ensure_ascii=False)
        case TimestampMetadataValue():
            return datetime.fromtimestamp(value.value, tz=UTC).isoformat(" ", "seconds")
        case TableMetadataValue():
            return f"table of {counted(len(value.records), 'row')} ({value.schema.in_words()})"
        case TableSchemaMetadataValue() | TableColumnLineageMetadataValue():
            return value.value.in_words()
        case _:
            return _referred(value)


def _referred(value: MetadataUnion) -> str:
    match value:
        case DagsterJobMetadataValue():
            return f"{value.job_name} in {value.location_name}"
        case CodeReferencesMetadataValue():
            return ", ".join(reference.source for reference in value.code_references) or "none"
        case PythonArtifactMetadataValue():
            return f"{value.module}.{value.name}"
        case _:
            return "none" if value.value is None else str(value.value)
