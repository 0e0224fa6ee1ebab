"""Copies: one moment of the store, whole or not there; and put in its place again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.errors import InvariantViolationError
from penstock.model.events import AssetMaterialized, LogLine
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore
from penstock.store.sqlite_copy import CopyFacts, check_copy, put_in_place

ORDERS = AssetKey("orders")

HOLDER = """
import sys
from pathlib import Path
from penstock.store.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
"""


def a_store(path: Path, *, lines: int) -> SqliteStore:
    store = SqliteStore(path)
    store.report([LogLine("x" * 1000)] * lines + [AssetMaterialized(ORDERS)], at=1.0)
    return store


def test_a_copy_is_one_moment_however_much_is_written_meanwhile(tmp_path: Path) -> None:
    store = a_store(tmp_path / "penstock.db", lines=20_000)
    done: list[float] = []

    def write_more(part: float) -> None:
        done.append(part)
        store.report([LogLine("meanwhile")], at=2.0)

    store.backup(tmp_path / "copy.db", progress=write_more)
    store.close()

    facts = check_copy(tmp_path / "copy.db")
    assert facts == CopyFacts(schema=facts.schema, epoch=1, runs=0, events=20_001, assets=1)
    assert done == sorted(done)
    assert len(done) > 2
    assert done[-1] == 1.0


def test_a_backup_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    store = a_store(tmp_path / "penstock.db", lines=10)

    def interrupt(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.backup(tmp_path / "copy.db", progress=interrupt)
    store.close()

    assert list(tmp_path.glob("copy*")) == []


def test_what_is_put_in_place_begins_an_epoch_beyond_both(tmp_path: Path) -> None:
    path, aside = tmp_path / "penstock.db", tmp_path / "aside.db"
    store = a_store(path, lines=1)
    store.backup(tmp_path / "copy.db")
    store.report([LogLine("later")], at=2.0)
    store.close()

    facts = put_in_place(tmp_path / "copy.db", path, aside=aside)
    restored, kept = SqliteStore(path), SqliteStore(aside)
    epochs = (restored.identity().epoch, kept.identity().epoch)
    counts = (restored.counters()["events"], kept.counters()["events"])
    restored.close()
    kept.close()

    assert facts.events == 2
    assert epochs == (2, 2)
    assert counts == (2, 3)
    assert check_copy(tmp_path / "copy.db").epoch == 1


def test_a_store_that_another_process_has_open_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = a_store(path, lines=1)
    store.backup(tmp_path / "copy.db")
    store.report([LogLine("later")], at=2.0)
    store.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    holder.stdout.readline()

    with pytest.raises(InvariantViolationError, match="another process has it open"):
        put_in_place(tmp_path / "copy.db", path, aside=tmp_path / "aside.db")
    holder.communicate("end\n")
    store = SqliteStore(path)
    events = store.events(EventFilter())
    store.close()

    assert len(events) == 3
    assert not (tmp_path / "aside.db").exists()
    assert list(tmp_path.glob("*.part")) == []


def test_a_store_that_cannot_be_read_any_more_is_kept_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = a_store(path, lines=1)
    store.backup(tmp_path / "copy.db")
    store.close()
    path.write_bytes(b"\xff" * 8192)

    put_in_place(tmp_path / "copy.db", path, aside=tmp_path / "aside.db")
    restored = SqliteStore(path)
    problems, epoch = restored.check_soundness(), restored.identity().epoch
    restored.close()

    assert problems == []
    assert epoch == 2
    assert (tmp_path / "aside.db").read_bytes() == b"\xff" * 8192
