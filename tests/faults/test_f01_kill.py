from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from penstock.model.events import StepSucceeded
from penstock.store.protocol import EventFilter
from penstock.testing.fault_runs import Case, carry_out, open_case
from penstock.testing.fault_writers import Campaign, Outcome, open_store, run_campaign
from penstock.testing.invariants import broken_invariants

FAULT = {
    "id": "F1",
    "fault": "`kill -9` of the process",
    "done": (
        "Writers are killed at each moment that the code names (before and behind every commit, "
        "between the statements of a migration, while the store is opened), and at any time under "
        "load. A run is killed at each moment of its life, and resumed. The next process is ready "
        "within 2 seconds."
    ),
    "invariants": "I1 I2 I3 I7 I11",
    "stores": "SQLite, Postgres",
}


MOMENTS_OF_A_RUN = 26
"""How many moments the run of `fault_runs` sees; the test fails if there are fewer."""


def _broken(campaign: Campaign, outcome: Outcome) -> list[str]:
    store = open_store(campaign)
    broken = broken_invariants(store, outcome.acknowledged)
    store.close()
    return broken


@pytest.mark.parametrize(
    ("where", "rounds"),
    [
        ("on_sqlite", 80),
        ("on_postgres", 16),
        pytest.param("on_sqlite", 1000, marks=pytest.mark.slow),
        pytest.param("on_postgres", 150, marks=pytest.mark.slow),
    ],
)
def test_a_writer_killed_at_any_moment_loses_nothing(
    request: pytest.FixtureRequest, where: str, rounds: int
):
    campaign = request.getfixturevalue(where)(kills="points", rounds=rounds)

    outcome = run_campaign(campaign)

    assert outcome.failures == ()
    assert len(outcome.kills) == rounds
    assert {"store.before_commit", "store.after_commit"} <= set(outcome.kills)
    assert len(outcome.acknowledged) > rounds
    assert _broken(campaign, outcome) == []
    assert max(outcome.ready) < 2.0


@pytest.mark.parametrize(
    ("where", "rounds"),
    [
        ("on_sqlite", 8),
        ("on_postgres", 4),
        pytest.param("on_sqlite", 60, marks=pytest.mark.slow),
        pytest.param("on_postgres", 30, marks=pytest.mark.slow),
    ],
)
def test_writers_killed_at_any_time_under_load_lose_nothing(
    request: pytest.FixtureRequest, where: str, rounds: int
):
    campaign = request.getfixturevalue(where)(kills="load", rounds=rounds, writers=4)

    outcome = run_campaign(campaign)

    assert outcome.failures == ()
    assert len(outcome.kills) == rounds * 4
    assert len(outcome.acknowledged) > rounds
    assert _broken(campaign, outcome) == []


def _assert_finished(cases: list[Case]) -> None:
    for case in cases:
        store = open_case(case)
        events = store.events(EventFilter())
        succeeded = Counter(e.event.step for e in events if isinstance(e.event, StepSucceeded))
        broken = broken_invariants(store)
        store.close()
        assert (broken, succeeded) == ([], {"one": 1, "two": 1, "three": 1}), case


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((1, 5, 9, 12, 13, 14, 22, 25), id="one-of-each"),
        pytest.param(range(1, MOMENTS_OF_A_RUN + 1), id="all", marks=pytest.mark.slow),
    ],
)
def test_a_run_killed_at_any_moment_is_resumed(tmp_path: Path, numbers: Sequence[int]):
    cases = [Case(home=str(tmp_path / str(n)), kind="killed", number=n) for n in (0, *numbers)]

    noted = carry_out(cases)

    whole, *killed = noted
    assert whole.under_fault == "SUCCESS"
    assert {one.under_fault for one in killed} == {"killed"}
    points = {one.point for one in killed}
    assert points == {"store.before_commit", "store.after_commit"} | {
        f"{what}.{when}_write" for what in ("run", "output") for when in ("before", "after")
    }
    recorded = [case for case, one in zip(cases, noted, strict=True) if one.after]
    assert len(recorded) == len(cases) - 1  # the first moment is before the run is recorded
    assert {one.after for one in noted if one.after} == {"SUCCESS"}
    assert max(one.ready for one in noted) < 2.0
    _assert_finished(recorded)


@pytest.mark.slow
def test_a_run_on_postgres_killed_at_any_moment_is_resumed(
    tmp_path: Path, postgres_server, schema: str
):
    cases = [
        Case(
            home=str(tmp_path / str(n)),
            kind="killed",
            number=n,
            postgres=postgres_server.url,
            schema=f"{schema}_{n}",
        )
        for n in range(1, MOMENTS_OF_A_RUN + 1)
    ]

    noted = carry_out(cases)

    recorded = [case for case, one in zip(cases, noted, strict=True) if one.after]
    assert len(recorded) == len(cases) - 1
    assert {one.after for one in noted if one.after} == {"SUCCESS"}
    _assert_finished(recorded)
