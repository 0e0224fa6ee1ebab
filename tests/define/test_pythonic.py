import penstock as dg
from penstock.define.pythonic import ConfigurableLegacyResourceAdapter


def value_of(resource):
    with dg.build_resources({"x": resource}) as resources:
        return resources.x


def test_a_configurable_io_manager_is_the_manager_itself():
    class Files(dg.ConfigurableIOManager):
        base: str

        def handle_output(self, context, obj): ...

        def load_input(self, context):
            return self.base

    made = value_of(Files(base="b"))

    assert isinstance(made, dg.IOManager)
    assert made.load_input(None) == "b"


def test_an_adapter_gives_fields_to_an_io_manager_of_the_function_style():
    @dg.io_manager(config_schema={"base": str})
    def files(context):
        return dg.InMemoryIOManager() if context.resource_config["base"] == "memory" else None

    class Files(dg.ConfigurableLegacyIOManagerAdapter):
        base: str

        @property
        def wrapped_io_manager(self):
            return files

    assert isinstance(value_of(Files(base="memory")), dg.InMemoryIOManager)


def test_an_adapter_gives_fields_to_a_resource_of_the_function_style():
    log = []

    @dg.resource(config_schema={"n": int})
    def number(context):
        yield context.resource_config["n"]
        log.append("released")

    class Number(ConfigurableLegacyResourceAdapter):
        n: int

        @property
        def wrapped_resource(self):
            return number

    assert value_of(Number(n=3)) == 3
    assert log == ["released"]
