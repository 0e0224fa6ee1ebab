from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from penstock.base.clock import SystemClock
from penstock.base.ids import SeededIds
from penstock.testing.fault_runs import Case, carry_out, open_case
from penstock.testing.fault_writers import Campaign, open_store, outcome_of, start_campaign
from penstock.testing.invariants import broken_invariants
from penstock.testing.postgres import PostgresServer

FAULT = {
    "id": "F9",
    "fault": "the Postgres server is restarted, and stays down for seconds",
    "done": (
        "Processes write and runs are made while the server is stopped every few seconds, "
        "in order and as in a crash. Nobody does anything by hand."
    ),
    "invariants": "I1 I2 I3 I7 I11",
    "stores": "Postgres",
}

CLOCK = SystemClock()


@pytest.mark.parametrize(
    ("restarts", "down", "writers"),
    [(3, 0.2, 3), pytest.param(12, 5.0, 3, marks=pytest.mark.slow)],
)
def test_writers_go_on_by_themselves(
    own_server: PostgresServer, tmp_path: Path, seed: int, restarts: int, down: float, writers: int
):
    draw = SeededIds(seed).uniform
    campaign = Campaign(
        store=own_server.url,
        folder=str(tmp_path / "notes"),
        schema=f"restarts{restarts}",
        writers=writers,
        seconds=restarts * (1.0 + down / 2) + 0.5,
    )
    process = start_campaign(campaign)
    while not outcome_of(campaign).ready:
        CLOCK.sleep(0.05)
    for number in range(restarts):
        CLOCK.sleep(0.3 + draw() * 0.5)
        own_server.stop("immediate" if number % 2 else "fast")
        CLOCK.sleep(draw() * down)
        own_server.start()
    said, _ = process.communicate(timeout=600)

    outcome = outcome_of(campaign)
    store = open_store(campaign)
    broken = broken_invariants(store, outcome.acknowledged)
    store.close()
    assert (process.returncode, said, outcome.failures) == (0, "", ())
    assert broken == []
    assert len(outcome.took) > restarts
    # Somebody was in the middle of a write when the server went.
    assert max(outcome.took) > 0.2
    print(f"{len(outcome.acknowledged)} writes, the slowest took {max(outcome.took):.2f} s")


@pytest.mark.slow
def test_runs_go_on_by_themselves(own_server: PostgresServer, tmp_path: Path, seed: int):

    draw, over = SeededIds(seed).uniform, Event()

    def disturb() -> None:
        number = 0
        while not over.wait(0.5 + draw()):
            number += 1
            own_server.restart("immediate" if number % 2 else "fast")

    disturber = Thread(target=disturb)
    cases = [
        Case(
            home=str(tmp_path / str(n)),
            kind="none",
            postgres=own_server.url,
            schema=f"runs{n}",
        )
        for n in range(60)
    ]
    disturber.start()
    noted = carry_out(cases)
    over.set()
    disturber.join()

    assert [one.under_fault for one in noted] == ["SUCCESS"] * len(cases)
    for case in cases:
        store = open_case(case)
        assert broken_invariants(store) == []
        store.close()
