"""The rules that the checks apply, as pure functions of tables.

Each counts the rows that break it and says so in a sentence. None knows of Penstock.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from glucose.table import Table
from glucose.transforms import HIGHEST_PLAUSIBLE, LOWEST_PLAUSIBLE

LEAST_COVERAGE_PCT = 70.0
"""The consensus of 2019 asks for 70 percent of the readings (Diabetes Care 42:1593)."""

_PERCENTILES = ("p05", "p25", "p50", "p75", "p95")
_RANGES = ("very_low_pct", "low_pct", "target_pct", "high_pct", "very_high_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found.

    Attributes:
        rows: How many rows were looked at.
        failed: How many of them break the rule.
        explanation: What was found, in a sentence.
    """

    rows: int
    failed: int
    explanation: str


def entries_are_complete(entries: Table) -> Finding:
    """Ask for an id, a date and a type in every entry."""
    documents = [json.loads(str(text)) for text in entries.column("document")]
    failed = sum(any(key not in entry for key in ("_id", "date", "type")) for entry in documents)
    return _finding(entries, failed, "lack an id, a date or a type")


def ids_are_unique(bronze: Table) -> Finding:
    """Ask that no person has an entry twice."""
    pairs = zip(bronze.column("subject"), bronze.column("entry_id"), strict=True)
    failed = sum(count - 1 for count in Counter(pairs).values())
    return _finding(bronze, failed, "repeat an entry of the same person")


def readings_are_plausible(silver: Table) -> Finding:
    """Ask for values that the sensor can show."""
    failed = sum(
        not LOWEST_PLAUSIBLE <= _number(value) <= HIGHEST_PLAUSIBLE
        for value in silver.column("glucose_mg_dl")
    )
    return _finding(silver, failed, f"lie outside {LOWEST_PLAUSIBLE} to {HIGHEST_PLAUSIBLE} mg/dL")


def ranges_add_up(daily: Table) -> Finding:
    """Ask that the five ranges make 100 percent, but for rounding."""
    failed = sum(
        abs(sum(_number(row[name]) for name in _RANGES) - 100) > 0.05 for row in daily.records()
    )
    return _finding(daily, failed, "have ranges that do not make 100 percent")


def days_are_covered(daily: Table) -> Finding:
    """Ask for 70 percent of a day's readings."""
    failed = sum(_number(value) < LEAST_COVERAGE_PCT for value in daily.column("coverage_pct"))
    return _finding(daily, failed, f"have less than {LEAST_COVERAGE_PCT:.0f} % of their readings")


def percentiles_ascend(hourly: Table) -> Finding:
    """Ask that no percentile is below a lower one."""
    values = [[_number(row[name]) for name in _PERCENTILES] for row in hourly.records()]
    return _finding(
        hourly, sum(row != sorted(row) for row in values), "have disordered percentiles"
    )


def _finding(table: Table, failed: int, complaint: str) -> Finding:
    return Finding(
        rows=len(table.rows),
        failed=failed,
        explanation=f"{failed} of {len(table.rows)} rows {complaint}.",
    )


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"Expected a number, not {value!r}.")
    return value
