"""Threads that begin at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def in_threads(count: int, act: Callable[[int], T]) -> list[T]:
    """Call a function in some threads at once, with the number of each; return what they gave."""
    barrier = Barrier(count)

    def begin(number: int) -> T:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
