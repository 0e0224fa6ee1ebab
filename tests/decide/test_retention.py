"""What may be forgotten: ages in days become instants, and every kind of event has its group."""

import typing

from penstock.decide.retention import GROUPS, Ages, Retention, retention
from penstock.model import events as ev
from penstock.model.tick import InstigatorKind, TickStatus

DAY = 86_400


def test_without_ages_everything_is_kept():
    assert retention(Ages(), now=1_000_000.0) == Retention(events=(), runs=None, ticks=())


def test_each_age_counts_back_from_now():
    ages = Ages(events={"logs": 2}, runs=10, ticks={(InstigatorKind.SENSOR, TickStatus.SKIPPED): 7})

    due = retention(ages, now=20.0 * DAY)

    assert due == Retention(
        events=((("log_line",), 18.0 * DAY),),
        runs=10.0 * DAY,
        ticks=((InstigatorKind.SENSOR, TickStatus.SKIPPED, 13.0 * DAY),),
    )


def test_every_kind_of_event_is_in_one_group_or_belongs_to_the_life_of_its_run():
    kinds = {str(kind.__struct_config__.tag) for kind in typing.get_args(ev.RunEvent)}
    grouped = [kind for group in GROUPS.values() for kind in group]

    assert len(grouped) == len(set(grouped))
    left = {k for k in kinds - set(grouped) if not k.startswith(("run_", "lease_", "engine_"))}
    assert left == set()
    assert set(grouped) <= kinds
