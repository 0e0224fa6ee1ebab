"""Who works on a run: a process, known by a lock file that the kernel frees when it dies.

An owner holds an exclusive `flock` on `<home>/owners/<id>.lock` for as long as its process lives.
Whether an owner is alive is whether that lock is taken: no process id is guessed, no clock is
compared, and `kill -9` frees it at once.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import threading
from pathlib import Path

from penstock.base.ids import IdSource

_held: dict[tuple[int, Path], tuple[str, int]] = {}
_lock = threading.Lock()


def this_owner(home: Path | None, ids: IdSource) -> str:
    """Return the id of this process as an owner; it lives as long as the process.

    Args:
        home: Where owners are known; None for a store that no other process can see.
        ids: Where a new id comes from.
    """
    if home is None:
        return "ephemeral"
    key = (os.getpid(), home)
    with _lock:
        if key not in _held:
            _held[key] = _become_owner(home, ids.new_id())
        return _held[key][0]


def is_alive(home: Path | None, owner: str | None) -> bool:
    """Tell whether an owner's process is alive."""
    if owner is None:
        return False
    if home is None:
        return True
    held = _held.get((os.getpid(), home))
    if held is not None and held[0] == owner:
        return True
    try:
        descriptor = os.open(_path(home, owner), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two who ask at once do not take each other for the owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _forget_parent() -> None:
    """Let go of the locks in a forked child, which would keep its dead parent alive."""
    global _lock  # another thread of the parent may have held it
    _lock = threading.Lock()
    for _, descriptor in _held.values():
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_parent)


def _path(home: Path, owner: str) -> Path:
    return home / "owners" / f"{owner}.lock"


def _become_owner(home: Path, owner: str) -> tuple[str, int]:
    path = _path(home, owner)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    atexit.register(_retire, os.getpid(), path)
    return owner, descriptor


def _retire(pid: int, path: Path) -> None:
    if os.getpid() == pid:
        with contextlib.suppress(OSError):
            path.unlink()
