import penstock as dg
from penstock.config.config_type import ABSENT, UNFIT, Evaluation
from penstock.config.resource_schema import config_field_of


class Database(dg.ConfigurableResource):
    url: str
    port: int = 5432


class Api(dg.ConfigurableResource):
    database: Database
    client: dg.ResourceDependency[object] = None


def test_given_values_are_the_defaults_of_the_fields():
    field = config_field_of(Database(url="u"))

    assert field.is_required is False
    assert field.config_type.fields["url"].default_value == "u"
    assert field.config_type.fields["port"].default_value == 5432


def test_a_variable_is_a_default_by_its_name():
    field = config_field_of(Database(url=dg.EnvVar("URL")))

    assert field.config_type.fields["url"].default_value == {"env": "URL"}


def test_a_resource_for_launch_requires_its_missing_values():
    assert config_field_of(Database.configure_at_launch()).is_required is True
    assert config_field_of(Database.configure_at_launch(url="u")).is_required is False


def test_a_nested_resource_can_be_configured_through_the_outer_one():
    field = config_field_of(Api(database=Database(url="u")))

    assert str(field.config_type.fields["database"].config_type) == (
        "{ port?: (Int | { env: String }), url?: (String | { env: String }) }"
    )


def test_a_nested_resource_for_launch_and_other_objects_are_no_config():
    field = config_field_of(Api(database=Database.configure_at_launch(), client=object()))

    assert dict(field.config_type.fields) == {}
    assert field.config_type.implied_default() == {}


def test_config_is_checked_together_with_what_was_declared():
    config_type = config_field_of(Database(url="u")).config_type
    good, bad = Evaluation(environment=None), Evaluation(environment=None)

    assert config_type.read({"port": 1}, "root", good) == {"port": 1}
    assert config_type.read({"port": "1"}, "root", bad) is UNFIT
    assert [str(problem) for problem in bad.problems] == [
        "root:port: found text '1'; expected an integer."
    ]


def test_values_of_a_nested_resource_for_launch_come_from_elsewhere():
    declared = Api(database=Database.configure_at_launch())
    evaluation = Evaluation(environment=None)

    assert config_field_of(declared).config_type.read({}, "root", evaluation) == {}
    assert evaluation.problems == []


def test_a_missing_value_has_no_default():
    assert config_field_of(Database.configure_at_launch()).config_type.implied_default() is ABSENT
