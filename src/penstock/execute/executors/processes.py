"""The executor that carries tasks out in other processes of this machine.

Processes are started when they are needed, at most as many as may be busy at once, and used again;
or each task gets a fresh one. They belong to one run, and end with it.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable

from penstock.execute.frames import Begin
from penstock.execute.protocol import Report, Task
from penstock.execute.worker_process import (
    CRASH,
    Patience,
    Process,
    SpawnedProcess,
    WorkerProcess,
    Zygote,
)
from penstock.model.events import ErrorInfo, RunEvent, StepCanceled


class ProcessExecutor:
    """Carries tasks out in processes of their own.

    Args:
        begin: The code that the processes load.
        on_crash: Says what to report of an attempt whose process could not go on, and why.
        max_concurrent: How many tasks run at once; more that are submitted wait.
        is_fresh: Whether each task gets a process that none used before.
        forks: Whether fresh processes are forked off one that has loaded the code.
        patience: How long ending a process may take.
    """

    def __init__(
        self,
        begin: Begin,
        *,
        on_crash: Callable[[Task, ErrorInfo], list[RunEvent]],
        max_concurrent: int,
        is_fresh: bool = False,
        forks: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self._begin = begin
        self._on_crash = on_crash
        self._max_concurrent = max_concurrent
        self._is_fresh = is_fresh
        self._patience = patience or Patience()
        self._lock = threading.RLock()
        self._workers: list[WorkerProcess] = []
        self._idle: list[WorkerProcess] = []
        self._leaving: list[WorkerProcess] = []
        self._waiting: deque[tuple[Task, Report]] = deque()
        self._is_closed = False
        self._zygote = _zygote(begin) if forks else None

    def submit(self, task: Task, report: Report) -> None:
        """Have a task carried out as soon as a process is free; returns at once."""
        with self._lock:
            self._waiting.append((task, report))
            self._hand_out()

    def cancel(self, task: Task) -> None:
        """Interrupt a task, by force if need be; its end is told when nothing of it lives."""
        with self._lock:
            for entry in self._waiting:
                if entry[0] == task:
                    self._waiting.remove(entry)
                    entry[1](StepCanceled(task.step.key, task.attempt))
                    return
            worker = next((w for w in self._workers if w.works_on(task)), None)
        if worker is not None:
            worker.cancel()

    def close(self) -> None:
        """End every process and wait until they are gone."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
            workers = [*self._workers, *self._leaving]
        for worker in workers:
            worker.stop()  # all are told before any is waited for
        for worker in workers:
            worker.join()
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            zygote.close()

    def _hand_out(self) -> None:
        while self._waiting and not self._is_closed:
            if not self._idle and len(self._workers) >= self._max_concurrent:
                return
            try:
                worker = self._idle.pop() if self._idle else self._start()
            except OSError as error:
                self._fail(*self._waiting.popleft(), error)
                continue
            task, report = self._waiting[0]
            if worker.perform(task, report):
                self._waiting.popleft()

    def _fail(self, task: Task, report: Report, error: OSError) -> None:
        reason = ErrorInfo(CRASH, f"No process could be started for the step: {error}.")
        for event in self._on_crash(task, reason):
            report(event)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(
            self._process,
            on_crash=self._on_crash,
            on_free=self._freed,
            on_gone=self._left,
            patience=self._patience,
        )
        self._workers.append(worker)
        return worker

    def _process(self, end: socket.socket) -> tuple[Process, Begin | None]:
        forked = None if self._zygote is None else self._zygote.fork(end)
        return (SpawnedProcess(end), self._begin) if forked is None else (forked, None)

    def _freed(self, worker: WorkerProcess) -> None:
        with self._lock:
            if self._is_fresh:
                self._workers.remove(worker)
                self._leaving.append(worker)
            else:
                self._idle.append(worker)
            self._hand_out()
        if self._is_fresh:
            worker.stop()

    def _left(self, worker: WorkerProcess) -> None:
        with self._lock:
            for among in (self._workers, self._idle, self._leaving):
                if worker in among:
                    among.remove(worker)
            self._hand_out()


def _zygote(begin: Begin) -> Zygote:
    return Zygote(Begin(begin.code, begin.path, forks=True))
