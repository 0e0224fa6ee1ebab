"""What any store must know of many partitions; part of `StoreConformance`."""

from __future__ import annotations

from penstock.model.asset_state import AssetHead, PartitionChanges, PartitionView
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
)
from penstock.store.protocol import EventFilter, Store
from penstock.testing.store_values import ORDERS, USERS, started


class PartitionConformance:
    """The tests; `StoreConformance` gives them their store."""

    def test_the_keys_of_partitions_are_read_without_their_heads(self, store: Store) -> None:
        """Every text may be a key; the unpartitioned asset has none."""
        keys = ["b", "", 'quote"d', "a", "äöü", "\n", "x,y"]
        store.report([AssetMaterialized(ORDERS, key) for key in keys], at=1.0)
        store.report([AssetMaterialized(ORDERS), AssetFailed(ORDERS, "z")], at=1.0)
        store.report([AssetFailed(ORDERS, "a"), AssetFailed(ORDERS)], at=1.0)

        assert store.partition_keys(ORDERS) == sorted(keys)
        assert store.partition_keys(ORDERS, failed=True) == ["a", "z"]
        assert store.partition_keys(USERS) == []

    def test_what_changed_since_an_event_is_told(self, store: Store) -> None:
        """Each changed key once, with where it stands now."""
        store.report([AssetMaterialized(ORDERS, key) for key in "abc"], at=1.0)
        first = store.partition_changes(ORDERS, after=0)
        store.report([AssetFailed(ORDERS, "b"), AssetMaterialized(ORDERS)], at=2.0)
        store.report([AssetFailed(ORDERS, "d"), AssetMaterialized(ORDERS, "a")], at=3.0)
        store.report([AssetMaterialized(USERS, "u"), AssetObserved(ORDERS, "c")], at=4.0)

        second = store.partition_changes(ORDERS, after=3)
        third = store.partition_changes(ORDERS, after=9)

        assert first == PartitionChanges(up_to=3, made=("a", "b", "c"))
        assert second == PartitionChanges(up_to=9, made=("b", "a"), failed=("b", "d"))
        assert third == PartitionChanges(up_to=9)
        assert store.partition_changes(USERS, after=8) == PartitionChanges(up_to=8)

    def test_changes_of_an_asset_that_is_not_known_are_none_at_all(self, store: Store) -> None:
        """There is nothing to read again either."""
        assert store.partition_changes(ORDERS, after=7) == PartitionChanges(up_to=7)

    def test_after_a_wipe_changes_cannot_be_told(self, store: Store) -> None:
        """Whoever asks from before it must read again; from after it, there is nothing new."""
        store.report([AssetMaterialized(ORDERS, key) for key in "ab"], at=1.0)

        store.wipe_partitions(ORDERS, ["a"], at=2.0)
        from_before = store.partition_changes(ORDERS, after=2)
        from_after = store.partition_changes(ORDERS, after=store.newest_event())
        store.wipe_asset(ORDERS, at=3.0)

        assert from_before is None
        assert from_after == PartitionChanges(up_to=3)
        assert store.partition_changes(ORDERS, after=3) is None
        assert store.partition_changes(ORDERS, after=4) == PartitionChanges(up_to=4)

    def test_deleting_or_trimming_events_changes_no_partition(self, store: Store) -> None:
        """Changes are told from the projections, which stay."""
        run = started(store)
        store.append(run.id, [AssetMaterialized(ORDERS, "a")], at=1.0, expect=1, fence=0)
        store.report([AssetMaterialized(ORDERS, "b")], at=1.0)

        store.delete_run(run.id)
        store.trim_events(["asset_materialized"], before=9.0, limit=9)

        assert store.partition_changes(ORDERS, after=0) == PartitionChanges(
            up_to=3, made=("a", "b")
        )

    def test_wiped_partitions_are_not_known_until_their_next_event(self, store: Store) -> None:
        """The rest of the asset stays, and its newest facts are those of the rest."""
        run = started(store)
        made = [AssetMaterialized(ORDERS, key) for key in "abc"]
        checks = [CheckEvaluated(ORDERS, "unique", passed=True, partition=key) for key in "ac"]
        store.append(run.id, [*made, *checks], at=1.0, expect=1, fence=0)
        store.report([AssetMaterialized(ORDERS), AssetFailed(ORDERS, "a")], at=2.0)
        store.report([AssetMaterialized(ORDERS, "c"), AssetObserved(ORDERS, "c")], at=3.0)

        store.wipe_partitions(ORDERS, ["c", "a", "a", "nobody"], at=4.0)

        assert set(store.partition_heads(ORDERS)) == {"b", None}
        assert store.partition_keys(ORDERS) == ["b"]
        assert store.check_heads(ORDERS) == []
        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [3, 7]
        assert [e.id for e in store.events(EventFilter(run=run.id))] == [1, 2, 3, 4, 5, 6]
        assert store.asset_heads()[ORDERS] == AssetHead(
            asset=ORDERS,
            materialized=7,
            at=2.0,
            observed=10,
            failed=8,
            partitions_materialized=2,
        )
        assert store.report([AssetMaterialized(ORDERS, "c")], at=5.0) == 12
        assert store.partition_keys(ORDERS) == ["b", "c"]
        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [3, 7, 12]
        wanted = EventFilter(asset=ORDERS, partitions=("c",), kinds=("asset_materialized",))
        assert [e.id for e in store.events(wanted)] == [12]

    def test_wiping_nothing_changes_nothing(self, store: Store) -> None:
        """Neither no partition, nor one of an asset that is not known."""
        store.report([AssetMaterialized(ORDERS, "a")], at=1.0)

        store.wipe_partitions(ORDERS, [], at=2.0)
        store.wipe_partitions(USERS, ["a"], at=2.0)
        store.wipe_asset(USERS, at=2.0)

        assert store.newest_event() == 1
        assert store.partition_keys(ORDERS) == ["a"]
        assert set(store.asset_heads()) == {ORDERS}

    def test_a_view_of_partitions_is_kept_unless_it_is_older(self, store: Store) -> None:
        """One that is as new replaces the kept one; a wipe forgets all."""
        store.report([AssetMaterialized(ORDERS, "a")], at=1.0)
        one, two = PartitionView(up_to=1, body=b"one"), PartitionView(up_to=2, body=b"\x00two")
        store.keep_partition_view(ORDERS, "daily", two)
        store.keep_partition_view(USERS, "daily", one)

        store.keep_partition_view(ORDERS, "daily", one)
        kept = store.partition_view(ORDERS, "daily")
        again = PartitionView(up_to=2, body=b"again")
        store.keep_partition_view(ORDERS, "daily", again)

        assert kept == two
        assert store.partition_view(ORDERS, "daily") == again
        assert store.partition_view(ORDERS, "weekly") is None
        assert store.partition_view(USERS, "daily") is None
        store.wipe_partitions(ORDERS, ["a"], at=2.0)
        assert store.partition_view(ORDERS, "daily") is None

    def test_the_four_views_kept_last_stay(self, store: Store) -> None:
        """However new they are."""
        store.report([AssetMaterialized(ORDERS, "a")], at=1.0)
        for name, up_to in (("a", 5), ("b", 9), ("c", 1), ("d", 7), ("a", 6), ("e", 2), ("f", 1)):
            store.keep_partition_view(ORDERS, name, PartitionView(up_to=up_to, body=b""))

        kept = [name for name in "abcdef" if store.partition_view(ORDERS, name) is not None]

        assert kept == ["a", "d", "e", "f"]
