import io
from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import ParameterCheckError
from penstock.library.file_manager import LocalFileManager


def test_bytes_are_kept_and_read_again(tmp_path):
    manager = LocalFileManager(str(tmp_path / "files"))

    handle = manager.write_data(b"foo", ext="txt")

    assert handle.path.endswith(".txt")
    assert manager.read_data(handle) == b"foo"
    with manager.read(handle) as file:
        assert file.read() == b"foo"


def test_a_file_of_text_is_kept_as_text(tmp_path):
    manager = LocalFileManager(str(tmp_path))

    handle = manager.write(io.StringIO("bär"), mode="w", ext=".txt")

    assert Path(handle.path).suffixes == [".txt"]
    file = manager.read(handle, mode="r")
    assert file.read() == "bär"
    file.close()


def test_a_local_copy_is_deleted_in_the_end(tmp_path):
    manager = LocalFileManager(str(tmp_path))
    handle = manager.write_data(b"foo")

    copy = Path(manager.copy_handle_to_local_temp(handle))

    assert copy.read_bytes() == b"foo"
    assert str(copy) != handle.path
    manager.delete_local_temp()
    assert not copy.exists()
    assert manager.read_data(handle) == b"foo"


def test_the_resource_keeps_files_in_the_configured_folder(tmp_path):
    config = {"files": {"config": {"base_dir": str(tmp_path)}}}

    with dg.build_resources({"files": dg.local_file_manager}, resource_config=config) as resources:
        handle = resources.files.write_data(b"foo")
        copy = resources.files.copy_handle_to_local_temp(handle)

    assert Path(handle.path).parent == tmp_path
    assert not Path(copy).exists()


def test_a_handle_of_another_file_manager_is_refused(tmp_path):
    with pytest.raises(ParameterCheckError, match="is no LocalFileHandle"):
        LocalFileManager(str(tmp_path)).read_data("x")


def test_handles_of_the_same_file_are_equal():
    assert dg.LocalFileHandle("/x") == dg.LocalFileHandle("/x")
    assert repr(dg.LocalFileHandle("/x")) == "LocalFileHandle('/x')"
    with pytest.raises(ParameterCheckError, match="path must be text"):
        dg.LocalFileHandle(3)
