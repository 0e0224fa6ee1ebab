"""`TableSlice`: the part of a table that a value is: its columns, and its partitions.

Values only. How a slice becomes SQL is for the client of a database to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from penstock.partitions.window import TimeWindow


class TablePartitionDimension(NamedTuple):
    """The rows of some partitions, along one dimension.

    Attributes:
        partition_expr: The SQL expression that tells the partition of a row.
        partitions: A window of time, or the keys of partitions.
    """

    partition_expr: str
    partitions: TimeWindow | Sequence[str]


class TableSlice(NamedTuple):
    """A part of a table.

    Attributes:
        table: The name of the table.
        schema: Its schema.
        database: Its database.
        columns: The columns; all if None.
        partition_dimensions: What the rows are limited to; all rows if empty.
    """

    table: str
    schema: str
    database: str | None = None
    columns: Sequence[str] | None = None
    partition_dimensions: Sequence[TablePartitionDimension] = ()
