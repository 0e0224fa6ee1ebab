"""What the run machine tells the driver of a run to do."""

from __future__ import annotations

import msgspec

from penstock.base.clock import Instant
from penstock.model.run import RunStatus


class Launch(msgspec.Struct, frozen=True):
    """Start an attempt of a step."""

    step: str
    attempt: int


class SetTimer(msgspec.Struct, frozen=True):
    """Record `StepRestarted(step, attempt)` at `due`, or as soon after it as possible."""

    step: str
    attempt: int
    due: Instant


class Cancel(msgspec.Struct, frozen=True):
    """Interrupt an attempt, or drop its timer.

    An interrupted attempt still reports how it ended. One that only had a timer has ended already:
    nothing is to be recorded for it.
    """

    step: str
    attempt: int


class Skip(msgspec.Struct, frozen=True):
    """Record `StepSkipped(step, because)`."""

    step: str
    because: str


class Finish(msgspec.Struct, frozen=True):
    """Record the end of the run: `RunSucceeded`, `RunFailed` or `RunCanceled`."""

    status: RunStatus
    reason: str


Command = Launch | SetTimer | Cancel | Skip | Finish
"""What the driver of a run is told to do, in this order."""
