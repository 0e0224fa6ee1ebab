"""The public names have the types that users' editors expect, and all that is public has one."""

import os
import runpy
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(p for p in Path(__file__).parent.glob("*.py") if p.name != Path(__file__).name)


def _run(*command: str, cwd: Path = ROOT, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_of_uses_loads(page: Path) -> None:
    runpy.run_path(str(page))


@pytest.mark.slow
def test_pyright_accepts_the_pages_of_uses() -> None:
    done = _run("pyright", "--pythonpath", sys.executable, *map(str, PAGES))

    assert done.returncode == 0, done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The Python of an environment where penstock is installed from its wheel.

    What it depends on is found where the tests find it.
    """
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    done = _run("pip", "--python", str(python), "install", "--quiet", "--no-deps", str(ROOT))
    assert done.returncode == 0, done.stderr
    site = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    site.joinpath("dependencies.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return python


@pytest.mark.slow
def test_all_that_is_public_has_a_known_type(installed: Path, tmp_path: Path) -> None:
    done = _run(  # it looks for the package in the environment of the first `python` of the path
        "pyright",
        "--verifytypes",
        "penstock",
        "--ignoreexternal",
        cwd=tmp_path,
        path=str(installed.parent),
    )

    assert done.returncode == 0, done.stdout
    assert "Type completeness score: 100%" in done.stdout
