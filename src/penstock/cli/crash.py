"""Where the traceback of a bug of ours is kept: under the home, else among the temporary files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from penstock.base.clock import SystemClock
from penstock.base.settings import load_settings
from penstock.errors import PenstockError


def write_traceback(text: str) -> Path | None:
    """Write a traceback into a new file and return its path; None if it can be kept nowhere."""
    name = f"penstock-bug-{int(SystemClock().now())}-{os.getpid()}.txt"
    for folder in (_home(), Path(tempfile.gettempdir())):
        if folder is None or not folder.is_dir():
            continue
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return None


def _home() -> Path | None:
    try:
        return load_settings().home
    except (PenstockError, OSError):
        return None
