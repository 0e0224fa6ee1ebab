"""Components that are one step: functions, scripts and SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

import penstock as dg
from penstock.components import SQLClient
from penstock.errors import InvalidDefinitionError, PipesExecutionError


def _materialize(project) -> dg.ExecuteInProcessResult:
    defs = dg.load_from_defs_folder(path_within_project=project.root)
    return dg.materialize(list(defs.assets or ()), raise_on_error=False)


def test_a_function_beside_the_file_makes_assets(project):
    project.write(
        "defs/a/defs.yaml",
        """
        type: dagster.FunctionComponent
        attributes:
          execution: {fn: .update.update, name: updating}
          assets: [{key: one}, {key: two}]
        """,
    )
    project.write(
        "defs/a/update.py",
        """
        import penstock as dg

        def update(context):
            yield dg.MaterializeResult(asset_key="one", metadata={"rows": 1})
            yield dg.MaterializeResult(asset_key="two")
        """,
    )

    result = _materialize(project)

    assert result.success
    assert [e.step_key for e in result.get_asset_materialization_events()] == ["updating"] * 2


def test_a_script_is_run_with_its_arguments(project):
    project.write(
        "defs/a/defs.yaml",
        """
        type: dagster.PythonScriptComponent
        attributes:
          execution: {path: script.py, args: "x 'y z'"}
          assets: [{key: one}]
        """,
    )
    project.write(
        "defs/a/script.py",
        """
        import pathlib, sys
        pathlib.Path(__file__).with_name("made").write_text("|".join(sys.argv[1:]))
        """,
    )

    assert _materialize(project).success
    assert (project.defs / "a" / "made").read_text() == "x|y z"


def test_a_script_reports_what_it_made(project):
    project.write(
        "defs/a/defs.yaml",
        """
        type: dagster.PythonScriptComponent
        attributes:
          execution: {path: script.py}
          assets: [{key: one}]
          checks: [{asset: one, name: full}]
        """,
    )
    project.write(
        "defs/a/script.py",
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.report_asset_materialization(metadata={"rows": 3})
            pipes.report_asset_check("full", passed=True)
        """,
    )

    result = _materialize(project)

    (made,) = result.asset_materializations_for_node("script")
    assert made.metadata == {"rows": dg.MetadataValue.int(3)}
    assert result.get_asset_check_evaluations()[0].passed


def test_a_script_that_fails_fails_its_step(project):
    project.write(
        "defs/a/defs.yaml",
        """
        type: dagster.PythonScriptComponent
        attributes: {execution: {path: script.py}, assets: [{key: one}]}
        """,
    )
    project.write("defs/a/script.py", "raise SystemExit('too bad')")
    defs = dg.load_from_defs_folder(path_within_project=project.root)

    with pytest.raises(PipesExecutionError, match="too bad"):
        dg.materialize(list(defs.assets or ()))


def test_a_component_without_assets_and_checks_is_refused():
    component = dg.FunctionComponent(execution=lambda context: None)

    with pytest.raises(InvalidDefinitionError, match="neither assets nor checks"):
        dg.build_defs_for_component(component)


class Recorded(SQLClient):
    def __init__(self) -> None:
        self.ran: list[str] = []

    def connect_and_execute(self, sql: str) -> None:
        self.ran.append(sql)


@pytest.mark.parametrize("template", ["SELECT {{ n }}", {"path": "query.sql"}])
def test_sql_is_rendered_when_the_step_runs(template, tmp_path: Path):
    (tmp_path / "query.sql").write_text("SELECT {{ n }}")
    client = Recorded()
    component = dg.TemplatedSqlComponent.from_attributes_dict(
        attributes={
            "connection": "{{ client }}",
            "sql_template": template,
            "sql_template_vars": {"n": 7},
            "assets": [{"key": "one"}],
        },
        context=dg.ComponentTree.for_test()
        .load_context.for_path(tmp_path)
        .with_rendering_scope({"client": client}),
    )
    defs = component.build_defs(dg.ComponentTree.for_test().load_context.for_path(tmp_path))

    result = dg.materialize(list(defs.assets or ()))

    assert result.success
    assert client.ran == ["SELECT 7"]
