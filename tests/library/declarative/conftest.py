"""A folder with files of assets, and the command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COPY = """
import sys
with open("runs.txt", "a") as log:
    log.write(sys.argv[0] + "\\n")
print("working on", sys.argv[1])
with open(sys.argv[2], "w") as file:
    file.write(open(sys.argv[1]).read().upper())
"""


class Folder:
    """A folder of a project without Python definitions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("upper.py", COPY)

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        (self.path / name).write_text(text)
        return self.path / name

    def read(self, name: str) -> str:
        """Read a file."""
        return (self.path / name).read_text()

    def runs(self) -> int:
        """Return how often the script ran."""
        log = self.path / "runs.txt"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command line."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PENSTOCK")}
        return subprocess.Popen(
            [sys.executable, "-m", "penstock.cli", *arguments],
            cwd=self.path,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the command line; return its exit code and all that it printed."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, out + err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
