"""Metadata: typed facts attached to events and definitions.

Owns the closed union of value kinds, their making from raw Python values, and a one-line text form.
The union is the registry: msgspec tells the kinds apart by the field `type`. A value that is made
can be stored; what has no representation is refused when it is given, with the key in the message.
"""

from __future__ import annotations

import builtins
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, get_args

import msgspec
from msgspec.structs import force_setattr

from penstock.errors import InvalidMetadataError, ParameterCheckError
from penstock.model.code_reference import CodeReference
from penstock.model.keys import AssetKey
from penstock.model.table import TableColumnLineage, TableRecord, TableSchema, inferred_schema

_INT_LIMIT = 1 << 63


class MetadataValue(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """A typed fact. Make one with the static methods, as in `MetadataValue.md("# Title")`."""

    @staticmethod
    def int(value: builtins.int) -> IntMetadataValue:
        """Make a whole number."""
        return IntMetadataValue(value)

    @staticmethod
    def float(value: builtins.float) -> FloatMetadataValue:
        """Make a number; NaN and the infinities are kept."""
        return FloatMetadataValue(value)

    @staticmethod
    def text(text: str) -> TextMetadataValue:
        """Make a text."""
        return TextMetadataValue(text)

    @staticmethod
    def bool(value: builtins.bool) -> BoolMetadataValue:
        """Make a truth value."""
        return BoolMetadataValue(value)

    @staticmethod
    def null() -> NullMetadataValue:
        """Make the absence of a value."""
        return NullMetadataValue()

    @staticmethod
    def url(url: str) -> UrlMetadataValue:
        """Make a link."""
        return UrlMetadataValue(url)

    @staticmethod
    def path(path: str | PurePath) -> PathMetadataValue:
        """Make a path in a file system."""
        return PathMetadataValue(str(path))

    @staticmethod
    def notebook(path: str | PurePath) -> NotebookMetadataValue:
        """Make a path of a notebook."""
        return NotebookMetadataValue(str(path))

    @staticmethod
    def md(data: str) -> MarkdownMetadataValue:
        """Make a Markdown text."""
        return MarkdownMetadataValue(data)

    @staticmethod
    def json(data: Sequence[object] | Mapping[str, object]) -> JsonMetadataValue:
        """Make a JSON document.

        Raises:
            InvalidMetadataError: JSON cannot hold it.
        """
        return JsonMetadataValue(data)

    @staticmethod
    def table(
        records: Sequence[TableRecord], schema: TableSchema | None = None
    ) -> TableMetadataValue:
        """Make a small table; without a schema, the first record tells the columns.

        Raises:
            InvalidMetadataError: There is neither a schema nor a record.
        """
        return TableMetadataValue(records, schema or inferred_schema(records))

    @staticmethod
    def table_schema(schema: TableSchema) -> TableSchemaMetadataValue:
        """Make a table's schema."""
        return TableSchemaMetadataValue(schema)

    @staticmethod
    def column_lineage(lineage: TableColumnLineage) -> TableColumnLineageMetadataValue:
        """Make the lineage of a table's columns."""
        return TableColumnLineageMetadataValue(lineage)

    @staticmethod
    def asset(asset_key: AssetKey) -> DagsterAssetMetadataValue:
        """Make a reference to an asset."""
        return DagsterAssetMetadataValue(asset_key)

    @staticmethod
    def job(
        job_name: str, location_name: str, *, repository_name: str | None = None
    ) -> DagsterJobMetadataValue:
        """Make a reference to a job in a code location."""
        return DagsterJobMetadataValue(job_name, location_name, repository_name)

    @staticmethod
    def dagster_run(run_id: str) -> DagsterRunMetadataValue:
        """Make a reference to a run."""
        return DagsterRunMetadataValue(run_id)

    @staticmethod
    def timestamp(value: builtins.float | datetime) -> TimestampMetadataValue:
        """Make a point in time of seconds since the epoch or a datetime with a timezone.

        Raises:
            ParameterCheckError: The datetime has no timezone.
        """
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ParameterCheckError(
                f"MetadataValue.timestamp got the datetime {value.isoformat()}, which has no "
                "timezone. Give it one, as in value.replace(tzinfo=UTC)."
            )
        if isinstance(value, datetime):
            return TimestampMetadataValue(value.timestamp())
        return TimestampMetadataValue(builtins.float(value))

    @staticmethod
    def python_artifact(python_artifact: Callable[..., object]) -> PythonArtifactMetadataValue:
        """Make a reference to a function or class."""
        return PythonArtifactMetadataValue(python_artifact.__module__, python_artifact.__name__)

    @staticmethod
    def pool(pool: str) -> PoolMetadataValue:
        """Make a reference to a concurrency pool."""
        return PoolMetadataValue(pool)

    @staticmethod
    def code_location_reconstruction(data: str) -> CodeLocationReconstructionMetadataValue:
        """Make what a code location keeps of one load for the next ones."""
        return CodeLocationReconstructionMetadataValue(data)


class IntMetadataValue(MetadataValue, frozen=True, tag="int"):
    """A whole number of at most 64 bits."""

    value: int | None

    def __post_init__(self) -> None:
        if self.value is not None and not -_INT_LIMIT <= self.value < _INT_LIMIT:
            raise InvalidMetadataError(
                f"{self.value} does not fit into 64 bits. Give it as text, with str()."
            )


class FloatMetadataValue(MetadataValue, frozen=True, tag="float"):
    """A number. `not_finite` is for storage: JSON has no word for NaN and the infinities."""

    value: float | None
    not_finite: str = ""

    def __post_init__(self) -> None:
        if self.not_finite:
            force_setattr(self, "value", float(self.not_finite))
        elif self.value is not None and not math.isfinite(self.value):
            force_setattr(self, "not_finite", repr(float(self.value)))


class TextMetadataValue(MetadataValue, frozen=True, tag="text"):
    """A text."""

    text: str | None  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> str | None:
        """The text."""
        return self.text


class BoolMetadataValue(MetadataValue, frozen=True, tag="bool"):
    """A truth value."""

    value: bool | None


class NullMetadataValue(MetadataValue, frozen=True, tag="null"):
    """The absence of a value."""

    @property
    def value(self) -> None:
        """None."""
        return


class UrlMetadataValue(MetadataValue, frozen=True, tag="url"):
    """A link."""

    url: str | None  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> str | None:
        """The link."""
        return self.url


class PathMetadataValue(MetadataValue, frozen=True, tag="path"):
    """A path in a file system."""

    path: str | None  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> str | None:
        """The path."""
        return self.path


class NotebookMetadataValue(MetadataValue, frozen=True, tag="notebook"):
    """A path of a notebook."""

    path: str | None  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> str | None:
        """The path."""
        return self.path


class MarkdownMetadataValue(MetadataValue, frozen=True, tag="md"):
    """A Markdown text."""

    md_str: str | None

    @property
    def value(self) -> str | None:
        """The text."""
        return self.md_str


class JsonMetadataValue(MetadataValue, frozen=True, tag="json"):
    """A JSON document.

    Raises:
        InvalidMetadataError: JSON cannot hold the data.
    """

    data: Any

    def __post_init__(self) -> None:
        try:
            json.dumps(self.data)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidMetadataError(
                f"The data of a JSON metadata value cannot be written as JSON: {error}. "
                "Use only dicts with text keys, lists, texts, numbers, bools and None."
            ) from error

    @property
    def value(self) -> object:
        """The document."""
        return self.data


class TableMetadataValue(MetadataValue, frozen=True, tag="table"):
    """A small table."""

    records: Sequence[TableRecord]
    schema: TableSchema

    def __post_init__(self) -> None:
        force_setattr(self, "records", tuple(self.records))

    @property
    def value(self) -> TableMetadataValue:
        """The table itself."""
        return self


class TableSchemaMetadataValue(MetadataValue, frozen=True, tag="table_schema"):
    """A table's schema."""

    schema: TableSchema

    @property
    def value(self) -> TableSchema:
        """The schema."""
        return self.schema


class TableColumnLineageMetadataValue(MetadataValue, frozen=True, tag="column_lineage"):
    """The lineage of a table's columns."""

    column_lineage: TableColumnLineage  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> TableColumnLineage:
        """The lineage."""
        return self.column_lineage


class DagsterAssetMetadataValue(MetadataValue, frozen=True, tag="asset"):
    """A reference to an asset."""

    asset_key: AssetKey

    @property
    def value(self) -> AssetKey:
        """The key of the asset."""
        return self.asset_key


class DagsterJobMetadataValue(MetadataValue, frozen=True, tag="job"):
    """A reference to a job in a code location."""

    job_name: str
    location_name: str
    repository_name: str | None = None

    @property
    def value(self) -> DagsterJobMetadataValue:
        """The reference itself."""
        return self


class DagsterRunMetadataValue(MetadataValue, frozen=True, tag="run"):
    """A reference to a run."""

    run_id: str

    @property
    def value(self) -> str:
        """The id of the run."""
        return self.run_id


class TimestampMetadataValue(MetadataValue, frozen=True, tag="timestamp"):
    """A point in time, in seconds since the epoch."""

    value: float


class PythonArtifactMetadataValue(MetadataValue, frozen=True, tag="python_artifact"):
    """A reference to a function or class by its module and name."""

    module: str
    name: str

    @property
    def value(self) -> PythonArtifactMetadataValue:
        """The reference itself."""
        return self


class PoolMetadataValue(MetadataValue, frozen=True, tag="pool"):
    """A reference to a concurrency pool."""

    pool: str  # pyright: ignore[reportIncompatibleMethodOverride] - the public name of both

    @property
    def value(self) -> str:
        """The name of the pool."""
        return self.pool


class CodeReferencesMetadataValue(MetadataValue, frozen=True, tag="code_references"):
    """Where the code of a definition is."""

    code_references: Sequence[CodeReference] = ()

    @property
    def value(self) -> CodeReferencesMetadataValue:
        """The references themselves."""
        return self


class CodeLocationReconstructionMetadataValue(
    MetadataValue, frozen=True, tag="code_location_reconstruction"
):
    """What a code location kept of one load for the next ones, as text."""

    data: str

    @property
    def value(self) -> str:
        """The text."""
        return self.data


MetadataUnion = (
    IntMetadataValue
    | FloatMetadataValue
    | TextMetadataValue
    | BoolMetadataValue
    | NullMetadataValue
    | UrlMetadataValue
    | PathMetadataValue
    | NotebookMetadataValue
    | MarkdownMetadataValue
    | JsonMetadataValue
    | TableMetadataValue
    | TableSchemaMetadataValue
    | TableColumnLineageMetadataValue
    | DagsterAssetMetadataValue
    | DagsterJobMetadataValue
    | DagsterRunMetadataValue
    | TimestampMetadataValue
    | PythonArtifactMetadataValue
    | PoolMetadataValue
    | CodeReferencesMetadataValue
    | CodeLocationReconstructionMetadataValue
)
"""Every kind of metadata value; this is what the codec reads."""


def _timestamp(value: datetime) -> TimestampMetadataValue:
    if value.tzinfo is None:
        raise InvalidMetadataError(
            f"{value.isoformat()} has no timezone, so it is not a point in time. "
            "Give it one, as in value.replace(tzinfo=timezone.utc)."
        )
    return TimestampMetadataValue(value.timestamp())


def _itself(value: MetadataUnion) -> MetadataUnion:
    return value


# The order matters: a bool is an int, and the subclasses of texts and numbers lose their class.
_MAKERS: tuple[tuple[type, Callable[[Any], MetadataUnion]], ...] = (
    (bool, BoolMetadataValue),
    (int, lambda value: IntMetadataValue(int(value))),
    (float, lambda value: FloatMetadataValue(float(value))),
    (str, lambda value: TextMetadataValue(str(value))),
    (type(None), lambda _: NullMetadataValue()),
    (dict, JsonMetadataValue),
    (list, JsonMetadataValue),
    (datetime, _timestamp),
    (PurePath, MetadataValue.path),
    (AssetKey, DagsterAssetMetadataValue),
    (TableSchema, TableSchemaMetadataValue),
    (TableColumnLineage, TableColumnLineageMetadataValue),
)
_MAKER_OF: dict[type, Callable[[Any], MetadataUnion]] = {
    **dict(_MAKERS),
    **dict.fromkeys(get_args(MetadataUnion), _itself),
    int: IntMetadataValue,
    float: FloatMetadataValue,
    str: TextMetadataValue,
}


def normalize_metadata(raw: Mapping[str, object]) -> dict[str, MetadataUnion]:
    """Make every raw value a `MetadataValue`; values that are one stay as they are.

    Raises:
        InvalidMetadataError: A value has no representation; the message names its key and type.
    """
    result: dict[str, MetadataUnion] = {}
    for key, value in raw.items():
        maker = _MAKER_OF.get(type(value)) or _maker_for(key, value)
        name = key if type(key) is str else _checked_key(key)
        try:
            result[name] = maker(value)
        except InvalidMetadataError as error:
            raise InvalidMetadataError(f"Metadata {key!r}: {error}") from error
    return result


def _maker_for(key: object, value: object) -> Callable[[Any], MetadataUnion]:
    """Find the maker of a subclass."""
    for kind, maker in _MAKERS:
        if isinstance(value, kind):
            return maker
    kind = type(value)
    raise InvalidMetadataError(
        f"Metadata {key!r} is of type {kind.__module__}.{kind.__qualname__}, which has no "
        "representation as metadata. Convert it with int(), float() or str(), or wrap it in one of "
        "the MetadataValue kinds, as in MetadataValue.json(...) or MetadataValue.md(...)."
    )


def _checked_key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise InvalidMetadataError(
        f"Metadata key {key!r} is of type {type(key).__name__}, but keys are texts. "
        f"Write {str(key)!r}."
    )
