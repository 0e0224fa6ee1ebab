"""Where the definitions of a project are: what its `pyproject.toml` says, also one for Dagster."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.settings import find_project


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
