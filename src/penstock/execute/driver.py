"""The driver: carries out what the run machine commands, and records what happens.

Decides nothing. Everything that it learns becomes an event; each event goes to the machine and to
the store, in that order. Events are written in batches: always before user code gets control and
at the end of the run, and at least every quarter of a second while user code reports something. So
whatever a step sees of the store includes all that happened before it.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import assert_never

from penstock.base.clock import Clock, Instant
from penstock.decide.commands import Cancel, Command, Finish, Launch, SetTimer, Skip
from penstock.decide.run import RunMachine
from penstock.execute.interrupts import Interrupt
from penstock.execute.protocol import Executor, Task
from penstock.model.events import (
    AssetFailed,
    ErrorInfo,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunSucceeded,
    StepCanceled,
    StepFailed,
    StepRestarted,
    StepSkipped,
    StepStarted,
)
from penstock.model.run import RunStatus
from penstock.store.protocol import Lease, Store

_WRITE_EVERY = 0.25

Observer = Callable[[RunEvent], None]


class Driver:
    """Drives one run of a plan to its end.

    Args:
        machine: The state of the run, before anything or after its log was replayed.
        store: Where events go.
        lease: The right to write them.
        executor: Carries steps out.
        clock: The time of events and of retries.
        interrupt: Where a request to stop arrives.
        observer: Called with each event, after it was applied.
        partition: The partition that the run is for.
    """

    def __init__(
        self,
        *,
        machine: RunMachine,
        store: Store,
        lease: Lease,
        executor: Executor,
        clock: Clock,
        interrupt: Interrupt,
        observer: Observer | None = None,
        partition: str | None = None,
    ) -> None:
        self._machine = machine
        self._store = store
        self._lease = lease
        self._version = lease.version
        self._executor = executor
        self._clock = clock
        self._interrupt = interrupt
        self._observer = observer
        self._partition = partition
        self._pending: list[RunEvent] = []
        self._written_at = clock.monotonic()
        self._commands: deque[Command] = deque()
        self._inbox: queue.SimpleQueue[RunEvent] = queue.SimpleQueue()
        self._timers: list[SetTimer] = []
        self._thread = threading.get_ident()
        self._fault: Exception | None = None
        self._first_error: ErrorInfo | None = None
        self._is_over = False

    def begin(self, event: RunEvent) -> None:
        """Record the event that begins the run."""
        self._record(event)

    def take_up(self, event: RunEvent) -> None:
        """Go on from an event that has been written already."""
        self._apply(event)

    def drive(self) -> RunStatus:
        """Go on until the run has ended.

        Raises:
            FencedError: Another owner took the run over.
            OutageError: The store failed; what was recorded stays, and the run can be resumed.
        """
        try:
            while not self._is_over:
                self._check_interrupt()
                if self._commands:
                    self._carry_out(self._commands.popleft())
                else:
                    self._wait()
        finally:
            self._executor.close()
        return self._machine.status

    def report(self, event: RunEvent) -> None:
        """Take an event from a task; in the driver's own thread it is recorded at once.

        What other threads report waits until the driver's thread reports something.

        Raises:
            Exception: The driver failed, now or before; the task cannot go on.
        """
        self._inbox.put(event)
        if threading.get_ident() == self._thread:
            with self._interrupt.shielded():
                self._drain()

    def _drain(self) -> None:
        # User code may swallow what its report raised; the next report raises it again.
        if self._fault is not None:
            raise self._fault
        try:
            self._take_in()
        except Exception as error:
            self._fault = error
            raise

    def _take_in(self) -> None:
        while not self._inbox.empty():
            self._check_interrupt()
            self._record(self._inbox.get())
        if self._clock.monotonic() - self._written_at > _WRITE_EVERY:
            self._write()

    def _apply(self, event: RunEvent) -> None:
        self._commands.extend(self._machine.apply(event, self._clock.now()))
        if self._observer is not None:
            self._observer(event)

    def _record(self, event: RunEvent) -> None:
        self._pending.append(event)
        self._apply(event)
        if isinstance(event, StepFailed):
            self._first_error = self._first_error or event.error
            self._note_failed_assets((event.step,), event.error.first_line())

    def _note_failed_assets(self, steps: tuple[str, ...], reason: str) -> None:
        for key in steps:
            for asset in self._machine.step(key).assets:
                partition = self._partition if asset.is_partitioned else None
                self._record(
                    AssetFailed(asset=asset.key, partition=partition, step=key, reason=reason)
                )

    def _write(self) -> None:
        self._written_at = self._clock.monotonic()
        if self._pending:
            events, self._pending = self._pending, []
            self._version, _ = self._store.append(
                self._lease.run,
                events,
                at=self._clock.now(),
                expect=self._version,
                fence=self._lease.fence,
            )

    def _check_interrupt(self) -> None:
        if self._interrupt.requested and self._machine.status is RunStatus.STARTED:
            self._record(RunCanceling(by="an interrupt"))

    def _carry_out(self, command: Command) -> None:
        match command:
            case Launch(step, attempt):
                self._launch(step, attempt)
            case SetTimer():
                self._timers.append(command)
            case Cancel(step, attempt):
                self._timers = [t for t in self._timers if t.step != step]
                self._executor.cancel(Task(self._machine.step(step), attempt))
            case Skip(step, because):
                self._record(StepSkipped(step, because))
            case Finish(status, reason):
                self._finish(status, reason)
            case _:
                assert_never(command)

    def _launch(self, step: str, attempt: int) -> None:
        if self._machine.status is RunStatus.CANCELING:
            self._record(StepCanceled(step, attempt))
            return
        machine = self._machine
        task = Task(machine.step(step), attempt, machine.retries_used(step), machine.sources(step))
        self._record(StepStarted(step, attempt))
        self._write()
        self._executor.submit(task, self.report)

    def _wait(self) -> None:
        """Wait for the next timer; tasks of other threads would report meanwhile."""
        due = min(self._timers, key=lambda timer: timer.due)
        self._write()
        self._sleep_until(due.due)
        if not self._interrupt.requested:
            self._timers.remove(due)
            self._record(StepRestarted(due.step, due.attempt))

    def _sleep_until(self, due: Instant) -> None:
        while not self._interrupt.requested and (left := due - self._clock.now()) > 0:
            self._clock.sleep(min(left, _WRITE_EVERY))

    def _finish(self, status: RunStatus, reason: str) -> None:
        match status:
            case RunStatus.SUCCESS:
                self._record(RunSucceeded())
            case RunStatus.CANCELED:
                self._record(RunCanceled())
            case _:
                self._note_failed_assets(
                    self._machine.blocked_steps(), "a step that it depends on failed"
                )
                self._record(RunFailed(reason, self._first_error))
        self._write()
        self._is_over = True
