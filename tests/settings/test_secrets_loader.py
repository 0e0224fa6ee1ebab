"""Variables from `.env` files."""

from __future__ import annotations

import pytest

from penstock.base.settings import changed_variables
from penstock.errors import InvalidConfigError
from penstock.settings.secrets_loader import (
    EnvFileLoader,
    PerProjectEnvFileLoader,
)


def test_no_file_gives_nothing(tmp_path):
    assert EnvFileLoader(base_dir=str(tmp_path)).get_secrets_for_environment("shop") == {}


def test_each_project_has_a_file_of_its_own(tmp_path):
    (tmp_path / ".env").write_text("TOKEN=sesame\n")
    loader = PerProjectEnvFileLoader(location_paths={"shop": str(tmp_path)})

    assert loader.get_secrets_for_environment("shop") == {"TOKEN": "sesame"}
    assert loader.get_secrets_for_environment("other") == {}
    assert loader.get_secrets_for_environment(None) == {}


def test_the_folders_may_come_from_the_environment(tmp_path):
    (tmp_path / ".env").write_text("TOKEN=sesame\n")
    paths = f'{{"shop": "{tmp_path}"}}'

    with changed_variables({"DAGSTER_PROJECT_ENV_FILE_PATHS": paths}):
        found = PerProjectEnvFileLoader().get_secrets_for_environment("shop")

    assert found == {"TOKEN": "sesame"}


def test_folders_that_are_no_json_are_refused():
    with (
        changed_variables({"PENSTOCK_PROJECT_ENV_FILE_PATHS": "/here"}),
        pytest.raises(InvalidConfigError, match="must be JSON with the folder of each project"),
    ):
        PerProjectEnvFileLoader().get_secrets_for_environment("shop")
