"""An output is replaced in one step, and what a killed attempt left is put right."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.library.declarative.staging import Staging, recover


def _files(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_a_command_writes_beside_the_output_under_the_same_ending(tmp_path: Path):
    staging = Staging(tmp_path / "out" / "a.csv", in_place=False)

    staging.begin()

    assert staging.target == tmp_path / "out" / ".a.partial.csv"
    assert staging.target.parent.is_dir()


@pytest.mark.parametrize("in_place", [False, True])
def test_what_was_written_becomes_the_output(tmp_path: Path, in_place: bool):
    final = tmp_path / "a.csv"
    final.write_text("old")
    staging = Staging(final, in_place=in_place)
    staging.begin()
    staging.target.write_text("new")

    staging.commit()

    assert _files(tmp_path) == {"a.csv": "new"}


@pytest.mark.parametrize("in_place", [False, True])
def test_a_failed_command_leaves_the_output_as_it_was(tmp_path: Path, in_place: bool):
    final = tmp_path / "a.csv"
    final.write_text("old")
    staging = Staging(final, in_place=in_place)
    staging.begin()
    staging.target.write_text("half")

    staging.roll_back()

    assert _files(tmp_path) == {"a.csv": "old"}


@pytest.mark.parametrize("in_place", [False, True])
def test_a_killed_command_leaves_nothing_that_is_taken_as_good(tmp_path: Path, in_place: bool):
    final = tmp_path / "a.csv"
    final.write_text("old")
    staging = Staging(final, in_place=in_place)
    staging.begin()
    staging.target.write_text("half")

    recover(final)

    assert _files(tmp_path) == {"a.csv": "old"}


def test_a_command_in_place_starts_without_the_old_output(tmp_path: Path):
    final = tmp_path / "a.csv"
    final.write_text("old")
    staging = Staging(final, in_place=True)

    staging.begin()

    assert staging.is_written is False


def test_a_folder_replaces_a_folder(tmp_path: Path):
    final = tmp_path / "table"
    final.mkdir()
    (final / "old").write_text("1")
    staging = Staging(final, in_place=False)
    staging.begin()
    staging.target.mkdir()
    (staging.target / "new").write_text("2")

    staging.commit()

    assert _files(tmp_path) == {"table/new": "2"}


def test_recovering_twice_is_recovering_once(tmp_path: Path):
    final = tmp_path / "a.csv"
    final.write_text("good")

    recover(final)
    recover(final)

    assert _files(tmp_path) == {"a.csv": "good"}
