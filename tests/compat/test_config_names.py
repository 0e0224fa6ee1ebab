import penstock as dg
from penstock.compat import config_names


def test_config_is_checked_and_turned_into_values_under_the_known_names():
    field = config_names.convert_potential_field({"rows": dg.Field(int, default_value=2)})

    assert config_names.process_config(field.config_type, {}).value == {"rows": 2}
    wrong = config_names.process_config(field.config_type, {"rows": "two"})
    assert not wrong.success
    assert [error.reason for error in wrong.errors] == [
        config_names.DagsterEvaluationErrorReason.RUNTIME_TYPE_MISMATCH
    ]


def test_a_class_and_a_mapping_of_the_same_schema_print_alike():
    class Limits(dg.Config):
        rows: int

    inferred = config_names.infer_schema_from_config_class(Limits)

    assert config_names.print_config_type_to_string(
        inferred.config_type
    ) == config_names.print_config_type_to_string({"rows": dg.IntSource})


def test_a_function_tells_whether_it_asks_for_config():
    @dg.op
    def limited(context, config: int): ...

    asked = config_names.DecoratedOpFunction(limited)

    assert asked.has_config_arg()
    assert asked.has_context_arg()
    assert asked.get_config_arg().annotation is int
    assert not config_names.DecoratedOpFunction(lambda: None).has_config_arg()


def test_resources_tell_whether_something_is_to_be_released():
    @dg.resource
    def opened(_):
        yield "open"

    with dg.build_resources({"file": opened}) as held, dg.build_resources({"n": 3}) as plain:
        assert isinstance(held, config_names.IContainsGenerator)
        assert not isinstance(plain, config_names.IContainsGenerator)
