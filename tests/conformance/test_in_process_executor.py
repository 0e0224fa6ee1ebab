from __future__ import annotations

from penstock.execute.executors.in_process import InProcessExecutor
from penstock.testing.executor_conformance import ExecutorConformance, Perform


class TestInProcessExecutor(ExecutorConformance):
    def make_executor(self, perform: Perform) -> InProcessExecutor:
        return InProcessExecutor(perform)
