"""Silver to gold, as pure functions of rows."""

from __future__ import annotations

from local.transforms import Row


def summarize(silver: list[Row], cohort: str) -> list[Row]:
    """Return a row for each kind of encounter of a cohort."""
    minutes: dict[str, list[int]] = {}
    for row in silver:
        minutes.setdefault(str(row["kind"]), []).append(int(str(row["minutes"])))
    return [
        {"cohort": cohort, "kind": kind, "encounters": len(found), "minutes": sum(found)}
        for kind, found in sorted(minutes.items())
    ]
