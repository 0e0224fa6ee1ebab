"""Which statement reads the events that somebody asks for.

Owns the choice of the index that a listing walks, so that a page costs the same at any size: that
of the run, of the asset, of the kinds, or the order of ids itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from penstock.store.database import Dialect
from penstock.store.protocol import EventFilter

MOST_WALKS = 12
"""How many indexes are merged at once; beyond, events are read in order and looked at."""

MATERIALIZED = "asset_materialized"
"""The kind that has indexes of its own."""

Query = tuple[str, dict[str, object]]


def events_query(
    dialect: Dialect,
    matching: EventFilter,
    *,
    asset: int | None,
    limit: int | None,
    newest_first: bool,
) -> Query:
    """Build the statement that reads events, and its arguments; `asset` is a row id."""
    sql = dialect.statements
    arguments = _arguments(dialect, matching, asset=asset)
    narrowed = matching.run is not None or asset is not None or matching.ids is not None
    kinds = () if matching.kinds is None else tuple(dict.fromkeys(matching.kinds))
    walks_kinds = bool(kinds) and not narrowed and len(kinds) <= MOST_WALKS
    clauses = [sql[f"events.{name}"] for name in _clauses(matching, asset=asset)]
    if kinds and not walks_kinds:
        arguments |= {f"kind{n}": kind for n, kind in enumerate(kinds)}
        clauses.append(f"kind IN ({', '.join(f':kind{n}' for n in range(len(kinds)))})")
    order = f"ORDER BY id{' DESC' if newest_first else ''}"
    most = "" if limit is None else f"\nLIMIT {max(0, limit):d}"
    if walks_kinds:
        walks: list[str] = []
        for n, kind in enumerate(kinds):
            arguments[f"kind{n}"] = kind
            walk = "event_ids.materialized" if kind == MATERIALIZED else "event_ids.kind"
            walks.append(_where(sql[walk].replace("{n}", str(n)), clauses))
        if limit is not None and len(walks) > 1:  # Postgres merges only walks that are short
            page = f"{order}{most}"
            walks = [
                f"SELECT id FROM (\n{walk}\n{page}\n) AS walk{n}"  # noqa: S608 - all text is ours
                for n, walk in enumerate(walks)
            ]
        ids = "\nUNION ALL\n".join(walks)
        return f"{sql['events']}\nWHERE id IN (\n{ids}\n{order}{most}\n)\n{order}", arguments
    name = _source(matching, asset=asset)
    if name == "events_materialized":
        clauses.append(sql["events.materializations"])
    return f"{_where(sql[name], clauses)}\n{order}{most}", arguments


def _source(matching: EventFilter, *, asset: int | None) -> str:
    """Return the name of the statement that reads along the index with the fewest events."""
    if matching.ids is not None:
        return "events"
    if matching.run is not None:
        return "events_of_run"
    if asset is None:
        return "events"
    if matching.partitions and matching.kinds == (MATERIALIZED,):
        return "events_materialized"
    return "events_of_asset"


def _arguments(dialect: Dialect, matching: EventFilter, *, asset: int | None) -> dict[str, object]:
    partitions, ids = matching.partitions, matching.ids
    return {
        "ids": None if ids is None else dialect.listing(ids),
        "run": matching.run,
        "asset": asset,
        "partitions": None if partitions is None else dialect.listing(partitions),
        "step": matching.step,
        "after": matching.after,
        "before": matching.before,
        "since": matching.since,
        "until": matching.until,
    }


def _clauses(matching: EventFilter, *, asset: int | None) -> list[str]:
    given = {
        "ids": matching.ids,
        "run": matching.run,
        "asset": asset,
        "partitions": matching.partitions,
        "step": matching.step,
        "after": matching.after,
        "before": matching.before,
        "since": matching.since,
        "until": matching.until,
    }
    names = [name for name, value in given.items() if value is not None]
    return [*names, "runless"] if matching.runless else names


def _where(statement: str, clauses: Sequence[str]) -> str:
    """Narrow a statement, which may have conditions of its own."""
    if not clauses:
        return statement
    word = "AND" if "WHERE" in statement else "WHERE"
    return f"{statement}\n{word} {' AND '.join(clauses)}"
