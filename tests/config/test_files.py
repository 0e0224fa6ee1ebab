import pytest

from penstock.config.files import (
    config_from_files,
    config_from_pkg_resources,
    config_from_yaml_strings,
)
from penstock.errors import InvariantViolationError


def test_later_files_win_section_by_section(tmp_path):
    (tmp_path / "a.yaml").write_text("ops: {one: {config: {n: 1, m: 2}}}\nx: [1]\n")
    (tmp_path / "b.yaml").write_text("ops: {one: {config: {n: 5}}}\n")

    merged = config_from_files([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])

    assert merged == {"ops": {"one": {"config": {"n": 5, "m": 2}}}, "x": [1]}
    assert config_from_files([str(tmp_path / "*.yaml")]) == merged
    assert config_from_files([]) == {}


@pytest.mark.parametrize("text", ["a: [", "- 1"])
def test_a_file_that_is_no_run_config_is_named(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)

    with pytest.raises(InvariantViolationError, match=r"bad\.yaml"):
        config_from_files([str(path)])


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path):
    with pytest.raises(InvariantViolationError, match=r"No config file matches '.*nope\.yaml'"):
        config_from_files([str(tmp_path / "nope.yaml")])


def test_texts_are_merged_as_files_are():
    assert config_from_yaml_strings(["a: 1\nb: 1", "a: 2"]) == {"a": 2, "b": 1}
    with pytest.raises(InvariantViolationError, match="text 2"):
        config_from_yaml_strings(["a: 1", "a: ["])


def test_files_inside_a_package_are_read(tmp_path, monkeypatch):
    package = tmp_path / "a_package_with_config"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "run.yaml").write_text("a: 1")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert config_from_pkg_resources([("a_package_with_config", "run.yaml")]) == {"a": 1}


@pytest.mark.parametrize("where", [("no_such_package", "x.yaml"), ("penstock", "x.yaml")])
def test_a_missing_package_or_file_is_an_error(where):
    with pytest.raises(InvariantViolationError, match=r"Cannot read 'x\.yaml' of the package"):
        config_from_pkg_resources([where])
