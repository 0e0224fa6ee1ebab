import logging

import pytest

from penstock.config.resource_context import (
    IAttachDifferentObjectToOpContext,
    InitResourceContext,
    Resources,
)
from penstock.errors import UnknownResourceError


def test_resources_are_attributes():
    resources = Resources({"db": 1})

    assert resources.db == 1
    assert "db" in resources
    assert resources._asdict() == {"db": 1}


def test_an_unknown_resource_tells_what_there_is_and_the_nearest_spelling():
    with pytest.raises(UnknownResourceError) as raised:
        Resources({"database": 1}, owner="Resource 'api'").databse  # noqa: B018

    assert str(raised.value) == (
        "Unknown resource 'databse'. Resource 'api' asked for: 'database'. Name it in"
        " required_resource_keys or as a parameter. Did you mean 'database'?"
    )


def test_hasattr_is_false_for_an_unknown_resource():
    assert not hasattr(Resources({}), "db")


class Wrapper(IAttachDifferentObjectToOpContext):
    def get_object_to_set_on_execution_context(self):
        return "client"


def test_a_resource_may_show_another_object_of_itself():
    wrapper = Wrapper()
    resources = Resources({"w": wrapper})

    assert resources.w == "client"
    assert resources.original_resource_dict == {"w": wrapper}


def test_replacing_the_config_keeps_everything_else():
    log = logging.getLogger("t")
    context = InitResourceContext(
        {"a": 1}, {"db": 2}, "definition", {"db": "d"}, "instance", None, log, run_id="r"
    )

    replaced = context.replace_config({"a": 2})

    assert (context.resource_config, replaced.resource_config) == ({"a": 1}, {"a": 2})
    assert replaced.resources.db == 2
    assert (replaced.instance, replaced.run_id, replaced.log) == ("instance", "r", log)
    assert (replaced.resource_def, replaced.all_resource_defs) == ("definition", {"db": "d"})


def test_outside_a_run_there_is_no_run():
    context = InitResourceContext()

    assert (context.run, context.dagster_run, context.run_id) == (None, None, None)
    assert context.log.name == "penstock.resources"
