"""`DbIOManager`: values as tables of a database, a table for each asset.

Owns which slice of which table a value is, and the order of writing: the rows that are there for
its partitions are deleted, then its rows are inserted, over one connection. A `DbClient` knows the
database, and a `DbTypeHandler` one Python type; neither knows assets.
"""

from __future__ import annotations

import contextlib
import itertools
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar, cast

from penstock.base.text import listed
from penstock.define.io_context import InputContext, OutputContext
from penstock.define.io_manager import IOManager
from penstock.define.types.builtin import ANY_TYPE
from penstock.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.library.io_managers.table import TablePartitionDimension, TableSlice
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.multi_key import MultiPartitionKey
from penstock.partitions.time_window import TimeWindowPartitionsDefinition
from penstock.partitions.window import TimeWindow

T = TypeVar("T")
ConnectionT = TypeVar("ConnectionT")

IOContext = InputContext | OutputContext


class DbTypeHandler(ABC, Generic[T]):
    """Subclass to store and load values of a Python type in the tables of one database."""

    @abstractmethod
    def handle_output(
        self, context: OutputContext, table_slice: TableSlice, obj: T, connection: object
    ) -> Mapping[str, object] | None:
        """Insert a value into a table; the rows that it replaces are deleted already.

        Returns:
            Metadata about the output, if any.
        """

    @abstractmethod
    def load_input(self, context: InputContext, table_slice: TableSlice, connection: object) -> T:
        """Load a slice of a table."""

    @property
    @abstractmethod
    def supported_types(self) -> Sequence[type[object]]:
        """The types that the handler stores and loads."""


class DbClient(ABC, Generic[ConnectionT]):
    """Subclass to tell what a database is to a `DbIOManager`; its methods may be static."""

    @abstractmethod
    def delete_table_slice(
        self, context: OutputContext, table_slice: TableSlice, connection: ConnectionT
    ) -> None:
        """Delete the rows of a slice; nothing happens if there is no table."""

    @abstractmethod
    def get_select_statement(self, table_slice: TableSlice) -> str:
        """Return the SQL that selects a slice."""

    @abstractmethod
    def ensure_schema_exists(
        self, context: OutputContext, table_slice: TableSlice, connection: ConnectionT
    ) -> None:
        """Create the schema of a slice if it is not there."""

    @abstractmethod
    def connect(
        self, context: IOContext, table_slice: TableSlice
    ) -> AbstractContextManager[ConnectionT] | Iterator[ConnectionT]:
        """Open a connection; the end of the context commits, or rolls back after an error."""

    def get_table_name(self, table_slice: TableSlice) -> str:
        """Return the full name of a table: database, schema and table, as far as there are any."""
        parts = (table_slice.database, table_slice.schema, table_slice.table)
        return ".".join(part for part in parts if part)


class DbIOManager(IOManager, Generic[ConnectionT]):
    """Stores values in tables.

    The table is the last part of the asset's key, or the name of the output. Its schema is the
    `schema` in the metadata of the asset; else that of the manager; else the part of the key before
    the last; else `public`. Other metadata: `columns` names the columns that an input loads;
    `partition_expr` is the expression that tells the partition of a row, and for partitions of
    several dimensions a mapping of them.

    Args:
        type_handlers: One for each Python type.
        db_client: Knows the database.
        database: Its name.
        schema: Of tables whose asset names none.
        io_manager_name: For messages.
        default_load_type: What an input without annotation loads; that of the only handler if
            None.

    Raises:
        ParameterCheckError: Two handlers support the same type.
    """

    def __init__(
        self,
        *,
        type_handlers: Sequence[DbTypeHandler[object]],
        db_client: DbClient[ConnectionT],
        database: str,
        schema: str | None = None,
        io_manager_name: str | None = None,
        default_load_type: type[object] | None = None,
    ) -> None:
        self._handlers: dict[type[object], DbTypeHandler[object]] = {}
        self._name = io_manager_name or type(self).__name__
        for handler in type_handlers:
            for supported in handler.supported_types:
                if supported in self._handlers:
                    raise ParameterCheckError(
                        f"{self._name} has two handlers for {supported.__name__}. Remove one."
                    )
                self._handlers[supported] = handler
        self._client = db_client
        self._database = database
        self._schema = schema
        only = next(iter(self._handlers)) if len(self._handlers) == 1 else None
        self._default_type = default_load_type or only

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Replace a slice of a table by a value.

        Raises:
            ParameterCheckError: No handler supports the type of the value.
        """
        if obj is None:
            raise InvariantViolationError(
                f"{self._name} got None for '{_told(context)}', and a table cannot hold that."
                " Return a value, or annotate the function with -> None."
            )
        table_slice = self._table_slice(context, context)
        handler = self._handler_of(type(obj))
        with self._connected(context, table_slice) as connection:
            self._client.ensure_schema_exists(context, table_slice, connection)
            self._client.delete_table_slice(context, table_slice, connection)
            metadata = handler.handle_output(context, table_slice, obj, connection) or {}
        context.add_output_metadata(
            {
                **metadata,
                "Query": self._client.get_select_statement(table_slice),
                "dagster/table_name": self._client.get_table_name(table_slice),
            }
        )

    def load_input(self, context: InputContext) -> object:
        """Load a slice of a table.

        Raises:
            ParameterCheckError: No handler supports the type that the input is annotated with.
        """
        wanted: object = context.dagster_type.typing_type
        if wanted in (ANY_TYPE.typing_type, object) or wanted is None:
            wanted = self._default_type
        handler = self._handler_of(wanted)
        table_slice = self._table_slice(context, context.upstream_output or context)
        if any(not dimension.partitions for dimension in table_slice.partition_dimensions):
            return None
        with self._connected(context, table_slice) as connection:
            return handler.load_input(context, table_slice, connection)

    @contextlib.contextmanager
    def _connected(self, context: IOContext, table_slice: TableSlice) -> Generator[ConnectionT]:
        opened = self._client.connect(context, table_slice)
        with cast("AbstractContextManager[ConnectionT]", opened) as connection:
            yield connection

    def _handler_of(self, wanted: object) -> DbTypeHandler[object]:
        """Return the handler of a type, or of the nearest class that it derives from."""
        origin = getattr(wanted, "__origin__", wanted)
        for each in origin.__mro__ if isinstance(origin, type) else ():
            if each in self._handlers:
                return self._handlers[each]
        known = listed([supported.__name__ for supported in self._handlers])
        name = getattr(wanted, "__name__", repr(wanted))
        raise ParameterCheckError(
            f"{self._name} knows no values of type '{name}', only of {known}. Annotate with one of"
            " these, or add a DbTypeHandler."
        )

    def _table_slice(self, context: IOContext, output: IOContext) -> TableSlice:
        """Return the slice that a value is; `output` is what was known when it was stored."""
        columns = context.definition_metadata.get("columns")
        if not context.has_asset_key:
            return TableSlice(
                table=output.name,
                schema=str(output.definition_metadata.get("schema") or self._schema or "public"),
                database=self._database,
                columns=cast("Sequence[str] | None", columns),
            )
        key = context.asset_key
        return TableSlice(
            table=key.parts[-1],
            schema=self._schema_of(key, output.definition_metadata),
            database=self._database,
            columns=cast("Sequence[str] | None", columns),
            partition_dimensions=_dimensions(
                context, output.definition_metadata.get("partition_expr")
            ),
        )

    def _schema_of(self, key: AssetKey, metadata: Mapping[str, object]) -> str:
        prefix = key.parts[-2] if len(key.parts) > 1 else "public"
        return str(metadata.get("schema") or self._schema or prefix)


def _told(context: IOContext) -> str:
    return str(context.asset_key) if context.has_asset_key else context.name


def _dimensions(context: IOContext, expression: object) -> Sequence[TablePartitionDimension]:
    definition = context.asset_partitions_def
    if definition is None or (
        isinstance(context, OutputContext) and not context.has_asset_partitions
    ):
        return ()
    if expression is None:
        raise ParameterCheckError(
            f"Asset '{context.asset_key}' has partitions, so its metadata has to tell which column"
            " or expression its rows are partitioned by: metadata={'partition_expr': ...}."
        )
    keys = context.asset_partition_keys
    if not isinstance(definition, MultiPartitionsDefinition):
        return [TablePartitionDimension(str(expression), _rows(definition, keys))]
    if not isinstance(expression, Mapping):
        raise ParameterCheckError(
            f"Asset '{context.asset_key}' is partitioned by several dimensions, so its"
            " partition_expr has to be a mapping of each dimension to its expression."
        )
    return _of_several(definition, keys, cast("Mapping[str, str]", expression))


def _of_several(
    definition: MultiPartitionsDefinition, keys: Sequence[str], expressions: Mapping[str, str]
) -> Sequence[TablePartitionDimension]:
    found: list[TablePartitionDimension] = []
    multi = [key for key in keys if isinstance(key, MultiPartitionKey)]
    for name in definition.partition_dimension_names:
        if name not in expressions:
            raise ParameterCheckError(
                f"The partition_expr has no expression for dimension '{name}'. Its entries are"
                f" {listed(sorted(expressions))}."
            )
        parts = list(dict.fromkeys(key.keys_by_dimension[name] for key in multi))
        rows = _rows(definition.get_partitions_def_for_dimension(name), parts)
        found.append(TablePartitionDimension(expressions[name], rows))
    _require_all_combinations(found, definition, multi)
    return found


def _require_all_combinations(
    dimensions: Sequence[TablePartitionDimension],
    definition: MultiPartitionsDefinition,
    keys: Sequence[MultiPartitionKey],
) -> None:
    """Refuse partitions that no conjunction of conditions on the dimensions describes."""
    count = 1
    for name in definition.partition_dimension_names:
        count *= len({key.keys_by_dimension[name] for key in keys})
    if dimensions and count != len(set(keys)):
        raise InvalidInvocationError(
            f"{len(keys)} partitions of several dimensions do not make up a block of the table: a"
            " slice takes every combination of the parts along each dimension. Load fewer at once."
        )


def _rows(definition: PartitionsDefinition, keys: Sequence[str]) -> TimeWindow | Sequence[str]:
    """Return partitions as a window, where they are windows of time that adjoin each other."""
    if not isinstance(definition, TimeWindowPartitionsDefinition) or not keys:
        return list(keys)
    windows = sorted(definition.time_window_for_partition_key(key) for key in keys)
    for earlier, later in itertools.pairwise(windows):
        if later.start > earlier.end:
            raise InvalidInvocationError(
                f"The partitions from '{keys[0]}' to '{keys[-1]}' leave out some between them, and"
                " a slice of a table is one window of time. Load each stretch by itself."
            )
    return TimeWindow(windows[0].start, windows[-1].end)
