"""What any store must do for duties, and with itself; part of `StoreConformance`."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.base.ids import InstigatorId, RunId, TickId
from penstock.errors import InvalidInvocationError
from penstock.model.daemon import DaemonBeat
from penstock.model.events import AssetMaterialized, ErrorInfo, LogLine
from penstock.model.tick import (
    InstigatorKind,
    InstigatorRecord,
    InstigatorStatus,
    TickRecord,
    TickStatus,
)
from penstock.store.protocol import Store
from penstock.testing.store_values import ORDERS, started


class DutyConformance:
    """The tests; `StoreConformance` gives them their store."""

    def test_an_instigator_is_written_over_and_forgotten(self, store: Store) -> None:
        """Its ticks stay."""
        saved = _an_instigator("i1")
        store.put_instigator(saved)
        store.put_tick(_a_tick("t1", 1.0))

        changed = replace(saved, status=InstigatorStatus.STOPPED, cursor="7", body={"a": [1, None]})
        store.put_instigator(changed)
        known = store.instigator(saved.id)
        store.delete_instigator(saved.id)
        store.delete_instigator(saved.id)

        assert known == changed
        assert store.instigator(saved.id) is None
        assert store.tick(TickId("t1")) == _a_tick("t1", 1.0)

    def test_instigators_are_listed_by_id_and_kind(self, store: Store) -> None:
        """In the order of their ids."""
        store.put_instigator(_an_instigator("i2"))
        store.put_instigator(_an_instigator("i1", InstigatorKind.SENSOR))
        store.put_instigator(_an_instigator("i3"))

        assert [i.id for i in store.instigators()] == ["i1", "i2", "i3"]
        assert [i.id for i in store.instigators(kind=InstigatorKind.SCHEDULE)] == ["i2", "i3"]
        assert store.instigators(kind=InstigatorKind.AUTOMATION) == []

    def test_a_tick_is_kept_with_everything_it_says(self, store: Store) -> None:
        """And is written over when it ends."""
        begun = _a_tick("t1", 1.0, TickStatus.STARTED)
        ended = replace(
            begun,
            status=TickStatus.FAILURE,
            ended=2.0,
            runs=(RunId("r1"),),
            run_keys=("k1",),
            reason="why",
            error=ErrorInfo("ValueError", "bad"),
            cursor="c",
            body={"deep": {"n": 1}},
        )
        store.put_tick(begun)

        store.put_tick(ended)

        assert store.tick(begun.id) == ended
        assert store.ticks(begun.instigator) == [ended]
        assert store.ticks(begun.instigator, statuses=[TickStatus.STARTED]) == []
        assert store.tick(TickId("t9")) is None

    def test_ticks_are_listed_newest_first(self, store: Store) -> None:
        """By their time, then by id; spans are exclusive."""
        skipped, success = TickStatus.SKIPPED, TickStatus.SUCCESS
        for name, at, status in (
            ("t1", 3.0, skipped),
            ("t2", 1.0, success),
            ("t3", 2.0, skipped),
            ("t4", 3.0, TickStatus.FAILURE),
        ):
            store.put_tick(_a_tick(name, at, status))
        store.put_tick(replace(_a_tick("t5", 9.0), instigator=InstigatorId("i2")))
        one = InstigatorId("i1")

        assert [t.id for t in store.ticks(one)] == ["t4", "t1", "t3", "t2"]
        assert [t.id for t in store.ticks(one, limit=2)] == ["t4", "t1"]
        assert [t.id for t in store.ticks(one, before=3.0)] == ["t3", "t2"]
        assert [t.id for t in store.ticks(one, after=1.0, before=3.0)] == ["t3"]
        assert [t.id for t in store.ticks(one, statuses=[skipped])] == ["t1", "t3"]
        assert [t.id for t in store.ticks(one, statuses=[success, skipped], limit=2)] == [
            "t1",
            "t3",
        ]
        assert store.ticks(one, statuses=[]) == []
        assert store.ticks(InstigatorId("i9")) == []

    def test_ticks_are_purged_by_status_and_time(self, store: Store) -> None:
        """Only those of the instigator."""
        skipped, success = TickStatus.SKIPPED, TickStatus.SUCCESS
        for name, at, status in (("t1", 1.0, skipped), ("t2", 1.0, success), ("t3", 2.0, skipped)):
            store.put_tick(_a_tick(name, at, status))
        store.put_tick(replace(_a_tick("t4", 1.0, skipped), instigator=InstigatorId("i2")))

        gone = store.purge_ticks(InstigatorId("i1"), statuses=[skipped, skipped], before=2.0)

        assert gone == 1
        assert [t.id for t in store.ticks(InstigatorId("i1"))] == ["t3", "t2"]
        assert [t.id for t in store.ticks(InstigatorId("i2"))] == ["t4"]

    def test_the_newest_sign_of_life_of_each_duty_is_kept(self, store: Store) -> None:
        """In the order of the kinds."""
        store.put_beat(DaemonBeat(kind="sensors", owner="a", at=1.0))
        store.put_beat(DaemonBeat(kind="queue", owner="b", at=2.0))
        newest = DaemonBeat(kind="sensors", owner="c", at=3.0, errors=(ErrorInfo("E", "bad"),))

        store.put_beat(newest)
        beats = store.beats()
        store.delete_beats()

        assert beats == [DaemonBeat(kind="queue", owner="b", at=2.0), newest]
        assert store.beats() == []

    def test_small_values_are_kept_under_their_keys(self, store: Store) -> None:
        """Written over, read in any number, and forgotten."""
        store.put_values({"a": "1", "b": ""})
        store.put_values({"a": "2", "c": "ü"})
        store.put_values({})

        store.delete_values(["b", "nobody"])

        assert store.values(["a", "b", "c", "d"]) == {"a": "2", "c": "ü"}
        assert store.values([]) == {}

    def test_a_store_knows_which_one_it_is(self, store: Store) -> None:
        """The answer stays the same."""
        identity = store.identity()

        assert identity.id
        assert identity.epoch == 1
        assert store.identity() == identity

    def test_a_store_in_use_is_sound(self, store: Store) -> None:
        """Whatever was written, wiped, trimmed and deleted."""
        for name in ("r1", "r2"):
            run = started(store, name)
            events = [LogLine("x"), AssetMaterialized(ORDERS, name), AssetMaterialized(ORDERS)]
            store.append(run.id, events, at=11.0, expect=1, fence=0)
        store.wipe_partitions(ORDERS, ["r1"], at=12.0)
        store.trim_events(["log_line"], before=20.0, limit=1)
        store.delete_run(RunId("r1"))

        assert store.check_soundness() == []

    def test_a_store_is_measured(self, store: Store) -> None:
        """Kinds that weigh more are said to."""
        run = started(store)
        store.append(run.id, [LogLine("x" * 1000), LogLine("y")], at=11.0, expect=1, fence=0)

        store.report([AssetMaterialized(ORDERS)], at=12.0)

        size = store.size()

        assert (size.events, size.runs) == (4, 1)
        assert set(size.bytes_per_kind) == {"run_started", "log_line", "asset_materialized"}
        assert size.bytes_per_kind["log_line"] > 1000 > size.bytes_per_kind["run_started"]
        assert size.bytes > 1000

    def test_a_backup_does_not_replace_a_file(self, store: Store, tmp_path: Path) -> None:
        """Neither does a store that cannot be copied so."""
        there = tmp_path / "there"
        there.write_text("mine")

        with pytest.raises(InvalidInvocationError):
            store.backup(there)
        assert there.read_text() == "mine"


def _an_instigator(name: str, kind: InstigatorKind = InstigatorKind.SCHEDULE) -> InstigatorRecord:
    return InstigatorRecord(
        id=InstigatorId(name),
        kind=kind,
        name=f"name of {name}",
        status=InstigatorStatus.RUNNING,
        updated=1.0,
        location="here",
    )


def _a_tick(name: str, at: float, status: TickStatus = TickStatus.SUCCESS) -> TickRecord:
    return TickRecord(id=TickId(name), instigator=InstigatorId("i1"), status=status, at=at)
