from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from penstock.errors import FencedError, StoreUnavailableError
from penstock.model.events import LeaseLost, LogLine, RunResumed, RunStarted, RunSucceeded
from penstock.store.postgres import PostgresStore
from penstock.store.protocol import EventFilter
from penstock.testing.invariants import Acknowledged, broken_invariants, tokens
from penstock.testing.postgres import PostgresServer
from penstock.testing.store_values import a_run

FAULT = {
    "id": "F10",
    "fault": "a Postgres replica takes over that lacks the last commits",
    "done": (
        "The server is replaced by a copy of its data from before the last commits, while a "
        "process has a run under way. That process notices, refuses to read and to write, and "
        "says what to do; the run goes on elsewhere, from what the copy has."
    ),
    "invariants": "I2 I3 I7 I11",
    "stores": "Postgres",
}


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    for path in [target, *target.rglob("*")]:
        shutil.chown(path, source.owner())


def test_a_process_whose_commits_were_lost_stops_and_the_run_goes_on_elsewhere(
    own_server: PostgresServer,
):
    run = a_run("r1")
    old = PostgresStore(own_server.url, schema="failover")
    old.create_run(run, plan=b"", events=[RunStarted("old")])
    lease = old.take_lease(run.id, owner="old", at=2.0)
    version, kept = old.append(run.id, [LogLine("kept")], at=3.0, expect=1, fence=lease.fence)
    own_server.stop()
    copy = own_server.folder / "copy"
    _copy(own_server.data, copy)
    own_server.start()
    version, _ = old.append(run.id, [LogLine("lost")], at=4.0, expect=version, fence=lease.fence)
    own_server.stop()
    shutil.rmtree(own_server.data)
    copy.rename(own_server.data)
    own_server.start()

    with pytest.raises(StoreUnavailableError, match="has gone back in time"):
        old.append(run.id, [RunSucceeded()], at=5.0, expect=version, fence=lease.fence)
    with pytest.raises(StoreUnavailableError, match="end it and start it again"):
        old.run(run.id)
    new = PostgresStore(own_server.url, schema="failover")
    newer = new.take_lease(run.id, owner="new", at=6.0)
    taken = [LeaseLost("old"), RunResumed("new"), LogLine("again"), RunSucceeded()]
    _, first = new.append(run.id, taken, at=7.0, expect=newer.version, fence=newer.fence)
    with pytest.raises(FencedError):
        new.append(run.id, [LogLine("late")], at=8.0, expect=version, fence=lease.fence)
    acknowledged = [
        Acknowledged("kept", kept, lease.fence),
        Acknowledged("again", first + 2, newer.fence),
    ]
    broken = broken_invariants(new, acknowledged)
    found = tokens(new.events(EventFilter()))
    old.close()
    new.close()

    assert broken == []
    assert found == ["kept", "again"]
