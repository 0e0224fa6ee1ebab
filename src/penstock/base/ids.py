"""Identifiers and randomness as arguments.

Ids are UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits, so that
they sort by the time they were made. The same source hands out the random numbers that retry
jitter needs, so a test with a seeded source replays exactly.
"""

from __future__ import annotations

import os
import random
import threading
from typing import NewType, Protocol

from penstock.base.clock import Clock

RunId = NewType("RunId", str)
BackfillId = NewType("BackfillId", str)
InstigatorId = NewType("InstigatorId", str)
TickId = NewType("TickId", str)


class IdSource(Protocol):
    """A source of new ids and of random numbers."""

    def new_id(self) -> str:
        """Return a new id, greater than every earlier one of this source."""
        ...

    def uniform(self) -> float:
        """Return a random number in [0, 1)."""
        ...


_COUNTER_BITS = 12


class SystemIds:
    """UUIDv7 from the clock and the operating system's randomness.

    The 12 bits after the time count the ids of one millisecond, from a random start (RFC 9562,
    section 6.2, method 1); so two runs that start together keep their order.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._random = random.Random(os.urandom(16))  # noqa: S311 - jitter, not secrets
        self._lock = threading.Lock()
        self._newest = 0  # milliseconds and counter of the newest id, as one number

    def new_id(self) -> str:
        """Return a new UUIDv7 in its canonical text form (36 characters)."""
        entropy = int.from_bytes(os.urandom(10), "big")
        start = entropy >> (64 + 5)  # below half of the counter's range, to leave it room
        wanted = int(self._clock.now() * 1000) << _COUNTER_BITS | start
        with self._lock:
            self._newest = max(wanted, self._newest + 1)
            milliseconds, count = divmod(self._newest, 1 << _COUNTER_BITS)
        rest = entropy & ((1 << 64) - 1)
        return uuid7(milliseconds, (count << 64 | rest).to_bytes(10, "big"))

    def uniform(self) -> float:
        """Return a random number in [0, 1)."""
        return self._random.random()


class SeededIds:
    """Reproducible ids for tests: a counter for time, a seeded generator for the rest."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._count = 0

    def new_id(self) -> str:
        """Return the next id of this seed."""
        self._count += 1
        return uuid7(self._count, self._random.randbytes(10))

    def uniform(self) -> float:
        """Return the next random number of this seed, in [0, 1)."""
        return self._random.random()


def uuid7(milliseconds: int, entropy: bytes) -> str:
    """Lay out a UUIDv7 (RFC 9562, section 5.7) from a time and ten random bytes."""
    number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(entropy, "big")
    number = number & ~(0xF << 76) | 0x7 << 76  # version 7
    number = number & ~(0x3 << 62) | 0x2 << 62  # variant 10
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def uniform() -> float:
    """Return a random number in [0, 1), for whoever has no source at hand."""
    return random.random()  # noqa: S311 - jitter, not secrets
