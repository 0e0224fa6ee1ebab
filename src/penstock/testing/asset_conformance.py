"""What any store must know of assets; part of `StoreConformance`."""

from __future__ import annotations

from penstock.model.asset_state import AssetHead, CheckHead, KnownAsset, PartitionHead
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    StoredEvent,
)
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter, Store
from penstock.testing.store_values import ORDERS, USERS, started


class AssetConformance:
    """The tests; `StoreConformance` gives them their store."""

    def test_a_materialization_is_the_head_of_its_asset_and_partition(self, store: Store) -> None:
        """Everything that status queries need is there without reading events."""
        run = started(store)
        made = AssetMaterialized(
            ORDERS, "a", "a", data_version="v1", code_version="c1", inputs={"users": "u1"}
        )
        store.append(run.id, [AssetPlanned(ORDERS, "a"), made], at=11.0, expect=1, fence=0)

        partition = PartitionHead(
            asset=ORDERS,
            partition="a",
            materialized=3,
            at=11.0,
            run=run.id,
            data_version="v1",
            code_version="c1",
            inputs={"users": "u1"},
        )
        head = AssetHead(
            asset=ORDERS,
            materialized=3,
            at=11.0,
            run=run.id,
            planned_run=run.id,
            partitions_materialized=1,
        )
        assert store.asset_heads() == {ORDERS: head}
        assert store.asset_heads([ORDERS, USERS]) == {ORDERS: head}
        assert store.partition_head(ORDERS, "a") == partition
        assert store.partition_head(ORDERS, None) is None
        assert store.partition_heads(ORDERS) == {"a": partition}
        assert store.partition_heads(USERS) == {}

    def test_a_known_asset_comes_with_the_events_of_its_head(self, store: Store) -> None:
        """Those of a run and those outside any; an asset of which nothing is known is left out."""
        run = started(store)
        made, failed = AssetMaterialized(ORDERS, "a"), AssetFailed(ORDERS, "b")
        store.append(run.id, [made, failed], at=11.0, expect=1, fence=0)
        store.report([AssetObserved(ORDERS), AssetPlanned(USERS)], at=12.0)

        heads = store.asset_heads()
        assert store.known_assets([USERS, ORDERS, AssetKey("nobody")]) == {
            USERS: KnownAsset(head=heads[USERS]),
            ORDERS: KnownAsset(
                head=heads[ORDERS],
                materialized=StoredEvent(id=2, run=run.id, at=11.0, event=made),
                observed=StoredEvent(id=4, run=None, at=12.0, event=AssetObserved(ORDERS)),
                failed=StoredEvent(id=3, run=run.id, at=11.0, event=failed),
            ),
        }
        assert store.known_assets([]) == {}

    def test_a_failure_stands_until_the_next_materialization(self, store: Store) -> None:
        """The counts of the asset follow, whichever order the events have."""
        run = started(store)
        made, failed = AssetMaterialized(ORDERS, "a"), AssetFailed(ORDERS, "a")
        store.append(run.id, [made, failed], at=11.0, expect=1, fence=0)

        broken = store.partition_head(ORDERS, "a")
        counts = store.asset_heads()[ORDERS]
        store.append(run.id, [failed, made], at=12.0, expect=3, fence=0)
        mended = store.partition_head(ORDERS, "a")

        assert broken == PartitionHead(
            asset=ORDERS,
            partition="a",
            materialized=2,
            at=11.0,
            run=run.id,
            failed=3,
            failed_run=run.id,
        )
        assert (counts.partitions_materialized, counts.partitions_failed) == (1, 1)
        assert mended == PartitionHead(
            asset=ORDERS, partition="a", materialized=5, at=12.0, run=run.id
        )
        assert store.asset_heads()[ORDERS].partitions_failed == 0

    def test_the_unpartitioned_asset_is_not_the_partition_of_an_empty_key(
        self, store: Store
    ) -> None:
        """None and '' are two partitions."""
        store.report([AssetMaterialized(USERS), AssetMaterialized(USERS, "")], at=1.0)

        assert [store.partition_head(USERS, key) for key in (None, "")] == [
            PartitionHead(asset=USERS, partition=None, materialized=1, at=1.0),
            PartitionHead(asset=USERS, partition="", materialized=2, at=1.0),
        ]
        assert set(store.partition_heads(USERS, [None, "x"])) == {None}
        assert store.asset_heads()[USERS].partitions_materialized == 2

    def test_a_check_keeps_its_newest_verdict_for_each_partition(self, store: Store) -> None:
        """Verdicts come by name, the unpartitioned one first."""
        store.report(
            [
                CheckEvaluated(ORDERS, "unique", passed=True, partition="a"),
                CheckEvaluated(ORDERS, "unique", passed=False, severity="WARN"),
                CheckEvaluated(ORDERS, "unique", passed=False, partition="a"),
            ],
            at=1.0,
        )

        assert store.check_heads(USERS) == []
        assert store.check_heads(ORDERS) == [
            _verdict(None, severity="WARN", event=2),
            _verdict("a", severity="ERROR", event=3),
        ]

    def test_a_wiped_asset_is_unknown_until_its_next_event(self, store: Store) -> None:
        """Earlier events are hidden from its history, not from their run's."""
        run = started(store)
        events = [AssetMaterialized(ORDERS, "a"), CheckEvaluated(ORDERS, "unique", passed=True)]
        store.append(run.id, events, at=11.0, expect=1, fence=0)

        store.wipe_asset(ORDERS, at=12.0)
        wiped = (
            store.asset_heads(),
            store.partition_heads(ORDERS),
            store.check_heads(ORDERS),
            store.events(EventFilter(asset=ORDERS)),
        )
        store.report([AssetObserved(ORDERS)], at=13.0)

        assert wiped == ({}, {}, [], [])
        assert store.asset_heads() == {ORDERS: AssetHead(asset=ORDERS, observed=5, wiped=12.0)}
        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [5]
        assert [e.id for e in store.events(EventFilter(run=run.id))] == [1, 2, 3]

    def test_the_newest_failure_of_an_asset_stays_when_it_is_made_again(self, store: Store) -> None:
        """The head of the asset keeps both; that of the partition has no failure any more."""
        store.report([AssetFailed(ORDERS, "a"), AssetMaterialized(ORDERS, "a")], at=1.0)

        head = store.asset_heads()[ORDERS]

        assert (head.failed, head.materialized, head.partitions_failed) == (1, 2, 0)

    def test_assets_are_listed_in_the_order_of_their_parts_in_pages(self, store: Store) -> None:
        """A prefix is of whole parts; a page goes on after the last key of the one before."""
        paths = (["a", "b"], ["a-b"], ["a"], ["a/b"], ["b"], ["a", "b", "c"], ["A"], ["ab", ""])
        store.report([AssetObserved(AssetKey(path)) for path in paths], at=1.0)
        store.wipe_asset(AssetKey("b"), at=2.0)
        expected = [["A"], ["a"], ["a", "b"], ["a", "b", "c"], ["a-b"], ["a/b"], ["ab", ""]]

        pages = [
            store.asset_keys(limit=3),
            store.asset_keys(after=AssetKey(["a", "b"]), limit=3),
            store.asset_keys(after=AssetKey("a/b"), limit=3),
        ]

        assert [key.path for key in store.asset_keys()] == expected
        assert [[key.path for key in page] for page in pages] == [
            expected[:3],
            expected[3:6],
            expected[6:],
        ]
        assert [key.path for key in store.asset_keys(prefix=["a"])] == expected[1:4]
        assert [key.path for key in store.asset_keys(prefix=["a", "b"], limit=1)] == [["a", "b"]]
        assert store.asset_keys(prefix=["a"], after=AssetKey("A"), limit=1) == [AssetKey("a")]
        assert store.asset_keys(prefix=["c"]) == []


def _verdict(partition: str | None, *, severity: str, event: int) -> CheckHead:
    return CheckHead(
        asset=ORDERS,
        name="unique",
        partition=partition,
        passed=False,
        severity=severity,
        event=event,
        at=1.0,
        run=None,
    )
