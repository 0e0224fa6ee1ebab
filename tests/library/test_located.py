"""Values of YAML know where they stand."""

from __future__ import annotations

import pytest

from penstock.config.yaml_text import YamlMistake
from penstock.library.located import Place, parse_located

TEXT = """\
a: 1
b:
  - x
  - {c: 2024-01-01}
---
true
"""


def test_documents_are_read_with_dates_as_text():
    assert [document.plain() for document in parse_located(TEXT)] == [
        {"a": 1, "b": ["x", {"c": "2024-01-01"}]},
        True,
    ]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), Place(line=1, column=1)),
        (("b",), Place(line=2, column=1)),
        (("b", 0), Place(line=3, column=5)),
        (("b", 1, "c"), Place(line=4, column=6)),
        (("b", 1, "missing"), Place(line=4, column=5)),
        (("nothing", "below"), Place(line=1, column=1)),
    ],
)
def test_a_path_leads_to_its_place(path: tuple[object, ...], place: Place):
    document = next(parse_located(TEXT))

    assert document.place_of(path) == place


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("a: 1\na: 2", "the key 'a' is there twice", 2),
        ("a: [", "expected the node content, but found '<stream end>'", 1),
        ("a:\n  b: 1\n c: 2", "expected <block end>, but found '<block mapping start>'", 3),
        ("a: \x01", "it holds a character that YAML does not allow", 1),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, what: str, line: int):
    with pytest.raises(YamlMistake) as caught:
        list(parse_located(text))

    assert (caught.value.what, caught.value.line) == (what, line)
