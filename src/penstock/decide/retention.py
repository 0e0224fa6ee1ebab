"""What a store may forget now: which events, runs and ticks are past their age.

Owns the grouping of events and the arithmetic of ages. It refuses to know the store; projections
are not its business, for nothing here touches them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from penstock.base.clock import Instant
from penstock.model.tick import InstigatorKind, TickStatus

EventGroup = Literal["logs", "steps", "assets"]

GROUPS: Final[Mapping[EventGroup, tuple[str, ...]]] = {
    "logs": ("log_line",),
    "steps": (
        "step_started",
        "step_succeeded",
        "step_failed",
        "step_up_for_retry",
        "step_restarted",
        "step_skipped",
        "step_canceled",
        "input_loaded",
        "input_taken",
        "output_produced",
        "output_stored",
        "expectation_judged",
        "hook_completed",
        "hook_skipped",
        "hook_errored",
        "logs_captured",
        "teardown_failed",
        "remark",
    ),
    "assets": (
        "asset_materialized",
        "asset_observed",
        "asset_planned",
        "asset_failed",
        "check_planned",
        "check_evaluated",
        "freshness_judged",
        "freshness_changed",
        "asset_wiped",
    ),
}
"""The kinds of events of each group. What becomes of a run is in none: it goes with its run."""

_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """After how many days what is forgotten; what is missing is kept.

    Attributes:
        events: By group.
        runs: Days since a run ended, after which it is forgotten with its events.
        ticks: By kind of instigator and outcome.
    """

    events: Mapping[EventGroup, int] = field(default_factory=dict[EventGroup, int])
    runs: int | None = None
    ticks: Mapping[tuple[InstigatorKind, TickStatus], int] = field(
        default_factory=dict[tuple[InstigatorKind, TickStatus], int]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What may go now; each instant is exclusive.

    Attributes:
        events: Kinds of events, and before when they happened.
        runs: Before when a finished run ended; None keeps every run.
        ticks: Kinds of instigators, their outcomes, and before when.
    """

    events: tuple[tuple[tuple[str, ...], Instant], ...] = ()
    runs: Instant | None = None
    ticks: tuple[tuple[InstigatorKind, TickStatus, Instant], ...] = ()


def retention(ages: Ages, *, now: Instant) -> Retention:
    """Return what may be forgotten at `now` (seconds since the Unix epoch)."""
    return Retention(
        events=tuple((GROUPS[group], now - days * _DAY) for group, days in ages.events.items()),
        runs=None if ages.runs is None else now - ages.runs * _DAY,
        ticks=tuple((*which, now - days * _DAY) for which, days in ages.ticks.items()),
    )
