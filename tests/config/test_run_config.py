import subprocess
import sys

import pytest

from penstock.config.env import EnvVar
from penstock.config.model import Config
from penstock.config.run_config import (
    RunConfig,
    load_run_config,
    merge_run_config,
    refuse_variables,
)
from penstock.errors import InvalidConfigError


class Limits(Config):
    rows: int = 10
    token: str = ""


def test_config_instances_become_entries():
    config = RunConfig(
        ops={
            "a": Limits(rows=3),
            "b": {"config": Limits(token=EnvVar("T"))},
            "g": {"ops": {"c": Limits()}, "config": {"x": [EnvVar.int("N")]}},
        },
        resources={"db": {"config": {"url": "u"}}},
        execution={"config": {"max_concurrent": 2}},
    )

    assert config.to_config_dict() == {
        "ops": {
            "a": {"config": {"rows": 3, "token": ""}},
            "b": {"config": {"rows": 10, "token": {"env": "T"}}},
            "g": {
                "ops": {"c": {"config": {"rows": 10, "token": ""}}},
                "config": {"x": [{"env": "N"}]},
            },
        },
        "resources": {"db": {"config": {"url": "u"}}},
        "execution": {"config": {"max_concurrent": 2}},
    }


def test_empty_sections_are_left_out():
    assert RunConfig(ops={}).to_config_dict() == {}


def test_yaml_and_json_are_read_and_dates_stay_text():
    assert load_run_config("ops:\n  a: {config: {day: 2024-01-01}}", source="a.yaml") == {
        "ops": {"a": {"config": {"day": "2024-01-01"}}}
    }
    assert load_run_config('{"ops": {"a": {"config": {"n": 1}}}}', source="a.json") == {
        "ops": {"a": {"config": {"n": 1}}}
    }
    assert load_run_config("# nothing\n", source="a.yaml") == {}


def test_a_mistake_in_yaml_names_file_line_and_column():
    with pytest.raises(InvalidConfigError) as raised:
        load_run_config("ops:\n  a: [1, 2\nb: 3\n", source="runs/a.yaml")

    assert str(raised.value) == (
        "Cannot read run config from runs/a.yaml, line 3, column 2: expected ',' or ']', but got"
        " ':'. Correct the file there."
    )


def test_a_repeated_key_names_its_place():
    with pytest.raises(InvalidConfigError) as raised:
        load_run_config("ops:\n  a: 1\n  a: 2\n", source="a.yaml")

    assert str(raised.value) == (
        "Cannot read run config from a.yaml, line 3, column 3: the key 'a' is there twice."
        " Correct the file there."
    )


def test_a_document_that_is_no_mapping_is_an_error():
    with pytest.raises(InvalidConfigError) as raised:
        load_run_config("- a\n", source="a.yaml")

    assert str(raised.value) == (
        "Cannot read run config from a.yaml: it must be a mapping with sections like 'ops' and"
        " 'resources', not a list."
    )


def test_merging_keeps_the_first_value_and_joins_mappings():
    first = {"ops": {"a": {"config": {"n": 1}}}}
    second = {"ops": {"a": {"config": {"n": 2, "m": 3}}, "b": {}}, "resources": {}}

    assert merge_run_config(first, second) == {
        "ops": {"a": {"config": {"n": 1, "m": 3}}, "b": {}},
        "resources": {},
    }
    assert first == {"ops": {"a": {"config": {"n": 1}}}}
    assert merge_run_config() == {}


def test_run_config_loads_neither_pydantic_nor_yaml():
    code = (
        "import sys, penstock.config.run_config;"
        "print(sorted({'pydantic', 'yaml'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_variable_in_a_mapping_is_refused_with_its_place():
    with pytest.raises(InvalidConfigError) as caught:
        refuse_variables({"ops": {"a": {"config": {"keys": ["x", EnvVar("KEY")]}}}})

    assert str(caught.value).startswith("root:ops:a:config:keys[1]: found an EnvVar.")
    assert "{'env': 'KEY'}" in str(caught.value)
