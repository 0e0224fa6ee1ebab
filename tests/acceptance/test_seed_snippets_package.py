"""The decision record "Dagster for local pipeline orchestration": its package layout and claims.

`cohort_project` is laid out as the record says: `orchestration/` imports the pure transforms of
`local/`, which know no orchestrator. Not tried here, and why: the graph and history on a page need
a server; Delta Lake and Arrow are third-party, so tables are files of JSON that are merged by key.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import penstock as dg

PROJECT = Path(__file__).parent / "cohort_project"
FIXTURE = PROJECT / "fixture"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The definitions, over tables in a folder of their own."""
    monkeypatch.syspath_prepend(str(PROJECT))
    monkeypatch.setenv("ENCOUNTERS_ROOT", str(tmp_path / "lake"))
    monkeypatch.setenv("ENCOUNTERS_LANDING", str(FIXTURE))
    before = set(sys.modules)
    yield importlib.import_module("orchestration.definitions")
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("local", "orchestration"):
            del sys.modules[name]


def tables(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.json")}


def test_the_definitions_load(project: ModuleType):
    dg.Definitions.validate_loadable(project.defs)

    keys = {spec.key.to_user_string() for spec in project.defs.resolve_all_asset_specs()}
    assert keys == {"bronze/encounters", "silver/encounters", "gold/encounter_summary"}


def test_it_materializes_assets_on_the_fixture(project: ModuleType, tmp_path: Path):
    job = project.defs.resolve_job_def("medallion")

    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(partition_key="adults", instance=instance)
        made = instance.get_materialized_partitions(dg.AssetKey(["gold", "encounter_summary"]))

    assert result.success
    assert made == {"adults"}
    assert {e.check_name: e.passed for e in result.get_asset_check_evaluations()} == {
        "kinds_are_tidy": True,
        "minutes_add_up": True,
    }
    assert set(tables(tmp_path / "lake")) == {
        "bronze/encounters.json",
        "silver/encounters.json",
        "gold/encounter_summary.json",
    }


def test_each_cohort_is_merged_by_itself_and_twice_is_once(project: ModuleType, tmp_path: Path):
    job = project.defs.resolve_job_def("medallion")

    for cohort in ("adults", "children"):
        job.execute_in_process(partition_key=cohort)
    once = tables(tmp_path / "lake")
    job.execute_in_process(partition_key="adults")

    assert tables(tmp_path / "lake") == once


def test_the_command_line_without_an_orchestrator_makes_the_same_tables(
    project: ModuleType, tmp_path: Path
):
    plain = tmp_path / "plain"
    subprocess.run(
        [sys.executable, "-m", "local.pipeline", plain, FIXTURE, "adults", "children"],
        cwd=PROJECT,
        check=True,
        timeout=60,
    )
    for cohort in ("adults", "children"):
        project.defs.resolve_job_def("medallion").execute_in_process(partition_key=cohort)

    assert tables(plain) == tables(tmp_path / "lake")


def test_the_transforms_import_no_orchestrator():
    imported: set[str] = set()
    for path in (PROJECT / "local").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])

    assert imported == {"__future__", "argparse", "json", "local", "pathlib"}


def test_a_cohort_that_lands_is_run_once(project: ModuleType):
    sensor = project.defs.resolve_sensor_def("landed_cohorts")

    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, definitions=project.defs, resources=project.defs.resources
        )
        tick = sensor.evaluate_tick(context)

    requested = [(request.run_key, request.partition_key) for request in tick.run_requests]
    assert requested == [("adults", "adults"), ("children", "children")]


def test_the_cohorts_are_the_partitions_of_every_table(project: ModuleType):
    cohorts = {
        tuple(spec.partitions_def.get_partition_keys())
        for spec in project.defs.resolve_all_asset_specs()
    }

    assert cohorts == {("adults", "children")}
