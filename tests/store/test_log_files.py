"""The files of a captured log."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest

from penstock.base import secrets
from penstock.store.log_files import LogFiles


@pytest.fixture
def files(tmp_path: Path):
    made = LogFiles(tmp_path / "run" / "orders.1")
    yield made
    made.close()


def out(tmp_path: Path) -> bytes:
    return (tmp_path / "run" / "orders.1.out").read_bytes()


def test_nothing_written_makes_no_file(files: LogFiles, tmp_path: Path):
    files.close()

    assert not files.has_written
    assert list(tmp_path.iterdir()) == []


def test_a_line_can_be_read_at_once(files: LogFiles, tmp_path: Path):
    files.write(b"42 rows\n", "out")

    assert out(tmp_path) == b"42 rows\n"


def test_the_beginning_of_a_line_can_be_read_soon(files: LogFiles, tmp_path: Path):
    files.write(b"10 %", "out")

    deadline = time.monotonic() + 10
    while out(tmp_path) != b"10 %" and time.monotonic() < deadline:
        time.sleep(0.01)

    assert out(tmp_path) == b"10 %"


def test_a_line_of_ten_megabytes_is_whole(files: LogFiles, tmp_path: Path):
    files.write(b"x" * 10_000_000 + b"\n", "out")
    files.close()

    assert out(tmp_path) == b"x" * 10_000_000 + b"\n"


def test_a_flood_of_a_hundred_megabytes_is_not_held_in_memory(files: LogFiles, tmp_path: Path):
    line = b"y" * 99 + b"\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(1_000_000):
        files.write(line, "out")
    files.close()

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (tmp_path / "run" / "orders.1.out").stat().st_size == 100_000_000
    assert grown < 20_000  # kilobytes


def test_a_secret_is_hidden_wherever_it_is_cut(files: LogFiles, tmp_path: Path):
    secrets.remember_secret("DB_PASSWORD", "correct-horse")
    try:
        files.write(b"login correct-", "out")
        files.flush()
        files.write(b"horse now", "out")
        files.flush()
        files.close()
    finally:
        secrets.forget_secrets()

    assert out(tmp_path) == b"login ******** now"


def test_a_full_disk_costs_lines_and_not_the_run(tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "orders.1.out").symlink_to("/dev/full")
    files = LogFiles(tmp_path / "full" / "orders.1")

    files.write(b"lost\n", "out")
    files.write(b"kept\n", "err")
    files.close()

    assert isinstance(files.problem, OSError)
    assert (tmp_path / "full" / "orders.1.err").read_bytes() == b"kept\n"


def test_a_forked_process_does_not_write_what_its_parent_holds(files: LogFiles, tmp_path: Path):
    files.write(b"half", "out")

    child = os.fork()
    if child == 0:
        files.write(b" of the child\n", "out")
        os._exit(0)
    os.waitpid(child, 0)
    files.close()

    assert sorted(out(tmp_path).replace(b"half", b"|").split(b"|")) == [b"", b" of the child\n"]
