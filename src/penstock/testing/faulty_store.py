"""A store that fails as a test says: before a call, behind it, or by being slow.

It wraps any store. What goes wrong is a `Fault`: a function that is asked before and after each
call, and raises to make it fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from penstock.base.clock import Clock
from penstock.base.ids import SeededIds
from penstock.errors import StoreUnavailableError
from penstock.store.protocol import Store

READS = frozenset(
    """
    run runs count_runs run_tags run_tag_keys plan events event newest_event watch asset_heads
    known_assets asset_keys partition_head partition_heads check_heads partition_keys
    partition_changes partition_view backfill backfills backfill_partitions dynamic_partitions
    instigator instigators tick ticks beats values identity check_soundness size counters
    count_old_events
    """.split()  # noqa: SIM905 - as a list it would be a page long
)
"""The methods of a store that change nothing."""


class Fault(Protocol):
    """What goes wrong."""

    def before(self, method: str) -> None:
        """Take note of a call; raise to have it not happen."""
        ...

    def after(self, method: str) -> None:
        """Take note that a call is done; raise to have its caller believe that it failed."""
        ...


def faulty(store: Store, fault: Fault) -> Store:
    """Return a store that does what another does, and fails when a fault says so."""
    return cast("Store", _FaultyStore(store, fault))


class _FaultyStore:
    def __init__(self, store: Store, fault: Fault) -> None:
        self._store = store
        self._fault = fault

    def __getattr__(self, name: str) -> object:
        method = cast("Callable[..., object]", getattr(self._store, name))
        if name == "close":
            return method

        def call(*arguments: object, **named: object) -> object:
            self._fault.before(name)
            result = method(*arguments, **named)
            self._fault.after(name)
            return result

        return call


class NoFault:
    """Nothing goes wrong; the calls are counted."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def before(self, method: str) -> None:
        """Count a call."""
        self.calls.append(method)

    def after(self, method: str) -> None:
        """Do nothing."""


class TellsOfFailure(NoFault):
    """One call is done, and its caller is told that it failed.

    Args:
        number: Which call, counted from 0.
        times: How many calls from there on fare so.
    """

    def __init__(self, number: int, *, times: int = 1) -> None:
        super().__init__()
        self._which = range(number, number + times)

    def after(self, method: str) -> None:
        """Tell of a failure behind the chosen call."""
        if len(self.calls) - 1 in self._which:
            raise unavailable(f"the answer of {method} was lost")


class FailsNow(NoFault):
    """Every call of some kind fails while it is switched on.

    Args:
        reads: Whether reading fails too; otherwise the store may only be read.
    """

    def __init__(self, *, reads: bool) -> None:
        super().__init__()
        self._reads = reads
        self.on = False

    def before(self, method: str) -> None:
        """Refuse the call."""
        super().before(method)
        if self.on and (self._reads or method not in READS):
            raise unavailable(f"{method} was refused")


class FailsSometimes(NoFault):
    """A share of the calls fails, half of them behind their commit.

    Args:
        seed: Which of them; the same seed gives the same.
        share: How many of them, from 0 to 1.
    """

    def __init__(self, seed: int, *, share: float) -> None:
        super().__init__()
        self._uniform = SeededIds(seed).uniform
        self._share = share / 2
        self.failed: int = 0

    def before(self, method: str) -> None:
        """Refuse some calls."""
        super().before(method)
        self._fail(method, "was refused")

    def after(self, method: str) -> None:
        """Lose some answers."""
        self._fail(method, "was done, and its answer was lost")

    def _fail(self, method: str, how: str) -> None:
        if self._uniform() < self._share:
            self.failed += 1
            raise unavailable(f"{method} {how}")


class Slow(NoFault):
    """Every call takes its time.

    Args:
        clock: Sleeps.
        seconds: How long a call takes.
    """

    def __init__(self, clock: Clock, *, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds

    def before(self, method: str) -> None:
        """Wait."""
        super().before(method)
        self._clock.sleep(self._seconds)


def unavailable(why: str) -> StoreUnavailableError:
    """Return the outage that a test plants."""
    return StoreUnavailableError(f"A test has planted an outage: {why}.")
