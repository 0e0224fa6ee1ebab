from dataclasses import dataclass, replace

import pytest

from penstock.config.configured import (
    ConfigurableDefinition,
    DefinitionSchema,
    NamedConfigurableDefinition,
    configured,
    definition_schema,
    parameter_schema,
)
from penstock.config.model import Config
from penstock.config.scalars import ANY, BoolSource, IntSource, StringSource
from penstock.config.schema import Field
from penstock.errors import (
    ConfigMappingFunctionError,
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    ParameterCheckError,
)


@dataclass(frozen=True)
class Resource(ConfigurableDefinition):
    schema: DefinitionSchema
    description: str | None = None

    @property
    def config_schema(self):
        return self.schema

    def copy_for_configured(self, name, description, config_schema):
        return replace(self, schema=config_schema, description=description or self.description)


@dataclass(frozen=True)
class Op(NamedConfigurableDefinition):
    schema: DefinitionSchema
    name: str = "op"

    @property
    def config_schema(self):
        return self.schema

    def copy_for_configured(self, name, description, config_schema):
        return replace(self, schema=config_schema, name=name or self.name)


SCHEMA = definition_schema({"a": int, "b": Field(int, default_value=5)}, owner="resource 'db'")
DB = Resource(schema=SCHEMA, description="A database")


def test_a_definition_configured_with_a_dict_needs_no_config():
    ready = DB.configured({"a": 1})

    assert ready.config_schema.resolve().value == {"a": 1, "b": 5}
    assert ready.apply_config_mapping({}).value == {"config": {"a": 1, "b": 5}}
    assert (ready.config_schema.is_required, ready.has_config_field) == (False, False)
    assert ready.description == "A database"


def test_a_function_turns_other_config_into_the_config():
    ready = DB.configured(lambda config: {"a": config["x"]}, config_schema={"x": int})

    assert ready.config_schema.resolve({"x": 2}).value == {"a": 2, "b": 5}
    assert [str(e) for e in ready.config_schema.resolve({"x": "2"}).errors] == [
        "root:x: found text '2'; expected an integer."
    ]


def test_what_the_function_returns_is_checked():
    ready = DB.configured(lambda config: {"a": "x"}, config_schema=int)

    result = ready.config_schema.resolve(3, at="root:resources:db:config")

    assert [str(e) for e in result.errors] == [
        "root:resources:db:config:a: found text 'x'; expected an integer."
    ]


def test_configured_definitions_can_be_configured_again():
    once = DB.configured(lambda config: {"a": config["x"]}, config_schema={"x": int})

    twice = once.configured({"x": 4}, description="Four")

    assert twice.config_schema.resolve().value == {"a": 4, "b": 5}
    assert twice.description == "Four"


def test_a_function_that_raises_is_told():
    ready = DB.configured(lambda config: config / 0, config_schema=int)

    with pytest.raises(ConfigMappingFunctionError) as caught:
        ready.config_schema.resolve(1)

    assert str(caught.value) == (
        "The function that configures resource 'db' raised ZeroDivisionError: division by zero. It"
        " was called with the config given to the configured definition."
    )
    assert isinstance(caught.value.user_exception, ZeroDivisionError)


def test_variables_in_the_given_config_are_read_when_it_is_resolved():
    ready = Resource(definition_schema({"url": StringSource})).configured({"url": {"env": "URL"}})

    assert ready.config_schema.resolve(environ={"URL": "u"}).value == {"url": "u"}
    assert not ready.config_schema.resolve(environ={}).success


def test_the_decorator_names_the_definition_after_the_function():
    @configured(Op(SCHEMA), config_schema={"x": int})
    def loader(config):
        return {"a": config["x"]}

    assert (loader.name, loader.config_schema.resolve({"x": 1}).value) == (
        "loader",
        {"a": 1, "b": 5},
    )
    assert configured(Op(SCHEMA), name="given")({"a": 1}).name == "given"
    assert configured(DB)({"a": 1}).config_schema.resolve().success
    assert Op(SCHEMA).configured({"a": 1}, name="n").name == "n"


def test_a_class_as_annotation_is_the_schema_and_a_config_a_result():
    class Simple(Config):
        x: int

    class Full(Config):
        a: int

    @configured(Op(SCHEMA))
    def loader(config_in: Simple) -> Full:
        return Full(a=config_in.x)

    assert loader.config_schema.resolve({"x": 3}).value == {"a": 3, "b": 5}
    with pytest.raises(ParameterCheckError, match="has a schema twice"):
        Op(SCHEMA).configured(loader.config_schema.function, config_schema={"x": int})
    with pytest.raises(ParameterCheckError, match="'wide' has 2 parameters"):

        @configured(Op(SCHEMA))
        def wide(config_in: Simple, more: str): ...


def test_a_named_definition_needs_a_new_name():
    with pytest.raises(ParameterCheckError, match="needs a name"):
        configured(Op(SCHEMA))({"a": 1})


def test_only_definitions_are_configured():
    with pytest.raises(ParameterCheckError, match="not 3"):
        configured(3)
    with pytest.raises(InvalidDefinitionError, match="Resource is a class"):
        configured(Resource)


def test_a_definition_without_a_schema_takes_anything():
    schema = definition_schema(None)

    assert (schema.config_type, schema.is_required, schema.default_provided) == (ANY, False, False)
    assert schema.resolve({"a": 1}).value == {"a": 1}
    assert schema.resolve().value == {}


def test_config_that_is_left_out_is_the_default():
    assert definition_schema(Field(int, default_value=4)).resolve().value == 4
    assert definition_schema({"a": Field(int, default_value=4)}).resolve(None).value == {"a": 4}
    assert [str(e) for e in definition_schema({"a": int}).resolve().errors] == [
        'root:a: found nothing; expected an integer. For example: {"a": 0}'
    ]


def test_the_schema_of_a_definition_answers_as_its_field():
    schema = definition_schema(Field(int, default_value=4, description="Rows"))

    assert (
        schema.is_required,
        schema.default_provided,
        schema.default_value,
        schema.default_value_as_json_str,
        schema.description,
    ) == (False, True, 4, "4", "Rows")


def test_a_check_calls_no_function():
    ready = DB.configured(lambda config: config / 0, config_schema=int)

    assert ready.config_schema.validate(1).success
    assert not ready.config_schema.validate("1").success


class Limits(Config):
    """How much."""

    rows: int = 1


@pytest.mark.parametrize(
    ("annotation", "config_type"), [(str, StringSource), (int, IntSource), (bool, BoolSource)]
)
def test_a_plain_config_parameter_may_come_from_a_variable(annotation, config_type):
    assert parameter_schema(annotation).config_type is config_type


def test_a_class_as_config_parameter_brings_its_description():
    assert parameter_schema(Limits).description == "How much."
    with pytest.raises(InvalidConfigDefinitionError):
        parameter_schema(object)
