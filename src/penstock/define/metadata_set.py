"""Reserved metadata and tag keys as typed sets: `dagster/row_count` is a field, not a text.

A set is a class with a field for each key of one namespace. It unpacks into metadata with `**`, and
`extract` reads it back from the metadata of an event or a definition.
"""

from __future__ import annotations

import os
import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterator, KeysView, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.metadata import CodeReferencesMetadataValue, MetadataValue
from penstock.model.table import TableColumnLineage, TableSchema

_RAW = (
    TableSchema,
    TableColumnLineage,
    AssetKey,
    os.PathLike,
    dict,
    float,
    int,
    bool,
    list,
    str,
    datetime,
    type(None),
)


def _alternatives(annotation: object) -> tuple[object, ...]:
    """Return the members of a union; the annotation itself if it is none."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(a for each in typing.get_args(annotation) for a in _alternatives(each))
    return (annotation,)


class NamespacedKeySet(BaseModel, ABC):
    """The keys of one namespace, each as a field; None means that the key is not there."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, strict=False
    )

    def __init__(self, **values: object) -> None:
        for name, field in type(self).model_fields.items():
            self._check_field(name, field.annotation)
        super().__init__(**values)

    @classmethod
    @abstractmethod
    def namespace(cls) -> str:
        """The part of the keys before the slash."""

    @classmethod
    def _check_field(cls, name: str, annotation: object) -> None:
        """Make sure that a field's type is one that such keys can have."""

    @classmethod
    def _key(cls, field: str) -> str:
        return f"{cls.namespace()}/{field}"

    def _given(self) -> dict[str, Any]:
        fields = type(self).model_fields
        values = {name: getattr(self, name) for name in fields}
        return {self._key(name): value for name, value in values.items() if value is not None}

    def keys(self) -> KeysView[str]:
        """Return the keys that have a value, with their namespace."""
        return self._given().keys()

    def __getitem__(self, key: str) -> Any:
        return self._given()[key]

    def __iter__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        return iter(self._given().items())

    @classmethod
    def extract(cls, values: Mapping[str, Any]) -> Self:
        """Read the set from metadata or tags; other keys do not count.

        Raises:
            pydantic.ValidationError: A value is not of its field's type.
        """
        found = {
            name: cls._plain(name, values[cls._key(name)])
            for name in cls.model_fields
            if cls._key(name) in values
        }
        return cls(**found)

    @classmethod
    def _plain(cls, field: str, value: object) -> object:
        return value


class NamespacedMetadataSet(NamespacedKeySet):
    """A set of metadata keys. Subclass it with a field for each, of a type that metadata can have.

    Example:
        >>> class Sizes(NamespacedMetadataSet):
        ...     rows: int | None = None
        ...
        ...     @classmethod
        ...     def namespace(cls) -> str:
        ...         return "sizes"
        >>> {**Sizes(rows=3)}
        {'sizes/rows': 3}
    """

    @classmethod
    def _check_field(cls, name: str, annotation: object) -> None:
        wrong = [a for a in _alternatives(annotation) if not _is_metadata_type(a)]
        if wrong:
            raise ParameterCheckError(
                f"{cls.__name__} has the field '{name}' of a type that no metadata has: {wrong}. "
                "Use kinds of MetadataValue, or types that become one."
            )

    @classmethod
    def _plain(cls, field: str, value: object) -> object:
        """Take a value out of its `MetadataValue`, unless the field is of that kind."""
        if not isinstance(value, MetadataValue):
            return value
        kinds = _alternatives(cls.model_fields[field].annotation)
        return value if type(value) in kinds else cast("object", getattr(value, "value", None))


def _is_metadata_type(annotation: object) -> bool:
    origin = typing.get_origin(annotation) or annotation
    if origin is Literal:
        return True
    return isinstance(origin, type) and (origin in _RAW or issubclass(origin, MetadataValue))


class NamespacedTagSet(NamespacedKeySet):
    """A set of tag keys. Subclass it with a field for each, of type `str | None`."""

    @classmethod
    def _check_field(cls, name: str, annotation: object) -> None:
        allowed = all(
            a is str
            or a is type(None)
            or (
                typing.get_origin(a) is Literal
                and all(isinstance(each, str) for each in typing.get_args(a))
            )
            for a in _alternatives(annotation)
        )
        if not allowed:
            raise ParameterCheckError(
                f"{cls.__name__} has the field '{name}' of a type that is no text, and tags are "
                "text. Use str, str | None or a Literal of texts."
            )


class StorageAddress(BaseModel):
    """Where a table is kept.

    Attributes:
        storage_kind: The kind of database, if that is known.
        table_name: The full name, in lower case.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    storage_kind: str | None
    table_name: str


class TableMetadataSet(NamespacedMetadataSet):
    """What is known of a table.

    Attributes:
        column_schema: Its columns.
        column_lineage: What its columns are made of.
        row_count: How many rows it has.
        partition_row_count: How many rows a partition has.
        table_name: Its full name, as in `database.schema.table`.
        storage_kind: The kind of database.
    """

    column_schema: TableSchema | None = None
    column_lineage: TableColumnLineage | None = None
    row_count: int | None = None
    partition_row_count: int | None = None
    table_name: str | None = None
    storage_kind: str | None = None

    @classmethod
    def namespace(cls) -> str:
        """The part of the keys before the slash."""
        return "dagster"

    @classmethod
    def extract(cls, values: Mapping[str, Any]) -> Self:
        """Read the set from metadata; the older key of the table's name counts as well."""
        return super().extract(_with_table_name(values))

    @classmethod
    def extract_normalized_table_name(cls, metadata: Mapping[str, Any]) -> str | None:
        """Return the table's name in lower case; None if there is none, or no text."""
        name = cls._text("table_name", _with_table_name(metadata))
        return None if name is None else name.lower()

    @classmethod
    def extract_storage_address(cls, metadata: Mapping[str, Any]) -> StorageAddress | None:
        """Return where the table is kept; None if it has no name."""
        name = cls.extract_normalized_table_name(metadata)
        if name is None:
            return None
        return StorageAddress(storage_kind=cls._text("storage_kind", metadata), table_name=name)

    @classmethod
    def _text(cls, field: str, values: Mapping[str, Any]) -> str | None:
        value = cls._plain(field, values.get(cls._key(field)))
        try:
            return TypeAdapter(str | None).validate_python(value)
        except ValidationError:
            return None


_OLDER_TABLE_NAME = "dagster/relation_identifier"


def _with_table_name(values: Mapping[str, Any]) -> Mapping[str, Any]:
    if "dagster/table_name" in values or _OLDER_TABLE_NAME not in values:
        return values
    return {**values, "dagster/table_name": values[_OLDER_TABLE_NAME]}


class UriMetadataSet(NamespacedMetadataSet):
    """Where data is.

    Attributes:
        uri: Its address.
    """

    uri: str | None = None

    @classmethod
    def namespace(cls) -> str:
        """The part of the keys before the slash."""
        return "dagster"


class CodeReferencesMetadataSet(NamespacedMetadataSet):
    """Where the code of a definition is.

    Attributes:
        code_references: The places.
    """

    code_references: CodeReferencesMetadataValue | None = None

    @classmethod
    def namespace(cls) -> str:
        """The part of the keys before the slash."""
        return "dagster"
