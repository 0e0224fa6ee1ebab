from __future__ import annotations

import re
from pathlib import Path

import penstock
from penstock.base import faults


def test_the_moments_of_the_code_are_those_of_the_list():
    source = Path(penstock.__path__[0])
    used: set[str] = set()
    for path in source.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"\breached\(\"([a-z_]+\.[a-z_]+)\"\)", text))

    assert used == set(faults.POINTS)


def test_a_moment_does_nothing_unless_it_is_armed():
    seen: list[str] = []

    faults.reached("run.before_write")
    with faults.armed(seen.append):
        faults.reached("run.after_write")
    faults.reached("run.before_write")

    assert seen == ["run.after_write"]
