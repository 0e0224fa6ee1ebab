import pytest

from penstock.config.enums import Enum, EnumValue
from penstock.config.mapping import ConfigMapping, config_mapping
from penstock.config.model import Config
from penstock.config.run_config import RunConfig
from penstock.config.scalars import StringSource
from penstock.config.schema import Field
from penstock.errors import (
    ConfigMappingFunctionError,
    InvalidConfigError,
    ParameterCheckError,
)


class Limits(Config):
    rows: int = 5
    url: str = "u"


class Outer(Config):
    rows: int


def test_the_function_gets_the_config_with_defaults_and_variables():
    mapping = ConfigMapping(
        lambda config: {"load": {"config": config}},
        {"rows": Field(int, default_value=3), "url": StringSource},
    )

    inner = mapping.resolve_from_unvalidated_config({"url": {"env": "URL"}}, environ={"URL": "u"})

    assert inner == {"load": {"config": {"rows": 3, "url": "u"}}}


def test_the_function_gets_the_config_as_written_if_it_asks_for_it():
    mapping = ConfigMapping(
        lambda config: config,
        config_schema={
            "rows": Field(int, default_value=3),
            "mode": Field(Enum("Mode", [EnumValue("FAST", 1)]), default_value="FAST"),
            "limits": Field(Limits, default_value={"url": {"env": "URL"}}),
            "url": StringSource,
        },
        receive_processed_config_values=False,
    )

    assert mapping.resolve_from_unvalidated_config({"url": {"env": "URL"}}) == {
        "rows": 3,
        "mode": "FAST",
        "limits": {"rows": 5, "url": {"env": "URL"}},
        "url": {"env": "URL"},
    }


def test_the_outer_config_is_checked():
    mapping = ConfigMapping(lambda config: config, config_schema={"rows": int})

    with pytest.raises(InvalidConfigError) as caught:
        mapping.resolve_from_unvalidated_config({"rows": "x"})

    assert str(caught.value) == (
        "The config to map does not fit. root:config:rows: found text 'x'; expected an integer."
    )


def test_a_function_that_raises_is_told():
    @config_mapping(config_schema={"rows": int})
    def broken(config):
        return config["nope"]

    with pytest.raises(ConfigMappingFunctionError) as caught:
        broken.resolve_from_unvalidated_config({"rows": 1})

    assert str(caught.value) == "The config mapping function 'broken' raised KeyError: 'nope'."
    assert isinstance(caught.value.user_exception, KeyError)


def test_a_class_as_annotation_is_the_schema_and_run_config_a_result():
    @config_mapping
    def mapped(val: Outer) -> RunConfig:
        return RunConfig(ops={"load": val})

    assert mapped.resolve_from_unvalidated_config({"rows": 1}) == {
        "ops": {"load": {"config": {"rows": 1}}}
    }
    assert mapped(Outer(rows=2)) == RunConfig(ops={"load": Outer(rows=2)})


def test_a_schema_is_given_once():
    with pytest.raises(ParameterCheckError, match="has a schema twice"):

        @config_mapping(config_schema={"rows": int})
        def mapped(config: Outer):
            return config


def test_only_a_function_maps():
    with pytest.raises(ParameterCheckError, match="config_fn must be a function, not 3"):
        ConfigMapping(3)


def test_without_a_schema_anything_is_mapped():
    mapping = ConfigMapping(lambda config: {"got": config})

    assert mapping.resolve_from_unvalidated_config({"any": 1}) == {"got": {"any": 1}}
    assert mapping.resolve_from_validated_config(2) == {"got": 2}
