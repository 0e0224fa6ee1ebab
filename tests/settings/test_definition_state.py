"""The state of definitions, kept in versions."""

from __future__ import annotations

from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import StoredValueNotFoundError
from penstock.settings.definition_state import DefsStateStorage, set_defs_state_storage


def kept(storage: dg.UPathDefsStateStorage, folder: Path, key: str, version: str) -> str:
    target = folder / "out"
    storage.download_state_to_path(key, version, target)
    return target.read_text()


def test_each_version_is_kept_and_the_last_is_the_newest(tmp_path):
    storage = dg.UPathDefsStateStorage(tmp_path / "state")
    for version in ("v1", "v2"):
        (tmp_path / "in").write_text(f"tables {version}")
        storage.upload_state_from_path("db/tables", version, tmp_path / "in")

    assert storage.get_latest_version("db/tables") == "v2"
    assert kept(storage, tmp_path, "db/tables", "v1") == "tables v1"
    assert kept(storage, tmp_path, "db/tables", "v2") == "tables v2"
    assert storage.list_state_keys_with_prefix("db") == ["db/tables"]


def test_a_key_can_be_left_without_a_newest_version(tmp_path):
    storage = dg.UPathDefsStateStorage(tmp_path / "state")
    (tmp_path / "in").write_text("x")
    storage.upload_state_from_path("a", "v1", tmp_path / "in")

    storage.set_latest_version("a", None)

    assert storage.get_latest_version("a") is None
    assert storage.list_state_keys_with_prefix("") == []
    assert kept(storage, tmp_path, "a", "v1") == "x"


def test_a_folder_is_kept_like_a_file(tmp_path):
    storage = dg.UPathDefsStateStorage(tmp_path / "state")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")

    storage.upload_state_from_path("k", "v", tmp_path / "in")
    storage.download_state_to_path("k", "v", tmp_path / "out")

    assert (tmp_path / "out" / "a.txt").read_text() == "a"


def test_a_version_that_was_not_kept_is_told(tmp_path):
    storage = dg.UPathDefsStateStorage(tmp_path)

    assert storage.get_latest_defs_state_info() is None
    with pytest.raises(StoredValueNotFoundError, match="no version 'v9' of the state 'a'"):
        storage.download_state_to_path("a", "v9", tmp_path / "out")


def test_definitions_that_are_loaded_find_the_storage(tmp_path):
    storage = dg.UPathDefsStateStorage(tmp_path)

    with set_defs_state_storage(storage):
        assert DefsStateStorage.get() is storage
    assert DefsStateStorage.get() is None
