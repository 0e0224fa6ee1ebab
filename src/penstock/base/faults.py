"""The named moments at which a test lets something go wrong.

Owns the list of them. The code says `reached("...")` there, which does nothing unless a test has
armed it: then its hook is called, and kills the process, raises, or waits. It knows no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

POINTS: Mapping[str, str] = {
    "store.before_commit": "a write was carried out and is not committed",
    "store.after_commit": "a write is committed and its caller does not know",
    "store.migrating": "a statement of a migration follows",
    "store.migrated": "every statement of a migration was carried out, and it is not committed",
    "store.opening_noted": "the file beside a store knows of an opening, and the store does not",
    "store.backup_written": "a backup is whole and has not got its name",
    "run.before_write": "events of a run are about to be written",
    "run.after_write": "events of a run were written",
    "output.before_write": "a value is about to be handed to its IO manager",
    "output.after_write": "an IO manager has stored a value, and nothing tells of it",
}
"""Every moment, and what is the case then."""

_hook: Callable[[str], None] | None = None


def reached(point: str) -> None:
    """Say that a moment has come."""
    if _hook is not None:
        _hook(point)


@contextmanager
def armed(hook: Callable[[str], None]) -> Generator[None]:
    """Have a hook called at every moment inside a `with` block, with its name."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
