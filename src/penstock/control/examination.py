"""What a doctor looks at: damage, projections, space, speed, and what was left behind.

Owns which examinations there are and what each finding means for people. Every finding says what,
which object, and what to do. Nothing is changed here; what cannot be judged is said to be so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from penstock.base.clock import Clock, Instant
from penstock.decide.growth import Forecast, forecast
from penstock.decide.retention import Ages
from penstock.errors import OutageError
from penstock.model.events import encode_event, kind_of
from penstock.store.audit import Auditor
from penstock.store.hot_statements import TimedDatabase, slow_statements
from penstock.store.protocol import EventFilter, Store, StoreSize
from penstock.store.sql_store import SqlStore

SLOW = 0.25
"""Seconds that a statement may take for which commands and pages wait."""

_FEW = 10
"""How many objects of one kind of finding are told one by one."""

_SAMPLE = 20_000
"""How many of the newest events tell how fast the store grows."""

_EMPTY = 250_000
"""How many bytes a store takes that holds nothing."""

_USUAL = 2.5
"""How many bytes a store takes for each byte of an event, where too few are there to tell."""

_DAY = 86_400.0
_HOUR = 3_600.0
_WEEK = 7 * _DAY
_SKEW = 60.0
"""Seconds by which the clocks of machines may differ."""


class Weight(Enum):
    """What a finding means: something is wrong, something will be, or something is to be known."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that was found.

    Attributes:
        examination: What found it.
        subject: Which object it is about.
        what: What is the matter.
        do: What to do about it.
        is_mendable: Whether `penstock doctor --repair` does it.
    """

    weight: Weight
    examination: str
    subject: str
    what: str
    do: str
    is_mendable: bool = False


@dataclass(slots=True)
class Examined:
    """What was examined, and how much of it."""

    findings: list[Finding] = field(default_factory=list[Finding])
    told: dict[str, str] = field(default_factory=dict[str, str])


RESTORE = (
    "Restore a backup with `penstock store restore`; `penstock store export` saves what can be "
    "read."
)
REPAIR = "Run `penstock doctor --repair`, which makes it as the events say."


def examine_soundness(store: Store) -> Iterator[Finding]:
    """Look for damage, and for rows that do not fit together."""
    for what in store.check_soundness():
        is_count = what.startswith(("The number of events", "The numbers of partitions"))
        yield Finding(
            weight=Weight.PROBLEM,
            examination="soundness",
            subject="the store",
            what=what,
            do=REPAIR if is_count else RESTORE,
            is_mendable=is_count,
        )


def examine_projections(
    store: Store, told: dict[str, str], *, tell: Callable[[str], None] | None = None
) -> Iterator[Finding]:
    """Fold every event anew, and hold what is known of assets and runs against it."""
    if not isinstance(store, SqlStore):
        told["projections"] = f"not judged: {type(store).__name__} keeps no rows that can be read"
        return
    found = Auditor(store.database.dialect, store.database.read).audit(tell)
    told["projections"] = f"{found.assets} assets and {found.runs} runs"
    for number, each in enumerate(found.differences):
        if number == _FEW and len(found.differences) > _FEW + 1:
            rest = len(found.differences) - _FEW
            yield _difference(f"{rest} others", "They are not what their events say either.")
            break
        yield _difference(f"{each.kind} {each.subject}", each.what)
    if found.unjudged:
        what = (
            f"{found.unjudged} heads name events that were forgotten with their runs. They are "
            "believed, since nothing is left to judge them by."
        )
        yield _note("projections", "forgotten history", what, "Nothing.")
    for each in found.busy[:_FEW]:
        what = "It changed all the time while it was read, so it could not be judged."
        yield _note("projections", each, what, "Run `penstock doctor` again when less is going on.")


def _difference(subject: str, what: str) -> Finding:
    return Finding(
        weight=Weight.PROBLEM,
        examination="projections",
        subject=subject,
        what=what,
        do=REPAIR,
        is_mendable=True,
    )


def _note(examination: str, subject: str, what: str, do: str) -> Finding:
    return Finding(weight=Weight.NOTE, examination=examination, subject=subject, what=what, do=do)


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How much space the store takes, and what is to be expected.

    Attributes:
        free: Bytes that are left on its disk; None where that cannot be known.
        rates: Bytes a day, by kind of event; empty where too little has happened.
        forecast: What is to be expected; None where too little has happened.
    """

    size: StoreSize
    free: int | None
    rates: dict[str, float]
    forecast: Forecast | None


def measure_space(store: Store, *, home: Path | None, ages: Ages, now: Instant) -> Space:
    """Measure how much space the store takes, and how fast it grows."""
    size = store.size()
    free = None if home is None else shutil.disk_usage(home).free
    lengths = sum(size.bytes_per_kind.values())
    each = _with_indexes(size.bytes, lengths)
    rates = {kind: rate * each for kind, rate in _rates(store, now).items()}
    held = {kind: count * each for kind, count in size.bytes_per_kind.items()}
    expected = None
    if rates:
        room = float("inf") if free is None else float(free)
        expected = forecast(rates, held, ages, size=float(size.bytes), free=room)
    return Space(size=size, free=free, rates=rates, forecast=expected)


def _with_indexes(taken: int, lengths: int) -> float:
    """Return how many bytes the store takes for each byte of an event."""
    if taken < _EMPTY * 5 or not lengths:
        return _USUAL
    return (taken - _EMPTY) / lengths


def _rates(store: Store, now: Instant) -> dict[str, float]:
    newest = store.events(EventFilter(), limit=_SAMPLE, newest_first=True)
    recent = [event for event in newest if now - _WEEK <= event.at <= now]
    if not recent:
        return {}
    begun = recent[-1].at if len(recent) == _SAMPLE else max(now - _WEEK, newest[-1].at)
    days = (now - begun) / _DAY
    if days < _HOUR / _DAY:
        return {}
    rates: dict[str, float] = {}
    for stored in recent:
        kind = kind_of(stored.event)
        rates[kind] = rates.get(kind, 0.0) + len(encode_event(stored.event)) / days
    return rates


def examine_space(space: Space) -> Iterator[Finding]:
    """Tell whether the disk will be full soon."""
    if space.free is None:
        return
    left = None if space.forecast is None else space.forecast.days_left
    if left is not None and left < 30:
        yield Finding(
            weight=Weight.WARNING,
            examination="space",
            subject="the disk",
            what=f"It will be full in {left:.0f} days if all goes on as in the last days.",
            do="Free space, or let the store forget more: 'retention' in penstock.yaml.",
        )
    elif space.free < max(100_000_000, space.size.bytes):
        yield Finding(
            weight=Weight.WARNING,
            examination="space",
            subject="the disk",
            what=f"{space.free / 1e6:.0f} MB are free, which is less than a copy needs.",
            do="Free space; a backup and an upgrade need as much as the store.",
        )


def examine_speed(store: Store, clock: Clock, *, bound: float = SLOW) -> Iterator[Finding]:
    """Time what commands and pages ask of the store."""
    if not isinstance(store, SqlStore):
        return
    timed = TimedDatabase(store.database, clock)
    explain = "EXPLAIN QUERY PLAN" if timed.dialect.name == "sqlite" else "EXPLAIN"
    for slow in slow_statements(SqlStore(timed), timed, bound=bound, explain=explain):
        plan = "; ".join(slow.plan)
        yield Finding(
            weight=Weight.WARNING,
            examination="speed",
            subject=slow.question,
            what=f"It takes {slow.took * 1000:.0f} ms; up to {bound * 1000:.0f} ms are usual. "
            f"The plan: {plan}.",
            do="Let the store forget more, or use a faster disk; report it with the plan if not.",
        )


def examine_clock(store: Store, *, now: Instant) -> Iterator[Finding]:
    """Look for events that will have happened."""
    if not isinstance(store, SqlStore):
        return
    database = store.database
    statement = database.dialect.statements["audit.events_from_the_future"]
    ((count, latest),) = database.read(statement, (now + _SKEW,))
    if count:
        yield Finding(
            weight=Weight.WARNING,
            examination="clock",
            subject="events from the future",
            what=f"{count} of the newest events are later than now, by up to "
            f"{(latest - now) / _HOUR:.1f} hours.",
            do="Set the clocks of the machines by NTP. Retention waits until that time has come.",
        )


def carried_out(
    name: str, examined: Examined, examination: Callable[[], Iterator[Finding]]
) -> None:
    """Carry an examination out; that it cannot be is a finding too."""
    try:
        examined.findings += examination()
    except OutageError as error:
        examined.findings.append(
            Finding(
                weight=Weight.PROBLEM,
                examination=name,
                subject="the store",
                what=f"It could not be examined: {error}",
                do=RESTORE,
            )
        )
