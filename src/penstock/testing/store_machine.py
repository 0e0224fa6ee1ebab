"""A Hypothesis state machine that drives a store in step with the memory store.

Each rule does the same to both; after each, every query must give the same answer. Subclass it, say
how a store is made, and hand its `TestCase` to pytest:

    class MyStoreMachine(StoreMachine):
        def make_store(self) -> Store:
            return MyStore()

    TestMyStore = MyStoreMachine.TestCase
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from penstock.base.ids import BackfillId, InstigatorId, RunId, TickId
from penstock.errors import PenstockError
from penstock.model.asset_state import PartitionView
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.daemon import DaemonBeat
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    AssetWiped,
    CheckEvaluated,
    ErrorInfo,
    InputLoaded,
    LeaseLost,
    LogLine,
    Remark,
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
from penstock.store.audit import Auditor
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Lease, Store
from penstock.store.sql_store import SqlStore

T = TypeVar("T")

_ASSETS = (AssetKey(["a", "b"]), AssetKey("a/b"))
_PARTITIONS = (None, "", "x")
_RUNS = tuple(RunId(f"r{n}") for n in range(4))
_BACKFILLS = tuple(BackfillId(f"b{n}") for n in range(3))
_STEPS = ("s", "t")
_TICKS = tuple(TickId(f"t{n}") for n in range(4))
_INSTIGATORS = tuple(InstigatorId(f"i{n}") for n in range(2))
_VIEWS = tuple("abcdef")

_asset = st.sampled_from(_ASSETS)
_partition = st.sampled_from(_PARTITIONS)
_run = st.sampled_from(_RUNS)
_backfill = st.sampled_from(_BACKFILLS)
_step = st.sampled_from(_STEPS)
_instigator = st.sampled_from(_INSTIGATORS)
_maybe_step = st.none() | _step
_tags = st.lists(st.tuples(st.sampled_from("kl"), st.sampled_from("vw")), max_size=2).map(tuple)

_run_events: st.SearchStrategy[RunEvent] = st.one_of(
    st.just(RunQueued()),
    st.builds(RunStarting, st.sampled_from(["", "me"])),
    st.builds(RunStarted, st.sampled_from(["", "me"])),
    st.builds(RunResumed, st.sampled_from(["", "you"])),
    st.just(RunSucceeded()),
    st.builds(
        RunFailed,
        st.sampled_from(["", "first\nsecond"]),
        st.none() | st.just(ErrorInfo("ValueError", "bad\nworse")),
    ),
    st.just(RunCanceling()),
    st.just(RunCanceled()),
    st.just(LeaseLost("me")),
    st.builds(StepStarted, _step),
    st.builds(LogLine, st.just("hello"), step=_maybe_step),
    st.builds(InputLoaded, _step, st.just("in"), _asset),
)
_asset_events: st.SearchStrategy[RunEvent] = st.one_of(
    st.builds(
        AssetMaterialized,
        _asset,
        _partition,
        _maybe_step,
        data_version=st.sampled_from(["", "v1"]),
        code_version=st.sampled_from([None, "c1"]),
        inputs=st.sampled_from([{}, {"up": "v0"}]),
    ),
    st.builds(AssetFailed, _asset, _partition, _maybe_step),
    st.builds(AssetObserved, _asset, _partition),
    st.builds(AssetPlanned, _asset, _partition),
    st.builds(
        CheckEvaluated,
        _asset,
        st.sampled_from(["c", "d"]),
        st.booleans(),
        _partition,
        severity=st.sampled_from(["ERROR", "WARN"]),
    ),
)
_remarks: st.SearchStrategy[RunEvent] = st.one_of(
    st.builds(Remark, st.just("said"), step=_maybe_step, asset=st.none() | _asset),
    st.builds(AssetWiped, _asset),
)
_events = st.lists(_run_events | _asset_events | _remarks, max_size=5)

_some_kinds = st.sampled_from(
    [None, ("asset_materialized",), ("run_started", "log_line", "asset_observed"), ()]
)
_event_filters = st.builds(
    EventFilter,
    ids=st.sampled_from([None, None, (), (7, 2, 3)]),
    run=st.none() | _run,
    runless=st.booleans(),
    asset=st.none() | _asset,
    partitions=st.sampled_from([None, (), ("x",), ("", "x")]),
    step=_maybe_step,
    kinds=_some_kinds,
    after=st.none() | st.integers(0, 9),
    before=st.none() | st.integers(0, 20),
    since=st.none() | st.sampled_from([0.0, 5.0, 10.0]),
    until=st.none() | st.sampled_from([5.0, 20.0]),
)
_run_filters = st.builds(
    RunFilter,
    ids=st.none() | st.lists(_run, max_size=2).map(tuple),
    statuses=st.none() | st.lists(st.sampled_from(RunStatus), max_size=3).map(tuple),
    job=st.sampled_from([None, "j"]),
    tags=_tags,
    backfill=st.none() | _backfill,
    without_backfill=st.sampled_from([False, False, True]),
    plan=st.sampled_from([None, None, "plan of j"]),
    group=st.none() | _run,
    created_after=st.none() | st.sampled_from([0.0, 5.0]),
    created_before=st.none() | st.sampled_from([5.0, 10.0]),
    updated_after=st.none() | st.sampled_from([0.0, 5.0]),
    updated_before=st.none() | st.sampled_from([5.0, 10.0]),
)
_limit = st.none() | st.integers(0, 4)
_backfill_partitions = st.lists(
    st.builds(
        BackfillPartition,
        number=st.integers(1, 3),
        key=st.sampled_from("xyz"),
        state=st.sampled_from(PartitionState),
        run=st.none() | _run,
        took=st.none() | st.just(1.5),
    ),
    max_size=3,
    unique_by=lambda partition: partition.number,
)


def _outcome(act: Callable[[], T]) -> T | tuple[type[PenstockError], str]:
    try:
        return act()
    except PenstockError as error:
        return type(error), str(error)


def _wrong_heads(store: Store) -> list[str]:
    """Hold the heads of a SQL store against its events; runs may lack some that were trimmed."""
    if not isinstance(store, SqlStore):
        return []
    found = Auditor(store.database.dialect, store.database.read).audit()
    return [f"{each.subject}: {each.what}" for each in found.differences if each.kind != "run"]


class StoreMachine(RuleBasedStateMachine):
    """Drives two stores at once; `make_store` is the only thing that a subclass writes."""

    def make_store(self) -> Store:
        """Make an empty store; the machine closes it."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        """Make both stores."""
        self.model: Store = MemoryStore()
        self.store: Store = self.make_store()
        self.now: float = 0.0
        self.leases: list[Lease] = []

    def teardown(self) -> None:
        """Close both stores."""
        if hasattr(self, "store"):
            problems = self.store.check_soundness()
            problems += _wrong_heads(self.store)
            self.model.close()
            self.store.close()
            assert problems == []

    def _same(self, act: Callable[[Store], T]) -> T | tuple[type[PenstockError], str]:
        expected = _outcome(lambda: act(self.model))
        actual = _outcome(lambda: act(self.store))
        assert expected == actual
        return expected

    @rule(
        run=_run,
        tags=_tags,
        job=st.sampled_from("jk"),
        backfill=st.none() | _backfill,
        root=st.none() | _run,
        events=_events,
    )
    def create_run(
        self,
        run: RunId,
        *,
        tags: tuple[tuple[str, str], ...],
        job: str,
        backfill: BackfillId | None,
        root: RunId | None,
        events: list[RunEvent],
    ) -> None:
        """Add a run, which may be there already."""
        self.now += 1
        config: dict[str, object] = {"n": [1, {"x": None}]}
        record = RunRecord(
            id=run,
            spec=RunSpec(job=job, tags=tags, backfill=backfill, root=root, config=config),
            status=RunStatus.NOT_STARTED,
            created=self.now,
            updated=self.now,
            plan=f"plan of {job}",
        )
        self._same(lambda s: s.create_run(record, plan=job.encode(), events=events))

    @rule(run=_run, events=_events, late=st.booleans())
    def append(self, run: RunId, *, events: list[RunEvent], late: bool) -> None:
        """Append as a writer that is up to date, or one event behind."""
        self.now += 1
        known = self.model.run(run)
        version, fence = (known.version, known.fence) if known else (0, 0)
        self._same(lambda s: s.append(run, events, at=self.now, expect=version - late, fence=fence))

    @rule(run=_run, owner=st.sampled_from(["me", "you"]))
    def take_lease(self, run: RunId, *, owner: str) -> None:
        """Take a newer lease."""
        self.now += 1
        lease = self._same(lambda s: s.take_lease(run, owner=owner, at=self.now))
        if isinstance(lease, Lease):
            self.leases.append(lease)

    @rule(data=st.data())
    def release_lease(self, data: st.DataObject) -> None:
        """Release some lease ever taken."""
        if self.leases:
            lease = data.draw(st.sampled_from(self.leases))
            self._same(lambda s: s.release_lease(lease))

    @rule(run=_run)
    def delete_run(self, run: RunId) -> None:
        """Delete a run, which may not be there."""
        self._same(lambda s: s.delete_run(run))

    @rule(events=st.lists(_asset_events | _remarks, max_size=6), run=st.none() | _run)
    def report(self, events: list[RunEvent], *, run: RunId | None) -> None:
        """Record asset events outside any run, or remarks on a run that is there."""
        self.now += 1
        known = None if run is None or self.model.run(run) is None else run
        self._same(lambda s: s.report(events, at=self.now, run=known))

    @rule(run=_run, tags=st.dictionaries(st.sampled_from("klm"), st.sampled_from(["v", "z", None])))
    def change_run_tags(self, run: RunId, *, tags: dict[str, str | None]) -> None:
        """Change tags of a run, which may not be there."""
        self.now += 1
        self._same(lambda s: s.change_run_tags(run, tags, at=self.now))

    @rule(kinds=_some_kinds, before=st.sampled_from([5.0, 50.0]), limit=st.integers(0, 3))
    def trim_events(self, kinds: tuple[str, ...] | None, *, before: float, limit: int) -> None:
        """Forget a few old events."""
        self._same(lambda s: s.trim_events(kinds or ("log_line",), before=before, limit=limit))

    @rule(asset=_asset)
    def wipe_asset(self, asset: AssetKey) -> None:
        """Wipe an asset, which may be unknown."""
        self._same(lambda s: s.wipe_asset(asset, at=self.now))

    @rule(asset=_asset, partitions=st.lists(st.sampled_from(["", "x", "y"]), max_size=2))
    def wipe_partitions(self, asset: AssetKey, *, partitions: list[str]) -> None:
        """Wipe partitions, which may be unknown."""
        self._same(lambda s: s.wipe_partitions(asset, partitions, at=self.now))

    @rule(asset=_asset, name=st.sampled_from(_VIEWS), up_to=st.integers(0, 5))
    def keep_partition_view(self, asset: AssetKey, *, name: str, up_to: int) -> None:
        """Keep a view, of an asset that may be unknown."""
        view = PartitionView(up_to=up_to, body=name.encode())
        self._same(lambda s: s.keep_partition_view(asset, name, view))

    @rule(backfill=_backfill, partitions=_backfill_partitions)
    def save_backfill(self, backfill: BackfillId, *, partitions: list[BackfillPartition]) -> None:
        """Add a backfill, which may be there already."""
        self.now += 1
        record = BackfillRecord(
            id=backfill,
            selection="*",
            assets=_ASSETS,
            status=BackfillStatus.REQUESTED,
            created=self.now,
            updated=self.now,
            config={"deep": {"n": 1}},
        )
        self._same(lambda s: s.save_backfill(record, partitions))

    @rule(
        backfill=_backfill,
        status=st.none() | st.sampled_from(BackfillStatus),
        owner=st.none() | st.just("me"),
        partitions=_backfill_partitions,
    )
    def update_backfill(
        self,
        backfill: BackfillId,
        *,
        status: BackfillStatus | None,
        owner: str | None,
        partitions: list[BackfillPartition],
    ) -> None:
        """Change a backfill, which may not be there."""
        self.now += 1
        self._same(
            lambda s: s.update_backfill(
                backfill, at=self.now, status=status, owner=owner, partitions=partitions
            )
        )

    @rule(keys=st.lists(st.sampled_from("pqr"), max_size=3))
    def add_dynamic_partitions(self, keys: list[str]) -> None:
        """Add keys."""
        self._same(lambda s: s.add_dynamic_partitions("dynamic", keys))

    @rule(key=st.sampled_from("pqr"))
    def delete_dynamic_partition(self, key: str) -> None:
        """Remove a key, which may not be there."""
        self._same(lambda s: s.delete_dynamic_partition("dynamic", key))

    @rule(wanted=_event_filters, limit=_limit, newest_first=st.booleans())
    def read_events(self, wanted: EventFilter, *, limit: int | None, newest_first: bool) -> None:
        """Read events by any filter."""
        self._same(lambda s: s.events(wanted, limit=limit, newest_first=newest_first))

    @rule(wanted=_run_filters, limit=_limit, before=st.none() | _run, oldest_first=st.booleans())
    def list_runs(
        self, wanted: RunFilter, *, limit: int | None, before: RunId | None, oldest_first: bool
    ) -> None:
        """List and count runs by any filter."""
        self._same(lambda s: s.runs(wanted, limit=limit, before=before, oldest_first=oldest_first))
        self._same(lambda s: s.count_runs(wanted))

    @rule(
        keys=st.none() | st.lists(st.sampled_from("klm"), max_size=2),
        prefix=st.sampled_from([None, "", "v"]),
        limit=_limit,
    )
    def list_run_tags(
        self, keys: list[str] | None, *, prefix: str | None, limit: int | None
    ) -> None:
        """List tags of runs."""
        self._same(lambda s: s.run_tags(keys, prefix=prefix, limit=limit))

    @rule(
        tick=st.builds(
            TickRecord,
            id=st.sampled_from(_TICKS),
            instigator=_instigator,
            status=st.sampled_from(TickStatus),
            at=st.sampled_from([1.0, 2.0, 3.0]),
            reason=st.none() | st.just("why"),
        )
    )
    def put_tick(self, tick: TickRecord) -> None:
        """Write a tick, new or known."""
        self._same(lambda s: s.put_tick(tick))

    @rule(
        instigator=_instigator,
        before=st.sampled_from([None, 2.0, 9.0]),
        after=st.sampled_from([None, 1.0]),
        statuses=st.none() | st.lists(st.sampled_from(TickStatus), max_size=3),
        limit=_limit,
    )
    def list_ticks(
        self,
        instigator: InstigatorId,
        *,
        before: float | None,
        after: float | None,
        statuses: list[TickStatus] | None,
        limit: int | None,
    ) -> None:
        """List ticks by any filter."""
        self._same(
            lambda s: s.ticks(
                instigator, before=before, after=after, statuses=statuses, limit=limit
            )
        )

    @rule(instigator=_instigator, statuses=st.lists(st.sampled_from(TickStatus), max_size=2))
    def purge_ticks(self, instigator: InstigatorId, *, statuses: list[TickStatus]) -> None:
        """Forget ticks."""
        self._same(lambda s: s.purge_ticks(instigator, statuses=statuses, before=2.5))

    @rule(
        instigator=_instigator,
        kind=st.sampled_from(InstigatorKind),
        status=st.none() | st.sampled_from(InstigatorStatus),
    )
    def put_or_delete_instigator(
        self, instigator: InstigatorId, *, kind: InstigatorKind, status: InstigatorStatus | None
    ) -> None:
        """Write an instigator, or forget it."""
        self.now += 1
        if status is None:
            self._same(lambda s: s.delete_instigator(instigator))
            return
        record = InstigatorRecord(
            id=instigator, kind=kind, name="n", status=status, updated=self.now
        )
        self._same(lambda s: s.put_instigator(record))

    @rule(kind=st.sampled_from(["queue", "sensors"]), owner=st.sampled_from("ab"))
    def put_beat(self, kind: str, *, owner: str) -> None:
        """Write a sign of life."""
        self.now += 1
        self._same(lambda s: s.put_beat(DaemonBeat(kind=kind, owner=owner, at=self.now)))

    @rule(
        values=st.dictionaries(st.sampled_from("pq"), st.sampled_from(["", "1"])),
        gone=st.lists(st.sampled_from("pq"), max_size=1),
    )
    def put_and_delete_values(self, values: dict[str, str], *, gone: list[str]) -> None:
        """Write small values, and forget some."""
        self._same(lambda s: s.put_values(values))
        self._same(lambda s: s.delete_values(gone))

    @invariant()
    def agrees(self) -> None:
        """Every query without a filter gives the same answer."""
        if not hasattr(self, "store"):
            return
        self._same(lambda s: s.counters())
        self._same(lambda s: s.runs(RunFilter()))
        self._same(lambda s: [s.run(run) for run in _RUNS])
        self._same(lambda s: [s.plan(f"plan of {job}") for job in "jk"])
        self._same(lambda s: s.events(EventFilter()))
        self._same(lambda s: [s.event(number) for number in range(1, 6)])
        self._same(lambda s: s.asset_heads())
        self._same(lambda s: s.asset_heads(_ASSETS[:1]))
        self._same(lambda s: s.known_assets(_ASSETS))
        for asset in _ASSETS:
            self._agrees_on(asset)
        self._same(lambda s: s.backfills())
        self._same(lambda s: s.backfills(status=BackfillStatus.REQUESTED, limit=1))
        self._same(lambda s: [s.backfill(b) for b in _BACKFILLS])
        self._same(lambda s: [s.backfill_partitions(b) for b in _BACKFILLS])
        self._same(lambda s: s.dynamic_partitions("dynamic"))
        self._same(lambda s: (s.newest_event(), s.asset_keys(), s.run_tags(), s.run_tag_keys()))
        self._same(lambda s: [s.tick(tick) for tick in _TICKS])
        self._same(lambda s: (s.instigators(), s.instigators(kind=InstigatorKind.SENSOR)))
        self._same(lambda s: (s.beats(), s.values(["p", "q"])))

    def _agrees_on(self, asset: AssetKey) -> None:
        self._same(lambda s: s.events(EventFilter(asset=asset)))
        self._same(lambda s: [s.partition_head(asset, key) for key in _PARTITIONS])
        self._same(lambda s: s.partition_heads(asset))
        self._same(lambda s: s.partition_heads(asset, [None, "x"]))
        self._same(lambda s: s.check_heads(asset))
        self._same(lambda s: (s.partition_keys(asset), s.partition_keys(asset, failed=True)))
        self._same(lambda s: [s.partition_changes(asset, after=after) for after in (0, 6, 12)])
        self._same(lambda s: [s.partition_view(asset, name) for name in _VIEWS])
