"""What any store must do with backfills and dynamic partitions; part of `StoreConformance`."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from penstock.base.ids import BackfillId, RunId
from penstock.errors import InvariantViolationError
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.keys import AssetKey
from penstock.store.protocol import Store


class BackfillConformance:
    """The tests; `StoreConformance` gives them their store."""

    def test_a_backfill_is_kept_with_its_partitions(self, store: Store) -> None:
        """Status stays when none is given; the owner is always written."""
        saved = _a_backfill("b1")
        one, two = (BackfillPartition(number=n, key=f"day{n}") for n in (1, 2))
        done = replace(one, state=PartitionState.DONE, run=RunId("r1"), took=1.5)
        store.save_backfill(saved, [two, one])

        store.update_backfill(saved.id, at=2.0, owner="me", partitions=[done])

        assert store.backfill(saved.id) == replace(saved, owner="me", updated=2.0)
        assert store.backfill_partitions(saved.id) == [done, two]
        store.update_backfill(saved.id, at=3.0, status=BackfillStatus.CANCELED)
        assert store.backfill(saved.id) == replace(
            saved, status=BackfillStatus.CANCELED, updated=3.0
        )

    def test_backfills_are_listed_newest_first(self, store: Store) -> None:
        """By status too."""
        for name in ("b1", "b2", "b3"):
            store.save_backfill(_a_backfill(name), [])
        store.update_backfill(BackfillId("b2"), at=2.0, status=BackfillStatus.CANCELED)

        assert [b.id for b in store.backfills(limit=2)] == ["b3", "b2"]
        assert [b.id for b in store.backfills(status=BackfillStatus.REQUESTED)] == ["b3", "b1"]
        assert store.backfill(BackfillId("b9")) is None
        assert store.backfill_partitions(BackfillId("b9")) == []

    def test_a_backfill_id_is_used_once_and_must_be_known(self, store: Store) -> None:
        """Both are mistakes of the caller."""
        store.save_backfill(_a_backfill("b1"), [])

        with pytest.raises(InvariantViolationError, match=r"^There is already a backfill b1\.$"):
            store.save_backfill(_a_backfill("b1"), [])
        with pytest.raises(InvariantViolationError, match=r"^There is no backfill b9\.$"):
            store.update_backfill(BackfillId("b9"), at=1.0)

    def test_dynamic_partitions_stay_in_the_order_they_were_added(self, store: Store) -> None:
        """A key that is removed and added again comes last."""
        store.add_dynamic_partitions("customers", ["b", "a", "b"])
        store.add_dynamic_partitions("customers", ["c", "a"])
        store.delete_dynamic_partition("customers", "b")
        store.delete_dynamic_partition("customers", "nobody")
        store.add_dynamic_partitions("customers", ["b"])

        assert store.dynamic_partitions("customers") == ["a", "c", "b"]
        assert store.dynamic_partitions("others") == []


def _a_backfill(name: str) -> BackfillRecord:
    return BackfillRecord(
        id=BackfillId(name),
        selection="orders*",
        assets=(AssetKey(["raw", "orders"]),),
        status=BackfillStatus.REQUESTED,
        created=1.0,
        updated=1.0,
        total=2,
    )
