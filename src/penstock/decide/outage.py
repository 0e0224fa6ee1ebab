"""How long a run bears with a store that fails, before it gives up.

Knows neither the store nor a clock: who asks says what happened and how long it has lasted.
"""

from __future__ import annotations

from penstock.errors import NewerStoreError, OutageError, StoreFullError

PATIENCE = 30.0
"""Seconds after the first failure of a write at which no other try is begun."""

MOST_TRIES = 10
"""How many tries a write has, so that a store which fails at once is not asked for ever."""

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


def pause_after(error: OutageError, *, tries: int, lasted: float) -> float | None:
    """Return the seconds to wait before a write is tried again; None if it is not.

    A full disk and a store that is too new do not pass by themselves: the user is told at once.

    Args:
        error: Why the newest try failed.
        tries: How many tries there were.
        lasted: Seconds since the first one failed.
    """
    if isinstance(error, StoreFullError | NewerStoreError):
        return None
    if tries >= MOST_TRIES or lasted >= PATIENCE:
        return None
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (tries - 1))
