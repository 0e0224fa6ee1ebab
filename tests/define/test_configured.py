import pytest

import penstock as dg
from penstock.errors import ParameterCheckError


class Database(dg.ConfigurableResource):
    url: str


def value_of(definition, **config):
    given = {"db": {"config": config}} if config else None
    with dg.build_resources({"db": definition}, resource_config=given) as resources:
        return resources.db


def test_a_class_of_resources_is_configured_by_a_mapping():
    assert value_of(dg.configured(Database)({"url": "u"})).url == "u"


def test_a_function_makes_the_config_of_a_class():
    @dg.configured(Database, config_schema={"host": str})
    def by_host(config):
        return {"url": f"pg://{config['host']}"}

    assert value_of(by_host, host="h").url == "pg://h"


def test_a_function_may_take_a_config_class_and_return_the_resource():
    class Host(dg.Config):
        host: str

    @dg.configured(Database)
    def by_host(config: Host) -> Database:
        return Database(url=f"pg://{config.host}")

    assert value_of(by_host, host="h").url == "pg://h"


def test_a_class_of_io_managers_becomes_an_io_manager():
    made = dg.configured(dg.FilesystemIOManager)({"base_dir": "/d"})

    assert isinstance(made, dg.IOManagerDefinition)
    assert value_of(made).base_dir == "/d"


def test_a_definition_is_configured_as_well():
    text = dg.configured(dg.ResourceDefinition.string_resource())("t")

    assert value_of(text) == "t"


def test_other_things_are_refused():
    with pytest.raises(ParameterCheckError, match="wants a definition that takes config"):
        dg.configured("db")
