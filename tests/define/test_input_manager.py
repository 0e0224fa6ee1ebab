import pytest

import penstock as dg
from penstock.errors import InvalidConfigError


def test_a_function_becomes_an_input_manager():
    @dg.input_manager(config_schema={"base": str}, input_config_schema={"name": str})
    def rows(context):
        """Load rows."""
        return f"{context.resource_config['base']}/{context.config['name']}"

    context = dg.build_input_context(config={"name": "n"}, resource_config={"base": "b"})

    assert rows.description == "Load rows."
    assert str(rows.input_config_schema.config_type) == "{ name: String }"
    assert rows(dg.build_init_resource_context({"base": "b"})).load_input(context) == "b/n"
    with pytest.raises(InvalidConfigError):
        rows(dg.build_init_resource_context({}))


def test_the_function_may_take_nothing():
    @dg.input_manager
    def five():
        return 5

    assert five(None).load_input(dg.build_input_context()) == 5


def test_the_function_may_return_an_input_manager():
    class Six(dg.InputManager):
        def load_input(self, context):
            return 6

    @dg.input_manager
    def six():
        return Six()

    assert six(None).load_input(dg.build_input_context()) == 6


def test_an_io_manager_is_an_input_manager():
    assert issubclass(dg.IOManager, dg.InputManager)
