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


def others_alive(home: Path) -> list[str]:
    """Return the owners that are alive, but not this process."""
    held = _held.get((os.getpid(), home))
    mine = None if held is None else held[0]
    known = sorted(path.stem for path in (home / "owners").glob("*.lock"))
    return [owner for owner in known if owner != mine and is_alive(home, owner)]


def heir(home: Path, owner: str) -> int:
    """Hold the lock of an owner that a process to be started will be; return its descriptor.

    The process inherits the descriptor and calls `inherit`; who started it closes its own. From now
    on until the process ends the owner is alive, without a gap.
    """
    path = _path(home, owner)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def name_process(descriptor: int, pid: int) -> None:
    """Note in the lock of an owner which process it is, for `process_of`."""
    os.pwrite(descriptor, f"{pid}\n".encode(), 0)


def process_of(home: Path, owner: str) -> int | None:
    """Return the process that an owner is, if it is alive and its lock names it."""
    if not is_alive(home, owner):
        return None
    with contextlib.suppress(OSError, ValueError):
        return int(_path(home, owner).read_text(encoding="ascii"))
    return None


def inherit(home: Path, owner: str, descriptor: int) -> None:
    """Be the owner whose lock this process inherited."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    with _lock:
        _held[os.getpid(), home] = (owner, descriptor)
    atexit.register(_retire, os.getpid(), _path(home, owner))


def discard(home: Path, owner: str, descriptor: int) -> None:
    """Let go of the lock of an owner that no process became."""
    os.close(descriptor)
    with contextlib.suppress(OSError):
        _path(home, owner).unlink()


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
