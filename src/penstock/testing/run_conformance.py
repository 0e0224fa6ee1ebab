"""What any store must do with runs; part of `StoreConformance`."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from penstock.base.ids import RunId
from penstock.errors import FencedError, InvariantViolationError, RunNotFoundError
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    LeaseLost,
    LogLine,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStarting,
    RunSucceeded,
    StepStarted,
    StepSucceeded,
    StoredEvent,
)
from penstock.model.run import RunFilter, RunSpec, RunStatus
from penstock.store.protocol import EventFilter, Lease, Store
from penstock.testing.store_values import ORDERS, a_run, started


class RunConformance:
    """The tests; `StoreConformance` gives them their store."""

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
        started(store)

        with pytest.raises(InvariantViolationError, match=r"^There is already a run r1\.$"):
            store.create_run(a_run("r1"), plan=b"other", events=[RunQueued()])
        assert store.counters()["events"] == 1

    def test_append_returns_the_new_version_and_the_first_event_id(self, store: Store) -> None:
        """Ids go on store-wide, without gaps."""
        run = started(store)

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
            (RunStarting("you"), {"status": RunStatus.STARTING, "owner": "you"}),
            (RunStarting(), {"status": RunStatus.STARTING, "owner": None}),
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
        run = started(store)

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
        run = started(store)
        store.append(run.id, [RunCanceling()], at=12.0, expect=1, fence=0)

        store.append(run.id, events, at=13.0, expect=2, fence=0)

        found = store.run(run.id)
        assert found is not None
        assert found.status is status

    def test_a_cancellation_and_the_loss_of_the_owner_may_come_together(self, store: Store) -> None:
        """Events of one write follow each other."""
        run = started(store)

        store.append(run.id, [RunCanceling(), LeaseLost("me")], at=12.0, expect=1, fence=0)

        expected = replace(run, status=RunStatus.CANCELING, owner=None, version=3, updated=12.0)
        assert store.run(run.id) == expected

    def test_an_outdated_version_is_refused(self, store: Store) -> None:
        """Two writers that read the same version cannot both succeed."""
        run = started(store)
        store.append(run.id, [LogLine("one")], at=11.0, expect=1, fence=0)

        with pytest.raises(FencedError, match="it is at version 2, and the writer expected 1"):
            store.append(run.id, [LogLine("two")], at=11.0, expect=1, fence=0)
        assert store.counters()["events"] == 2

    def test_a_newer_lease_fences_the_older_one(self, store: Store) -> None:
        """Whoever took the lease last may write."""
        run = started(store)
        old = store.take_lease(run.id, owner="a", at=11.0)
        new = store.take_lease(run.id, owner="b", at=12.0)

        assert (old, new) == (Lease(run.id, "a", 1, 1), Lease(run.id, "b", 2, 1))
        with pytest.raises(FencedError, match="lease is number 2 now, and the writer holds number"):
            store.append(run.id, [LogLine("late")], at=13.0, expect=1, fence=1)
        assert store.append(run.id, [LogLine("fine")], at=13.0, expect=1, fence=2) == (2, 2)

    def test_only_the_newest_lease_can_be_released(self, store: Store) -> None:
        """Releasing an old one changes nothing."""
        run = started(store)
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

    def test_deleting_a_run_forgets_its_events_and_keeps_what_it_made(self, store: Store) -> None:
        """Ids are not used again; a plan goes with the last run that has it."""
        run = started(store)
        started(store, "r2")
        store.append(run.id, [AssetMaterialized(ORDERS)], at=11.0, expect=1, fence=0)
        heads = store.asset_heads()

        store.delete_run(run.id)

        assert store.run(run.id) is None
        assert store.events(EventFilter(run=run.id)) == []
        assert store.asset_heads() == heads
        assert store.plan("p") == b"plan"
        assert store.report([AssetObserved(ORDERS)], at=12.0) == 4
        store.delete_run(RunId("r2"))
        assert store.plan("p") is None
        assert store.counters() == {"runs": 0, "events": 2, "assets": 1, "backfills": 0}

    def test_tags_of_a_run_are_set_and_removed(self, store: Store) -> None:
        """The spec and every list say them at once; the version of the run stays."""
        spec = RunSpec(job="daily", tags=(("env", "dev"), ("team", "data")))
        run = store.create_run(a_run("r1", spec), plan=b"plan", events=[RunStarted("me")])

        store.change_run_tags(run.id, {"env": "prod", "a": "1", "team": None, "b": None}, at=11.0)

        tags = (("a", "1"), ("env", "prod"))
        assert store.run(run.id) == replace(run, spec=replace(spec, tags=tags), updated=11.0)
        assert [r.id for r in store.runs(RunFilter(tags=(("env", "prod"),)))] == ["r1"]
        assert store.runs(RunFilter(tags=(("env", "dev"),))) == []
        assert store.run_tags() == [("a", ("1",)), ("env", ("prod",))]

    def test_tags_of_a_run_that_is_not_there_cannot_be_changed(self, store: Store) -> None:
        """The message names the run."""
        with pytest.raises(RunNotFoundError, match="no run r9"):
            store.change_run_tags(RunId("r9"), {"a": "1"}, at=1.0)

    def test_a_remark_leaves_the_version_of_its_run(self, store: Store) -> None:
        """Its owner goes on as if nothing were said."""
        run = started(store)

        number = store.report([LogLine("from outside")], at=11.0, run=run.id)

        assert number == 2
        assert [e.id for e in store.events(EventFilter(run=run.id))] == [1, 2]
        assert store.run(run.id) == run
