import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvalidInvocationError
from penstock.execute.asset_value_loader import AssetValueLoader, load_asset_value

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Telling(dg.IOManager):
    """Returns what it is told about a value in place of the value."""

    def __init__(self, config=None):
        self.config = config

    def handle_output(self, context, obj): ...

    def load_input(self, context):
        return context


@dg.asset(metadata={"a": "b"})
def orders():
    return 1


@dg.asset(partitions_def=DAYS)
def days():
    return 1


def loaded(*assets, **resources):
    return dg.Definitions(assets, resources=resources).load()


def test_a_value_is_loaded_by_the_io_manager_of_its_asset(tmp_path):
    manager = dg.FilesystemIOManager(base_dir=str(tmp_path))
    dg.materialize([orders], resources={"io_manager": manager})

    assert load_asset_value(loaded(orders, io_manager=manager), "orders") == 1


def test_the_manager_is_told_what_a_parameter_would_tell():
    context = load_asset_value(loaded(orders, io_manager=Telling()), "orders", python_type=int)

    assert context.asset_key == dg.AssetKey("orders")
    assert context.dagster_type.typing_type is int
    assert context.upstream_output.asset_key == dg.AssetKey("orders")
    assert context.upstream_output.definition_metadata["a"] == "b"
    assert context.upstream_output.name == "result"


def test_the_instance_is_that_of_the_process_unless_one_is_given(home):
    context = load_asset_value(loaded(orders, io_manager=Telling()), "orders")
    with dg.DagsterInstance.ephemeral() as given:
        other = load_asset_value(loaded(orders, io_manager=Telling()), "orders", instance=given)

    assert context.instance.root_directory == str(home)
    assert other.instance is given


def test_a_partition_is_chosen_by_its_key():
    definitions = loaded(days, io_manager=Telling())

    with AssetValueLoader(definitions) as loader:
        one = loader.load_asset_value("days", partition_key="2024-01-02")
        two = loader.load_asset_value(
            "days", partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-03")
        )

    assert (one.partition_key, one.has_asset_partitions) == ("2024-01-02", True)
    assert two.asset_partition_keys == ["2024-01-02", "2024-01-03"]


def test_the_manager_is_set_up_once_and_released_in_the_end():
    log = []

    @dg.resource
    def base():
        log.append("base up")
        yield "b"
        log.append("base down")

    @dg.io_manager(required_resource_keys={"base"}, config_schema={"n": int})
    def telling(context):
        log.append("up")
        return Telling(context.resource_config["n"])

    definitions = loaded(orders, io_manager=telling.configured({"n": 1}), base=base)
    with AssetValueLoader(definitions) as loader:
        assert log == []
        context = loader.load_asset_value("orders")
        loader.load_asset_value("orders")
        assert log == ["base up", "up"]
        assert (context.resources.base, context.resource_config) == ("b", {"n": 1})

    assert log == ["base up", "up", "base down"]


def test_resources_get_the_config_of_the_call():
    @dg.io_manager(config_schema={"n": int})
    def telling(context):
        return Telling(context.resource_config["n"])

    config = {"io_manager": {"config": {"n": 5}}}
    definitions = loaded(orders, io_manager=telling)

    context = load_asset_value(definitions, "orders", resource_config=config)

    assert context.resource_config == {"n": 5}


def test_an_asset_made_elsewhere_names_its_manager():
    spec = dg.AssetSpec("raw", metadata={"c": "d"}).with_io_manager_key("telling")

    context = load_asset_value(loaded(spec, telling=Telling()), "raw")

    assert context.upstream_output.definition_metadata["c"] == "d"


def test_an_unknown_asset_is_an_error_with_the_nearest_spelling():
    with pytest.raises(InvalidInvocationError) as raised:
        load_asset_value(loaded(orders), "order")

    assert str(raised.value) == "There is no asset 'order' to load. Did you mean 'orders'?"


def test_a_resource_that_loads_nothing_is_an_error():
    with pytest.raises(InvalidDefinitionError, match="int has no load_input"):
        load_asset_value(loaded(orders, io_manager=3), "orders")
