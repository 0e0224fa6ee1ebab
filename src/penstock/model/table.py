"""Tables as metadata: records, schemas and the lineage of columns.

Values only; how they are shown is for whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import msgspec
from msgspec.structs import force_setattr

from penstock.base.text import listed
from penstock.errors import InvalidMetadataError, ParameterCheckError
from penstock.model.keys import AssetKey

T = TypeVar("T")
Cell = str | int | float | bool | None
"""What a table may hold in one place."""


class TableRecord(msgspec.Struct, frozen=True):
    """One row: column names and their values.

    Raises:
        InvalidMetadataError: A value is neither text, a number, a bool nor None.
    """

    data: dict[str, Cell]

    def __post_init__(self) -> None:
        for column, cell in self.data.items():
            if not isinstance(cell, Cell):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidMetadataError(
                    f"Column {column!r} of a table record holds a {type(cell).__name__}, but a "
                    "record holds texts, numbers, bools and None. Convert it with str()."
                )


def _checked(value: object, kind: type, *, what: str) -> None:
    if not isinstance(value, kind):
        raise ParameterCheckError(
            f"{what} must be a {kind.__name__}, not {value!r} of type {type(value).__name__}."
        )


def _checked_list(values: object, kind: type[T], *, what: str) -> list[T]:
    """Return a list of values of one class, or raise ParameterCheckError naming what it is."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise ParameterCheckError(f"{what} must be a list of {kind.__name__}, not {values!r}.")
    found = list(cast("Sequence[T]", values))
    for value in found:
        _checked(value, kind, what=f"An entry of {what}")
    return found


class TableConstraints(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds for a table as a whole, in words.

    Raises:
        ParameterCheckError: An argument has the wrong type.
    """

    other: Sequence[str] = ()

    def __post_init__(self) -> None:
        other = _checked_list(self.other, str, what="TableConstraints(other=...)")
        force_setattr(self, "other", other)


class TableColumnConstraints(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds for a column.

    Raises:
        ParameterCheckError: An argument has the wrong type.
    """

    nullable: bool = True
    unique: bool = False
    other: Sequence[str] = ()

    def __post_init__(self) -> None:
        _checked(self.nullable, bool, what="TableColumnConstraints(nullable=...)")
        _checked(self.unique, bool, what="TableColumnConstraints(unique=...)")
        other = _checked_list(self.other, str, what="TableColumnConstraints(other=...)")
        force_setattr(self, "other", other)


class TableColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column: its name, its type in the words of its database, and what is known of it.

    Raises:
        ParameterCheckError: An argument has the wrong type.
    """

    name: str
    type: str = "string"
    description: str | None = None
    constraints: TableColumnConstraints | None = None
    tags: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        _checked(self.name, str, what="TableColumn(name=...)")
        of = f"of TableColumn '{self.name}'"
        _checked(self.type, str, what=f"The type {of}")
        if self.description is not None:
            _checked(self.description, str, what=f"The description {of}")
        if self.constraints is None:
            force_setattr(self, "constraints", TableColumnConstraints())
        _checked(self.constraints, TableColumnConstraints, what=f"constraints {of}")


class TableSchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """The columns of a table.

    Example:
        >>> TableSchema([TableColumn("id", "int")]).columns[0].type
        'int'
    """

    columns: Sequence[TableColumn]
    constraints: TableConstraints | None = None

    def __post_init__(self) -> None:
        columns = _checked_list(self.columns, TableColumn, what="TableSchema(columns=...)")
        force_setattr(self, "columns", columns)
        if self.constraints is None:
            force_setattr(self, "constraints", TableConstraints())
        _checked(self.constraints, TableConstraints, what="TableSchema(constraints=...)")

    @staticmethod
    def from_name_type_dict(name_type_dict: Mapping[str, str]) -> TableSchema:
        """Make a schema of column names and types."""
        return TableSchema([TableColumn(name, kind) for name, kind in name_type_dict.items()])

    def in_words(self) -> str:
        """Write the columns and their types on one line."""
        return ", ".join(f"{column.name}: {column.type}" for column in self.columns)


class TableColumnDep(msgspec.Struct, frozen=True):
    """A column of an asset that another column is made of."""

    asset_key: AssetKey
    column_name: str


class TableColumnLineage(msgspec.Struct, frozen=True):
    """Which columns each column is made of; their order does not count.

    Raises:
        ParameterCheckError: A column is made of the same column twice.
    """

    deps_by_column: Mapping[str, Sequence[TableColumnDep]]

    def __post_init__(self) -> None:
        deps = {
            name: tuple(sorted(columns, key=lambda dep: (dep.asset_key, dep.column_name)))
            for name, columns in self.deps_by_column.items()
        }
        for name, columns in deps.items():
            if len(set(columns)) < len(columns):
                raise ParameterCheckError(
                    f"Column '{name}' is made of the same column twice: "
                    f"{listed([_named(dep) for dep in columns])}. Name each once."
                )
        force_setattr(self, "deps_by_column", deps)

    def in_words(self) -> str:
        """Write what each column is made of on one line."""
        return "; ".join(
            f"{name} from {listed([_named(dep) for dep in deps])}"
            for name, deps in self.deps_by_column.items()
        )


def _named(dep: TableColumnDep) -> str:
    return f"{dep.asset_key.to_user_string()}.{dep.column_name}"


def inferred_schema(records: Sequence[TableRecord]) -> TableSchema:
    """Make the schema that a table's first record suggests.

    Raises:
        InvalidMetadataError: There is no record to look at.
    """
    if not records:
        raise InvalidMetadataError(
            "A table without records does not tell its columns. Give it a schema."
        )
    names: dict[type, str] = {bool: "bool", int: "int", float: "float"}
    kinds = {name: names.get(type(cell), "string") for name, cell in records[0].data.items()}
    return TableSchema.from_name_type_dict(kinds)
