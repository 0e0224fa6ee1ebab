"""Every Python block of every page runs, or says why it does not.

A block that is not run has `<!-- not run: reason -->` on the line above. The blocks of a page share
one namespace, in order, and run in an empty folder with a home of their own.
"""

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(r"^[ \t]*```+[ \t]*(?:python|py|pycon)\b", re.MULTILINE)
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^\n]*?) *-->\n[ \t]*\Z")


def _examples(page: Path):
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(page)
    return document, list(document.examples())


def _is_run(document, example) -> bool:
    return _NOT_RUN.search(document.text[: example.region.start]) is None


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_python_block_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    document, examples = _examples(page)

    for example in examples:
        if _is_run(document, example):
            example.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_python_block_escapes(page: Path):
    text = page.read_text(encoding="utf-8")

    _, examples = _examples(page)

    assert len(examples) == len(_BLOCK.findall(text)), "a Python block that Sybil does not see"
    assert "<!-- not run: -->" not in text, "a block that is not run needs a reason"
