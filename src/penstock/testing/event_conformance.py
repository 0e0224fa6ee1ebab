"""How any store must read and forget events; part of `StoreConformance`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from penstock.base.ids import RunId
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    LeaseLost,
    LogLine,
    Remark,
    RunCanceled,
    RunSucceeded,
    StepStarted,
    kind_of,
)
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter, Store
from penstock.testing.store_values import ORDERS, USERS, started

_ONE_OF_EACH = (
    AssetMaterialized(ORDERS, "a"),
    AssetFailed(ORDERS, "b"),
    AssetFailed(ORDERS),
    AssetMaterialized(ORDERS),
    AssetObserved(ORDERS),
    CheckEvaluated(ORDERS, "unique", passed=True),
    CheckEvaluated(ORDERS, "unique", passed=False, partition="a"),
)
"""Facts of an asset, each the newest of something."""


class EventConformance:
    """The tests; `StoreConformance` gives them their store."""

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (EventFilter(), [1, 2, 3, 4, 5, 6]),
            (EventFilter(run=RunId("r1")), [1, 2, 3, 4]),
            (EventFilter(asset=ORDERS), [3, 5]),
            (EventFilter(asset=ORDERS, partitions=("b",)), [5]),
            (
                EventFilter(asset=ORDERS, partitions=("a",), kinds=("asset_materialized",)),
                [3],
            ),
            (EventFilter(asset=AssetKey("nobody")), []),
            (EventFilter(step="a"), [2, 3]),
            (EventFilter(kinds=("asset_materialized", "log_line")), [3, 4, 5]),
            (EventFilter(after=2, before=5), [3, 4]),
            (EventFilter(since=20.0), [5, 6]),
            (EventFilter(until=20.0), [1, 2, 3, 4]),
            (EventFilter(ids=(5, 1, 99)), [1, 5]),
            (EventFilter(ids=()), []),
            (EventFilter(kinds=()), []),
            (EventFilter(runless=True), [5, 6]),
            (EventFilter(kinds=("asset_materialized",), runless=True), [5]),
            (EventFilter(kinds=("asset_materialized", "log_line"), after=3, before=5), [4]),
            (EventFilter(kinds=("nothing",)), []),
        ],
        ids=str,
    )
    def test_events_are_filtered_by_every_field(
        self, store: Store, wanted: EventFilter, expected: list[int]
    ) -> None:
        """The order is that of ids, or the other way round."""
        run = started(store)
        made = AssetMaterialized(ORDERS, "a", "a")
        store.append(run.id, [StepStarted("a"), made, LogLine("hello")], at=11.0, expect=1, fence=0)
        store.report([AssetMaterialized(ORDERS, "b"), AssetObserved(USERS)], at=20.0)

        assert [e.id for e in store.events(wanted)] == expected
        assert [e.id for e in store.events(wanted, newest_first=True)] == expected[::-1]
        assert [e.id for e in store.events(wanted, limit=1)] == expected[:1]

    def test_the_newest_event_is_told_without_reading_any(self, store: Store) -> None:
        """Deleting it does not take it back."""
        assert store.newest_event() == 0
        run = started(store)
        store.append(run.id, [StepStarted("a")], at=11.0, expect=1, fence=0)

        store.delete_run(run.id)

        assert store.newest_event() == 2

    def test_a_remark_about_an_asset_is_in_its_history_and_no_fact(self, store: Store) -> None:
        """It does not make the asset known."""
        store.report([Remark("looked at", asset=ORDERS), Remark("of nothing")], at=1.0)

        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [1]
        assert store.asset_heads() == {}
        assert store.asset_keys() == []

    def test_old_events_are_trimmed_a_few_at_a_time(self, store: Store) -> None:
        """The oldest go first; what they have made known stays."""
        run = started(store)
        lines = [LogLine("one"), StepStarted("a"), AssetMaterialized(ORDERS), LogLine("two")]
        store.append(run.id, [*lines, RunSucceeded()], at=11.0, expect=1, fence=0)
        store.report([LogLine("late"), AssetMaterialized(ORDERS)], at=20.0, run=run.id)
        heads = store.asset_heads()
        kinds = ["log_line", "step_started", "asset_materialized", "log_line"]

        count = store.count_old_events(kinds, before=20.0)
        gone = [store.trim_events(kinds, before=20.0, limit=3) for _ in range(3)]

        assert count == 4
        assert gone == [3, 1, 0]
        assert [e.id for e in store.events(EventFilter())] == [1, 6, 7, 8]
        assert [e.id for e in store.events(EventFilter(run=run.id))] == [1, 6, 7, 8]
        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [8]
        assert store.asset_heads() == heads
        assert store.counters()["events"] == 4
        assert store.report([AssetObserved(ORDERS)], at=21.0) == 9

    def test_events_of_runs_that_have_not_ended_are_not_trimmed(self, store: Store) -> None:
        """A run that is suspended is resumed by them."""
        run = started(store)
        lost = [StepStarted("a"), LogLine("one"), LeaseLost("me")]
        store.append(run.id, lost, at=11.0, expect=1, fence=0)
        kinds = ["step_started", "log_line"]

        before = (
            store.count_old_events(kinds, before=99.0),
            store.trim_events(kinds, before=99.0, limit=9),
        )
        store.append(run.id, [RunCanceled()], at=12.0, expect=4, fence=0)
        after = store.trim_events(kinds, before=99.0, limit=9)

        assert before == (0, 0)
        assert after == 2

    def test_events_that_a_head_points_to_are_not_trimmed(self, store: Store) -> None:
        """They go when a newer fact has taken their place, or a wipe has forgotten them."""
        store.report(_ONE_OF_EACH, at=1.0)
        kinds = [kind_of(event) for event in _ONE_OF_EACH]

        first = store.trim_events(kinds, before=99.0, limit=99)
        store.report(_ONE_OF_EACH[4:], at=2.0)
        second = store.trim_events(kinds, before=99.0, limit=99)
        left = [e.id for e in store.events(EventFilter())]
        store.wipe_asset(ORDERS, at=3.0)
        third = store.trim_events(kinds, before=99.0, limit=99)

        assert (first, second, third) == (0, 3, 7)
        assert left == [1, 2, 3, 4, 8, 9, 10]

    def test_a_deleted_run_leaves_the_events_that_heads_point_to(self, store: Store) -> None:
        """They are outside any run then; what heads say of their run stays."""
        run = started(store)
        made = [AssetMaterialized(ORDERS, "a"), AssetMaterialized(ORDERS, "b"), LogLine("x")]
        verdict = CheckEvaluated(ORDERS, "unique", passed=True, partition="a")
        store.append(run.id, [*made, AssetFailed(ORDERS, "c"), verdict], at=11.0, expect=1, fence=0)
        store.report([AssetMaterialized(ORDERS, "b")], at=12.0)
        heads = (store.asset_heads(), store.partition_heads(ORDERS), store.check_heads(ORDERS))

        store.delete_run(run.id)

        left = [(e.id, e.run) for e in store.events(EventFilter())]
        assert left == [(2, None), (5, None), (6, None), (7, None)]
        assert store.events(EventFilter(run=run.id)) == []
        assert heads == (
            store.asset_heads(),
            store.partition_heads(ORDERS),
            store.check_heads(ORDERS),
        )
        assert store.counters()["events"] == 4
        assert store.check_soundness() == []

    def test_a_watch_tells_of_every_commit(self, store: Store) -> None:
        """Also of one that came before the wait; without any it waits in vain."""
        watch = store.watch()
        idle = watch.wait(0)
        store.report([AssetObserved(ORDERS)], at=1.0)
        told = (watch.wait(5), watch.wait(0))
        store.put_values({"a": "1"})
        told_again = (watch.wait(0), watch.wait(0))
        watch.close()
        watch.close()

        assert idle is False
        assert told == (True, False)
        assert told_again == (True, False)

    def test_a_watch_wakes_up_at_once(self, store: Store) -> None:
        """A thread that waits long does not wait until its time is over."""
        watch = store.watch()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(watch.wait, 60)
            store.report([AssetObserved(ORDERS)], at=1.0)
            woken = waiting.result(timeout=30)
        watch.close()

        assert woken is True
