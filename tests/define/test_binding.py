import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvalidInvocationError

URL = dg.ResourceDefinition.hardcoded_resource("db://")


@dg.asset(required_resource_keys={"db"})
def orders(context):
    return context.resources.db


def test_an_asset_brings_the_resources_that_it_asks_for():
    [bound] = dg.with_resources([orders], {"db": URL, "other": 2})

    assert bound.resource_defs == {"db": URL}
    assert orders.resource_defs == {}


def test_a_missing_resource_is_named():
    with pytest.raises(InvalidDefinitionError, match="asks for resource 'db', which nobody"):
        dg.with_resources([orders], {})


def test_a_resource_is_provided_once():
    [bound] = dg.with_resources([orders], {"db": URL})

    with pytest.raises(InvalidDefinitionError, match="brings its own 'db', and with_resources"):
        dg.with_resources([bound], {"db": dg.ResourceDefinition.hardcoded_resource("x")})


def test_config_of_a_resource_has_one_form():
    with pytest.raises(InvalidInvocationError, match=r"has \{'url': 'x'\} for resource 'db'"):
        dg.with_resources([orders], {"db": URL}, resource_config_by_key={"db": {"url": "x"}})
