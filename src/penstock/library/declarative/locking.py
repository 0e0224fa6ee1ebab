"""One attempt at a time for each output, whichever process it is made by, and no orphans.

Two locks: one that dies with the process that runs Penstock, and one that its command inherits. If
the first is free and the second is not, a process was killed and its command lives on; it is ended
before the output is touched again.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from penstock.base.clock import Clock

_POLL = 0.05


class Lock:
    """The lock of one output, while it is held.

    Attributes:
        descriptor: What the command has to inherit.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def note(self, process: int) -> None:
        """Write down the leader of the command's process group."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{process} {_start_of(process)}".encode(), 0)


@contextmanager
def held(stem: Path, *, clock: Clock, tell: Callable[[str], None]) -> Generator[Lock]:
    """Wait until no other attempt makes the output, and hold its lock.

    Args:
        stem: The path of the lock files, without their endings.
        clock: What waiting goes by.
        tell: Told, once, why it takes time.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    owner = os.open(stem.with_name(f"{stem.name}.owner"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait(owner, clock, lambda: tell("another process makes it now; waiting for that to end"))
        work = os.open(stem.with_name(f"{stem.name}.work"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _wait(work, clock, lambda: _end_orphan(work, tell))
            yield Lock(work)
        finally:
            os.close(work)
    finally:
        os.close(owner)


def _wait(descriptor: int, clock: Clock, explain: Callable[[], None]) -> None:
    has_explained = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not has_explained:
                explain()
                has_explained = True
            clock.sleep(_POLL)


def _end_orphan(descriptor: int, tell: Callable[[str], None]) -> None:
    """End a command whose Penstock was killed, if it is certain that it is that command."""
    noted, _, start = os.pread(descriptor, 100, 0).decode().partition(" ")
    if noted.isdigit() and start and start == _start_of(int(noted)):
        tell(f"ending the command of an attempt that was killed (process {noted})")
        try:
            os.killpg(int(noted), signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        tell(f"waiting for a command that an attempt that was killed has left (process {noted})")


def _start_of(process: int) -> str:
    """Return when a process started, in the system's own units; empty if that cannot be told."""
    try:
        facts = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return facts.rpartition(")")[2].split()[19]
