"""The executor in other processes: with workers that are used again, and with fresh ones."""

from __future__ import annotations

import sys

from penstock.execute.executors.processes import ProcessExecutor
from penstock.execute.frames import Begin, CodePointer
from penstock.execute.worker_process import Patience
from penstock.model.events import StepFailed
from penstock.testing import executor_conformance
from penstock.testing.executor_conformance import Perform, ProcessExecutorConformance

IMPATIENT = Patience(interrupt=0.2, terminate=0.2, stop=5.0)


def make(perform: Perform, max_concurrent: int, **how) -> ProcessExecutor:
    pointer = CodePointer(f"{executor_conformance.__name__}:opened", {"perform": perform.__name__})
    return ProcessExecutor(
        Begin(pointer, tuple(sys.path)),
        on_crash=lambda task, error: [StepFailed(task.step.key, error, task.attempt)],
        max_concurrent=max_concurrent,
        patience=IMPATIENT,
        **how,
    )


class TestReusedProcesses(ProcessExecutorConformance):
    def make_executor(self, perform: Perform, *, max_concurrent: int) -> ProcessExecutor:
        return make(perform, max_concurrent)


class TestSpawnedProcesses(ProcessExecutorConformance):
    def make_executor(self, perform: Perform, *, max_concurrent: int) -> ProcessExecutor:
        return make(perform, max_concurrent, is_fresh=True)


class TestForkedProcesses(ProcessExecutorConformance):
    def make_executor(self, perform: Perform, *, max_concurrent: int) -> ProcessExecutor:
        return make(perform, max_concurrent, is_fresh=True, forks=True)
