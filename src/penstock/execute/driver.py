"""The driver: carries out what the run machine commands, and records what happens.

Decides nothing. Everything that it learns becomes an event; each event goes to the machine and to
the store, in that order. It runs in one thread. A task that runs there reports straight to it;
tasks that run elsewhere put their reports into its inbox, on which it waits.

Events are written in batches: always before user code gets control and at the end of the run, and
at least every quarter of a second while user code reports something. So whatever a step sees of the
store includes all that happened before it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import assert_never

from penstock.base.clock import Clock, Instant
from penstock.decide.commands import Cancel, Command, Finish, Launch, SetTimer, Skip
from penstock.decide.launch_queue import LaunchQueue
from penstock.decide.run import RunMachine
from penstock.errors import BugError
from penstock.execute.interrupts import Interrupt
from penstock.execute.journal import RunJournal
from penstock.execute.protocol import Executor, Task
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
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
    StepSucceeded,
    StepUpForRetry,
)
from penstock.model.run import RunStatus
from penstock.store.protocol import Lease, Store

_WRITE_EVERY = 0.25
_READ_BACK = (AssetMaterialized, AssetObserved, CheckEvaluated)
_ENDS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)

Observer = Callable[[RunEvent], None]


class Driver:
    """Drives one run of a plan to its end.

    Args:
        machine: The state of the run, before anything or after its log was replayed.
        store: Where events go.
        lease: The right to write them.
        executor: Carries steps out.
        launches: Says which of the steps that are ready start, and how many at once.
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
        launches: LaunchQueue | None = None,
        observer: Observer | None = None,
        partition: str | None = None,
    ) -> None:
        self._machine = machine
        self._lease = lease
        self._journal = RunJournal(store, lease, clock=clock, hurried=lambda: interrupt.requested)
        self._executor = executor
        self._clock = clock
        self._interrupt = interrupt
        self._launches = launches or LaunchQueue()
        self._in_flight: dict[str, Task] = {}
        self._observer = observer
        self._partition = partition
        self._pending: list[RunEvent] = []
        self._written_at = clock.monotonic()
        self._commands: deque[Command] = deque()
        self._inbox: queue.SimpleQueue[RunEvent | threading.Event | None] = queue.SimpleQueue()
        self._has_stopped = False
        self._timers: list[SetTimer] = []
        self._thread = threading.get_ident()
        self._fault: Exception | None = None
        self._first_failure: StepFailed | None = None
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
            with self._interrupt.waking(self._wake):
                while not self._is_over:
                    self._take_in()
                    self._check_interrupt()
                    if self._commands:
                        self._carry_out(self._commands.popleft())
                    elif not self._launch_ready():
                        self._wait()
        finally:
            self._has_stopped = True
            self._executor.close()
        return self._machine.status

    def report(self, event: RunEvent) -> None:
        """Take an event from a task; in the driver's own thread it is recorded at once.

        What other threads report waits until the driver looks into its inbox: while it waits, and
        whenever its own thread reports something.

        Raises:
            Exception: The driver failed, now or before; the task cannot go on.
        """
        self._inbox.put(event)
        if threading.get_ident() == self._thread:
            with self._interrupt.shielded():
                self._guard(self._take_in)

    def flush(self) -> None:
        """Write what was reported of assets: user code goes on, and may read it.

        Raises:
            Exception: The driver failed; see `report`.
        """
        if threading.get_ident() == self._thread:
            if any(isinstance(event, _READ_BACK) for event in self._pending):
                with self._interrupt.shielded():
                    self._guard(self._write)
            return
        written = threading.Event()
        self._inbox.put(written)
        while not written.wait(_WRITE_EVERY) and not self._has_stopped:
            pass

    def _guard(self, act: Callable[[], None]) -> None:
        # User code may swallow what its report raised; the next report raises it again.
        if self._fault is not None:
            raise self._fault
        try:
            act()
        except Exception as error:
            self._fault = error
            raise

    def _wake(self) -> None:
        # Called by signal handlers too; SimpleQueue.put may interrupt itself.
        self._inbox.put(None)

    def _take_in(self) -> None:
        while not self._inbox.empty():
            self._check_interrupt()
            self._take(self._inbox.get())
        if self._clock.monotonic() - self._written_at > _WRITE_EVERY:
            self._write()

    def _take(self, told: RunEvent | threading.Event | None) -> None:
        if isinstance(told, threading.Event):
            self._write()
            told.set()
        elif told is not None:
            self._record(told)

    def _apply(self, event: RunEvent) -> None:
        self._commands.extend(self._machine.apply(event, self._clock.now()))
        if self._observer is not None:
            self._observer(event)

    def _record(self, event: RunEvent) -> None:
        self._pending.append(event)
        self._apply(event)
        if isinstance(event, _ENDS):
            self._in_flight.pop(event.step, None)
            self._launches.ended(event.step)
        if isinstance(event, StepFailed):
            self._first_failure = self._first_failure or event
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
            self._journal.write(events)

    def _check_interrupt(self) -> None:
        if self._interrupt.requested and self._machine.status is RunStatus.STARTED:
            self._record(RunCanceling(by="an interrupt"))

    def _carry_out(self, command: Command) -> None:
        match command:
            case Launch():
                self._launches.add(command)
            case SetTimer():
                self._timers.append(command)
            case Cancel(step, attempt):
                self._cancel(step, attempt)
            case Skip(step, because):
                self._record(StepSkipped(step, because))
            case Finish(status, reason):
                self._finish(status, reason)
            case _:
                assert_never(command)

    def _cancel(self, step: str, attempt: int) -> None:
        self._timers = [timer for timer in self._timers if timer.step != step]
        if self._launches.drop(Launch(step, attempt)):
            self._record(StepCanceled(step, attempt))
        elif (task := self._in_flight.get(step)) is not None:
            self._executor.cancel(task)

    def _launch_ready(self) -> bool:
        """Hand out as many steps as there are places; tell whether there was any."""
        tasks: list[Task] = []
        while (launch := self._launches.next()) is not None:
            self._record(StepStarted(launch.step, launch.attempt))
            tasks.append(self._task(launch))
        if not tasks:
            return False
        self._write()
        for task in tasks:
            if self._machine.status is RunStatus.CANCELING:
                self._record(StepCanceled(task.step.key, task.attempt))
                continue
            self._in_flight[task.step.key] = task
            self._executor.submit(task, self.report)
        return True

    def _task(self, launch: Launch) -> Task:
        machine, step = self._machine, launch.step
        return Task(
            machine.step(step), launch.attempt, machine.retries_used(step), machine.sources(step)
        )

    def _wait(self) -> None:
        """Wait for a report, a timer or an interrupt."""
        self._write()
        due = min((timer.due for timer in self._timers), default=None)
        if self._in_flight:
            self._await_report(None if due is None else due - self._clock.now())
        elif due is not None:
            self._sleep_until(due)
        else:
            raise BugError(f"Nothing of run {self._lease.run} runs, and it has not ended.")
        if not self._interrupt.requested:
            self._restart_due()

    def _await_report(self, timeout: float | None) -> None:
        if timeout is not None and timeout <= 0:
            return
        with contextlib.suppress(queue.Empty):
            told = self._inbox.get(timeout=timeout)
            self._check_interrupt()
            self._take(told)

    def _restart_due(self) -> None:
        now = self._clock.now()
        for timer in [timer for timer in self._timers if timer.due <= now]:
            self._timers.remove(timer)
            self._record(StepRestarted(timer.step, timer.attempt))

    def _sleep_until(self, due: Instant) -> None:
        # Nothing can report, so only the clock counts, which may be one that a test moves on.
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
                first = self._first_failure
                error, step = (first.error, first.step) if first is not None else (None, None)
                self._record(RunFailed(reason, error, step))
        self._write()
        self._is_over = True
