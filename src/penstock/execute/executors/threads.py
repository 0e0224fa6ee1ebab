"""The executor that carries tasks out in threads of the driver's process, several at once.

For steps that wait for others: databases, web services, child processes. Python's own code runs in
one thread at a time, and a thread cannot be killed: a task that is canceled ends when its code
comes back to Python.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from penstock.execute.interrupts import Interrupt
from penstock.execute.protocol import Report, Task
from penstock.model.events import StepCanceled

_Entry = tuple[Task, Report]


class ThreadExecutor:
    """Carries tasks out in threads.

    Args:
        perform: Carries a task out in the calling thread, interrupted by the given interrupt, and
            reports on it; never raises.
        max_concurrent: How many tasks run at once; more that are submitted wait.
    """

    def __init__(
        self, perform: Callable[[Task, Report, Interrupt], None], *, max_concurrent: int
    ) -> None:
        self._perform = perform
        self._max_concurrent = max_concurrent
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._waiting: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._submitted: dict[Task, Report] = {}
        self._running: dict[Task, Interrupt] = {}

    def submit(self, task: Task, report: Report) -> None:
        """Have a task carried out as soon as a thread is free; returns at once."""
        with self._lock:
            self._submitted[task] = report
            is_short = len(self._submitted) > self._idle
            if is_short and len(self._threads) < self._max_concurrent:
                thread = threading.Thread(target=self._work, name="steps", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._waiting.put((task, report))

    def cancel(self, task: Task) -> None:
        """Interrupt a task; it still reports how it ended."""
        with self._lock:
            report = self._submitted.pop(task, None)
            interrupt = self._running.get(task)
        if report is not None:
            report(StepCanceled(task.step.key, task.attempt))
        elif interrupt is not None:
            interrupt.request()

    def close(self) -> None:
        """Interrupt what runs, and wait until it has ended."""
        with self._lock:
            self._submitted.clear()
            running, threads = list(self._running.values()), list(self._threads)
            self._threads.clear()
        for interrupt in running:
            interrupt.request()
        for _ in threads:
            self._waiting.put(None)
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            entry = self._waiting.get()
            if entry is None:
                return
            task, report = entry
            interrupt = Interrupt()
            with self._lock:
                self._idle -= 1
                if self._submitted.pop(task, None) is None:
                    continue
                self._running[task] = interrupt
            try:
                self._perform(task, report, interrupt)
            finally:
                with self._lock:
                    del self._running[task]
