import pytest

import penstock as dg
from penstock.errors import ParameterCheckError


def test_the_folder_may_be_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("VALUES", str(tmp_path))
    context = dg.build_output_context(asset_key="a")

    with dg.build_resources({"io": dg.FilesystemIOManager(base_dir=dg.EnvVar("VALUES"))}) as found:
        found.io.handle_output(context, 1)
        assert found.io.load_input(dg.build_input_context(asset_key="a")) == 1

    assert (tmp_path / "a").is_file()


def test_run_config_may_set_the_folder(tmp_path):
    config = {"io": {"config": {"base_dir": str(tmp_path)}}}

    with dg.build_resources({"io": dg.FilesystemIOManager()}, resource_config=config) as found:
        found.io.handle_output(dg.build_output_context(asset_key="a"), 1)

    assert (tmp_path / "a").is_file()


def test_the_folder_may_be_a_path(tmp_path):
    assert dg.FilesystemIOManager(tmp_path).base_dir == str(tmp_path)


def test_without_a_folder_it_has_to_be_set_up_first():
    with pytest.raises(ParameterCheckError, match="has not been set up"):
        dg.FilesystemIOManager().load_input(dg.build_input_context(asset_key="a"))
