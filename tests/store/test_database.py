from __future__ import annotations

from pathlib import Path

from penstock.store.database import QUERIES, load_statements

MARKED = """-- name: both
-- Read a thing.
-- index: none
SELECT 1;

-- name: one [sqlite]
-- Read another.
-- index: none
SELECT 2;

-- name: one [postgres]
-- Read another.
-- index: none
SELECT
    3;
"""


def test_a_marked_statement_is_that_of_its_dialect(tmp_path: Path) -> None:
    (tmp_path / "some.sql").write_text(MARKED)

    assert load_statements("sqlite", tmp_path) == {"both": "SELECT 1", "one": "SELECT 2"}
    assert load_statements("postgres", tmp_path) == {"both": "SELECT 1", "one": "SELECT\n    3"}


def test_every_statement_says_what_it_does_and_by_which_index() -> None:
    texts = [path.read_text() for path in sorted(QUERIES.glob("*.sql"))]
    blocks = [block for text in texts for block in text.split("-- name: ")[1:]]

    undocumented = [
        block.splitlines()[0]
        for block in blocks
        if not (block.splitlines()[1].startswith("-- ") and "\n-- index: " in block)
    ]

    assert undocumented == []


def test_every_statement_is_there_once_for_each_dialect() -> None:
    texts = [path.read_text() for path in sorted(QUERIES.glob("*.sql"))]
    titles = [block.splitlines()[0] for text in texts for block in text.split("-- name: ")[1:]]

    assert len(titles) == len(set(titles))
    assert set(load_statements("sqlite")) == set(load_statements("postgres"))
