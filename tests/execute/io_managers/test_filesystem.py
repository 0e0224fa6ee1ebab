from __future__ import annotations

import errno
import os

import pytest

import penstock as dg
from penstock.errors import InvariantViolationError
from penstock.execute.io_managers.configurable import FilesystemIOManager
from penstock.execute.io_managers.filesystem import write_atomically


def test_a_value_is_kept_at_the_key(tmp_path):
    @dg.asset(key=["raw", "orders"])
    def orders() -> list[int]:
        return [1, 2]

    dg.materialize([orders], resources={"io_manager": FilesystemIOManager(tmp_path)})

    files = [p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()]
    assert [str(p) for p in files] == ["raw/orders"]


def test_what_cannot_be_pickled_is_named(tmp_path):
    @dg.asset
    def function() -> object:
        return lambda: None

    with pytest.raises(InvariantViolationError, match="is not picklable"):
        dg.materialize([function], resources={"io_manager": FilesystemIOManager(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_value_and_nothing_half_written(tmp_path, monkeypatch):
    path = tmp_path / "value"
    write_atomically(path, b"old")

    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["value"]
