"""The reference pages name everything that they are the reference of."""

import re
import typing
from pathlib import Path

from penstock.cli.errors import EXIT_CODES
from penstock.model.events import RunEvent
from penstock.settings.schema import KEYS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def _rows(page: str, first_cell: str) -> set[str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return set(re.findall(rf"^\| {first_cell} \|", text, re.MULTILINE))


def test_the_events_page_has_a_row_for_each_kind():
    kinds = {str(kind.__struct_config__.tag) for kind in typing.get_args(RunEvent)}

    assert _rows("events.md", r"`(\w+)`") == kinds


def test_the_exit_codes_page_has_a_row_for_each_code():
    codes = {str(code.value) for code in EXIT_CODES}

    assert _rows("cli-exit-codes.md", r"(\d+)") == codes


def test_the_settings_page_has_a_row_for_each_key_in_the_order_of_the_schema():
    page = REFERENCE.parent / "operate" / "settings.md"
    table = page.read_text(encoding="utf-8").split("## Every key")[1].split("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(KEYS)
