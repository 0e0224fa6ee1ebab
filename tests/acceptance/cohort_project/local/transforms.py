"""Bronze to silver, as pure functions of rows."""

from __future__ import annotations

Row = dict[str, object]


def to_silver(bronze: list[Row]) -> list[Row]:
    """Return the rows with tidy kinds."""
    return [{**row, "kind": str(row["kind"]).strip().lower()} for row in bronze]
