"""The garbage collector, kept out of the way where nothing it could find is made."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Generator[None]:
    """Pause the search for cycles while many objects are made that all stay.

    Python looks through every object each time that their number has grown by a quarter. Where ten
    thousand definitions are gathered, that takes longer than the gathering. What is no longer
    referred to is freed at once, as always.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
