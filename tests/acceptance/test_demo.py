"""The whole demo, disturbed and undisturbed, ends with the same tables."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EXAMPLE = Path(__file__).parents[2] / "examples" / "glucose"
BRONZE = ("glucose_entries", "glucose_bronze", "glucose_silver")


class Demo:
    """A demo with a lake and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.lake = folder / "lake"
        self.home = folder / "home"
        self.environment = {
            **os.environ,
            "GLUCOSE_LAKE": str(self.lake),
            "PENSTOCK_HOME": str(self.home),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "demo.py"],
            cwd=EXAMPLE,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self) -> str:
        process = self.start()
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
        return output

    def disturb(self, number: int, *, after_lines: int) -> None:
        """Send a signal to every process of the demo once it has printed some partitions."""
        with self.start() as process:
            assert process.stdout is not None
            seen = 0
            for line in process.stdout:
                seen += "✓" in line
                if seen >= after_lines:
                    break
            os.killpg(process.pid, number)
            process.stdout.read()

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Every table of the lake, as sorted rows."""
        found: dict[str, list[tuple[object, ...]]] = {}
        for name in BRONZE:
            files = f"{self.lake}/{name}/*.parquet"
            found[name] = duckdb.sql(
                f"SELECT * FROM read_parquet('{files}', filename = false)"
            ).fetchall()
        for path in self.lake.rglob("*.duckdb"):
            with duckdb.connect(str(path), read_only=True) as connection:
                for (name,) in connection.execute(
                    "SELECT table_name FROM duckdb_tables()"
                ).fetchall():
                    found[name] = connection.execute(f'SELECT * FROM "{name}"').fetchall()
        return {name: sorted(rows, key=repr) for name, rows in found.items()}

    def partitions_made(self) -> dict[str, int]:
        """How many partitions of each asset the store counts."""
        with sqlite3.connect(self.home / "penstock.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        status = subprocess.run(
            [sys.executable, "-m", "penstock.cli", "status", "--json"],
            cwd=EXAMPLE,
            env={**self.environment, "NIGHTSCOUT_URL": "http://127.0.0.1:9"},
            capture_output=True,
            text=True,
            check=True,
        )
        document = json.loads(status.stdout)
        return {a["asset"]: a["partitions_done"] for a in document["assets"]}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    demo = Demo(tmp_path_factory.mktemp("undisturbed"))
    demo.run()
    return demo


def test_a_second_run_does_nothing_twice(undisturbed: Demo):
    before = undisturbed.tables()

    output = undisturbed.run()

    assert "Nothing to do: all 120 partitions are already fresh." in output
    assert undisturbed.tables() == before
    assert set(undisturbed.partitions_made().values()) == {120}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_disturbed_demo_ends_with_the_same_tables(
    undisturbed: Demo, tmp_path: Path, number: signal.Signals
):
    demo = Demo(tmp_path)
    for after_lines in (0, 1, 17, 40):
        demo.disturb(number, after_lines=after_lines)
    time.sleep(0.1)

    demo.run()

    assert demo.tables() == undisturbed.tables()
    assert demo.partitions_made() == undisturbed.partitions_made()
