"""The seam to executors: where the steps of a run are carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from penstock.decide.copies import Source
from penstock.model.events import RunEvent
from penstock.plan.plan import Step

Report = Callable[[RunEvent], None]
"""Hands an event to the driver of the run; may be called from any thread."""


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt of one step.

    `retries` counts the retries used before it; `sources` says where the inputs come from that
    other steps produce.
    """

    step: Step
    attempt: int
    retries: int = 0
    sources: tuple[Source, ...] = ()


class Executor(Protocol):
    """Carries out attempts of steps.

    For each submitted task it reports what the step does, and in the end exactly one of
    `StepSucceeded`, `StepFailed`, `StepUpForRetry` and `StepCanceled`.
    """

    def submit(self, task: Task, report: Report) -> None:
        """Carry a task out, now or later, here or elsewhere."""
        ...

    def cancel(self, task: Task) -> None:
        """Interrupt a task; it still reports how it ended."""
        ...

    def close(self) -> None:
        """Release what the executor holds; no task runs any more."""
        ...
