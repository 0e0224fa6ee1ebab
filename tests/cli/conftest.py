"""A project in a temporary folder, and its command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from penstock.cli.main import cli

DEFINITIONS = """
import pathlib
import penstock as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-13")

@dg.asset(partitions_def=DAYS, group_name="raw")
def entries(context) -> int:
    print("printed by entries")
    context.log.warning("reading %s", context.partition_key)
    if context.partition_key in pathlib.Path("lost").read_text().split():
        raise ConnectionError("Connection timeout")
    return 1

@dg.asset(partitions_def=DAYS, group_name="clean")
def readings(entries: int) -> int:
    return entries + 1

@dg.asset_check(asset=readings)
def not_null(readings: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)

@dg.asset_check(asset=readings)
def large(readings: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=readings > 9, severity=dg.AssetCheckSeverity.WARN)

@dg.asset
def people() -> int:
    return 2

defs = dg.Definitions(assets=[entries, readings, people], asset_checks=[not_null, large])
"""


class Project:
    """A project folder that is the working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.define(DEFINITIONS)
        self.lose("")
        (folder / "pyproject.toml").write_text('[tool.penstock]\npython_file = "defs.py"\n')

    def define(self, text: str) -> None:
        (self.folder / "defs.py").write_text(textwrap.dedent(text))

    def lose(self, days: str) -> None:
        """Let the asset `entries` fail for these days."""
        (self.folder / "lost").write_text(days)

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(cli, arguments, input=typed)

    def ok(self, *arguments: str, typed: str | None = None) -> str:
        """Run a command that must succeed; return what it prints on standard output."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process of its own, which takes SIGINT as in a terminal."""
        code = (
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
            "from penstock.cli.main import main; main()"
        )
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PENSTOCK_HOME", raising=False)
    before = signal.getsignal(signal.SIGINT)
    yield Project(tmp_path)
    assert signal.getsignal(signal.SIGINT) is before
