"""Lines of `.env` files."""

from __future__ import annotations

from penstock.base.env_file import read_env_file


def test_lines_of_a_file(tmp_path):
    (tmp_path / ".env").write_text(
        "# a comment\n"
        "PLAIN=one two  # said\n"
        "export SHELL_STYLE=1\n"
        "QUOTED='keep # this'\n"
        'LINES="a\\nb" # said\n'
        "EMPTY=\n"
        "no assignment\n"
        "HASH=a#b\n"
    )

    assert read_env_file(tmp_path / ".env") == {
        "PLAIN": "one two",
        "SHELL_STYLE": "1",
        "QUOTED": "keep # this",
        "LINES": "a\nb",
        "EMPTY": "",
        "HASH": "a#b",
    }


def test_no_file_says_nothing(tmp_path):
    assert read_env_file(tmp_path / ".env") == {}
