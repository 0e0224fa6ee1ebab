"""The loop of a backfill, driven with a store in memory and a launcher that obeys the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet

import pytest
from msgspec.structs import replace

from penstock.base.clock import SystemClock
from penstock.base.ids import BackfillId, RunId, SeededIds
from penstock.control.backfills import (
    BackfillLoop,
    BackfillPorts,
    PartitionEnded,
    reopen,
    unfinished,
)
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.events import (
    ErrorInfo,
    LeaseLost,
    RunFailed,
    RunStarted,
    RunSucceeded,
    StepFailed,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.plan.plan import Plan, encode_plan
from penstock.store.memory import MemoryStore

ASSET = AssetKey("orders")
DIGEST, PLAN = encode_plan(Plan(()))
BACKFILL = BackfillId("b1")


class Runs:
    """Records a run for each launch, with the end that the test wants for its partition."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.ids = SeededIds()
        self.fails: dict[str, str] = {}
        self.fresh: set[str] = set()
        self.launched: list[str] = []
        self.resumed: list[str] = []
        self.before: Callable[[str], None] = lambda partition: None
        self.lock = threading.Lock()

    def outdated(self, piece: BackfillPartition) -> frozenset[AssetKey]:
        return frozenset() if piece.key in self.fresh else frozenset({ASSET})

    def launch(self, piece: BackfillPartition, assets: AbstractSet[AssetKey]) -> RunRecord:
        partition = piece.key
        with self.lock:
            self.launched.append(partition)
            run = self.begin(partition)
        self.before(partition)
        return self.finish(run, partition)

    def resume(self, run: RunId) -> RunRecord:
        record = self.store.run(run)
        assert record is not None
        partition = record.spec.partition
        assert partition is not None
        self.resumed.append(partition)
        return self.finish(run, partition)

    def begin(self, partition: str) -> RunId:
        spec = RunSpec(assets=(ASSET,), partition=partition, backfill=BACKFILL)
        run = RunRecord(
            id=RunId(self.ids.new_id()),
            spec=spec,
            status=RunStatus.NOT_STARTED,
            created=0.0,
            updated=0.0,
            plan=DIGEST,
        )
        self.store.create_run(run, plan=PLAN, events=[])
        self.add(run.id, RunStarted("me"))
        return run.id

    def finish(self, run: RunId, partition: str) -> RunRecord:
        message = self.fails.get(partition)
        if message is None:
            self.add(run, RunSucceeded())
        else:
            self.add(run, StepFailed("orders", ErrorInfo("ConnectionError", message)))
            self.add(run, RunFailed("1 step failed"))
        record = self.store.run(run)
        assert record is not None
        return record

    def add(
        self, run: RunId, event: RunStarted | RunSucceeded | StepFailed | RunFailed | LeaseLost
    ):
        lease = self.store.take_lease(run, owner="me", at=1.0)
        self.store.append(run, [event], at=1.0, expect=lease.version, fence=lease.fence)


class World:
    """A stored backfill of some partitions and all that a loop needs."""

    def __init__(self, *keys: str) -> None:
        self.store = MemoryStore()
        self.runs = Runs(self.store)
        self.reports: list[PartitionEnded] = []
        self.interrupted = 0
        self.record = BackfillRecord(
            id=BACKFILL,
            selection="orders",
            assets=(ASSET,),
            status=BackfillStatus.REQUESTED,
            created=0.0,
            updated=0.0,
            total=len(keys),
        )
        self.store.save_backfill(
            self.record, [BackfillPartition(number=n, key=key) for n, key in enumerate(keys, 1)]
        )

    def interrupt(self) -> None:
        self.interrupted += 1

    def loop(self, *, parallel: int = 1) -> BackfillLoop:
        ports = BackfillPorts(
            store=self.store,
            clock=SystemClock(),
            launcher=self.runs,
            interrupt=self.interrupt,
            report=self.reports.append,
        )
        partitions = reopen(self.store, self.record)
        return BackfillLoop(
            ports, self.record, partitions=partitions, owner="me", parallel=parallel
        )

    @property
    def states(self) -> str:
        return "".join(p.state.value[0] for p in self.store.backfill_partitions(BACKFILL))

    @property
    def status(self) -> BackfillStatus:
        record = self.store.backfill(BACKFILL)
        assert record is not None
        return record.status


def test_partitions_run_in_the_order_of_their_numbers():
    world = World("c", "a", "b")

    world.loop().run()

    assert (world.runs.launched, world.states) == (["c", "a", "b"], "DDD")


def test_a_backfill_that_made_everything_is_complete_and_has_no_owner():
    world = World("a")

    world.loop().run()

    record = world.store.backfill(BACKFILL)
    assert record is not None
    assert (record.status, record.owner) == (BackfillStatus.COMPLETED_SUCCESS, None)


def test_a_serial_backfill_stops_at_the_first_failure_and_says_what_the_user_code_said():
    world = World("a", "b", "c")
    world.runs.fails["b"] = "Connection timeout"

    world.loop().run()

    assert world.runs.launched == ["a", "b"]
    assert world.reports[-1].partition.error == "Connection timeout"
    assert (world.states, world.status) == ("DFP", BackfillStatus.REQUESTED)


def test_a_resumed_backfill_begins_at_the_failed_partition():
    world = World("a", "b", "c")
    world.runs.fails["b"] = "Connection timeout"
    world.loop().run()
    world.runs.fails.clear()

    world.loop().run()

    assert world.runs.launched == ["a", "b", "b", "c"]
    assert [report.partition.number for report in world.reports] == [1, 2, 2, 3]
    assert BackfillStatus.COMPLETED_SUCCESS is world.status


def test_a_failure_of_the_last_partition_leaves_the_backfill_unfinished():
    world = World("a")
    world.runs.fails["a"] = "no"

    world.loop().run()

    assert [b.id for b in unfinished(world.store)] == [BACKFILL]


def test_a_partition_that_became_fresh_meanwhile_is_done_and_not_run():
    world = World("a", "b")
    world.runs.fresh.add("a")

    world.loop().run()

    assert (world.runs.launched, world.states) == (["b"], "DD")


def test_a_suspended_run_is_resumed_in_place():
    world = World("a", "b")
    run = world.runs.begin("a")
    world.runs.add(run, LeaseLost("me"))
    world.store.update_backfill(
        BACKFILL,
        at=1.0,
        partitions=[BackfillPartition(number=1, key="a", state=PartitionState.RUNNING)],
    )

    world.loop().run()

    assert (world.runs.resumed, world.runs.launched, world.states) == (["a"], ["b"], "DD")


def test_a_run_of_a_range_that_succeeded_unsaid_is_not_repeated():
    world = World()
    store, record = world.store, replace(world.record, id=BackfillId("b2"))
    piece = BackfillPartition(
        number=1, key="a", last="c", size=3, state=PartitionState.RUNNING, run=RunId("r")
    )
    store.save_backfill(record, [piece])
    spec = RunSpec(assets=(ASSET,), partition_range=("a", "c"), backfill=record.id)
    run = RunRecord(
        id=RunId("r"),
        spec=spec,
        status=RunStatus.NOT_STARTED,
        created=0.0,
        updated=0.0,
        plan=DIGEST,
    )
    store.create_run(run, plan=PLAN, events=[])
    world.runs.add(run.id, RunStarted("me"))
    world.runs.add(run.id, RunSucceeded())

    (reopened,) = reopen(store, record)

    assert (reopened.state, reopened.run, reopened.size) == (PartitionState.DONE, "r", 3)


def test_a_run_that_succeeded_before_its_owner_could_say_so_is_not_repeated():
    world = World("a", "b")
    world.runs.finish(world.runs.begin("a"), "a")
    world.store.update_backfill(
        BACKFILL,
        at=1.0,
        partitions=[BackfillPartition(number=1, key="a", state=PartitionState.RUNNING)],
    )

    world.loop().run()

    assert (world.runs.launched, world.states) == (["b"], "DD")


def test_the_workers_of_a_parallel_backfill_run_side_by_side():
    world = World("a", "b", "c")
    together = threading.Barrier(3)
    world.runs.before = lambda partition: together.wait(timeout=30) and None

    world.loop(parallel=3).run()

    assert world.states == "DDD"
    assert {1, 2, 3} == {report.worker for report in world.reports}


def test_a_parallel_backfill_lets_running_partitions_finish_and_starts_no_more():
    world = World("a", "b", "c", "d")
    failed = threading.Event()
    world.runs.fails["a"] = "no"

    def wait(partition: str) -> None:
        if partition == "b":
            failed.wait(timeout=30)

    def report(ended: PartitionEnded) -> None:
        if ended.partition.key == "a":
            failed.set()

    world.runs.before = wait
    ports = BackfillPorts(
        store=world.store,
        clock=SystemClock(),
        launcher=world.runs,
        interrupt=world.interrupt,
        report=report,
    )
    partitions = reopen(world.store, world.record)
    BackfillLoop(ports, world.record, partitions=partitions, owner="me", parallel=2).run()

    assert world.states == "FDPP"


@pytest.mark.parametrize("parallel", [1, 2])
def test_an_interrupt_leaves_the_partition_to_be_repeated(parallel: int):
    world = World("a", "b", "c")

    def stop(partition: str) -> None:
        if partition == "b":
            raise KeyboardInterrupt

    world.runs.before = stop

    with pytest.raises(KeyboardInterrupt):
        world.loop(parallel=parallel).run()

    assert world.states[1] == "P"
    record = world.store.backfill(BACKFILL)
    assert record is not None
    assert (record.status, record.owner) == (BackfillStatus.REQUESTED, None)
