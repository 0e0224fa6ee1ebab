from __future__ import annotations

from penstock.execute.executors.in_process import InProcessExecutor
from penstock.execute.interrupts import Interrupt
from penstock.testing.executor_conformance import ExecutorConformance, Perform


class TestInProcessExecutor(ExecutorConformance):
    def make_executor(self, perform: Perform, *, max_concurrent: int) -> InProcessExecutor:
        return InProcessExecutor(lambda task, report: perform(task, report, Interrupt()))
