import pytest

import penstock as dg
from penstock.config.resource_context import InitResourceContext
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
)


@dg.resource(config_schema={"host": str, "port": dg.Field(int, default_value=1)})
def client(context):
    """A client."""
    return f"{context.resource_config['host']}:{context.resource_config['port']}"


def test_the_function_gets_config_with_defaults_filled_in():
    assert client(InitResourceContext({"host": "db"})) == "db:1"


def test_the_docstring_is_the_description():
    assert (client.description, client.__name__) == ("A client.", "client")


def test_config_that_does_not_fit_names_the_resource():
    with pytest.raises(InvalidConfigError) as raised:
        client(InitResourceContext({"host": 1}))

    assert str(raised.value) == (
        "The config of resource 'client' does not fit. config:host: found the integer 1;"
        " expected text."
    )


def test_a_configured_resource_needs_no_config():
    assert client.configured({"host": "db", "port": 2})(None) == "db:2"


def test_a_configured_resource_may_take_other_config():
    short = client.configured(lambda config: {"host": config["h"]}, {"h": str})

    assert short(InitResourceContext({"h": "db"})) == "db:1"


def test_a_parameter_called_config_gets_the_config_with_entries_as_attributes():
    @dg.resource
    def trino(config):
        return config.host, config["port"], dict(config)

    context = InitResourceContext({"host": "t", "port": 1})
    assert trino(context) == ("t", 1, {"host": "t", "port": 1})


def test_a_parameter_called_config_still_reaches_the_context():
    @dg.resource
    def trino(config):
        return config.resource_config, config.run_id

    assert trino(InitResourceContext({"host": "t"}, run_id="r")) == ({"host": "t"}, "r")


def test_config_without_an_entry_tells_where_it_would_come_from():
    @dg.resource
    def trino(config):
        return config.host

    with pytest.raises(AttributeError) as raised:
        trino(InitResourceContext({"port": 1}))
    assert str(raised.value) == (
        "The config of the resource has no 'host'; it has 'port'. Give it under"
        " resources:<key>:config in run config, or as the default of a Field."
    )


def test_a_function_without_parameters_is_called_without_any():
    @dg.resource
    def five():
        return 5

    assert five() == 5
    with pytest.raises(InvalidInvocationError, match="was called with an argument"):
        five(None)


def test_a_call_without_a_context_says_what_to_pass():
    with pytest.raises(InvalidInvocationError, match="takes a context, and was called without"):
        client()
    with pytest.raises(InvalidInvocationError, match="requires config, but no context was given"):
        client(None)
    with pytest.raises(InvalidInvocationError, match="takes the argument 'context', not 'other'"):
        client(other=None)
    with pytest.raises(InvalidInvocationError, match="was called with 2 arguments"):
        client(None, None)
    with pytest.raises(ParameterCheckError, match="Give it build_init_resource_context"):
        client("context")


def test_a_required_resource_has_to_be_in_the_context():
    @dg.resource(required_resource_keys={"db"})
    def api(context):
        return context.resources.db

    with pytest.raises(InvalidInvocationError, match="requires 'db', but no context was given"):
        api(None)
    with pytest.raises(InvalidDefinitionError, match="'api' needs the resource 'db', which"):
        api(InitResourceContext())
    assert api(InitResourceContext(resources={"db": 1})) == 1


def test_a_second_argument_is_refused_at_definition():
    with pytest.raises(InvalidDefinitionError) as raised:

        @dg.resource
        def api(context, db):
            """Wants a resource in the wrong way."""

    assert str(raised.value) == (
        "The resource function 'api' takes one argument, the context; it also requires 'db'. Put"
        " other resources in required_resource_keys, and values in config_schema."
    )


def test_required_keys_are_texts():
    with pytest.raises(ParameterCheckError, match="must be a set of texts, not 'db'"):
        dg.ResourceDefinition(lambda _: 1, required_resource_keys="db")


def test_ready_made_definitions():
    definition = dg.ResourceDefinition

    assert definition.hardcoded_resource(3, "three")(None) == 3
    assert definition.hardcoded_resource(3, "three").description == "three"
    assert definition.none_resource()(None) is None
    assert definition.string_resource()(InitResourceContext("s")) == "s"
    assert definition.mock_resource()(None).anything().at_all


def test_a_values_resource_is_its_config():
    values = dg.make_values_resource(rows=int)

    assert values(InitResourceContext({"rows": 1})) == {"rows": 1}
    with pytest.raises(InvalidConfigError):
        values(InitResourceContext({"rows": "1"}))


def test_a_class_may_be_the_function():
    class Client:
        def __init__(self, context):
            self.context = context

    made = dg.ResourceDefinition(Client)(None)

    assert isinstance(made, Client)


def test_a_subclass_may_return_itself():
    class Own(dg.ResourceDefinition):
        def __init__(self):
            super().__init__(resource_fn=lambda *_, **__: self)

    own = Own()

    assert own(None) is own
