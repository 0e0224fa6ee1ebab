import pytest

import penstock as dg
from penstock.define.resource_like import (
    declared_of,
    required_resources,
    resource_definition_of,
    unmet_requirements,
)
from penstock.errors import InvalidDefinitionError


class Database(dg.ConfigurableResource):
    """A database."""

    url: str


class Files(dg.ConfigurableIOManager):
    def handle_output(self, context, obj): ...

    def load_input(self, context): ...


def test_a_definition_is_its_own():
    definition = dg.ResourceDefinition(lambda _: 1)

    assert resource_definition_of(definition) is definition
    assert declared_of(definition) is definition


def test_a_model_has_a_definition_with_its_fields():
    model = Database(url="u")

    definition = resource_definition_of(model)

    assert definition.description == "A database."
    assert definition.config_field.is_required is False
    assert declared_of(definition) is model
    assert repr(definition) == "ModelDefinition(Database)"


def test_the_definition_of_a_model_makes_the_resource():
    definition = resource_definition_of(Database.configure_at_launch())

    with dg.build_resources(
        {"db": definition}, resource_config={"db": {"config": {"url": "u"}}}
    ) as resources:
        assert resources.db.url == "u"


def test_io_managers_have_definitions_of_io_managers():
    assert isinstance(resource_definition_of(Files()), dg.IOManagerDefinition)
    assert isinstance(resource_definition_of(dg.InMemoryIOManager()), dg.IOManagerDefinition)


def test_any_other_object_is_a_resource_as_it_is():
    value = object()

    assert resource_definition_of(value)(None) is value


def test_what_a_definition_requires_has_to_be_declared():
    api = dg.ResourceDefinition(lambda _: 1, required_resource_keys={"b", "a"})

    assert required_resources(api, {"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2}
    with pytest.raises(InvalidDefinitionError, match="needs the resource 'a', which nobody"):
        required_resources(api, {"b": 2})


def test_a_model_requires_nested_ones_for_launch():
    class Api(dg.ConfigurableResource):
        database: Database

    nested = Database.configure_at_launch()

    assert required_resources(Api(database=nested), {"db": nested, "x": 1}) == {"db": nested}
    assert required_resources(Api(database=Database(url="u")), {"x": 1}) == {}
    assert required_resources(3, {}) == {}


def test_every_unmet_requirement_is_told():
    api = dg.ResourceDefinition(lambda _: 1, required_resource_keys={"db"})

    assert unmet_requirements({"api": api, "db": 1}) == []
    assert unmet_requirements({"api": api, "x": 1}) == [
        "Resource 'api' needs the resource 'db', which nobody provides. Add 'db' to the resources."
    ]
