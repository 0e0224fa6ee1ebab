import os
import sys
from pathlib import Path

import pytest

from penstock.base.settings import ProjectSettings, Settings
from penstock.define.definitions import Definitions
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionsError, LoadError, UsageError
from penstock.host.load import OtherFiles, load_definitions

GOOD = "import penstock as dg\n\n@dg.asset\ndef orders():\n    return 1\n"


@pytest.fixture(autouse=True)
def _imports_are_undone(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if not name.startswith("penstock"):
            del sys.modules[name]


def _settings(root: Path, **project) -> Settings:
    return Settings(home=root, project=ProjectSettings(root=root, **project), environment={})


def _written(root: Path, text: str, name: str = "written.py") -> str:
    path = root / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _refused(root: Path, text: str) -> LoadError:
    with pytest.raises(LoadError) as caught:
        load_definitions(_settings(root), python_file=_written(root, text))
    return caught.value


def test_the_assets_of_a_file_are_found_without_definitions(tmp_path):
    loaded = load_definitions(_settings(tmp_path), python_file=_written(tmp_path, GOOD))

    assert loaded.location == "written"
    assert list(loaded.nodes) == ["orders"]


def test_a_module_is_found_from_the_root_of_the_project_and_its_src(tmp_path):
    (tmp_path / "src").mkdir()
    _written(tmp_path / "src", f"{GOOD}\ndefs = dg.Definitions([orders])\n", "flow_in_src.py")

    loaded = load_definitions(_settings(tmp_path), module="flow_in_src")

    assert loaded.location == "flow_in_src"


def test_what_is_not_given_comes_from_the_project(tmp_path):
    _written(
        tmp_path,
        f"{GOOD}\none = dg.Definitions()\ntwo = dg.Definitions([orders])\n",
        "defs.py",
    )

    loaded = load_definitions(_settings(tmp_path, python_file="defs.py", attribute="two"))

    assert list(loaded.nodes) == ["orders"]


def test_an_error_on_import_begins_at_the_users_frame(tmp_path):
    error = _refused(tmp_path, "def deep():\n    return 1 / 0\n\ndeep()\n")

    path = tmp_path / "written.py"
    assert str(error) == f"{path} could not be imported. ZeroDivisionError: division by zero"
    assert error.user_traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 4, in <module>\n'
        "    deep()\n"
        f'  File "{path}", line 2, in deep\n'
        "    return 1 / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_an_error_of_penstock_on_import_shows_no_frame_of_penstock(tmp_path):
    error = _refused(tmp_path, 'import penstock as dg\n\ndg.AssetSpec("a", group_name="no good")\n')

    path = tmp_path / "written.py"
    assert error.user_traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 3, in <module>\n'
        '    dg.AssetSpec("a", group_name="no good")\n'
        "penstock.errors.InvalidDefinitionError: Asset 'a' has the group 'no good', which no "
        "group can be called. Use letters, digits and '_', in segments separated by '/'.\n"
    )


def test_the_cause_of_an_error_is_told_without_frames_of_penstock(tmp_path):
    error = _refused(
        tmp_path,
        "import penstock as dg\n\ntry:\n    dg.AssetKey([])\n"
        'except dg.DagsterInvalidDefinitionError as e:\n    raise KeyError("k") from e\n',
    )

    frames = [line for line in error.user_traceback.splitlines() if line.startswith("  File")]
    path = tmp_path / "written.py"
    assert frames == [
        f'  File "{path}", line 4, in <module>',
        f'  File "{path}", line 6, in <module>',
    ]


def test_the_frames_of_a_module_begin_at_the_user_too(tmp_path):
    path = _written(tmp_path, "import no_such_module_at_all\n", "flow_broken.py")

    with pytest.raises(LoadError) as caught:
        load_definitions(_settings(tmp_path), module="flow_broken")

    assert caught.value.user_traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 1, in <module>\n'
        "    import no_such_module_at_all\n"
        "ModuleNotFoundError: No module named 'no_such_module_at_all'\n"
    )


def test_a_file_that_does_not_parse_is_shown_with_its_line(tmp_path):
    error = _refused(tmp_path, "def f(:\n")

    assert error.user_traceback.startswith(f'  File "{tmp_path / "written.py"}", line 1\n')


def test_a_file_that_exits_is_an_error_of_loading(tmp_path):
    assert "SystemExit: 3" in str(_refused(tmp_path, "raise SystemExit(3)\n"))


def test_a_missing_module_has_no_traceback(tmp_path):
    with pytest.raises(LoadError) as caught:
        load_definitions(_settings(tmp_path), module="no_such_flow.defs")

    assert str(caught.value) == (
        f"There is no module 'no_such_flow.defs'. It was looked for from {tmp_path}. Check the "
        "spelling, or give the file with -f."
    )
    assert caught.value.user_traceback == ""


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LoadError) as caught:
        load_definitions(_settings(tmp_path), python_file="nope.py")

    assert str(caught.value) == (
        f"There is no file {tmp_path / 'nope.py'}. Check the path given with -f."
    )


def test_several_definitions_are_ambiguous(tmp_path):
    error = _refused(
        tmp_path, "import penstock as dg\na = dg.Definitions()\nb = dg.Definitions()\n"
    )

    assert str(error) == (
        "'written' has several Definitions: a, b. Name one with --attribute, or merge them with "
        "Definitions.merge."
    )


def test_a_file_without_anything_to_load_is_refused(tmp_path):
    assert str(_refused(tmp_path, "x = 1\n")) == "'written' holds no Definitions and no assets."


def test_an_attribute_that_is_no_definitions_is_refused(tmp_path):
    path = _written(tmp_path, "x = 1\n")

    for attribute, message in (
        ("x", "'written' has no Definitions named 'x'; it is a int."),
        ("y", "'written' has no Definitions named 'y'."),
    ):
        with pytest.raises(LoadError) as caught:
            load_definitions(_settings(tmp_path), python_file=path, attribute=attribute)
        assert str(caught.value) == message


def test_problems_of_the_definitions_are_raised_as_they_are(tmp_path):
    text = "import penstock as dg\n\n@dg.asset\ndef a(nobody):\n    return 1\n"

    with pytest.raises(
        InvalidDefinitionsError, match="Nothing declares asset 'nobody', whose value parameter"
    ):
        load_definitions(_settings(tmp_path), python_file=_written(tmp_path, text))


def test_a_module_and_a_file_exclude_each_other(tmp_path):
    with pytest.raises(UsageError) as caught:
        load_definitions(_settings(tmp_path), module="m", python_file="f.py")

    assert str(caught.value) == "Give either a module (-m) or a file (-f), not both."


def test_nothing_to_load_says_what_to_write(tmp_path):
    with pytest.raises(UsageError, match="No definitions are named"):
        load_definitions(_settings(tmp_path))


def test_a_function_marked_with_definitions_is_called_for_them(tmp_path):
    text = (
        "import penstock as dg\n\n@dg.definitions\ndef defs():\n"
        "    return dg.Definitions(assets=[dg.AssetSpec('orders')])\n"
    )

    loaded = load_definitions(_settings(tmp_path), python_file=_written(tmp_path, text))

    assert [key.to_user_string() for key in loaded.graph.keys] == ["orders"]


def _read(path: Path) -> Definitions:
    return Definitions(assets=[AssetSpec(path.read_text())])


OTHERS = OtherFiles(readers={".assets": _read}, names=("project.assets", "*.assets"))


def test_a_file_that_is_no_python_is_read_by_its_ending(tmp_path):
    path = _written(tmp_path, "orders", "x.assets")

    loaded = load_definitions(_settings(tmp_path), python_file=path, others=OTHERS)

    assert loaded.location == "x"
    assert [key.to_user_string() for key in loaded.graph.keys] == ["orders"]


def test_where_nothing_is_named_a_file_of_a_known_name_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _written(tmp_path, "first", "project.assets")
    _written(tmp_path, "second", "other.assets")

    loaded = load_definitions(_settings(tmp_path), others=OTHERS)

    assert [key.to_user_string() for key in loaded.graph.keys] == ["first"]


def test_several_files_of_a_known_ending_have_to_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _written(tmp_path, "a", "a.assets")
    _written(tmp_path, "b", "b.assets")

    with pytest.raises(UsageError, match=r"several files of assets: a\.assets, b\.assets"):
        load_definitions(_settings(tmp_path), others=OTHERS)


def test_a_file_edited_within_a_second_is_loaded_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    found = []
    for version in "12":
        text = f"import penstock as dg\n\n@dg.asset(code_version='{version}')\ndef a(): ...\n"
        path = _written(tmp_path, text)
        os.utime(path, (1, 1))
        definitions = load_definitions(_settings(tmp_path), python_file=path)
        found += [spec.code_version for spec in definitions.manifest.assets]

    assert found == ["1", "2"]
