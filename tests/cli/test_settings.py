"""`penstock settings`: what counts, whether it fits, and the schema for editors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from penstock.cli.main import cli


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("PENSTOCK_HOME", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def settings(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["settings", *arguments])


def test_without_a_file_all_is_default(folder):
    shown = settings("show")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Settings from no file: all defaults\n")
    assert not (folder / ".penstock").exists()


def test_each_value_is_shown_with_its_source(folder):
    (folder / "penstock.yaml").write_text("run_retries: {max_retries: 3}\n")

    shown = json.loads(settings("show", "--json").stdout)

    assert shown["file"] == str(folder / "penstock.yaml")
    assert {
        "key": "run_retries.max_retries",
        "value": 3,
        "source": f"{folder}/penstock.yaml:1:15",
    } in shown["settings"]
    assert f"{folder}/penstock.yaml:1:15" in settings("show", "--source").stdout


def test_a_file_that_fits_is_fine(folder):
    (folder / "penstock.yaml").write_text("telemetry: {enabled: false}\n")

    checked = settings("check")

    assert (checked.exit_code, checked.stdout) == (0, f"{folder}/penstock.yaml is fine.\n")


def test_no_file_is_fine_too(folder):
    del folder

    assert settings("check").stdout == (
        "There is no penstock.yaml: every setting has its default.\n"
    )


def test_mistakes_are_told_with_their_places_and_the_exit_code_of_wrong_use(folder):
    (folder / "other.yaml").write_text("run_queu: {}\nnux: {enabled: 7}\n")

    checked = settings("check", "other.yaml")

    assert checked.exit_code == 2
    lines = checked.stderr.splitlines()
    assert lines[0] == "Error: The settings do not fit, for 2 reasons:"
    assert lines[1].startswith("  other.yaml:1:1: 'run_queu': found an unknown field")
    assert "Did you mean 'run_queue'" in lines[1]
    assert lines[2] == (
        "  other.yaml:2:7: 'nux.enabled': found the integer 7; expected true or false."
    )


def test_the_classes_that_are_named_are_checked_with_their_config(folder):
    (folder / "penstock.yaml").write_text(
        "run_launcher: {module: nowhere_at_all, class: X}\n"
        "scheduler:\n"
        "  module: penstock.settings.scheduler\n"
        "  class: DaemonScheduler\n"
        "  config: {max_catchup: 1}\n"
    )

    checked = settings("check")

    assert checked.exit_code == 2
    assert (
        f"{folder}/penstock.yaml:1:1: The settings name the class nowhere_at_all.X, but its module "
        "nowhere_at_all cannot be imported" in checked.stderr
    )
    assert f"{folder}/penstock.yaml:2:1: The config of penstock.settings.scheduler.DaemonSche" in (
        checked.stderr
    )


def test_settings_that_do_not_fit_stop_every_command(folder):
    (folder / "penstock.yaml").write_text("storage: {mysql: {}}\n")

    listed = CliRunner().invoke(cli, ["run", "list"])

    assert listed.exit_code == 2
    assert "Penstock keeps its store in SQLite or in Postgres" in listed.stderr


def test_the_schema_is_json(folder):
    del folder

    assert json.loads(settings("schema").stdout)["title"] == "penstock.yaml"


def test_variables_of_the_folder_count_where_the_environment_has_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / ".env").write_text(f"PENSTOCK_HOME={folder / 'mine'}\nRETRIES=3\nDAYS=1\n")
    (folder / "mine").mkdir()
    (folder / "mine" / "penstock.yaml").write_text(
        "scheduler:\n"
        "  module: dagster\n"
        "  class: DagsterDaemonScheduler\n"
        "  config: {max_catchup_runs: {env: DAYS}, max_tick_retries: {env: RETRIES}}\n"
    )
    monkeypatch.setenv("DAYS", "not a number")

    checked = settings("check")

    assert checked.exit_code == 2
    assert 'max_catchup_runs: found the value of EnvVar("DAYS"); expected an integer' in (
        checked.stderr
    )
    assert "RETRIES" not in checked.stderr
    assert "RETRIES" not in os.environ


def test_a_class_beside_the_project_file_is_found(folder):
    (folder / "parts_beside_it.py").write_text(
        "import penstock as dg\n\n\nclass Logs(dg.LocalComputeLogManager):\n    pass\n"
    )
    (folder / "penstock.yaml").write_text(
        "compute_logs: {module: parts_beside_it, class: Logs, config: {base_dir: logs}}\n"
    )

    assert settings("check").output == f"{folder}/penstock.yaml is fine.\n"
