"""The article "Orchestration with Dagster", its command lines.

`docker exec dagster-webserver dagster` is `penstock` here, and `phlo backfill` is
`penstock backfill`. The transcripts of backfills (prompt, workers, resuming) are tried in
`tests/cli/test_backfill.py`; the page on port 3000 and Docker need a server.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from penstock.base.settings import load_settings
from penstock.cli.main import cli
from penstock.instance import Instance

DEFINITIONS = """
import penstock as dg

daily_partition = {partitions}

@dg.asset(partitions_def=daily_partition)
def dlt_glucose_entries() -> None: ...

@dg.asset(partitions_def=daily_partition, deps=[dlt_glucose_entries])
def stg_glucose_entries() -> None: ...

@dg.asset(partitions_def=daily_partition, deps=[stg_glucose_entries])
def fct_glucose_readings() -> None: ...

@dg.asset(partitions_def=daily_partition)
def dlt_github_user_events() -> None: ...

defs = dg.Definitions(
    assets=[
        dlt_glucose_entries, stg_glucose_entries, fct_glucose_readings, dlt_github_user_events
    ]
)
"""
DAILY = 'dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2025-01-01")'


class Project:
    """A folder with definitions and a home of its own."""

    def __init__(self, folder: Path, partitions: str) -> None:
        self.home = folder / "home"
        (folder / "defs.py").write_text(DEFINITIONS.format(partitions=partitions))
        (folder / "pyproject.toml").write_text('[tool.penstock]\npython_file = "defs.py"\n')

    def ok(self, *arguments: str) -> str:
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def made(self) -> dict[str, set[str]]:
        """Return which partitions of which assets were made; no partitions for an asset without."""
        settings = load_settings(environment={"PENSTOCK_HOME": str(self.home)})
        with Instance.open(settings) as instance:
            return {
                key.to_user_string(): instance.get_materialized_partitions(key)
                for key in instance.get_asset_keys()
                if instance.get_latest_materialization_event(key)
            }


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    return Project(tmp_path, "None")


@pytest.fixture
def daily(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    return Project(tmp_path, DAILY)


def test_a_single_asset_is_materialized(plain: Project):
    # Materialize single asset
    plain.ok("asset", "materialize", "--select", "dlt_glucose_entries")

    assert plain.made() == {"dlt_glucose_entries": set()}


def test_a_single_asset_is_materialized_for_one_partition(daily: Project):
    # Materialize with partition
    daily.ok("asset", "materialize", "--select", "dlt_glucose_entries", "--partition", "2024-10-15")

    assert daily.made() == {"dlt_glucose_entries": {"2024-10-15"}}


def test_several_assets_are_materialized_for_one_partition(daily: Project):
    # Materialize multiple assets
    daily.ok(
        "asset",
        "materialize",
        "--select",
        "dlt_glucose_entries,stg_glucose_entries",
        "--partition",
        "2024-10-15",
    )

    assert daily.made() == {
        "dlt_glucose_entries": {"2024-10-15"},
        "stg_glucose_entries": {"2024-10-15"},
    }


def test_an_asterisk_materializes_all_downstream_of_ingestion(plain: Project):
    # Materialize all downstream of ingestion
    plain.ok("asset", "materialize", "--select", "dlt_glucose_entries*")

    assert set(plain.made()) == {
        "dlt_glucose_entries",
        "stg_glucose_entries",
        "fct_glucose_readings",
    }


def test_an_asterisk_goes_together_with_a_partition(daily: Project):
    daily.ok(
        "asset", "materialize", "--select", "dlt_glucose_entries*", "--partition", "2024-10-15"
    )

    assert daily.made() == {
        "dlt_glucose_entries": {"2024-10-15"},
        "stg_glucose_entries": {"2024-10-15"},
        "fct_glucose_readings": {"2024-10-15"},
    }


def test_a_dry_run_shows_what_would_be_made_and_makes_nothing(daily: Project):
    daily.ok("materialize", "dlt_glucose_entries", "--partition", "2024-01-15")

    printed = daily.ok(
        "backfill",
        "dlt_glucose_entries",
        "--start-date",
        "2024-01-01",
        "--end-date",
        "2024-01-31",
        "--dry-run",
    )

    assert "Backfill Plan (DRY RUN)" in printed
    assert "2024-01-01 (not materialized)" in printed
    assert "2024-01-15 (already fresh)" in printed
    assert "Would process: 30 partitions" in printed
    assert "Would skip: 1 partition (already fresh)" in printed
    assert "Run without --dry-run to execute." in printed
    assert daily.made() == {"dlt_glucose_entries": {"2024-01-15"}}


def test_a_backfill_of_named_days_makes_these_days(daily: Project):
    # Only these specific dates
    daily.ok(
        "backfill",
        "dlt_glucose_entries",
        "--partitions",
        "2024-01-01,2024-01-15,2024-02-01,2024-03-01",
        "--yes",
    )

    assert daily.made() == {
        "dlt_glucose_entries": {"2024-01-01", "2024-01-15", "2024-02-01", "2024-03-01"}
    }


def test_a_year_is_counted_by_the_calendar(daily: Project):
    printed = daily.ok(
        "backfill",
        "dlt_glucose_entries",
        "--start-date",
        "2024-01-01",
        "--end-date",
        "2024-12-31",
        "--dry-run",
    )

    assert "366" in printed
