"""The import contracts hold, and each of them catches a violation that is planted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PLANES = "The control plane never sees user code"
_LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _LINT, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "penstock", tmp_path / "src" / "penstock", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept():
    result = _lint(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "source", "contract"),
    [
        ("graph/planted.py", "import penstock.plan\n", "Layers point one way"),
        ("control/planted.py", "import penstock.execute\n", _PLANES),
        ("control/planted.py", "import penstock.define\n", _PLANES),
        ("decide/planted.py", "import time\n", "The pure core does no I/O"),
        ("planted/__init__.py", "", "Layers point one way"),
        (
            "base/planted.py",
            "import penstock.testing\n",
            "Nothing that ships imports the testing package",
        ),
        ("plan/planted.py", "import pydantic\n", "Pydantic stays in config"),
    ],
)
def test_a_planted_violation_is_caught(copy: Path, module: str, source: str, contract: str):
    planted = copy / "src" / "penstock" / module
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'"""Planted."""\n\n{source}')

    result = _lint(copy)

    broken = {line for line in result.stdout.splitlines() if line.endswith("BROKEN")}
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in broken
