"""Write the table of `results.jsonl` into README.md, between its markers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

Lines = list[dict[str, Any]]


def _cell(line: dict[str, Any] | None) -> str:
    if line is None:
        return "–"
    if "value" not in line:
        return line["error"]
    return f"{line['value']:,.3g}" if line["value"] < 1000 else f"{line['value']:,.0f}"


def _ratio(ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> str:
    if not ours or not theirs or "value" not in ours or "value" not in theirs:
        return "–"
    return f"{theirs['value'] / ours['value']:,.0f}×"


def table(lines: Lines) -> str:
    """Render one row for each measurement, one column for each implementation."""
    found = {(line["bench"], line["impl"]): line for line in lines}
    benches = list(dict.fromkeys(line["bench"] for line in lines))
    names = list(dict.fromkeys(line["impl"] for line in lines))
    titles = [f"{name} {next(x['version'] for x in lines if x['impl'] == name)}" for name in names]
    ratios = [name for name in names if name != "penstock"]
    header = ["measurement", "unit", *titles, *(f"{name} / penstock" for name in ratios)]
    rows = [header, ["---", "---", *["---:"] * (len(header) - 2)]]
    for bench in benches:
        cells = [found.get((bench, name)) for name in names]
        ours = found.get((bench, "penstock"))
        unit = next((c["unit"] for c in cells if c and "unit" in c), "")
        compared = [_ratio(ours, found.get((bench, name))) for name in ratios]
        rows.append([bench, unit, *map(_cell, cells), *compared])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Replace what is between the markers."""
    text = (HERE / "results.jsonl").read_text(encoding="utf-8")
    lines: Lines = [json.loads(line) for line in text.splitlines()]
    page = HERE / "README.md"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{table(lines)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
