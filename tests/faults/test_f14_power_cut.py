from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.base.ids import SeededIds
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore
from penstock.testing.invariants import broken_invariants, tokens

FAULT = {
    "id": "F14",
    "fault": "the power fails: writes that were not on the disk are lost, the last page is torn",
    "done": (
        "The log of writes is cut at random bytes, its end torn or filled with noise, and pages "
        "of a checkpoint that was under way are missing. The store opens, is sound, and holds the "
        "first of the acknowledged writes; with `durable=True`, all that were acknowledged before "
        "the cut, since each commit waits for the disk."
    ),
    "invariants": "I7 I11",
    "stores": "SQLite (files as a power cut leaves them; no hardware)",
}

WRITES = 150
PROGRAM = """
import os, sys
from pathlib import Path
from penstock.model.events import AssetMaterialized, LogLine
from penstock.model.keys import AssetKey
from penstock.store.sqlite import SqliteStore
path = Path(sys.argv[1])
store = SqliteStore(path, durable=sys.argv[2] == "durable")
log = path.with_name(path.name + "-wal")
for n in range(int(sys.argv[3])):
    store.report([LogLine(str(n)), AssetMaterialized(AssetKey("orders"), f"p{n % 9}")], at=1.0)
    print(log.stat().st_size)
sys.stdout.flush()
os._exit(0)
"""


def _left_behind(folder: Path, mode: str) -> tuple[Path, list[int]]:
    """Write to a store that is never closed; return it, and its log's size after each write."""
    path = folder / "penstock.db"
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), mode, str(WRITES)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return path, [int(size) for size in said.split()]


def _after_the_cut(
    path: Path, folder: Path, log: bytes, database: bytes | None = None
) -> list[str]:
    folder.mkdir()
    copy = folder / path.name
    copy.write_bytes(path.read_bytes() if database is None else database)
    copy.with_name(f"{copy.name}-wal").write_bytes(log)
    store = SqliteStore(copy)
    kept = tokens(store.events(EventFilter()))
    broken = broken_invariants(store)
    store.close()
    shutil.rmtree(folder)
    assert broken == []
    assert kept == [str(n) for n in range(len(kept))]
    return kept


@pytest.mark.parametrize("mode", ["usual", "durable"])
@pytest.mark.parametrize("cuts", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_what_is_left_of_the_log_is_a_beginning_of_what_was_acknowledged(
    tmp_path: Path, seed: int, mode: str, cuts: int
):
    draw = SeededIds(seed).uniform
    path, sizes = _left_behind(tmp_path, mode)
    log = path.with_name(f"{path.name}-wal").read_bytes()
    assert len(sizes) == WRITES
    assert sizes[-1] == len(log)
    begin = sizes[0]

    for number in range(cuts):
        cut = begin + int(draw() * (len(log) - begin))
        torn = min(cut, int(draw() * 4096))
        noise = bytes(int(draw() * 256) for _ in range(64)) * 64
        tail = (b"", bytes(torn), noise[:torn])[number % 3]
        kept = _after_the_cut(path, tmp_path / "cut", log[: cut - len(tail)] + tail)

        whole = sum(size <= cut - len(tail) for size in sizes)
        assert len(kept) >= whole
        assert len(kept) < WRITES or cut == len(log)


@pytest.mark.parametrize("cuts", [15, pytest.param(300, marks=pytest.mark.slow)])
def test_a_checkpoint_that_was_under_way_loses_nothing(tmp_path: Path, seed: int, cuts: int):
    draw = SeededIds(seed).uniform
    path, _ = _left_behind(tmp_path, "usual")
    log = path.with_name(f"{path.name}-wal").read_bytes()
    before = path.read_bytes()
    SqliteStore(path).close()  # the last to close it writes the log back into the file
    after = path.read_bytes()
    pages = range(0, len(after), 4096)

    for _ in range(cuts):
        share = draw()
        mixed = b"".join(
            (after if draw() < share else before.ljust(len(after), b"\0"))[at : at + 4096]
            for at in pages
        )
        kept = _after_the_cut(path, tmp_path / "cut", log, mixed)

        assert len(kept) == WRITES


def test_a_durable_store_waits_for_the_disk_at_each_commit(tmp_path: Path):
    if shutil.which("strace") is None:
        pytest.skip("needs strace(1), to see what is written to the disk")
    waits: dict[str, int] = {}
    for mode in ("usual", "durable"):
        (tmp_path / mode).mkdir()
        trace = tmp_path / f"{mode}.txt"
        command = ["strace", "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync"]
        place = str(tmp_path / mode / "penstock.db")
        done = subprocess.run(
            [*command, sys.executable, "-c", PROGRAM, place, mode, "20"],
            capture_output=True,
            env=os.environ,
            check=False,
        )
        if done.returncode and b"ptrace" in done.stderr:
            pytest.skip("this machine lets nobody trace a process")
        waits[mode] = len(re.findall(r"f(?:data)?sync\(", trace.read_text()))

    assert waits["durable"] - waits["usual"] >= 20
