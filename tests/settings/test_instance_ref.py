"""An instance as data, from which another process opens the same one."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import penstock as dg

OPEN = """
import json, sys
import penstock as dg
ref = dg.InstanceRef.from_dict(json.load(sys.stdin))
with dg.DagsterInstance.from_ref(ref) as instance:
    print(instance.get_runs_count(), instance.run_retries_max_retries)
"""


def test_another_process_opens_the_same_instance():
    overrides = {"run_retries": {"max_retries": 7}}
    with dg.instance_for_test(overrides=overrides) as instance:
        instance.create_run(job_name="load")
        told = json.dumps(instance.get_ref().to_dict())

        done = subprocess.run(
            [sys.executable, "-c", OPEN], input=told, capture_output=True, text=True, check=True
        )

    assert done.stdout.split() == ["1", "7"]


def test_no_secret_is_in_it_only_the_name_of_its_variable(monkeypatch):
    monkeypatch.setenv("STATE_TOKEN", "sesame-open")
    state = {
        "module": "dagster",
        "class": "UPathDefsStateStorage",
        "config": {"base_path": {"env": "STATE_TOKEN"}},
    }

    with dg.instance_for_test(overrides={"defs_state_storage": state}) as instance:
        assert str(instance.defs_state_storage.base_path) == "sesame-open"
        told = json.dumps(instance.get_ref().to_dict())

    assert "STATE_TOKEN" in told
    assert "sesame" not in told


def test_an_instance_in_memory_has_none():
    with (
        dg.Instance.ephemeral() as instance,
        pytest.raises(dg.DagsterInvariantViolationError, match="cannot be opened by another"),
    ):
        instance.get_ref()


def test_a_variable_that_is_not_set_here_is_told():
    ref = dg.InstanceRef(
        home="/nowhere", given={"storage": {"sqlite": {"base_dir": {"env": "NOT_SET_HERE"}}}}
    )

    with pytest.raises(dg.DagsterInvalidConfigError, match="'NOT_SET_HERE' is not set"):
        dg.Instance.from_ref(ref)


def test_what_is_no_reference_is_refused():
    with pytest.raises(dg.DagsterInvalidConfigError, match=r"not what InstanceRef\.to_dict"):
        dg.InstanceRef.from_dict({"home": 7})


def test_a_folder_has_the_settings_that_are_in_it(tmp_path):
    (tmp_path / "dagster.yaml").write_text("run_retries: {max_retries: 1}\n")

    ref = dg.InstanceRef.from_dir(str(tmp_path), overrides={"telemetry": {"enabled": False}})

    assert ref.settings == {"run_retries": {"max_retries": 1}, "telemetry": {"enabled": False}}
    assert ref.run_launcher_data.class_name == "DefaultRunLauncher"
    assert ref.local_artifact_storage_data.config_dict == {"base_dir": str(tmp_path)}


def test_instances_by_folder_and_in_a_temporary_one(tmp_path):
    (tmp_path / "own.yaml").write_text("run_retries: {max_retries: 2}\n")

    with dg.Instance.from_config(str(tmp_path), "own.yaml") as instance:
        assert instance.run_retries_max_retries == 2
        assert instance.root_directory == str(tmp_path)
    with dg.Instance.local_temp(overrides={"run_retries": {"max_retries": 3}}) as instance:
        assert instance.run_retries_max_retries == 3
        assert not instance.is_ephemeral
    with dg.Instance.ephemeral(settings={"run_retries": {"max_retries": 4}}) as instance:
        assert instance.run_retries_max_retries == 4
