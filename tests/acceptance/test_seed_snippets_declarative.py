"""The chapter "Asset-Driven Pipeline Architecture", its declarative assets and imperative tasks.

The chapter writes both on one line and leaves the scripts out; here they copy and shout. Its asset
snippet ends with "...", which is where more assets would follow.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASSETS = (
    'asset raw_data: path: "input.csv" asset processed_data: transform: "python preprocess.py '
    '{raw_data.path} {self.path}" path: "output.csv" depends_on: [raw_data] ...'
)
TASKS = (
    'task preprocess { command: "python preprocess.py input.csv output.csv" } task train_model '
    '{ command: "python train.py output.csv model.pkl" depends_on: preprocess } task evaluate '
    '{ command: "python evaluate.py model.pkl report.txt" depends_on: train_model }'
)
SHOUT = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read().upper())\n"


class Folder:
    """A folder with scripts, data and a file of assets; commands run in processes of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for script in ("preprocess.py", "train.py", "evaluate.py"):
            (path / script).write_text(SHOUT)
        (path / "input.csv").write_text("a,b\n")

    def declare(self, text: str, name: str = "pipeline.penstock") -> None:
        (self.path / name).write_text(text)

    def penstock(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "penstock.cli", *arguments],
            cwd=self.path,
            env={**os.environ, "PENSTOCK_HOME": str(self.path / "home")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def ok(self, *arguments: str) -> str:
        code, printed = self.penstock(*arguments)
        assert code == 0, printed
        return printed


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_declared_asset_is_made_from_its_source(folder: Folder):
    folder.declare(ASSETS)

    folder.ok("materialize")

    assert (folder.path / "output.csv").read_text() == "A,B\n"


def test_nothing_is_made_again_until_something_changed(folder: Folder):
    folder.declare(ASSETS)
    folder.ok("materialize")

    again = folder.ok("materialize")
    (folder.path / "input.csv").write_text("c,d\n")
    folder.ok("materialize")

    assert "processed_data - skipped: up to date" in again
    assert (folder.path / "output.csv").read_text() == "C,D\n"


def test_the_tasks_run_in_the_order_of_their_dependencies(folder: Folder):
    folder.declare(TASKS)

    printed = folder.ok("materialize")

    shown = [line.split()[0] for line in printed.splitlines() if " ✓ " in line]
    assert shown == ["preprocess", "train_model", "evaluate"]
    assert (folder.path / "report.txt").read_text() == "A,B\n"


def test_a_cycle_is_found_at_validation_and_named(folder: Folder):
    folder.declare(
        'asset one: transform: "cp {two.path} {self.path}" path: "one.csv" '
        'asset two: transform: "cp {one.path} {self.path}" path: "two.csv"'
    )

    code, printed = folder.penstock("definitions", "validate")

    assert code != 0
    assert "one" in printed
    assert "two" in printed
    assert not (folder.path / "one.csv").exists()


def test_a_dependency_that_nobody_declares_is_found_at_validation_and_named(folder: Folder):
    folder.declare('asset one: transform: "cp {missing.path} {self.path}" path: "one.csv"')

    code, printed = folder.penstock("definitions", "validate")

    assert code != 0
    assert "missing" in printed


def test_the_same_assets_in_yaml_mean_the_same(folder: Folder):
    folder.declare(
        "assets:\n"
        "  raw_data:\n"
        "    path: input.csv\n"
        "  processed_data:\n"
        "    transform: python preprocess.py {raw_data.path} {self.path}\n"
        "    path: output.csv\n"
        "    depends_on: [raw_data]\n",
        name="assets.yaml",
    )

    folder.ok("definitions", "validate")
    folder.ok("materialize")

    assert (folder.path / "output.csv").read_text() == "A,B\n"
