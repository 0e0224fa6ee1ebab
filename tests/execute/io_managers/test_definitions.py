import pickle

import pytest

import penstock as dg
from penstock.errors import InvariantViolationError


def with_config(definition, **config):
    return definition(dg.build_init_resource_context(config))


def test_values_are_pickled_below_the_configured_folder(tmp_path):
    manager = with_config(dg.fs_io_manager, base_dir=str(tmp_path))

    manager.handle_output(dg.build_output_context(asset_key=["p", "a"]), [1])

    assert pickle.loads((tmp_path / "p/a").read_bytes()) == [1]


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("/etc/passwd", "a/%2Fetc/passwd"),
        ("../up", "a/%2E%2E/up"),
        ("down/../up", "a/down/%2E%2E/up"),
        ("my..backup", "a/my..backup"),
    ],
)
def test_a_partition_key_never_leads_out_of_the_folder(tmp_path, key, place):
    context = dg.build_output_context(asset_key="a", partition_key=key)

    with_config(dg.fs_io_manager, base_dir=str(tmp_path)).handle_output(context, 1)

    assert (tmp_path / place).is_file()


def test_a_value_may_be_at_a_path_of_its_own(tmp_path):
    manager = with_config(dg.custom_path_fs_io_manager, base_dir=str(tmp_path))
    written = dg.build_output_context(name="n", definition_metadata={"path": "x/y"})

    manager.handle_output(written, 5)

    assert (tmp_path / "x/y").is_file()
    assert manager.load_input(dg.build_input_context(upstream_output=written)) == 5
    with pytest.raises(InvariantViolationError, match="stores a value at the 'path'"):
        manager.handle_output(dg.build_output_context(name="n"), 5)


def test_values_may_stay_in_memory():
    manager = dg.mem_io_manager()

    manager.handle_output(dg.build_output_context(asset_key="a"), 5)

    assert manager.load_input(dg.build_input_context(asset_key="a")) == 5
