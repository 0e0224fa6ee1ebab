"""The executor that carries each task out in the thread of the driver, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from penstock.execute.protocol import Report, Task


class InProcessExecutor:
    """Carries tasks out at once, in the calling thread.

    Args:
        perform: Carries one task out and reports on it; never raises.
    """

    def __init__(self, perform: Callable[[Task, Report], None]) -> None:
        self._perform = perform

    def submit(self, task: Task, report: Report) -> None:
        """Carry a task out; returns when it has ended."""
        self._perform(task, report)

    def cancel(self, task: Task) -> None:
        """Do nothing: an interrupt reaches the task in its own thread."""

    def close(self) -> None:
        """Do nothing: nothing is held."""
