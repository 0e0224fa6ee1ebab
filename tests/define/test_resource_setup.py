from contextlib import contextmanager

import pytest

import penstock as dg
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    ResourceFunctionError,
    UnknownResourceError,
)


def logging_resource(log, name, *needs):
    @dg.resource(required_resource_keys=set(needs))
    def made(_):
        log.append(f"up {name}")
        yield name
        log.append(f"down {name}")

    return made


def test_resources_follow_those_that_they_require_and_are_released_in_reverse():
    log = []
    declared = {
        "api": logging_resource(log, "api", "db"),
        "db": logging_resource(log, "db", "secrets"),
        "other": logging_resource(log, "other"),
        "secrets": logging_resource(log, "secrets"),
    }

    with resources_in_use(declared, SetUp(), keys=["api"]) as ready:
        assert dict(ready) == {"secrets": "secrets", "db": "db", "api": "api"}

    assert log == ["up secrets", "up db", "up api", "down api", "down db", "down secrets"]


def test_what_is_up_is_released_after_a_failure_of_the_next():
    log = []

    @dg.resource(required_resource_keys={"db"})
    def broken(_):
        raise ValueError("no route")

    with (
        pytest.raises(ResourceFunctionError) as raised,
        resources_in_use({"api": broken, "db": logging_resource(log, "db")}, SetUp()),
    ):
        pass

    assert str(raised.value) == "Resource 'api' could not be set up: ValueError: no route"
    assert log == ["up db", "down db"]


def test_a_release_that_raises_is_told_and_keeps_no_other_from_release():
    log, told = [], []

    @dg.resource(required_resource_keys={"db"})
    def stubborn(_):
        yield 1
        raise ValueError("still in use")

    setup = SetUp(on_failed_teardown=lambda key, error: told.append((key, str(error))))
    with resources_in_use({"a": stubborn, "db": logging_resource(log, "db")}, setup):
        pass

    assert told == [("a", "still in use")]
    assert log == ["up db", "down db"]


def test_a_release_that_raises_is_written_to_the_log(caplog):
    @dg.resource
    def stubborn(_):
        yield 1
        raise ValueError("still in use")

    with resources_in_use({"a": stubborn}, SetUp()):
        pass

    assert [record.getMessage() for record in caplog.records] == [
        "Resource 'a' could not be released."
    ]


def test_a_key_that_nobody_provides_is_an_error_with_the_nearest_spelling():
    with (
        pytest.raises(UnknownResourceError) as raised,
        resources_in_use({"database": 1}, SetUp(), keys=["databse"]),
    ):
        pass

    assert str(raised.value) == ("Resource 'databse' was not provided. Did you mean 'database'?")


def test_a_required_resource_that_nobody_provides_is_an_error():
    api = dg.ResourceDefinition(lambda _: 1, required_resource_keys={"db"})

    with (
        pytest.raises(InvalidDefinitionError, match="needs the resource 'db', which nobody"),
        resources_in_use({"api": api}, SetUp()),
    ):
        pass


def test_a_circle_is_an_error_that_shows_it():
    one = dg.ResourceDefinition(lambda _: 1, required_resource_keys={"two"})
    two = dg.ResourceDefinition(lambda _: 2, required_resource_keys={"one"})

    with (
        pytest.raises(InvalidDefinitionError) as raised,
        resources_in_use({"one": one, "two": two}, SetUp()),
    ):
        pass

    assert str(raised.value) == (
        "Resources require each other in a circle: one -> two -> one. Take one of them out of"
        " required_resource_keys."
    )


def test_each_resource_gets_its_config_and_it_is_remembered():
    @dg.resource(config_schema={"n": int})
    def number(context):
        return context.resource_config["n"] + 1

    setup = SetUp(config={"number": {"config": {"n": {"env": "N"}}}}, environment={})
    with pytest.raises(InvalidConfigError), resources_in_use({"number": number}, setup):
        pass

    setup = SetUp(config={"number": {"config": {"n": 1}}})
    with resources_in_use({"number": number}, setup) as ready:
        assert ready["number"] == 2
        assert ready.configs == {"number": {"n": 1}}


def test_a_plain_object_is_a_resource_whatever_config_there_is_for_it():
    value = object()

    with resources_in_use({"x": value}, SetUp(config={"x": {"config": 1}})) as ready:
        assert ready["x"] is value


class Database(dg.ConfigurableResource):
    url: str = "none"


class Api(dg.ConfigurableResource):
    database: Database


def test_a_nested_resource_for_launch_is_the_one_with_a_key_of_its_own():
    nested = Database.configure_at_launch()
    setup = SetUp(config={"db": {"config": {"url": "u"}}})

    with resources_in_use({"api": Api(database=nested), "db": nested}, setup) as ready:
        assert ready["api"].database is ready["db"]
        assert ready["db"].url == "u"


def test_a_nested_resource_for_launch_without_a_key_and_values_is_an_error():
    declared = Api(database=Database.configure_at_launch())

    with (
        pytest.raises(InvalidDefinitionError) as raised,
        resources_in_use({"api": declared}, SetUp()),
    ):
        pass

    assert str(raised.value) == (
        "Resource 'api': the resource nested at Api.database gets its values at launch, and nothing"
        " gives them. Add the same object to the resources under a key of its own, or give its"
        " values in run config at resources:api:config:database."
    )


def test_a_nested_resource_for_launch_may_get_its_values_through_the_outer_one():
    declared = Api(database=Database.configure_at_launch())
    setup = SetUp(config={"api": {"config": {"database": {"url": "u"}}}})

    with resources_in_use({"api": declared}, setup) as ready:
        assert ready["api"].database.url == "u"


def test_a_nested_resource_with_values_is_one_of_its_own():
    nested = Database(url="u")
    setup = SetUp(config={"db": {"config": {"url": "other"}}})

    with resources_in_use({"api": Api(database=nested), "db": nested}, setup) as ready:
        assert (ready["api"].database.url, ready["db"].url) == ("u", "other")


def test_a_nested_definition_is_set_up_with_its_model():
    class Holder(dg.ConfigurableResource):
        text: dg.ResourceDependency[str]

    log = []
    inner = logging_resource(log, "inner")

    with resources_in_use({"holder": Holder(text=inner)}, SetUp()) as ready:
        assert ready["holder"].text == "inner"
    with resources_in_use({"holder": Holder(text=inner), "inner": inner}, SetUp()) as ready:
        assert ready["holder"].text == "inner"

    assert log == ["up inner", "down inner", "up inner", "down inner"]


def test_resources_that_are_up_already_are_used_and_not_released():
    log = []
    declared = {
        "api": logging_resource(log, "api", "db"),
        "db": logging_resource(log, "db"),
    }
    ready = ReadyResources()

    with resources_in_use(declared, SetUp(), keys=["db"], beside=ready):
        with resources_in_use(declared, SetUp(), keys=["api"], beside=ready):
            log.append("work")
        log.append("after")

    assert log == ["up db", "up api", "work", "down api", "after", "down db"]


def test_a_scope_offers_what_was_asked_for_and_nothing_else():
    log = []
    declared = {"api": logging_resource(log, "api", "db"), "db": logging_resource(log, "db")}

    with resources_in_use(declared, SetUp()) as ready:
        assert ready.needed_by("api")._asdict() == {"db": "db"}
        assert ready.only(["api"])._asdict() == {"api": "api"}


def test_user_code_runs_inside_what_the_caller_puts_around_it():
    log = []

    @contextmanager
    def around():
        log.append("open")
        yield
        log.append("shut")

    with resources_in_use({"a": logging_resource(log, "a")}, SetUp(around=around)):
        log.append("work")

    assert log == ["open", "up a", "shut", "work", "down a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, False),
        (dg.ResourceDefinition(lambda _: 3), False),
        (logging_resource([], "x"), True),
        (Database(), False),
    ],
)
def test_it_is_known_whether_anything_has_to_be_released(value, expected):
    with resources_in_use({"x": value}, SetUp()) as ready:
        assert ready.has_teardown is expected
