"""What was left behind in a home: logs of runs that are gone, and locks of processes that ended.

Owns what counts as left behind. Files of values are never looked at: whose they are is not known.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.control.examination import Finding, Weight
from penstock.execute.owners import is_alive
from penstock.instance import Instance
from penstock.store.compute_logs import LocalComputeLogManager

_FEW = 3
_HOUR = 3_600.0
_COMPUTE_LOGS = "compute_logs"


def stale_locks(home: Path, *, now: Instant) -> list[Path]:
    """Return the locks of processes that ended; a young one may be about to be taken."""
    stale: list[Path] = []
    for path in sorted((home / "owners").glob("*.lock")):
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > _HOUR and not is_alive(home, path.stem):
                stale.append(path)
    return stale


def examine_locks(home: Path, *, now: Instant) -> Iterator[Finding]:
    """Look for locks of processes that were killed."""
    stale = stale_locks(home, now=now)
    if stale:
        yield Finding(
            weight=Weight.NOTE,
            examination="locks",
            subject=f"{len(stale)} files in {home / 'owners'}",
            what="They are of processes that were killed; nothing waits for them.",
            do="Run `penstock doctor --repair`, which removes them, or leave them.",
            is_mendable=True,
        )


def examine_logs(instance: Instance) -> Iterator[Finding]:
    """Look for captured output of runs that the store does not know."""
    manager = instance.compute_log_manager
    if not isinstance(manager, LocalComputeLogManager) or not manager.base_dir.is_dir():
        return
    orphans = [
        folder
        for folder in sorted(manager.base_dir.iterdir())
        if (folder / _COMPUTE_LOGS).is_dir() and instance.store.run(RunId(folder.name)) is None
    ]
    if orphans:
        names = ", ".join(folder.name for folder in orphans[:_FEW])
        size = sum(path.stat().st_size for o in orphans for path in o.rglob("*") if path.is_file())
        yield Finding(
            weight=Weight.NOTE,
            examination="logs",
            subject=f"{len(orphans)} folders in {manager.base_dir}",
            what=f"Captured output of runs that were deleted, {size / 1e6:.1f} MB: {names}"
            f"{', ...' if len(orphans) > _FEW else ''}.",
            do="Remove the folders if nobody needs them.",
        )
