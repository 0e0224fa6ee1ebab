"""What any store must do, as a class of tests.

Subclass it in a test module and say how a store is made:

    class TestMyStore(StoreConformance):
        def make_store(self, tmp_path: Path) -> Store:
            return MyStore(tmp_path / "mine")
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.base.ids import RunId
from penstock.errors import FencedError, InvariantViolationError, RunNotFoundError
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    LeaseLost,
    LogLine,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunSucceeded,
    StepStarted,
    StepSucceeded,
    StoredEvent,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.protocol import EventFilter, Lease, Store
from penstock.testing.backfill_conformance import BackfillConformance

ORDERS = AssetKey(["raw", "orders"])
USERS = AssetKey("users")


def a_run(name: str, spec: RunSpec | None = None, *, created: float = 10.0) -> RunRecord:
    """Make a run that has not started, whose plan is 'p'."""
    return RunRecord(
        id=RunId(name),
        spec=spec or RunSpec(),
        status=RunStatus.NOT_STARTED,
        created=created,
        updated=created,
        plan="p",
    )


class StoreConformance(BackfillConformance):
    """The tests; `make_store` is the only thing that a subclass writes."""

    def make_store(self, tmp_path: Path) -> Store:
        """Make an empty store; the suite closes it."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """An empty store."""
        store = self.make_store(tmp_path)
        yield store
        store.close()

    def _started(self, store: Store, name: str = "r1") -> RunRecord:
        return store.create_run(a_run(name), plan=b"plan", events=[RunStarted("me")])

    # -- runs

    def test_a_new_run_is_what_its_first_events_made_of_it(self, store: Store) -> None:
        """Status, start and owner come from the events; the version counts them."""
        spec = RunSpec(
            job="daily",
            assets=(ORDERS,),
            tags=(("team", "data"),),
            config={"ops": {"a": [1, None, 2.5]}},
        )
        made = store.create_run(
            a_run("r1", spec), plan=b"plan", events=[RunQueued(), RunStarted("me")]
        )

        expected = replace(
            a_run("r1", spec), status=RunStatus.STARTED, started=10.0, owner="me", version=2
        )
        assert made == expected
        assert store.run(RunId("r1")) == expected
        assert store.plan("p") == b"plan"
        assert [e.event for e in store.events(EventFilter(run=made.id))] == [
            RunQueued(),
            RunStarted("me"),
        ]

    def test_a_run_that_is_not_there_is_none(self, store: Store) -> None:
        """Reading does not raise."""
        assert store.run(RunId("r1")) is None
        assert store.plan("p") is None
        assert store.event(1) is None

    def test_a_run_id_is_used_once(self, store: Store) -> None:
        """The second is refused, and nothing of it is kept."""
        self._started(store)

        with pytest.raises(InvariantViolationError, match=r"^There is already a run r1\.$"):
            store.create_run(a_run("r1"), plan=b"other", events=[RunQueued()])
        assert store.counters()["events"] == 1

    def test_append_returns_the_new_version_and_the_first_event_id(self, store: Store) -> None:
        """Ids go on store-wide, without gaps."""
        run = self._started(store)

        answer = store.append(
            run.id, [StepStarted("a"), StepSucceeded("a")], at=11.0, expect=1, fence=0
        )

        assert answer == (3, 2)
        assert store.run(run.id) == replace(run, version=3, updated=11.0)
        assert store.event(2) == StoredEvent(id=2, run=run.id, at=11.0, event=StepStarted("a"))

    @pytest.mark.parametrize(
        ("event", "changes"),
        [
            (RunQueued(), {"status": RunStatus.QUEUED}),
            (RunResumed("you"), {"status": RunStatus.STARTED, "owner": "you"}),
            (RunSucceeded(), {"status": RunStatus.SUCCESS, "ended": 12.0}),
            (
                RunFailed("Step 'a' failed\nand more"),
                {"status": RunStatus.FAILURE, "ended": 12.0, "error": "Step 'a' failed"},
            ),
            (RunCanceling(), {"status": RunStatus.CANCELING}),
            (RunCanceled(), {"status": RunStatus.CANCELED, "ended": 12.0}),
            (LeaseLost("me", "silent"), {"status": RunStatus.SUSPENDED, "owner": None}),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_an_event_moves_its_run(
        self, store: Store, event: RunEvent, changes: dict[str, object]
    ) -> None:
        """Each event of the run's life changes exactly its fields."""
        run = self._started(store)

        store.append(run.id, [event], at=12.0, expect=1, fence=0)

        assert store.run(run.id) == replace(run, version=2, updated=12.0, **changes)

    @pytest.mark.parametrize(
        ("events", "status"),
        [
            ([LeaseLost("me")], RunStatus.CANCELING),
            ([LeaseLost("me"), RunResumed("you")], RunStatus.CANCELING),
            ([LeaseLost("me"), RunCanceled()], RunStatus.CANCELED),
            ([RunStarted("me"), LeaseLost("me")], RunStatus.SUSPENDED),
        ],
        ids=str,
    )
    def test_a_cancellation_outlives_the_owner(
        self, store: Store, events: list[RunEvent], status: RunStatus
    ) -> None:
        """Losing the owner, or getting another, does not undo it."""
        run = self._started(store)
        store.append(run.id, [RunCanceling()], at=12.0, expect=1, fence=0)

        store.append(run.id, events, at=13.0, expect=2, fence=0)

        found = store.run(run.id)
        assert found is not None
        assert found.status is status

    def test_a_cancellation_and_the_loss_of_the_owner_may_come_together(self, store: Store) -> None:
        """Events of one write follow each other."""
        run = self._started(store)

        store.append(run.id, [RunCanceling(), LeaseLost("me")], at=12.0, expect=1, fence=0)

        expected = replace(run, status=RunStatus.CANCELING, owner=None, version=3, updated=12.0)
        assert store.run(run.id) == expected

    def test_an_outdated_version_is_refused(self, store: Store) -> None:
        """Two writers that read the same version cannot both succeed."""
        run = self._started(store)
        store.append(run.id, [LogLine("one")], at=11.0, expect=1, fence=0)

        with pytest.raises(FencedError, match="it is at version 2, and the writer expected 1"):
            store.append(run.id, [LogLine("two")], at=11.0, expect=1, fence=0)
        assert store.counters()["events"] == 2

    def test_a_newer_lease_fences_the_older_one(self, store: Store) -> None:
        """Whoever took the lease last may write."""
        run = self._started(store)
        old = store.take_lease(run.id, owner="a", at=11.0)
        new = store.take_lease(run.id, owner="b", at=12.0)

        assert (old, new) == (Lease(run.id, "a", 1, 1), Lease(run.id, "b", 2, 1))
        with pytest.raises(FencedError, match="lease is number 2 now, and the writer holds number"):
            store.append(run.id, [LogLine("late")], at=13.0, expect=1, fence=1)
        assert store.append(run.id, [LogLine("fine")], at=13.0, expect=1, fence=2) == (2, 2)

    def test_only_the_newest_lease_can_be_released(self, store: Store) -> None:
        """Releasing an old one changes nothing."""
        run = self._started(store)
        old = store.take_lease(run.id, owner="a", at=11.0)
        new = store.take_lease(run.id, owner="b", at=12.0)

        store.release_lease(old)
        held = store.run(run.id)
        store.release_lease(new)
        free = store.run(run.id)

        assert held == replace(run, fence=2, owner="b", updated=12.0)
        assert free == replace(run, fence=2, owner=None, updated=12.0)

    def test_an_unknown_run_cannot_be_written_or_leased(self, store: Store) -> None:
        """The message names the run."""
        with pytest.raises(RunNotFoundError, match="no run r9"):
            store.append(RunId("r9"), [LogLine("x")], at=1.0, expect=0, fence=0)
        with pytest.raises(RunNotFoundError, match="no run r9"):
            store.take_lease(RunId("r9"), owner="me", at=1.0)

    def test_runs_are_listed_newest_first_in_pages(self, store: Store) -> None:
        """A page continues after the last id of the one before."""
        for name in ("r1", "r2", "r3", "r4"):
            self._started(store, name)

        first = store.runs(RunFilter(), limit=3)
        second = store.runs(RunFilter(), limit=3, before=first[-1].id)

        assert [run.id for run in first] == ["r4", "r3", "r2"]
        assert [run.id for run in second] == ["r1"]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (RunFilter(ids=(RunId("r1"), RunId("r3"))), ["r3", "r1"]),
            (RunFilter(ids=()), []),
            (RunFilter(statuses=(RunStatus.SUCCESS, RunStatus.QUEUED)), ["r2"]),
            (RunFilter(job="daily"), ["r2"]),
            (RunFilter(backfill="b1"), ["r3"]),
            (RunFilter(tags=(("team", "data"),)), ["r3", "r1"]),
            (RunFilter(tags=(("team", "data"), ("env", "dev"))), ["r1"]),
            (RunFilter(tags=(("env", "dev"), ("env", "prod"))), ["r3", "r1"]),
            (RunFilter(created_after=1.0), ["r3", "r2"]),
            (RunFilter(created_before=2.0), ["r1"]),
        ],
        ids=str,
    )
    def test_runs_are_filtered_by_every_field(
        self, store: Store, wanted: RunFilter, expected: list[str]
    ) -> None:
        """Fields narrow together; values of one field are alternatives."""
        tags_1 = (("env", "dev"), ("team", "data"))
        tags_3 = (("env", "prod"), ("team", "data"))
        store.create_run(a_run("r1", RunSpec(tags=tags_1), created=1.0), plan=b"", events=[])
        store.create_run(
            a_run("r2", RunSpec(job="daily"), created=2.0), plan=b"", events=[RunSucceeded()]
        )
        store.create_run(
            a_run("r3", RunSpec(backfill="b1", tags=tags_3), created=3.0), plan=b"", events=[]
        )

        assert [run.id for run in store.runs(wanted)] == expected

    def test_deleting_a_run_forgets_its_events_and_keeps_what_it_made(self, store: Store) -> None:
        """Ids are not used again; a plan goes with the last run that has it."""
        run = self._started(store)
        self._started(store, "r2")
        store.append(run.id, [AssetMaterialized(ORDERS)], at=11.0, expect=1, fence=0)
        heads = store.asset_heads()

        store.delete_run(run.id)

        assert store.run(run.id) is None
        assert store.events(EventFilter(run=run.id)) == []
        assert store.events(EventFilter(asset=ORDERS)) == []
        assert store.asset_heads() == heads
        assert store.plan("p") == b"plan"
        assert store.report([AssetObserved(ORDERS)], at=12.0) == 4
        store.delete_run(RunId("r2"))
        assert store.plan("p") is None
        assert store.counters() == {"runs": 0, "events": 1, "assets": 1, "backfills": 0}

    # -- events

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
        ],
        ids=str,
    )
    def test_events_are_filtered_by_every_field(
        self, store: Store, wanted: EventFilter, expected: list[int]
    ) -> None:
        """The order is that of ids, or the other way round."""
        run = self._started(store)
        made = AssetMaterialized(ORDERS, "a", "a")
        store.append(run.id, [StepStarted("a"), made, LogLine("hello")], at=11.0, expect=1, fence=0)
        store.report([AssetMaterialized(ORDERS, "b"), AssetObserved(USERS)], at=20.0)

        assert [e.id for e in store.events(wanted)] == expected
        assert [e.id for e in store.events(wanted, newest_first=True)] == expected[::-1]
        assert [e.id for e in store.events(wanted, limit=1)] == expected[:1]

    # -- assets

    def test_a_materialization_is_the_head_of_its_asset_and_partition(self, store: Store) -> None:
        """Everything that status queries need is there without reading events."""
        run = self._started(store)
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

    def test_a_failure_stands_until_the_next_materialization(self, store: Store) -> None:
        """The counts of the asset follow, whichever order the events have."""
        run = self._started(store)
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
        run = self._started(store)
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
        assert store.asset_heads() == {ORDERS: AssetHead(asset=ORDERS, observed=4)}
        assert [e.id for e in store.events(EventFilter(asset=ORDERS))] == [4]
        assert [e.id for e in store.events(EventFilter(run=run.id))] == [1, 2, 3]


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
