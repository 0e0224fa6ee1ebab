"""Where the definitions of a project are: what its `pyproject.toml` says, also one for Dagster."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.settings import find_project, load_settings
from penstock.errors import HomeNotSetError, InvariantViolationError


@pytest.mark.parametrize(
    ("table", "module"),
    [
        ('[tool.penstock]\nmodule = "mine"\n[tool.dg.project]\nroot_module = "other"\n', "mine"),
        ('[tool.dg.project]\nroot_module = "mine"\n', "mine.definitions"),
        (
            '[tool.dg.project]\nroot_module = "m"\ncode_location_target_module = "m.here"\n',
            "m.here",
        ),
        ('[tool.dagster]\nmodule_name = "mine"\n', "mine"),
        ("[tool.other]\nx = 1\n", None),
    ],
)
def test_the_module_is_the_one_that_the_project_names(
    tmp_path: Path, table: str, module: str | None
):
    (tmp_path / "pyproject.toml").write_text(table)

    assert find_project(tmp_path).module == module


def test_a_file_that_is_named_leaves_the_modules_of_others_alone(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.penstock]\npython_file = "defs.py"\n[tool.dg.project]\nroot_module = "other"\n'
    )

    project = find_project(tmp_path)

    assert (project.module, project.python_file) == (None, "defs.py")


def test_the_home_of_dagster_is_used_where_no_other_is_named(tmp_path: Path):
    named = {"DAGSTER_HOME": str(tmp_path), "PENSTOCK_HOME": str(tmp_path / "mine")}

    both = load_settings(environment=named, directory=tmp_path)
    one = load_settings(environment={"DAGSTER_HOME": str(tmp_path)}, directory=tmp_path)

    assert both.home == tmp_path / "mine"
    assert one.home == tmp_path


def test_variables_in_the_path_of_the_home_are_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BASE", str(tmp_path))

    homes = [
        load_settings(environment={"PENSTOCK_HOME": given}, directory=tmp_path).home
        for given in ("~/home", "$BASE/home")
    ]

    assert homes == [tmp_path / "home", tmp_path / "home"]


@pytest.mark.parametrize(
    ("variable", "given", "told"),
    [
        ("PENSTOCK_HOME", "rel", '$PENSTOCK_HOME is "rel", which is no absolute path.'),
        ("DAGSTER_HOME", "rel", '$DAGSTER_HOME is "rel", which is no absolute path.'),
        (
            "PENSTOCK_HOME",
            "/etc/hostname",
            '$PENSTOCK_HOME is "/etc/hostname", which is no folder.',
        ),
        (
            "DAGSTER_HOME",
            "/no/such/folder",
            '$DAGSTER_HOME is "/no/such/folder", and nothing is there.',
        ),
    ],
)
def test_what_cannot_be_a_home_is_told(tmp_path: Path, variable: str, given: str, told: str):
    with pytest.raises(HomeNotSetError) as raised:
        load_settings(environment={variable: given}, directory=tmp_path)

    assert str(raised.value).startswith(told)
    assert isinstance(raised.value, InvariantViolationError)
