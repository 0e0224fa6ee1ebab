"""Records of outputs and inputs that only their values tell of.

A value that was stored was an output before, and one that was loaded became an input; neither has
an event of its own where there is nothing else to tell. Queries by type show them all the same, as
`event_views` does for the result of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from penstock.base.ids import RunId
from penstock.compat.event_entries import EventLogEntry
from penstock.compat.event_types import DagsterEventType, kinds_that_show, type_of
from penstock.compat.event_views import Port, port_of
from penstock.model import events as native
from penstock.model.events import StoredEvent

_IMPLYING = {
    DagsterEventType.STEP_OUTPUT: "output_stored",
    DagsterEventType.STEP_INPUT: "input_loaded",
}

Told = Callable[[RunId | None], Collection[Port]]


def kinds_of_types(types: Collection[DagsterEventType]) -> tuple[str, ...]:
    """Return the kinds of native events of which records of some types are made."""
    implying = [_IMPLYING[wanted] for wanted in types if wanted in _IMPLYING]
    return tuple(dict.fromkeys([*kinds_that_show(types), *implying]))


def entries(
    events: Iterable[StoredEvent], types: Collection[DagsterEventType], told: Told
) -> Iterator[tuple[EventLogEntry, ...]]:
    """Yield what some types show of each event, in the order of the events.

    Args:
        events: Events of `kinds_of_types(types)`.
        types: The types that are asked for.
        told: The outputs and inputs with an event of their own, by run.
    """
    for event in events:
        shown: list[EventLogEntry] = []
        implied = _implied(event.event)
        if implied is not None and implied[0] in types and implied[1] not in told(event.run):
            shown.append(EventLogEntry(event, implied[0]))
        if type_of(event.event) in types:
            shown.append(EventLogEntry(event))
        if shown:
            yield tuple(shown)


def ports_told(events: Iterable[StoredEvent]) -> frozenset[Port]:
    """Return the outputs and inputs that have an event of their own."""
    return frozenset(port for each in events if (port := port_of(each.event)) is not None)


def _implied(event: native.AnyEvent) -> tuple[DagsterEventType, Port] | None:
    match event:
        case native.OutputStored():
            port = ("out", event.step, event.name, event.mapping_key)
            return DagsterEventType.STEP_OUTPUT, port
        case native.InputLoaded():
            return DagsterEventType.STEP_INPUT, ("in", event.step, event.name, None)
        case _:
            return None
