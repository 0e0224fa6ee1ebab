from __future__ import annotations

from penstock.execute.executors.threads import ThreadExecutor
from penstock.testing.executor_conformance import ConcurrentExecutorConformance, Perform


class TestThreadExecutor(ConcurrentExecutorConformance):
    def make_executor(self, perform: Perform, *, max_concurrent: int) -> ThreadExecutor:
        return ThreadExecutor(perform, max_concurrent=max_concurrent)
