"""`event_views`: a run's log as the events that users of Dagster know."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.compat.event_types import DagsterEventType
from penstock.compat.events import DagsterEvent
from penstock.model import events as native
from penstock.model.events import StoredEvent

Port = tuple[str, str, str, str | None]
"""`out` or `in`, the step, the name and the mapping key."""


def event_views(stored: Iterable[StoredEvent]) -> list[DagsterEvent]:
    """Return the events of a log as users of Dagster know them, oldest first.

    Lines of user code are left out. A value of which nothing was told but that it was stored is
    shown as an output before that, and one that was loaded as an input after it. That an attempt
    begins is not shown where the step was just said to be restarted.
    """
    log = [each for each in stored if not isinstance(each.event, native.LogLine)]
    told = {port_of(each.event) for each in log}
    restarted: set[tuple[str, int]] = set()
    found: list[DagsterEvent] = []
    for each in log:
        event = each.event
        match event:
            case native.StepRestarted():
                restarted.add((event.step, event.attempt))
                found.append(DagsterEvent(each))
            case native.StepStarted() if (event.step, event.attempt) in restarted:
                continue
            case native.OutputStored():
                if ("out", event.step, event.name, event.mapping_key) not in told:
                    found.append(DagsterEvent(each, DagsterEventType.STEP_OUTPUT))
                found.append(DagsterEvent(each))
            case native.InputLoaded():
                found.append(DagsterEvent(each))
                if ("in", event.step, event.name, None) not in told:
                    found.append(DagsterEvent(each, DagsterEventType.STEP_INPUT))
            case _:
                found.append(DagsterEvent(each))
    return found


def port_of(event: native.AnyEvent) -> Port | None:
    """Return the input or output that an event tells of by itself."""
    match event:
        case native.OutputProduced():
            return "out", event.step, event.name, event.mapping_key
        case native.InputTaken():
            return "in", event.step, event.name, None
        case _:
            return None
