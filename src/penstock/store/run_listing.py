"""Which statement lists the runs that somebody asks for.

Owns the choice of the index that a listing walks. Each field of a filter could be it: runs of one
status, of one tag, of one job are each in the order of ids in some index, so a page is a short walk
along one of them, on which the other fields are looked at. Several values of one field are several
walks that are merged. Walking the wrong one reads a million rows for one page; so where there is a
choice, `probe` counts each up to `FEW`, and the shortest is walked. What is longer than that is
dense, and its page is found soon.

A time span is walked only if it holds few runs: its index has not the order of ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penstock.base.ids import RunId
from penstock.model.run import RunFilter
from penstock.store.database import Dialect

FEW = 1000
"""How far a probe counts; fewer runs than that are read and sorted in no time."""

MOST_WALKS = 12
"""How many walks are merged at once."""

_UNION = "\nUNION\n"

Query = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Walk:
    """A field of a filter that an index serves.

    Attributes:
        field: Its name, as in the names of statements.
        number: Which of the tags it is.
        values: How many values it has, each of which is a walk of its own.
        ordered: Whether the index has the order of ids.
    """

    field: str
    number: int = 0
    values: int = 1
    ordered: bool = True

    @property
    def id_column(self) -> str:
        """The column that the index has the ids in."""
        return "run_tags.run" if self.field == "tag" else "runs.id"


ALL = Walk("all")
"""The walk along all runs."""


def asks_for_nothing(matching: RunFilter) -> bool:
    """Tell whether no run can match, because no value of some field is wanted."""
    return () in (matching.ids, matching.statuses)


def walks(matching: RunFilter) -> list[Walk]:
    """Return the fields that an index serves, the likeliest to be short first."""
    given = {
        "ids": matching.ids,
        "group": matching.group,
        "backfill": matching.backfill,
        "plan": matching.plan,
    }
    found = [Walk(field, ordered=field != "group") for field, v in given.items() if v is not None]
    found += [
        Walk("tag", number, len(values)) for number, values in enumerate(_tags(matching).values())
    ]
    if matching.statuses is not None:
        found.append(Walk("status", values=len(set(matching.statuses))))
    if matching.job is not None:
        found.append(Walk("job"))
    found += [Walk(f, ordered=False) for f in ("updated", "created") if _span(matching, f)]
    if matching.without_backfill:
        found.append(Walk("without_backfill"))
    return [walk for walk in found if walk.values <= MOST_WALKS]


def probe(dialect: Dialect, matching: RunFilter, choices: Sequence[Walk]) -> Query:
    """Build the statement that counts each of some walks, up to `FEW`."""
    counts: list[str] = []
    for walk in choices:
        ids = "\nUNION ALL\n".join(_walk_heads(dialect, matching, walk))
        count = f"(SELECT COUNT(*) FROM (\n{ids}\nLIMIT {FEW}\n) AS counted)"  # noqa: S608 - ours
        counts.append(count)
    return f"SELECT {', '.join(counts)}", arguments_of(dialect, matching)


def shortest(choices: Sequence[Walk], counts: Sequence[int]) -> Walk:
    """Return the walk to take, by what the probe has counted."""
    few = min(counts)
    if few < FEW:
        return choices[counts.index(few)]
    return next((walk for walk in choices if walk.ordered), ALL)


def runs_query(
    dialect: Dialect,
    matching: RunFilter,
    *,
    walk: Walk,
    limit: int | None,
    before: RunId | None,
    oldest_first: bool,
) -> Query:
    """Build the statement that lists runs along a walk, and its arguments."""
    heads = _ids(dialect, matching, walk, before="" if before is None else "<>"[oldest_first])
    direction = "" if oldest_first else " DESC"
    page = f"ORDER BY 1{direction}" + ("" if limit is None else f"\nLIMIT {max(0, limit):d}")
    if limit is not None and len(heads) > 1:  # Postgres merges only walks that are short
        heads = [
            f"SELECT * FROM (\n{head}\n{page}\n) AS walk{n}"  # noqa: S608 - all text is ours
            for n, head in enumerate(heads)
        ]
    chosen = f"{_UNION.join(heads)}\n{page}"
    runs = dialect.statements["runs"]
    query = f"{runs}\nWHERE runs.id IN (\n{chosen}\n)\nORDER BY runs.id{direction}"
    return query, arguments_of(dialect, matching) | {"before": before}


def count_query(dialect: Dialect, matching: RunFilter, *, walk: Walk) -> Query:
    """Build the statement that counts runs along a walk, and its arguments."""
    ids = _UNION.join(_ids(dialect, matching, walk, before=""))
    query = f"SELECT COUNT(*) FROM (\n{ids}\n) AS counted"  # noqa: S608 - statements of our own
    return query, arguments_of(dialect, matching)


def arguments_of(dialect: Dialect, matching: RunFilter) -> dict[str, object]:
    """Return the arguments of every clause that a filter may need."""
    arguments: dict[str, object] = {
        "ids": None if matching.ids is None else dialect.listing(matching.ids),
        "job": matching.job,
        "backfill": matching.backfill,
        "plan": matching.plan,
        "group": matching.group,
        "created_after": matching.created_after,
        "created_before": matching.created_before,
        "updated_after": matching.updated_after,
        "updated_before": matching.updated_before,
    }
    statuses = dict.fromkeys(matching.statuses or ())
    arguments |= {f"status0_{m}": status.value for m, status in enumerate(statuses)}
    for n, (key, values) in enumerate(_tags(matching).items()):
        arguments[f"key{n}"] = key
        arguments |= {f"value{n}_{m}": value for m, value in enumerate(values)}
    return arguments


def _tags(matching: RunFilter) -> Mapping[str, list[str]]:
    """Return the wanted values of each key."""
    values: dict[str, list[str]] = {}
    for key, value in dict.fromkeys(matching.tags):
        values.setdefault(key, []).append(value)
    return values


def _ids(dialect: Dialect, matching: RunFilter, walk: Walk, *, before: str) -> list[str]:
    """Write the walks over the ids of runs; `before` is how a page compares, if it does."""
    clauses = _filters(dialect, matching, walk)
    if before:
        clauses.append(f"{walk.id_column} {before} :before")
    heads = _walk_heads(dialect, matching, walk, alone=not clauses)
    if clauses:
        heads = [_where(head, clauses) for head in heads]
    return heads


def _walk_heads(
    dialect: Dialect, matching: RunFilter, walk: Walk, *, alone: bool = True
) -> list[str]:
    """Write one walk for each value of its field; a tag's needs no run if it is alone."""
    field = walk.field
    if field in {"created", "updated"}:
        head = dialect.statements[f"run_ids.{field}"]
        return [_where(head, [dialect.statements[name] for name in _span(matching, field)])]
    if field == "tag" and not alone:
        field = "tag_and_more"
    head = dialect.statements[f"run_ids.{field}"].replace("{n}", str(walk.number))
    return [head.replace("{m}", str(m)) for m in range(walk.values)]


def _filters(dialect: Dialect, matching: RunFilter, walk: Walk) -> list[str]:
    """Write what is looked at on the way: every field but the one that is walked."""
    fields = ("ids", "group", "backfill", "plan", "job")
    names = [f"runs.{f}" for f in fields if getattr(matching, f) is not None and walk.field != f]
    for field in ("created", "updated"):
        if walk.field != field:
            names += _span(matching, field)
    if matching.without_backfill and walk.field != "without_backfill":
        names.append("runs.without_backfill")
    clauses = [dialect.statements[name] for name in names]
    if matching.statuses is not None and walk.field != "status":
        clauses.append(f"runs.status IN ({_names('status0', len(set(matching.statuses)))})")
    for n, values in enumerate(_tags(matching).values()):
        if walk != Walk("tag", n, len(values)):
            clause = dialect.statements["runs.tag"].replace("{n}", str(n))
            clauses.append(clause.replace("{values}", _names(f"value{n}", len(values))))
    return clauses


def _span(matching: RunFilter, field: str) -> list[str]:
    names = (f"{field}_after", f"{field}_before")
    return [f"runs.{name}" for name in names if getattr(matching, name) is not None]


def _names(stem: str, count: int) -> str:
    return ", ".join(f":{stem}_{m}" for m in range(count))


def _where(head: str, clauses: Sequence[str]) -> str:
    """Narrow a statement, which may have conditions of its own."""
    word = "AND" if "WHERE" in head else "WHERE"
    return f"{head}\n{word} {' AND '.join(clauses)}"
