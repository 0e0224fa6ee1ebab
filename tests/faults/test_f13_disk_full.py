from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from penstock.errors import StoreFullError
from penstock.model.events import LogLine
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore
from penstock.testing.invariants import Acknowledged, broken_invariants, tokens

FAULT = {
    "id": "F13",
    "fault": "the disk is full: under the store, its log of writes, outputs, or captured output",
    "done": (
        "A file system of 3 MB is filled up while the store is written to, and emptied again; the "
        "same with the size of the file limited, with a long reader that keeps the log of writes "
        "growing, with only the outputs there, and with only the captured output there."
    ),
    "invariants": "I1 I3 I7 I11",
    "stores": "SQLite",
}

ON_A_SMALL_DISK = """
import os, sys
from pathlib import Path
import msgspec
disk = Path(sys.argv[1])
home = Path(sys.argv[2])
ballast = disk / "ballast"

def fill():
    with open(ballast, "ab", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass

def told(**facts):
    print(msgspec.json.encode(facts).decode(), flush=True)
"""

STORE = """
from penstock.errors import StoreFullError
from penstock.model.events import LogLine
from penstock.store.sqlite import SqliteStore
import sqlite3

store = SqliteStore(disk / "penstock.db")
acknowledged, refusals = [], []

def write(n):
    acknowledged.append((str(n), store.report([LogLine(str(n)), LogLine(f"{n}x" * 2000)], at=1.0)))

def write_until_full(numbers):
    for n in numbers:
        try:
            write(n)
        except StoreFullError as error:
            refusals.append(str(error))
            return n
    raise AssertionError("the disk was never full")

write(0)
ballast.write_bytes(bytes(1_000_000))
if LONG_READER:
    reader = sqlite3.connect(disk / "penstock.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM events").fetchall()
else:
    fill()
at = write_until_full(range(1, 2000))
write_until_full([at])
readable = len(store.events(__import__("penstock").store.protocol.EventFilter()))
if LONG_READER:
    reader.close()
ballast.unlink()
for n in range(at, at + 5):
    write(n)
store.close()
import shutil
for end in ("", "-wal"):  # there may not be enough space to write the log back
    if (disk / f"penstock.db{end}").exists():
        shutil.copy(disk / f"penstock.db{end}", home / f"after.db{end}")
told(acknowledged=acknowledged, refusals=refusals, readable=readable)
"""

RUN = """
import penstock as dg

mode = "full"

@dg.asset
def small() -> int:
    print("said " * 10)
    return 1

@dg.asset
def large(small: int) -> bytes:
    print("said " * 10)
    return bytes(300_000)

def make():
    with dg.Instance.get() as instance:
        try:
            result = dg.materialize(
                [small, large],
                resources={"io_manager": dg.FilesystemIOManager(base_dir=str(DATA))},
                instance=instance,
                raise_on_error=False,
            )
        except Exception as error:
            return type(error).__name__, str(error)
        failed = [e for e in result.all_events if e.is_step_failure]
        why = failed[0].event_specific_data.error.to_string() if failed else ""
        return ("SUCCESS" if result.success else "FAILURE"), why

fill()
first = make()
ballast.unlink()
second = make()
kept = [path.name for path in disk.rglob("*") if path.is_file()]
told(first=first, second=second, is_used=bool(kept))
"""


def _on_a_small_disk(tmp_path: Path, program: str) -> dict:
    """Run a program in which a folder is a file system of its own, of 3 MB."""
    disk, home = tmp_path / "disk", tmp_path / "home"
    disk.mkdir()
    home.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare(1), to mount a small file system")
    mount = f"mount -t tmpfs -o size=3m,mode=777 tmpfs {disk}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    shell = ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    done = subprocess.run(
        [*shell, sys.executable, "-c", ON_A_SMALL_DISK + program, str(disk), str(home)],
        env=os.environ | {"PENSTOCK_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return msgspec.json.decode(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("long_reader", [False, True], ids=["disk", "log-of-writes"])
def test_a_store_on_a_full_disk_says_so_and_goes_on_when_there_is_space(
    tmp_path: Path, long_reader: bool
):
    told = _on_a_small_disk(tmp_path, f"LONG_READER = {long_reader}\n" + STORE)

    store = SqliteStore(tmp_path / "home" / "after.db")
    acknowledged = [Acknowledged(token, event) for token, event in told["acknowledged"]]
    longer = {stored for stored in tokens(store.events(EventFilter())) if "x" in stored}
    broken = broken_invariants(store, acknowledged)
    store.close()
    assert len(told["refusals"]) == 2
    for refusal in told["refusals"]:
        assert refusal.startswith("The disk under ")
        assert "is full. Free some space" in refusal
    assert told["readable"] > 0
    assert len(acknowledged) == len(longer)
    assert broken == []


def test_a_file_that_may_not_grow_is_refused_as_a_full_disk(tmp_path: Path):
    path = tmp_path / "penstock.db"
    store = SqliteStore(path, max_bytes=600_000)
    acknowledged: list[Acknowledged] = []

    def write(into: SqliteStore, number: int) -> None:
        token = f"{number}"
        event = into.report([LogLine(token), LogLine(f"{number}x" * 500)], at=1.0)
        acknowledged.append(Acknowledged(token, event))

    def write_until_full() -> None:
        for number in range(5000):
            write(store, number)

    with pytest.raises(StoreFullError, match="nothing that was recorded is lost"):
        write_until_full()
    before = len(acknowledged)
    store.close()
    with_space = SqliteStore(path)
    write(with_space, 9999)
    broken = broken_invariants(with_space, acknowledged)
    with_space.close()

    assert before > 10
    assert broken == []


def test_a_full_disk_under_the_outputs_fails_the_step_and_is_told(tmp_path: Path):
    told = _on_a_small_disk(tmp_path, 'DATA = disk / "data"\n' + RUN)

    status, why = told["first"]
    assert status == "FAILURE"
    assert "No space left on device" in why
    assert told["second"] == ["SUCCESS", ""]


def test_a_full_disk_under_the_captured_output_is_no_reason_to_fail(tmp_path: Path):
    logs = '(home / "logs").symlink_to(disk)\nDATA = home / "data"\n'

    told = _on_a_small_disk(tmp_path, logs + RUN)

    assert told == {"first": ["SUCCESS", ""], "second": ["SUCCESS", ""], "is_used": True}
