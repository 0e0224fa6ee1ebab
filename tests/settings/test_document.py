"""Which file of settings counts, and what is told of one that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.settings import Settings, load_settings
from penstock.errors import InvalidConfigError
from penstock.settings.document import Document, find_file, overridden, read_file


def settings_of(project: Path, home: Path | None = None) -> Settings:
    (project / "pyproject.toml").touch()
    environment = {} if home is None else {"PENSTOCK_HOME": str(home)}
    return load_settings(environment=environment, directory=project)


def test_a_projects_file_is_beside_its_pyproject(tmp_path):
    (tmp_path / "penstock.yaml").touch()

    assert find_file(settings_of(tmp_path)) == tmp_path / "penstock.yaml"


def test_a_home_that_is_named_has_its_own_file_and_not_the_projects(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "penstock.yaml").touch()

    assert find_file(settings_of(tmp_path, home)) is None
    (home / "penstock.yaml").touch()
    assert find_file(settings_of(tmp_path, home)) == home / "penstock.yaml"


def test_dagsters_file_counts_where_it_is_the_only_one(tmp_path):
    (tmp_path / "dagster.yaml").touch()

    assert find_file(settings_of(tmp_path)) == tmp_path / "dagster.yaml"
    (tmp_path / "penstock.yaml").touch()
    assert find_file(settings_of(tmp_path)) == tmp_path / "penstock.yaml"


def test_two_files_that_would_count_are_refused(tmp_path):
    (tmp_path / ".penstock").mkdir()
    (tmp_path / ".penstock" / "penstock.yaml").touch()
    (tmp_path / "penstock.yaml").touch()

    with pytest.raises(InvalidConfigError, match="only one file counts"):
        find_file(settings_of(tmp_path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "penstock.yaml:2:1: the key 'a' is there twice."),
        ("- a\n", "must hold a mapping of keys, like 'storage:', not ['a']."),
        ("a: [\n", "penstock.yaml:2:1: "),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_place(tmp_path: Path, text: str, told: str):
    path = tmp_path / "penstock.yaml"
    path.write_text(text)

    with pytest.raises(InvalidConfigError) as raised:
        read_file(path)

    assert told in str(raised.value)


def test_an_empty_file_says_nothing(tmp_path):
    (tmp_path / "penstock.yaml").write_text("# nothing yet\n")

    assert read_file(tmp_path / "penstock.yaml").values == {}


def test_a_place_is_told_of_the_nearest_key_there_is(tmp_path):
    path = tmp_path / "penstock.yaml"
    path.write_text("a:\n  - b: 1\n")
    document = read_file(path)

    assert document.place_of("root:a[0]:b") == f"{path}:2:5"
    assert document.place_of("root:a[0]:c") == f"{path}:2:5"
    assert document.place_of("root:z") == f"{path}:1:1"


def test_overrides_count_in_place_of_the_file():
    document = Document(source="f", values={"a": 1, "b": 2}, places={"root:a": (1, 1)})

    changed = overridden(document, {"a": 3})

    assert changed == Document(source="f and overrides", values={"a": 3, "b": 2})
