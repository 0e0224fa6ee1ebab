import penstock as dg
from penstock.define.model_resource import definition_of, definition_of_class, needs_of


class Database(dg.ConfigurableResource):
    """A database."""

    url: str


def test_the_schemas_of_inputs_and_outputs_are_those_of_the_class():
    class Files(dg.ConfigurableIOManager):
        @classmethod
        def output_config_schema(cls):
            return {"suffix": str}

        def handle_output(self, context, obj): ...

        def load_input(self, context): ...

    definition = definition_of(Files())

    assert definition.input_config_schema is None
    assert str(definition.output_config_schema.config_type) == "{ suffix: String }"


def test_the_definition_of_a_class_takes_all_its_values_as_config():
    definition = definition_of_class(Database)

    assert definition.description == "A database."
    assert definition.config_field.is_required is True


def test_a_nested_definition_is_needed_where_it_has_a_key():
    class Holder(dg.ConfigurableResource):
        inner: dg.ResourceDependency[str]

    inner = dg.ResourceDefinition(lambda _: "x")

    assert needs_of(Holder(inner=inner), {"inner": inner}) == {"inner": inner}
    assert needs_of(Holder(inner=inner), {}) == {}
