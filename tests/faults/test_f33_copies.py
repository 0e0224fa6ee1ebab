from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from penstock.errors import FencedError, StoreUnavailableError
from penstock.model.events import LeaseLost, LogLine, RunResumed, RunStarted, RunSucceeded
from penstock.store.protocol import EventFilter, Lease
from penstock.store.sqlite import SqliteStore
from penstock.testing.invariants import Acknowledged, broken_invariants, tokens
from penstock.testing.store_values import a_run

FAULT = {
    "id": "F33",
    "fault": "an older backup is put in place; a copy of the store is used beside it",
    "done": (
        "While a run is under way, the file is copied, and a backup takes its place. The copy "
        "begins an epoch of its own, in which the lease of before is refused, also where its "
        "number would have been given again; the original goes on undisturbed."
    ),
    "invariants": "I2 I3 I7 I11",
    "stores": "SQLite; Postgres in the tests of its store",
}


def _under_way(path: Path) -> tuple[SqliteStore, Lease]:
    store = SqliteStore(path)
    run = store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    lease = store.take_lease(run.id, owner="me", at=2.0)
    return store, lease


def _write(store: SqliteStore, lease: Lease, token: str, *, expect: int) -> Acknowledged:
    _, event = store.append(lease.run, [LogLine(token)], at=3.0, expect=expect, fence=lease.fence)
    return Acknowledged(token, event, lease.fence)


def test_a_copy_that_is_used_beside_the_original_has_no_lease_of_it(tmp_path: Path):
    original, lease = _under_way(tmp_path / "home" / "penstock.db")
    original.backup(tmp_path / "backup.db")
    shutil.copytree(tmp_path / "home", tmp_path / "copied")

    copies = [SqliteStore(tmp_path / "copied" / "penstock.db"), SqliteStore(tmp_path / "backup.db")]
    acknowledged = [_write(original, lease, "mine", expect=1)]
    for copy in copies:
        with pytest.raises(FencedError, match="its lease is number"):
            _write(copy, lease, "also mine", expect=1)
        newer = copy.take_lease(lease.run, owner="other", at=4.0)
        assert newer.fence > lease.fence
        assert copy.identity().epoch == original.identity().epoch + 1
        assert copy.identity().id == original.identity().id
        assert broken_invariants(copy, [_write(copy, newer, "theirs", expect=1)]) == []
        copy.close()
    broken = broken_invariants(original, acknowledged)
    found = tokens(original.events(EventFilter()))
    original.close()

    assert broken == []
    assert found == ["mine"]


def test_a_backup_put_in_place_voids_leases_that_were_given_after_it_was_made(tmp_path: Path):
    path = tmp_path / "penstock.db"
    store, first = _under_way(path)
    store.backup(tmp_path / "backup.db")
    second = store.take_lease(first.run, owner="second", at=3.0)
    _write(store, second, "after the backup", expect=1)
    shutil.copy(tmp_path / "backup.db", tmp_path / "new.db")
    (tmp_path / "new.db").replace(path)

    with pytest.raises(StoreUnavailableError, match="was replaced by another file"):
        _write(store, second, "into the void", expect=2)
    restored = SqliteStore(path)
    newer = restored.take_lease(first.run, owner="third", at=4.0)
    taken = [LeaseLost("me"), RunResumed("third")]
    version, _ = restored.append(first.run, taken, at=5.0, expect=newer.version, fence=newer.fence)
    for late in (first, second):
        with pytest.raises(FencedError):
            _write(restored, late, "late", expect=version)
    acknowledged = _write(restored, newer, "again", expect=version)
    ended = [RunSucceeded()]
    restored.append(first.run, ended, at=6.0, expect=version + 1, fence=newer.fence)
    broken = broken_invariants(restored, [acknowledged])
    epoch = restored.identity().epoch
    restored.close()
    store.close()

    assert newer.fence > second.fence
    assert epoch == 2
    assert broken == []
