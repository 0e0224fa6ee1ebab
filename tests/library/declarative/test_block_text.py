"""The plain form is read alike on one line and on many."""

from __future__ import annotations

import pytest

from penstock.library.declarative.block_text import is_plain_form, parse_blocks

SEED = (
    'asset raw_data: path: "input.csv" asset processed_data: transform: "python preprocess.py '
    '{raw_data.path} {self.path}" path: "output.csv" depends_on: [raw_data] ...'
)

BLOCK = """
# where it comes from
asset raw_data:
  path: "input.csv"

asset processed_data:
  transform: "python preprocess.py {raw_data.path} {self.path}"
  path: "output.csv"
  depends_on:
    - raw_data
"""

TASKS = (
    'task preprocess { command: "python preprocess.py input.csv output.csv" } task train_model { '
    'command: "python train.py output.csv model.pkl" depends_on: preprocess }'
)


def _plain(text: str):
    written = parse_blocks(text)
    assert written.mistakes == []
    return [
        (b.kind, b.name, {name: value.plain() for name, value in b.attributes.items()})
        for b in written.blocks
    ]


@pytest.mark.parametrize("text", [SEED, BLOCK], ids=["inline", "block"])
def test_assets_on_one_line_and_on_many_are_the_same(text: str):
    assert _plain(text) == [
        ("asset", "raw_data", {"path": "input.csv"}),
        (
            "asset",
            "processed_data",
            {
                "transform": "python preprocess.py {raw_data.path} {self.path}",
                "path": "output.csv",
                "depends_on": ["raw_data"],
            },
        ),
    ]


def test_tasks_stand_in_braces():
    assert _plain(TASKS) == [
        ("task", "preprocess", {"command": "python preprocess.py input.csv output.csv"}),
        (
            "task",
            "train_model",
            {"command": "python train.py output.csv model.pkl", "depends_on": "preprocess"},
        ),
    ]


def test_values_without_quotes_are_words_numbers_and_truth_values():
    text = "asset a: path: data/a.csv shell: true retries: 2 env: {A: x, B: 1.5} kinds: [csv]"

    assert _plain(text) == [
        (
            "asset",
            "a",
            {
                "path": "data/a.csv",
                "shell": True,
                "retries": 2,
                "env": {"A": "x", "B": 1.5},
                "kinds": ["csv"],
            },
        )
    ]


def test_each_attribute_knows_its_line():
    block = parse_blocks(BLOCK).blocks[1]

    assert block.place.line == 6
    assert {name: place.line for name, place in block.attribute_places.items()} == {
        "transform": 7,
        "path": 8,
        "depends_on": 9,
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('asset a:\n  path: "x', 2, "is not closed"),
        ("asset a:\n  description: two words\n", 2, "Put text with spaces in quotes"),
        ("asset a:\n  path: x\n  path: y\n", 3, "has 'path' twice"),
        ("task a {\n command: x\n", 2, "'{' is not closed"),
        ("asset a: depends_on: [b c]", 1, "separate items with ','"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, what: str):
    (mistake,) = parse_blocks(text).mistakes

    assert mistake.line == line
    assert what in mistake.what


def test_reading_goes_on_at_the_next_block():
    written = parse_blocks("asset a: path: : asset b: path: b.csv")

    assert [block.name for block in written.blocks] == ["b"]
    assert len(written.mistakes) == 1


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [(SEED, True), (TASKS, True), ("# note\n\nasset a:\n  path: x", True), ("assets:\n", False)],
)
def test_the_form_is_told_by_the_beginning(text: str, is_plain: bool):
    assert is_plain_form(text) is is_plain
