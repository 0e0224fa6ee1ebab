from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from penstock.base.ids import RunId
from penstock.errors import FencedError
from penstock.model.events import LogLine, RunStarted, RunSucceeded
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.store.epoch import path_beside
from penstock.store.sqlite import SqliteStore

STARTED = RunRecord(
    id=RunId("r1"),
    spec=RunSpec(),
    status=RunStatus.NOT_STARTED,
    created=1.0,
    updated=1.0,
    plan="p",
)


def epochs(*paths: Path) -> list[int]:
    found: list[int] = []
    for path in paths:
        store = SqliteStore(path)
        found.append(store.identity().epoch)
        store.close()
    return found


def test_opening_a_store_again_is_no_new_epoch(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    one = SqliteStore(path)
    two = SqliteStore(path)
    identities = {one.identity(), two.identity()}
    two.close()
    one.close()

    assert epochs(path, path) == [1, 1]
    assert len(identities) == 1


def test_a_restored_backup_is_a_new_epoch_of_the_same_store(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    store.backup(tmp_path / "backup.db")
    identity = store.identity()
    store.close()

    shutil.copy(tmp_path / "backup.db", path)
    restored = SqliteStore(path)
    now = restored.identity()
    restored.close()

    assert (now.id, now.epoch) == (identity.id, 2)
    assert epochs(path) == [2]


def test_an_older_file_put_in_place_is_a_new_epoch(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    shutil.copy(path, tmp_path / "older.db")
    SqliteStore(path).close()
    SqliteStore(path).close()

    shutil.copy(tmp_path / "older.db", path)

    assert epochs(path, path) == [2, 2]


def test_a_copied_folder_is_a_new_epoch_and_the_original_is_not(tmp_path: Path) -> None:
    path = tmp_path / "one" / "penstock.db"
    SqliteStore(path).close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")

    assert epochs(tmp_path / "two" / "penstock.db", path) == [2, 1]


def test_a_copied_file_is_a_new_epoch(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    shutil.copy(path, tmp_path / "copy.db")

    assert epochs(tmp_path / "copy.db", path) == [2, 1]


def test_an_opening_that_was_killed_after_the_file_is_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    shutil.copy(path, tmp_path / "before.db")
    SqliteStore(path).close()

    # The file beside was written, and the store was not.
    shutil.copy(tmp_path / "before.db", path)

    assert epochs(path) == [1]


def test_a_file_beside_that_is_damaged_counts_as_another(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    path_beside(path).write_text("{")

    assert epochs(path, path) == [2, 2]


def test_leases_of_an_older_epoch_are_void(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    store.create_run(STARTED, plan=b"", events=[RunStarted("me")])
    store.backup(tmp_path / "backup.db")
    leases = [store.take_lease(RunId("r1"), owner="me", at=float(n)) for n in range(3)]
    store.close()

    shutil.copy(tmp_path / "backup.db", path)
    restored = SqliteStore(path)
    found = restored.run(RunId("r1"))
    for lease in leases:
        with pytest.raises(FencedError):
            restored.append(RunId("r1"), [LogLine("late")], at=9.0, expect=1, fence=lease.fence)
    new = restored.take_lease(RunId("r1"), owner="you", at=9.0)
    restored.append(RunId("r1"), [RunSucceeded()], at=9.0, expect=1, fence=new.fence)
    restored.close()

    assert found is not None
    assert found.owner is None
    assert new.fence > max(lease.fence for lease in leases)


def test_a_lease_of_a_run_that_had_none_is_of_the_new_epoch(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    path_beside(path).unlink()
    store = SqliteStore(path)
    store.create_run(STARTED, plan=b"", events=[])

    fences = [store.take_lease(RunId("r1"), owner="me", at=1.0).fence for _ in range(2)]
    store.close()

    assert fences == [2**32 + 1, 2**32 + 2]
