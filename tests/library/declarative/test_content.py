"""The version of a file follows from its content alone."""

from __future__ import annotations

import os
from pathlib import Path

from penstock.library.declarative.content import size_of, version_of


def test_equal_content_has_one_version_whatever_its_name_and_time(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("x")
    other.write_text("x")
    os.utime(other, (1, 1))

    assert version_of(one) == version_of(other)


def test_other_content_has_another_version(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("x")
    before = version_of(file)

    file.write_text("y")

    assert version_of(file) != before


def test_nothing_has_no_version(tmp_path: Path):
    assert version_of(tmp_path / "nothing") is None


def test_a_folder_is_the_names_and_contents_of_its_files(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    before = version_of(tmp_path)

    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")

    assert version_of(tmp_path) != before
    assert size_of(tmp_path) == 1
