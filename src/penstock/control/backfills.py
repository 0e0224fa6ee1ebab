"""The loop of a backfill: it works piece after piece until all are made or one fails.

Owns the order of reading facts, asking the decider and writing its outcome, and the worker threads.
Refuses to know user code: what runs a piece is a port, and so is what finds out which assets of
it are outdated. The invariant: what the store says of a partition is written before the partition
starts and after it ends, so that a backfill that dies at any point can be resumed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from msgspec.structs import replace

from penstock.base.clock import Clock
from penstock.base.ids import RunId
from penstock.decide.backfill import (
    Agenda,
    BackfillSummary,
    reopened,
    summary,
)
from penstock.errors import UnknownPartitionError
from penstock.graph.staleness import ALREADY_FRESH
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.events import StepFailed
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.protocol import EventFilter, Store

_UNFINISHED = (BackfillStatus.REQUESTED, BackfillStatus.COMPLETED_FAILED)


class Launcher(Protocol):
    """What runs one piece of a backfill in the calling thread."""

    def outdated(self, piece: BackfillPartition) -> frozenset[AssetKey]:
        """Return the assets of which some partition of the piece is not fresh now.

        Raises:
            UnknownPartitionError: The piece has no partition any more.
        """
        ...

    def launch(self, piece: BackfillPartition, assets: AbstractSet[AssetKey]) -> RunRecord:
        """Make the assets for the piece; return the run when it has ended."""
        ...

    def resume(self, run: RunId) -> RunRecord:
        """Go on with a suspended run; return it when it has ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionEnded:
    """One partition of a backfill has ended.

    Attributes:
        partition: What the store now says of it.
        worker: Which worker it was, from 1.
        total: How many partitions the backfill has.
    """

    partition: BackfillPartition
    worker: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPorts:
    """What the loop works with.

    Attributes:
        launcher: Runs one partition.
        interrupt: Interrupts every run that other threads of this process execute now.
        report: Is told each partition that ended, in the thread of the loop.
    """

    store: Store
    clock: Clock
    launcher: Launcher
    interrupt: Callable[[], object]
    report: Callable[[PartitionEnded], None]


def unfinished(store: Store) -> list[BackfillRecord]:
    """List the backfills that have partitions left to make, newest first."""
    return [b for b in store.backfills() if b.status in _UNFINISHED]


def reopen(store: Store, backfill: BackfillRecord) -> tuple[BackfillPartition, ...]:
    """Return a backfill's pieces as a resuming owner finds them, and has to write them.

    A partition that ran when the owner died is done if its run turns out to have succeeded;
    otherwise it is pending again and names its newest run.
    """
    newest: dict[str | None, RunRecord] = {}
    for run in store.runs(RunFilter(backfill=backfill.id)):
        newest.setdefault(_first_key(run), run)
    partitions = store.backfill_partitions(backfill.id)
    settled = [_settled(p, newest.get(p.key)) for p in partitions]
    again = {p.number: p for p in reopened(settled)}
    return tuple(again.get(p.number, p) for p in settled)


def _first_key(run: RunRecord) -> str | None:
    ends = run.spec.partition_range
    return run.spec.partition if ends is None else ends[0]


def _settled(partition: BackfillPartition, run: RunRecord | None) -> BackfillPartition:
    if run is None or partition.state in (PartitionState.DONE, PartitionState.SKIPPED):
        return partition
    if partition.state is PartitionState.RUNNING and run.status is RunStatus.SUCCESS:
        return replace(partition, state=PartitionState.DONE, run=run.id, took=_took(run))
    return replace(partition, run=run.id)


class BackfillLoop:
    """Works on one backfill; made anew for each."""

    def __init__(
        self,
        ports: BackfillPorts,
        backfill: BackfillRecord,
        *,
        partitions: Sequence[BackfillPartition],
        owner: str,
        parallel: int = 1,
        delay: float = 0.0,
    ) -> None:
        self._ports = ports
        self._backfill = backfill
        self._partitions = {p.number: p for p in partitions}
        self._agenda = Agenda(partitions)
        self._has_ended_any = any(p.took is not None for p in partitions)
        self._owner = owner
        self._parallel = parallel
        self._delay = delay

    def run(self) -> BackfillSummary:
        """Work until every partition has ended, or one has failed and those at work have ended.

        With one worker the partitions run in the calling thread, else in threads. The backfill
        stays resumable whatever happens.

        Raises:
            KeyboardInterrupt: Ctrl-C; every run has been interrupted and has ended.
        """
        self._write([p for p in self._partitions.values() if p.run is not None])  # as reopened
        try:
            if self._parallel == 1:
                self._work_alone()
            else:
                self._work_in_threads()
        except BaseException:
            self._give_back()
            raise
        result = summary(self._partitions.values())
        self._write((), status=result.final_status, owner=None)
        return result

    def _work_alone(self) -> None:
        first = True
        while True:
            numbers = self._next(free=1)
            if not numbers:
                return
            if not first and self._delay:
                self._ports.clock.sleep(self._delay)
            first = False
            started = self._start(numbers[0])
            self._end(self._perform(started), worker=1)

    def _work_in_threads(self) -> None:
        ended: SimpleQueue[tuple[int, BackfillPartition | BaseException]] = SimpleQueue()
        free = list(range(1, self._parallel + 1))
        threads: dict[int, threading.Thread] = {}
        failure: BaseException | None = None
        try:
            while True:
                numbers = () if failure else self._next(free=len(free))
                for number in numbers:
                    if self._delay and self._has_ended_any:
                        self._ports.clock.sleep(self._delay)
                    worker = free.pop(0)
                    threads[worker] = self._spawn(self._start(number), worker=worker, ended=ended)
                if not threads:
                    break
                worker, outcome = ended.get()
                threads.pop(worker).join()
                free = sorted([*free, worker])
                if isinstance(outcome, BaseException):
                    failure = failure or outcome
                else:
                    self._end(outcome, worker=worker)
        except KeyboardInterrupt:
            self._ports.interrupt()
            for thread in threads.values():
                thread.join()
            self._drain(ended)
            raise
        if failure is not None:
            raise failure

    def _next(self, *, free: int) -> tuple[int, ...]:
        return self._agenda.next(free_slots=free, stop_after_failure=True)

    def _spawn(
        self,
        started: BackfillPartition,
        *,
        worker: int,
        ended: SimpleQueue[tuple[int, BackfillPartition | BaseException]],
    ) -> threading.Thread:
        def work() -> None:
            try:
                ended.put((worker, self._perform(started)))
            except BaseException as error:  # noqa: BLE001 - handed to the loop's thread, raised there
                ended.put((worker, error))

        thread = threading.Thread(target=work, name=f"backfill worker {worker}")
        thread.start()
        return thread

    def _drain(self, ended: SimpleQueue[tuple[int, BackfillPartition | BaseException]]) -> None:
        while not ended.empty():
            worker, outcome = ended.get()
            if isinstance(outcome, BaseException):
                continue  # interrupted before it could say how it ended: pending again
            if outcome.state is PartitionState.PENDING:
                self._write((outcome,))
            else:
                self._end(outcome, worker=worker)

    def _start(self, number: int) -> BackfillPartition:
        started = replace(self._partitions[number], state=PartitionState.RUNNING)
        self._write((started,))
        return started

    def _perform(self, started: BackfillPartition) -> BackfillPartition:
        """Run a partition in the calling thread and return how it ended."""
        began = self._ports.clock.monotonic()
        try:
            run = self._run_of(started)
        except UnknownPartitionError as error:  # it is gone since the backfill was planned
            return replace(started, state=PartitionState.FAILED, error=str(error).splitlines()[0])
        took = self._ports.clock.monotonic() - began
        if run is None:
            # Planned as outdated, and made since: by an attempt whose run was cancelled after it.
            return replace(started, state=PartitionState.DONE, reason=ALREADY_FRESH)
        if run.status is RunStatus.SUCCESS:
            return replace(started, state=PartitionState.DONE, run=run.id, took=took)
        if run.status is RunStatus.CANCELED:
            return replace(started, state=PartitionState.PENDING, run=run.id)
        error = _first_error(self._ports.store, run)
        return replace(started, state=PartitionState.FAILED, run=run.id, took=took, error=error)

    def _run_of(self, started: BackfillPartition) -> RunRecord | None:
        """Resume the partition's suspended run, or make what is outdated; None if nothing is."""
        last = self._ports.store.run(started.run) if started.run is not None else None
        if last is not None and last.status is RunStatus.SUSPENDED:
            return self._ports.launcher.resume(last.id)
        assets = self._ports.launcher.outdated(started)
        return self._ports.launcher.launch(started, assets) if assets else None

    def _end(self, ended: BackfillPartition, *, worker: int) -> None:
        if ended.state is PartitionState.PENDING:  # canceled from outside: not to be tried at once
            ended = replace(ended, state=PartitionState.FAILED, error="The run was canceled.")
        self._write((ended,))
        self._has_ended_any = self._has_ended_any or ended.took is not None
        self._ports.report(
            PartitionEnded(partition=ended, worker=worker, total=self._backfill.total)
        )

    def _give_back(self) -> None:
        again = reopened(p for p in self._partitions.values() if p.state is PartitionState.RUNNING)
        self._write(again, owner=None)

    def _write(
        self,
        partitions: Sequence[BackfillPartition],
        *,
        status: BackfillStatus | None = None,
        owner: str | None = "",
    ) -> None:
        self._ports.store.update_backfill(
            self._backfill.id,
            at=self._ports.clock.now(),
            status=status,
            owner=self._owner if owner == "" else owner,
            partitions=partitions,
        )
        for partition in partitions:
            self._partitions[partition.number] = partition
            self._agenda.note(partition)


def _first_error(store: Store, run: RunRecord) -> str:
    """Return what the first step that failed said, in one line."""
    for stored in store.events(EventFilter(run=run.id, kinds=("step_failed",)), limit=1):
        if isinstance(stored.event, StepFailed):
            return stored.event.error.first_line()
    return run.error or f"The run ended as {run.status.value}."


def _took(run: RunRecord) -> float | None:
    if run.started is None or run.ended is None:
        return None
    return run.ended - run.started
