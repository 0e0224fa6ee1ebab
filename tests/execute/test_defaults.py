import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError
from penstock.execute.defaults import default_io_manager
from penstock.execute.io_managers.filesystem import PickledObjectFilesystemIOManager
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.instance import Instance

_MODULE, _ATTRIBUTE, _SILENCE = (
    f"PENSTOCK_DEFAULT_IO_MANAGER_{each}" for each in ("MODULE", "ATTRIBUTE", "SILENCE_FAILURES")
)


class Named(dg.IOManager):
    def handle_output(self, context, obj): ...
    def load_input(self, context): ...


named = Named()


@dg.asset
def one():
    return 1


@dg.asset
def two(one):
    return one + 1


def test_values_are_pickled_under_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path))

    with Instance.get() as instance:
        assert isinstance(default_io_manager(instance), PickledObjectFilesystemIOManager)


def test_runs_of_one_ephemeral_instance_share_their_values():
    with Instance.ephemeral() as instance:
        assert isinstance(default_io_manager(instance), InMemoryIOManager)
        dg.materialize([one], instance=instance)
        result = dg.materialize([one, two], selection=["two"], instance=instance)

    assert result.asset_value("two") == 2


def test_the_environment_names_another_one(monkeypatch):
    monkeypatch.setenv(_MODULE, __name__)
    monkeypatch.setenv(_ATTRIBUTE, "named")

    with Instance.ephemeral() as instance:
        assert default_io_manager(instance) is named


def test_one_that_cannot_be_had_is_an_error_unless_that_is_silenced(monkeypatch):
    monkeypatch.setenv(_MODULE, __name__)
    monkeypatch.setenv(_ATTRIBUTE, "nameless")

    with Instance.ephemeral() as instance:
        with pytest.raises(InvalidDefinitionError, match="as the default IO manager"):
            default_io_manager(instance)
        monkeypatch.setenv(_SILENCE, "True")
        assert isinstance(default_io_manager(instance), InMemoryIOManager)
