"""Paths beside a project's code."""

from __future__ import annotations

from pathlib import Path


def file_relative_path(dunderfile: str, relative_path: str) -> str:
    """Return a path given relative to the folder of a module.

    Args:
        dunderfile: The module's `__file__`.
        relative_path: The path from its folder.
    """
    return str(Path(dunderfile).parent / relative_path)
