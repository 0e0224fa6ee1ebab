"""The border where errors become messages and exit codes."""

from __future__ import annotations

import errno
from pathlib import Path

import click
import pytest

from penstock.cli.errors import NothingToResumeError, run_guarded
from penstock.errors import (
    BugError,
    ExecutionInterruptedError,
    PenstockError,
    StoreFullError,
    UsageError,
)


def raising(error: BaseException):
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PenstockError("x"), 1),
        (UsageError("x"), 2),
        (click.UsageError("x"), 2),
        (NothingToResumeError("x"), 3),
        (StoreFullError("x"), 4),
        (OSError(errno.ENOSPC, "No space left on device"), 4),
        (KeyboardInterrupt(), 130),
        (ExecutionInterruptedError(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int):
    assert code == run_guarded(raising(error))


def test_the_message_and_the_notes_of_an_error_are_shown(capsys):
    error = UsageError("The range is reversed.")
    error.add_note("Write it the other way round.")

    run_guarded(raising(error))

    assert (
        capsys.readouterr().err == "Error: The range is reversed.\nWrite it the other way round.\n"
    )


@pytest.mark.parametrize("error", [BugError("impossible"), KeyError("impossible")])
def test_a_bug_is_said_to_be_ours_and_its_traceback_is_kept(
    error, capsys, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path))

    code = run_guarded(raising(error))

    (kept,) = tmp_path.glob("penstock-bug-*.txt")
    shown = capsys.readouterr().err
    assert code == 70
    assert "This is a bug in Penstock, not in your code" in shown
    assert str(kept) in shown
    assert "Traceback" not in shown
    assert "Traceback" in kept.read_text()
