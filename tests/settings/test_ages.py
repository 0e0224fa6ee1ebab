"""The ages of the settings as the decider of retention wants them."""

from __future__ import annotations

from penstock.decide.retention import Ages
from penstock.model.tick import InstigatorKind, TickStatus
from penstock.settings.ages import ages_of
from penstock.settings.values import RetentionSettings, TickAges


def test_what_is_forgotten_where_nothing_is_said():
    assert ages_of(RetentionSettings()) == Ages(
        events={"logs": 90, "steps": 365},
        runs=None,
        ticks={
            (InstigatorKind.SENSOR, TickStatus.SKIPPED): 7,
            (InstigatorKind.AUTOMATION, TickStatus.SKIPPED): 7,
        },
    )


def test_ages_that_are_given():
    retention = RetentionSettings(
        schedule=TickAges(failure=30),
        sensor=TickAges(),
        automation=TickAges(),
        events={"logs": 0, "steps": -1, "assets": 900},
        runs=400,
    )

    assert ages_of(retention) == Ages(
        events={"logs": 0, "assets": 900},
        runs=400,
        ticks={(InstigatorKind.SCHEDULE, TickStatus.FAILURE): 30},
    )
