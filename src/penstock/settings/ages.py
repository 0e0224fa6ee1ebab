"""The ages of the settings as the decider of retention wants them."""

from __future__ import annotations

from typing import Final

from penstock.decide.retention import Ages
from penstock.model.tick import InstigatorKind, TickStatus
from penstock.settings.values import RetentionSettings, TickAges

_OUTCOMES: Final = {
    TickStatus.SKIPPED: "skipped",
    TickStatus.SUCCESS: "success",
    TickStatus.FAILURE: "failure",
    TickStatus.STARTED: "started",
}


def ages_of(retention: RetentionSettings) -> Ages:
    """Return after how many days what is forgotten; what is kept for ever is left out."""
    by_kind: dict[InstigatorKind, TickAges] = {
        InstigatorKind.SCHEDULE: retention.schedule,
        InstigatorKind.SENSOR: retention.sensor,
        InstigatorKind.AUTOMATION: retention.automation,
    }
    ticks: dict[tuple[InstigatorKind, TickStatus], int] = {
        (kind, status): getattr(ages, name)
        for kind, ages in by_kind.items()
        for status, name in _OUTCOMES.items()
    }
    return Ages(
        events={kind: days for kind, days in retention.events.items() if days >= 0},
        runs=retention.runs if retention.runs >= 0 else None,
        ticks={key: days for key, days in ticks.items() if days >= 0},
    )
