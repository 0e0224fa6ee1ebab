"""Why an asset has to be made: one reason for each difference, none without one."""

from __future__ import annotations

import pytest

from penstock.library.declarative.verdict import MadeFrom, Recorded, reason_to_make

NOW = MadeFrom(code={"command": "c1", "x.py": "f1"}, inputs={"raw": "v1"})
LAST = Recorded(version="out1", made_from=NOW)


def _reason(recorded: Recorded | None = LAST, now: MadeFrom = NOW, output: str | None = "out1"):
    return reason_to_make(recorded, now, output=output, has_output=True)


def test_what_is_as_it_was_recorded_is_up_to_date():
    assert _reason() is None


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("it was never made here", {"recorded": None}),
        ("it was never made here", {"recorded": Recorded(version="out1", made_from=None)}),
        ("its output is not there", {"output": None}),
        ("its output is not the one that was recorded", {"output": "half"}),
        (
            "its command changed",
            {"now": MadeFrom(code={"command": "c2", "x.py": "f1"}, inputs={"raw": "v1"})},
        ),
        (
            "'x.py' changed",
            {"now": MadeFrom(code={"command": "c1", "x.py": "f2"}, inputs={"raw": "v1"})},
        ),
        (
            "its input 'raw' changed",
            {"now": MadeFrom(code=NOW.code, inputs={"raw": "v2"})},
        ),
        (
            "its input 'more' changed",
            {"now": MadeFrom(code=NOW.code, inputs={"raw": "v1", "more": "v1"})},
        ),
        (
            "it does not depend on 'raw' any more",
            {"now": MadeFrom(code=NOW.code, inputs={})},
        ),
    ],
)
def test_each_difference_is_a_reason(reason: str, arguments: dict[str, object]):
    assert _reason(**arguments) == reason  # type: ignore[arg-type]


def test_what_leaves_no_output_is_judged_by_what_it_is_made_from():
    assert reason_to_make(LAST, NOW, output=None, has_output=False) is None


def test_what_it_was_made_from_survives_a_tag():
    assert MadeFrom.from_tag(NOW.to_tag()) == NOW


@pytest.mark.parametrize("text", [None, "", "no json", "[]", "{}", '{"code": {}}'])
def test_a_tag_that_is_not_ours_says_nothing(text: str | None):
    assert MadeFrom.from_tag(text) is None
