import pickle

import pytest
from pydantic import PrivateAttr
from upath import UPath

import penstock as dg


class Pickles(dg.UPathIOManager):
    def dump_to_path(self, context, obj, path):
        with path.open("wb") as file:
            pickle.dump(obj, file)

    def load_from_path(self, context, path):
        with path.open("rb") as file:
            return pickle.load(file)


@pytest.fixture
def memory():
    base = UPath("memory://test-upath/values")
    yield base
    base.fs.rm("/test-upath", recursive=True)


def test_values_are_kept_in_any_store(memory):
    manager = Pickles(memory)
    context = dg.build_output_context(asset_key=["p", "a"])

    manager.handle_output(context, [1])

    assert memory.fs.exists("/test-upath/values/p/a")
    assert manager.load_input(dg.build_input_context(asset_key=["p", "a"])) == [1]
    assert manager.fs is memory.fs
    assert manager.has_output(context) is True


def test_a_configurable_manager_sets_its_base_path_when_it_is_set_up(tmp_path):
    class Configured(dg.ConfigurableIOManager, Pickles):
        folder: str
        _base_path: UPath = PrivateAttr()

        def setup_for_execution(self, context):
            self._base_path = UPath(self.folder)

    with dg.build_resources({"io": Configured(folder=str(tmp_path))}) as resources:
        resources.io.handle_output(dg.build_output_context(asset_key="a"), 5)
        assert resources.io.load_input(dg.build_input_context(asset_key="a")) == 5

    assert (tmp_path / "a").is_file()


def test_dots_in_a_partition_key_are_kept_because_not_every_store_has_folders(tmp_path):
    places = []

    class Noting(Pickles):
        def make_directory(self, path):
            """Make none."""

        def dump_to_path(self, context, obj, path):
            places.append(path.parts[-3:])

    manager = Noting(UPath(tmp_path))
    manager.handle_output(dg.build_output_context(asset_key="a", partition_key="../up"), 1)

    assert places == [("a", "..", "up")]
