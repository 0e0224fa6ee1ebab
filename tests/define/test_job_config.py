"""Run config of jobs: what is required, what it becomes, and all mistakes in one error."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.config.mapping import ConfigMapping
from penstock.define.graph import graph
from penstock.define.job import job
from penstock.define.job_config import OpConfig, resolve_run_config, validate_run_config
from penstock.define.op import op
from penstock.errors import ConfigMappingFunctionError, InvalidConfigError


class Limit(dg.Config):
    rows: int
    name: str = "x"


@op(config_schema={"a": int})
def plain(context): ...


@op
def typed(config: Limit): ...


@op
def add(x: int, y: int = 1): ...


@graph
def inner(x):
    add(x)


def resolved(target, config=None, **variables):
    return resolve_run_config(target, config, environment=variables)


def test_config_is_read_by_step() -> None:
    @graph
    def nested():
        typed()

    @job
    def both():
        plain()
        nested()

    config = {
        "ops": {
            "plain": {"config": {"a": 1}},
            "nested": {"ops": {"typed": {"config": {"rows": 2}}}},
        }
    }

    found = resolved(both, config).ops
    assert found["plain"].config == {"a": 1}
    assert Limit(rows=2) == found["nested.typed"].config


def test_all_mistakes_come_in_one_error() -> None:
    @job
    def two():
        plain()
        typed()

    with pytest.raises(InvalidConfigError) as caught:
        resolved(
            two, {"ops": {"plain": {"config": {"a": "x"}}, "typed": {"config": {}}}, "opps": {}}
        )

    assert sorted(
        error.path.removesuffix(".rows").removesuffix(":rows") for error in caught.value.errors
    ) == ["root:opps", "root:ops:plain:config:a", "root:ops:typed:config"]


def test_an_input_that_nothing_is_connected_to_is_required_unless_it_has_a_default() -> None:
    @job
    def free():
        add()

    with pytest.raises(InvalidConfigError, match="inputs"):
        resolved(free)

    config = {"ops": {"add": {"inputs": {"x": 3}}}}
    assert OpConfig(inputs={"x": 3}) == resolved(free, config).ops["add"]


def test_inputs_of_graphs_and_jobs_are_given_where_they_are_declared() -> None:
    @job
    def outer(x):
        inner(x)
        inner.alias("free")()

    config = {"inputs": {"x": 1}, "ops": {"free": {"inputs": {"x": 2}}}}

    found = resolved(outer, config).ops
    assert found["inner.add"].inputs == {"x": 1}
    assert found["free.add"].inputs == {"x": 2}


def test_input_values_take_the_place_of_config() -> None:
    @job(input_values={"x": 5})
    def given(x):
        add(x)

    @job
    def open_job(x):
        add(x)

    assert resolved(given).ops["add"].inputs == {}
    assert (
        resolve_run_config(open_job, {}, environment={}, provided_inputs=["x"]).ops["add"].inputs
        == {}
    )
    with pytest.raises(InvalidConfigError):
        resolved(open_job)


def test_a_cut_input_is_required_and_config_of_other_ops_is_accepted() -> None:
    @op(config_schema={"n": int})
    def source(context) -> int:
        return 1

    @job
    def chain():
        add(source())

    part = chain.get_subset(op_selection=["add"])

    with pytest.raises(InvalidConfigError, match="inputs"):
        resolved(part)
    config = {"ops": {"source": {"config": {"n": 1}}, "add": {"inputs": {"x": 2}}}}
    assert resolved(part, config).ops["add"].inputs == {"x": 2}


def test_a_config_mapping_takes_the_place_of_the_config_inside() -> None:
    mapping = ConfigMapping(
        lambda c: {"plain": {"config": {"a": c["n"]}}}, config_schema={"n": int}
    )

    @graph(config=mapping)
    def mapped():
        plain()

    @job
    def outer():
        mapped()

    assert resolved(outer, {"ops": {"mapped": {"config": {"n": 4}}}}).ops[
        "mapped.plain"
    ].config == {"a": 4}
    assert resolved(mapped.to_job(), {"ops": {"config": {"n": 4}}}).ops["plain"].config == {"a": 4}
    fixed = mapped.configured({"n": 7}, name="fixed").to_job()
    assert resolved(fixed).ops["plain"].config == {"a": 7}


def test_what_a_config_mapping_makes_is_checked() -> None:
    @graph(config=ConfigMapping(lambda c: {"plain": {"config": {"a": "text"}}}, config_schema={}))
    def wrong():
        plain()

    @graph(config=ConfigMapping(lambda c: 1 / 0, config_schema={}))
    def raising():
        plain()

    with pytest.raises(InvalidConfigError, match="root:ops:plain:config:a"):
        resolved(wrong.to_job())
    with pytest.raises(ConfigMappingFunctionError, match="ZeroDivisionError"):
        resolved(raising.to_job())


def test_a_jobs_config_mapping_makes_the_whole_run_config() -> None:
    @job(
        config=ConfigMapping(
            lambda c: {"ops": {"plain": {"config": {"a": c["n"]}}}}, config_schema={"n": int}
        )
    )
    def mapped():
        plain()

    assert resolved(mapped, {"n": 2}).ops["plain"].config == {"a": 2}


def test_variables_are_those_of_the_environment_given() -> None:
    @op(config_schema={"url": dg.StringSource})
    def reads(context): ...

    @job
    def env_job():
        reads()

    config = {"ops": {"reads": {"config": {"url": {"env": "URL"}}}}}
    assert resolved(env_job, config, URL="here").ops["reads"].config == {"url": "here"}
    with pytest.raises(InvalidConfigError, match="'URL' is not set"):
        resolved(env_job, config)


def test_resource_config_is_checked_and_passed_on_as_written() -> None:
    database = dg.ResourceDefinition(lambda context: None, config_schema={"url": str})

    @op(required_resource_keys={"db"})
    def queries(context): ...

    @job(resource_defs={"db": database})
    def with_db():
        queries()

    config = {"resources": {"db": {"config": {"url": "x"}}}}
    assert config["resources"] == resolved(with_db, config).resources
    with pytest.raises(InvalidConfigError, match="root:resources"):
        resolved(with_db)


def test_run_config_is_validated_without_running() -> None:
    @job
    def limited():
        typed()

    assert "ops" in validate_run_config(limited, {"ops": {"typed": {"config": {"rows": 1}}}})
    with pytest.raises(InvalidConfigError):
        validate_run_config(limited, {"ops": {"typed": {"config": {"rows": "1"}}}})


def test_validated_config_has_every_default_by_the_name_of_the_step():
    class Region(dg.Config):
        name: str
        rows: int = 10

    class Api(dg.ConfigurableResource):
        url: str = "local"

    def read(config): ...

    read.__annotations__["config"] = Region
    reading = op(name="read", required_resource_keys={"api"})(read)

    @graph
    def loading():
        reading()

    @graph
    def outer():
        loading()

    whole = outer.to_job(resource_defs={"api": Api()})
    config = {"ops": {"loading": {"ops": {"read": {"config": {"name": "eu"}}}}}}

    assert validate_run_config(whole, config) == {
        "ops": {
            "loading": {"config": None, "inputs": {}, "outputs": None},
            "loading.read": {"config": {"name": "eu", "rows": 10}, "inputs": {}, "outputs": None},
        },
        "execution": {
            "multi_or_in_process_executor": {
                "multiprocess": {"retries": {"enabled": {}}, "max_concurrent": None}
            }
        },
        "resources": {"api": {"config": {"url": "local"}}, "io_manager": {"config": None}},
        "loggers": {},
    }
