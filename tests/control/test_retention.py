"""Forgetting: in batches, never what is under way, and never what is known of assets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.base.ids import InstigatorId, RunId, TickId
from penstock.control import retention as duty
from penstock.control.retention import Forgotten, RetentionLoop
from penstock.decide.retention import Ages
from penstock.model.events import (
    AssetMaterialized,
    LogLine,
    RunStarted,
    RunSucceeded,
    StepStarted,
    StepSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.model.tick import (
    InstigatorKind,
    InstigatorRecord,
    InstigatorStatus,
    TickRecord,
    TickStatus,
)
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Store
from penstock.store.sqlite import SqliteStore

ORDERS = AssetKey("orders")
DAY = 86_400.0
NOW = 100 * DAY


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.db")
    yield made
    made.close()


def a_run(store: Store, name: str, *, at: float, ended: bool = True) -> RunId:
    run = RunRecord(
        id=RunId(name), spec=RunSpec(), status=RunStatus.NOT_STARTED, created=at, updated=at
    )
    events = [RunStarted("me"), StepStarted("orders"), LogLine("hello"), AssetMaterialized(ORDERS)]
    if ended:
        events += [StepSucceeded("orders"), RunSucceeded()]
    store.create_run(run, plan=b"plan", events=events)
    return run.id


def kinds_of(store: Store, run: RunId) -> list[str]:
    return [type(e.event).__name__ for e in store.events(EventFilter(run=run))]


def test_old_lines_of_logs_go_and_the_rest_stays(store: Store):
    old, new = a_run(store, "r1", at=NOW - 91 * DAY), a_run(store, "r2", at=NOW - 89 * DAY)
    heads = store.asset_heads()

    gone = RetentionLoop(store, Ages(events={"logs": 90})).tick(NOW)

    assert gone == Forgotten(events=1, is_done=True)
    assert "LogLine" not in kinds_of(store, old)
    assert "LogLine" in kinds_of(store, new)
    assert store.asset_heads() == heads


def test_what_a_run_under_way_needs_to_go_on_stays(store: Store):
    suspended = a_run(store, "r1", at=NOW - 400 * DAY, ended=False)

    RetentionLoop(store, Ages(events={"steps": 365}, runs=1)).tick(NOW)

    assert kinds_of(store, suspended) == [
        "RunStarted",
        "StepStarted",
        "LogLine",
        "AssetMaterialized",
    ]


def test_the_newest_materialization_stays_however_old(store: Store):
    a_run(store, "r1", at=NOW - 400 * DAY)
    newest = a_run(store, "r2", at=NOW - 399 * DAY)

    RetentionLoop(store, Ages(events={"assets": 30})).tick(NOW)

    head = store.asset_heads()[ORDERS]
    assert head.materialized is not None
    found = store.event(head.materialized)
    assert found is not None
    assert found.run == newest
    assert [e.run for e in store.events(EventFilter(asset=ORDERS))] == [newest]


def test_old_finished_runs_go_with_their_events(store: Store):
    a_run(store, "r1", at=NOW - 31 * DAY)
    young = a_run(store, "r2", at=NOW - 29 * DAY)

    gone = RetentionLoop(store, Ages(runs=30)).tick(NOW)

    assert gone == Forgotten(runs=1, is_done=True)
    assert [run.id for run in store.runs(RunFilter())] == [young]


def test_ticks_go_by_their_outcome(store: Store):
    sensor = InstigatorId("s1")
    store.put_instigator(
        InstigatorRecord(
            id=sensor,
            kind=InstigatorKind.SENSOR,
            name="files",
            status=InstigatorStatus.RUNNING,
            updated=NOW,
        )
    )
    for number, status in enumerate((TickStatus.SKIPPED, TickStatus.SUCCESS)):
        store.put_tick(
            TickRecord(id=TickId(f"t{number}"), instigator=sensor, status=status, at=NOW - 8 * DAY)
        )

    ages = Ages(ticks={(InstigatorKind.SENSOR, TickStatus.SKIPPED): 7})
    gone = RetentionLoop(store, ages).tick(NOW)

    assert gone == Forgotten(ticks=1, is_done=True)
    assert [tick.status for tick in store.ticks(sensor)] == [TickStatus.SUCCESS]


def test_a_batch_is_bounded_and_the_next_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(duty, "RUNS_AT_ONCE", 2)
    for number in range(5):
        a_run(store, f"r{number}", at=NOW - 31 * DAY)
    loop = RetentionLoop(store, Ages(runs=30))

    first = loop.tick(NOW)
    rest = loop.run(NOW, goes_on=lambda gone: True)

    assert first == Forgotten(runs=2, is_done=False)
    assert rest == Forgotten(runs=3, is_done=True)


def test_it_is_due_again_after_a_while(store: Store):
    loop = RetentionLoop(store, Ages(events={"logs": 90}))

    before = loop.is_due(NOW, every=3600)
    loop.tick(NOW)

    assert before
    assert not loop.is_due(NOW + 3599, every=3600)
    assert loop.is_due(NOW + 3600, every=3600)
