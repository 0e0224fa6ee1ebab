"""A project with a folder of definitions."""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

_NUMBERS = itertools.count(1)


class Project:
    """A project whose module is `name`, with files written below its folder of definitions."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self.module = root / "src" / name
        self.defs = self.module / "defs"
        self.defs.mkdir(parents=True)
        (root / "pyproject.toml").write_text(f'[tool.dg.project]\nroot_module = "{name}"\n')

    def write(self, path: str, text: str) -> Path:
        """Write a file below the module of the project."""
        file = self.module / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).replace("PROJECT", self.name))
        return file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    name = f"project_{next(_NUMBERS)}"
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield Project(tmp_path, name)
    for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[module]
