"""A command's streams, its end, and the end of all that it started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from penstock.base.clock import SystemClock
from penstock.library.declarative.process import Command, Ending, run


def _run(code: str, folder: Path, timeout: float | None = None) -> tuple[Ending, dict[str, str]]:
    streams = {"out": "", "err": ""}

    def write(stream: str, text: str) -> None:
        streams[stream] += text

    command = Command(
        line=[sys.executable, "-c", code], folder=folder, environment={"A": "b"}, timeout=timeout
    )
    ending = run(command, clock=SystemClock(), write=write, started=lambda _: None)
    return ending, streams


def test_streams_are_passed_on_and_the_code_is_told(tmp_path: Path):
    code = "import sys, os; print(os.environ['A'], os.getcwd()); sys.stderr.write('é'); sys.exit(3)"

    ending, streams = _run(code, tmp_path)

    assert ending.code == 3
    assert ending.timed_out is False
    assert streams == {"out": f"b {tmp_path}\n", "err": "é"}
    assert ending.tail == ("é",)


def test_a_large_output_does_not_block(tmp_path: Path):
    ending, streams = _run("print('x' * 1_000_000)", tmp_path)

    assert ending.code == 0
    assert len(streams["out"]) == 1_000_001


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path):
    ending, _ = _run("import time; time.sleep(60)", tmp_path, timeout=0.3)

    assert ending.timed_out is True


def test_a_line_is_run_by_a_shell(tmp_path: Path):
    command = Command(
        line="echo a | tr a b > x", folder=tmp_path, environment={"PATH": "/bin:/usr/bin"}
    )

    ending = run(command, clock=SystemClock(), write=lambda *_: None, started=lambda _: None)

    assert ending.code == 0
    assert (tmp_path / "x").read_text() == "b\n"


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path):
    command = Command(line=["no-such-program"], folder=tmp_path, environment={})

    with pytest.raises(FileNotFoundError):
        run(command, clock=SystemClock(), write=lambda *_: None, started=lambda _: None)


def test_an_error_while_it_runs_ends_the_command(tmp_path: Path):
    code = "import time; print('on', flush=True); time.sleep(60); open('late', 'w')"
    command = Command(line=[sys.executable, "-c", code], folder=tmp_path, environment={})

    def fail(stream: str, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(command, clock=SystemClock(), write=fail, started=lambda _: None)

    assert not (tmp_path / "late").exists()
