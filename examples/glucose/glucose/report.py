"""The report: one HTML file without anything outside it, made from what is stored.

Owns what the report says and in which order. Reads silver from Parquet and gold from DuckDB; the
same lake gives the same bytes. `python -m glucose.report [--lake DIR] [--out FILE] [--open]`.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import webbrowser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from glucose import storage, transforms
from glucose.days import PROJECT
from glucose.table import Table

TITLE = "Glucose of nineteen people"
DAYS_SHOWN = 3
DIGITS = {"coverage_pct": 0, "readings": 0, "days": 0}
"""Decimals of a number by its column; one for the others."""

HEADINGS = {
    "subject": "Person",
    "diagnosis": "Diagnosis",
    "day": "Day",
    "days": "Days",
    "coverage_pct": "Coverage %",
    "readings": "Readings",
    "mean_mg_dl": "Mean mg/dL",
    "sd_mg_dl": "SD mg/dL",
    "cv_pct": "CV %",
    "gmi_pct": "GMI %",
    "very_low_pct": "<54 %",
    "low_pct": "54-69 %",
    "target_pct": "70-180 %",
    "high_pct": "181-250 %",
    "very_high_pct": ">250 %",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the report shows.

    Attributes:
        silver: All readings.
        daily: Statistics of each person's day.
        people: Statistics of each person, least time in target first.
        profile: Percentiles by time of day.
        person: Whose days are drawn.
        days: That person's most complete days, in order; readings of one day each.
    """

    silver: Table
    daily: Table
    people: Table
    profile: Table
    person: str
    days: tuple[Table, ...]


def find(lake: Path, *, person: str | None = None) -> Findings:
    """Read the lake and work out what the report shows.

    Args:
        lake: The folder of the stored assets.
        person: Whose days to draw; the one with most readings if None.

    Raises:
        NothingStoredError: Nothing has been materialized, or the person has no readings.
    """
    files = sorted((lake / "glucose_silver").glob("*.parquet"))
    if not files:
        raise storage.NothingStoredError(f"{lake} holds no readings. Run the backfill first.")
    silver = storage.read_parquet(files)
    if not silver.rows:
        raise storage.NothingStoredError(f"{lake} holds only days without readings.")
    daily = storage.read_table(lake / "gold.duckdb", "glucose_daily")
    counts = Counter(str(subject) for subject in silver.column("subject"))
    chosen = min(counts, key=lambda name: (-counts[name], name)) if person is None else person
    if chosen not in counts:
        known = ", ".join(sorted(counts))
        raise storage.NothingStoredError(f"'{chosen}' has no readings. Known: {known}.")
    return Findings(
        silver=silver,
        daily=_without(daily, storage.PARTITION_COLUMN),
        people=transforms.per_person(silver),
        profile=transforms.profile(silver),
        person=chosen,
        days=transforms.fullest_days(silver, subject=chosen, limit=DAYS_SHOWN),
    )


def _without(table: Table, column: str) -> Table:
    kept = {name: kind for name, kind in table.schema.items() if name != column}
    rows = tuple(tuple(record[name] for name in kept) for record in table.records())
    return Table(kept, rows)


def render(findings: Findings) -> str:
    """Write the report as HTML."""
    from glucose import charts  # noqa: PLC0415 - matplotlib is only needed to draw

    dates = [str(table.column("read_local")[0])[:10] for table in findings.days]
    sections = [
        _section(
            "Time of day",
            "The ambulatory glucose profile: all readings of all people by time of day. Half of "
            "them lie in the dark band, nine of ten in the light one.",
            _image(charts.draw_profile(findings.profile), _describe_profile(findings.profile)),
        ),
        _section(
            "Time in ranges",
            "The share of each person's readings in the ranges of the international consensus. "
            "Its goal for most people with diabetes is more than 70 % in target.",
            _image(charts.draw_ranges(findings.people), _describe_ranges(findings.people)),
            _table(findings.people, caption="Statistics of each person"),
        ),
        _section(
            "Days of one person",
            f"The most complete days of {escape(findings.person)}; gaps are gaps of the sensor.",
            _image(
                charts.draw_days(findings.days),
                f"Line charts of the glucose of {findings.person} over the hours of "
                f"{', '.join(dates)}; the target range from 70 to 180 mg/dL is shaded.",
            ),
        ),
        _section(
            "Every day",
            "GMI estimates long-term glucose (HbA1c) from the mean and is meant for 14 days or "
            "more; for a single day it only shows the scale.",
            _table(findings.daily, caption="Statistics of each person's day"),
        ),
    ]
    return _PAGE.format(
        title=TITLE, style=_STYLE, facts=_facts(findings), sections="\n".join(sections)
    )


def _facts(findings: Findings) -> str:
    silver = findings.silver
    target = sum(70 <= int(str(value)) <= 180 for value in silver.column("glucose_mg_dl"))
    facts = (
        (f"{len(silver.rows):,}", "readings"),
        (str(len(findings.people.rows)), "people"),
        (str(len(set(findings.daily.column("day")))), "days"),
        (f"{100 * target / len(silver.rows):.1f} %", "in target (70-180 mg/dL)"),
    )
    return "".join(f"<div><dd>{number}</dd><dt>{label}</dt></div>" for number, label in facts)


def _describe_profile(profile: Table) -> str:
    rows = sorted(profile.records(), key=lambda row: float(str(row["p50"])))
    low, high = rows[0], rows[-1]
    return (
        "Percentile bands of glucose by time of day over the shaded target range from 70 to 180 "
        f"mg/dL. The median is lowest at {_clock(low)} ({low['p50']} mg/dL) and highest at "
        f"{_clock(high)} ({high['p50']} mg/dL)."
    )


def _clock(row: dict[str, object]) -> str:
    hours, minutes = divmod(int(str(row["minute_of_day"])), 60)
    return f"{hours:02d}:{minutes:02d}"


def _describe_ranges(people: Table) -> str:
    rows = people.records()
    return (
        f"One bar for each of {len(rows)} people with the shares of five ranges. Time in target "
        f"goes from {rows[0]['target_pct']} % ({rows[0]['subject']}) to "
        f"{rows[-1]['target_pct']} % ({rows[-1]['subject']}). The table below has all numbers."
    )


def _section(heading: str, text: str, *parts: str) -> str:
    body = "\n".join(parts)
    return f"<section>\n<h2>{heading}</h2>\n<p>{text}</p>\n{body}\n</section>"


def _image(svg: str, description: str) -> str:
    data = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(description)}">'


def _table(table: Table, *, caption: str) -> str:
    head = "".join(f'<th scope="col">{escape(HEADINGS[name])}</th>' for name in table.schema)
    body = "\n".join(f"<tr>{_cells(record)}</tr>" for record in table.records())
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">'
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cells(record: dict[str, object]) -> str:
    (first, *others) = record.items()
    cells = [f'<th scope="row">{escape(str(first[1]))}</th>']
    for name, value in others:
        if isinstance(value, int | float):
            cells.append(f'<td class="n">{value:.{DIGITS.get(name, 1)}f}</td>')
        else:
            cells.append(f"<td>{'' if value is None else escape(str(value))}</td>")
    return "".join(cells)


def write(path: Path, text: str) -> None:
    """Write a file that appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


_STYLE = """
:root { color-scheme: light; --ink: #1f2933; --soft: #52606d; --rule: #e1e5ea; --accent: #1f4e79; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f7fa; color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
h2 { margin: 0 0 .25rem; font-size: 1.25rem; color: var(--accent); }
p { margin: 0 0 1rem; color: var(--soft); max-width: 46rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; }
dl div, section { background: #fff; border: 1px solid var(--rule); border-radius: .6rem; }
dl div { display: flex; flex-direction: column; padding: .8rem 1rem; }
dd { margin: 0; font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums; }
dt { color: var(--soft); order: 2; }
section { padding: 1.4rem 1.5rem; margin: 0 0 1.25rem; }
img { display: block; width: 100%; height: auto; }
.scroll { overflow: auto; max-height: 30rem; margin-top: 1rem; border: 1px solid var(--rule);
  border-radius: .4rem; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; width: 100%; font-size: .82rem; white-space: nowrap; }
caption { text-align: left; padding: .5rem .6rem; font-weight: 600; }
th, td { padding: .3rem .6rem; text-align: left; border-top: 1px solid var(--rule); }
thead th { position: sticky; top: 0; background: #eef2f6; }
tbody th { font-weight: 500; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
footer { padding-bottom: 3rem; font-size: .85rem; color: var(--soft); }
a { color: var(--accent); }
@media print { body { background: #fff; } .scroll { max-height: none; } }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>Continuous glucose monitoring: one reading about every five minutes, fetched, checked and
summarized day by day. Not medical advice.</p>
<dl>{facts}</dl>
</header>
<main>
{sections}
</main>
<footer>
<p><strong>Data:</strong> Hall H, Perelman D, Breschi A, et al. (2018) Glucotypes reveal new
patterns of glucose dysregulation. PLoS Biology 16(7): e2005143.
<a href="https://doi.org/10.1371/journal.pbio.2005143">doi:10.1371/journal.pbio.2005143</a>,
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. Columns renamed and sorted.
Local times are read as America/Los_Angeles.</p>
<p><strong>Ranges:</strong> Battelino T et al. (2019) Diabetes Care 42:1593.
<strong>GMI</strong> = 3.31 + 0.02392 x mean: Bergenstal RM et al. (2018) Diabetes Care 41:2275.</p>
</footer>
</body>
</html>
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Write the report; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m glucose.report", description="Write the report."
    )
    lake = Path(os.environ.get("GLUCOSE_LAKE") or PROJECT / ".lake")
    parser.add_argument("--lake", type=Path, default=lake, help="folder of the stored assets")
    parser.add_argument("--out", type=Path, default=PROJECT / "report.html", help="file to write")
    parser.add_argument("--person", help="whose days to draw (default: the longest record)")
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    arguments = parser.parse_args(argv)
    try:
        write(arguments.out, render(find(arguments.lake, person=arguments.person)))
    except storage.NothingStoredError as error:
        print(f"No report: {error}", file=sys.stderr)
        return 1
    path = arguments.out.resolve()
    print(path)
    if arguments.open:
        webbrowser.open(path.as_uri())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
