"""The article "Orchestration with Dagster", its snippets about asset checks.

Each snippet is the article's own code with the import changed. `get_table` reads an Iceberg table
there, which is a third-party integration; a plain class that filters rows stands in for it. The
tree of checks that a page shows needs a server; the command line prints the same tree and is tried
here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import penstock as dg
from penstock.cli.main import cli

FILTERS: dict[str, Callable[[float | None], bool]] = {
    "sgv IS NULL": lambda value: value is None,
    "(glucose_mg_dl < 20) OR (glucose_mg_dl > 600)": lambda value: (
        value is not None and (value < 20 or value > 600)
    ),
}


class Table:
    """Rows of one column, with the three calls that the checks make."""

    def __init__(self, values: list[float | None]) -> None:
        self.values = values

    def scan(self) -> Table:
        return self

    def filter(self, condition: str) -> Table:
        return Table([value for value in self.values if FILTERS[condition](value)])

    def count(self) -> int:
        return len(self.values)

    def count_rows(self) -> int:
        return len(self.values)


TABLES: dict[str, Table] = {}


def get_table(name: str) -> Table:
    return TABLES[name]


@pytest.fixture(autouse=True)
def plausible_tables() -> None:
    TABLES.clear()
    TABLES["raw.glucose_entries"] = Table([110, 120])
    TABLES["silver.fct_glucose_readings"] = Table([110, 120])


@dg.asset
def dlt_glucose_entries() -> None: ...


@dg.asset(deps=[dlt_glucose_entries])
def fct_glucose_readings() -> None: ...


@dg.asset_check(asset=dlt_glucose_entries)
def glucose_not_null(context) -> dg.AssetCheckResult:
    """Ensure no null glucose values."""

    table = get_table("raw.glucose_entries")
    null_count = table.scan().filter("sgv IS NULL").count()

    return dg.AssetCheckResult(
        passed=null_count == 0,
        metadata={
            "null_count": dg.MetadataValue.int(null_count),
            "total_rows": dg.MetadataValue.int(table.count_rows()),
        },
    )


@dg.asset_check(asset=fct_glucose_readings)
def range_check(context) -> dg.AssetCheckResult:
    """Ensure glucose values in physiologically plausible range."""

    table = get_table("silver.fct_glucose_readings")

    out_of_range = table.scan().filter("(glucose_mg_dl < 20) OR (glucose_mg_dl > 600)").count()

    return dg.AssetCheckResult(
        passed=out_of_range == 0,
        metadata={
            "out_of_range_count": dg.MetadataValue.int(out_of_range),
        },
    )


PIPELINE = [dlt_glucose_entries, fct_glucose_readings, glucose_not_null, range_check]


def test_each_check_runs_after_its_asset_and_records_what_it_counted():
    result = dg.materialize(PIPELINE)

    evaluated = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert result.success
    assert {name: e.passed for name, e in evaluated.items()} == {
        "glucose_not_null": True,
        "range_check": True,
    }
    assert evaluated["glucose_not_null"].metadata == {
        "null_count": dg.MetadataValue.int(0),
        "total_rows": dg.MetadataValue.int(2),
    }
    assert evaluated["range_check"].asset_key == fct_glucose_readings.key
    done = [
        event.step_key for event in result.all_events if event.event_type_value == "STEP_SUCCESS"
    ]
    assert done.index("dlt_glucose_entries") < done.index("dlt_glucose_entries_glucose_not_null")
    assert done.index("fct_glucose_readings") < done.index("fct_glucose_readings_range_check")


def test_a_failed_check_does_not_stop_the_run_unless_it_blocks():
    TABLES["raw.glucose_entries"] = Table([110, None])

    result = dg.materialize(PIPELINE)

    assert result.success
    [failed] = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert failed.check_name == "glucose_not_null"
    assert failed.severity == dg.AssetCheckSeverity.ERROR
    assert failed.metadata["null_count"] == dg.MetadataValue.int(1)


def test_checks_pass_continue():
    ran: list[str] = []

    @dg.asset(deps=[dlt_glucose_entries])
    def dbt_bronze() -> None:
        ran.append("dbt_bronze")

    def blocking(passed: bool, severity: dg.AssetCheckSeverity) -> dg.AssetChecksDefinition:
        @dg.asset_check(asset=dlt_glucose_entries, blocking=True)
        def row_count_increased() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=passed, severity=severity)

        return row_count_increased

    def run(check: dg.AssetChecksDefinition) -> tuple[bool, list[str]]:
        ran.clear()
        result = dg.materialize([dlt_glucose_entries, dbt_bronze, check], raise_on_error=False)
        return result.success, list(ran)

    error, warn = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    assert run(blocking(True, error)) == (True, ["dbt_bronze"])
    assert run(blocking(False, warn)) == (True, ["dbt_bronze"])
    assert run(blocking(False, error)) == (False, [])


def test_an_asset_whose_blocking_check_failed_stays_recorded():
    @dg.asset_check(asset=dlt_glucose_entries, blocking=True)
    def row_count_increased() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False)

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize(
            [dlt_glucose_entries, row_count_increased], instance=instance, raise_on_error=False
        )
        made = instance.get_latest_materialization_event(dlt_glucose_entries.key)

    assert made is not None


def test_checks_are_shown_as_a_tree_below_their_asset(tmp_path: Path, monkeypatch):
    (tmp_path / "defs.py").write_text(
        "import penstock as dg\n"
        "@dg.asset\n"
        "def dlt_glucose_entries() -> None: ...\n"
        "@dg.asset_check(asset=dlt_glucose_entries)\n"
        "def glucose_not_null(): return dg.AssetCheckResult(passed=True)\n"
        "@dg.asset_check(asset=dlt_glucose_entries)\n"
        "def row_count_increased(): return dg.AssetCheckResult(passed=True)\n"
        "defs = dg.Definitions(assets=[dlt_glucose_entries],"
        " asset_checks=[glucose_not_null, row_count_increased])\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))

    printed = CliRunner().invoke(cli, ["materialize", "-f", "defs.py"]).stdout

    assert printed.splitlines()[0].startswith("dlt_glucose_entries ✓")
    assert printed.splitlines()[1:3] == [
        "  ├─ Check: glucose_not_null [PASSED]",
        "  └─ Check: row_count_increased [PASSED]",
    ]
