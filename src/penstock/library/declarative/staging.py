"""Where a command writes, so that a half-written output never takes the place of a good one.

A command that writes to `{self.path}` is given a path beside the real one, which becomes the real
one in a single step when the command has ended well. A command that names its output itself writes
in place: what was there before is set aside first, and comes back if the command fails.

What a killed process left behind is put right by `recover`, before the next attempt.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class Staging:
    """One output of one attempt.

    Attributes:
        target: The path to give to the command.
    """

    def __init__(self, final: Path, *, in_place: bool) -> None:
        self._final = final
        self._in_place = in_place
        self.target: Path = final if in_place else _beside(final, "partial")

    def begin(self) -> None:
        """Make the folder, and set aside what a command in place would overwrite."""
        self._final.parent.mkdir(parents=True, exist_ok=True)
        if self._in_place and _exists(self._final):
            self._final.rename(_beside(self._final, "previous"))

    @property
    def is_written(self) -> bool:
        """Whether the command has made its output."""
        return _exists(self.target)

    def commit(self) -> None:
        """Make what was written the output."""
        previous = _beside(self._final, "previous")
        if not self._in_place:
            _flush(self.target)
            if self._final.is_dir() and not self._final.is_symlink():
                self._final.rename(previous)
            elif self.target.is_dir():
                _remove(self._final)
            self.target.replace(self._final)
        _remove(previous)

    def roll_back(self) -> None:
        """Forget what was written, and bring back what was there before."""
        if self._in_place:
            _remove(self._final)
        recover(self._final)


def recover(final: Path) -> None:
    """Clear away what an attempt that never ended has left of an output."""
    _remove(_beside(final, "partial"))
    previous = _beside(final, "previous")
    if _exists(previous):
        _remove(final)
        previous.rename(final)


def _beside(final: Path, what: str) -> Path:
    """Return a hidden neighbour; the ending stays, since many tools go by it."""
    return final.with_name(f".{final.stem}.{what}{final.suffix}")


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Bring a file to the disk before its name is, so that a power cut leaves no empty file."""
    if not path.is_file():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
