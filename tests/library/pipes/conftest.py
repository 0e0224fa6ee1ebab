"""Scripts that run as external processes, and a context without a run."""

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[[str], list[str]]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Write Python code to a file, and return the words that run it."""

    def write(code: str) -> list[str]:
        path = tmp_path / "external.py"
        path.write_text(textwrap.dedent(code))
        return [sys.executable, str(path)]

    return write
