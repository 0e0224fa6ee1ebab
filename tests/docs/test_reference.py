"""The reference pages name everything that they are the reference of."""

import re
import typing
from pathlib import Path

from penstock.model.events import RunEvent

DOCS = Path(__file__).parents[2] / "docs"


def test_the_events_page_has_a_row_for_each_kind():
    page = (DOCS / "reference" / "events.md").read_text(encoding="utf-8")

    kinds = {str(kind.__struct_config__.tag) for kind in typing.get_args(RunEvent)}

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == kinds
