"""Schedules, sensors and automation as the store knows them: who is on, and what each tick decided.

An instigator is a thing that starts runs by itself; a tick is one time that it was asked to. `body`
of both is for whoever writes them: the store keeps it and does not look into it.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from penstock.base.clock import Instant
from penstock.base.ids import InstigatorId, RunId, TickId
from penstock.model.events import ErrorInfo


class InstigatorKind(Enum):
    """What starts runs by itself."""

    SCHEDULE = "schedule"
    SENSOR = "sensor"
    AUTOMATION = "automation"


class InstigatorStatus(Enum):
    """Whether an instigator ticks; DECLARED_RUNNING is on because its definition says so."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    DECLARED_RUNNING = "DECLARED_RUNNING"


class TickStatus(Enum):
    """Where a tick stands. Only STARTED is not final."""

    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    SKIPPED = "SKIPPED"
    FAILURE = "FAILURE"
    CANCELED = "CANCELED"


class InstigatorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule, a sensor or an automation, and whether it is on.

    Attributes:
        location: The code location that defines it.
        cursor: How far it has come, in its own words.
    """

    id: InstigatorId
    kind: InstigatorKind
    name: str
    status: InstigatorStatus
    updated: Instant
    location: str = ""
    cursor: str | None = None
    body: dict[str, object] = {}


class TickRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One tick of an instigator.

    Attributes:
        at: The time that it is for; ticks are listed in the order of it.
        runs: The runs that it asked for; `run_keys` are the keys they were asked for under.
        reason: Why nothing was asked for, if nothing was.
        cursor: The instigator's cursor after the tick.
    """

    id: TickId
    instigator: InstigatorId
    status: TickStatus
    at: Instant
    ended: Instant | None = None
    runs: tuple[RunId, ...] = ()
    run_keys: tuple[str, ...] = ()
    reason: str | None = None
    error: ErrorInfo | None = None
    cursor: str | None = None
    body: dict[str, object] = {}
