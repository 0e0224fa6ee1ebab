"""A run with those that it repeats, read from the store: what a repetition has to go by."""

from __future__ import annotations

from penstock.errors import BugError
from penstock.model.run import RunRecord
from penstock.plan.again import PastRun
from penstock.plan.plan import Plan, decode_plan
from penstock.store.protocol import EventFilter, Store


def lineage(store: Store, record: RunRecord) -> list[RunRecord]:
    """Return a run and those that it repeats, the first of them first, as far as they are kept."""
    found = [record]
    while (before := found[-1].spec.parent) is not None:
        earlier = store.run(before)
        if earlier is None:
            break
        found.append(earlier)
    return found[::-1]


def past_run(store: Store, record: RunRecord) -> PastRun:
    """Return a run's plan, and how its steps ended."""
    ended = EventFilter(run=record.id, kinds=("step_succeeded", "step_skipped"))
    events = tuple(stored.event for stored in store.events(ended))
    return PastRun(record.id, stored_plan(store, record), events)


def stored_plan(store: Store, record: RunRecord) -> Plan:
    """Return the plan that a run was created with."""
    data = store.plan(record.plan)
    if data is None:
        raise BugError(f"Run {record.id} has no plan in the store.")
    return decode_plan(data)
