"""The page `operate/faults.md` says what the suite does; run this file to write its table anew."""

from __future__ import annotations

import ast
from pathlib import Path

from penstock.base.faults import POINTS

FAULTS = Path(__file__).parent
PAGE = FAULTS.parents[1] / "docs" / "operate" / "faults.md"
BEGIN, END = "<!-- the table begins -->", "<!-- the table ends -->"
INVARIANTS = {f"I{n}" for n in range(1, 15)}


def _faults() -> list[tuple[Path, dict[str, str]]]:
    found: list[tuple[Path, dict[str, str]]] = []
    for path in sorted(FAULTS.glob("test_f[0-9]*.py")):
        found += [
            (path, ast.literal_eval(node.value))
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FAULT"
        ]
    return found


def _table() -> str:
    rows = [
        "| fault | what is done | what must hold | stores | test |",
        "|---|---|---|---|---|",
    ]
    for path, fault in _faults():
        invariants = fault["invariants"].replace(" ", ", ")
        rows.append(
            f"| {fault['id']}: {fault['fault']} | {fault['done']} | {invariants} | "
            f"{fault['stores']} | `tests/faults/{path.name}` |"
        )
    return "\n".join(rows)


def test_each_module_of_the_suite_says_what_it_does():
    modules = sorted(FAULTS.glob("test_f[0-9]*.py"))

    described = _faults()

    assert [path for path, _ in described] == modules
    for path, fault in described:
        assert fault.keys() == {"id", "fault", "done", "invariants", "stores"}
        assert path.name.startswith(f"test_f{int(fault['id'][1:]):02d}_")
        assert set(fault["invariants"].split()) <= INVARIANTS


def test_the_page_has_the_table_of_the_suite():
    page = PAGE.read_text(encoding="utf-8")

    shown = page.split(BEGIN)[1].split(END)[0].strip()

    assert shown == _table()


def test_the_page_names_every_moment():
    page = PAGE.read_text(encoding="utf-8")

    assert [point for point in POINTS if f"| `{point}` | {POINTS[point]} |" not in page] == []


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{_table()}\n{END}{after}", encoding="utf-8")
