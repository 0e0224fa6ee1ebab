"""Each public name of Dagster 1.13 is offered, or missing on purpose with a reason; never both."""

import re
from pathlib import Path

import penstock

NAMES = Path(__file__).with_name("dagster_names.txt")
PAGE = Path(__file__).parents[2] / "docs" / "from-dagster" / "absences.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def _names() -> set[str]:
    return set(NAMES.read_text(encoding="utf-8").split())


def _absent() -> list[str]:
    return [name for name, _, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))]


def _offered() -> set[str]:
    return {*penstock._PLACES, *penstock._MODULES}


def test_the_list_is_complete():
    assert len(_names()) == 444


def test_every_name_is_offered_or_missing_on_purpose():
    assert sorted(_names() - _offered() - set(_absent())) == []


def test_no_name_is_both_offered_and_missing():
    assert sorted(_offered() & set(_absent())) == []


def test_the_page_names_each_absence_once_and_no_other_name():
    absent = _absent()

    assert sorted(set(absent)) == sorted(absent)
    assert sorted(set(absent) - _names()) == []


def test_every_offered_name_can_be_loaded():
    assert [name for name in sorted(_names() & _offered()) if not hasattr(penstock, name)] == []
