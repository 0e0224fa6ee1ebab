"""References in commands: found, filled in and quoted; other braces are text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.library.declarative.template import (
    Reference,
    bare_names,
    fill,
    quoted_references,
    references,
    shell_line,
    words,
)


def _path(reference: Reference) -> str:
    return f"my {reference.name}.csv"


def test_references_are_name_and_attribute():
    assert references("python x.py {a.path} {raw/b.path} {self.path} {a.path}") == (
        Reference("a", "path"),
        Reference("raw/b", "path"),
        Reference("self", "path"),
    )


@pytest.mark.parametrize("text", ["awk '{print $1}'", "${HOME}", "{{a.path}}", "{ a.path }", "{}"])
def test_other_braces_are_no_references(text: str):
    assert references(text) == ()


def test_doubled_braces_are_text():
    assert fill("{{a.path}} {a.path}", _path) == "{a.path} my a.csv"


def test_a_value_is_never_split_into_words():
    assert words("cp {a.path} 'two words'", _path) == ["cp", "my a.csv", "two words"]


def test_a_value_is_quoted_for_the_shell():
    assert shell_line("cat {a.path} > x", _path) == "cat 'my a.csv' > x"


def test_references_in_quotes_are_found():
    text = "cp '{a.path}' \"{b.path}\" {c.path} it\\'s {d.path}"

    assert [r.name for r in quoted_references(text)] == ["a", "b"]


def test_names_without_an_attribute_are_found():
    assert bare_names("cat {a} ${b} {c.path}") == ("a",)


@given(st.text(alphabet="ab {}.'\"$\\\n", max_size=30))
def test_filling_in_what_is_written_changes_nothing(text: str):
    def as_written(reference: Reference) -> str:
        return f"{{{reference.name}.{reference.attribute}}}"

    if "{{" not in text:
        assert fill(text, as_written) == text
