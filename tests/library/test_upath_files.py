"""Files that steps hand to each other, on file systems elsewhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import ParameterCheckError
from penstock.library.file_manager import LocalFileHandle
from penstock.library.upath_files import UPathFileHandle, UPathFileManager, upath_file_manager

pytest.importorskip("upath")


@pytest.fixture(params=["folder", "memory"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UPathFileManager]:
    if request.param == "folder":
        yield UPathFileManager(tmp_path / "files")
        return
    import fsspec

    yield UPathFileManager(f"memory://{tmp_path.name}/files")
    fsspec.filesystem("memory").store.clear()


def test_bytes_are_kept_and_read_again(manager: UPathFileManager):
    handle = manager.write_data(b"foo", ext="txt")

    assert handle.path.endswith(".txt")
    assert manager.read_data(handle) == b"foo"
    with manager.read(handle) as file:
        assert file.read() == b"foo"


def test_a_file_can_be_read_without_a_with(manager: UPathFileManager):
    handle = manager.write_data(b"foo", ext=".txt")

    file = manager.read(handle, mode="r")

    assert file.read() == "foo"
    file.close()
    assert not handle.path.endswith("..txt")


def test_open_files_are_kept(manager: UPathFileManager):
    text = manager.write(io.StringIO("bär\n"), mode="w")
    data = manager.write(io.BytesIO(b"\xff"))

    assert manager.read_data(text) == "bär\n".encode()
    assert manager.read_data(data) == b"\xff"


def test_a_local_copy_is_deleted_in_the_end(manager: UPathFileManager):
    handle = manager.write_data(b"foo", ext="csv")

    copy = Path(manager.copy_handle_to_local_temp(handle))
    content = copy.read_bytes()
    manager.delete_local_temp()

    assert (content, copy.suffix, copy.exists()) == (b"foo", ".csv", False)


def test_a_handle_of_another_file_manager_is_refused(manager: UPathFileManager):
    with pytest.raises(ParameterCheckError, match="is no UPathFileHandle"):
        manager.read_data(LocalFileHandle("/tmp/x"))


@pytest.mark.parametrize("mode", ["a", "rb+", "w"])
def test_other_modes_of_reading_are_refused(manager: UPathFileManager, mode: str):
    handle = manager.write_data(b"foo")

    with pytest.raises(ParameterCheckError, match="mode must be one of rb, r"):
        manager.read(handle, mode=mode)


def test_an_extension_cannot_lead_into_another_folder(manager: UPathFileManager):
    with pytest.raises(ParameterCheckError, match="without slashes"):
        manager.write_data(b"foo", ext="a/b")


def test_the_resource_keeps_files_where_its_config_says(tmp_path: Path):
    config = {"files": {"config": {"base_path": str(tmp_path)}}}

    with dg.build_resources({"files": upath_file_manager}, resource_config=config) as resources:
        handle = resources.files.write_data(b"foo")

    assert Path(handle.path).read_bytes() == b"foo"
    assert handle == UPathFileHandle(handle.path)
    assert Path(handle.path).parent == tmp_path
