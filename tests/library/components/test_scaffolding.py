"""Files of new components."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.library.components.scaffolding import NoParams, scaffolder_of


def _request(
    folder: Path, form: Literal["yaml", "python"] = "yaml", *, append: bool = False
) -> dg.ScaffoldRequest[NoParams]:
    return dg.ScaffoldRequest(
        type_name="my.mod.Table",
        target_path=folder / "defs.yaml" if append else folder,
        scaffold_format=form,
        project_root=None,
        params=NoParams(),
        append=append,
    )


def test_yaml_has_the_type_and_the_attributes(tmp_path: Path):
    dg.scaffold_component(_request(tmp_path), {"names": ["a", "b"]})

    assert (tmp_path / "defs.yaml").read_text() == (
        "type: my.mod.Table\n\nattributes:\n  names:\n    - a\n    - b\n"
    )


def test_a_document_is_added_to_a_file(tmp_path: Path):
    dg.scaffold_component(_request(tmp_path))
    dg.scaffold_component(_request(tmp_path, append=True))

    assert (tmp_path / "defs.yaml").read_text().count("type: my.mod.Table") == 2


def test_python_has_a_function_that_returns_the_component(tmp_path: Path):
    dg.scaffold_component(_request(tmp_path, "python"))

    text = (tmp_path / "component.py").read_text()
    assert "from my.mod import Table\n" in text
    assert "@dg.component_instance\ndef load(" in text


def test_another_format_is_refused(tmp_path: Path):
    with pytest.raises(ParameterCheckError, match="'yaml' or 'python'"):
        dg.scaffold_component(_request(tmp_path, "toml"))  # type: ignore[arg-type]


def test_a_class_uses_the_scaffolder_that_is_attached_to_it(tmp_path: Path):
    class Mine(dg.Scaffolder[NoParams]):
        def scaffold(self, request: dg.ScaffoldRequest[NoParams]) -> None:
            (request.target_path / "mine").touch()

    @dg.scaffold_with(Mine)
    class Target: ...

    scaffolder_of(Target).scaffold(_request(tmp_path))

    assert (tmp_path / "mine").exists()


def test_a_class_without_a_scaffolder_is_told():
    with pytest.raises(InvalidDefinitionError, match="has no scaffolder"):
        scaffolder_of(object)
