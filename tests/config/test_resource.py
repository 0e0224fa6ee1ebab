from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from enum import Enum

import pytest
from pydantic import Field, PrivateAttr, field_validator

from penstock.config.env import EnvVar
from penstock.config.resource import (
    ConfigurableIOManagerFactory,
    ConfigurableResource,
    ConfigurableResourceFactory,
    ResourceDependency,
    resolve_resource,
    use_resource,
)
from penstock.config.resource_context import InitResourceContext
from penstock.errors import (
    InvalidConfigError,
    InvalidInvocationError,
    ParameterCheckError,
)


class Database(ConfigurableResource):
    url: str
    password: str = ""
    port: int = 5432


class Warehouse(ConfigurableResource):
    database: Database
    name: str = "main"


def resolve(resource, overrides=None, *, key="db", shared=(), **environment):
    return resolve_resource(
        resource, overrides=overrides, environment=environment, key=key, shared=shared
    )


def showing(log):
    return InitResourceContext(instance=log)


def message_of(resource, overrides=None, *, key="db", **environment):
    with pytest.raises(InvalidConfigError) as raised:
        resolve(resource, overrides, key=key, **environment)
    return str(raised.value)


def test_variables_are_resolved_in_a_copy_and_not_at_construction():
    declared = Database(url=EnvVar("URL"), port=EnvVar.int("PORT"))

    resolved = resolve(declared, URL="pg://x", PORT="1")

    assert resolved.model_dump() == {"url": "pg://x", "password": "", "port": 1}
    assert repr(declared) == (
        """Database(url=EnvVar("URL"), password='', port=EnvVar.int("PORT"))"""
    )


def test_a_resource_without_variables_resolves_to_an_equal_copy():
    declared = Database(url="x")

    resolved = resolve(declared)

    assert resolved == declared
    assert resolved is not declared


def test_a_missing_variable_names_the_resource_the_field_and_the_variable():
    assert message_of(Database(url="x", password=EnvVar("DB_PASSWORD"))) == (
        "Resource 'db' does not fit. resources:db:config:password: the environment variable"
        " 'DB_PASSWORD' is not set. Set it to text."
    )


def test_nested_resources_are_resolved_too_and_all_missing_variables_told():
    declared = Warehouse(
        database=Database(url=EnvVar("URL"), password=EnvVar("PASSWORD")), name=EnvVar("NAME")
    )

    assert message_of(declared, key="wh", NAME="n") == (
        "Resource 'wh' does not fit, for 2 reasons:\n"
        "  1. resources:wh:config:database:url: the environment variable 'URL' is not set."
        " Set it to text.\n"
        "  2. resources:wh:config:database:password: the environment variable 'PASSWORD' is not"
        " set. Set it to text."
    )
    resolved = resolve(declared, URL="u", PASSWORD="p", NAME="n")
    assert resolved.database.password == "p"


def test_the_repr_of_a_resolved_resource_shows_names_of_variables():
    declared = Warehouse(database=Database(url="u", password=EnvVar("PASSWORD")))

    resolved = resolve(declared, PASSWORD="hunter2")

    assert repr(resolved) == (
        "Warehouse(database=Database(url='u', password=EnvVar(\"PASSWORD\"), port=5432),"
        " name='main')"
    )
    assert "hunter2" not in str(resolved)


def test_a_wrong_type_from_a_variable_does_not_show_the_value():
    assert message_of(Database(url="x", port=EnvVar.int("PORT")), PORT="hunter2") == (
        "Resource 'db' does not fit. resources:db:config:port: found the value of"
        ' EnvVar.int("PORT"); expected an integer.'
    )


def test_run_config_overrides_fields_also_inside_nested_resources():
    declared = Warehouse(database=Database(url="u", port=1), name="a")

    resolved = resolve(declared, {"database": {"port": 2, "password": {"env": "P"}}}, P="secret")

    assert resolved.model_dump() == {
        "database": {"url": "u", "password": "secret", "port": 2},
        "name": "a",
    }
    assert declared.database.port == 1


def test_an_unknown_override_is_an_error_with_the_nearest_spelling():
    assert message_of(Database(url="x"), {"prt": 1}) == (
        "Resource 'db' does not fit. resources:db:config:prt: found an unknown field; expected"
        " one of the fields 'url', 'password' and 'port'. Did you mean 'port'?"
    )


def test_an_override_of_the_wrong_type_is_an_error():
    assert message_of(Database(url="x"), {"port": "1"}) == (
        "Resource 'db' does not fit. resources:db:config:port: found text '1'; expected an integer."
    )


def test_a_variable_may_be_a_default():
    class Api(ConfigurableResource):
        token: str = EnvVar("TOKEN")
        retries: int = 3

    assert resolve(Api(), TOKEN="abc").token == "abc"
    assert repr(Api()) == 'Api(token=EnvVar("TOKEN"), retries=3)'
    assert resolve(Api(token="own")).token == "own"


def test_validators_see_values_and_never_variables():
    seen = []

    class Api(ConfigurableResource):
        token: str

        @field_validator("token")
        @classmethod
        def remember(cls, value):
            seen.append(value)
            return value

    resolve(Api(token=EnvVar("TOKEN")), TOKEN="abc")

    assert seen == ["abc"]


def test_variables_inside_lists_are_resolved():
    class Cluster(ConfigurableResource):
        hosts: list[str]

    resolved = resolve(Cluster(hosts=["a", EnvVar("B")]), B="b")

    assert resolved.hosts == ["a", "b"]
    assert repr(resolved) == "Cluster(hosts=['a', EnvVar(\"B\")])"


def test_configure_at_launch_takes_its_values_from_the_run():
    declared = Database.configure_at_launch()

    assert resolve(declared, {"url": "u"}) == Database(url="u")
    assert message_of(declared) == (
        "Resource 'db' does not fit. resources:db:config:url: found nothing; expected text."
    )


def test_a_nested_resource_configured_at_launch_needs_values_or_a_shared_object():
    nested = Database.configure_at_launch()
    declared = Warehouse(database=nested)
    ready = Database(url="u")

    assert resolve(declared, {"database": {"url": "u"}}).database == ready
    assert resolve(declared, shared=[(nested, ready)]).database is ready
    assert message_of(declared, key="wh") == (
        "Resource 'wh' does not fit. resources:wh:config:database: found a resource that is"
        " configured at launch; expected its values in run config, or the same resource among"
        " the resources."
    )


class Recorder(ConfigurableResource):
    name: str
    _log: list = PrivateAttr(default_factory=list)

    def setup_for_execution(self, context):
        context.instance.append(f"up {self.name}")

    def teardown_after_execution(self, context):
        context.instance.append(f"down {self.name}")


class Outer(Recorder):
    inner: Recorder
    other: list[Recorder] = []


def test_nested_resources_are_set_up_first_and_torn_down_last():
    log = []
    shared = Recorder(name="shared")
    outer = Outer(name="outer", inner=Recorder(name="inner"), other=[shared, shared])

    with use_resource(outer, showing(log)) as used:
        log.append("work")

    assert used is outer
    assert log == [
        "up inner", "up shared", "up outer", "work", "down outer", "down shared", "down inner",
    ]  # fmt: skip


def test_resources_that_are_ready_are_left_alone():
    log = []
    inner = Recorder(name="inner")

    with use_resource(Outer(name="outer", inner=inner), showing(log), ready=[inner]):
        pass

    assert log == ["up outer", "down outer"]


def test_teardown_runs_after_a_failure():
    log = []

    with pytest.raises(ZeroDivisionError), use_resource(Recorder(name="r"), showing(log)):
        raise ZeroDivisionError

    assert log == ["up r", "down r"]


def test_the_context_is_available_once_set_up():
    resource = Recorder(name="r")
    log = []

    with use_resource(resource, showing(log)):
        context = resource.get_resource_context()
        assert (context.instance, context.resource_config) == (["up r"], {"name": "r"})


def test_asking_for_the_context_before_set_up_is_an_error():
    with pytest.raises(ParameterCheckError) as raised:
        Recorder(name="r").get_resource_context()

    assert str(raised.value) == (
        "Resource 'Recorder' has no context: it has not been set up. Call get_resource_context()"
        " in a hook or in a step, not while defining."
    )


def test_fields_are_frozen():
    with pytest.raises(InvalidInvocationError) as raised:
        Database(url="x").url = "y"

    assert str(raised.value).startswith("Cannot assign to 'Database.url': ")


class Client:
    """Not a pydantic model."""


def test_a_dependency_takes_any_object_and_keeps_it():
    class Api(ConfigurableResource):
        client: ResourceDependency[Client]
        token: str = Field(default="")

    client = Client()

    assert resolve(Api(client=client, token=EnvVar("T")), T="t").client is client
    assert resolve(Api(client="a stand-in")).client == "a stand-in"


class Storing(ABC):
    @abstractmethod
    def handle_output(self, context, obj): ...

    @abstractmethod
    def load_input(self, context): ...


class StoringResource(ConfigurableResource, Storing):
    """What the layer above makes of the two."""


def test_a_resource_can_also_be_an_abstract_class():
    class Files(StoringResource):
        base: str

        def handle_output(self, context, obj):
            return f"{self.base}/{obj}"

        def load_input(self, context):
            return self.base

    files = resolve(Files(base=EnvVar("BASE")), BASE="/data")

    assert isinstance(files, Storing)
    assert files.handle_output(None, "x") == "/data/x"


def test_abstract_methods_left_out_are_an_error():
    class Half(StoringResource):
        def load_input(self, context):
            return None

    with pytest.raises(TypeError, match="handle_output"):
        Half()


def test_a_factory_hands_over_what_it_creates():
    class Files(ConfigurableIOManagerFactory):
        base: str

        def create_io_manager(self, context):
            return ("manager", self.base)

    with use_resource(Files(base="/d"), showing([])) as used:
        assert used == ("manager", "/d")


def test_a_factory_without_its_method_is_an_error():
    class Empty(ConfigurableIOManagerFactory):
        pass

    with pytest.raises(InvalidInvocationError) as raised:
        Empty().create_resource(None)

    assert str(raised.value) == (
        "'Empty' does not define create_io_manager(context). Define it and return an IO manager."
    )


def test_an_own_init_is_not_called_again_when_resolving():
    class Positional(ConfigurableResource):
        base: str

        def __init__(self, folder: str) -> None:
            super().__init__(base=folder)

    assert resolve(Positional(EnvVar("F")), F="/x").base == "/x"


def test_a_created_object_takes_the_place_of_its_nested_resource():
    class Token(ConfigurableResource[str]):
        text: str

        def create_resource(self, context):
            return self.text.upper()

    class Api(ConfigurableResource):
        token: ResourceDependency[str]

    with use_resource(resolve(Api(token=Token(text="abc"))), showing([])) as api:
        assert api.token == "ABC"


def test_a_created_object_that_is_yielded_is_released():
    log = []

    class Connection(ConfigurableResource[str]):
        def create_resource(self, context):
            yield "open"
            log.append("closed")

    with use_resource(Connection(), showing([])) as connection:
        assert connection == "open"

    assert log == ["closed"]


def test_each_resource_sees_its_own_config():
    seen = []

    class Leaf(ConfigurableResource):
        n: int

        def setup_for_execution(self, context):
            seen.append(context.resource_config)

    class Tree(Leaf):
        leaf: Leaf

    with use_resource(Tree(n=1, leaf=Leaf(n=2)), showing([])):
        pass

    assert seen == [{"n": 2}, {"n": 1, "leaf": {"n": 2}}]


def test_enums_are_values_in_the_config_of_a_context():
    class Color(Enum):
        RED = "red"

    class Pen(ConfigurableResource):
        color: Color

    with use_resource(resolve(Pen(color=Color.RED)), showing([])) as pen:
        assert pen.color is Color.RED
        assert pen.get_resource_context().resource_config == {"color": "red"}


def test_an_async_hook_is_run():
    log = []

    class Pool(ConfigurableResource):
        @asynccontextmanager
        async def yield_for_execution(self, context):
            yield self
            log.append("closed")

    pool = Pool()
    with use_resource(pool, showing([])) as used:
        assert used is pool

    assert log == ["closed"]


def test_a_resource_is_set_up_by_hand():
    assert Database(url="u").process_config_and_initialize().url == "u"


def test_setting_up_by_hand_refuses_what_has_to_be_torn_down():
    log = []

    with pytest.raises(ParameterCheckError, match="process_config_and_initialize_cm"):
        Recorder(name="r").process_config_and_initialize()

    class Plain(ConfigurableResource):
        def teardown_after_execution(self, context):
            log.append("down")

    with Plain().process_config_and_initialize_cm() as resource:
        assert resource.get_resource_context().resource_config == {}
    assert log == ["down"]


def test_a_class_makes_a_resource_of_the_config_of_a_context():
    context = InitResourceContext({"url": "u", "port": 1})

    assert Database.from_resource_context(context).url == "u"
    with Database.from_resource_context_cm(context) as database:
        assert database.port == 1


def test_a_copy_gets_a_context_without_being_set_up():
    log = []
    declared = Outer(name="outer", inner=Recorder(name="inner"))

    copied = declared.with_replaced_resource_context(showing(log))

    assert copied.get_resource_context().instance is log
    assert copied.inner.get_resource_context().instance is log
    assert log == []
    with pytest.raises(ParameterCheckError):
        declared.get_resource_context()


def test_nested_resources_are_told_by_field():
    inner = Recorder(name="inner")

    assert Outer(name="outer", inner=inner).nested_resources == {"inner": inner}


def test_a_resource_of_a_type_is_a_resource():
    class Text(ConfigurableResource[str]):
        pass

    assert issubclass(Text, ConfigurableResource)
    assert issubclass(ConfigurableResource, ConfigurableResourceFactory)
