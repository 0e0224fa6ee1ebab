import pytest

import penstock as dg
from penstock.errors import ParameterCheckError


def test_an_io_manager_needs_both_methods():
    class Half(dg.IOManager):
        def handle_output(self, context, obj): ...

    with pytest.raises(TypeError, match="load_input"):
        Half()


def test_a_function_becomes_an_io_manager():
    @dg.io_manager(
        config_schema={"n": int},
        description="Kept in memory.",
        output_config_schema={"suffix": str},
        input_config_schema={"part": int},
        required_resource_keys={"db"},
    )
    def memory(context):
        manager = dg.InMemoryIOManager()
        manager.values["n"] = (context.resource_config["n"], context.resources.db)
        return manager

    context = dg.build_init_resource_context({"n": 1}, {"db": "d"})

    assert memory(context).values["n"] == (1, "d")
    assert memory.description == "Kept in memory."
    assert str(memory.output_config_schema.config_type) == "{ suffix: String }"
    assert str(memory.input_config_schema.config_type) == "{ part: Int }"
    assert memory.required_resource_keys == {"db"}


def test_a_configured_io_manager_keeps_its_other_schemas():
    @dg.io_manager(config_schema={"n": int}, output_config_schema={"suffix": str})
    def memory():
        return dg.InMemoryIOManager()

    made = memory.configured({"n": 1})

    assert isinstance(made, dg.IOManagerDefinition)
    assert made.output_config_schema is memory.output_config_schema
    assert made.config_field.is_required is False


def test_the_decorator_can_be_used_bare():
    @dg.io_manager
    def memory():
        """In memory."""
        return dg.InMemoryIOManager()

    assert isinstance(memory, dg.IOManagerDefinition)
    assert memory.description == "In memory."


def test_a_ready_made_io_manager_has_a_definition():
    manager = dg.InMemoryIOManager()

    assert dg.IOManagerDefinition.hardcoded_io_manager(manager)(None) is manager
    with pytest.raises(ParameterCheckError, match="takes an IOManager, not 3"):
        dg.IOManagerDefinition.hardcoded_io_manager(3)
