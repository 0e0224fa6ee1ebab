"""A busy day with retention: the file settles, and what is known is as if nothing was forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from penstock.base.ids import RunId
from penstock.control.retention import RetentionLoop
from penstock.decide.retention import Ages
from penstock.model.events import (
    AssetMaterialized,
    CheckEvaluated,
    LogLine,
    OutputStored,
    RunStarted,
    RunSucceeded,
    StepStarted,
    StepSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.protocol import Store
from penstock.store.sqlite import SqliteStore

HOURS = 24
DAY = 86_400.0  # an hour of the busy day is a day for retention, which counts in days
AGES = Ages(events={"logs": 2, "steps": 4, "assets": 6}, runs=6)
ASSETS = [AssetKey(f"asset_{number}") for number in range(50)]
PARTITIONS = [f"2024-01-{day:02}" for day in range(1, 21)]


def work_for_an_hour(store: Store, hour: int, *, runs: int) -> None:
    for number in range(runs):
        at = (hour + number / runs) * DAY
        partition = PARTITIONS[number % len(PARTITIONS)]
        events = [RunStarted("me")]
        for asset in ASSETS[number % 2 :: 2]:
            step = asset.parts[-1]
            events += [
                StepStarted(step),
                LogLine(f"{number} rows of {step} were read and written", step=step),
                LogLine("done", step=step),
                OutputStored(step, "result"),
                AssetMaterialized(asset, partition, step, data_version=f"{hour}.{number}"),
                CheckEvaluated(asset, "unique", passed=True, partition=partition, step=step),
                StepSucceeded(step),
            ]
        run = RunRecord(
            id=RunId(f"{hour:02}-{number:06}"),
            spec=RunSpec(job="busy"),
            status=RunStatus.NOT_STARTED,
            created=at,
            updated=at,
            plan="p",
        )
        store.create_run(run, plan=b"", events=[*events, RunSucceeded()])


def size_of(path: Path) -> int:
    """Return the size of a store's file, with what is still in its log."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def known(store: Store) -> list[object]:
    return [
        store.asset_heads(),
        [store.partition_heads(asset) for asset in ASSETS],
        [store.check_heads(asset) for asset in ASSETS],
    ]


@pytest.mark.parametrize(
    "runs",
    [pytest.param(4, id="small"), pytest.param(48, id="busy", marks=pytest.mark.slow)],
)
def test_a_busy_day_ends_with_a_file_that_grows_no_more(tmp_path: Path, runs: int) -> None:
    path = tmp_path / "store.db"
    store, everything = SqliteStore(path), SqliteStore(tmp_path / "everything.db")
    sizes: list[int] = []

    for hour in range(HOURS):
        for each in (store, everything):
            work_for_an_hour(each, hour, runs=runs)
        RetentionLoop(store, AGES).run((hour + 1) * DAY, goes_on=lambda _: True)
        sizes.append(size_of(path))

    assert everything.newest_event() == HOURS * runs * (2 + 25 * 7)
    assert sizes[23] <= sizes[11] * 1.1
    assert size_of(path) < size_of(tmp_path / "everything.db") * 0.6
    assert known(store) == known(everything)
    for heads in known(store)[1]:
        assert isinstance(heads, dict)
        assert all(store.event(head.materialized) is not None for head in heads.values())
    assert store.count_runs(RunFilter()) == 6 * runs
    assert store.check_soundness() == []
    store.close()
    everything.close()
