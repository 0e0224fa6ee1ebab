"""What an instance gives to runs that declare nothing: an IO manager, and a place for logs."""

from __future__ import annotations

from pathlib import Path

from penstock.base.ids import RunId
from penstock.define.io_manager import IOManager
from penstock.execute.io_managers.filesystem import PickledObjectFilesystemIOManager
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.instance import Instance


def default_io_manager(instance: Instance) -> IOManager:
    """Return the IO manager of an instance that declares none.

    Pickles under the home; in memory where there is no home.
    """
    if instance.home is None:
        return InMemoryIOManager()
    return PickledObjectFilesystemIOManager(instance.home / "storage")


def logs_folder(instance: Instance, run: RunId) -> Path | None:
    """Return where the captured streams of a run's steps are kept; nowhere without a home."""
    return None if instance.home is None else instance.home / "logs" / run
