"""Folders of definitions: what is found, what is changed, and what is told when it is wrong."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

import penstock as dg
from penstock.errors import InvalidDefinitionError, LoadError

TABLES = """
import penstock as dg

class Tables(dg.Component, dg.Resolvable, dg.Model):
    names: list[str]
    group: str | None = None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        return dg.Definitions(assets=[dg.AssetSpec(n, group_name=self.group) for n in self.names])

    @staticmethod
    @dg.template_var
    def prefix() -> str:
        return "pre"

class Nothing(dg.Component):
    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        return dg.Definitions()
"""


def _specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    found: dict[str, dg.AssetSpec] = {}
    things: Iterable[object] = defs.assets or ()
    for thing in things:
        specs = [thing] if isinstance(thing, dg.AssetSpec) else thing.specs  # type: ignore[attr-defined]
        found.update({spec.key.to_user_string(): spec for spec in specs})
    return found


def _load(project) -> dict[str, dg.AssetSpec]:
    return _specs(dg.load_from_defs_folder(path_within_project=project.root))


def test_documents_python_files_and_folders_are_joined(project):
    project.write("tables.py", TABLES)
    project.write(
        "defs/a/defs.yaml",
        """
        type: PROJECT.tables.Tables
        attributes: {names: [one, "{{ prefix }}_two"], group: g}
        ---
        type: PROJECT.tables.Tables
        attributes: {names: [three]}
        """,
    )
    project.write(
        "defs/b/component.py",
        """
        import penstock as dg
        from PROJECT.tables import Tables

        @dg.component_instance
        def load(context: dg.ComponentLoadContext) -> Tables:
            return Tables(names=[context.path.parent.name])
        """,
    )
    project.write(
        "defs/c/deep/assets.py",
        """
        import penstock as dg

        @dg.asset
        def five() -> int:
            return 5
        """,
    )

    assert sorted(_load(project)) == ["b", "five", "one", "pre_two", "three"]


def test_post_processing_changes_what_its_target_selects(project):
    project.write("tables.py", TABLES)
    project.write(
        "defs/defs.yaml",
        """
        type: dagster.DefsFolderComponent
        post_processing:
          assets:
            - attributes: {tags: {all: "yes"}}
            - target: key:one
              attributes: {group_name: chosen, tags: {more: "yes"}}
            - target: key:two
              operation: replace
              attributes: {tags: {only: "yes"}}
        """,
    )
    project.write(
        "defs/a/defs.yaml",
        """
        type: PROJECT.tables.Tables
        attributes: {names: [one, two]}
        """,
    )

    specs = _load(project)

    assert specs["one"].group_name == "chosen"
    assert dict(specs["one"].tags) == {"all": "yes", "more": "yes"}
    assert dict(specs["two"].tags) == {"only": "yes"}


def test_template_variables_come_from_a_module_beside_the_file(project):
    project.write("tables.py", TABLES)
    project.write(
        "defs/a/defs.yaml",
        """
        type: PROJECT.tables.Tables
        template_vars_module: .template_vars
        attributes: {names: ["{{ here }}", "{{ shout('x') }}"]}
        """,
    )
    project.write(
        "defs/a/template_vars.py",
        """
        import penstock as dg

        @dg.template_var
        def here(context: dg.ComponentLoadContext) -> str:
            return context.path.name

        @dg.template_var
        def shout():
            return lambda text: text.upper()
        """,
    )

    assert sorted(_load(project)) == ["X", "a"]


def test_a_component_loads_another_one(project):
    project.write("tables.py", TABLES)
    project.write(
        "defs/a/defs.yaml",
        """
        type: PROJECT.tables.Tables
        attributes: {names: [one]}
        """,
    )
    project.write(
        "defs/b/defs.yaml",
        """
        type: PROJECT.tables.Tables
        attributes: {names: "{{ context.load_component('a').names }}", group: copied}
        """,
    )
    tree = dg.ComponentTree.for_project(project.root)

    assert tree.load_component("b").names == ["one"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "error", "what"),
    [
        ("type: PROJECT.tables.Tabels", InvalidDefinitionError, "1:1 - type: "),
        ("type: PROJECT.tables.Tabels", InvalidDefinitionError, "Did you mean 'Tables'"),
        ("type: PROJECT.nowhere.X", InvalidDefinitionError, "there is no module"),
        ("type: Tables", InvalidDefinitionError, "Write 'module.Class'"),
        ("type: builtins.int", InvalidDefinitionError, "is not a component"),
        ("attributes: {}", ValidationError, "type: Field required"),
        ("type: x\natributes: {}", ValidationError, "2:1 - atributes: Extra inputs"),
        ("type: [", InvalidDefinitionError, "defs.yaml:1:"),
        ("", InvalidDefinitionError, "is empty"),
        (
            "type: PROJECT.tables.Tables\nattributes:\n  names: [a]\n  nams: [b]",
            ValidationError,
            "4:3 - attributes.nams: Extra inputs",
        ),
        (
            "type: PROJECT.tables.Tables\nattributes:\n  names:\n    - '{{ nobody }}'",
            dg.components.ResolutionException,
            "4:7 - attributes.names[0]",
        ),
        (
            "type: PROJECT.tables.Nothing\nattributes: {names: [a]}",
            InvalidDefinitionError,
            "takes no attributes",
        ),
        (
            "type: PROJECT.tables.Tables\nattributes: {names: [a]}\npost_processing:\n"
            "  assets:\n    - attributes: {junk: 1}",
            ValidationError,
            "5:20 - post_processing.assets[0].attributes.junk",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(project, text: str, error, what: str):
    project.write("tables.py", TABLES)
    project.write("defs/a/defs.yaml", text)

    with pytest.raises(error) as caught:
        _load(project)

    assert what in str(caught.value)


def test_a_definitions_file_is_all_of_its_folder_for_load_defs(project):
    project.write(
        "defs/a/definitions.py",
        """
        import penstock as dg
        defs = dg.Definitions(assets=[dg.AssetSpec("from_definitions")])
        """,
    )
    project.write(
        "defs/a/other.py",
        """
        raise RuntimeError("must not be imported")
        """,
    )
    project.write("__init__.py", "")
    module = dg.ComponentTree.for_project(project.root).defs_module

    assert sorted(_specs(dg.load_defs(module))) == ["from_definitions"]


def test_a_project_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LoadError, match="has a pyproject"):
        dg.load_from_defs_folder(path_within_project=tmp_path)


def test_an_empty_folder_has_no_definitions(project):
    assert _load(project) == {}


def test_the_components_of_a_path_come_with_their_definitions(project):
    project.write("tables.py", TABLES)
    project.write(
        "defs/a/defs.yaml",
        """
        type: PROJECT.tables.Tables
        attributes: {names: [one]}
        """,
    )

    component, defs = dg.get_component_defs_within_project(
        project_root=project.root, component_path="a"
    )

    assert component.names == ["one"]  # type: ignore[attr-defined]
    assert sorted(_specs(defs)) == ["one"]
